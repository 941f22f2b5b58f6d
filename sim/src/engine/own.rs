//! The algorithm's own invariants at work.

use crate::algorithm::{Algorithm, NodeId, Observation};
use crate::audit::Broken;
use crate::engine::Engine;
use crate::invariant::{Finding, Interest, Invariant, View};
use crate::observer::Happening;
use crate::outcome::{Judgement, Severity, Standing, Verdict, Violation};

/// One of them, and what it has found.
pub struct Own<A: Algorithm> {
    invariant: Box<dyn Invariant<A>>,
    exercised: u64,
    /// The first, with the number of all.
    violation: Option<Violation>,
}

impl<A: Algorithm> Own<A> {
    pub fn all() -> Vec<Own<A>> {
        A::invariants().into_iter().map(|invariant| Own { invariant, exercised: 0, violation: None }).collect()
    }

    pub fn judge(&self, broken: Broken) -> Judgement {
        let verdict = match &self.violation {
            Some(violation) => Verdict::Violated(violation.clone()),
            None if self.exercised == 0 => Verdict::NotExercised,
            None => Verdict::Held,
        };
        let standing = if broken.wiped { Standing::OutsideAssumptions } else { Standing::Promised };
        let severity = if broken.wiped { Severity::Measurement } else { Severity::Safety };
        Judgement {
            invariant: self.invariant.words().name,
            verdict,
            standing,
            exercised: self.exercised,
            liveness: None,
            severity,
        }
    }
}

impl<A: Algorithm> Engine<'_, A> {
    /// Something happened to a member that may interest the algorithm's own invariants.
    #[inline(never)]
    pub(super) fn ask_own(&mut self, interest: Interest, i: usize, was: &Observation) {
        let node = NodeId(i as u16);
        let now = self.wire.now;
        let mut own = std::mem::take(&mut self.own);
        for one in own.iter_mut().filter(|one| one.invariant.interest() == interest) {
            let view = View { now, nodes: &self.nodes, minds: &self.minds };
            match one.invariant.after(node, was, &view) {
                Finding::NotExercised => {}
                Finding::Held => one.exercised += 1,
                Finding::Violated { nodes, saw } => {
                    one.exercised += 1;
                    match &mut one.violation {
                        Some(first) => first.times += 1,
                        None => {
                            let invariant = one.invariant.words().name;
                            self.tell(&Happening::Violated { invariant, nodes: &nodes, saw: &saw });
                            one.violation = Some(Violation { at: now, nodes, saw, times: 1 });
                        }
                    }
                }
            }
        }
        self.own = own;
    }
}
