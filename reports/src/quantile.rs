//! Exact quantiles of figures of which some never came about, with distribution-free intervals, and the band around a whole
//! distribution. Figures are in nanoseconds; `None` is above every finite one ("at least what was left of the run").
//!
//! H. A. David and H. N. Nagaraja, *Order Statistics* (third edition, 2003), section 7.1, for the intervals: between two order
//! statistics the quantile lies with the probability of a binomial variable's range, whatever the distribution. P. Massart, *The
//! tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality* (1990), for the band.

use std::sync::Arc;

/// The confidence of every interval and band.
pub const CONFIDENCE: f64 = 0.95;

/// Figures in order; those that never came about stand last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Shared, so that figures that were worked out once can be handed on.
    finite: Arc<[u64]>,
    never: usize,
}

/// A quantile and the interval that holds the true one with at least [`CONFIDENCE`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quantile {
    /// The order statistic of rank ⌈n p⌉; `None`: it never came about.
    pub value: Option<u64>,
    pub low: Option<u64>,
    pub high: Option<u64>,
}

impl Sample {
    pub fn new(figures: impl IntoIterator<Item = Option<u64>>) -> Sample {
        let (mut finite, mut never) = (Vec::new(), 0);
        for figure in figures {
            match figure {
                Some(figure) => finite.push(figure),
                None => never += 1,
            }
        }
        finite.sort_unstable();
        Sample { finite: finite.into(), never }
    }

    /// How many there are, those that never came about included.
    pub fn len(&self) -> usize {
        self.finite.len() + self.never
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many never came about.
    pub fn never(&self) -> usize {
        self.never
    }

    /// Those that came about, in order.
    pub fn finite(&self) -> &[u64] {
        &self.finite
    }

    /// The figure of this rank, from 1.
    fn ranked(&self, rank: usize) -> Option<u64> {
        self.finite.get(rank - 1).copied()
    }

    /// The middle one (of an even number, the lower middle one), without an interval.
    pub fn median(&self) -> Option<u64> {
        self.at(500)
    }

    /// The figure of rank ⌈n p⌉ at `per_mille`, without an interval, however few there are; `None` of nothing, too.
    pub fn at(&self, per_mille: u32) -> Option<u64> {
        if self.is_empty() { None } else { self.ranked((self.len() * per_mille as usize).div_ceil(1_000)) }
    }

    /// The quantile at `per_mille` (500: the median), with its interval. The error says how many figures it takes.
    ///
    /// # Errors
    /// Where so few figures support no interval.
    ///
    /// # Panics
    /// Where it is not between 1 and 999.
    pub fn quantile(&self, per_mille: u32) -> Result<Quantile, TooFew> {
        assert!((1..1_000).contains(&per_mille), "a quantile lies between the ends");
        let needed = fewest(per_mille);
        let n = self.len();
        if n < needed {
            return Err(TooFew { there: n, needed });
        }
        let p = f64::from(per_mille) / 1_000.0;
        let tail = (1.0 - CONFIDENCE) / 2.0;
        // The true quantile is below the figure of rank r with the probability that fewer than r figures are below it.
        let mut low = 0;
        let mut below = 0.0;
        let mut high = n;
        let mut k = 0;
        let mut found_low = false;
        for term in Binomial::new(n, p) {
            // `below` is P[X < k].
            if !found_low && below + term > tail {
                low = k;
                found_low = true;
            }
            below += term;
            k += 1;
            if 1.0 - below <= tail {
                high = k;
                break;
            }
        }
        let low = low.max(1);
        Ok(Quantile { value: self.at(per_mille), low: self.ranked(low), high: self.ranked(high.min(n)) })
    }

    /// Half the width of the band around the empirical distribution that holds the true one everywhere.
    pub fn band(&self) -> f64 {
        if self.is_empty() { 1.0 } else { (libm::log(2.0 / (1.0 - CONFIDENCE)) / (2.0 * self.len() as f64)).sqrt().min(1.0) }
    }
}

/// A quantile was asked for that so few figures do not support.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooFew {
    pub there: usize,
    pub needed: usize,
}

/// The fewest figures with an interval on both sides of this quantile: 6 for the median, 368 for the 99th percentile.
pub fn fewest(per_mille: u32) -> usize {
    let p = f64::from(per_mille) / 1_000.0;
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let one_side = |p: f64| (libm::log(tail) / libm::log(p)).ceil() as usize;
    one_side(p).max(one_side(1.0 - p))
}

/// The terms of a binomial distribution, from 0 up. The probability is neither 0 nor 1.
pub(crate) struct Binomial {
    n: usize,
    k: usize,
    log_odds: f64,
    log_term: f64,
}

impl Binomial {
    pub fn new(n: usize, p: f64) -> Binomial {
        Binomial { n, k: 0, log_odds: libm::log(p) - libm::log1p(-p), log_term: n as f64 * libm::log1p(-p) }
    }
}

impl Iterator for Binomial {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        if self.k > self.n {
            return None;
        }
        let term = libm::exp(self.log_term);
        if self.k < self.n {
            self.log_term += libm::log((self.n - self.k) as f64 / (self.k + 1) as f64) + self.log_odds;
        }
        self.k += 1;
        Some(term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(n: u64) -> Sample {
        Sample::new((1..=n).map(Some))
    }

    #[test]
    fn the_ranks_are_those_of_an_exact_summation() {
        // By a summation of the binomial terms in exact fractions.
        for (n, per_mille, low, value, high) in [
            (6, 500, 1, 3, 6),
            (10, 500, 2, 5, 9),
            (20, 500, 6, 10, 15),
            (100, 500, 40, 50, 61),
            (100, 900, 84, 90, 96),
            (1_000, 500, 469, 500, 532),
            (1_000, 990, 983, 990, 997),
            (368, 990, 360, 365, 368),
        ] {
            let quantile = counted(n).quantile(per_mille).unwrap();
            assert_eq!((quantile.low, quantile.value, quantile.high), (Some(low), Some(value), Some(high)), "{per_mille} of {n}");
        }
    }

    #[test]
    fn a_quantile_that_so_few_figures_cannot_support_is_refused() {
        assert_eq!([500, 900, 990, 999].map(fewest), [6, 36, 368, 3_688]);
        assert_eq!(counted(367).quantile(990), Err(TooFew { there: 367, needed: 368 }));
        assert!(counted(368).quantile(990).is_ok());
        assert!(Sample::new([]).quantile(500).is_err());
    }

    #[test]
    fn what_never_came_about_is_above_all_that_did() {
        let sample = Sample::new((0..10).map(|i| (i < 4).then_some(i)));
        assert_eq!((sample.len(), sample.never(), sample.median()), (10, 6, None));
        assert_eq!(sample.quantile(500), Ok(Quantile { value: None, low: Some(1), high: None }));
    }

    #[test]
    fn the_band_narrows_with_the_root_of_the_number() {
        assert!((counted(1_000).band() - 0.042_946).abs() < 1e-6);
        assert!((counted(4_000).band() * 2.0 - counted(1_000).band()).abs() < 1e-12);
    }
}
