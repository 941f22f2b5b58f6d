//! Two algorithms under the same seeds: the seed is the unit, and a pair is what both made of it.
//!
//! B. Efron and R. J. Tibshirani, *An Introduction to the Bootstrap* (1993), section 13.3: the interval of a ratio of medians is
//! taken between percentiles of what resampled pairs give. C. J. Clopper and E. S. Pearson (1934) for the interval of a share.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::quantile::{CONFIDENCE, Sample};

/// Resamplings: the ends of the interval lie on their 50th value from either side.
const RESAMPLED: usize = 2_000;

/// What one algorithm's figures are against another's, seed by seed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Comparison {
    /// Pairs of which at least one came about.
    pub pairs: usize,
    /// Median of the first over median of the second; `None`: one of them is above every finite figure.
    pub ratio: Option<Interval>,
    /// Share of the pairs in which the first was smaller; ties count for neither.
    pub won: Interval,
    pub lost: Interval,
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

/// Compares figures of the same seeds. A pair in which neither came about says nothing; there, and nowhere else, pairs are left
/// out. `None`: there is no other.
pub fn compare(first: &[Option<u64>], second: &[Option<u64>]) -> Option<Comparison> {
    assert_eq!(first.len(), second.len(), "a pair has two figures");
    let pairs: Vec<(Option<u64>, Option<u64>)> =
        first.iter().copied().zip(second.iter().copied()).filter(|(a, b)| a.is_some() || b.is_some()).collect();
    if pairs.is_empty() {
        return None;
    }
    let above = |figure: Option<u64>| figure.unwrap_or(u64::MAX);
    let won = pairs.iter().filter(|(a, b)| above(*a) < above(*b)).count();
    let lost = pairs.iter().filter(|(a, b)| above(*a) > above(*b)).count();
    let (won, lost) = (share(won, pairs.len()), share(lost, pairs.len()));
    Some(Comparison { pairs: pairs.len(), ratio: ratio(&pairs), won, lost })
}

/// The ratio of the medians, with its paired-bootstrap interval. The resamplings are the same every time.
fn ratio(pairs: &[(Option<u64>, Option<u64>)]) -> Option<Interval> {
    let value = of_medians(pairs)?;
    let mut chance = ChaCha8Rng::seed_from_u64(0);
    let mut resampled: Vec<f64> = Vec::with_capacity(RESAMPLED);
    let mut drawn = pairs.to_vec();
    for _ in 0..RESAMPLED {
        for place in &mut drawn {
            // High bits of a product: every pair is as likely as any other, to one in 2^64.
            *place = pairs[((u128::from(chance.next_u64()) * pairs.len() as u128) >> 64) as usize];
        }
        // A resampling in which a median never came about is beyond any ratio, on the side of the one that did not.
        resampled.push(of_medians(&drawn).unwrap_or_else(|| beyond(&drawn)));
    }
    resampled.sort_by(f64::total_cmp);
    let tail = ((1.0 - CONFIDENCE) / 2.0 * RESAMPLED as f64) as usize;
    Some(Interval { value, low: resampled[tail], high: resampled[RESAMPLED - 1 - tail] })
}

fn medians(pairs: &[(Option<u64>, Option<u64>)]) -> (Option<u64>, Option<u64>) {
    let median = |figures: &mut dyn Iterator<Item = Option<u64>>| Sample::new(figures).median();
    (median(&mut pairs.iter().map(|(a, _)| *a)), median(&mut pairs.iter().map(|(_, b)| *b)))
}

fn of_medians(pairs: &[(Option<u64>, Option<u64>)]) -> Option<f64> {
    match medians(pairs) {
        (Some(a), Some(b)) if b > 0 => Some(a as f64 / b as f64),
        _ => None,
    }
}

fn beyond(pairs: &[(Option<u64>, Option<u64>)]) -> f64 {
    match medians(pairs) {
        (Some(_), None) => 0.0,
        (None, None) => 1.0,
        _ => f64::INFINITY,
    }
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
    fn no_difference_is_called_one_in_about_one_of_twenty_comparisons() {
        let mut state = 7u64;
        let mut word = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            1_000 + (state >> 33) % 1_000
        };
        let different = (0..200).filter(|_| {
            let (a, b): (Vec<_>, Vec<_>) = (0..60).map(|_| (Some(word()), Some(word()))).unzip();
            compare(&a, &b).unwrap().ratio.unwrap().excludes(1.0)
        });
        let different = different.count();
        assert!((1..=20).contains(&different), "{different} of 200");
    }
}
