//! What the incidents of leases in the library do to the algorithms that stand on a lock service: what is meant to go wrong does,
//! and the cure beside it mends it. `-- --nocapture` prints the counts.

use std::collections::BTreeMap;

use scenarios::{Scenario, default_registry, library, misfit, run_one};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::{Options, Span};

const SEEDS: u64 = 100;

/// A scenario whose expectations are met, and the one in which nothing is found.
const PAIRS: [(&str, &str); 6] = [
    ("jepsen-etcd-locks", "jepsen-etcd-locks-mended"),
    ("lease-fast-challengers", "lease-fast-challengers-mended"),
    ("lease-holder-cut-off", "lease-holder-cut-off-mended"),
    ("lease-holder-paused", "lease-holder-paused-fenced"),
    ("lease-released-late", "lease-released-late-mended"),
    ("lease-wall-clock-jump", "lease-wall-clock-jump-mended"),
];

fn scenario(name: &str) -> Scenario {
    let (_, text) = library().iter().find(|(there, _)| *there == name).expect("it is in the library");
    Scenario::parse(text, name, &default_registry()).unwrap_or_else(|wrong| panic!("{name}:\n{wrong}"))
}

/// What some seeds show of one algorithm.
#[derive(Default)]
struct Counts {
    /// By invariant: the seeds in which it was violated, promised or not, and those in which that is a finding.
    violated: BTreeMap<&'static str, u64>,
    found: BTreeMap<&'static str, u64>,
    longest: Span,
    overlap: Span,
    conflicts: u64,
}

impl Counts {
    fn of(scenario: &Scenario, algorithm: &str) -> Counts {
        let registry = default_registry();
        let player = registry.get(algorithm).expect("it is built in");
        let mut counts = Counts::default();
        for seed in 0..SEEDS {
            let options = Options { fingerprint: false, ..Options::default() };
            counts.add(&run_one(scenario, player, seed, options));
        }
        counts
    }

    fn add(&mut self, outcome: &Outcome) {
        for judgement in outcome.judgements.iter().filter(|judgement| matches!(judgement.verdict, Verdict::Violated(_))) {
            *self.violated.entry(judgement.invariant).or_default() += 1;
            if judgement.severity != Severity::Measurement {
                *self.found.entry(judgement.invariant).or_default() += 1;
            }
        }
        self.longest = self.longest.max(outcome.split_brain.longest_overlap);
        self.overlap += outcome.split_brain.overlap;
        self.conflicts += outcome.split_brain.conflicting_effects;
    }

    fn print(&self, scenario: &str, algorithm: &str) {
        let exclusive = self.violated.get("lease-exclusive").copied().unwrap_or(0);
        let (longest, overlap, conflicts) = (self.longest, self.overlap.fraction(1, SEEDS), self.conflicts);
        println!(
            "{scenario:<29} {algorithm:<16} overlap in {exclusive:>3} seeds, longest {longest}, mean {overlap}; {conflicts} conflicting effects"
        );
    }
}

#[test]
fn what_is_meant_to_go_wrong_does_and_the_cure_beside_it_mends_it() {
    for (name, mended) in PAIRS {
        let (sick, cured) = (scenario(name), scenario(mended));
        assert!(!sick.expect.is_empty() && cured.expect.is_empty(), "{name}");
        for (algorithm, expected) in &sick.expect {
            let (sick, cured) = (Counts::of(&sick, algorithm), Counts::of(&cured, algorithm));
            sick.print(name, algorithm);
            cured.print(mended, algorithm);
            for promise in expected {
                let invariant = sim::audit::catalogue::of(*promise).name;
                let seeds = sick.violated.get(invariant).copied().unwrap_or(0);
                assert!(seeds >= SEEDS / 10, "{name}, {algorithm}: {invariant} is violated in {seeds} seeds");
            }
            assert_eq!(cured.found, BTreeMap::new(), "{mended}, {algorithm}");
            assert_eq!(cured.conflicts, 0, "{mended}, {algorithm}");
        }
    }
}

#[test]
fn whoever_stands_on_no_service_has_no_part_in_them() {
    let registry = default_registry();
    let raft = registry.get("raft").expect("it is built in");
    let why = misfit(&scenario("lease-holder-cut-off").setup, raft, &[]).expect("it cannot play");
    assert!(why.contains("about services"), "{why}");
}

#[test]
fn a_jump_alone_does_nothing_to_who_counts_from_the_last_change_by_its_wall_clock() {
    let (_, text) = library().iter().find(|(name, _)| *name == "lease-wall-clock-jump").expect("it is in the library");
    let wall = [(String::from("algorithm.kubernetes-lease.expires-by"), String::from("wall"))];
    let scenario = Scenario::parse_with(text, "lease-wall-clock-jump", &default_registry(), &wall).expect("it is in order");
    assert_eq!(Counts::of(&scenario, "kubernetes-lease").overlap, Span::ZERO);
}

#[test]
fn a_look_at_its_own_key_spares_a_mutex_what_befalls_an_election() {
    let (_, text) = library().iter().find(|(name, _)| *name == "jepsen-etcd-locks").expect("it is in the library");
    let overlap = |recheck: &str| {
        let overrides = [(String::from("algorithm.etcd-session.recheck"), String::from(recheck))];
        let scenario = Scenario::parse_with(text, "jepsen-etcd-locks", &default_registry(), &overrides).expect("it is in order");
        let counts = Counts::of(&scenario, "etcd-session");
        counts.print(&format!("recheck = {recheck}"), "etcd-session");
        counts.overlap
    };
    assert!(overlap("true") < overlap("false"));
}
