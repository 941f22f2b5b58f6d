//! A small algorithm to test with: it has a setting of every kind, and does nothing.

// Every test program uses its own part of this.
#![allow(dead_code)]

use sim::{
    Algorithm, Bounds, Claim, Config, Context, Encode, Encoder, Epoch, Facts, Kind, Message, Network, Never, NoService, NodeId,
    Observation, Registry, Role, Setting, Span, Value,
};

/// Settings named as those of Raft, so that the library can be read without it.
#[derive(Clone, Debug)]
pub struct Settings {
    preset: String,
    timeout: (Span, Span),
    heartbeat: Span,
    pre_vote: bool,
    batch: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        let timeout = (Span::millis(1000), Span::millis(2000));
        Settings { preset: "etcd".into(), timeout, heartbeat: Span::millis(100), pre_vote: true, batch: 1 }
    }
}

impl Config for Settings {
    const SETTINGS: &'static [Setting] = &[
        Setting { key: "preset", kind: Kind::Choice(&["paper", "etcd", "hashicorp"]), about: "A set of values." },
        Setting { key: "election-timeout", kind: Kind::Range, about: "Drawn from this range." },
        Setting { key: "heartbeat", kind: Kind::Span, about: "So often." },
        Setting { key: "pre-vote", kind: Kind::Switch, about: "Asks first." },
        Setting { key: "batch", kind: Kind::Count, about: "So many at once." },
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("preset", Value::Choice(preset)) => {
                if preset == "paper" {
                    self.timeout = (Span::millis(150), Span::millis(300));
                    self.heartbeat = Span::millis(50);
                }
                self.preset.clone_from(preset);
            }
            ("election-timeout", Value::Range(low, high)) => self.timeout = (*low, *high),
            ("heartbeat", Value::Span(span)) => self.heartbeat = *span,
            ("pre-vote", Value::Switch(on)) => self.pre_vote = *on,
            ("batch", Value::Count(count)) => self.batch = *count,
            other => unreachable!("{other:?}"),
        }
    }

    fn get(&self, key: &str) -> Value {
        match key {
            "preset" => Value::Choice(self.preset.clone()),
            "election-timeout" => Value::Range(self.timeout.0, self.timeout.1),
            "heartbeat" => Value::Span(self.heartbeat),
            "pre-vote" => Value::Switch(self.pre_vote),
            "batch" => Value::Count(self.batch),
            other => unreachable!("{other}"),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.heartbeat >= self.timeout.0 {
            return Err(("heartbeat", format!("must be shorter than the election timeout of {}", self.timeout.0)));
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub enum Nothing {}

impl Encode for Nothing {
    fn encode(&self, _to: &mut Encoder) {
        match *self {}
    }
}

impl Message for Nothing {
    fn kind(&self) -> &'static str {
        match *self {}
    }
}

pub struct Idle;

impl Algorithm for Idle {
    const NAME: &'static str = "raft";
    const ABOUT: &'static str = "Does nothing.";
    const CITATION: &'static str = "none";
    type Config = Settings;
    type Durable = ();
    type Message = Nothing;
    type Timer = Never;
    type Mutant = Never;
    type Service = NoService;

    fn claims(_config: &Settings) -> Vec<Claim> {
        Vec::new()
    }
    fn bounds(_config: &Settings, _network: &Network) -> Bounds {
        Bounds::default()
    }
    fn facts(_config: &Settings) -> Facts {
        Facts { epochs: false, votes: false, history: false, durable: false, leases: false }
    }
    fn start(_ctx: &mut Context<'_, Idle>) -> Idle {
        Idle
    }
    fn on_message(&mut self, _from: NodeId, message: Nothing, _ctx: &mut Context<'_, Idle>) {
        match message {}
    }
    fn on_timer(&mut self, timer: Never, _ctx: &mut Context<'_, Idle>) {
        match timer {}
    }
    fn observe(&self, (): &()) -> Observation {
        Observation::new(Role::Follower, Epoch(0, 0))
    }
}

pub fn registry() -> Registry {
    Registry::new().with::<Idle>()
}
