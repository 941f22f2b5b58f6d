//! V5: a whole distribution. When the leader that then stays begins, in a cluster across a wide-area network.
//!
//! Source: D. Ongaro, *Consensus: Bridging Theory and Practice* (2014), chapter 9, CC-BY 4.0; the means and percentiles of 10 000
//! trials for each number of servers that are down. Latency is one-way.

use super::{Comparison, ERRORS, wider};
use crate::charts::{Chart, Pair, Published, curves};
use crate::quantile::Sample;
use crate::statistics;
use crate::words;
use sim::Span;

/// How many trials stand behind each published figure.
const TRIALS: u64 = 10_000;
/// Of the published distribution and ours.
const DISTANCE: f64 = 0.03;
/// Critical value of the two-sample Kolmogorov–Smirnov distance at one in a thousand, times `sqrt(1/m + 1/n)`.
const CRITICAL: f64 = 1.95;
/// Per cent that the quantiles may be off: per mille, per cent.
const QUANTILES: [(u32, f64); 4] = [(500, 1.5), (950, 4.0), (990, 7.0), (999, 15.0)];

/// One curve of the figure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Wan {
    /// Of five servers, so many are down from the start.
    pub down: u16,
    /// In milliseconds.
    pub mean: f64,
    /// Per cent that the mean may be off.
    pub off: f64,
}

/// All of them.
pub const WAN: [Wan; 3] =
    [Wan { down: 0, mean: 429.97, off: 1.5 }, Wan { down: 1, mean: 468.65, off: 1.5 }, Wan { down: 2, mean: 631.60, off: 2.5 }];

impl Wan {
    /// Cluster and latency in words.
    pub fn label(self) -> String {
        format!("5 servers, {} down, latency U[30, 40] ms", self.down)
    }

    /// The published distribution: in thousandths, the share of trials that were over by this time in milliseconds.
    pub fn percentiles(self) -> impl Iterator<Item = (u32, f64)> {
        let lines = include_str!("../../data/thesis_wan_equal_logs.csv").lines();
        lines.filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).filter_map(move |line| {
            let fields: Vec<f64> = line.split(',').map(|field| field.parse().expect("the table holds numbers")).collect();
            let [down, _trials, percentile, time] = fields[..] else { panic!("the table has four columns") };
            (down == f64::from(self.down)).then(|| ((percentile * 10.0).round() as u32, time))
        })
    }

    /// The published quantile, in milliseconds.
    fn quantile(self, per_mille: u32) -> f64 {
        let found = self.percentiles().find(|(there, _)| *there == per_mille);
        found.expect("every quantile that is compared is in the table").1
    }

    /// Ours, in nanoseconds. Quantiles that so few trials do not support are left out.
    pub fn compare(self, times: &Sample) -> Vec<Comparison> {
        let mut lines = vec![self.compare_mean(times)];
        lines.extend(QUANTILES.iter().filter_map(|&(per_mille, off)| self.compare_quantile(times, per_mille, off)));
        lines.push(self.compare_distribution(times));
        lines
    }

    fn compare_mean(self, times: &Sample) -> Comparison {
        let figures: Vec<f64> = times.finite().iter().map(|&nanos| milliseconds(nanos)).collect();
        let (mean, error) = statistics::mean(&figures);
        self.line("mean", self.mean, mean, self.off, ERRORS * error)
    }

    fn compare_quantile(self, times: &Sample, per_mille: u32, off: f64) -> Option<Comparison> {
        let label = words::quantile(per_mille);
        let n = times.finite().len() as f64;
        let p = f64::from(per_mille) / 1_000.0;
        // Chance alone moves the rank by so much, and the figure by what lies between.
        let ranks = ERRORS * (n * p * (1.0 - p)).sqrt();
        if n * p + ranks > n {
            return None;
        }
        let at = |rank: f64| milliseconds(times.finite()[(rank.ceil().clamp(1.0, n) as usize) - 1]);
        let measured = at(n * p);
        let chance = (measured - at(n * p - ranks)).max(at(n * p + ranks) - measured);
        Some(self.line(&label, self.quantile(per_mille), measured, off, chance))
    }

    /// A figure in milliseconds that may be off by so many per cent.
    fn line(self, what: &str, target: f64, measured: f64, per_cent: f64, chance: f64) -> Comparison {
        let (off, why) = wider(target * per_cent / 100.0, format!("{per_cent} %"), chance);
        Comparison {
            result: "V5",
            setting: format!("{}: {what}", self.label()),
            target: format!("{target:.1} ms"),
            measured: format!("{measured:.1} ms ({:+.1} %)", (measured / target - 1.0) * 100.0),
            tolerance: format!("±{off:.1} ms ({why})"),
            met: (measured - target).abs() <= off,
        }
    }

    /// Between the published percentiles nothing is known of the curve, so the distance is taken at them.
    fn compare_distribution(self, times: &Sample) -> Comparison {
        let distance = self.distance(times.finite());
        let n = times.finite().len() as f64;
        let chance = CRITICAL * (1.0 / n + 1.0 / TRIALS as f64).sqrt();
        let (off, why) = if chance > DISTANCE { (chance, "chance, one in a thousand") } else { (DISTANCE, "stated") };
        Comparison {
            result: "V5",
            setting: format!("{}: distribution", self.label()),
            target: String::from("its percentiles"),
            measured: format!("D = {distance:.4}"),
            tolerance: format!("D ≤ {off:.3} ({why})"),
            met: distance <= off,
        }
    }

    /// The greatest distance between the published distribution and that of these times in order.
    fn distance(self, times: &[u64]) -> f64 {
        let share = |time: f64| times.partition_point(|&nanos| milliseconds(nanos) <= time) as f64 / times.len() as f64;
        self.percentiles().map(|(per_mille, time)| (share(time) - f64::from(per_mille) / 1_000.0).abs()).fold(0.0, f64::max)
    }
}

/// Both curves of each setting that was run, with the tolerances of the quantiles shaded.
pub fn chart(measured: &[(Wan, Sample)]) -> Chart {
    let caption = [
        "Five servers, latency uniform on 30 to 40 ms, election timeouts on 300 to 600 ms, heartbeats every 150 ms, equal logs, a fresh \
         start: the time at which the leader begins that then stays.",
        "Published: percentiles of 10 000 trials each, from the data of chapter 9 of D. Ongaro, Consensus: Bridging Theory and Practice \
         (2014), CC-BY 4.0. Near enough is 1.5 % up to p50, 4 % at p95, 7 % at p99 and 15 % at p99.9, in proportion between them.",
    ];
    let pairs: Vec<Pair> = measured.iter().map(|(wan, times)| wan.pair(times)).collect();
    let title = "Election time across a wide-area network: measured and published";
    curves("v5-wan-election.svg", title, "time until the leader that then stays", &caption.map(String::from), &pairs)
}

impl Wan {
    fn pair(self, times: &Sample) -> Pair {
        let nanos = |time: f64| (time * Span::millis(1).0 as f64).round() as u64;
        let percentile = |per_mille: u32| f64::from(per_mille) / 10.0;
        let points = self.percentiles().map(|(per_mille, time)| (percentile(per_mille), nanos(time))).collect();
        let band = self.percentiles().map(|(per_mille, time)| {
            let off = off_at(per_mille) / 100.0;
            (percentile(per_mille), nanos(time * (1.0 - off)), nanos(time * (1.0 + off)))
        });
        let published = Published { points, band: band.collect() };
        Pair { name: format!("{} down", self.down), measured: times.clone(), published }
    }
}

/// Per cent that a quantile may be off: in proportion between those that are compared.
fn off_at(per_mille: u32) -> f64 {
    let above = QUANTILES.iter().position(|(there, _)| per_mille <= *there).unwrap_or(QUANTILES.len() - 1);
    let ((p, low), (q, high)) = (QUANTILES[above.saturating_sub(1)], QUANTILES[above]);
    if p == q { high } else { low + (high - low) * f64::from(per_mille - p) / f64::from(q - p) }
}

fn milliseconds(nanos: u64) -> f64 {
    nanos as f64 / Span::millis(1).0 as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many figures as there are thousandths, from the published curve itself.
    fn published(wan: Wan, stretched: f64) -> Sample {
        let known: Vec<(f64, f64)> = wan.percentiles().map(|(per_mille, time)| (f64::from(per_mille), time)).collect();
        let at = |per_mille: f64| {
            let above = known.partition_point(|(known, _)| *known < per_mille).clamp(1, known.len() - 1);
            let ((p, x), (q, y)) = (known[above - 1], known[above]);
            x + (y - x) * (per_mille - p) / (q - p)
        };
        Sample::new((0..100_000).map(|i| Some((at((f64::from(i) + 0.5) / 100.0) * stretched * 1e6) as u64)))
    }

    #[test]
    fn the_table_holds_three_curves_that_rise() {
        for wan in WAN {
            let curve: Vec<(u32, f64)> = wan.percentiles().collect();
            assert_eq!((curve.len(), curve[0].0, curve[100].0), (101, 10, 999), "{wan:?}");
            assert!(curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1), "{wan:?}");
        }
        assert_eq!((WAN[1].quantile(950), WAN[2].quantile(999)), (814.362, 2853.284));
    }

    #[test]
    fn the_published_curve_meets_itself_and_one_that_is_four_in_a_hundred_slower_does_not() {
        for wan in WAN {
            let lines = wan.compare(&published(wan, 1.0));
            assert_eq!(lines.len(), 6);
            // A curve drawn through percentiles ends at the last of them, so its mean and its top are a little low.
            let missed: Vec<&str> = lines.iter().filter(|line| !line.met).map(|line| line.setting.as_str()).collect();
            assert!(missed.is_empty(), "{missed:?}");
            let slow = wan.compare(&published(wan, 1.04));
            let missed = slow.iter().filter(|line| !line.met).count();
            assert!(missed >= 3, "mean, median and distribution notice: {slow:?}");
        }
    }

    #[test]
    fn tolerances_grow_from_quantile_to_quantile() {
        assert_eq!([10, 500, 725, 950, 970, 999].map(off_at), [1.5, 1.5, 2.75, 4.0, 5.5, 15.0]);
    }

    #[test]
    fn few_trials_are_allowed_what_chance_alone_does() {
        let few = Sample::new(published(WAN[2], 1.0).finite().iter().step_by(500).map(|&nanos| Some(nanos)));
        let lines = WAN[2].compare(&few);
        assert_eq!(lines.len(), 3, "200 trials support no more than the median: {lines:?}");
        assert!(lines.iter().all(|line| line.met), "{lines:?}");
        assert!(lines[0].tolerance.ends_with("(4 SE)"), "{:?}", lines[0]);
    }
}
