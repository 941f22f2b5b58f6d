//! Which messages of a run are worth showing when not all can be: those nearest to what matters.

use std::collections::BTreeSet;

use sim::Time;

use super::{Limits, MomentKind, Story};

/// Faults and changes of leaders matter so many times less than findings and the steps of a failover.
const LESS: u64 = 4;

impl Story {
    /// Leaves out what is beyond the limits, and counts it.
    pub(super) fn bound(&mut self, limits: &Limits) {
        let left = &mut self.left_out;
        left.stretches += cut_off(&mut self.roles, limits.stretches);
        left.stretches += cut_off(&mut self.outages, limits.stretches);
        left.stretches += cut_off(&mut self.cuts, limits.stretches);
        left.stretches += cut_off(&mut self.reigns, limits.stretches);
        left.stretches += cut_off(&mut self.grants, limits.stretches);
        left.moments += cut_off(&mut self.moments, limits.moments);
        left.work += cut_off(&mut self.work, limits.work);
        self.bound_messages(limits);
    }

    fn bound_messages(&mut self, limits: &Limits) {
        let points = Points::of(self);
        let mut order: Vec<(u64, usize)> =
            self.messages.iter().enumerate().map(|(index, message)| (points.distance(message.sent), index)).collect();
        order.sort_unstable();
        let mut kept = vec![false; self.messages.len()];
        // What several messages say (a broadcast) stands in the page once.
        let mut said: BTreeSet<String> = BTreeSet::new();
        let mut bytes = 0;
        for (rank, &(_, index)) in order.iter().enumerate() {
            if rank >= limits.messages {
                self.left_out.messages += 1;
                continue;
            }
            kept[index] = true;
            let message = &mut self.messages[index];
            let Some(content) = message.content.take() else { continue };
            let known = said.contains(&content);
            if !known && bytes + content.len() > limits.contents {
                self.left_out.contents += 1;
                continue;
            }
            if !known {
                bytes += content.len();
                said.insert(content.clone());
            }
            message.content = Some(content);
        }
        let mut kept = kept.into_iter();
        self.messages.retain(|_| kept.next().unwrap_or(false));
    }
}

/// Drops what is beyond `most`; how many.
fn cut_off<T>(list: &mut Vec<T>, most: usize) -> u64 {
    let beyond = list.len().saturating_sub(most);
    list.truncate(most);
    beyond as u64
}

/// Times that matter, sorted: more, and less.
struct Points {
    more: Vec<Time>,
    less: Vec<Time>,
}

impl Points {
    fn of(story: &Story) -> Points {
        let steps = story.failovers.iter().flat_map(|failover| {
            [Some(failover.lost), failover.detected, failover.elected, failover.effective].into_iter().flatten()
        });
        let mut more: Vec<Time> = steps.chain(story.findings.iter().map(|finding| finding.at)).collect();
        let faults = story.moments.iter().filter(|moment| moment.kind == MomentKind::Fault).map(|moment| moment.at);
        let mut less: Vec<Time> = faults.chain(story.reigns.iter().flat_map(|reign| [reign.from, reign.until])).collect();
        // Whoever leads when the run is over has not ended anything.
        less.retain(|at| *at < story.end);
        more.sort_unstable();
        less.sort_unstable();
        Points { more, less }
    }

    fn distance(&self, at: Time) -> u64 {
        nearest(&self.more, at).min(nearest(&self.less, at).saturating_mul(LESS))
    }
}

/// In nanoseconds; the most there is, if there is nothing.
fn nearest(sorted: &[Time], at: Time) -> u64 {
    let place = sorted.partition_point(|point| *point < at);
    let around = [place.checked_sub(1), Some(place)].into_iter().flatten().filter_map(|place| sorted.get(place));
    around.map(|point| point.0.abs_diff(at.0)).min().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_point_counts_on_either_side() {
        let points = [Time(10), Time(20)];
        assert_eq!([5, 10, 14, 16, 30].map(|at| nearest(&points, Time(at))), [5, 0, 4, 4, 10]);
        assert_eq!(nearest(&[], Time(3)), u64::MAX);
    }
}
