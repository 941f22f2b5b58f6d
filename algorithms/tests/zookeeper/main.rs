//! The recipe of ZooKeeper in the ordinary engine: as stories, under random faults, and with one assumption broken at a
//! time.

mod assumptions;
mod random_faults;
mod stories;

use algorithms::ZookeeperRecipe;
use sim::fault::{Fault, ScriptEvent, Target, When};
use sim::observer::{Happening, Observer};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::setup::Work;
use sim::{Algorithm, Delay, Options, Registry, Setup, Span, Time, Value};

/// A session of three ticks: what takes minutes by default takes seconds.
const SESSION: Span = Span::secs(6);

type Settings = Vec<(String, Value)>;

fn settings(more: &[(&str, Value)]) -> Settings {
    let mut settings = vec![(String::from("session-timeout"), Value::Span(SESSION))];
    settings.extend(more.iter().map(|(key, value)| (String::from(*key), value.clone())));
    settings
}

fn word(word: &str) -> Value {
    Value::Choice(String::from(word))
}

/// Between these, in milliseconds.
fn at(name: &str, (low, high): (u64, u64), fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Uniform(Span::millis(low), Span::millis(high)));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

fn member(number: u16) -> Vec<Target> {
    vec![Target::Member(number - 1)]
}

fn service() -> Vec<Target> {
    vec![Target::Services]
}

/// These members and the service hear nothing of each other.
fn cut_off(who: Vec<Target>) -> Fault {
    Fault::Cut { from: who, to: service(), both: true }
}

fn world(script: Vec<ScriptEvent>) -> Setup {
    let work = Work { interval: Span::millis(200), ..Work::default() };
    Setup { nodes: 3, duration: Span::secs(90), work, script, ..Setup::default() }
}

/// Pings come every third of a session, which here is a tick: so whoever comes first must come at any time of a tick.
fn out_of_step(setup: Setup) -> Setup {
    Setup { start_offset: Some(Delay::Uniform(Span::ZERO, Span::secs(8))), ..setup }
}

fn run(setup: &Setup, settings: &Settings, mutant: Option<&str>, seed: u64) -> Outcome {
    let registry = Registry::new().with::<ZookeeperRecipe>();
    let player = registry.get(ZookeeperRecipe::NAME).expect("it was just added");
    player.run(setup, settings, seed, Options { mutant, fingerprint: false, ..Options::default() })
}

/// The invariants that were violated although they were promised, or that nobody may violate.
fn findings(outcome: &Outcome) -> Vec<String> {
    let judged = outcome.judgements.iter().filter(|judgement| judgement.severity != Severity::Measurement);
    let found = judged.filter_map(|judgement| match &judgement.verdict {
        Verdict::Violated(violation) => Some(format!("{}: {} {}", judgement.invariant, violation.at, violation.saw)),
        _ => None,
    });
    found.collect()
}

/// Who led from when to when, in milliseconds; 0: to the end.
fn tenures(outcome: &Outcome) -> Vec<(u16, u64, u64)> {
    let millis = |time: Time| time.0 / 1_000_000;
    outcome.tenures.iter().map(|t| (t.node.0 + 1, millis(t.from), t.until.map_or(0, millis))).collect()
}

/// One line for each thing that happened, with its time in milliseconds.
#[derive(Default)]
struct Log(Vec<(u64, String)>);

impl Observer for Log {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        let words = match what {
            Happening::Sent { from, message, .. } => format!("{from} sends {message:?}"),
            Happening::Granted { grant, .. } => format!("granted to {}", grant.holder),
            _ => return,
        };
        self.0.push((at.0 / 1_000_000, words));
    }
}

impl Log {
    fn count(&self, part: &str) -> usize {
        self.0.iter().filter(|(_, words)| words.contains(part)).count()
    }
}

fn logged(setup: &Setup, settings: &Settings, mutant: Option<&str>, seed: u64) -> (Outcome, Log) {
    let registry = Registry::new().with::<ZookeeperRecipe>();
    let mut log = Log::default();
    let options = Options { mutant, observer: Some(&mut log), ..Options::default() };
    let outcome = registry.get(ZookeeperRecipe::NAME).expect("it was just added").run(setup, settings, seed, options);
    (outcome, log)
}
