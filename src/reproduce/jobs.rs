//! What is run for the published results: for each setting a scenario of the library, with some of its keys set to other values.

use reports::published::{self, Comparison, REFLOATED, Refloated, Setting, WAN, Wan};
use reports::quantile::Sample;

use crate::arguments::Published;

/// The range of the timeouts, R: the scenarios of V1 to V4 draw them from [R, 2R).
const RANGE_MS: f64 = 150.0;
const RANGE_NS: f64 = RANGE_MS * 1e6;

/// V2 holds for any number of available servers; this is the one that the text has a value for.
const EARLIEST: (u16, u16) = (5, 1);
/// V3: servers, down, latency. Elsewhere splits are so frequent that the formula overestimates.
const ELECTIONS: [(u16, u16, &str); 6] =
    [(5, 0, "0.05"), (5, 0, "0.1"), (5, 1, "0.05"), (5, 1, "0.1"), (9, 1, "0.1"), (7, 1, "0.1")];
/// V4: down of five, published split rate.
const VARIABLE: [(u16, f64); 2] = [(1, 0.164), (2, 0.384)];

/// One setting of one published result.
pub struct Job {
    pub result: Published,
    pub label: String,
    pub scenario: &'static str,
    /// What is set to other values than in the file: `KEY=VALUE`.
    pub set: Vec<String>,
    against: Against,
}

/// What the figures of the runs are held against.
#[derive(Clone, Copy)]
enum Against {
    Formula(Setting),
    Rate(f64),
    Curve(Wan),
    Times(Refloated),
    Packets(Refloated),
}

/// All of them, in the order of the results.
pub fn jobs() -> Vec<Job> {
    let splits = published::closed_form()
        .map(|(servers, down, latency)| Job::fixed(Published::V1, "v1-split-fixed-latency", servers, down, latency));
    let (servers, down) = EARLIEST;
    let earliest = Job::fixed(Published::V2, "v2-earliest-timeout", servers, down, "0.1");
    let elections =
        ELECTIONS.iter().map(|&(servers, down, latency)| Job::fixed(Published::V3, "v3-election-time", servers, down, latency));
    let variable = VARIABLE.iter().map(|&(down, target)| Job::variable(down, target));
    let wan = WAN.into_iter().map(Job::wan);
    let refloated = REFLOATED.into_iter().flat_map(|setting| [Job::times(setting), Job::packets(setting)]);
    splits.chain([earliest]).chain(elections).chain(variable).chain(wan).chain(refloated).collect()
}

impl Job {
    /// `latency` is written in units of R.
    fn fixed(result: Published, scenario: &'static str, servers: u16, down: u16, latency: &str) -> Job {
        let setting = Setting { servers, down, latency: latency.parse().expect("latencies are numbers") };
        let delay = format!("network.delay={}us", (setting.latency * RANGE_MS * 1e3).round() as u64);
        let set = vec![format!("nodes={servers}"), down_of(servers, down), delay];
        let label = format!("{servers} servers, {down} down, latency {latency} R");
        Job { result, label, scenario, set, against: Against::Formula(setting) }
    }

    fn variable(down: u16, target: f64) -> Job {
        let label = format!("5 servers, {down} down, latency U[0.1, 0.2] R");
        let (scenario, set) = ("v4-split-variable-latency", vec![down_of(5, down)]);
        Job { result: Published::V4, label, scenario, set, against: Against::Rate(target) }
    }

    fn wan(wan: Wan) -> Job {
        let (scenario, set) = ("v5-wan-election", vec![down_of(5, wan.down)]);
        Job { result: Published::V5, label: wan.label(), scenario, set, against: Against::Curve(wan) }
    }

    fn times(setting: Refloated) -> Job {
        let measure = format!("measure={{ what = first-leader, offset = {{ uniform = [0s, {}us] }} }}", setting.timeouts.0 * 500);
        Job::refloated(setting, measure, Against::Times(setting))
    }

    fn packets(setting: Refloated) -> Job {
        Job::refloated(setting, String::from("measure=messages-to-first-leader"), Against::Packets(setting))
    }

    fn refloated(setting: Refloated, measure: String, against: Against) -> Job {
        let (low, high) = setting.timeouts;
        let timeouts = format!("algorithm.raft.election-timeout=[{low}ms, {high}ms]");
        // Nobody lives to send one; it must only be shorter than the timeouts.
        let heartbeat = format!("algorithm.raft.heartbeat={}us", low * 500);
        let set = vec![timeouts, heartbeat, measure];
        Job { result: Published::V6, label: setting.label(), scenario: "v6-raft-refloated", set, against }
    }

    /// What the runs measured, held against what is published.
    pub fn judge(&self, figures: &[u64]) -> Vec<Comparison> {
        let trials = figures.len() as u64;
        let units = |nanos: u64| nanos as f64 / RANGE_NS;
        let splits = || figures.iter().sum();
        let label = self.label.clone();
        vec![match (self.against, self.result) {
            (Against::Formula(setting), Published::V1) => published::split(setting, label, splits(), trials),
            (Against::Formula(setting), Published::V2) => {
                let times: Vec<f64> = figures.iter().map(|&nanos| units(nanos) - 1.0).collect();
                published::earliest(setting, label, &times)
            }
            (Against::Formula(setting), _) => {
                let times: Vec<f64> = figures.iter().map(|&nanos| units(nanos)).collect();
                published::election(setting, label, &times)
            }
            (Against::Rate(target), _) => published::variable(target, label, splits(), trials),
            (Against::Curve(wan), _) => return wan.compare(&Sample::new(figures.iter().copied().map(Some))),
            (Against::Times(setting), _) => setting.compare_times(figures),
            (Against::Packets(setting), _) => setting.compare_packets(figures),
        }]
    }

    /// The published curve, where there is one.
    pub fn curve(&self) -> Option<Wan> {
        match self.against {
            Against::Curve(wan) => Some(wan),
            _ => None,
        }
    }
}

/// The servers with the highest numbers are down.
fn down_of(servers: u16, down: u16) -> String {
    let names: Vec<String> = (servers - down + 1..=servers).map(|server| format!("n{server}")).collect();
    format!("down=[{}]", names.join(", "))
}
