//! Who knew of which turning points, and through which messages: by vector clocks that count turning points and nothing else
//! (Mattern, "Virtual Time and Global States of Distributed Systems", 1989).

use std::collections::{BTreeMap, BTreeSet};

use super::past::Past;
use super::turns::{Place, Turns};
use crate::story::Story;

/// Of how many turning points of each lane somebody knows.
type Known = Vec<usize>;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Arrives(usize),
    /// Of a lane; whether it is news to others.
    Turns(usize, bool),
    Sends(usize),
}

/// The past, step by step, and what was known at each.
pub struct Knowledge {
    lanes: usize,
    /// From, to.
    ends: BTreeMap<usize, (usize, usize)>,
    /// In the order in which it happened; with each what its lane knew: just before an arrival, at a turning point, on sending.
    steps: Vec<(Step, Known)>,
}

impl Knowledge {
    pub fn of(story: &Story, past: &Past, turns: &Turns) -> Knowledge {
        let lanes = story.lanes.len();
        let ends = past.messages.iter().map(|&message| (message, (story.messages[message].from, story.messages[message].to)));
        let mut knowledge = Knowledge { lanes, ends: ends.collect(), steps: Vec::new() };
        let mut known: Vec<Known> = vec![vec![0; lanes]; lanes];
        let mut said: BTreeMap<usize, Known> = BTreeMap::new();
        for step in in_order(story, past, turns) {
            let knew = match step {
                Step::Arrives(message) => {
                    let to = knowledge.ends[&message].1;
                    let knew = known[to].clone();
                    let told = said.get(&message).expect("it was sent before it was heard").clone();
                    known[to].iter_mut().zip(told).for_each(|(known, told)| *known = told.max(*known));
                    knew
                }
                Step::Turns(lane, news) => {
                    known[lane][lane] += usize::from(news);
                    known[lane].clone()
                }
                Step::Sends(message) => {
                    let from = knowledge.ends[&message].0;
                    said.insert(message, known[from].clone());
                    known[from].clone()
                }
            };
            knowledge.steps.push((step, knew));
        }
        knowledge
    }

    /// The messages that first told of a turning point somebody who knew of it at a turning point of its own, or when it sent one
    /// of `answers`; and those that had told the tellers.
    pub fn told(&self, answers: &BTreeSet<usize>) -> BTreeSet<usize> {
        let lanes = self.lanes;
        let sends =
            self.steps.iter().filter_map(|(step, knew)| if let Step::Sends(it) = step { Some((*it, knew)) } else { None });
        let said: BTreeMap<usize, &Known> = sends.collect();
        // What each lane must have been told, of each other, by the steps that come later; 0: nothing.
        let mut due: Vec<Known> = vec![vec![0; lanes]; lanes];
        let mut told: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (step, knew) in self.steps.iter().rev() {
            match *step {
                Step::Turns(lane, _) => demand(&mut due[lane], knew, (0..lanes).filter(|other| *other != lane)),
                Step::Sends(message) => {
                    let from = self.ends[&message].0;
                    if answers.contains(&message) {
                        demand(&mut due[from], knew, (0..lanes).filter(|other| *other != from));
                    } else if let Some(about) = told.get(&message) {
                        demand(&mut due[from], knew, about.iter().copied().filter(|other| *other != from));
                    }
                }
                Step::Arrives(message) => {
                    let (to, Some(said)) = (self.ends[&message].1, said.get(&message)) else { continue };
                    let brings = |other: &usize| knew[*other] < due[to][*other] && due[to][*other] <= said[*other];
                    let about: Vec<usize> = (0..lanes).filter(brings).collect();
                    about.iter().for_each(|other| due[to][*other] = 0);
                    if !about.is_empty() {
                        told.insert(message, about);
                    }
                }
            }
        }
        told.into_keys().collect()
    }
}

/// At least this must be known.
fn demand(due: &mut Known, knew: &Known, about: impl Iterator<Item = usize>) {
    about.for_each(|other| due[other] = due[other].max(knew[other]));
}

/// In the order in which it happened; who hears and turns in one step hears first.
fn in_order(story: &Story, past: &Past, turns: &Turns) -> Vec<Step> {
    let mut steps: Vec<(Place, Step)> = Vec::new();
    for &message in &past.messages {
        let it = &story.messages[message];
        steps.push(((it.ended, it.heard), Step::Arrives(message)));
        steps.push(((it.sent, it.left), Step::Sends(message)));
    }
    for lane in 0..story.lanes.len() {
        let of_lane = turns.of_lane(lane).iter();
        steps.extend(of_lane.map(|&place| (place, Step::Turns(lane, turns.is_news(lane, place)))));
    }
    steps.sort_unstable();
    steps.into_iter().map(|(_, step)| step).collect()
}

#[cfg(test)]
mod tests {
    use super::super::chosen::chosen;
    use super::*;
    use crate::story::Limits;
    use crate::story::tests::story;

    /// What was known at each turning point.
    fn at_turns(knowledge: &Knowledge) -> Vec<&Known> {
        let turns = knowledge.steps.iter().filter(|(step, _)| matches!(step, Step::Turns(..)));
        turns.map(|(_, knew)| knew).collect()
    }

    #[test]
    fn the_messages_that_are_drawn_tell_everybody_at_each_turning_point_what_all_messages_told() {
        let runs = [("leader-isolated", "bully"), ("majority-split", "naive-lowest-id"), ("lock-holder-paused", "etcd-session")];
        for (scenario, algorithm) in runs {
            let story = story(scenario, algorithm, 1, &Limits::ALONE);
            assert!(!story.findings.is_empty(), "{algorithm} breaks in {scenario}");
            for finding in &story.findings {
                let mut past = Past::of(&story, finding);
                let turns = Turns::of(&story, &past, finding);
                let drawn = chosen(&story, &past, &turns, finding, usize::MAX);
                let whole = Knowledge::of(&story, &past, &turns);
                let all = past.messages.len();
                past.messages.retain(|message| drawn.messages.iter().any(|(drawn, _)| drawn == message));
                let part = Knowledge::of(&story, &past, &turns);
                assert_eq!(at_turns(&whole), at_turns(&part), "{scenario} {algorithm} {}", finding.invariant);
                assert!(past.messages.len() < all / 2, "{} of {all} messages bring news", past.messages.len());
            }
        }
    }
}
