//! Random scenarios, parsed and run: the engine survives every script that the parser lets through, the same run gives the same
//! fingerprint, and Raft keeps its promises whatever happens.

use proptest::prelude::*;
use scenarios::{Scenario, default_registry, run_one};
use sim::Options;
use sim::outcome::{Outcome, Severity, Standing, Verdict};

/// Node faults, `@` standing for whom they hit.
const FAULTS: &[&str] = &[
    "crash = @",
    "restart = @",
    "wipe = @",
    "pause = { who = @, for = \"900ms\" }",
    "pause = @",
    "suspend = { who = @, for = \"2s\", clock = \"stops\" }",
    "suspend = { who = @, for = \"2s\", clock = \"runs\" }",
    "resume = @",
    "stall-disk = { who = @, for = \"1s\" }",
    "slow-disk = { who = @, latency = { exponential = \"100ms\" }, for = \"2s\" }",
    "clock-rate = { who = @, rate = \"9/10\" }",
    "clock-rate = { who = @, rate = \"2/1\" }",
    "clock-jump = { who = @, by = \"-1h\" }",
    "clock-jump = { who = @, by = \"10s\" }",
    "transfer = @",
    "partition = { bridge = @ }",
    "partition = { star = @ }",
    "partition = { chain = @ }",
    "partition = [[@]]",
    "partition = [[@], [\"resource\"]]",
    "partition = \"ring\"",
    "partition = [[\"leader\"], [\"others\"]]",
    "cut = { from = @, to = \"all\" }",
    "cut = { from = \"all\", to = @, both = true }",
    "cut = { from = @, to = \"resource\", both = true }",
    "flap = { from = @, to = \"all\", both = true, down = { uniform = [\"1ms\", \"2s\"] }, up = { exponential = \"300ms\" }, for = \"4s\" }",
    "degrade = { from = \"all\", to = @, loss = \"1/1\", for = \"2s\" }",
    "degrade = { from = @, to = \"all\", delay = { pareto = { scale = \"1ms\", shape = \"1/2\" } }, duplicate = \"1/2\", for = \"2s\" }",
    "degrade = { from = \"all\", to = \"all\", reorder = { chance = \"1/2\", by = \"2s\" }, burst = { good = \"1s\", bad = \"1s\", loss = \"1/1\" }, for = \"5s\" }",
    "heal = true",
    "crash = \"resource\"",
    "restart = \"resource\"",
];

const WHOM: &[&str] = &["leader", "follower", "random", "others", "n1", "quorum-with-leader", "minority-with-leader", "all", "L"];

/// What holds for the whole run.
const WORLDS: &[&str] = &[
    "",
    "first-leader = \"n1\"\n",
    "start-offset = { uniform = [\"0s\", \"3s\"] }\n",
    "logs = \"distinct\"\n",
    "logs = [1, 1, 3]\neligible = [\"n1\"]\n",
    "down = [\"n1\"]\n",
    "stop = \"first-failover\"\nmeasure = \"failover\"\n",
    "measure = \"stable-leader\"\n[disk]\nlatency = { log-normal = { median = \"5ms\", sigma = \"2/1\" } }\n",
    "[network]\nloss = \"1/10\"\nduplicate = \"1/10\"\nreorder = { chance = \"1/10\", by = { uniform = [\"0s\", \"1s\"] } }\n",
    "[network]\nextra = \"400ms\"\n[[link]]\nfrom = \"n1\"\nto = \"all\"\ncut = true\n",
    "[work]\nfencing = \"at-least\"\nthink = { exponential = \"50ms\" }\n",
    "[work]\non = false\n",
    "[work]\nfencing = \"equal\"\nhigh-water = \"volatile\"\nlock-delay = \"200ms\"\njob = \"700ms\"\n",
    "[work]\nfencing = \"transaction\"\noperations = [\"write\", \"read\", \"delete\"]\njob = \"1s\"\nidempotent = true\n",
    "[work]\ntake-over = true\noperations = [\"write\", \"read\"]\nreads = \"memory\"\n",
    "[[node]]\nid = \"n1\"\nclock-rate = \"3/2\"\nwall-offset = \"-1h\"\nalgorithm.raft.pre-vote = false\n",
    "[algorithm.raft]\npreset = \"paper\"\n",
    "[algorithm.raft]\npreset = \"hashicorp\"\n",
];

fn event() -> impl Strategy<Value = String> {
    let fault = (proptest::sample::select(FAULTS), proptest::sample::select(WHOM));
    (0u32..9_000, fault, any::<bool>(), 0u8..6).prop_map(|(at, (fault, whom), drawn, repeats)| {
        let at = match drawn {
            true => format!("at = {{ uniform = [\"{at}ms\", \"{}ms\"] }}", at + 500),
            false => format!("at = \"{at}ms\""),
        };
        let every = if repeats == 0 { "\nevery = \"700ms\"\nuntil = \"6s\"" } else { "" };
        format!("[[event]]\n{at}{every}\n{}\n", fault.replace('@', &format!("\"{whom}\"")))
    })
}

fn scenario() -> impl Strategy<Value = String> {
    (1u16..8, proptest::sample::select(WORLDS), proptest::collection::vec(event(), 0..10)).prop_map(|(nodes, world, events)| {
        let bind = "[[event]]\nat = \"1s\"\nresume = \"random\"\nas = \"L\"\n";
        format!("nodes = {nodes}\nduration = \"12s\"\n{world}{bind}{}", events.concat())
    })
}

/// These two are bounds on time, stated for one set of settings and for links that stay as they are until a leader notices;
/// scripts that move a partition about every few hundred milliseconds are outside of what they say.
const BOUNDS_ON_TIME: [&str; 2] = ["leader-has-quorum", "belief-overlap"];

fn broken_promises(outcome: &Outcome) -> Vec<String> {
    let mut broken = Vec::new();
    for judgement in outcome.judgements.iter().filter(|judgement| !BOUNDS_ON_TIME.contains(&judgement.invariant)) {
        if let (Verdict::Violated(violation), Standing::Promised, Severity::Safety) =
            (&judgement.verdict, judgement.standing, judgement.severity)
        {
            broken.push(format!("{}: {}", judgement.invariant, violation.saw));
        }
    }
    broken
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_scenario_runs_the_same_twice_and_promises_are_kept(text in scenario(), seed in any::<u64>()) {
        let registry = default_registry();
        let Ok(scenario) = Scenario::parse(&text, "any.toml", &registry) else { return Ok(()) };
        for player in registry.iter() {
            let first = run_one(&scenario, player, seed, Options::default());
            prop_assert_eq!(broken_promises(&first), Vec::<String>::new(), "{} with seed {} in\n{}", player.name(), seed, text);
            let second = run_one(&scenario, player, seed, Options { checks: false, ..Options::default() });
            prop_assert_eq!(first.fingerprint, second.fingerprint, "{} with seed {} in\n{}", player.name(), seed, text);
        }
    }
}
