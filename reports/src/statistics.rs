//! The little mathematics that tables need: quantiles, bounds for what was never seen, and tests of a proportion and of a
//! distribution.

use crate::quantile::Binomial;

/// The middle value (of an even number, the lower middle one); `None` of nothing.
pub fn median(values: &[u64]) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// The rule of three: what was seen in none of `trials` has, with 95 % confidence, at most this probability.
pub fn rule_of_three(trials: u64) -> f64 {
    if trials == 0 { 1.0 } else { (3.0 / trials as f64).min(1.0) }
}

/// Standard error of a proportion `p` over so many trials.
pub fn standard_error(p: f64, trials: u64) -> f64 {
    (p * (1.0 - p) / trials as f64).sqrt()
}

/// Mean and standard error of the mean.
pub fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, (variance / n).sqrt())
}

/// Two-sided exact binomial test: the probability, were `p` true, of a count at least as far out as `seen` on its side,
/// doubled.
///
/// # Panics
/// Where `p` is not between 0 and 1.
pub fn binomial_test(seen: u64, trials: u64, p: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0, "what is certain needs no test");
    let (mut below, mut above) = (0.0, 0.0);
    for (count, term) in Binomial::new(trials as usize, p).enumerate() {
        let count = count as u64;
        if count <= seen {
            below += term;
        }
        if count >= seen {
            above += term;
        }
        // Beyond both, terms only shrink: what is left adds nothing.
        if count > seen && count as f64 > trials as f64 * p && term < above * f64::EPSILON {
            break;
        }
    }
    (2.0 * f64::min(below, above)).min(1.0)
}

/// Kolmogorov–Smirnov: the greatest distance between the distribution of `samples` and `cdf`.
pub fn kolmogorov_smirnov(samples: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    sorted.iter().enumerate().fold(0.0, |greatest: f64, (i, &x)| {
        let expected = cdf(x);
        greatest.max((expected - i as f64 / n).abs()).max(((i + 1) as f64 / n - expected).abs())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_nothing_is_nothing_and_of_many_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7]), Some(7));
        assert_eq!(median(&[9, 1, 5]), Some(5));
        assert_eq!(median(&[4, 1, 3, 2]), Some(2));
    }

    #[test]
    fn none_in_a_thousand_seeds_bounds_the_rate_by_three_in_a_thousand() {
        assert!((rule_of_three(1_000) - 0.003).abs() < 1e-12);
        assert!((rule_of_three(0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_binomial_test_agrees_with_counting_by_hand() {
        // Ten fair coins, two heads or fewer: (1 + 10 + 45) / 1024, doubled.
        assert!((binomial_test(2, 10, 0.5) - 112.0 / 1024.0).abs() < 1e-12);
        // Nobody expects five hits where one in a million is expected to hit in 100 000.
        assert!(binomial_test(5, 100_000, 1e-6) < 1e-5);
        assert!(binomial_test(0, 100_000, 1e-6) > 0.5);
        assert!(binomial_test(1, 100_000, 1e-10) < 1e-4);
    }

    #[test]
    fn an_even_grid_is_as_close_to_uniform_as_can_be_and_a_shifted_one_is_not() {
        let grid: Vec<f64> = (0..1_000).map(|i| (f64::from(i) + 0.5) / 1_000.0).collect();
        assert!((kolmogorov_smirnov(&grid, |x| x) - 0.0005).abs() < 1e-9);
        assert!((kolmogorov_smirnov(&grid, |x| (x - 0.1).max(0.0)) - 0.1).abs() < 1e-2);
    }

    #[test]
    fn a_constant_has_no_error_of_its_mean() {
        assert_eq!(mean(&[2.0, 2.0, 2.0]), (2.0, 0.0));
    }
}
