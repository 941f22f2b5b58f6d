//! What whole Bully clusters go through, in simulation.

use sim::delay::Delay;
use sim::fault::{Fault, ScriptEvent, Shape, Target, When};
use sim::outcome::{Outcome, Tenure};
use sim::setup::Setup;
use sim::{NodeId, Options, Registry, Span, Time, Value};

use super::Bully;

fn at(name: &str, ms: (u64, u64), fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Uniform(Span::millis(ms.0), Span::millis(ms.1)));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

fn story(nodes: u16, script: Vec<ScriptEvent>) -> Setup {
    Setup { nodes, duration: Span::secs(20), script, ..Setup::default() }
}

fn play(setup: &Setup, safe: bool, seed: u64, mutant: Option<&str>) -> Outcome {
    let registry = Registry::new().with::<Bully>();
    let settings = [(String::from("quorum-and-epoch"), Value::Switch(safe))];
    let options = Options { mutant, ..Options::default() };
    registry.get("bully").expect("just added").run(setup, &settings, seed, options)
}

#[test]
fn look() {
    let n = |i: u16| vec![Target::Member(i)];
    for safe in [false, true] {
        for (what, script) in [
            ("nothing", vec![]),
            ("crash", vec![at("a", (3000, 3100), Fault::Crash(n(4))), at("b", (8000, 8100), Fault::Restart(n(4)))]),
            (
                "isolate",
                vec![
                    at("a", (3000, 3100), Fault::Partition(Shape::Groups(vec![n(4), vec![Target::Others]]))),
                    at("b", (8000, 8100), Fault::Heal),
                ],
            ),
            (
                "star",
                vec![at("a", (3000, 3100), Fault::Partition(Shape::Star(Target::Member(0)))), at("b", (8000, 8100), Fault::Heal)],
            ),
            ("chain", vec![at("a", (3000, 3100), Fault::Partition(Shape::Chain(vec![]))), at("b", (8000, 8100), Fault::Heal)]),
            (
                "bridge",
                vec![
                    at("a", (3000, 3100), Fault::Partition(Shape::Bridge(Target::Member(2)))),
                    at("b", (8000, 8100), Fault::Heal),
                ],
            ),
            ("pause", vec![at("a", (3000, 3100), Fault::Pause { who: n(4), lasting: Some(Span::secs(2)) })]),
        ] {
            let outcome = play(&story(5, script), safe, 1, None);
            println!("== {what} safe={safe} {:?}", outcome.counters);
            for t in &outcome.tenures {
                println!("   {} epoch {} {} .. {:?}", t.node, t.epoch, t.from, t.until.map(|t| t.to_string()));
            }
            for f in &outcome.failovers {
                println!("   {f:?}");
            }
            for j in &outcome.judgements {
                if let sim::outcome::Verdict::Violated(v) = &j.verdict {
                    println!("   {} {:?} {v:?}", j.invariant, j.standing);
                }
            }
            for f in &outcome.not_exercised {
                println!("   {f:?}");
            }
        }
    }
}
