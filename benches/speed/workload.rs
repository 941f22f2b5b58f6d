//! Workload *W*, as the engine runs it: the scenario `workload-w` of the library, under Raft.

use std::ops::Range;

use scenarios::Scenario;
use sim::registry::{Options, Registry};

/// Whether the engine does what a bare loop does not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extras {
    /// Fingerprint and every invariant, as in ordinary use.
    On,
    /// Neither.
    Off,
}

pub struct Workload {
    registry: Registry,
    scenario: Scenario,
}

impl Workload {
    /// With `nodes` members, for so many virtual seconds.
    pub fn new(nodes: u16, seconds: u64) -> Workload {
        let registry = hustings::registry();
        let found = scenarios::find("workload-w").expect("it is in the library");
        let overrides = [(String::from("nodes"), nodes.to_string()), (String::from("duration"), format!("\"{seconds}s\""))];
        let scenario = Scenario::parse_with(&found.text, &found.origin, &registry, &overrides)
            .unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
        Workload { registry, scenario }
    }

    /// Runs these seeds and counts the events.
    pub fn run(&self, seeds: Range<u64>, extras: Extras) -> u64 {
        let player = self.registry.get("raft").expect("raft is built in");
        let on = extras == Extras::On;
        seeds
            .map(|seed| {
                let options = Options { checks: on, fingerprint: on, ..Options::default() };
                let outcome = player.run(&self.scenario.setup, self.scenario.settings_of("raft"), seed, options);
                std::hint::black_box(outcome).events
            })
            .sum()
    }
}
