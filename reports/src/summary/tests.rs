//! Small sweeps, summed up by hand.

use sim::outcome::NotExercised;

use super::*;
use crate::example;

fn three() -> Summary {
    let mut summary = Summary::default();
    for seed in 0..3 {
        let mut outcome = example::outcome();
        outcome.seed = seed;
        if seed > 0 {
            outcome.judgements[1].verdict = Verdict::Held;
        }
        summary.add(&outcome);
    }
    summary
}

#[test]
fn what_was_never_seen_is_given_with_its_bound() {
    let text = three().text(&|seed| format!("hustings run x --seed {seed}"));
    assert!(text.contains("at most 100.00 % of seeds"), "three runs say nothing: {text}");
    assert!(text.contains("never put to the test"));
    assert!(text.contains("1 of 3 seeds have findings"));
    assert!(text.contains("hustings run x --seed 0  # fingerprint"));
    assert!(!text.contains("log-matching"), "what applies to no run is not listed");
}

#[test]
fn a_failover_that_never_ended_is_counted_and_not_dropped() {
    let json: serde_json::Value = serde_json::from_str(&three().json("s", "a", "v")).unwrap();
    assert_eq!(json["failovers"]["never"], 3);
    assert_eq!(json["failovers"]["recovered"], 3);
    assert_eq!(json["failing"][0]["safety"][0], "effective-split-brain");
}

#[test]
fn a_failover_that_the_run_cut_short_is_said_to_be_too_short_to_judge() {
    let mut summary = Summary::recovering_within(Span::secs(60));
    summary.add(&example::outcome());
    let text = summary.text(&|seed| format!("{seed}"));
    assert!(text.contains("1 not over at the end"), "{text}");
    assert!(text.contains("too short to judge: 1 of them had less left than the 60.0 s that recovery may take"), "{text}");
    assert!(!three().text(&|seed| format!("{seed}")).contains("too short to judge"), "it states no bound");
}

#[test]
fn what_swarms_drew_in_vain_is_told_by_kind_and_only_where_it_was_most_runs() {
    let mut summary = Summary::default();
    for seed in 0..5 {
        let mut outcome = example::outcome();
        let missed = |event| NotExercised { event, why: String::from("nobody was up"), fired: false, drawn: true };
        outcome.not_exercised = vec![missed(format!("swarm {seed}: crash")), missed(format!("swarm {}: crash", seed + 10))];
        outcome.not_exercised.extend((seed == 0).then(|| missed(String::from("swarm 3: pause"))));
        summary.add(&outcome);
    }
    let text = summary.text(&|seed| format!("{seed}"));
    assert!(text.contains("\n  swarm: crash: in 5 of 5 runs\n") && text.matches("crash").count() == 1, "{text}");
    assert!(!text.contains("pause"), "{text}");
    assert_eq!(summary.never_exercised(), None, "the scenario was not to show any of them");
}

#[test]
fn an_event_that_found_no_target_in_any_run_is_known() {
    assert_eq!(three().never_exercised(), Some("crash-2"));
}
