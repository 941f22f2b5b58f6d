//! Questions with known answers, and how often there is a false alarm.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::check::tests::{case, run};
use crate::statistics::binomial_test;

fn baseline(cases: &[Case]) -> Ledger {
    Ledger { cases: cases.iter().map(|case| case.records.clone()).collect(), ..Ledger::new("1", &[], &[], &[], (0, 1_000)) }
}

/// A family of algorithms with failovers drawn from this stream, uniform over 150 ms above 150 ms times `slower` in the first.
fn family(algorithms: &[&'static str], seeds: u64, slower: u64, stream: u64) -> Vec<Case> {
    let mut source = ChaCha8Rng::from_seed([7; 32]);
    source.set_stream(stream);
    let mut one = |place: usize, algorithm: &'static str| {
        let mut draw = |seed: u64| {
            let timeout = (150_000_000 + source.next_u64() % 150_000_000) * if place == 0 { slower } else { 100 } / 100;
            Run { recovered_ns: Some(timeout), messages: 100 + source.next_u64() % 50, ..run(seed) }
        };
        let mut case = Case { algorithm, ..case((0..seeds).map(&mut draw).collect()) };
        case.records.algorithm = algorithm.to_owned();
        case
    };
    algorithms.iter().enumerate().map(|(place, algorithm)| one(place, algorithm)).collect()
}

#[test]
fn the_same_runs_are_no_regression_and_nothing_is_asked() {
    let cases = vec![case((0..400).map(run).collect())];
    let judged = judge(&cases, &baseline(&cases));
    assert!(judged.complaints.is_empty() && judged.family == 0 && judged.notes.is_empty(), "{:?}", judged.notes);
}

#[test]
fn a_slower_failover_and_more_messages_are_told_with_what_they_were() {
    let then = vec![case((0..400).map(run).collect())];
    let slower = |seed: u64| Run { recovered_ns: run(seed).recovered_ns.map(|nanos| nanos * 6 / 5), messages: 500, ..run(seed) };
    let judged = judge(&[case((0..400).map(slower).collect())], &baseline(&then));
    let about: Vec<&str> = judged.complaints.iter().map(|(_, complaint)| complaint.about.as_str()).collect();
    assert_eq!(about, ["failover-p50", "messages", "failover-p99"], "{:?}", judged.complaints);
    assert!(judged.complaints[0].1.words.contains("from 399.000 ms to 478.800 ms"), "{:?}", judged.complaints[0].1);
    let faster = judge(&then, &baseline(&[case((0..400).map(slower).collect())]));
    assert!(faster.complaints.is_empty(), "faster is no regression: {:?}", faster.complaints);
}

#[test]
fn a_median_that_stays_where_it_was_is_no_regression_in_however_many_seeds_it_moved() {
    let then = vec![case((0..1_000).map(run).collect())];
    let now = |nanos: &dyn Fn(u64, u64) -> u64| {
        let moved = |seed: u64| Run { recovered_ns: run(seed).recovered_ns.map(|was| nanos(seed, was)), ..run(seed) };
        judge(&[case((0..1_000).map(moved).collect())], &baseline(&then))
    };
    let hair = now(&|seed, was| if seed % 10 < 7 { was + 1 } else { was });
    assert!(hair.complaints.is_empty() && hair.family > 0, "by a nanosecond, in 700 seeds: {:?}", hair.complaints);
    let mostly = now(&|seed, was| if seed % 100 < 57 { was + 1_000 } else { was / 3 });
    assert!(mostly.complaints.is_empty(), "by a hair in most seeds, and faster on the whole: {:?}", mostly.complaints);
    let slower = now(&|seed, was| if seed % 10 < 7 { was + 50_000_000 } else { was - 1 });
    let words = &slower.complaints[0].1.words;
    assert!(words.contains(": slower in 700 of 1 000 seeds, faster in 300 (p = "), "{words}");
}

/// A thousand seeds, of which those from `ends` on, of every hundred, never recover.
fn ends(ends: u64, millis: u64) -> Vec<Case> {
    let time = |seed: u64| (seed % 100 < ends).then_some(1_000_000 * millis + seed);
    vec![case((0..1_000).map(|seed| Run { recovered_ns: time(seed), ..run(seed) }).collect())]
}

#[test]
fn where_most_failovers_never_end_more_that_never_do_are_a_regression_all_the_same() {
    for (then, now) in [(48, 0), (52, 0), (49, 40), (98, 90), (3, 0), (100, 97)] {
        let judged = judge(&ends(now, 900), &baseline(&ends(then, 900)));
        let never = judged.complaints.iter().find(|(_, complaint)| complaint.about == "failover-never");
        let (_, complaint) = never.unwrap_or_else(|| panic!("{then} of 100 ended, and now {now}: {:?}", judged.complaints));
        let (was, is) = (10 * (100 - then), 10 * (100 - now));
        let words = format!("never ended in {was} of 1 000 seeds, and now in {}: in {} that", words::count(is), is - was);
        assert!(complaint.words.contains(&words), "{}", complaint.words);
        let mended = judge(&ends(then, 900), &baseline(&ends(now, 900)));
        assert!(mended.complaints.is_empty(), "what ends that never did is no regression: {:?}", mended.complaints);
    }
}

#[test]
fn where_a_quantile_is_never_both_times_it_is_asked_of_those_that_ended() {
    let abouts = |judged: &Judged| judged.complaints.iter().map(|(_, complaint)| complaint.about.clone()).collect::<Vec<_>>();
    let slower = judge(&ends(48, 1_800), &baseline(&ends(48, 900)));
    assert_eq!(abouts(&slower), ["failover-p50", "failover-p99"], "{:?}", slower.notes);
    let words = &slower.complaints[0].1.words;
    let said = "failover p50 of seeds in which it ended both times went from 900.000 ms to 1.800 s: slower in 480 of 480 seeds";
    assert!(words.contains(said), "{words}");
    let few = judge(&ends(30, 1_800), &baseline(&ends(30, 900)));
    assert_eq!(abouts(&few), ["failover-p50"]);
    let note = "takes 368 failovers that ended both times, where so many never do, and there were 300 at most";
    assert!(few.notes.iter().any(|said| said.contains(note)), "{:?}", few.notes);
}

#[test]
fn a_family_in_which_failovers_never_end_is_as_seldom_called_a_change_where_there_is_none() {
    let (repetitions, shares) = (400, [3u64, 12, 350, 480, 500, 520, 700, 970]);
    let drawn = |stream: u64| -> Vec<Case> {
        let mut source = ChaCha8Rng::from_seed([8; 32]);
        source.set_stream(stream);
        let mut one = |never: u64| {
            let mut draw = |seed: u64| {
                let ends = source.next_u64() % 1_000 >= never;
                let time = 150_000_000 + source.next_u64() % 150_000_000;
                Run { recovered_ns: ends.then_some(time), messages: 100 + source.next_u64() % 50, ..run(seed) }
            };
            let mut case = case((0..1_000).map(&mut draw).collect());
            case.records.scenario = never.to_string();
            Case { scenario: never.to_string(), ..case }
        };
        shares.into_iter().map(&mut one).collect()
    };
    let (mut alarms, mut asked) = (0, 0);
    for repetition in 0..repetitions {
        let judged = judge(&drawn(2 * repetition), &baseline(&drawn(2 * repetition + 1)));
        alarms += usize::from(!judged.complaints.is_empty());
        asked += judged.family;
    }
    // Drawn once and for all: what stands here is what comes out.
    assert!(asked as u64 > 24 * repetitions, "{asked} questions: of each share whether they end, how soon they do, and messages");
    assert!(alarms * 20 <= repetitions as usize, "{alarms} of {repetitions}");
}

#[test]
fn p99_that_cannot_be_told_from_chance_beside_so_many_questions_is_said() {
    assert_eq!([97, 853].map(|family| fewest_for_p99(family, FAMILY)), [550, 750]);
    let algorithms = ["a", "b", "c", "d", "e", "f"];
    let then = family(&algorithms, 368, 100, 0);
    let all_out = |case: &Case| {
        let out = |run: &Run| Run { recovered_ns: run.recovered_ns.map(|nanos| nanos + 60_000_000_000), ..run.clone() };
        let runs = case.records.runs.iter().map(out).collect();
        Case { records: Records { runs, ..case.records.clone() }, ..case.clone() }
    };
    let judged = judge(&then.iter().map(all_out).collect::<Vec<_>>(), &baseline(&then));
    let about = |name: &str| judged.complaints.iter().filter(|(_, complaint)| complaint.about == name).count();
    assert_eq!((about("failover-p50"), about("failover-p99"), judged.family), (6, 6, 12), "every one of 368 is slower");
    // Thousands of other questions, and the same seven slowest prove nothing.
    let mut many: Vec<Question> = (0..853).map(|case| question(case, 1.0)).collect();
    many[0].least = Some(binomial_test(8, 8, 0.5));
    let note = powerless(&many).expect("it is said");
    assert!(note.contains("p99 of 1 pairs cannot be told") && note.contains("(853): it takes 750 failovers"), "{note}");
    assert_eq!(powerless(&many[..2]), None, "of two questions it can");
}

#[test]
fn a_pair_is_found_by_another_spelling_of_its_path_and_one_that_is_gone_is_said() {
    let then = baseline(&[case((0..40).map(run).collect()), Case { algorithm: "zab", ..of("zab") }]);
    let elsewhere = |scenario: &str, digest: &str| {
        let mut now = case((0..40).map(|seed| Run { messages: 900, ..run(seed) }).collect());
        now.scenario = String::from(scenario);
        now.records.digest = String::from(digest);
        now
    };
    let judged = judge(&[elsewhere("/home/me/some/leader-crash.toml", "0")], &then);
    assert!(judged.complaints[0].1.words.contains("messages of a run went from"), "{:?}", judged.notes);
    assert!(judged.notes[1].contains("not checked now: some/leader-crash.toml with zab"), "{:?}", judged.notes);
    let shares = |case: &Case, seeds| shares_anything([case].into_iter(), &seeds, &then);
    assert!(shares(&elsewhere("./some/leader-crash.toml", "0"), 39..50));
    assert!(!shares(&elsewhere("./some/leader-crash.toml", "0"), 40..50), "none of these seeds");
    assert!(!shares(&elsewhere("./some/leader-crash.toml", "1"), 0..50), "another text under another name");
    assert!(!shares(&elsewhere("some/follower-crash.toml", "0"), 0..50));
}

/// The same scenario with somebody else.
fn of(algorithm: &str) -> Case {
    let mut case = case((0..40).map(run).collect());
    case.records.algorithm = String::from(algorithm);
    case
}

fn question(case: usize, p: f64) -> Question {
    Question {
        case,
        about: format!("{p}"),
        words: String::new(),
        seeds: Vec::new(),
        p,
        least: None,
        of_verdict: false,
        better: false,
    }
}

#[test]
fn p99_is_refused_below_368_seeds_and_that_is_said() {
    let cases = vec![case((0..367).map(run).collect())];
    let judged = judge(&cases, &baseline(&cases));
    assert!(judged.notes[0].contains("takes 368 failovers, and there were 367"), "{:?}", judged.notes);
}

#[test]
fn an_invariant_that_other_seeds_break_or_that_is_never_tested_any_more_is_a_change() {
    let then = vec![case((0..40).map(run).collect())];
    let worse = |seed: u64| Run { violated: u64::from(seed.is_multiple_of(2)) << 1, ..run(seed) };
    let judged = judge(&[case((0..40).map(worse).collect())], &baseline(&then));
    assert!(judged.complaints[0].1.words.contains("violated in 0 of 40 seeds, and now in 20"), "{:?}", judged.complaints);
    let mended = judge(&then, &baseline(&[case((0..40).map(worse).collect())]));
    assert!(mended.complaints[0].1.words.contains("for the better, so save the baseline anew"), "{:?}", mended.complaints);
    let three = |seed: u64| Run { violated: u64::from(seed < 3) << 1, ..run(seed) };
    let few = judge(&[case((0..40).map(three).collect())], &baseline(&then));
    let said = |note: &String| note.contains("a verdict changed: ") && note.contains("violated in 0 of 40 seeds, and now in 3");
    assert!(few.complaints.is_empty() && few.notes.iter().any(said), "{:?}", few.notes);
    let fewer = judge(&then, &baseline(&[case((0..40).map(three).collect())]));
    assert!(
        fewer.notes[1].ends_with("violated in 3 of 40 seeds, and now in 0"),
        "may be chance, so no advice: {:?}",
        fewer.notes
    );
    let gone = judge(
        &[case((0..40).map(|seed| Run { tested: 0b01, ..run(seed) }).collect())],
        &baseline(&[case((0..40).map(worse).collect())]),
    );
    let about_verdict = gone.complaints.iter().find(|(_, complaint)| complaint.words.contains("was violated in 20 of 40"));
    let words = &about_verdict.expect("other seeds violate it").1.words;
    assert!(words.contains("now in 0, where it was not put to the test in 20 of those") && !words.contains("better"), "{words}");
    let silent = judge(&[case((0..40).map(|seed| Run { tested: 0b01, ..run(seed) }).collect())], &baseline(&then));
    assert!(
        silent.complaints[0].1.words.contains("effective-split-brain was put to the test in all of 40"),
        "{:?}",
        silent.complaints
    );
    let new = judge(&[Case { algorithm: "zab", ..case(vec![run(0)]) }], &baseline(&then));
    assert!(new.notes[0].contains("with zab"), "{:?}", new.notes);
}

#[test]
fn another_scenario_and_seeds_that_it_does_not_have_are_said() {
    let then = baseline(&[case((0..400).map(run).collect())]);
    let mut now = case((0..500).map(run).collect());
    now.records.digest = String::from("1");
    let notes = judge(&[now], &then).notes;
    assert!(notes[0].contains("the scenario is not what it was") && notes[0].contains("with raft"), "{notes:?}");
    assert!(notes[1].contains("of 500 seeds 400 are in the baseline"), "{notes:?}");
}

#[test]
fn holm_holds_the_smallest_against_the_most_and_stops_at_the_first_that_holds_out() {
    let rejects = |all: &[f64]| rejected(&mut all.iter().map(|p| question(0, *p)).collect()).len();
    assert_eq!(
        rejects(&[0.01, 0.04, 0.03, 0.005]),
        2,
        "0.005 and 0.01 hold against a quarter and a third of 0.05, 0.03 not against half"
    );
    assert_eq!(rejects(&[0.05]), 1);
    assert_eq!(rejects(&[0.02, 0.02, 0.02]), 0);
    assert_eq!(rejects(&[]), 0);
}

#[test]
fn a_family_without_a_change_is_seldom_called_one_and_a_fifth_slower_almost_always() {
    let algorithms = ["a", "b", "c", "d", "e", "f"];
    let (mut alarms, mut caught, mut right) = (0, 0, 0);
    for repetition in 0..100 {
        let then = baseline(&family(&algorithms, 1_000, 100, 3 * repetition));
        alarms += usize::from(!judge(&family(&algorithms, 1_000, 100, 3 * repetition + 1), &then).complaints.is_empty());
        let judged = judge(&family(&algorithms, 1_000, 120, 3 * repetition + 2), &then);
        caught += usize::from(judged.complaints.iter().any(|(place, _)| *place == 0));
        right += usize::from(judged.complaints.iter().all(|(place, _)| *place == 0));
    }
    // Drawn once and for all: what stands here is what comes out.
    assert!(alarms <= 5, "{alarms} of 100");
    assert!(caught >= 95 && right >= 90, "{caught} caught, {right} without a false one beside it");
}
