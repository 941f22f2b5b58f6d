//! The turning points of a past: what a story is about. A member takes itself for something else, a service grants, work is done,
//! and at last something is found.

use sim::Time;

use super::past::{Past, who_took_part};
use crate::story::{Finding, Story, Stretch};

/// When something happens: at what time, and at which place among all that happens then.
pub type Place = (Time, u64);

/// After all else of its time.
pub const LAST: u64 = u64::MAX;

/// Of each lane, in order, each place once.
pub struct Turns {
    /// All of them.
    all: Vec<Vec<Place>>,
    /// Those that are news to others: roles and grants.
    news: Vec<Vec<Place>>,
}

impl Turns {
    pub fn of(story: &Story, past: &Past, finding: &Finding) -> Turns {
        let lanes = story.lanes.len();
        let mut turns = Turns { all: vec![Vec::new(); lanes], news: vec![Vec::new(); lanes] };
        let roles = story.roles.iter().filter(|stretch| !blank(stretch));
        let roles = roles.map(|stretch| (stretch.lane, (stretch.from, stretch.order)));
        let grants = story.grants.iter().map(|granted| (granted.lane, (granted.from, granted.order)));
        for (lane, place) in roles.chain(grants).filter(|(lane, (at, _))| past.holds(*lane, *at)) {
            turns.all[lane].push(place);
            turns.news[lane].push(place);
        }
        let work = story.work.iter().flat_map(|work| [(work.lane, work.from), (work.lane, work.until)]);
        for (lane, at) in work.filter(|(lane, at)| past.holds(*lane, *at)) {
            turns.all[lane].push((at, LAST));
        }
        for lane in who_took_part(story, finding) {
            turns.all[lane].push((finding.at, LAST));
        }
        for places in turns.all.iter_mut().chain(&mut turns.news) {
            places.sort_unstable();
            places.dedup();
        }
        turns
    }

    pub fn of_lane(&self, lane: usize) -> &[Place] {
        &self.all[lane]
    }

    /// The one before; the start, where there is none.
    pub fn before(&self, lane: usize, place: Place) -> Place {
        let earlier = self.all[lane].partition_point(|turn| *turn < place);
        if earlier == 0 { (Time::ZERO, 0) } else { self.all[lane][earlier - 1] }
    }

    /// Whether others can be told of it.
    pub fn is_news(&self, lane: usize, place: Place) -> bool {
        self.news[lane].binary_search(&place).is_ok()
    }
}

/// A member that has just started and knows nothing yet: there is nothing to tell of it.
pub fn blank(stretch: &Stretch) -> bool {
    stretch.role == sim::Role::Follower && stretch.epoch.is_empty() && stretch.leader.is_none()
}
