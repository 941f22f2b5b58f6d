//! Stories of made-up findings: what is still found is a rule here, so that what must be left is known.

use std::sync::atomic::AtomicBool;

use sim::fault::{Fault, ScriptEvent, Target, When};

use super::*;
use sim::Delay;

static NEVER: AtomicBool = AtomicBool::new(false);
const FOR_LONG: Limits<'_> = Limits { most: 10_000, stop: &NEVER };

fn event(name: &str, when: When, fault: Fault) -> ScriptEvent {
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

fn at(millis: u64) -> When {
    When::At(Delay::Constant(Span::millis(millis)))
}

fn crash(name: &str, millis: u64) -> ScriptEvent {
    event(name, at(millis), Fault::Crash(vec![Target::Leader]))
}

fn setup(script: Vec<ScriptEvent>) -> Setup {
    Setup { script, ..Setup::default() }
}

fn names(setup: &Setup) -> Vec<&str> {
    setup.script.iter().map(|event| event.name.as_str()).collect()
}

#[test]
fn of_many_events_those_two_are_left_that_need_each_other() {
    let script = (0..37).map(|number| crash(&format!("c{number}"), 1_000 + number)).collect();
    let mut still = |setup: &Setup| {
        let names = names(setup);
        (names.contains(&"c3") && names.contains(&"c29")).then_some(Time(2_000_000_000))
    };
    let shrunk = shrink(setup(script), Time(2_000_000_000), FOR_LONG, &mut still);
    assert_eq!(names(&shrunk.setup), ["c3", "c29"]);
    assert_eq!(shrunk.end, End::Minimal);
    assert_eq!(shrunk.setup.nodes, 1, "the members did not matter");
    assert_eq!(shrunk.setup.duration, Span::millis(2_100), "nothing after the finding is left");
    assert!(!shrunk.setup.work.on);
}

#[test]
fn what_comes_after_an_event_and_what_is_aimed_at_its_name_goes_with_it() {
    let mut first = crash("first", 1_000);
    first.bind = Some(String::from("L"));
    let restart = Fault::Restart(vec![Target::Named(String::from("L"))]);
    let after = When::After(String::from("first"), Delay::Constant(Span::secs(1)));
    let script = vec![first, event("named", at(3_000), restart.clone()), event("after", after, Fault::Heal)];
    assert_eq!(names(&setup(events::without(&script, 0..1))), [""; 0]);
    assert_eq!(names(&setup(events::without(&script, 1..2))), ["first", "after"]);
}

#[test]
fn a_time_is_halved_as_long_as_it_may_be_and_rounded_after_that() {
    let pause = Fault::Pause { who: vec![Target::Leader], lasting: Some(Span::nanos(4_321_987_654)) };
    let script = vec![event("pause", at(1_234), pause)];
    let mut still = |setup: &Setup| match setup.script.first()?.fault {
        Fault::Pause { lasting: Some(lasting), .. } if lasting >= Span::millis(900) => Some(Time(3)),
        _ => None,
    };
    let shrunk = shrink(setup(script), Time(3), FOR_LONG, &mut still);
    let [ScriptEvent { when, fault: Fault::Pause { lasting, .. }, .. }] = shrunk.setup.script.as_slice() else {
        panic!("one pause")
    };
    assert_eq!(*lasting, Some(Span::secs(1)));
    assert_eq!(*when, When::At(Delay::Constant(Span::millis(1))), "nothing needs any time before it");
}

#[test]
fn members_are_numbered_anew_and_what_was_aimed_at_those_who_left_goes() {
    let aimed = |name: &str, member: u16| event(name, at(1_000), Fault::Crash(vec![Target::Member(member)]));
    let mut still = |setup: &Setup| {
        let second = setup.script.iter().find(|event| event.name == "last")?;
        (setup.nodes >= 3 && second.fault == Fault::Crash(vec![Target::Member(setup.nodes - 1)])).then_some(Time(5))
    };
    let shrunk = shrink(setup(vec![aimed("other", 1), aimed("last", 4)]), Time(5), FOR_LONG, &mut still);
    assert_eq!((shrunk.setup.nodes, names(&shrunk.setup)), (3, vec!["last"]));
}

#[test]
fn when_the_candidates_run_out_what_is_left_is_still_found_and_not_called_minimal() {
    let script = (0..64).map(|number| crash(&format!("c{number}"), 1_000 + number)).collect();
    let mut still = |setup: &Setup| names(setup).contains(&"c7").then_some(Time(5));
    let shrunk = shrink(setup(script), Time(5), Limits { most: 4, ..FOR_LONG }, &mut still);
    assert!(names(&shrunk.setup).contains(&"c7") && shrunk.setup.script.len() > 1);
    assert_eq!((shrunk.end, shrunk.tried), (End::UsedUp, 4));
}

#[test]
fn who_is_asked_to_stop_has_the_smallest_that_was_found_so_far() {
    let script: Vec<_> = (0..64).map(|number| crash(&format!("c{number}"), 1_000 + number)).collect();
    let stop = AtomicBool::new(false);
    let mut runs = 0;
    let mut still = |setup: &Setup| {
        runs += 1;
        stop.store(runs == 9, Ordering::Relaxed);
        names(setup).contains(&"c7").then_some(Time(5))
    };
    let shrunk = shrink(setup(script), Time(5), Limits { stop: &stop, ..FOR_LONG }, &mut still);
    assert_eq!((shrunk.end, shrunk.tried, runs), (End::Stopped, 9, 9));
    assert!(names(&shrunk.setup).contains(&"c7") && shrunk.setup.script.len() < 64);
}

#[test]
fn events_come_as_soon_as_they_may_and_in_their_order() {
    let mut still = |setup: &Setup| {
        let times: Vec<u64> = setup
            .script
            .iter()
            .filter_map(|event| match &event.when {
                When::At(Delay::Constant(time)) => Some(time.0 / 1_000_000),
                _ => None,
            })
            .collect();
        // The second needs half a second after the first.
        (times.len() == 2 && times[1] >= times[0] + 500).then_some(Time(5))
    };
    let script = vec![crash("first", 4_000), crash("second", 9_000)];
    let shrunk = shrink(setup(script), Time(5), FOR_LONG, &mut still);
    let times: Vec<Span> = shrunk
        .setup
        .script
        .iter()
        .map(|event| match &event.when {
            When::At(Delay::Constant(time)) => *time,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(times[0], Span::millis(1));
    assert!((Span::millis(501)..Span::millis(600)).contains(&times[1]), "{times:?}");
}
