//! Every algorithm that is built in, over a million events of its own: how fast, as a share of the ruler.

use scenarios::default_registry;
use sim::fault::{Fault, ScriptEvent, Target, When};
use sim::registry::Options;
use sim::setup::{Setup, Work};
use sim::{Delay, Player, Span};

use super::{ROUNDS, median, met, rate, ruler};

/// At least so many events each.
const EVENTS: u64 = 1_000_000;
/// A run that is long enough to tell how many events an algorithm has in a second.
const SAMPLE: u64 = 600;
/// Share of the ruler's events a second that each has to reach, with fingerprint and checks.
const TARGET: f64 = 0.25;
const RULER_SEEDS: u64 = 500;

pub fn measure() {
    let registry = default_registry();
    println!("\nevery algorithm with its defaults over {EVENTS} events, leader crashed now and then, fingerprint and checks");
    for player in registry.iter() {
        let sample = setup(player, SAMPLE);
        let events = run(player, &sample).max(1);
        let long = setup(player, SAMPLE * EVENTS.div_ceil(events));
        let (mut plain, mut own) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            plain.push(rate(|| ruler(0..RULER_SEEDS)));
            own.push(rate(|| run(player, &long)));
        }
        let share = median(own.iter().zip(&plain).map(|(own, plain)| own / plain).collect());
        println!(
            "  {:<20} {:6.2} M events/s, {share:.3} of the ruler (at least {TARGET}: {})",
            player.name(),
            median(own) / 1e6,
            met(share >= TARGET)
        );
    }
}

fn run(player: &dyn Player, setup: &Setup) -> u64 {
    player.run(setup, &[], 1, Options::default()).events
}

/// Five members without work, which is no event of theirs; the leader is crashed every ten recovery bounds, and restarted after one.
fn setup(player: &dyn Player, seconds: u64) -> Setup {
    let quiet = Setup { duration: Span::secs(seconds), work: Work { on: false, ..Work::default() }, ..Setup::default() };
    let recovery = sim::algorithm::total(&player.bounds(&[], &quiet).recovery).max(Span::secs(1));
    let event = |name: &str, when, every, fault, bind: Option<&str>| ScriptEvent {
        name: String::from(name),
        when,
        every,
        until: None,
        fault,
        bind: bind.map(String::from),
        within: None,
    };
    let period = Delay::Constant(recovery.times(10));
    let crash = event("crash", When::At(period.clone()), Some(period), Fault::Crash(vec![Target::Leader]), Some("fallen"));
    let restart = Fault::Restart(vec![Target::Named(String::from("fallen"))]);
    let restart = event("restart", When::After(String::from("crash"), Delay::Constant(recovery)), None, restart, None);
    let mut setup = Setup { script: vec![crash, restart], ..quiet };
    setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(5));
    setup
}
