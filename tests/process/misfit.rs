//! An algorithm that does what no algorithm should, on demand.

use std::sync::atomic::{AtomicU64, Ordering};

use sim::{
    Algorithm, Authority, Bounds, Claim, Config, Context, Encode, Encoder, Epoch, Facts, Kind, Message, Network, Never,
    NoService, NodeId, Observation, Role, Setting, Span, Value,
};

/// Every member leads, always.
pub struct Misfit;

#[derive(Clone, Debug)]
pub struct Mood(&'static str);

const MOODS: &[&str] = &["calm", "forgetful", "broken"];

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

impl Algorithm for Misfit {
    const NAME: &'static str = "misfit";
    const ABOUT: &'static str = "Every member leads, always.";
    const CITATION: &'static str = "none";
    type Config = Mood;
    type Durable = ();
    type Message = Greeting;
    type Timer = Tick;
    type Mutant = Never;
    type Service = NoService;

    fn claims(_mood: &Mood) -> Vec<Claim> {
        Vec::new()
    }
    fn bounds(_mood: &Mood, _network: &Network) -> Bounds {
        Bounds { recovery: vec![(Span::secs(1), "nothing takes long here")], detection: Span::secs(1), ..Bounds::default() }
    }
    fn facts(_mood: &Mood) -> Facts {
        Facts { epochs: false, votes: false, history: false, durable: false, leases: false }
    }

    fn start(ctx: &mut Context<'_, Misfit>) -> Misfit {
        ctx.arm(Tick, Span::millis(100));
        Misfit
    }
    fn on_message(&mut self, _from: NodeId, _message: Greeting, _ctx: &mut Context<'_, Misfit>) {}
    fn on_timer(&mut self, _timer: Tick, ctx: &mut Context<'_, Misfit>) {
        assert!(ctx.config().0 != "broken", "an assertion of ours does not hold");
        let number = if ctx.config().0 == "forgetful" { GREETINGS.fetch_add(1, Ordering::Relaxed) } else { 0 };
        ctx.broadcast(&Greeting(number));
        ctx.arm(Tick, Span::millis(100));
    }
    fn observe(&self, _disk: &()) -> Observation {
        Observation::new(Role::Leader, Epoch::default()).with_authority(Authority::UntilItSays)
    }
}
