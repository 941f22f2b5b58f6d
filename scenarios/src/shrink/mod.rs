//! From a scenario in which something was found to the smallest one in which the same is still found: fault events first, then
//! members, then times, then settings of links and of the rest of the world. (Delta debugging: Zeller and Hildebrandt,
//! "Simplifying and isolating failure-inducing input", 2002.)
//!
//! Pure: whoever calls says by a run whether the finding is still there. Every step is such a run; what loses the finding is not
//! taken.

mod events;
pub(crate) mod faults;
mod nodes;
mod times;
mod world;

use std::sync::atomic::{AtomicBool, Ordering};

use sim::setup::Setup;
use sim::{Span, Time};

pub use events::without;

/// Runs a candidate: when was the same thing found? `None`: it was not.
pub type Still<'a> = dyn FnMut(&Setup) -> Option<Time> + 'a;

/// Rounds over all kinds of steps: what one kind has made possible, another may take.
const MOST_ROUNDS: usize = 6;
/// No more rounds are begun after so many candidates: where hardly any event can go, a round is hundreds of them, and the next one
/// seldom takes more. The last sweep, which makes it 1-minimal, follows anyway.
const MOST_IN_ROUNDS: u64 = 1_500;
/// Where fewer candidates than this were enough, the same is done once more in another order.
const WORTH_ANOTHER_TRY: u64 = 1_000;

/// What is left.
#[derive(Clone, PartialEq, Debug)]
pub struct Shrunk {
    pub setup: Setup,
    /// Candidates that were run.
    pub tried: u64,
    pub end: End,
}

/// Why nothing more was tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Every event that is left was taken away once more, by itself with those that depend on it, and the finding went with it.
    Minimal,
    /// The candidates ran out before that.
    UsedUp,
    /// Somebody asked to stop before that.
    Stopped,
}

/// How long to go on.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// So many candidates may be run.
    pub most: u64,
    /// Set from elsewhere (Ctrl-C): no more candidates are run.
    pub stop: &'a AtomicBool,
}

/// Takes away from a scenario whatever it can without losing the finding. `found` is when it is found in the whole.
///
/// # Panics
/// When the setup has a swarm: write it out first ([`crate::write::drawn`]).
pub fn shrink(setup: Setup, found: Time, limits: Limits<'_>, still: &mut Still<'_>) -> Shrunk {
    assert!(setup.swarm.is_none(), "a swarm is drawn before it is made smaller");
    let mut shrinking = Shrinking { setup, found, still, tried: 0, limits };
    shrinking.end_soon();
    shrinking.settle_draws();
    let whole = (shrinking.setup.clone(), shrinking.found);
    shrinking.rounds();
    if !shrinking.setup.script.is_empty() && shrinking.tried < WORTH_ANOTHER_TRY {
        shrinking.try_again(whole);
    }
    shrinking.fewer_events();
    let end = shrinking.end();
    Shrunk { setup: shrinking.setup, tried: shrinking.tried, end }
}

/// The scenario so far.
struct Shrinking<'a> {
    setup: Setup,
    /// When it is found there.
    found: Time,
    still: &'a mut Still<'a>,
    tried: u64,
    limits: Limits<'a>,
}

impl Shrinking<'_> {
    fn rounds(&mut self) {
        let begun = self.tried;
        for _ in 0..MOST_ROUNDS {
            let before = self.setup.clone();
            self.fewer_events();
            self.fewer_nodes();
            self.shorter_times();
            self.sooner();
            self.plainer_world();
            self.end_soon();
            if self.setup == before || self.tried - begun > MOST_IN_ROUNDS {
                return;
            }
        }
    }

    /// From the whole again with the world made plain first: in a race it depends on the order of the steps which of several smallest
    /// scenarios is reached. The smaller of both stays.
    fn try_again(&mut self, whole: (Setup, Time)) {
        let size = |setup: &Setup, found: Time| (setup.script.len(), setup.nodes, found);
        let first = (std::mem::replace(&mut self.setup, whole.0), std::mem::replace(&mut self.found, whole.1));
        self.plainer_world();
        self.rounds();
        if size(&first.0, first.1) <= size(&self.setup, self.found) {
            (self.setup, self.found) = first;
        }
    }

    /// Takes the candidate if the same is still found there.
    fn attempt(&mut self, candidate: Setup) -> bool {
        if candidate == self.setup || self.is_over().is_some() {
            return false;
        }
        self.tried += 1;
        let Some(found) = (self.still)(&candidate) else { return false };
        (self.setup, self.found) = (candidate, found);
        true
    }

    /// Why no more candidates may be run, if so.
    fn is_over(&self) -> Option<End> {
        if self.limits.stop.load(Ordering::Relaxed) {
            return Some(End::Stopped);
        }
        (self.tried >= self.limits.most).then_some(End::UsedUp)
    }

    /// Takes every event away once more, each by itself.
    fn end(&mut self) -> End {
        if let Some(end) = self.is_over() {
            return end;
        }
        for event in 0..self.setup.script.len() {
            if self.limits.stop.load(Ordering::Relaxed) {
                return End::Stopped;
            }
            let mut candidate = self.setup.clone();
            candidate.script = without(&self.setup.script, event..event + 1);
            let lost = (self.still)(&candidate).is_none();
            assert!(lost, "the last sweep took away each event by itself, and lost the finding");
        }
        End::Minimal
    }

    fn change(&mut self, change: impl FnOnce(&mut Setup)) -> bool {
        let mut candidate = self.setup.clone();
        change(&mut candidate);
        self.attempt(candidate)
    }

    /// The run ends shortly after the finding: nothing later matters, and every run after this is short.
    fn end_soon(&mut self) {
        // What happens at the end of the run does not happen any more.
        let last = self.found.0 + 1;
        for unit in [Span::millis(100), Span::millis(1), Span::nanos(1)] {
            let duration = Span(last.div_ceil(unit.0) * unit.0);
            if duration >= self.setup.duration || self.change(|setup| setup.duration = duration) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
