//! The published and exact results on the timing of Raft's elections, and the verdicts on ours: what is expected, how far
//! off we may be, and by which test.
//!
//! Sources: D. Ongaro, *Consensus: Bridging Theory and Practice* (2014), chapter 9, and the exact formulas behind its
//! figures. Words: n servers, f of them down from the start, s = n − f available; timeouts uniform on `[R, 2R)`; latency and
//! time in units of R. All servers start as followers with fresh timers; there is no old leader.

mod refloated;
mod wan;

pub use refloated::{REFLOATED, Refloated};
pub use wan::{WAN, Wan, chart};

use crate::paint::Paint;
use crate::statistics;
use crate::table::{Cell, Table};

/// One cluster and one latency.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Setting {
    pub servers: u16,
    pub down: u16,
    /// One-way, in units of R.
    pub latency: f64,
}

/// The settings of V1 as `(servers, down, latency as it is written)`.
pub fn closed_form() -> impl Iterator<Item = (u16, u16, &'static str)> {
    include_str!("../data/closed_form.csv").lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).map(|line| {
        let mut fields = line.split(',');
        let mut next = || fields.next().expect("the table has seven columns");
        let (servers, down, _available) = (next(), next(), next());
        let whole = |text: &str| text.parse().expect("the table counts servers in whole numbers");
        (whole(servers), whole(down), next())
    })
}

impl Setting {
    fn available(self) -> i32 {
        i32::from(self.servers - self.down)
    }

    /// V1: the probability that nobody wins the first term. Σ_{k=c−1}^{s} C(s,k) l^k (1−l)^(s−k) with c = s − ⌊n/2⌋ + 1: so
    /// many must have stood, within one latency of the first, that no majority is left to vote for it. Valid while twice the
    /// latency is below the smallest timeout.
    pub fn split_rate(self) -> f64 {
        let s = self.available();
        let c = s - i32::from(self.servers / 2) + 1;
        (c - 1..=s).map(|k| choose(s, k) * power(self.latency, k) * power(1.0 - self.latency, s - k)).sum()
    }

    /// V2: the probability that the first of the available servers has stood by `t` after R, in units of R.
    pub fn stood_by(self, t: f64) -> f64 {
        1.0 - power(1.0 - t.clamp(0.0, 1.0), self.available())
    }

    /// V3: the mean time to the first leader, in units of R: (1 + 1/(s+1) + l)/(1−p) + l. Too high as p grows, because after
    /// a split the timers are no longer in step.
    pub fn mean_election(self) -> f64 {
        let s = f64::from(self.available());
        (1.0 + 1.0 / (s + 1.0) + self.latency) / (1.0 - self.split_rate()) + self.latency
    }
}

fn power(base: f64, exponent: i32) -> f64 {
    libm::pow(base, f64::from(exponent))
}

fn choose(n: i32, k: i32) -> f64 {
    (0..k).map(|i| f64::from(n - i) / f64::from(i + 1)).product()
}

/// One line of the table: what is published, what we measured, and whether that is near enough.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// `V1`.
    pub result: &'static str,
    /// Cluster and latency in words.
    pub setting: String,
    pub target: String,
    pub measured: String,
    pub tolerance: String,
    pub met: bool,
}

/// All comparisons as Markdown.
pub fn markdown(comparisons: &[Comparison]) -> String {
    as_table(comparisons).markdown()
}

/// All comparisons as a table, and in the last line how many were met.
pub fn table(comparisons: &[Comparison]) -> String {
    let met = comparisons.iter().filter(|comparison| comparison.met).count();
    format!("{}\n{met} of {} met\n", as_table(comparisons).text(), comparisons.len())
}

fn as_table(comparisons: &[Comparison]) -> Table {
    let mut table = Table::new(&["result", "setting", "target", "measured", "tolerance", "verdict"]);
    for comparison in comparisons {
        let Comparison { result, setting, target, measured, tolerance, met } = comparison;
        let verdict = if *met { Cell::painted("met", Paint::Good) } else { Cell::painted("MISSED", Paint::Bad) };
        let text = |text: &String| text.as_str().into();
        table.row([(*result).into(), text(setting), text(target), text(measured), text(tolerance), verdict]);
    }
    table
}

/// Below this probability the normal approximation of a proportion is worth nothing.
const RARE: f64 = 1e-4;
/// The level of the exact test for rare splits.
const RARE_ALPHA: f64 = 1e-5;
/// Standard errors that a proportion, or at few trials a mean, may be off.
const ERRORS: f64 = 4.0;
/// Critical value of the Kolmogorov–Smirnov distance times the root of the number of trials: .0062 at 100 000.
const KS_CRITICAL: f64 = 1.96;
/// A mean election time may be off by so much of itself.
const MEAN_TOLERANCE: f64 = 0.005;
/// A split rate under variable latency may be off by one point: the text states it to that precision.
const POINT: f64 = 0.01;

/// V1: so many of the trials had no winner in their first term.
pub fn split(setting: Setting, label: String, splits: u64, trials: u64) -> Comparison {
    let p = setting.split_rate();
    let seen = splits as f64 / trials as f64;
    let (tolerance, met) = if p < RARE {
        let chance = statistics::binomial_test(splits, trials, p);
        (format!("exact test, p = {chance:.3}"), chance >= RARE_ALPHA)
    } else {
        let off = ERRORS * statistics::standard_error(p, trials);
        (format!("±{off:.6} (4 SE)"), (seen - p).abs() <= off)
    };
    let target = if p < RARE { format!("{p:.2e}") } else { format!("{p:.6}") };
    Comparison { result: "V1", setting: label, target, measured: format!("{seen:.6}"), tolerance, met }
}

/// V2: the times at which the first server stood, in units of R after R.
pub fn earliest(setting: Setting, label: String, times: &[f64]) -> Comparison {
    let distance = statistics::kolmogorov_smirnov(times, |t| setting.stood_by(t));
    let most = KS_CRITICAL / (times.len() as f64).sqrt();
    Comparison {
        result: "V2",
        setting: label,
        target: String::from("1 − (1−t)^s"),
        measured: format!("D = {distance:.5}"),
        tolerance: format!("D < {most:.4}"),
        met: distance < most,
    }
}

/// V3: the times to the first leader, in units of R.
pub fn election(setting: Setting, label: String, times: &[f64]) -> Comparison {
    let target = setting.mean_election();
    let (mean, error) = statistics::mean(times);
    let (off, why) = wider(MEAN_TOLERANCE * target, String::from("0.5 %"), ERRORS * error);
    Comparison {
        result: "V3",
        setting: label,
        target: format!("{target:.4} R"),
        measured: format!("{mean:.4} R"),
        tolerance: format!("±{off:.4} ({why})"),
        met: (mean - target).abs() <= off,
    }
}

/// V4: splits under variable latency, against the published rate.
pub fn variable(target: f64, label: String, splits: u64, trials: u64) -> Comparison {
    let seen = splits as f64 / trials as f64;
    let (off, why) = wider(POINT, String::from("1 point"), ERRORS * statistics::standard_error(target, trials));
    Comparison {
        result: "V4",
        setting: label,
        target: format!("{target:.3}"),
        measured: format!("{seen:.4}"),
        tolerance: format!("±{off:.4} ({why})"),
        met: (seen - target).abs() <= off,
    }
}

/// The stated tolerance, unless there are so few trials that chance alone is wider.
fn wider(stated: f64, words: String, chance: f64) -> (f64, String) {
    if chance > stated { (chance, format!("{ERRORS} SE")) } else { (stated, words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(servers: u16, down: u16, latency: f64) -> Setting {
        Setting { servers, down, latency }
    }

    /// The rows of the file, with the two rounded results.
    fn rows() -> impl Iterator<Item = (Setting, f64, f64)> {
        include_str!("../data/closed_form.csv").lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit())).map(|line| {
            let fields: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
            (setting(fields[0] as u16, fields[1] as u16, fields[3]), fields[5], fields[6])
        })
    }

    #[test]
    fn the_formulas_give_the_published_table_to_its_last_digit() {
        let mut count = 0;
        for (setting, split, time) in rows() {
            assert!((setting.split_rate() - split).abs() < 6e-7, "{setting:?}: {} is not {split}", setting.split_rate());
            assert!((setting.mean_election() - time).abs() < 6e-6, "{setting:?}: {} is not {time}", setting.mean_election());
            count += 1;
        }
        assert_eq!(count, 98);
        assert_eq!(closed_form().count(), 98);
    }

    #[test]
    fn the_values_that_the_text_names_come_out() {
        for (n, f, l, p) in [(5, 1, 0.1, 0.0523), (5, 2, 0.2, 0.4880), (5, 0, 0.2, 0.0579), (9, 4, 0.2, 0.6723)] {
            assert!((setting(n, f, l).split_rate() - p).abs() < 5e-5, "n{n} f{f} l={l}");
        }
        assert!((setting(5, 1, 0.1).stood_by(0.25) - 0.6836).abs() < 5e-5);
        assert!((setting(5, 0, 0.05).mean_election() - 1.2681).abs() < 5e-5);
        assert!((setting(7, 1, 0.1).mean_election() - 1.3629).abs() < 5e-5);
    }

    #[test]
    fn a_simulator_that_is_off_by_a_tenth_is_told_so() {
        let here = setting(5, 1, 0.1);
        assert!(split(here, String::new(), 5_230, 100_000).met);
        assert!(!split(here, String::new(), 5_753, 100_000).met);
        // One split in 100 000 where one in ten thousand million is expected: the exact test notices two of them.
        assert!(split(setting(9, 0, 0.01), String::new(), 0, 100_000).met);
        assert!(!split(setting(9, 0, 0.01), String::new(), 2, 100_000).met);
        assert!(variable(0.164, String::new(), 16_900, 100_000).met);
        assert!(!variable(0.164, String::new(), 18_000, 100_000).met);
    }

    #[test]
    fn timeouts_drawn_from_a_wrong_range_fail_the_distribution_test() {
        let here = setting(5, 1, 0.1);
        let at = |u: f64, range: f64| range * (1.0 - libm::pow(1.0 - u, 0.25));
        let times = |range: f64| (0..10_000).map(|i| at((f64::from(i) + 0.5) / 10_000.0, range)).collect::<Vec<_>>();
        assert!(earliest(here, String::new(), &times(1.0)).met);
        assert!(!earliest(here, String::new(), &times(1.1)).met);
    }
}
