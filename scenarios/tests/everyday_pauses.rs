//! Everyday pauses: they depose leaders for nothing, are nobody's fault, and can be taken from what was measured.

use scenarios::diagnostic::Diagnostics;
use scenarios::{Scenario, default_registry, run_one};
use sim::outcome::{Cause, Outcome, Verdict};
use sim::{Delay, Options, Span};

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text, "test.toml", &default_registry()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn run(text: &str, seed: u64) -> Outcome {
    let registry = default_registry();
    run_one(&scenario(text), registry.get("raft").expect("it is built in"), seed, Options::default())
}

fn causes(outcome: &Outcome) -> Vec<Cause> {
    outcome.failovers.iter().map(|failover| failover.cause).collect()
}

/// Raft loses patience after 150 to 300 ms.
const RAFT: &str = "[work]\ninterval = \"1s\"\n[algorithm.raft]\npreset = \"paper\"\n";

#[test]
fn a_pause_shorter_than_the_patience_deposes_nobody_and_a_longer_one_for_nothing() {
    let with = |lasting: &str| format!("duration = \"60s\"\n[pauses]\nevery = \"3s\"\nfor = \"{lasting}\"\n{RAFT}");
    for seed in 0..5 {
        assert_eq!(causes(&run(&with("90ms"), seed)), [Cause::Start], "seed {seed}");
        let long = causes(&run(&with("500ms"), seed));
        assert!(long.len() > 5 && long[1..].iter().all(|cause| *cause == Cause::Unprovoked), "seed {seed}: {long:?}");
    }
}

#[test]
fn members_pause_each_at_its_own_time_and_the_seed_decides_when() {
    let text = format!("duration = \"60s\"\n[pauses]\nevery = {{ exponential = \"5s\" }}\nfor = \"200ms\"\n{RAFT}");
    assert_eq!(run(&text, 7), run(&text, 7));
    assert_ne!(run(&text, 7).fingerprint, run(&text, 8).fingerprint);
}

#[test]
fn nobody_is_held_to_a_time_to_recover_in_where_pauses_have_no_bound() {
    let text = format!("duration = \"60s\"\n[pauses]\nevery = \"2s\"\nfor = \"3s\"\n{RAFT}");
    let liveness = |outcome: &Outcome| {
        let names = ["eventual-leader", "stability"];
        let judged = |name: &&str| {
            let one = outcome.judgements.iter().find(|judgement| judgement.invariant == *name);
            one.is_some_and(|one| matches!(one.verdict, Verdict::Held | Verdict::Violated(_)))
        };
        names.iter().filter(|name| judged(name)).count()
    };
    assert_eq!(liveness(&run(&text, 1)), 0);
    assert!(liveness(&run(&format!("duration = \"60s\"\n{RAFT}"), 1)) > 0, "this test looks for verdicts that exist");
}

#[test]
fn a_fault_that_hits_a_pausing_member_is_a_fault_and_ends_when_it_says() {
    let pauses = "[pauses]\nevery = { uniform = [\"900ms\", \"1s\"] }\nfor = \"100ms\"\n";
    for (fault, cause) in [("pause = { who = \"leader\", for = \"2s\" }", Cause::Pause), ("crash = \"leader\"", Cause::Crash)] {
        for seed in 0..40 {
            // At some seed it strikes in the middle of a pause.
            let text = format!("duration = \"12s\"\n{pauses}{RAFT}[[event]]\nat = {{ uniform = [\"5s\", \"7s\"] }}\n{fault}\n");
            let outcome = run(&text, seed);
            let lost = causes(&outcome);
            assert_eq!(lost.iter().filter(|lost| **lost == cause).count(), 1, "seed {seed}: {lost:?}");
            // Once, and not once more when the everyday pause ends that it struck into.
            assert!(
                outcome.failovers.iter().all(|failover| failover.effective.is_some()),
                "seed {seed}: {:?}",
                outcome.failovers
            );
        }
    }
}

#[test]
fn quantiles_that_were_measured_become_the_delay_that_is_drawn_from() {
    let text = "[network]\ndelay = { quantiles = { p50 = \"2ms\", p75 = \"4ms\", max = \"10ms\" } }\n";
    let expected: Vec<Span> = [0, 1, 2, 3, 4].map(Span::millis).into_iter().collect();
    // Every quarter, and the half of the first two quarters in between: p0, p25, p50, p75, max.
    let Delay::Table(table) = scenario(text).setup.link.delay else { panic!("a table") };
    assert_eq!(table.as_ref(), [expected[0], expected[1], expected[2], expected[4], Span::millis(10)]);
}

fn with_file(content: &str) -> Result<Scenario, Diagnostics> {
    let text = "[pauses]\nevery = \"5s\"\nfor = { file = \"pauses.txt\" }\n[disk]\nlatency = { file = \"pauses.txt\" }\n";
    let read = |_: &str| Ok(content.to_owned());
    Scenario::parse_using(text, "test.toml", &default_registry(), &[], &read)
}

#[test]
fn a_file_holds_single_measurements_or_quantiles_and_serves_pauses_and_disks_alike() {
    let single = with_file("5ms\n1ms # collector\n\n3ms\n").unwrap().setup;
    let table = |spans: &[u64]| Delay::Table(spans.iter().map(|ms| Span::millis(*ms)).collect());
    assert_eq!(single.pauses.as_ref().unwrap().lasting, table(&[1, 3, 5]));
    assert_eq!(single.disk, table(&[1, 3, 5]));
    let quantiles = with_file("max 9ms\np50 5ms # as the dashboard has it\nmin 1ms\n").unwrap().setup;
    assert_eq!(quantiles.pauses.unwrap().lasting, table(&[1, 5, 9]));
}

#[test]
fn quantiles_that_fall_or_have_no_end_are_refused_and_said_why() {
    for (content, why) in [
        ("p50 5ms\np99 2ms\nmax 9ms\n", "a higher quantile is shorter than a lower one"),
        ("p50 5ms\np99 20ms\n", "the largest value is missing"),
        ("p50 5ms\np50 6ms\nmax 9ms\n", "p50 stands there twice"),
        ("p50 5ms\n6ms\n", "mixes quantiles and single measurements"),
        ("p50 5 apples\nmax 9ms\n", "pauses.txt:1:"),
        ("p500 5ms\nmax 9ms\n", "pauses.txt:1:"),
        ("", "fewer than two measurements"),
    ] {
        let wrong = with_file(content).unwrap_err().render(false);
        assert!(wrong.contains(why), "{content:?}: {wrong}");
    }
}

#[test]
fn pauses_that_would_stop_time_are_refused() {
    let text = "[pauses]\nevery = \"1ns\"\nfor = \"1ms\"\n";
    let wrong = Scenario::parse(text, "test.toml", &default_registry()).unwrap_err().render(false);
    assert!(wrong.contains("this repeats too fast"), "{wrong}");
}
