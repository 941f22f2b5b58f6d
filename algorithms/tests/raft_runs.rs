//! Raft in the ordinary engine: leaders are lost, and others are found.

use algorithms::Raft;
use sim::fault::{Fault, ScriptEvent, Shape, Target, When};
use sim::outcome::Outcome;
use sim::{Delay, Options, Registry, Setup, Span, Value};

const PRESETS: [&str; 3] = ["paper", "etcd", "hashicorp"];

fn run(setup: &Setup, preset: &str, seed: u64) -> Outcome {
    let settings = [(String::from("preset"), Value::Choice(String::from(preset)))];
    let registry = Registry::new().with::<Raft>();
    registry.get("raft").unwrap().run(setup, &settings, seed, Options::default())
}

fn event(name: &str, at: Span, fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Constant(at));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

#[test]
fn a_leader_that_is_cut_off_is_replaced_and_follows_the_new_one_after_the_heal() {
    let cut = Fault::Partition(Shape::Groups(vec![vec![Target::Leader], vec![Target::Others]]));
    let script = vec![event("cut", Span::secs(6), cut), event("mend", Span::secs(12), Fault::Heal)];
    let setup = Setup { duration: Span::secs(20), script, ..Setup::default() };
    for preset in PRESETS {
        for seed in 0..20 {
            let outcome = run(&setup, preset, seed);
            let [first, .., last] = &outcome.tenures[..] else { panic!("{preset} {seed}: {:?}", outcome.tenures) };
            assert_ne!(first.node, last.node, "{preset} {seed}: the one that was cut off led first");
            assert_eq!(last.until, None, "{preset} {seed}: someone leads at the end");
            assert!(first.until.is_some(), "{preset} {seed}: the first leader has heard of it");
            let lost = outcome.counters.proposed - outcome.counters.acknowledged;
            assert!(outcome.counters.acknowledged > 200, "{preset} {seed}: {:?} {lost}", outcome.counters);
        }
    }
}
