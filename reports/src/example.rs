//! A made-up run, for the tests of every format.

use sim::outcome::{
    Cause, Counters, Failover, Judgement, NotExercised, Outcome, Severity, SplitBrain, Standing, Tenure, Verdict, Violation,
};
use sim::{Epoch, NodeId, Span, Time};

fn judgement(invariant: &'static str, verdict: Verdict, standing: Standing, exercised: u64) -> Judgement {
    Judgement { invariant, verdict, standing, exercised, liveness: None, severity: Severity::Safety }
}

/// The leader is cut off, a second one is elected, and the first goes on acting.
pub fn outcome() -> Outcome {
    let at = |millis: u64| Time(millis * 1_000_000);
    let violation = Violation {
        at: at(2_600),
        nodes: vec![NodeId(0), NodeId(2)],
        saw: String::from("item 41 of n1 took effect after item 42 of n3"),
        times: 7,
    };
    Outcome {
        scenario: String::from("leader-isolated"),
        algorithm: "example",
        seed: 42,
        settings: vec![(String::from("election-timeout"), String::from("[\"150ms\", \"300ms\"]"))],
        fingerprint: 255,
        events: 1_234,
        end: at(10_000),
        judgements: vec![
            judgement("election-safety", Verdict::Held, Standing::Promised, 2),
            judgement("effective-split-brain", Verdict::Violated(violation), Standing::OutsideAssumptions, 9),
            judgement("log-matching", Verdict::NotApplicable, Standing::NotPromised, 0),
            judgement("vote-once", Verdict::NotExercised, Standing::Promised, 0),
        ],
        split_brain: SplitBrain {
            overlap: Span::millis(7_500),
            longest_overlap: Span::millis(7_500),
            conflicting_effects: 7,
            ..SplitBrain::default()
        },
        tenures: vec![
            Tenure { node: NodeId(0), epoch: Epoch(1, 0), from: at(200), until: Some(at(9_000)) },
            Tenure { node: NodeId(2), epoch: Epoch(2, 0), from: at(2_500), until: None },
        ],
        failovers: vec![
            Failover {
                lost: at(0),
                cause: Cause::Start,
                detected: Some(at(150)),
                elected: Some(at(200)),
                effective: Some(at(210)),
                absorbed: false,
            },
            Failover {
                lost: at(2_100),
                cause: Cause::Cut,
                detected: Some(at(2_400)),
                elected: None,
                effective: None,
                absorbed: false,
            },
        ],
        counters: Counters { sent: 900, delivered: 850, elections: 2, leader_changes: 1, ..Counters::default() },
        resource: None,
        not_exercised: vec![NotExercised {
            event: String::from("crash-2"),
            why: String::from("no leader within 2s"),
            fired: false,
            drawn: false,
        }],
        measured: None,
    }
}
