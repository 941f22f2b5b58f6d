//! An algorithm that does what no algorithm should, on demand: as `misfit` it promises nothing, as `braggart` it promises what it
//! does not keep, until it is mended.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sim::{
    Algorithm, Assumption, Authority, Bounds, Claim, Config, Context, Encode, Encoder, Epoch, Facts, Kind, Message, Network,
    Never, NoService, NodeId, Observation, Promise, Role, Setting, Span, Value,
};

/// The next version of it, in which only the first member leads.
pub static MENDED: AtomicBool = AtomicBool::new(false);

/// Every member leads, always.
pub struct Misfit<const BOASTS: bool> {
    leads: bool,
}

#[derive(Clone, Debug)]
pub struct Mood(&'static str);

/// Leads; leads and greets by a number that outlives the run; leads beside the first member in the first run of a process only;
/// fails an assertion.
const MOODS: &[&str] = &["calm", "forgetful", "fickle", "broken"];

impl Default for Mood {
    fn default() -> Mood {
        Mood("calm")
    }
}

impl Config for Mood {
    const SETTINGS: &'static [Setting] =
        &[Setting { key: "mood", kind: Kind::Choice(MOODS), about: "What it does besides leading." }];

    fn set(&mut self, _key: &str, value: &Value) {
        let Value::Choice(word) = value else { unreachable!("the reader checks kinds") };
        self.0 = MOODS.iter().find(|mood| *mood == word).expect("the reader checks words");
    }

    fn get(&self, _key: &str) -> Value {
        Value::Choice(self.0.to_owned())
    }
}

#[derive(Clone, Debug)]
pub struct Greeting(u64);

impl Encode for Greeting {
    fn encode(&self, to: &mut Encoder) {
        to.words([self.0]);
    }
}

impl Message for Greeting {
    fn kind(&self) -> &'static str {
        "Greeting"
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tick;

impl Encode for Tick {
    fn encode(&self, to: &mut Encoder) {
        to.words([0]);
    }
}

/// What a run must not have: something that outlives it.
static GREETINGS: AtomicU64 = AtomicU64::new(0);
static STARTED: AtomicBool = AtomicBool::new(false);

impl<const BOASTS: bool> Algorithm for Misfit<BOASTS> {
    const NAME: &'static str = if BOASTS { "braggart" } else { "misfit" };
    const ABOUT: &'static str = "Every member leads, always.";
    const CITATION: &'static str = "none";
    type Config = Mood;
    type Durable = ();
    type Message = Greeting;
    type Timer = Tick;
    type Mutant = Never;
    type Service = NoService;

    fn claims(_mood: &Mood) -> Vec<Claim> {
        if BOASTS { Claim::all(Assumption::Asynchrony, &[Promise::EffectiveSplitBrain]) } else { Vec::new() }
    }
    fn bounds(_mood: &Mood, _network: &Network) -> Bounds {
        Bounds { recovery: vec![(Span::secs(1), "nothing takes long here")], detection: Span::secs(1), ..Bounds::default() }
    }
    fn facts(_mood: &Mood) -> Facts {
        Facts { epochs: false, votes: false, history: false, durable: false, leases: false }
    }

    fn start(ctx: &mut Context<'_, Self>) -> Self {
        ctx.arm(Tick, Span::millis(100));
        let first = ctx.id() == NodeId(0);
        let alone = match ctx.config().0 {
            "fickle" => !first && STARTED.swap(true, Ordering::Relaxed),
            _ => MENDED.load(Ordering::Relaxed),
        };
        Misfit { leads: first || !alone }
    }
    fn on_message(&mut self, _from: NodeId, _message: Greeting, _ctx: &mut Context<'_, Self>) {}
    fn on_timer(&mut self, _timer: Tick, ctx: &mut Context<'_, Self>) {
        assert!(ctx.config().0 != "broken", "an assertion of ours does not hold");
        let number = if ctx.config().0 == "forgetful" { GREETINGS.fetch_add(1, Ordering::Relaxed) } else { 0 };
        ctx.broadcast(&Greeting(number));
        ctx.arm(Tick, Span::millis(100));
    }
    fn observe(&self, _disk: &()) -> Observation {
        if self.leads {
            Observation::new(Role::Leader, Epoch::default()).with_authority(Authority::UntilItSays)
        } else {
            Observation::new(Role::Follower, Epoch::default())
        }
    }
}
