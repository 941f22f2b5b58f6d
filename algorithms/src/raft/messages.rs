//! What members say to each other, what each message claims about its sender, and the timers.

use sim::{Asserts, Encode, Encoder, Entry, Epoch, List, LocalTime, NodeId, Span};

use super::durable::Stable;

/// Positions in the log ("index") count from 1; 0 stands for the empty beginning, whose term is 0.
#[derive(Clone, Debug)]
pub enum Message {
    /// "Vote for me in this term." `transfer`: the old leader asked for this, so do not protect it.
    RequestVote { term: u64, last_index: u64, last_term: u64, transfer: bool },
    /// The answer. Refused, it carries the voter's own term.
    Vote { term: u64, candidate: NodeId, granted: bool },
    /// "Would you vote for me in this term?", which is the one after the sender's.
    RequestPreVote { term: u64, last_index: u64, last_term: u64 },
    /// The answer. Granted, it echoes the term that was asked for; refused, it carries the sender's own.
    PreVote { term: u64, granted: bool },
    /// What follows the entry at `previous`; without entries, a heartbeat.
    AppendEntries { term: u64, previous: u64, previous_term: u64, commit: u64, entries: Option<List<Entry>> },
    /// The follower's log equals the leader's up to this index, whose entry has this term.
    Appended { term: u64, index: u64, index_term: u64 },
    /// The follower has not got the leader's entry at `previous`; at `hint` it may be right.
    Refused { term: u64, previous: u64, hint: u64 },
    /// From a leader: campaign now.
    TimeoutNow { term: u64 },
    /// From an operator: hand over to this member.
    TransferLeader { to: NodeId },
    /// From a leader that answers reads by lease: help to elect nobody else for a while. `sent`: when, by its clock.
    AskPledge { term: u64, sent: LocalTime },
    /// The answer: for so long, from now on.
    Pledge { term: u64, sent: LocalTime, lasting: Span },
}

impl sim::Message for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::RequestVote { .. } => "RequestVote",
            Message::Vote { granted: true, .. } => "Vote",
            Message::Vote { granted: false, .. } => "VoteRefused",
            Message::RequestPreVote { .. } => "RequestPreVote",
            Message::PreVote { granted: true, .. } => "PreVote",
            Message::PreVote { granted: false, .. } => "PreVoteRefused",
            Message::AppendEntries { entries: None, .. } => "Heartbeat",
            Message::AppendEntries { .. } => "AppendEntries",
            Message::Appended { .. } => "Appended",
            Message::Refused { .. } => "AppendRefused",
            Message::TimeoutNow { .. } => "TimeoutNow",
            Message::TransferLeader { .. } => "TransferLeader",
            Message::AskPledge { .. } => "AskPledge",
            Message::Pledge { .. } => "Pledge",
        }
    }
}

impl Message {
    /// Its sender has been in this term, and may have voted in it. A pre-vote says nothing of that kind: the term of the
    /// request lies ahead, and a granted answer only repeats it.
    #[inline(always)]
    pub(super) fn asserts(&self) -> Asserts {
        let (epoch, vote) = match *self {
            Message::AppendEntries { term, .. }
            | Message::Appended { term, .. }
            | Message::Refused { term, .. }
            | Message::RequestVote { term, .. }
            | Message::Vote { term, granted: false, .. }
            | Message::PreVote { term, granted: false }
            | Message::AskPledge { term, .. }
            | Message::Pledge { term, .. }
            | Message::TimeoutNow { term } => (term, None),
            Message::Vote { term, candidate, granted: true } => (term, Some((Epoch(term, 0), candidate))),
            Message::RequestPreVote { .. } | Message::PreVote { granted: true, .. } | Message::TransferLeader { .. } => (0, None),
        };
        Asserts { epoch: Epoch(epoch, 0), vote }
    }

    /// Is all of it on this disk? A disk that has reached a later term has held everything that an earlier one needed.
    #[inline(always)]
    pub(super) fn backed(&self, disk: &Stable, sender: NodeId) -> bool {
        let voted = |term, candidate| disk.term > term || disk.term == term && disk.vote == Some(candidate);
        match *self {
            Message::AppendEntries { term, .. }
            | Message::Refused { term, .. }
            | Message::Vote { term, granted: false, .. }
            | Message::PreVote { term, granted: false }
            | Message::AskPledge { term, .. }
            | Message::Pledge { term, .. }
            | Message::TimeoutNow { term } => disk.term >= term,
            Message::Appended { term, index, index_term } => {
                disk.term > term || disk.term == term && disk.term_at(index) == Some(index_term)
            }
            Message::RequestVote { term, .. } => voted(term, sender),
            Message::Vote { term, candidate, granted: true } => voted(term, candidate),
            Message::RequestPreVote { term, .. } => disk.term + 1 >= term,
            Message::PreVote { granted: true, .. } | Message::TransferLeader { .. } => true,
        }
    }
}

impl Encode for Message {
    // Once a message; inlined, it need not ask again which kind it is.
    #[inline(always)]
    fn encode(&self, to: &mut Encoder) {
        match *self {
            Message::AppendEntries { term, previous, previous_term, commit, ref entries } => {
                let count = entries.as_ref().map_or(0, |entries| entries.len() as u64 + 1);
                to.words([count << 8, term, previous, previous_term, commit]);
                if let Some(entries) = entries {
                    encode_entries(entries, to);
                }
            }
            Message::Appended { term, index, index_term } => to.words([1, term, index, index_term]),
            Message::Refused { term, previous, hint } => to.words([2, term, previous, hint]),
            Message::RequestVote { term, last_index, last_term, transfer } => {
                to.words([3 | u64::from(transfer) << 8, term, last_index, last_term]);
            }
            Message::Vote { term, candidate, granted } => {
                to.words([4 | u64::from(granted) << 8 | u64::from(candidate.0) << 16, term]);
            }
            Message::RequestPreVote { term, last_index, last_term } => to.words([5, term, last_index, last_term]),
            Message::PreVote { term, granted } => to.words([6 | u64::from(granted) << 8, term]),
            Message::TimeoutNow { term } => to.words([7, term]),
            Message::TransferLeader { to: target } => to.words([8 | u64::from(target.0) << 16]),
            Message::AskPledge { term, sent } => to.words([9, term, sent.0]),
            Message::Pledge { term, sent, lasting } => to.words([10, term, sent.0, lasting.0]),
        }
    }
}

/// Four words an entry.
#[inline(never)]
pub(super) fn encode_entries(entries: &[Entry], to: &mut Encoder) {
    for entry in entries {
        to.words([entry.epoch.0, entry.epoch.1, u64::from(entry.item.is_some()), entry.item.map_or(0, |item| item.0)]);
    }
}

/// What a member waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// No word from a leader, or no result of a candidacy.
    Election,
    /// A leader's next round of heartbeats.
    Heartbeat,
    /// A leader's next look at who has answered.
    Quorum,
    /// The end of a leader's patience with the member that it hands over to.
    Transfer,
    /// A leader's next question for pledges.
    Lease,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_fits_in_a_cache_line() {
        assert!(size_of::<Message>() <= 64, "{} bytes", size_of::<Message>());
    }

    #[test]
    fn a_vote_is_backed_only_by_a_disk_that_holds_it_or_a_later_term() {
        let vote = Message::Vote { term: 3, candidate: NodeId(1), granted: true };
        let disk = |term, vote| Stable { term, vote, ..Stable::default() };
        for (disk, backed) in [
            (disk(2, Some(NodeId(1))), false),
            (disk(3, None), false),
            (disk(3, Some(NodeId(2))), false),
            (disk(3, Some(NodeId(1))), true),
            (disk(4, None), true),
        ] {
            assert_eq!(vote.backed(&disk, NodeId(0)), backed, "{disk:?}");
        }
    }

    #[test]
    fn an_acknowledged_entry_is_backed_only_by_a_disk_that_holds_it() {
        let appended = Message::Appended { term: 3, index: 2, index_term: 3 };
        let disk = |terms: &[u64]| Stable { term: 3, ..Stable::holding(terms) };
        assert!(!appended.backed(&disk(&[1]), NodeId(0)), "too short");
        assert!(!appended.backed(&disk(&[1, 2]), NodeId(0)), "another entry stands there");
        assert!(appended.backed(&disk(&[1, 3]), NodeId(0)));
    }
}
