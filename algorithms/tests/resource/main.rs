//! The protected resource and its client in the ordinary engine, under an algorithm that has fencing tokens: Bully with
//! `quorum-and-epoch`; and under one that has none: Bully without.

mod lock_delay;
mod stories;

use algorithms::Bully;
use sim::fault::{Fault, ScriptEvent, Shape, Target, When};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::setup::{Fencing, Work};
use sim::{Delay, Options, Registry, Setup, Span, Value};

pub fn run(setup: &Setup, mutant: Option<&str>, seed: u64) -> Outcome {
    run_variant(true, setup, mutant, seed)
}

/// With tokens, or without.
pub fn run_variant(tokens: bool, setup: &Setup, mutant: Option<&str>, seed: u64) -> Outcome {
    let settings = [(String::from("quorum-and-epoch"), Value::Switch(tokens))];
    let registry = Registry::new().with::<Bully>();
    registry.get("bully").unwrap().run(setup, &settings, seed, Options { mutant, fingerprint: false, ..Options::default() })
}

/// The invariants of which a violation is a finding here.
pub fn findings(outcome: &Outcome) -> Vec<&'static str> {
    let found = |j: &&sim::outcome::Judgement| matches!(j.verdict, Verdict::Violated(_)) && j.severity != Severity::Measurement;
    outcome.judgements.iter().filter(found).map(|judgement| judgement.invariant).collect()
}

pub fn event(name: &str, when: When, fault: Fault, bind: Option<&str>) -> ScriptEvent {
    let bind = bind.map(String::from);
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind, within: None }
}

pub fn at(low: u64, high: u64) -> When {
    When::At(Delay::Uniform(Span::millis(low), Span::millis(high)))
}

pub fn after(first: &str, low: u64, high: u64) -> When {
    When::After(String::from(first), Delay::Uniform(Span::millis(low), Span::millis(high)))
}

pub fn fenced() -> Work {
    Work { fencing: Fencing::AtLeast, ..Work::default() }
}

/// Nothing goes wrong.
pub fn calm(work: Work) -> Setup {
    Setup { duration: Span::secs(8), work, ..Setup::default() }
}

/// The leader stands still, again and again, until another has taken over or is about to, and then goes on with what it was at.
pub fn pauses(work: Work) -> Setup {
    let mut script = Vec::new();
    for round in 0..4u64 {
        let (pause, from) = (format!("pause-{round}"), 3_000 + 4_000 * round);
        let lasting = Fault::Pause { who: vec![Target::Leader], lasting: None };
        script.push(event(&pause, at(from, from + 500), lasting, Some(&format!("old-{round}"))));
        let resume = Fault::Resume(vec![Target::Named(format!("old-{round}"))]);
        script.push(event(&format!("resume-{round}"), after(&pause, 400, 1_400), resume, None));
    }
    Setup { duration: Span::secs(30), script, work, ..Setup::default() }
}

/// The same, and the resource crashes and comes back.
pub fn pauses_and_a_crash(work: Work) -> Setup {
    let mut setup = pauses(work);
    let resource = || vec![Target::Part(String::from("resource"))];
    setup.script.push(event("down", at(4_000, 12_000), Fault::Crash(resource()), None));
    setup.script.push(event("up", after("down", 100, 500), Fault::Restart(resource()), None));
    setup
}

/// The leader loses all other members, and keeps its way to the resource.
pub fn cut_off(work: Work) -> Setup {
    let alone = Fault::Partition(Shape::Groups(vec![vec![Target::Leader], vec![Target::Others]]));
    let script = vec![event("cut", at(3_000, 3_500), alone, None), event("mend", at(9_000, 9_500), Fault::Heal, None)];
    Setup { duration: Span::secs(15), script, work, ..Setup::default() }
}

/// Thinking takes long: whatever comes between check and send has time to.
pub fn thoughtful(work: Work) -> Work {
    Work { think: Delay::Uniform(Span::millis(1), Span::millis(150)), ..work }
}
