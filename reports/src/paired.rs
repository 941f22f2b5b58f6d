//! Two algorithms under the same seeds: the seed is the unit, and a pair is what both made of it.
//!
//! B. Efron and R. J. Tibshirani, *An Introduction to the Bootstrap* (1993), section 13.3: the interval of a ratio of medians is
//! taken between percentiles of what resampled pairs give. E. B. Wilson (1927) for the interval of a share.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::quantile::CONFIDENCE;
use crate::statistics;

/// Resamplings: the ends of the interval are their 50th value from either side.
const RESAMPLED: usize = 2_000;
/// The resamplings are the same every time, and their source is written out: how a generator spreads a short seed is nobody's
/// promise.
const SOURCE: [u8; 32] = *b"hustings: resampled pairs seed 0";

/// What one algorithm's figures are against another's, seed by seed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Comparison {
    /// Pairs of which at least one came about.
    pub pairs: usize,
    /// Median of the first over median of the second; `None`: one of them is above every finite figure. An end of its interval
    /// is infinite, or zero, where a median that never came about lies within what chance does.
    pub ratio: Option<Interval>,
    /// Share of the pairs in which the first was smaller; ties count for neither.
    pub won: Interval,
    pub lost: Interval,
    /// The probability of so uneven a split of the pairs that are no ties, were either side as likely to win (exact, two-sided).
    pub sign: f64,
    /// The medians behind the ratio and the two ends of its interval.
    medians: [Medians; 3],
}

/// A figure, and what holds the true one with 95 %.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Whether it says anything against this value.
    pub fn excludes(&self, value: f64) -> bool {
        value < self.low || value > self.high
    }
}

type Pair = (Option<u64>, Option<u64>);

/// The medians of both sides of some pairs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Medians(Option<u64>, Option<u64>);

impl Medians {
    /// What never came about is beyond every ratio, on its side.
    fn ratio(self) -> f64 {
        match self {
            Medians(None, None) | Medians(Some(0), Some(0)) => 1.0,
            Medians(Some(_), None) => 0.0,
            Medians(None, Some(_)) | Medians(Some(_), Some(0)) => f64::INFINITY,
            Medians(Some(a), Some(b)) => a as f64 / b as f64,
        }
    }

    fn is_finite(self) -> bool {
        matches!(self, Medians(Some(_), Some(b)) if b > 0)
    }

    fn swapped(self) -> Medians {
        Medians(self.1, self.0)
    }
}

impl Comparison {
    fn new(pairs: &[Pair]) -> Comparison {
        let won = pairs.iter().filter(|(a, b)| above(*a) < above(*b)).count();
        let lost = pairs.iter().filter(|(a, b)| above(*a) > above(*b)).count();
        let sign = statistics::binomial_test(won as u64, (won + lost) as u64, 0.5);
        let (won, lost) = (share(won, pairs.len()), share(lost, pairs.len()));
        Comparison { pairs: pairs.len(), ratio: None, won, lost, sign, medians: resampled(pairs) }.with_ratio()
    }

    fn with_ratio(self) -> Comparison {
        let [value, low, high] = self.medians.map(Medians::ratio);
        Comparison { ratio: self.medians[0].is_finite().then_some(Interval { value, low, high }), ..self }
    }

    /// The second against the first.
    pub fn swapped(&self) -> Comparison {
        let [value, low, high] = self.medians.map(Medians::swapped);
        Comparison { won: self.lost, lost: self.won, medians: [value, high, low], ..*self }.with_ratio()
    }

    /// Whether one side is called faster: the interval of the ratio leaves out one, and the seeds taken one by one say the same.
    /// The interval alone would call one in 25 where there is no difference, and a table has many pairs; both together call
    /// one in 70 (a test repeats that).
    pub fn differs(&self) -> bool {
        let faster = self.won.value > self.lost.value;
        let agrees = |ratio: Interval| ratio.excludes(1.0) && (ratio.value < 1.0) == faster;
        self.sign <= 1.0 - CONFIDENCE && self.ratio.is_none_or(agrees)
    }
}

/// Compares figures of the same seeds. A pair in which neither came about says nothing; there, and nowhere else, pairs are left
/// out. `None`: there is no other.
///
/// # Panics
/// Where one has more figures than the other.
pub fn compare(first: &[Option<u64>], second: &[Option<u64>]) -> Option<Comparison> {
    assert_eq!(first.len(), second.len(), "a pair has two figures");
    let pairs: Vec<Pair> =
        first.iter().copied().zip(second.iter().copied()).filter(|(a, b)| a.is_some() || b.is_some()).collect();
    (!pairs.is_empty()).then(|| Comparison::new(&pairs))
}

/// What never came about is above every finite figure.
fn above(figure: Option<u64>) -> u64 {
    figure.unwrap_or(u64::MAX)
}

/// The medians as they are, and at the two ends of the paired-bootstrap interval.
fn resampled(pairs: &[Pair]) -> [Medians; 3] {
    let n = pairs.len();
    let in_order = |of: &dyn Fn(&Pair) -> Option<u64>| {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&at| (above(of(&pairs[at])), at));
        order
    };
    let (firsts, seconds) = (in_order(&|pair| pair.0), in_order(&|pair| pair.1));
    let medians = |times: &[u32]| Medians(pairs[middle(&firsts, times)].0, pairs[middle(&seconds, times)].1);
    let mut chance = ChaCha8Rng::from_seed(SOURCE);
    let mut times = vec![0u32; n];
    let mut resampled: Vec<Medians> = Vec::with_capacity(RESAMPLED);
    for _ in 0..RESAMPLED {
        times.fill(0);
        for _ in 0..n {
            // High bits of a product: every pair is as likely as any other, to one in 2^64.
            times[((u128::from(chance.next_u64()) * n as u128) >> 64) as usize] += 1;
        }
        resampled.push(medians(&times));
    }
    resampled.sort_by(|one, two| one.ratio().total_cmp(&two.ratio()));
    let tail = ((1.0 - CONFIDENCE) / 2.0 * RESAMPLED as f64) as usize;
    [medians(&vec![1; n]), resampled[tail - 1], resampled[RESAMPLED - tail]]
}

/// Which of the pairs is the (lower) middle one, each taken so many times.
fn middle(order: &[usize], times: &[u32]) -> usize {
    let mut left = order.len().div_ceil(2);
    for &at in order {
        let here = times[at] as usize;
        if here >= left {
            return at;
        }
        left -= here;
    }
    unreachable!("as many are drawn as there are pairs")
}

/// A share with its score interval (E. B. Wilson, 1927).
pub fn share(count: usize, of: usize) -> Interval {
    if of == 0 {
        return Interval { value: 0.0, low: 0.0, high: 1.0 };
    }
    let (n, z) = (of as f64, NORMAL);
    let value = count as f64 / n;
    let middle = (value + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (value * (1.0 - value) / n + z * z / (4.0 * n * n)).sqrt();
    // At the ends the bound is the end itself, but for rounding.
    let low = if count == 0 { 0.0 } else { middle - half };
    let high = if count == of { 1.0 } else { middle + half };
    Interval { value, low, high }
}

/// The normal quantile that belongs to [`CONFIDENCE`], on two sides.
const NORMAL: f64 = 1.959_963_984_540_054;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(figures: &[u64]) -> Vec<Option<u64>> {
        figures.iter().copied().map(Some).collect()
    }

    #[test]
    fn the_same_figures_are_as_fast_as_themselves() {
        let figures: Vec<Option<u64>> = (1..=100).map(Some).collect();
        let same = compare(&figures, &figures).unwrap();
        assert_eq!(
            (same.ratio.unwrap(), same.won.value, same.lost.value),
            (Interval { value: 1.0, low: 1.0, high: 1.0 }, 0.0, 0.0)
        );
    }

    #[test]
    fn twice_as_slow_is_a_ratio_of_two_that_every_pair_agrees_on() {
        let (fast, slow): (Vec<_>, Vec<_>) = (50..150u64).map(|i| (Some(i), Some(2 * i))).unzip();
        let compared = compare(&slow, &fast).unwrap();
        let ratio = compared.ratio.unwrap();
        assert!(ratio.value == 2.0 && ratio.low == 2.0 && ratio.high == 2.0, "pairs stay together: {ratio:?}");
        assert_eq!((compared.pairs, compared.won.value, compared.lost.value), (100, 0.0, 1.0));
        assert!((compared.lost.low - 0.963).abs() < 0.001 && compared.lost.high == 1.0, "{:?}", compared.lost);
    }

    #[test]
    fn what_never_came_about_loses_against_everything_and_leaves_no_ratio() {
        let mut stuck = all(&[1, 2, 3, 4]);
        stuck.extend([None, None, None, None, None]);
        let compared = compare(&stuck, &all(&[5; 9])).unwrap();
        assert_eq!((compared.ratio, compared.won.value, compared.lost.value), (None, 4.0 / 9.0, 5.0 / 9.0));
        assert_eq!(compare(&[None], &[None]), None);
    }

    #[test]
    fn the_other_way_round_everything_is_turned_round() {
        let (a, b): (Vec<_>, Vec<_>) = (0..101u64).map(|i| (Some(100 + i * 7 % 101), Some(140 + i * 13 % 101))).unzip();
        let (there, back) = (compare(&a, &b).unwrap(), compare(&b, &a).unwrap());
        assert_eq!(there.swapped(), back);
        let (ratio, inverse) = (there.ratio.unwrap(), back.ratio.unwrap());
        assert!(ratio.high < 1.0 && inverse.low > 1.0 && (ratio.low * inverse.high - 1.0).abs() < 1e-12, "{ratio:?} {inverse:?}");
        assert!(there.differs() && back.differs());
    }

    #[test]
    fn an_interval_reaches_to_what_never_came_about_where_chance_may_bring_it() {
        let (a, b): (Vec<_>, Vec<_>) = (0..20u64).map(|i| ((i < 11).then_some(100 + i), Some(200 + i))).unzip();
        let ratio = compare(&a, &b).unwrap().ratio.unwrap();
        assert!(ratio.value < 1.0 && ratio.high == f64::INFINITY, "{ratio:?}");
        let back = compare(&b, &a).unwrap().ratio.unwrap();
        assert!(back.low == 0.0, "{back:?}");
    }

    #[test]
    fn medians_that_differ_while_the_seeds_do_not_agree_are_no_difference() {
        // In half of the seeds the first is a tenth faster, in the other half a thousandth slower.
        let pair = |i: u64| (Some(if i.is_multiple_of(2) { 1_000 + i } else { 1_101 + i }), Some(1_100 + i));
        let (a, b): (Vec<_>, Vec<_>) = (0..100).map(pair).unzip();
        let compared = compare(&a, &b).unwrap();
        assert!(compared.ratio.unwrap().excludes(1.0), "{compared:?}");
        assert!(compared.sign > 0.5 && !compared.differs(), "{compared:?}");
    }
}
