//! Many seeds in little room: 64 bytes for what every run has, and a list for what few of them have.

use super::seed::{First, Seed};

/// What a comparison keeps of the runs of one algorithm in one scenario, in the order of the seeds, none left out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seeds {
    /// The number of the first.
    from: u64,
    common: Vec<Common>,
    /// By place; most runs have nothing of this.
    rare: Vec<(usize, Rare)>,
}

/// In nanoseconds; [`NEVER`] for what did not come about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Common {
    measure: u64,
    lost: u64,
    detection: u64,
    election: u64,
    takeover: u64,
    leaderless: u64,
    messages: u64,
    end: u64,
}

/// As in [`Seed`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Rare {
    safety: u64,
    liveness: u64,
    measured: u64,
    false_failovers: u32,
    conflicting_effects: u64,
    lost_acknowledged: u64,
    overlap: u64,
    /// Not everything in the script took place.
    missed: bool,
}

/// No run is 584 years long.
const NEVER: u64 = u64::MAX;

impl Seeds {
    /// After all that are there.
    ///
    /// # Panics
    /// Where it is not the one that comes next.
    pub fn push(&mut self, seed: Seed) {
        if self.common.is_empty() {
            self.from = seed.seed;
        }
        assert_eq!(seed.seed, self.from + self.common.len() as u64, "seeds are handed over one after the other");
        let never = |time: Option<u64>| time.unwrap_or(NEVER);
        let first = seed.first;
        let rare = Rare {
            safety: seed.safety,
            liveness: seed.liveness,
            measured: seed.measured,
            false_failovers: seed.false_failovers,
            conflicting_effects: seed.conflicting_effects,
            lost_acknowledged: seed.lost_acknowledged,
            overlap: seed.overlap_ns,
            missed: !seed.exercised,
        };
        if rare != Rare::default() {
            self.rare.push((self.common.len(), rare));
        }
        self.common.push(Common {
            measure: never(seed.measure),
            lost: never(first.map(|first| first.lost_ns)),
            detection: never(first.and_then(|first| first.detection)),
            election: never(first.and_then(|first| first.election)),
            takeover: never(first.and_then(|first| first.takeover)),
            leaderless: seed.leaderless_ns,
            messages: seed.messages,
            end: seed.end_ns,
        });
    }

    pub fn len(&self) -> usize {
        self.common.len()
    }

    pub fn is_empty(&self) -> bool {
        self.common.is_empty()
    }

    /// The one at this place.
    pub fn get(&self, place: usize) -> Option<Seed> {
        let common = self.common.get(place)?;
        let rare = self.rare.binary_search_by_key(&place, |(place, _)| *place);
        Some(together(self.from + place as u64, common, rare.map_or_else(|_| Rare::default(), |at| self.rare[at].1)))
    }

    pub fn iter(&self) -> impl Iterator<Item = Seed> + Clone + '_ {
        let mut rare = self.rare.iter().peekable();
        self.common.iter().enumerate().map(move |(place, common)| {
            let own = rare.next_if(|(at, _)| *at == place);
            together(self.from + place as u64, common, own.map_or_else(Rare::default, |(_, rare)| *rare))
        })
    }
}

fn together(seed: u64, common: &Common, rare: Rare) -> Seed {
    let time = |time: u64| (time != NEVER).then_some(time);
    let first = time(common.lost).map(|lost_ns| First {
        lost_ns,
        detection: time(common.detection),
        election: time(common.election),
        takeover: time(common.takeover),
    });
    Seed {
        seed,
        first,
        safety: rare.safety,
        liveness: rare.liveness,
        measured: rare.measured,
        false_failovers: rare.false_failovers,
        conflicting_effects: rare.conflicting_effects,
        lost_acknowledged: rare.lost_acknowledged,
        overlap_ns: rare.overlap,
        leaderless_ns: common.leaderless,
        messages: common.messages,
        end_ns: common.end,
        measure: time(common.measure),
        exercised: !rare.missed,
    }
}

impl Extend<Seed> for Seeds {
    fn extend<I: IntoIterator<Item = Seed>>(&mut self, seeds: I) {
        seeds.into_iter().for_each(|seed| self.push(seed));
    }
}

impl FromIterator<Seed> for Seeds {
    fn from_iter<I: IntoIterator<Item = Seed>>(seeds: I) -> Seeds {
        let mut all = Seeds::default();
        all.extend(seeds);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_was_put_in_and_takes_half_the_room() {
        let plain = Seed {
            seed: 5,
            first: None,
            safety: 0,
            liveness: 0,
            measured: 0,
            false_failovers: 0,
            conflicting_effects: 0,
            lost_acknowledged: 0,
            overlap_ns: 0,
            leaderless_ns: 7,
            messages: 8,
            end_ns: 9,
            measure: None,
            exercised: true,
        };
        let first = First { lost_ns: 1, detection: Some(2), election: Some(0), takeover: None };
        let seeds = [
            plain,
            Seed { seed: 6, first: Some(first), overlap_ns: 3, measure: Some(4), ..plain },
            Seed { seed: 7, first: Some(First { detection: None, election: None, ..first }), ..plain },
            Seed {
                seed: 8,
                safety: 1,
                liveness: 2,
                measured: 4,
                false_failovers: 3,
                conflicting_effects: 5,
                lost_acknowledged: 6,
                exercised: false,
                ..plain
            },
        ];
        let kept: Seeds = seeds.into_iter().collect();
        assert!(kept.iter().eq(seeds), "{kept:?}");
        assert!((0..5).map(|place| kept.get(place)).eq(seeds.map(Some).into_iter().chain([None])));
        assert_eq!((kept.len(), kept.rare.len(), kept.is_empty()), (4, 2, false));
        assert!(2 * size_of::<Common>() <= size_of::<Seed>(), "{} of {}", size_of::<Common>(), size_of::<Seed>());
    }
}
