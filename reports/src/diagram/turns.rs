//! The turning points of a past: what a story is about. A member takes itself for something else, a service grants, work is done,
//! and at last something is found.

use sim::Time;

use super::past::{Past, who_took_part};
use crate::story::{Finding, Story, Stretch};

/// Of each lane, in order of time, each time once.
pub struct Turns {
    /// All of them.
    all: Vec<Vec<Time>>,
    /// Those that are news to others: roles and grants.
    news: Vec<Vec<Time>>,
}

impl Turns {
    pub fn of(story: &Story, past: &Past, finding: &Finding) -> Turns {
        let lanes = story.lanes.len();
        let mut turns = Turns { all: vec![Vec::new(); lanes], news: vec![Vec::new(); lanes] };
        let roles = story.roles.iter().filter(|stretch| !blank(stretch)).map(|stretch| (stretch.lane, stretch.from));
        let grants = story.grants.iter().map(|granted| (granted.lane, granted.from));
        for (lane, at) in roles.chain(grants).filter(|(lane, at)| past.holds(*lane, *at)) {
            turns.all[lane].push(at);
            turns.news[lane].push(at);
        }
        let work = story.work.iter().flat_map(|work| [(work.lane, work.from), (work.lane, work.until)]);
        for (lane, at) in work.filter(|(lane, at)| past.holds(*lane, *at)) {
            turns.all[lane].push(at);
        }
        for lane in who_took_part(story, finding) {
            turns.all[lane].push(finding.at);
        }
        for times in turns.all.iter_mut().chain(&mut turns.news) {
            times.sort_unstable();
            times.dedup();
        }
        turns
    }

    pub fn of_lane(&self, lane: usize) -> &[Time] {
        &self.all[lane]
    }

    /// The one before this time; the start, where there is none.
    pub fn before(&self, lane: usize, at: Time) -> Time {
        let earlier = self.all[lane].partition_point(|turn| *turn < at);
        if earlier == 0 { Time::ZERO } else { self.all[lane][earlier - 1] }
    }

    /// Whether others can be told of it.
    pub fn is_news(&self, lane: usize, at: Time) -> bool {
        self.news[lane].binary_search(&at).is_ok()
    }
}

/// A member that has just started and knows nothing yet: there is nothing to tell of it.
pub fn blank(stretch: &Stretch) -> bool {
    stretch.role == sim::Role::Follower && stretch.epoch.is_empty() && stretch.leader.is_none()
}
