//! Services as stories: how questions and answers travel, what faults do to a service, and what its record shows. The lock is as
//! simple as can be: a member asks every 100 ms; whoever holds it renews it for a second from when it asked.

mod faults;
mod record;
mod travel;

use sim::algorithm::*;
use sim::delay::Delay;
use sim::fault::{Fault, ScriptEvent, Target, When};
use sim::observer::{Dropped, Happening, NodeEvent, Observer};
use sim::outcome::{Outcome, Verdict};
use sim::service::{Desk, Grant, Service};
use sim::setup::{Setup, Work};
use sim::{Context, Options, Ratio, Registry, Span, Time, Value};

/// How long a grant lasts.
const TERM: Span = Span::secs(1);
/// How often members ask.
const PERIOD: Span = Span::millis(100);

/// What is wrong with the lock or its holders, if anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bug {
    /// The holder counts its second from the answer.
    CountsFromAnswer,
    /// Whoever asks gets it.
    BlindWrite,
    /// A release is not compared with what is held.
    ReleasesAnything,
    /// A crash of the service loses the grant.
    Forgets,
}

#[derive(Clone, Debug)]
pub enum Ask {
    /// "Give it to me, or let me keep it": the number of the question, and whether to write blindly.
    Take { number: u64, blind: bool },
    /// "I am done with this grant."
    Release { id: u64, blind: bool },
}
#[derive(Clone, Debug)]
pub enum Answer {
    Yours { number: u64, id: u64 },
    Taken,
}
impl Encode for Ask {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Ask::Take { number, blind } => to.words([1, *number, u64::from(*blind)]),
            Ask::Release { id, blind } => to.words([2, *id, u64::from(*blind)]),
        }
    }
}
impl Message for Ask {
    fn kind(&self) -> &'static str {
        match self {
            Ask::Take { .. } => "Take",
            Ask::Release { .. } => "Release",
        }
    }
}
impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Answer::Yours { number, id } => to.words([1, *number, *id]),
            Answer::Taken => to.words([2]),
        }
    }
}
impl Message for Answer {
    fn kind(&self) -> &'static str {
        match self {
            Answer::Yours { .. } => "Yours",
            Answer::Taken => "Taken",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Held {
    by: NodeId,
    id: u64,
    until: sim::LocalTime,
}

/// The lock.
pub struct Lock {
    held: Option<Held>,
    forgets: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Expire;
impl Encode for Expire {
    fn encode(&self, _to: &mut Encoder) {}
}

#[derive(Clone, Debug, Default)]
pub struct Stored {
    grants: u64,
    held: Option<Held>,
}

impl Lock {
    fn give(&mut self, from: NodeId, number: u64, desk: &mut Desk<'_, Lock>) {
        let until = desk.now() + TERM;
        let id = match self.held {
            Some(held) if held.by == from => held.id,
            _ => {
                desk.durable().grants += 1;
                desk.durable().grants
            }
        };
        self.held = Some(Held { by: from, id, until });
        desk.durable().held = self.held;
        desk.arm(Expire, TERM);
        desk.answer(from, Answer::Yours { number, id });
    }
}

impl Service for Lock {
    type Config = bool;
    type Durable = Stored;
    type Ask = Ask;
    type Answer = Answer;
    type Timer = Expire;
    type Mutant = Never;

    fn start(desk: &mut Desk<'_, Lock>) -> Lock {
        let forgets = *desk.config();
        let now = desk.now();
        let held = desk.durable().held.filter(|held| !forgets && held.until > now);
        if let Some(held) = held {
            desk.arm(Expire, held.until.since(now));
        }
        Lock { held, forgets }
    }
    fn on_ask(&mut self, from: NodeId, ask: Ask, desk: &mut Desk<'_, Lock>) {
        match ask {
            Ask::Take { number, blind } if blind || self.held.is_none_or(|held| held.by == from) => self.give(from, number, desk),
            Ask::Take { .. } => desk.answer(from, Answer::Taken),
            Ask::Release { id, blind } => {
                if blind || self.held.is_some_and(|held| held.id == id) {
                    self.held = None;
                    desk.disarm(Expire);
                }
            }
        }
    }
    fn on_timer(&mut self, _: Expire, _desk: &mut Desk<'_, Lock>) {
        self.held = None;
    }
    fn on_leader_change(&mut self, desk: &mut Desk<'_, Lock>) {
        if self.forgets {
            self.held = None;
        } else if let Some(held) = &mut self.held {
            held.until = desk.now() + TERM;
            desk.arm(Expire, TERM);
        }
    }
    fn grant(&self, _: &Stored) -> Option<Grant> {
        self.held.map(|held| Grant { holder: held.by, id: held.id, token: Some(held.id), until: Authority::Until(held.until) })
    }
    fn releases(ask: &Ask) -> Option<u64> {
        match ask {
            Ask::Take { .. } => None,
            Ask::Release { id, .. } => Some(*id),
        }
    }
}

/// A member that wants the lock. With `RELEASES` it gives it back in its tenth second, and once more, belated, in the eleventh.
pub struct Wants<const LOCKS: u16, const RELEASES: bool> {
    asked: Vec<sim::LocalTime>,
    number: u64,
    /// By lock: until when it is ours, and under which id.
    held: Vec<Option<(sim::LocalTime, u64)>>,
    last: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tick;
impl Encode for Tick {
    fn encode(&self, _to: &mut Encoder) {}
}

const NAMES: [&str; 3] = ["lock-1", "lock-2", "lock-3"];

impl<const LOCKS: u16, const RELEASES: bool> Algorithm for Wants<LOCKS, RELEASES> {
    const NAME: &'static str = "wants";
    const ABOUT: &'static str = "asks for a lock";
    const CITATION: &'static str = "this test";
    const MUTANTS: &'static [MutantInfo<Bug>] = &[
        MutantInfo { mutant: Bug::CountsFromAnswer, id: "T1", breaks: "the holder counts from its question", caught_by: None },
        MutantInfo { mutant: Bug::BlindWrite, id: "T2", breaks: "what is held is compared", caught_by: None },
        MutantInfo { mutant: Bug::ReleasesAnything, id: "T3", breaks: "a release is compared", caught_by: None },
    ];
    type Config = Forgetful;
    type Durable = ();
    type Message = Never;
    type Timer = Tick;
    type Mutant = Bug;
    type Service = Lock;

    fn claims(_: &Forgetful) -> Vec<Claim> {
        let promises =
            [Promise::LeaseExclusive, Promise::ServiceSideExclusive, Promise::LeaseContainment, Promise::ReleaseOwnOnly];
        Claim::all(Assumption::BoundedDrift, &promises)
    }
    fn bounds(_: &Forgetful, _: &Network) -> Bounds {
        Bounds { recovery: vec![(Span::secs(2), "a term, and a period")], drift: Some(Ratio::ONE), ..Bounds::default() }
    }
    fn facts(_: &Forgetful) -> Facts {
        Facts { leases: true, ..Facts::default() }
    }
    fn services(config: &Forgetful) -> Vec<(&'static str, bool)> {
        NAMES[..usize::from(LOCKS)].iter().map(|&name| (name, config.0)).collect()
    }
    fn start(ctx: &mut Context<'_, Self>) -> Self {
        ctx.arm(Tick, Span::millis(1 + 10 * u64::from(ctx.id().0)));
        let locks = usize::from(LOCKS);
        Wants { asked: Vec::new(), number: 0, held: vec![None; locks], last: 0 }
    }
    fn on_message(&mut self, _: NodeId, message: Never, _: &mut Context<'_, Self>) {
        match message {}
    }
    fn on_timer(&mut self, _: Tick, ctx: &mut Context<'_, Self>) {
        ctx.arm(Tick, PERIOD);
        let first = ctx.id() == NodeId(0);
        if RELEASES && first && (self.number == 95 || self.number == 115) {
            self.number += 1;
            self.held.fill(None);
            for service in ctx.services() {
                ctx.ask(service, Ask::Release { id: self.last, blind: ctx.bug(Bug::ReleasesAnything) });
            }
        } else if !(RELEASES && first && self.number > 95 && self.number < 115) {
            for service in ctx.services() {
                ctx.ask(service, Ask::Take { number: self.number, blind: ctx.bug(Bug::BlindWrite) });
            }
            self.number += 1;
        } else {
            self.number += 1;
        }
        self.asked.push(ctx.now());
    }
    fn on_answer(&mut self, service: NodeId, answer: Answer, ctx: &mut Context<'_, Self>) {
        let which = service.index() - ctx.services().next().expect("there is one").index();
        match answer {
            Answer::Yours { number, id } => {
                let from = if ctx.bug(Bug::CountsFromAnswer) { ctx.now() } else { self.asked[number as usize] };
                self.held[which] = Some((from + TERM, id));
                self.last = id;
            }
            Answer::Taken => self.held[which] = None,
        }
    }
    fn observe(&self, _: &()) -> Observation {
        let mut until: Vec<sim::LocalTime> = self.held.iter().flatten().map(|(until, _)| *until).collect();
        until.sort_unstable();
        let needed = self.held.len() / 2 + 1;
        let authority = if until.len() < needed { Authority::None } else { Authority::Until(until[until.len() - needed]) };
        let role = if authority == Authority::None { Role::Follower } else { Role::Leader };
        Observation::new(role, Epoch::default()).with_authority(authority)
    }
}

/// Whether the lock keeps nothing over a crash.
#[derive(Clone, Debug, Default)]
pub struct Forgetful(bool);

impl sim::Config for Forgetful {
    const SETTINGS: &'static [sim::Setting] =
        &[sim::Setting { key: "forgets", kind: sim::Kind::Switch, about: "Keeps nothing." }];
    fn set(&mut self, _key: &str, value: &Value) {
        self.0 = *value == Value::Switch(true);
    }
    fn get(&self, _key: &str) -> Value {
        Value::Switch(self.0)
    }
    fn check(&self) -> Result<(), (&'static str, String)> {
        Ok(())
    }
}

pub type One = Wants<1, false>;
pub type Three = Wants<3, false>;
pub type Releasing = Wants<1, true>;

/// One line for each thing that happened, with its time in milliseconds.
#[derive(Default)]
pub struct Log(pub Vec<(u64, String)>);

impl Observer for Log {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        let words = match what {
            Happening::Delivered { to, message, .. } => format!("{to} gets {message:?}"),
            Happening::Dropped { from, to, why, .. } => format!("{from} to {to}: {why:?}"),
            Happening::TenureBegan { node, .. } => format!("{node} holds"),
            Happening::TenureEnded { node, .. } => format!("{node} holds no longer"),
            Happening::Granted { name, grant, .. } => format!("{name} grants {} to {}", grant.id, grant.holder),
            Happening::Node { node, event } => format!("{node} {event:?}"),
            Happening::Fault { text, .. } => format!("fault: {text}"),
            _ => return,
        };
        self.0.push((at.0 / 1_000_000, words));
    }
}

impl Log {
    pub fn first(&self, part: &str) -> Option<u64> {
        self.0.iter().find(|(_, words)| words.contains(part)).map(|(at, _)| *at)
    }
    pub fn count(&self, part: &str) -> usize {
        self.0.iter().filter(|(_, words)| words.contains(part)).count()
    }
    pub fn between(&self, from: u64, to: u64, part: &str) -> usize {
        self.0.iter().filter(|(at, words)| (from..to).contains(at) && words.contains(part)).count()
    }
}

/// Twenty seconds, two members, a millisecond of delay.
pub fn quiet() -> Setup {
    let mut setup = Setup { nodes: 2, duration: Span::secs(20), ..Setup::default() };
    setup.link.delay = Delay::Constant(Span::millis(1));
    setup.work = Work { on: false, ..Work::default() };
    setup
}

pub fn event(name: &str, at: u64, fault: Fault) -> ScriptEvent {
    ScriptEvent {
        name: String::from(name),
        when: When::At(Delay::Constant(Span::millis(at))),
        every: None,
        until: None,
        fault,
        bind: None,
        within: Some(Span::ZERO),
    }
}

pub fn part(name: &str) -> Vec<Target> {
    vec![Target::Part(String::from(name))]
}

pub fn run<A: Algorithm>(setup: &Setup, mutant: Option<&str>, forgets: bool) -> (Outcome, Log) {
    let registry = Registry::new().with::<A>();
    let mut log = Log::default();
    let options = Options { mutant, observer: Some(&mut log), ..Options::default() };
    let settings = [(String::from("forgets"), Value::Switch(forgets))];
    let outcome = registry.get(A::NAME).expect("it was added").run(setup, &settings, 1, options);
    (outcome, log)
}

pub fn verdict<'o>(outcome: &'o Outcome, invariant: &str) -> &'o Verdict {
    &outcome.judgements.iter().find(|judgement| judgement.invariant == invariant).expect("it is in the catalogue").verdict
}

pub fn held(outcome: &Outcome, invariant: &str) -> bool {
    matches!(verdict(outcome, invariant), Verdict::Held)
}

pub fn violated(outcome: &Outcome, invariant: &str) -> bool {
    matches!(verdict(outcome, invariant), Verdict::Violated(_))
}
