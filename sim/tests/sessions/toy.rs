//! The algorithm of these stories, but for what each of them is about: members that send each other numbered notes over sessions.

use crate::*;

/// What one toy does differently.
pub trait Toy: Sized + 'static {
    const NAME: &'static str;
    const ABOUT: &'static str;
    /// Whether what is on its disk counts.
    const KEEPS: bool;
    type Durable: Durable;

    fn start(ctx: &mut Context<'_, Player<Self>>) -> Self;
    fn tick(&mut self, ctx: &mut Context<'_, Player<Self>>);
    /// A link came up, or went down.
    fn link(&mut self, peer: NodeId, up: bool, ctx: &mut Context<'_, Player<Self>>);
    fn authority(&self) -> Authority {
        Authority::None
    }
}

/// A toy as an algorithm.
pub struct Player<T>(T);

#[derive(Clone)]
pub struct Note {
    pub life: u64,
    pub number: u64,
}
impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.life, self.number)
    }
}
impl Encode for Note {
    fn encode(&self, to: &mut Encoder) {
        to.words([self.life, self.number]);
    }
}
impl Message for Note {
    fn kind(&self) -> &'static str {
        "Note"
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tick;
impl Encode for Tick {
    fn encode(&self, _to: &mut Encoder) {}
}

impl<T: Toy> Algorithm for Player<T> {
    const NAME: &'static str = T::NAME;
    const ABOUT: &'static str = T::ABOUT;
    const CITATION: &'static str = "this test";
    const TRANSPORT: Transport = Transport::Session;
    type Config = ();
    type Durable = T::Durable;
    type Message = Note;
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
        Facts { epochs: false, votes: false, history: false, durable: T::KEEPS, leases: false }
    }
    fn start(ctx: &mut Context<'_, Self>) -> Self {
        Player(T::start(ctx))
    }
    fn on_message(&mut self, _from: NodeId, _note: Note, _ctx: &mut Context<'_, Self>) {}
    fn on_timer(&mut self, _: Tick, ctx: &mut Context<'_, Self>) {
        self.0.tick(ctx);
    }
    fn on_link(&mut self, peer: NodeId, state: LinkState, ctx: &mut Context<'_, Self>) {
        self.0.link(peer, state == LinkState::Up, ctx);
    }
    fn observe(&self, _: &T::Durable) -> Observation {
        Observation::new(Role::Follower, Epoch::default()).with_authority(self.0.authority())
    }
}

/// What was to be seen of a run of it.
pub fn played<T: Toy>(setup: &Setup, seed: u64) -> (Outcome, Log) {
    let registry = Registry::new().with::<Player<T>>();
    let mut log = Log::default();
    let options = Options { observer: Some(&mut log), ..Options::default() };
    let outcome = registry.get(T::NAME).unwrap().run(setup, &[], seed, options);
    (outcome, log)
}
