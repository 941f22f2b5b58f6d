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
    /// Those that are news to others: changes of role and epoch, and grants.
    news: Vec<Vec<Place>>,
}

impl Turns {
    pub fn of(story: &Story, past: &Past, finding: &Finding) -> Turns {
        let lanes = story.lanes.len();
        let mut turns = Turns { all: vec![Vec::new(); lanes], news: vec![Vec::new(); lanes] };
        let mut is: Vec<Option<&Stretch>> = vec![None; lanes];
        for stretch in &story.roles {
            let was = is[stretch.lane].replace(stretch);
            if blank(stretch) || !past.holds(stretch.lane, stretch.from) {
                continue;
            }
            let place = (stretch.from, stretch.order);
            turns.all[stretch.lane].push(place);
            // Whom it follows is what it has heard from that one, and no news to anybody else.
            if was.is_none_or(|was| (was.role, &was.epoch) != (stretch.role, &stretch.epoch)) {
                turns.news[stretch.lane].push(place);
            }
        }
        for granted in story.grants.iter().filter(|granted| past.holds(granted.lane, granted.from)) {
            turns.all[granted.lane].push((granted.from, granted.order));
            turns.news[granted.lane].push((granted.from, granted.order));
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
