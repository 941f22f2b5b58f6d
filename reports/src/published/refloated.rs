//! V6: how long until somebody leads, and what that costs, in a cluster of which one can never win.
//!
//! Source: H. Howard, M. Schwarzkopf, A. Madhavapeddy and J. Crowcroft, *Raft Refloated: Do We Have Consensus?* (2015); means of
//! 1 000 trials. The delay is that of one direction; the time is that of the first win less U(0, half the shortest timeout); packets are
//! requests for votes and their answers, sent up to the first win.

use super::{Comparison, ERRORS, wider};
use crate::statistics;
use sim::Span;

/// Per cent that the number of packets may be off.
const PACKETS_OFF: f64 = 5.0;

/// One range of timeouts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Refloated {
    /// In milliseconds, as is what follows.
    pub timeouts: (u32, u32),
    pub mean: f64,
    pub off: f64,
    /// A number, on average.
    pub packets: f64,
}

/// All of them.
pub const REFLOATED: [Refloated; 3] = [
    Refloated { timeouts: (150, 200), mean: 138.0, off: 4.2, packets: 13.3 },
    Refloated { timeouts: (150, 300), mean: 152.2, off: 3.4, packets: 10.6 },
    Refloated { timeouts: (50, 100), mean: 60.8, off: 2.1, packets: 13.6 },
];

impl Refloated {
    /// Cluster and timeouts in words.
    pub fn label(self) -> String {
        let (low, high) = self.timeouts;
        format!("5 servers, 1 behind, timeouts {low} to {high} ms")
    }

    /// Our times, in nanoseconds.
    pub fn compare_times(self, times: &[u64]) -> Comparison {
        let times: Vec<f64> = times.iter().map(|&nanos| nanos as f64 / Span::millis(1).0 as f64).collect();
        let (mean, error) = statistics::mean(&times);
        let (off, why) = wider(self.off, String::from("stated"), ERRORS * error);
        Comparison {
            result: "V6",
            setting: format!("{}: mean", self.label()),
            target: format!("{:.1} ms", self.mean),
            measured: format!("{mean:.1} ms ({:+.1} %)", (mean / self.mean - 1.0) * 100.0),
            tolerance: format!("±{off:.1} ms ({why})"),
            met: (mean - self.mean).abs() <= off,
        }
    }

    /// Our numbers of packets.
    pub fn compare_packets(self, counts: &[u64]) -> Comparison {
        let counts: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
        let (mean, error) = statistics::mean(&counts);
        let (off, why) = wider(self.packets * PACKETS_OFF / 100.0, format!("{PACKETS_OFF} %"), ERRORS * error);
        Comparison {
            result: "V6",
            setting: format!("{}: vote packets", self.label()),
            target: format!("{:.1}", self.packets),
            measured: format!("{mean:.2} ({:+.1} %)", (mean / self.packets - 1.0) * 100.0),
            tolerance: format!("±{off:.2} ({why})"),
            met: (mean - self.packets).abs() <= off,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_within_the_stated_tolerance_meets_it_and_one_beyond_does_not() {
        let around = |middle: u64| -> Vec<u64> { (0..10_000).map(|i| (middle + i % 3 - 1) * 1_000_000).collect() };
        let [one, ..] = REFLOATED;
        assert!(one.compare_times(&around(142)).met && !one.compare_times(&around(143)).met);
        assert!(!one.compare_times(&around(133)).met);
    }

    #[test]
    fn packets_may_be_off_by_one_in_twenty() {
        let [_, two, _] = REFLOATED;
        let of = |tens: u64| -> Vec<u64> { (0..10_000).map(|i| if i % 10 < tens { 11 } else { 10 }).collect() };
        assert!(two.compare_packets(&of(2)).met, "10.2 is near enough to 10.6");
        assert!(!two.compare_packets(&of(0)).met, "10.0 is not");
    }
}
