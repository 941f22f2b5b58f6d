//! What can have led to a finding: what happened before it at those who took part, what they had been told by then, what the
//! tellers had been told by the time they told it, and so on.

use std::collections::BTreeMap;

use sim::Time;

use super::{Mark, What};
use crate::story::{Fate, Finding, LaneKind, Message, MomentKind, Story};

/// Of each lane, the time up to which what happens there belongs to the past; `None`: nothing does.
pub struct Past {
    until: Vec<Option<Time>>,
    /// Messages of the past, in the order in which they were sent.
    messages: Vec<usize>,
}

/// Messages that say the same in the same circumstances: who said it to whom, and in which of the stretches of either.
type Circumstances = (usize, usize, &'static str, usize, usize);

impl Past {
    pub fn of(story: &Story, finding: &Finding) -> Past {
        let mut until = vec![None; story.lanes.len()];
        let nobody = finding.lanes.is_empty();
        for (lane, until) in until.iter_mut().enumerate() {
            let member = story.lanes[lane].kind == LaneKind::Member;
            if finding.lanes.contains(&lane) || (nobody && member) {
                *until = Some(finding.at);
            }
        }
        let arrived = |message: &&usize| story.messages[**message].fate == Fate::Arrived;
        let all: Vec<usize> = (0..story.messages.len()).collect();
        let mut by_arrival: Vec<usize> = all.iter().filter(arrived).copied().collect();
        // From the last to the first: what a message leads to arrives after it, or at the same time where there is no delay.
        by_arrival.sort_by_key(|&message| (story.messages[message].ended, story.messages[message].sent));
        let mut messages: Vec<usize> = Vec::new();
        for &message in by_arrival.iter().rev() {
            let it = &story.messages[message];
            if until[it.to].is_some_and(|until| it.ended <= until) {
                until[it.from] = until[it.from].max(Some(it.sent));
                messages.push(message);
            }
        }
        messages.sort_unstable();
        Past { until, messages }
    }

    fn holds(&self, lane: usize, at: Time) -> bool {
        self.until[lane].is_some_and(|until| at <= until)
    }

    /// Messages to draw, in the order in which they were sent, each with how many there are like it; and how many found no room.
    pub fn chosen(&self, story: &Story, finding: &Finding, most: usize) -> (Vec<(usize, u64)>, usize) {
        let stretches = Stretches::of(story);
        let mut alike: BTreeMap<Circumstances, usize> = BTreeMap::new();
        let mut chosen: Vec<(usize, u64)> = Vec::new();
        for &message in &self.messages {
            let it = &story.messages[message];
            let circumstances = stretches.circumstances(it);
            let matters = stretches.turns(it) || it.ended == finding.at || it.sent == finding.at;
            match alike.get(&circumstances) {
                Some(&first) if !matters => chosen[first].1 += 1,
                _ => {
                    alike.entry(circumstances).or_insert(chosen.len());
                    chosen.push((message, 0));
                }
            }
        }
        let left_out = chosen.len().saturating_sub(most);
        // What turned somebody stays before what did not, what came late before what came early.
        let mut order: Vec<usize> = (0..chosen.len()).collect();
        order.sort_by_key(|&place| {
            let it = &story.messages[chosen[place].0];
            (!stretches.turns(it), std::cmp::Reverse(it.ended), place)
        });
        order.truncate(most);
        order.sort_unstable();
        (order.into_iter().map(|place| chosen[place]).collect(), left_out)
    }

    /// What else happened in the past: faults, what they did to whom, and who took itself for what.
    pub fn moments(&self, story: &Story, finding: &Finding) -> Vec<Mark> {
        let mut marks = Vec::new();
        for moment in story.moments.iter().filter(|moment| moment.at <= finding.at) {
            let words = moment.text.clone();
            match (moment.kind, moment.lane) {
                (MomentKind::Node, Some(line)) if self.holds(line, moment.at) => {
                    marks.push(Mark { at: moment.at, what: What::Node { line, words } });
                }
                (MomentKind::Fault, _) | (_, None) => marks.push(Mark { at: moment.at, what: What::Fault { words } }),
                _ => {}
            }
        }
        for stretch in story.roles.iter().filter(|stretch| self.holds(stretch.lane, stretch.from)) {
            let epoch = if stretch.epoch.is_empty() { String::new() } else { format!(", epoch {}", stretch.epoch) };
            let leader = match stretch.leader {
                Some(leader) if leader != stretch.lane => format!(", follows {}", story.lanes[leader].name),
                _ => String::new(),
            };
            let words = format!("{} is {}{epoch}{leader}", story.lanes[stretch.lane].name, stretch.role.name());
            marks.push(Mark { at: stretch.from, what: What::Role { line: stretch.lane, words } });
        }
        marks
    }
}

/// When each lane took itself for something else.
struct Stretches(Vec<Vec<Time>>);

impl Stretches {
    fn of(story: &Story) -> Stretches {
        let mut begins: Vec<Vec<Time>> = vec![Vec::new(); story.lanes.len()];
        story.roles.iter().for_each(|stretch| begins[stretch.lane].push(stretch.from));
        begins.iter_mut().for_each(|begins| begins.sort_unstable());
        Stretches(begins)
    }

    /// Its sender as it was after it had sent, its receiver as it was before it heard.
    fn circumstances(&self, message: &Message) -> Circumstances {
        let sender = self.0[message.from].partition_point(|begin| *begin <= message.sent);
        let receiver = self.0[message.to].partition_point(|begin| *begin < message.ended);
        (message.from, message.to, message.kind, sender, receiver)
    }

    /// Whether its receiver took itself for something else when it heard.
    fn turns(&self, message: &Message) -> bool {
        self.0[message.to].binary_search(&message.ended).is_ok()
    }
}
