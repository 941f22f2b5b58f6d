//! A space-time diagram of one finding: time runs down, every part of the cluster has a line, and only those messages are drawn that
//! can have had to do with it, which are those of its causal past (Lamport, "Time, Clocks, and the Ordering of Events in a
//! Distributed System", 1978). What was said again and again without anything new is drawn once, and counted.

mod past;
mod svg;
mod text;

use sim::Time;

use crate::story::Story;
use crate::words;
use past::Past;

pub use svg::svg;
pub use text::text;

/// So many letters of what a message says are shown.
const CONTENT: usize = 72;

/// What is drawn of a run, for one of its findings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagram {
    /// `raft with mutant R1: election-safety, seed 7`.
    pub title: String,
    /// Names of the lines that anything happens on, in the order of the story.
    pub lines: Vec<String>,
    /// In order of time.
    pub marks: Vec<Mark>,
    /// Messages that are drawn.
    pub messages: usize,
    /// Repetitions that are counted beside the message that they repeat.
    pub repeated: u64,
    /// Messages of the causal past that found no room.
    pub left_out: usize,
}

/// One thing that happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    pub at: Time,
    pub what: What,
}

/// Lines are numbered as [`Diagram::lines`], messages in the order in which they were sent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    Fault {
        words: String,
    },
    Node {
        line: usize,
        words: String,
    },
    /// It takes itself for something else.
    Role {
        line: usize,
        words: String,
    },
    Arrived {
        message: usize,
        from: usize,
        to: usize,
        sent: Time,
        words: String,
    },
    Sent {
        message: usize,
        line: usize,
    },
    Finding {
        lines: Vec<usize>,
        words: String,
    },
}

/// Of the first finding by this invariant, with at most so many messages. `None`: there is no such finding.
pub fn of(story: &Story, invariant: &str, most: usize) -> Option<Diagram> {
    let finding = story.findings.iter().find(|finding| finding.invariant == invariant)?;
    let past = Past::of(story, finding);
    let (chosen, left_out) = past.chosen(story, finding, most);
    let mut marks = Vec::new();
    let mut repeated = 0;
    for (number, (message, like)) in chosen.iter().enumerate() {
        let it = &story.messages[*message];
        repeated += like;
        let again = if *like > 0 { format!(" (and {} more like it)", words::count(like)) } else { String::new() };
        let words = format!("{}{again}  {}", it.kind, shortened(it.content.as_deref().unwrap_or("")));
        marks.push(Mark { at: it.sent, what: What::Sent { message: number, line: it.from } });
        let (from, to, sent) = (it.from, it.to, it.sent);
        marks.push(Mark { at: it.ended, what: What::Arrived { message: number, from, to, sent, words } });
    }
    marks.extend(past.moments(story, finding));
    let words = format!("{}: {}", finding.invariant, finding.saw);
    marks.push(Mark { at: finding.at, what: What::Finding { lines: finding.lanes.clone(), words } });
    marks.sort_by(|one, other| (one.at, rank(&one.what), &one.what).cmp(&(other.at, rank(&other.what), &other.what)));
    let mut diagram = Diagram {
        title: format!("{}: {}, seed {}", finding.invariant, story.algorithm, story.seed),
        lines: story.lanes.iter().map(|lane| lane.name.clone()).collect(),
        marks,
        messages: chosen.len(),
        repeated,
        left_out,
    };
    diagram.only_lines_in_use();
    Some(diagram)
}

/// At one time: first what a fault does, then who hears and what it makes of it, then what it says, then what is found.
const fn rank(what: &What) -> u8 {
    match what {
        What::Fault { .. } => 0,
        What::Node { .. } => 1,
        What::Arrived { .. } => 2,
        What::Role { .. } => 3,
        What::Sent { .. } => 4,
        What::Finding { .. } => 5,
    }
}

impl What {
    /// The lines that it touches.
    fn lines(&mut self) -> Vec<&mut usize> {
        match self {
            What::Fault { .. } => Vec::new(),
            What::Node { line, .. } | What::Role { line, .. } | What::Sent { line, .. } => vec![line],
            What::Arrived { from, to, .. } => vec![from, to],
            What::Finding { lines, .. } => lines.iter_mut().collect(),
        }
    }
}

impl Diagram {
    fn only_lines_in_use(&mut self) {
        let mut used = vec![false; self.lines.len()];
        for line in self.marks.iter_mut().flat_map(|mark| mark.what.lines()) {
            used[*line] = true;
        }
        let places: Vec<usize> = (0..used.len()).map(|line| used[..line].iter().filter(|used| **used).count()).collect();
        for line in self.marks.iter_mut().flat_map(|mark| mark.what.lines()) {
            *line = places[*line];
        }
        let mut kept = used.iter();
        self.lines.retain(|_| *kept.next().expect("as many as there are lines"));
    }

    /// What is not drawn one by one, as a sentence; empty: everything is.
    pub fn remark(&self) -> String {
        let repeated = match self.repeated {
            0 => String::new(),
            1 => String::from("; one repetition is counted only"),
            many => format!("; {} repetitions are counted only", words::count(many)),
        };
        let left_out = match self.left_out {
            0 => String::new(),
            many => format!("; {} messages of the causal past found no room", words::count(many)),
        };
        let drawn = if self.messages == 1 { String::from("1 message") } else { format!("{} messages", self.messages) };
        format!("{drawn} in the causal past of the finding{repeated}{left_out}")
    }
}

fn shortened(content: &str) -> String {
    let mut letters = content.chars();
    let short: String = letters.by_ref().take(CONTENT).collect();
    if letters.next().is_some() { short + "…" } else { short }
}

#[cfg(test)]
mod tests;
