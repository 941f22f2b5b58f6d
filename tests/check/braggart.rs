//! An algorithm that does not keep what it promises, until it is mended.

use std::sync::atomic::{AtomicBool, Ordering};

use sim::{
    Algorithm, Assumption, Authority, Bounds, Claim, Config, Context, Encode, Encoder, Epoch, Facts, Kind, Message, Network,
    Never, NoService, NodeId, Observation, Promise, Role, Setting, Span, Value,
};

/// The next version of it, in which only the first member leads.
pub static MENDED: AtomicBool = AtomicBool::new(false);

/// Every member leads.
pub struct Braggart {
    leads: bool,
}

#[derive(Clone, Debug)]
pub struct Mood(&'static str);

const MOODS: &[&str] = &["bold", "broken"];

impl Default for Mood {
    fn default() -> Mood {
        Mood("bold")
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

impl Algorithm for Braggart {
    const NAME: &'static str = "braggart";
    const ABOUT: &'static str = "Promises what it does not keep.";
    const CITATION: &'static str = "none";
    type Config = Mood;
    type Durable = ();
    type Message = Greeting;
    type Timer = Tick;
    type Mutant = Never;
    type Service = NoService;

    fn claims(_mood: &Mood) -> Vec<Claim> {
        Claim::all(Assumption::Asynchrony, &[Promise::EffectiveSplitBrain])
    }
    fn bounds(_mood: &Mood, _network: &Network) -> Bounds {
        Bounds { recovery: vec![(Span::secs(1), "nothing takes long here")], detection: Span::secs(1), ..Bounds::default() }
    }
    fn facts(_mood: &Mood) -> Facts {
        Facts { epochs: false, votes: false, history: false, durable: false, leases: false }
    }

    fn start(ctx: &mut Context<'_, Braggart>) -> Braggart {
        ctx.arm(Tick, Span::millis(100));
        Braggart { leads: !MENDED.load(Ordering::Relaxed) || ctx.id() == NodeId(0) }
    }
    fn on_message(&mut self, _from: NodeId, _message: Greeting, _ctx: &mut Context<'_, Braggart>) {}
    fn on_timer(&mut self, _timer: Tick, ctx: &mut Context<'_, Braggart>) {
        assert!(ctx.config().0 != "broken", "an assertion of ours does not hold");
        ctx.broadcast(&Greeting(0));
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
