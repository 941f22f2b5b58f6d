//! An algorithm's own invariants: asked when they want to be, counted, judged beside the common ones, and told when violated.

use sim::algorithm::*;
use sim::delay::Delay;
use sim::fault::{Fault, ScriptEvent, Target, When};
use sim::invariant::{Finding, Interest, Invariant, OwnWords, View};
use sim::observer::{Happening, Observer};
use sim::outcome::{Severity, Standing, Verdict};
use sim::setup::{Setup, Work};
use sim::{Context, NoService, Options, Registry, Span, Time};

/// Counts on its disk every 10 ms, up to `MOST`.
struct Counts<const MOST: u64>;

#[derive(Clone, Debug, Default)]
struct Count(u64);
#[derive(Clone, Debug)]
struct One;
impl Encode for One {
    fn encode(&self, _to: &mut Encoder) {}
}
impl Durable for Count {
    type Write = One;
    fn apply(&mut self, _: &One) {
        self.0 += 1;
    }
}
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Tick;
impl Encode for Tick {
    fn encode(&self, _to: &mut Encoder) {}
}

/// Nobody counts beyond ten, and nobody counts back.
#[derive(Default)]
struct UpToTen {
    seen: Vec<u64>,
}
impl<const MOST: u64> Invariant<Counts<MOST>> for UpToTen {
    fn words(&self) -> OwnWords {
        let (name, citation, sentence, exercised) = ("up-to-ten", "this test", "Nobody counts beyond ten.", "somebody counted");
        OwnWords { name, citation, sentence, exercised }
    }
    fn interest(&self) -> Interest {
        Interest::Wrote
    }
    fn after(&mut self, node: NodeId, _was: &Observation, view: &View<'_, Counts<MOST>>) -> Finding {
        self.seen.resize(view.members().count(), 0);
        let (before, now) = (self.seen[node.index()], view.image(node).0);
        self.seen[node.index()] = now;
        if now > 10 || now < before {
            return Finding::Violated { nodes: vec![node], saw: format!("{node} counted to {now} after {before}") };
        }
        if now > before { Finding::Held } else { Finding::NotExercised }
    }
}

impl<const MOST: u64> Algorithm for Counts<MOST> {
    const NAME: &'static str = "counts";
    const ABOUT: &'static str = "counts";
    const CITATION: &'static str = "this test";
    type Config = ();
    type Durable = Count;
    type Message = Never;
    type Timer = Tick;
    type Mutant = Never;
    type Service = NoService;
    fn claims(_: &()) -> Vec<Claim> {
        Vec::new()
    }
    fn bounds(_: &(), _: &Network) -> Bounds {
        Bounds::default()
    }
    fn facts(_: &()) -> Facts {
        Facts::default()
    }
    fn invariants() -> Vec<Box<dyn Invariant<Self>>> {
        vec![Box::new(UpToTen::default())]
    }
    fn start(ctx: &mut Context<'_, Self>) -> Self {
        ctx.arm(Tick, Span::millis(10));
        Counts
    }
    fn on_message(&mut self, _: NodeId, message: Never, _: &mut Context<'_, Self>) {
        match message {}
    }
    fn on_timer(&mut self, _: Tick, ctx: &mut Context<'_, Self>) {
        if ctx.durable().0 < MOST {
            ctx.persist(One);
        }
        ctx.arm(Tick, Span::millis(10));
    }
    fn observe(&self, _: &Count) -> Observation {
        Observation::new(Role::Follower, Epoch::default())
    }
}

#[derive(Default)]
struct Told(Vec<(Time, &'static str)>);
impl Observer for Told {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        if let Happening::Violated { invariant, .. } = what {
            self.0.push((at, invariant));
        }
    }
}

fn judged<A: Algorithm>(setup: &Setup) -> (sim::outcome::Judgement, Told) {
    let mut told = Told::default();
    let registry = Registry::new().with::<A>();
    let options = Options { observer: Some(&mut told), ..Options::default() };
    let outcome = registry.get("counts").expect("it was added").run(setup, &[], 1, options);
    (outcome.judgements.last().expect("its own stand last").clone(), told)
}

fn quiet() -> Setup {
    Setup { nodes: 3, duration: Span::secs(1), work: Work { on: false, ..Work::default() }, ..Setup::default() }
}

#[test]
fn an_own_invariant_that_holds_says_how_often_it_was_exercised() {
    let (judgement, told) = judged::<Counts<10>>(&quiet());
    assert_eq!((judgement.invariant, judgement.verdict, judgement.exercised), ("up-to-ten", Verdict::Held, 30));
    assert_eq!((judgement.standing, judgement.severity), (Standing::Promised, Severity::Safety));
    assert!(told.0.is_empty());
}

#[test]
fn a_violation_is_counted_and_told_when_it_happens() {
    let (judgement, told) = judged::<Counts<12>>(&quiet());
    let Verdict::Violated(violation) = judgement.verdict else { panic!("{judgement:?}") };
    assert_eq!((violation.at, violation.nodes, violation.times), (Time::ZERO + Span::millis(110), vec![NodeId(0)], 6));
    assert_eq!(violation.saw, "n1 counted to 11 after 10");
    assert_eq!(told.0, [(Time::ZERO + Span::millis(110), "up-to-ten")]);
}

#[test]
fn what_a_restart_finds_on_the_disk_is_looked_at_too() {
    let event = |name: &str, at, fault| ScriptEvent {
        name: String::from(name),
        when: When::At(Delay::Constant(Span::millis(at))),
        every: None,
        until: None,
        fault,
        bind: None,
        within: Some(Span::ZERO),
    };
    let who = || vec![Target::Member(0)];
    let script = vec![event("wipe", 55, Fault::Wipe(who())), event("restart", 60, Fault::Restart(who()))];
    let (judgement, _) = judged::<Counts<10>>(&Setup { script, ..quiet() });
    let Verdict::Violated(violation) = judgement.verdict else { panic!("{judgement:?}") };
    assert_eq!(violation.saw, "n1 counted to 0 after 5");
    assert_eq!((judgement.standing, judgement.severity), (Standing::OutsideAssumptions, Severity::Measurement));
}
