//! Every mutant of the locks on Redis works while nothing goes wrong, and is caught by the invariant that its entry names, under
//! the algorithm's own promises; the equivalent is caught by none, and so are the algorithms. `-- --nocapture` prints the table.

use algorithms::{RedisSetnx, Redlock, redis_setnx, redlock};
use sim::fault::{Family, Fault, ScriptEvent, Shape, Swarm, Target, When};
use sim::outcome::{Outcome, Severity, Verdict};
use sim::registry::MutantWords;
use sim::setup::{LinkOverride, MemberSetup};
use sim::{Algorithm, Delay, LinkPatch, Options, Promise, Ratio, Registry, Setup, Span, Value};

/// Within so many seeds a bug must be found.
const BUDGET: u64 = 1000;
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

    fn switch(self, key: &str, on: bool) -> Ordeal {
        self.with(key, Value::Switch(on))
    }

    fn run(&self, mutant: Option<&str>, seed: u64) -> Outcome {
        let registry = registry();
        let player = registry.get(self.algorithm).expect("it was just added");
        assert!(player.in_force(&self.settings).is_ok(), "{}: {:?}", self.name, player.in_force(&self.settings));
        player.run(&self.setup, &self.settings, seed, Options { mutant, fingerprint: false, ..Options::default() })
    }
}

fn registry() -> Registry {
    Registry::new().with::<RedisSetnx>().with::<Redlock>()
}

/// Every mutant, with the name of its algorithm.
fn mutants() -> Vec<(&'static str, MutantWords)> {
    let of = |player: &dyn sim::Player| -> Vec<_> { player.mutants().into_iter().map(|words| (player.name(), words)).collect() };
    registry().iter().flat_map(of).collect()
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

/// Members come up one after the other, so that the first of them finds no rival.
fn healthy(nodes: u16) -> Setup {
    Setup { nodes, start_offset: Some(between(0, 3000)), ..lasting(40, Vec::new()) }
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

/// The leader's wall clock is set back by twice a lock's life.
fn clock_set_back() -> Setup {
    let back = Fault::ClockJump { who: vec![Target::Leader], by: -20_000_000_000 };
    lasting(40, vec![event("back", between(4000, 6000), back)])
}

/// The leader stands still for longer than its lock lasts.
fn paused() -> Setup {
    let pause = Fault::Pause { who: vec![Target::Leader], lasting: Some(Span::secs(15)) };
    lasting(40, vec![event("pause", between(4000, 6000), pause)])
}

/// The replica takes over when somebody has just got the lock.
fn fail_over() -> Setup {
    let change = Fault::ServiceLeaderChange(vec![Target::Services]);
    lasting(20, vec![event("fail-over", between(100, 400), change)])
}

/// All members crash while they ask for the first time, on a slow network.
fn crash_between_two_commands() -> Setup {
    let all = || vec![Target::All];
    let script = vec![
        event("crash", between(200, 900), Fault::Crash(all())),
        event("restart", Delay::Constant(Span::secs(3)), Fault::Restart(all())),
    ];
    let mut setup = lasting(90, script);
    setup.link.delay = between(50, 150);
    setup
}

/// Two masters can be reached by n1 alone, the other three only by the others.
fn split_masters() -> Setup {
    let part = |name: &str| Target::Part(String::from(name));
    let groups = vec![
        vec![Target::Member(0), part("redis-1"), part("redis-2")],
        vec![Target::Others, part("redis-3"), part("redis-4"), part("redis-5")],
    ];
    lasting(40, vec![event("cut", between(4000, 5000), Fault::Partition(Shape::Groups(groups)))])
}

/// The masters answer n1 slowly, and n1 is the first to ask.
fn slow_for_the_first() -> Setup {
    let slow = LinkPatch { delay: Some(between(150, 240)), ..LinkPatch::default() };
    let link = LinkOverride { from: Target::Services, to: Target::Member(0), both: false, patch: slow, cut: false };
    let later = |member| MemberSetup { start_offset: Some(Delay::Constant(Span::secs(4))), ..MemberSetup::of(member) };
    Setup { nodes: 4, links: vec![link], members: (1..4).map(later).collect(), ..lasting(40, Vec::new()) }
}

/// Until the links are mended each member reaches only one or two masters.
fn nobody_has_a_majority() -> Setup {
    let part = |name: &str| Target::Part(String::from(name));
    let groups = vec![
        vec![Target::Member(0), part("redis-1"), part("redis-2")],
        vec![Target::Member(1), part("redis-3")],
        vec![Target::Member(2), part("redis-4"), part("redis-5")],
    ];
    let script = vec![
        event("cut", Delay::Constant(Span::ZERO), Fault::Partition(Shape::Groups(groups))),
        event("mend", between(2000, 3000), Fault::Heal),
    ];
    Setup { nodes: 3, ..lasting(120, script) }
}

/// n1 holds the lock at three masters, since the others are out of its reach; one of the three crashes, and is soon back.
fn a_master_forgets() -> Setup {
    let part = |name: &str| Target::Part(String::from(name));
    let cut = |name| LinkOverride { from: Target::Member(0), to: part(name), both: true, patch: LinkPatch::default(), cut: true };
    let later = |member| MemberSetup { start_offset: Some(Delay::Constant(Span::secs(1))), ..MemberSetup::of(member) };
    let script = vec![
        event("crash", between(4000, 5000), Fault::Crash(vec![part("redis-3")])),
        event("restart", between(5500, 6000), Fault::Restart(vec![part("redis-3")])),
    ];
    Setup {
        nodes: 3,
        links: ["redis-4", "redis-5"].map(cut).to_vec(),
        members: (1..3).map(later).collect(),
        ..lasting(30, script)
    }
}

/// Where the rule that a mutant breaks matters.
fn ordeal(algorithm: &'static str, id: &str) -> Ordeal {
    let of = |name, setup| Ordeal::new(name, algorithm, setup);
    match id {
        "L2" => of("wall clock set back", clock_set_back()).switch("renew", false),
        "L7" => of("leader paused", paused()),
        "L25" => of("fail-over", fail_over()).switch("wait-for-replica", true).span("replication-lag", Span::millis(100)),
        "L26" => of("crash between commands", crash_between_two_commands()),
        "L22a" => of("masters split 2:3", split_masters()),
        "L22b" => of("slow answers", slow_for_the_first()).span("node-timeout", Span::millis(500)).switch("renew", false),
        "L23" => of("nobody has a majority", nobody_has_a_majority()),
        "L24" => of("a master forgets", a_master_forgets()),
        _ => unreachable!("every mutant has its ordeal"),
    }
}

fn invariant(promise: Promise) -> &'static str {
    sim::audit::catalogue::of(promise).name
}

#[test]
fn a_mutant_passes_while_nothing_goes_wrong() {
    for (algorithm, mutant) in mutants() {
        for nodes in [3, 5] {
            let healthy = Ordeal::new("healthy", algorithm, healthy(nodes));
            for seed in 0..5 {
                let outcome = healthy.run(Some(mutant.id), seed);
                assert_eq!(findings(&outcome), [""; 0], "{algorithm} {}, {nodes} nodes, seed {seed}", mutant.id);
                assert!(outcome.counters.acknowledged > 500, "{algorithm} {}, seed {seed}: it works", mutant.id);
            }
        }
    }
}

#[test]
fn a_mutant_is_caught_by_the_invariant_that_it_breaks() {
    for (algorithm, mutant) in mutants() {
        let Some(promise) = mutant.caught_by else { continue };
        let ordeal = ordeal(algorithm, mutant.id);
        let caught = |seed: &u64| findings(&ordeal.run(Some(mutant.id), *seed)).contains(&invariant(promise));
        let seed = (0..BUDGET).find(caught);
        let seeds = seed.map_or(String::from("never"), |seed| (seed + 1).to_string());
        println!("{algorithm:<11} {:<4} {:<22} {:<22} seeds needed: {seeds}", mutant.id, invariant(promise), ordeal.name);
        let seed = seed.unwrap_or_else(|| panic!("{algorithm} {} is not caught by {}", mutant.id, invariant(promise)));
        assert_eq!(findings(&ordeal.run(None, seed)), [""; 0], "without the bug, the same world is survived: {}", mutant.id);
    }
}

#[test]
fn without_a_bug_random_faults_are_survived() {
    for algorithm in [RedisSetnx::NAME, Redlock::NAME] {
        for nodes in [3, 5] {
            for (name, setup) in [("random faults", bad_days(nodes)), ("masters crash", bad_days_of_masters(nodes, algorithm))] {
                let ordeal = Ordeal::new(name, algorithm, setup);
                let mut changes = 0;
                for seed in 0..QUIET {
                    let outcome = ordeal.run(None, seed);
                    assert_eq!(findings_at_home(&outcome), [""; 0], "{algorithm}, {name}, {nodes} nodes, seed {seed}");
                    changes += outcome.counters.leader_changes;
                }
                println!("{algorithm:<11} {name}, {nodes} nodes: {changes} changes of leader in {QUIET} seeds");
            }
        }
    }
}

#[test]
fn an_equivalent_is_caught_by_nothing() {
    for (algorithm, mutant) in mutants().into_iter().filter(|(_, mutant)| mutant.caught_by.is_none()) {
        let mut differs = false;
        for seed in 0..QUIET {
            let ordeal = Ordeal::new("random faults", algorithm, bad_days(5));
            let (with, without) = (ordeal.run(Some(mutant.id), seed), ordeal.run(None, seed));
            assert_eq!(findings_at_home(&with), [""; 0], "{algorithm} {}, seed {seed}", mutant.id);
            differs |= with.counters != without.counters;
        }
        assert!(differs, "{} changes what happens", mutant.id);
        println!("{algorithm:<11} {:<4} not caught in {QUIET} seeds", mutant.id);
    }
}
