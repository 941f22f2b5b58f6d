//! What can have led to a finding: what happened before it at those who took part, what they had been told by then, what the
//! tellers had been told by the time they told it, and so on.

use sim::Time;

use crate::story::{Fate, Finding, LaneKind, Story, Work};

/// Of each lane, the time up to which what happens there belongs to the past; `None`: nothing does.
pub struct Past {
    until: Vec<Option<Time>>,
    /// Messages of the past, in the order in which they were sent.
    pub messages: Vec<usize>,
}

impl Past {
    pub fn of(story: &Story, finding: &Finding) -> Past {
        let mut until = vec![None; story.lanes.len()];
        for lane in who_took_part(story, finding) {
            until[lane] = Some(finding.at);
        }
        let arrived = |message: &usize| story.messages[*message].fate == Fate::Arrived;
        let mut by_arrival: Vec<usize> = (0..story.messages.len()).filter(arrived).collect();
        // From the last to the first: what a message leads to arrives after it, or at the same time where there is no delay.
        by_arrival.sort_by_key(|&message| (story.messages[message].ended, story.messages[message].heard));
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

    /// Whether what happens at this lane at this time belongs to it.
    pub fn holds(&self, lane: usize, at: Time) -> bool {
        self.until[lane].is_some_and(|until| at <= until)
    }
}

/// Whom the finding names, and the services and the resource that granted or were told at the very time of it: what is found at a
/// service names those to whom it granted. Where nobody is named, all members.
pub fn who_took_part(story: &Story, finding: &Finding) -> Vec<usize> {
    if finding.lanes.is_empty() {
        return (0..story.lanes.len()).filter(|lane| story.lanes[*lane].kind == LaneKind::Member).collect();
    }
    let granted = story.grants.iter().filter(|granted| granted.from == finding.at).map(|granted| granted.lane);
    let told = story.messages.iter().filter(|message| message.fate == Fate::Arrived && message.ended == finding.at);
    let told = told.filter(|message| story.lanes[message.to].kind != LaneKind::Member && finding.lanes.contains(&message.from));
    // What took hold at the resource came by no message.
    let at_work = |work: &&Work| work.from <= finding.at && finding.at <= work.until && finding.lanes.contains(&work.by);
    let worked = story.work.iter().filter(|work| story.lanes[work.lane].kind == LaneKind::Resource).filter(at_work);
    let beside = granted.chain(told.map(|message| message.to)).chain(worked.map(|work| work.lane));
    let mut lanes: Vec<usize> = finding.lanes.iter().copied().chain(beside).collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}
