//! Neighbouring items of work as one span: a picture shows when work went on and where it stood still, not every item.

use std::collections::BTreeMap;

use sim::Time;

use super::{Done, Work};

/// Items further apart than so many times the usual gap are not drawn together.
const TIMES_USUAL: u64 = 4;

/// Where it shows, whose it is, what became of it.
pub type Key = (usize, usize, Done);

/// Items of work with their times, in order of time for each key.
#[derive(Default)]
pub struct Items(BTreeMap<Key, Vec<Time>>);

impl Items {
    pub fn add(&mut self, key: Key, at: Time) {
        self.0.entry(key).or_default().push(at);
    }

    /// In order of their beginnings.
    pub fn finish(self) -> Vec<Work> {
        let mut gaps: Vec<u64> = self.0.values().flat_map(|times| times.windows(2).map(|two| two[1].since(two[0]).0)).collect();
        gaps.sort_unstable();
        let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0);
        let near = usual.saturating_mul(TIMES_USUAL);
        let mut spans = Vec::new();
        for ((lane, by, done), times) in self.0 {
            let mut open: Option<Work> = None;
            for at in times {
                match &mut open {
                    Some(work) if at.since(work.until).0 <= near => (work.until, work.items) = (at, work.items + 1),
                    _ => spans.extend(open.replace(Work { lane, by, from: at, until: at, items: 1, done })),
                }
            }
            spans.extend(open);
        }
        spans.sort_by_key(|work| (work.from, work.lane, work.by, work.done));
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_goes_on_is_one_span_and_a_gap_ends_it() {
        let mut items = Items::default();
        for at in [10, 20, 30, 40, 200, 210] {
            items.add((0, 0, Done::Acknowledged), Time(at));
        }
        items.add((1, 1, Done::Fenced), Time(35));
        let told: Vec<_> = items.finish().iter().map(|work| (work.lane, work.from.0, work.until.0, work.items)).collect();
        assert_eq!(told, [(0, 10, 40, 4), (1, 35, 35, 1), (0, 200, 210, 2)]);
    }
}
