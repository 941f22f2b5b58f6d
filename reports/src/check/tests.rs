//! Small gates by hand.

use scenarios::Threshold;
use sim::{Span, Value};

use super::*;

/// Of a seed in which a leader was lost and everything held.
pub(crate) fn run(seed: u64) -> Run {
    Run {
        seed,
        lost: true,
        failover: true,
        recovered_ns: Some(200_000_000 + seed * 1_000_000),
        led: true,
        messages: 100 + seed,
        tested: 0b11,
        ..Run::default()
    }
}

pub(crate) fn case(runs: Vec<Run>) -> Case {
    Case {
        scenario: String::from("some/leader-crash.toml"),
        file: Some(String::from("some/leader-crash.toml")),
        algorithm: "raft",
        misfit: None,
        expects: Vec::new(),
        expects_line: None,
        thresholds: Vec::new(),
        harm_fails: false,
        measures_failover: false,
        measure_line: Some(3),
        recovery_beyond_run: None,
        events: vec![Scripted { name: String::from("cut"), line: Some(5), moment: None }],
        records: Records {
            scenario: String::from("some/leader-crash.toml"),
            algorithm: String::from("raft"),
            digest: String::from("0"),
            invariants: vec![String::from("election-safety"), String::from("effective-split-brain")],
            runs,
        },
        complaints: Vec::new(),
    }
}

pub(crate) fn check(mut cases: Vec<Case>) -> Check {
    for case in &mut cases {
        case.complaints = weigh(case);
        for complaint in &mut case.complaints {
            complaint.replay = format!("hustings run {} --algorithm {} --seed 4", case.scenario, case.algorithm);
        }
    }
    Check { version: "1", seeds: 0..20, asked: 0..20, cases, broken: Vec::new(), kept: Vec::new(), notes: Vec::new() }
}

fn kinds(case: &Case) -> Vec<Kind> {
    weigh(case).iter().map(|complaint| complaint.kind).collect()
}

#[test]
fn what_is_promised_and_broken_is_wrong_and_what_is_not_promised_is_not() {
    let mut runs: Vec<Run> = (0..20).map(run).collect();
    assert_eq!(kinds(&case(runs.clone())), []);
    runs[4].violated = 0b10;
    assert_eq!(kinds(&case(runs.clone())), [], "nobody promised it");
    runs[4].safety = 0b10;
    let complaints = weigh(&case(runs.clone()));
    assert_eq!(complaints[0].seeds, [4]);
    assert!(complaints[0].words.contains("effective-split-brain was violated in 1 of 20 seeds (4)"), "{complaints:?}");
    let meant = Case { expects: vec!["effective-split-brain"], ..case(runs) };
    assert_eq!(kinds(&meant), [], "it was meant to be");
    assert_eq!(meant.found_as_meant(), [("effective-split-brain", 1)]);
}

#[test]
fn what_is_meant_to_be_found_and_is_not_is_wrong_too() {
    let meant = Case { expects: vec!["effective-split-brain"], expects_line: Some(9), ..case((0..20).map(run).collect()) };
    let complaints = weigh(&meant);
    assert_eq!((complaints[0].kind, complaints[0].line), (Kind::Missing, Some(9)));
    assert!(complaints[0].words.contains("held in all of the 20"), "{complaints:?}");
    let untested = (0..20).map(|seed| Run { tested: 0b01, ..run(seed) }).collect();
    let complaints = weigh(&Case { expects: vec!["effective-split-brain"], ..case(untested) });
    assert!(complaints[0].words.contains("never put to the test"), "{complaints:?}");
}

#[test]
fn a_failover_beyond_the_end_of_a_run_that_is_too_short_is_not_said_to_be_never() {
    let runs: Vec<Run> = (0..20).map(|seed| Run { recovered_ns: None, led: false, ..run(seed) }).collect();
    let thresholds = vec![(Threshold { key: "failover-p50", most: Value::Span(Span::secs(2)) }, None)];
    let stuck = Case { thresholds, ..case(runs) };
    assert!(weigh(&stuck)[0].words.starts_with("failover-p50 is never, and at most 2.000 s"), "{}", weigh(&stuck)[0].words);
    let short = Case { recovery_beyond_run: Some(Span::secs(84)), ..stuck };
    let words =
        "failover-p50 is beyond the end of the run, which is too short to judge (recovery may take 84.0 s), and at most 2.000 s";
    assert!(weigh(&short)[0].words.starts_with(words), "{}", weigh(&short)[0].words);
}

#[test]
fn a_threshold_is_held_against_what_was_seen_and_refused_where_too_few_failovers_support_it() {
    let with = |key: &'static str, most: Value, runs: Vec<Run>| {
        weigh(&Case { thresholds: vec![(Threshold { key, most }, Some(12))], ..case(runs) })
    };
    let runs: Vec<Run> = (0..20).map(run).collect();
    let time = |millis: u64| Value::Span(Span(millis * 1_000_000));
    assert_eq!(with("failover-p50", time(209), runs.clone()), [], "the tenth of twenty is 209 ms");
    let missed = with("failover-p50", time(208), runs.clone());
    assert_eq!((missed[0].kind, missed[0].line, missed[0].seeds.as_slice()), (Kind::Threshold, Some(12), &[19][..]));
    assert_eq!(with("failover-max", time(219), runs.clone()), []);
    assert_eq!(with("failover-max", time(218), runs.clone())[0].kind, Kind::Threshold);
    assert_eq!(with("failover-mean", time(210), runs.clone()), []);
    assert_eq!(with("failover-mean", time(209), runs.clone())[0].kind, Kind::Threshold);
    let refused = with("failover-p99", time(900), runs.clone());
    assert_eq!(refused[0].kind, Kind::NotExercised);
    assert!(refused[0].words.contains("368"), "{refused:?}");
    assert_eq!(with("failover-p99", time(900), (0..368).map(run).collect()), []);
    let stuck: Vec<Run> =
        (0..20).map(|seed| Run { recovered_ns: (seed != 7).then_some(1), led: seed != 7, ..run(seed) }).collect();
    assert_eq!(with("failover-max", time(218), stuck.clone())[0].seeds, [7], "never is longer than anything");
    assert_eq!(with("unrecovered", Value::Count(1), stuck.clone()), []);
    assert_eq!(with("unrecovered", Value::Count(0), stuck)[0].seeds, [7]);
    let quiet = (0..20).map(|seed| Run { failover: false, ..run(seed) }).collect();
    assert_eq!(with("failover-p50", time(1), quiet)[0].kind, Kind::NotExercised, "no leader was lost");
    let split = (0..20).map(|seed| Run { overlap_ns: seed, leaderless_ns: 2 * seed, false_failovers: 1, ..run(seed) });
    let split: Vec<Run> = split.collect();
    assert_eq!(with("overlap-max", Value::Span(Span(19)), split.clone()), []);
    assert_eq!(with("overlap-max", Value::Span(Span(18)), split.clone())[0].seeds, [19]);
    assert_eq!(with("leaderless-mean", Value::Span(Span(18)), split.clone())[0].kind, Kind::Threshold);
    assert_eq!(with("false-failovers", Value::Count(20), split.clone()), []);
    assert_eq!(with("false-failovers", Value::Count(19), split)[0].kind, Kind::Threshold);
}

#[test]
fn an_event_that_never_found_its_target_is_not_green_and_what_a_swarm_draws_is_no_event() {
    let missed = |of: &dyn Fn(u64) -> Vec<&'static str>| {
        case((0..20).map(|seed| Run { missed: of(seed).into_iter().map(String::from).collect(), ..run(seed) }).collect())
    };
    let complaints = weigh(&missed(&|_| vec!["cut"]));
    assert_eq!(
        (complaints[0].kind, complaints[0].words.as_str()),
        (Kind::NotExercised, "the event `cut` came to nothing in all of 20 seeds")
    );
    let alone = weigh(&case(vec![Run { missed: vec![String::from("cut")], ..run(3) }]));
    assert_eq!(alone[0].words, "the event `cut` came to nothing in the only seed");
    assert_eq!(complaints[0].line, Some(5), "where the event stands");
    assert_eq!(weigh(&missed(&|seed| if seed == 3 { vec![] } else { vec!["cut"] })), [], "once is enough");
    assert_eq!(weigh(&missed(&|_| vec!["swarm 1: crash"])), []);
    let plain = Scripted { name: String::from("swarm 1: crash"), line: Some(8), moment: Some("between-writes") };
    let written = weigh(&Case { events: vec![plain], ..missed(&|_| vec!["swarm 1: crash"]) });
    assert!(written[0].line == Some(8) && written[0].words.contains("its moment (between-writes) did not come"), "{written:?}");
    let mut repeated = crate::example::outcome();
    assert_eq!(Run::new(&repeated).missed, ["crash-2"]);
    repeated.not_exercised[0].fired = true;
    assert!(Run::new(&repeated).missed.is_empty(), "one of those that repeat found its target");
    let quiet = Case { measures_failover: true, ..case(vec![Run { lost: false, failover: false, ..run(0) }]) };
    assert_eq!(kinds(&quiet), [Kind::NotExercised]);
    assert_eq!(weigh(&quiet)[0].line, Some(3), "where the measure stands");
    let misfit = Case { misfit: Some(String::from("it has no log")), ..case(Vec::new()) };
    assert_eq!(kinds(&misfit), [Kind::NotExercised]);
    assert_eq!(weigh(&misfit)[0].words, "raft cannot play it, and nobody else does: it has no log");
    let demanding = Case { expects: vec!["election-safety"], ..misfit };
    assert_eq!(weigh(&demanding)[0].words, "raft cannot play it, though something is demanded of it: it has no log");
}

#[test]
fn harm_that_nobody_promised_to_avoid_is_told_and_fails_only_where_it_is_to() {
    let (promised, harm) = (Run { safety: 2, violated: 2, ..run(0) }, Run { violated: 2, ..run(1) });
    let told = case(vec![harm.clone(), run(2)]);
    assert_eq!(weigh(&told), []);
    assert_eq!(told.harm(), [("effective-split-brain", 1)]);
    assert_eq!(case(vec![promised]).harm(), [], "that is a complaint");
    let told = check(vec![told]);
    let words = "harm that nobody promised to avoid, raft: effective-split-brain in 1 seed";
    assert!(text::human(&told).contains(words), "{}", text::human(&told));
    assert!(text::markdown(&told).contains("some/leader-crash.toml, raft: effective-split-brain in 1 seed"));
    let json: serde_json::Value = serde_json::from_str(&json::text(&told)).expect("JSON");
    assert_eq!(json["cases"][0]["harm"][0]["seeds"], 1);

    let strict = |expects| Case { harm_fails: true, expects, ..case(vec![harm.clone(), run(2)]) };
    assert_eq!(kinds(&strict(Vec::new())), [Kind::Safety]);
    assert_eq!(kinds(&strict(vec!["effective-split-brain"])), [], "it was meant to be found");
    assert!(!text::human(&check(vec![strict(Vec::new())])).contains("nobody promised"), "said once");
}

#[test]
fn the_last_line_is_the_command_for_the_gravest() {
    let broken = case((0..20).map(|seed| Run { safety: 1, violated: 1, ..run(seed) }).collect());
    let check = check(vec![Case { algorithm: "bully", ..case(vec![run(0)]) }, broken]);
    let text = text::human(&check);
    assert_eq!(text.trim_end().lines().last(), Some("hustings run some/leader-crash.toml --algorithm raft --seed 4"), "{text}");
    assert!(text.contains("1 of 2 algorithms: raft") && text.contains("in 20 of 20 seeds (0, 1, 2, 3, 4 and 15 more)"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&json::text(&check)).expect("JSON");
    assert_eq!(json["cases"][1]["complaints"][0]["kind"], "safety");
    assert!(text::markdown(&check).contains("| safety |"), "{}", text::markdown(&check));
}

#[test]
fn records_that_were_changed_are_refused_and_those_without_a_checksum_are_taken() {
    let records = case((0..10).map(run).collect()).records;
    let written = Ledger { cases: vec![records], ..Ledger::new("1", &[], &[], &[], (0, 10)) }.json();
    let laid_out: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    assert!(Ledger::read(&written.replace('\n', "\r\n")).is_ok(), "line ends may change");
    assert!(laid_out["checksum"].is_string());
    for (is, becomes) in [("\"seeds\":[0,10]", "\"seeds\":[0,11]"), ("\"version\":\"1\"", "\"version\":\"2\""), ("[[0,", "[[1,")]
    {
        let changed = written.replacen(is, becomes, 1);
        assert_ne!(changed, written, "{is}");
        let why = Ledger::read(&changed).expect_err("it is refused").what;
        assert!(why.contains("was changed since it was written"), "{why}");
    }
    let (before, _) = written.split_once(",\"checksum\"").expect("it stands last");
    assert_eq!(Ledger::read(&format!("{before}}}")).map(|ledger| ledger.checksum), Ok(String::new()));
}

#[test]
fn where_not_all_have_room_the_gravest_are_told_and_how_many_more_there_are() {
    let slow = |place: u64| {
        let threshold = Threshold { key: "leaderless-mean", most: Value::Span(Span(1)) };
        let runs = vec![Run { leaderless_ns: 1_200_000_000, ..run(place) }];
        Case { thresholds: vec![(threshold, None)], ..case(runs) }
    };
    let mut cases: Vec<Case> = (0..50).map(slow).collect();
    cases.push(case(vec![Run { safety: 2, violated: 2, ..run(9) }]));
    let check = check(cases);
    for text in [text::human(&check), text::markdown(&check)] {
        assert!(text.contains("effective-split-brain was violated"), "{text}");
        assert_eq!(text.matches("leaderless-mean is 1.200 s, and at most 1 ns is allowed").count(), 39, "{text}");
        assert!(text.contains("… and 11 more, none of them graver; --format json has them all"), "{text}");
    }
}

#[test]
fn shards_put_together_in_any_order_are_the_whole_and_anything_else_is_refused() {
    let words = |names: &[&str]| names.iter().map(|name| String::from(*name)).collect::<Vec<String>>();
    let ledger = |shard: Option<(u64, u64)>| {
        let seeds = (0..10).filter(|seed| shard.is_none_or(|(number, of)| seed % of == number - 1));
        let records = case(seeds.map(run).collect()).records;
        Ledger { shard, cases: vec![records], ..Ledger::new("1", &words(&["x"]), &[], &[], (0, 10)) }
    };
    let part = |number| ledger(Some((number, 3)));
    assert_eq!(Ledger::merge(vec![part(2), part(3), part(1)]), Ok(ledger(None)));
    let again = Ledger::read(&part(2).json()).expect("what is written is read");
    assert!(again.checksum.len() == 32 && Ledger { checksum: String::new(), ..again.clone() } == part(2));
    assert_eq!(again.json(), part(2).json(), "a checksum is not summed up itself");
    let parts = [2, 3, 1].map(|number| Ledger::read(&part(number).json()).expect("what is written is read"));
    assert_eq!(Ledger::merge(parts.to_vec()), Ok(ledger(None)), "the whole is no part, and has no part's checksum");
    let refused = |parts: Vec<Ledger>| Ledger::merge(parts).expect_err("it is refused");
    assert!(refused(vec![part(1), part(3)]).contains("2/3 is missing"));
    assert!(refused(vec![part(1), part(1), part(2), part(3)]).contains("2 times"));
    assert!(refused(vec![ledger(None)]).contains("no shard"));
    assert!(refused(vec![part(1), part(2), Ledger { set: words(&["a=b"]), ..part(3) }]).contains("different checks"));
    let mut short = part(3);
    short.cases[0].runs.pop();
    assert!(refused(vec![part(1), part(2), short]).contains("cut short"));
    assert!(Ledger::read("{}").is_err() && Ledger::read("x").is_err());
    assert!(Ledger::read("{\"schema\":9,\"kind\":\"hustings check\"}").is_err_and(|wrong| wrong.what.contains("format 9")));
}
