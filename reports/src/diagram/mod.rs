//! A space-time diagram of one finding: time runs down, every part of the cluster has a line. Of the messages in the causal past of
//! the finding (Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978) those are drawn upon which
//! somebody turned (took itself for something else, granted, did work, or was found), what they answer, and those that first told
//! of a turning point. So one turning point lies before another in the picture if and only if it did so in the run. The rest told
//! nobody anything new, and is counted.

mod chosen;
mod knowledge;
mod marks;
mod past;
mod said;
mod svg;
mod text;
mod turns;

use sim::Time;

use crate::story::{Fate, Story};
use crate::words;
use chosen::chosen;
use past::Past;
use turns::Turns;

pub use svg::svg;
pub use text::text;

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
    /// Messages of the causal past that told nobody of anything that it did not know.
    pub without_news: usize,
    /// Messages that had to be drawn and found no room.
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
    /// It takes itself for something else, grants, or does work.
    Turn {
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
    /// It is said, and nobody hears it.
    Unheard {
        line: usize,
        words: String,
    },
    Finding {
        lines: Vec<usize>,
        words: String,
    },
}

/// Of the first finding by this invariant, with at most so many messages. `None`: there is no such finding.
pub fn of(story: &Story, mutant: Option<&str>, invariant: &str, most: usize) -> Option<Diagram> {
    let finding = story.findings.iter().find(|finding| finding.invariant == invariant)?;
    let past = Past::of(story, finding);
    let turns = Turns::of(story, &past, finding);
    let chosen = chosen(story, &past, &turns, finding, most);
    let mut marks = marks::marks(story, &past, finding, chosen.begins);
    for (number, (message, like)) in chosen.messages.iter().enumerate() {
        marks.extend(arrow(story, number, *message, *like));
    }
    let words = format!("{}: {}", finding.invariant, finding.saw);
    marks.push(Mark { at: finding.at, what: What::Finding { lines: finding.lanes.clone(), words } });
    marks.sort_by(|one, other| (one.at, rank(&one.what), &one.what).cmp(&(other.at, rank(&other.what), &other.what)));
    let who = mutant.map_or_else(|| story.algorithm.clone(), |mutant| format!("{} with mutant {mutant}", story.algorithm));
    let mut diagram = Diagram {
        title: format!("{}: {who}, seed {}", finding.invariant, story.seed),
        lines: story.lanes.iter().map(|lane| lane.name.clone()).collect(),
        marks: folded(marks),
        messages: chosen.messages.len(),
        without_news: chosen.without_news,
        left_out: chosen.left_out,
    };
    diagram.only_lines_in_use();
    Some(diagram)
}

/// A message from its departure to its arrival; one that did not arrive is only said.
fn arrow(story: &Story, number: usize, message: usize, like: u64) -> Vec<Mark> {
    let it = &story.messages[message];
    let said = said::said(it.kind, it.content.as_deref().unwrap_or(""));
    let (from, to, sent) = (it.from, it.to, it.sent);
    if it.fate != Fate::Arrived {
        let words = format!("to {}, {}: {said}", story.lanes[to].name, it.fate.name());
        return vec![Mark { at: sent, what: What::Unheard { line: from, words } }];
    }
    let again = if like > 0 { format!(" (and {} more like it)", words::count(like)) } else { String::new() };
    vec![
        Mark { at: sent, what: What::Sent { message: number, line: from } },
        Mark { at: it.ended, what: What::Arrived { message: number, from, to, sent, words: said + &again } },
    ]
}

/// Who begins the same again and again, with nothing in between, is told once.
fn folded(marks: Vec<Mark>) -> Vec<Mark> {
    let mut folded: Vec<(Mark, u64, Time)> = Vec::new();
    for mark in marks {
        match folded.last_mut() {
            Some((first, again, until)) if matches!(mark.what, What::Turn { .. }) && first.what == mark.what => {
                (*again, *until) = (*again + 1, mark.at);
            }
            _ => folded.push((mark.clone(), 0, mark.at)),
        }
    }
    let told = folded.into_iter().map(|(mut mark, again, until)| {
        if let (What::Turn { words, .. }, 1..) = (&mut mark.what, again) {
            words.push_str(&format!(" (and {} times more, until {})", words::count(again), text::time(until)));
        }
        mark
    });
    told.collect()
}

/// At one time: first what a fault does, then who hears and what it makes of it, then what it says, then what is found.
const fn rank(what: &What) -> u8 {
    match what {
        What::Fault { .. } => 0,
        What::Node { .. } => 1,
        What::Arrived { .. } => 2,
        What::Turn { .. } => 3,
        What::Sent { .. } => 4,
        What::Unheard { .. } => 5,
        What::Finding { .. } => 6,
    }
}

impl What {
    /// The lines that it touches.
    fn lines(&mut self) -> Vec<&mut usize> {
        match self {
            What::Fault { .. } => Vec::new(),
            What::Node { line, .. } | What::Turn { line, .. } | What::Sent { line, .. } | What::Unheard { line, .. } => {
                vec![line]
            }
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

    /// What is drawn and what is not, as a sentence.
    pub fn remark(&self) -> String {
        let messages =
            |count: usize| if count == 1 { String::from("1 message") } else { format!("{} messages", words::count(count)) };
        let drawn = messages(self.messages);
        let without_news = match self.without_news {
            0 => String::new(),
            count => format!("; {} more in its causal past brought no news of a turning point", words::count(count)),
        };
        let left_out = match self.left_out {
            0 => String::new(),
            count => format!("; {} before them found no room", messages(count)),
        };
        format!("{drawn} led to the finding{without_news}{left_out}")
    }
}

#[cfg(test)]
mod tests;
