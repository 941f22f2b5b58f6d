//! Workload *W*, as the engine runs it: five nodes, Raft with the timers of its paper, delays U(1, 5) ms, the leader crashed every
//! virtual second and restarted half a second later, no work, a disk that answers at once.

use sim::fault::{Fault, ScriptEvent, Target, When};
use sim::registry::{Options, Registry};
use sim::setup::{Setup, Work};
use sim::{Delay, Span, Value};

/// Whether the engine does what a bare loop does not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extras {
    /// Fingerprint and every invariant, as in ordinary use.
    On,
    /// Neither.
    Off,
}

/// Raft is all that runs here.
pub fn registry() -> Registry {
    Registry::new().with::<algorithms::Raft>()
}

/// `nodes` members for so many virtual seconds.
pub fn setup(nodes: u16, seconds: u64) -> Setup {
    let crash = ScriptEvent {
        name: String::from("crash"),
        when: When::At(Delay::Constant(Span::secs(1))),
        every: Some(Delay::Constant(Span::secs(1))),
        until: None,
        fault: Fault::Crash(vec![Target::Leader]),
        bind: Some(String::from("fallen")),
        within: Some(Span::ZERO),
    };
    let restart = ScriptEvent {
        name: String::from("restart"),
        when: When::After(String::from("crash"), Delay::Constant(Span::millis(500))),
        every: None,
        until: None,
        fault: Fault::Restart(vec![Target::Named(String::from("fallen"))]),
        bind: None,
        within: None,
    };
    Setup {
        name: String::from("workload-w"),
        nodes,
        duration: Span::secs(seconds),
        work: Work { on: false, ..Work::default() },
        script: vec![crash, restart],
        ..Setup::default()
    }
}

/// Runs these seeds and counts the events.
pub fn run(registry: &Registry, setup: &Setup, seeds: std::ops::Range<u64>, extras: Extras) -> u64 {
    let player = registry.get("raft").expect("raft is built in");
    let settings = [(String::from("preset"), Value::Choice(String::from("paper")))];
    let on = extras == Extras::On;
    seeds
        .map(|seed| {
            let options = Options { checks: on, fingerprint: on, ..Options::default() };
            std::hint::black_box(player.run(setup, &settings, seed, options)).events
        })
        .sum()
}
