//! A scenario with settings of one algorithm, run in the ordinary engine, and what is read off its outcome.

use algorithms::{EtcdSession, KubernetesLease};
use sim::fault::{Fault, ScriptEvent, Target, When};
use sim::outcome::{Judgement, Outcome, Severity, Verdict};
use sim::setup::Work;
use sim::{Algorithm, Delay, Options, Registry, Setup, Span, Value};

pub const KUBERNETES: &str = KubernetesLease::NAME;
pub const ETCD: &str = EtcdSession::NAME;

#[derive(Clone)]
pub struct Ordeal {
    pub name: &'static str,
    pub algorithm: &'static str,
    pub setup: Setup,
    pub settings: Vec<(String, Value)>,
}

impl Ordeal {
    pub fn new(name: &'static str, algorithm: &'static str, setup: Setup) -> Ordeal {
        Ordeal { name, algorithm, setup, settings: Vec::new() }
    }

    pub fn span(mut self, key: &str, value: Span) -> Ordeal {
        self.settings.push((String::from(key), Value::Span(value)));
        self
    }

    pub fn on(mut self, key: &str) -> Ordeal {
        self.settings.push((String::from(key), Value::Switch(true)));
        self
    }

    pub fn word(mut self, key: &str, value: &str) -> Ordeal {
        self.settings.push((String::from(key), Value::Choice(String::from(value))));
        self
    }

    pub fn run(&self, mutant: Option<&str>, seed: u64) -> Outcome {
        let registry = Registry::new().with::<KubernetesLease>().with::<EtcdSession>();
        let player = registry.get(self.algorithm).expect("it was just added");
        player.run(&self.setup, &self.settings, seed, Options { mutant, fingerprint: false, ..Options::default() })
    }
}

/// The invariants that were violated although they were promised, or that nobody may violate.
pub fn findings(outcome: &Outcome) -> Vec<&'static str> {
    let found = |j: &&Judgement| matches!(j.verdict, Verdict::Violated(_)) && j.severity != Severity::Measurement;
    outcome.judgements.iter().filter(found).map(|judgement| judgement.invariant).collect()
}

/// Whether an invariant was violated, promised or not.
pub fn violates(outcome: &Outcome, invariant: &str) -> bool {
    outcome.judgements.iter().any(|j| j.invariant == invariant && matches!(j.verdict, Verdict::Violated(_)))
}

/// At a time between these, in seconds.
pub fn event(name: &str, (low, high): (u64, u64), fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Uniform(Span::secs(low), Span::secs(high)));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

/// So many members for so many seconds, with an item every 100 ms, and this going wrong.
pub fn story(nodes: u16, seconds: u64, script: Vec<ScriptEvent>) -> Setup {
    let work = Work { interval: Span::millis(100), ..Work::default() };
    Setup { nodes, duration: Span::secs(seconds), script, work, ..Setup::default() }
}

/// Nothing passes between these and the service.
pub fn cut_off(who: Target) -> Fault {
    Fault::Cut { from: vec![who], to: vec![Target::Services], both: true }
}
