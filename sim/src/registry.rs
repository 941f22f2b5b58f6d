//! The algorithms that a program knows, by name. The type of an algorithm is forgotten here, once a run, and never once a
//! message.

use std::marker::PhantomData;

use crate::algorithm::{Algorithm, Bounds, Claim, Facts, NodeId, Promise};
use crate::invariant::OwnWords;
use crate::observer::Observer;
use crate::outcome::Outcome;
use crate::settings::{Config, Setting, Value};
use crate::setup::Setup;

/// Settings of an algorithm as a scenario or the command line gives them, each of the kind that its [`Setting`] states.
pub type Settings = [(String, Value)];

/// What to do besides running.
pub struct Options<'a> {
    /// A bug to switch on, by its id.
    pub mutant: Option<&'a str>,
    /// Who is told of everything that happens.
    pub observer: Option<&'a mut dyn Observer>,
    /// Judge the invariants.
    pub checks: bool,
    /// Hash every event.
    pub fingerprint: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { mutant: None, observer: None, checks: true, fingerprint: true }
    }
}

/// A mutant, as words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MutantWords {
    /// As in the catalogue of bugs: `R1`.
    pub id: &'static str,
    /// The rule that it breaks.
    pub breaks: &'static str,
    /// `None`: an equivalent, which no invariant may catch.
    pub caught_by: Option<Promise>,
}

/// An algorithm whose type has been forgotten.
pub trait Player: Send + Sync {
    /// As on the command line: `raft`.
    fn name(&self) -> &'static str;
    /// One sentence for `list`.
    fn about(&self) -> &'static str;
    /// Paper or reference implementation.
    fn citation(&self) -> &'static str;
    /// Every key that it knows, and what each takes.
    fn settings(&self) -> &'static [Setting];
    /// The bugs that can be switched on.
    fn mutants(&self) -> Vec<MutantWords>;
    /// The settings in force: defaults, with these laid over (`preset` first). The error names the key and says what to
    /// write.
    fn in_force(&self, settings: &Settings) -> Result<Vec<(&'static str, Value)>, (&'static str, String)>;
    /// What whoever chose these settings should know.
    fn notes(&self, settings: &Settings) -> Vec<String>;
    /// What it promises with these settings, and on what assumption.
    fn claims(&self, settings: &Settings) -> Vec<Claim>;
    /// Invariants of its own, beside the common ones.
    fn invariants(&self) -> Vec<OwnWords>;
    /// It knows what to do when an operator orders a transfer of leadership.
    fn hands_over(&self) -> bool;
    /// A member can be made to campaign at once.
    fn campaigns(&self) -> bool;
    /// With these settings and in this scenario, whoever is made to campaign at the start comes to lead.
    fn heeds_first_leader(&self, settings: &Settings, setup: &Setup) -> bool;
    /// The services that it brings along with these settings, as scenario files name them.
    fn services(&self, settings: &Settings) -> Vec<&'static str>;
    /// What the common checkers may rely on with these settings.
    fn facts(&self, settings: &Settings) -> Facts;
    /// Its liveness bounds in this scenario, for members without settings of their own.
    fn bounds(&self, settings: &Settings, setup: &Setup) -> Bounds;
    /// One run. The settings must be in order (see [`Player::in_force`]).
    ///
    /// # Panics
    /// Where [`SessionSettings`](crate::setup::SessionSettings) break their rules: such a run would not end.
    fn run<'o>(&self, setup: &'o Setup, settings: &Settings, seed: u64, options: Options<'o>) -> Outcome;
}

/// The algorithms that a program knows, in the order in which they were added.
#[derive(Default)]
pub struct Registry {
    players: Vec<Box<dyn Player>>,
}

impl Registry {
    /// One that knows nothing yet.
    pub fn new() -> Registry {
        Registry::default()
    }

    /// Adds an algorithm; one of the same name is replaced.
    #[must_use]
    pub fn with<A: Algorithm>(mut self) -> Registry {
        self.players.retain(|player| player.name() != A::NAME);
        self.players.push(Box::new(PlayerOf::<A>(PhantomData)));
        self
    }

    /// The algorithm of that name; `None`: it is not known.
    pub fn get(&self, name: &str) -> Option<&dyn Player> {
        self.iter().find(|player| player.name() == name)
    }

    /// All of them, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Player> {
        self.players.iter().map(|player| &**player)
    }
}

struct PlayerOf<A>(PhantomData<fn() -> A>);

/// Defaults with these settings laid over, the preset first.
pub(crate) fn configured<A: Algorithm>(settings: &Settings) -> A::Config {
    let mut config = A::Config::default();
    let (presets, others): (Vec<_>, Vec<_>) = settings.iter().partition(|(key, _)| key == "preset");
    for (key, value) in presets.into_iter().chain(others) {
        config.set(key, value);
    }
    config
}

impl<A: Algorithm> Player for PlayerOf<A> {
    fn name(&self) -> &'static str {
        A::NAME
    }
    fn about(&self) -> &'static str {
        A::ABOUT
    }
    fn citation(&self) -> &'static str {
        A::CITATION
    }
    fn settings(&self) -> &'static [Setting] {
        A::Config::SETTINGS
    }
    fn mutants(&self) -> Vec<MutantWords> {
        A::MUTANTS.iter().map(|m| MutantWords { id: m.id, breaks: m.breaks, caught_by: m.caught_by }).collect()
    }
    fn in_force(&self, settings: &Settings) -> Result<Vec<(&'static str, Value)>, (&'static str, String)> {
        let config = configured::<A>(settings);
        config.check()?;
        Ok(A::Config::SETTINGS.iter().map(|setting| (setting.key, config.get(setting.key))).collect())
    }
    fn notes(&self, settings: &Settings) -> Vec<String> {
        configured::<A>(settings).notes()
    }
    fn claims(&self, settings: &Settings) -> Vec<Claim> {
        A::claims(&configured::<A>(settings))
    }
    fn invariants(&self) -> Vec<OwnWords> {
        A::invariants().iter().map(|invariant| invariant.words()).collect()
    }
    fn hands_over(&self) -> bool {
        A::transfer_request(NodeId(0)).is_some()
    }
    fn campaigns(&self) -> bool {
        A::campaign().is_some()
    }
    fn heeds_first_leader(&self, settings: &Settings, setup: &Setup) -> bool {
        A::heeds_first_leader(&configured::<A>(settings), &setup.network())
    }
    fn services(&self, settings: &Settings) -> Vec<&'static str> {
        A::services(&configured::<A>(settings)).into_iter().map(|(name, _)| name).collect()
    }
    fn facts(&self, settings: &Settings) -> Facts {
        A::facts(&configured::<A>(settings))
    }
    fn bounds(&self, settings: &Settings, setup: &Setup) -> Bounds {
        A::bounds(&configured::<A>(settings), &setup.network())
    }
    fn run<'o>(&self, setup: &'o Setup, settings: &Settings, seed: u64, options: Options<'o>) -> Outcome {
        crate::engine::run::<A>(setup, settings, seed, options)
    }
}
