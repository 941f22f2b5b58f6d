//! How often something happens in a stretch of time, and how sure that is.
//!
//! F. Garwood, *Fiducial limits for the Poisson distribution* (1936), for the exact interval of a count; P. McCullagh and J. A.
//! Nelder, *Generalized Linear Models* (second edition, 1989), section 6.2, for events that come in clusters: where the counts of
//! the runs vary more than a Poisson count does, the interval is widened by the root of that factor.

use crate::quantile::CONFIDENCE;

const DAY_NS: f64 = 86_400e9;
/// Halvings of the stretch that holds a bound: more than a number of this kind has bits.
const HALVINGS: u32 = 80;
/// What a further term adds is less than this share of the sum: no digit changes.
const NEGLIGIBLE: f64 = 1e-18;

/// Events a day, with the interval that holds the true rate with [`CONFIDENCE`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate {
    pub count: u64,
    /// Time that was watched, in days.
    pub days: f64,
    /// Events a day.
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Rate {
    /// From the counts of runs of equal length, and the time of all of them.
    pub fn new(counts: impl Iterator<Item = u32>, time_ns: u128) -> Rate {
        let (mut runs, mut count, mut squares) = (0u64, 0u64, 0u128);
        for one in counts {
            runs += 1;
            count += u64::from(one);
            squares += u128::from(one) * u128::from(one);
        }
        let days = time_ns as f64 / DAY_NS;
        let (low, high) = limits(count);
        let spread = dispersion(runs, count, squares).max(1.0).sqrt();
        let widened = |bound: f64| count as f64 + (bound - count as f64) * spread;
        let a_day = |events: f64| if days > 0.0 { events.max(0.0) / days } else { 0.0 };
        let high = if days > 0.0 { a_day(widened(high)) } else { f64::INFINITY };
        Rate { count, days, value: a_day(count as f64), low: a_day(widened(low)), high }
    }
}

/// Variance of the counts over their mean: one for a Poisson count.
fn dispersion(runs: u64, count: u64, squares: u128) -> f64 {
    if runs < 2 || count == 0 {
        return 1.0;
    }
    let (n, sum) = (runs as f64, count as f64);
    let variance = (squares as f64 - sum * sum / n) / (n - 1.0);
    variance / (sum / n)
}

/// The exact interval of a Poisson mean, of which so many events were seen.
fn limits(count: u64) -> (f64, f64) {
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let k = count as f64;
    let far = 10.0 * (k + 1.0).sqrt() + 10.0;
    // The greatest mean under which so few are not unlikely, and the least under which so many are not.
    let high = bisected(k, k + far, |mean| at_most(count, mean) > tail);
    let low = if count == 0 { 0.0 } else { bisected((k - far).max(0.0), k, |mean| at_least(count, mean) < tail) };
    (low, high)
}

/// Where `below` turns from true to false.
fn bisected(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Probability of at most so many, for a mean above them: terms fall from `count` downwards.
fn at_most(count: u64, mean: f64) -> f64 {
    let (mut term, mut sum) = (probability(count, mean), 0.0);
    for k in (0..=count).rev() {
        sum += term;
        term *= k as f64 / mean;
        if term <= sum * NEGLIGIBLE {
            break;
        }
    }
    sum
}

/// Probability of at least so many, for a mean below them: terms fall from `count` upwards.
fn at_least(count: u64, mean: f64) -> f64 {
    let (mut term, mut sum, mut k) = (probability(count, mean), 0.0, count as f64);
    while term > sum * NEGLIGIBLE {
        sum += term;
        k += 1.0;
        term *= mean / k;
    }
    sum
}

fn probability(count: u64, mean: f64) -> f64 {
    let k = count as f64;
    if mean <= 0.0 { f64::from(u8::from(count == 0)) } else { libm::exp(k * libm::log(mean) - mean - libm::lgamma(k + 1.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_those_of_the_published_tables() {
        // Garwood's table of 1936, and chi-squared quantiles for the larger counts.
        for (count, low, high) in
            [(0, 0.0, 3.6889), (1, 0.025_318, 5.5716), (5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (100, 81.3640, 121.6268)]
        {
            let (found_low, found_high) = limits(count);
            assert!((found_low - low).abs() < 1e-4 && (found_high - high).abs() < 1e-4, "{count}: {found_low} to {found_high}");
        }
        let (low, high) = limits(1_000_000);
        assert!((low - 998_041.0).abs() < 2.0 && (high - 1_001_962.0).abs() < 2.0, "{low} to {high}");
    }

    #[test]
    fn a_quiet_day_bounds_the_rate_and_no_day_at_all_does_not() {
        let day = 86_400_000_000_000u128;
        let quiet = Rate::new([0, 0].into_iter(), 2 * day);
        assert_eq!((quiet.count, quiet.value, quiet.low), (0, 0.0, 0.0));
        assert!((quiet.high - 3.6889 / 2.0).abs() < 1e-4, "{}", quiet.high);
        assert_eq!(Rate::new([].into_iter(), 0).high, f64::INFINITY);
    }

    #[test]
    fn events_in_clusters_say_less_than_as_many_single_ones() {
        let day = 86_400_000_000_000u128;
        let single = Rate::new([1u32; 100].into_iter(), day);
        let clustered = Rate::new((0..100).map(|run| if run % 10 == 0 { 10 } else { 0 }), day);
        assert_eq!((single.value, clustered.value), (100.0, 100.0));
        let width = |rate: Rate| rate.high - rate.low;
        assert!(width(clustered) > 2.5 * width(single), "{single:?} {clustered:?}");
    }

    #[test]
    fn the_interval_holds_the_true_rate_as_often_as_it_says() {
        // Poisson counts from a fixed generator, by counting arrivals; the true rate is 3 a run.
        let mut state = 7u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        };
        let mut poisson = || {
            let (mut product, mut count) = (uniform(), 0u32);
            while product > libm::exp(-3.0) {
                product *= uniform();
                count += 1;
            }
            count
        };
        let trials = 2_000;
        let held = (0..trials).filter(|_| {
            let rate = Rate::new((0..20).map(|_| poisson()), 20 * 86_400_000_000_000);
            rate.low <= 3.0 && 3.0 <= rate.high
        });
        let share = held.count() as f64 / f64::from(trials);
        assert!((0.94..0.99).contains(&share), "{share}");
    }
}
