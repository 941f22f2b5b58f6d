//! Messages and members as words, and back. Members are numbered from 1 here, as in the table.

use algorithms::raft::{Message, Stable};
use sim::{Entry, Epoch, Item, Message as _, NodeId};

/// `key=value` words of a line, taken out one by one.
pub struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    pub fn of(text: &'a str) -> Words<'a> {
        Words(text.split_whitespace().collect())
    }

    /// The next word that is no `key=value`.
    pub fn plain(&mut self) -> Option<&'a str> {
        let place = self.0.iter().position(|word| !word.contains('='))?;
        Some(self.0.remove(place))
    }

    pub fn flag(&mut self, name: &str) -> bool {
        let place = self.0.iter().position(|word| *word == name);
        place.map(|place| self.0.remove(place)).is_some()
    }

    pub fn value(&mut self, key: &str) -> Option<&'a str> {
        let place = self.0.iter().position(|word| word.strip_prefix(key).is_some_and(|rest| rest.starts_with('=')))?;
        Some(&self.0.remove(place)[key.len() + 1..])
    }

    pub fn number(&mut self, key: &str) -> u64 {
        self.value(key).map_or(0, number)
    }

    /// `index/term`, as the table writes a place in a log.
    fn place(&mut self, key: &str) -> (u64, u64) {
        let (index, term) = self.value(key).unwrap_or("0/0").split_once('/').expect("index/term");
        (number(index), number(term))
    }

    /// # Panics
    /// When a word is left that nobody asked for.
    pub fn done(self, line: &str) {
        assert!(self.0.is_empty(), "`{line}`: what is {:?}?", self.0);
    }
}

pub fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

pub fn member(text: &str) -> NodeId {
    NodeId(number(text) as u16 - 1)
}

pub fn name(node: NodeId) -> u16 {
    node.0 + 1
}

/// `1,1,2` is a log whose entries have these terms; `-` is an empty one. Every entry is a no-op.
pub fn log(text: &str) -> Vec<Entry> {
    let term = |term| Entry { epoch: Epoch(number(term), 0), item: None };
    if text == "-" { Vec::new() } else { text.split(',').map(term).collect() }
}

pub fn log_words(log: &[Entry]) -> String {
    let terms: Vec<String> = log.iter().map(|entry| entry.epoch.0.to_string()).collect();
    if terms.is_empty() { String::from("-") } else { terms.join(",") }
}

pub fn or_dash(node: Option<NodeId>) -> String {
    node.map_or(String::from("-"), |node| name(node).to_string())
}

/// `term=2 vote=1 commit=0 log=1,2`
pub fn stable(words: &mut Words<'_>) -> Stable {
    let log = log(words.value("log").unwrap_or("-"));
    let vote = words.value("vote").map(member);
    let last = log.last().map_or(0, |entry| entry.epoch.0);
    let term = words.value("term").map_or(last, number);
    Stable { term, vote, commit: words.number("commit"), log }
}

pub fn message(text: &str, to: NodeId) -> Message {
    let mut words = Words::of(text);
    let kind = words.plain().expect("a message has a kind");
    let term = words.number("term");
    let (last_index, last_term) = words.place("last");
    let (previous, previous_term) = words.place("prev");
    let (index, index_term) = words.place("upto");
    let commit = words.number("commit");
    let entries = words.value("entries").map(|terms| log(terms).into());
    let transfer = words.flag("transfer");
    let hint = words.number("hint");
    let target = words.value("target").map(member);
    words.done(text);
    match kind {
        "RequestVote" => Message::RequestVote { term, last_index, last_term, transfer },
        "Vote" => Message::Vote { term, candidate: to, granted: true },
        "VoteRefused" => Message::Vote { term, candidate: to, granted: false },
        "RequestPreVote" => Message::RequestPreVote { term, last_index, last_term },
        "PreVote" => Message::PreVote { term, granted: true },
        "PreVoteRefused" => Message::PreVote { term, granted: false },
        "AppendEntries" | "Heartbeat" => Message::AppendEntries { term, previous, previous_term, commit, entries },
        "Appended" => Message::Appended { term, index, index_term },
        "AppendRefused" => Message::Refused { term, previous, hint },
        "TimeoutNow" => Message::TimeoutNow { term },
        "TransferLeader" => Message::TransferLeader { to: target.expect("target=") },
        _ => panic!("`{kind}` is no message of Raft"),
    }
}

pub fn message_words(message: &Message) -> String {
    let kind = message.kind();
    match message {
        Message::RequestVote { term, last_index, last_term, transfer } => {
            format!("{kind} term={term} last={last_index}/{last_term}{}", if *transfer { " transfer" } else { "" })
        }
        Message::RequestPreVote { term, last_index, last_term } => format!("{kind} term={term} last={last_index}/{last_term}"),
        Message::Vote { term, .. }
        | Message::PreVote { term, .. }
        | Message::TimeoutNow { term }
        | Message::AskPledge { term, .. }
        | Message::Pledge { term, .. } => format!("{kind} term={term}"),
        Message::AppendEntries { term, previous, previous_term, commit, entries } => {
            let entries = entries.as_ref().map_or(String::new(), |entries| format!(" entries={}", log_words(entries)));
            format!("{kind} term={term} prev={previous}/{previous_term} commit={commit}{entries}")
        }
        Message::Appended { term, index, index_term } => format!("{kind} term={term} upto={index}/{index_term}"),
        Message::Refused { term, previous, hint } => format!("{kind} term={term} prev={previous} hint={hint}"),
        Message::TransferLeader { to } => format!("{kind} target={}", name(*to)),
    }
}

/// The next item of work; which it is does not matter to any row.
pub fn item(number: u64) -> Item {
    Item(number)
}
