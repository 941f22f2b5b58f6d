//! Which messages of a past are drawn: those upon which somebody turned, what they answer, and those that first told of a turning
//! point.

use std::collections::{BTreeMap, BTreeSet};

use sim::Time;

use super::knowledge::Knowledge;
use super::past::Past;
use super::turns::{LAST, Place, Turns};
use crate::story::{Finding, LaneKind, Story};

/// What is drawn, and how much is not.
pub struct Chosen {
    /// In the order in which they were sent, each with how many of its kind went the same way and are not drawn.
    pub messages: Vec<(usize, u64)>,
    /// Messages of the past that told nobody of anything that it did not know.
    pub without_news: usize,
    /// Messages that had to be drawn and found no room: the earliest.
    pub left_out: usize,
    /// Where something found no room, the story begins when the first of those that did was sent.
    pub begins: Time,
}

/// At most so many messages.
pub fn chosen(story: &Story, past: &Past, turns: &Turns, finding: &Finding, most: usize) -> Chosen {
    let index = Index::of(story, past);
    let mut drawn = index.upon_turns(turns);
    drawn.extend(index.last_answers(finding));
    let questions: Vec<usize> = drawn.iter().filter_map(|answer| index.question(*answer)).collect();
    drawn.extend(questions);
    let told = Knowledge::of(story, past, turns).told(&drawn);
    drawn.extend(told);
    let without_news = past.messages.len() - drawn.len();
    drawn.extend(leave_as_it_is_found(story, finding));
    let mut kept: Vec<usize> = drawn.iter().copied().collect();
    kept.sort_by_key(|message| (story.messages[*message].ended, *message));
    let left_out = kept.len().saturating_sub(most);
    kept.drain(..left_out);
    kept.sort_unstable();
    let begins = match kept.first() {
        Some(first) if left_out > 0 => story.messages[*first].sent,
        _ => Time::ZERO,
    };
    let not_drawn = past.messages.iter().filter(|message| !drawn.contains(message));
    Chosen { messages: with_like(story, &kept, not_drawn), without_news, left_out, begins }
}

/// With each how many others of its kind went the same way, each of which is counted beside the last before it, or else the first
/// after it.
fn with_like<'a>(story: &Story, kept: &[usize], others: impl Iterator<Item = &'a usize>) -> Vec<(usize, u64)> {
    let way = |message: usize| {
        let it = &story.messages[message];
        (it.from, it.to, it.kind)
    };
    let mut like: BTreeMap<usize, u64> = BTreeMap::new();
    for &other in others {
        let earlier = kept.iter().rev().find(|kept| **kept < other && way(**kept) == way(other));
        let beside = earlier.or_else(|| kept.iter().find(|kept| way(**kept) == way(other)));
        beside.into_iter().for_each(|kept| *like.entry(*kept).or_default() += 1);
    }
    kept.iter().map(|kept| (*kept, like.get(kept).copied().unwrap_or(0))).collect()
}

/// What those who took part said when it was found: that can be what was found. Of each kind the first on each way: who has waited
/// for its disk says much at once.
fn leave_as_it_is_found(story: &Story, finding: &Finding) -> Vec<usize> {
    let mut first: BTreeMap<(usize, usize, &str), usize> = BTreeMap::new();
    for (message, it) in story.messages.iter().enumerate() {
        if it.sent == finding.at && finding.lanes.contains(&it.from) {
            first.entry((it.from, it.to, it.kind)).or_insert(message);
        }
    }
    first.into_values().collect()
}

/// Messages of the past by their receivers, in order of arrival, and by their senders, in order of departure.
struct Index<'a> {
    story: &'a Story,
    heard: Vec<Vec<usize>>,
    said: Vec<Vec<usize>>,
}

impl<'a> Index<'a> {
    fn of(story: &'a Story, past: &Past) -> Index<'a> {
        let lanes = story.lanes.len();
        let mut index = Index { story, heard: vec![Vec::new(); lanes], said: vec![Vec::new(); lanes] };
        for &message in &past.messages {
            index.heard[story.messages[message].to].push(message);
            index.said[story.messages[message].from].push(message);
        }
        index
            .heard
            .iter_mut()
            .for_each(|heard| heard.sort_by_key(|message| (story.messages[*message].ended, story.messages[*message].heard)));
        index
    }

    /// What a lane heard from this place to that one, both included.
    fn heard(&self, lane: usize, from: Place, until: Place) -> &[usize] {
        let place = |message: &usize| (self.story.messages[*message].ended, self.story.messages[*message].heard);
        let heard = &self.heard[lane];
        let first = heard.partition_point(|it| place(it) < from);
        // Of work and of the finding only the time is known, so that a turn of that time can come after what is asked for.
        &heard[first..heard.partition_point(|it| place(it) <= until).max(first)]
    }

    /// Upon which somebody turned, and of the same kind what it had collected from others since it turned before: the last from each.
    fn upon_turns(&self, turns: &Turns) -> BTreeSet<usize> {
        let mut drawn = BTreeSet::new();
        for lane in 0..self.heard.len() {
            for &place in turns.of_lane(lane) {
                for upon in self.upon(lane, place) {
                    drawn.insert(upon);
                    drawn.extend(self.collected(lane, upon, turns.before(lane, place)));
                }
            }
        }
        drawn
    }

    /// Upon which a lane turned: what it heard in that step; of work and of the finding only the time is known, so all that it heard
    /// then, the last of a kind from each.
    fn upon(&self, lane: usize, place: Place) -> Vec<usize> {
        let from = if place.1 == LAST { (place.0, 0) } else { place };
        let way = |upon: &usize| (self.story.messages[*upon].from, self.story.messages[*upon].kind);
        let upon: BTreeMap<(usize, &str), usize> = self.heard(lane, from, place).iter().map(|it| (way(it), *it)).collect();
        upon.into_values().collect()
    }

    fn collected(&self, lane: usize, upon: usize, since: Place) -> Vec<usize> {
        let it = &self.story.messages[upon];
        let mut last: BTreeMap<usize, usize> = BTreeMap::new();
        for &other in self.heard(lane, since, (it.ended, it.heard)) {
            let from = self.story.messages[other].from;
            if self.story.messages[other].kind == it.kind && from != it.from {
                last.insert(from, other);
            }
        }
        last.into_values().collect()
    }

    /// What a member holds by a lease depends on the last answer of the service: the last of each to each who took part.
    fn last_answers(&self, finding: &Finding) -> BTreeSet<usize> {
        let mut last: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for &lane in &finding.lanes {
            for &heard in self.heard(lane, (Time::ZERO, 0), (finding.at, LAST)) {
                let from = self.story.messages[heard].from;
                if self.story.lanes[from].kind == LaneKind::Service {
                    last.insert((lane, from), heard);
                }
            }
        }
        last.into_values().collect()
    }

    /// The last that the sender heard from the receiver before it said this, unless it has said something to it since then.
    fn question(&self, answer: usize) -> Option<usize> {
        let of = |message: usize| &self.story.messages[message];
        let (from, to) = (of(answer).from, of(answer).to);
        let mut heard = self.heard(from, (Time::ZERO, 0), (of(answer).sent, of(answer).left)).iter().rev();
        let question = *heard.find(|heard| of(**heard).from == to)?;
        let said = &self.said[from];
        let before = said[..said.partition_point(|said| *said < answer)].iter().rev();
        let mut since = before.take_while(|said| of(**said).left > of(question).heard);
        (!since.any(|said| of(*said).to == to)).then_some(question)
    }
}
