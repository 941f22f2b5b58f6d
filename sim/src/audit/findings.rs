//! What the checkers have found so far: one tally an invariant. No text is built unless something is violated.

use crate::algorithm::{NodeId, Promise};
use crate::audit::catalogue::COUNT;
use crate::outcome::{Liveness, Violation};
use crate::time::Time;

/// The record of one invariant.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub exercised: u64,
    /// The first, with the number of all.
    pub violation: Option<Violation>,
    /// The worst, where it is a matter of lateness.
    pub liveness: Option<Liveness>,
}

/// The records of all invariants, in the order of the catalogue.
#[derive(Default)]
pub(super) struct Findings {
    tallies: [Tally; COUNT],
    /// What was violated, each once, in the order of time.
    found: Vec<Promise>,
}

impl Findings {
    /// A situation arose in which a wrong implementation could have failed.
    #[inline]
    pub fn exercised(&mut self, promise: Promise) {
        self.tallies[promise as usize].exercised += 1;
    }

    /// The invariant was violated; only the first violation is told in words.
    #[cold]
    #[inline(never)]
    pub fn violated(&mut self, promise: Promise, at: Time, nodes: &[NodeId], saw: impl FnOnce() -> String) {
        let tally = &mut self.tallies[promise as usize];
        if let Some(violation) = &mut tally.violation {
            violation.times += 1;
            return;
        }
        tally.violation = Some(Violation { at, nodes: nodes.to_vec(), saw: saw(), times: 1 });
        self.found.push(promise);
    }

    /// Something came too late, or not at all.
    #[cold]
    #[inline(never)]
    pub fn late(&mut self, promise: Promise, how: Liveness, at: Time, nodes: &[NodeId], saw: impl FnOnce() -> String) {
        self.violated(promise, at, nodes, saw);
        let worst = &mut self.tallies[promise as usize].liveness;
        let rank = |liveness: Liveness| match liveness {
            Liveness::Slow => 0,
            Liveness::Late => 1,
            Liveness::Stuck => 2,
        };
        if worst.is_none_or(|known| rank(known) < rank(how)) {
            *worst = Some(how);
        }
    }

    pub fn tally(&self, promise: Promise) -> &Tally {
        &self.tallies[promise as usize]
    }

    pub fn found(&self) -> &[Promise] {
        &self.found
    }
}
