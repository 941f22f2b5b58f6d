//! The locks on Redis under random faults, of members and of masters. (Their bugs are shown in the worlds of the zoo.)

use algorithms::{RedisSetnx, Redlock, redis_setnx, redlock};
use sim::fault::{Family, Fault, ScriptEvent, Swarm, Target, When};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::{Algorithm, Delay, Options, Promise, Ratio, Registry, Setup, Span, Value};

/// So many seeds of each scenario stand for all, where nothing may be found.
const QUIET: u64 = 50;

/// A scenario with settings of one algorithm.
struct Ordeal {
    name: &'static str,
    algorithm: &'static str,
    setup: Setup,
    settings: Vec<(String, Value)>,
}

impl Ordeal {
    /// With clocks that do not jump and masters that do not forget: so that everything is promised that can be.
    fn new(name: &'static str, algorithm: &'static str, setup: Setup) -> Ordeal {
        let ordeal = Ordeal { name, algorithm, setup, settings: Vec::new() };
        let safe = ordeal
            .word("server-clock", "monotonic")
            .word("client-clock", "monotonic")
            .word("persistence", "always")
            .span("ttl", Span::secs(10))
            .span("renew-interval", Span::secs(3));
        if algorithm == Redlock::NAME { safe } else { safe.word("deadline-from", "send").span("replication-lag", Span::ZERO) }
    }

    fn with(mut self, key: &str, value: Value) -> Ordeal {
        self.settings.push((String::from(key), value));
        self
    }

    fn word(self, key: &str, word: &str) -> Ordeal {
        self.with(key, Value::Choice(String::from(word)))
    }

    fn span(self, key: &str, span: Span) -> Ordeal {
        self.with(key, Value::Span(span))
    }

    fn run(&self, seed: u64) -> Outcome {
        let registry = registry();
        let player = registry.get(self.algorithm).expect("it was just added");
        assert!(player.in_force(&self.settings).is_ok(), "{}: {:?}", self.name, player.in_force(&self.settings));
        player.run(&self.setup, &self.settings, seed, Options { fingerprint: false, ..Options::default() })
    }
}

fn registry() -> Registry {
    Registry::new().with::<RedisSetnx>().with::<Redlock>()
}

/// The invariants that were violated although they were promised, or that nobody may violate.
fn findings(outcome: &Outcome) -> Vec<&'static str> {
    let found = |j: &&sim::outcome::Judgement| matches!(j.verdict, Verdict::Violated(_)) && j.severity != Severity::Measurement;
    outcome.judgements.iter().filter(found).map(|judgement| judgement.invariant).collect()
}

/// The same, but for effects: a pause or a late packet brings one too late, and nothing at the resource can tell.
fn findings_at_home(outcome: &Outcome) -> Vec<&'static str> {
    findings(outcome).into_iter().filter(|name| *name != invariant(Promise::EffectiveSplitBrain)).collect()
}

fn event(name: &str, at: Delay, fault: Fault) -> ScriptEvent {
    ScriptEvent { name: String::from(name), when: When::At(at), every: None, until: None, fault, bind: None, within: None }
}

fn between(low: u64, high: u64) -> Delay {
    Delay::Uniform(Span::millis(low), Span::millis(high))
}

fn lasting(seconds: u64, script: Vec<ScriptEvent>) -> Setup {
    Setup { duration: Span::secs(seconds), script, ..Setup::default() }
}

/// Random faults for twelve times a lock's life, then time to recover in.
fn bad_days(nodes: u16) -> Setup {
    let swarm = Swarm {
        families: Family::USUAL.to_vec(),
        from: Span::secs(2),
        until: Span::secs(122),
        every: Span::secs(1),
        lasting: (Span::millis(100), Span::secs(15)),
        loss: Ratio::new(1, 5),
        drift: Ratio::new(1, 100),
        core: Ratio::ZERO,
    };
    Setup { nodes, swarm: Some(swarm), ..lasting(170, Vec::new()) }
}

/// The masters crash one after the other, each for a while, again and again; what they wrote down stays. Now and then the leader
/// stands still for longer than its lock lasts.
fn bad_days_of_masters(nodes: u16, algorithm: &str) -> Setup {
    let names: &[&str] = if algorithm == Redlock::NAME { &redlock::MASTERS } else { &[redis_setnx::MASTER] };
    let crashes = |(place, name): (usize, &&str)| {
        let who = || vec![Target::Part(String::from(*name))];
        let first = 2000 + 1000 * place as u64;
        let again = |name: String, when, fault| ScriptEvent {
            every: Some(between(7000, 9000)),
            until: Some(Span::secs(60)),
            when,
            ..event(&name, Delay::Constant(Span::ZERO), fault)
        };
        let crash = again(format!("crash {name}"), When::At(between(first, first + 6000)), Fault::Crash(who()));
        let after = When::After(format!("crash {name}"), between(500, 5000));
        [crash, ScriptEvent { every: None, until: None, ..again(format!("restart {name}"), after, Fault::Restart(who())) }]
    };
    let pause = Fault::Pause { who: vec![Target::Leader], lasting: Some(Span::secs(12)) };
    let pause = ScriptEvent {
        every: Some(between(16_000, 20_000)),
        until: Some(Span::secs(60)),
        ..event("pause", between(4000, 8000), pause)
    };
    Setup { nodes, ..lasting(100, names.iter().enumerate().flat_map(crashes).chain([pause]).collect()) }
}

fn invariant(promise: Promise) -> &'static str {
    sim::audit::catalogue::of(promise).name
}

#[test]
fn without_a_bug_random_faults_are_survived() {
    for algorithm in [RedisSetnx::NAME, Redlock::NAME] {
        for nodes in [3, 5] {
            for (name, setup) in [("random faults", bad_days(nodes)), ("masters crash", bad_days_of_masters(nodes, algorithm))] {
                let ordeal = Ordeal::new(name, algorithm, setup);
                let mut changes = 0;
                for seed in 0..QUIET {
                    let outcome = ordeal.run(seed);
                    assert_eq!(findings_at_home(&outcome), [""; 0], "{algorithm}, {name}, {nodes} nodes, seed {seed}");
                    changes += outcome.counters.leader_changes;
                }
                println!("{algorithm:<11} {name}, {nodes} nodes: {changes} changes of leader in {QUIET} seeds");
            }
        }
    }
}

#[test]
fn a_lock_that_nobody_extends_goes_from_hand_to_hand_and_that_is_no_want_of_a_leader() {
    // Nothing is wrong at all; but each holder gives its lock back, and its life is such that the bound often passes just then.
    let calm = |algorithm| Ordeal::new("calm", algorithm, lasting(250, Vec::new())).with("renew", Value::Switch(false));
    for ordeal in [
        calm(RedisSetnx::NAME).span("ttl", Span::millis(1500)),
        calm(Redlock::NAME).span("ttl", Span::millis(10_400)).span("node-timeout", Span::millis(500)),
    ] {
        let mut judged = 0;
        for seed in 0..2 * QUIET {
            let outcome = ordeal.run(seed);
            assert_eq!(findings(&outcome), [""; 0], "{}, seed {seed}", ordeal.algorithm);
            let leads = outcome.judgements.iter().find(|found| found.invariant == invariant(Promise::EventualLeader));
            judged += leads.expect("it is always judged").exercised;
        }
        assert!(judged >= 4 * 2 * QUIET, "{}: only {judged} times", ordeal.algorithm);
    }
}
