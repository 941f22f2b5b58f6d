//! A scenario that is written as a file and read back is the same scenario, and the same run.

use scenarios::{Scenario, default_registry, misfit, write};
use sim::{Options, Player, Registry};

fn parse(text: &str, name: &str, registry: &Registry) -> Scenario {
    Scenario::parse(text, name, registry).unwrap_or_else(|complaints| panic!("{}\n{text}", complaints.render(false)))
}

fn library(name: &str, registry: &Registry) -> Scenario {
    let (_, text) = scenarios::library().iter().find(|(known, _)| *known == name).expect("it is built in");
    parse(text, name, registry)
}

/// Written for this seed and read back; it must be what was written.
fn round_trip(scenario: &Scenario, seed: u64, registry: &Registry) -> Scenario {
    let plain = write::drawn(&scenario.setup, seed);
    let text = write::scenario(&plain, &scenario.about, &scenario.settings, &[String::from("A comment\non one line.")]);
    let back = parse(&text, "written", registry);
    assert_eq!(back.setup, plain, "seed {seed} of {}\n{text}", scenario.origin);
    assert_eq!((&back.settings, &back.about), (&scenario.settings, &scenario.about), "{}", scenario.origin);
    back
}

fn fingerprint(scenario: &Scenario, player: &dyn Player, seed: u64) -> u128 {
    scenarios::run_one(scenario, player, seed, Options::default()).fingerprint
}

#[test]
fn every_scenario_of_the_library_is_read_back_as_it_was() {
    let registry = default_registry();
    for (name, text) in scenarios::library() {
        let scenario = parse(text, name, &registry);
        (0..3).for_each(|seed| drop(round_trip(&scenario, seed, &registry)));
    }
}

#[test]
fn what_swarms_draw_is_read_back_as_it_was_for_many_seeds() {
    let registry = default_registry();
    for name in ["random-faults", "random-service-faults"] {
        let scenario = library(name, &registry);
        let mut events = 0;
        for seed in 0..1_000 {
            let back = round_trip(&scenario, seed, &registry);
            assert!(back.setup.swarm.is_none());
            events += back.setup.script.len();
        }
        assert!(events > 10_000, "{name} draws {events} events for 1 000 seeds");
    }
}

#[test]
fn a_run_from_the_written_file_has_the_fingerprint_of_the_run_that_was_drawn() {
    let registry = default_registry();
    for name in ["random-faults", "random-service-faults"] {
        let mut scenario = library(name, &registry);
        scenario.setup.salt = 7;
        for player in registry.iter() {
            if misfit(&scenario.setup, player, scenario.settings_of(player.name())).is_some() {
                continue;
            }
            for seed in 0..3 {
                let back = round_trip(&scenario, seed, &registry);
                let (drawn, written) = (fingerprint(&scenario, player, seed), fingerprint(&back, player, seed));
                assert_eq!(drawn, written, "{name}, {}, seed {seed}", player.name());
            }
        }
    }
}

/// One of everything that a file can say.
const EVERYTHING: &str = r#"
name = "every \"thing\""
about = "A tab\tand a back\\slash."
salt = 9
nodes = 5
duration = "1m"
first-leader = "n2"
start-offset = { exponential = "20ms" }
measure = { what = "first-leader", offset = { uniform = ["0s", "1s"] } }
stop = "first-failover"
[network]
delay = { log-normal = { median = "2ms", sigma = "1/2" } }
floor = "100us"
extra = "1us"
loss = "1/100"
burst = { good = "10s", bad = "1s", loss = "1/2" }
duplicate = "1/50"
reorder = { chance = "1/20", by = { pareto = { scale = "1ms", shape = "3/2" } } }
[[link]]
from = "n1"
to = "resource"
both = true
delay = { table = ["1ms", "2ms", "9ms"] }
[[link]]
from = "n3"
to = "all"
cut = true
[session]
timeout = "3s"
retransmit = "100ms"
[disk]
latency = { normal = { mean = "2ms", deviation = "1ms" } }
[pauses]
every = { exponential = "2s" }
for = "20ms"
[[node]]
id = "n3"
clock-rate = "101/100"
wall-offset = "-1.5s"
start-offset = "10ms"
ineligible = true
disk = "4ms"
log = [1, 1, 2]
[node.algorithm.raft]
election-timeout = ["150ms", "300ms"]
[[node]]
id = "n4"
down = true
[work]
interval = "20ms"
think = { uniform = ["1ms", "2ms"] }
operations = ["write", "read"]
reads = "memory"
lock-delay = "1s"
take-over = true
fencing = "at-least"
high-water = "volatile"
checked = ["write"]
job = "5s"
idempotent = true
[[event]]
name = "ring"
at = { uniform = ["1s", "2s"] }
every = "10s"
until = "30s"
partition = "ring"
[[event]]
after = "ring"
delay = "1s"
partition = [["leader", "n5"], ["others"]]
as = "L"
within = "0s"
[[event]]
at = "3s"
partition = { chain = ["n3", "n1"] }
[[event]]
at = "3s"
partition = { star = "L" }
[[event]]
at = "3s"
partition = { bridge = "random" }
[[event]]
at = "4s"
cut = { from = "leader", to = ["n1", "n2"], both = true }
[[event]]
at = "4s"
flap = { from = "follower", to = "all", down = "1s", up = { exponential = "1s" }, for = "9s" }
[[event]]
at = "5s"
degrade = { from = "all", to = "all", loss = "1/5", delay = "200ms", for = "1s" }
[[event]]
at = "6s"
heal = true
[[event]]
at = "6s"
crash = ["leader", "resource"]
[[event]]
at = "7s"
restart = "all"
[[event]]
at = "7s"
wipe = "quorum-with-leader"
[[event]]
at = "7s"
pause = "minority-with-leader"
[[event]]
at = "7s"
pause = { who = "leader", for = "2s" }
[[event]]
at = "8s"
suspend = { who = "leader", for = "2s", clock = "runs" }
[[event]]
at = "8s"
suspend = "n1"
[[event]]
at = "9s"
resume = "all"
[[event]]
at = "9s"
stall-disk = { who = "leader", for = "1s" }
[[event]]
at = "9s"
slow-disk = { who = "leader", latency = "30ms", for = "1s" }
[[event]]
at = "9s"
clock-rate = { who = "n1", rate = "99/100" }
[[event]]
at = "9s"
clock-jump = { who = "leader", by = "-2s" }
[[event]]
at = "9s"
outage = { who = "services", for = "1s" }
[[event]]
at = "9s"
service-leader-change = "services"
[[event]]
at = "9s"
transfer = "follower"
[algorithm.raft]
preset = "etcd"
pre-vote = false
"#;

#[test]
fn everything_that_a_file_can_say_is_read_back_as_it_was() {
    let registry = default_registry();
    round_trip(&parse(EVERYTHING, "everything", &registry), 0, &registry);
}
