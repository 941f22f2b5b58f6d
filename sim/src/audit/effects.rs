//! EffectiveSplitBrain: an effect of an older tenure took hold after one of a newer tenure. For algorithms with a log the
//! effects are commits, ordered by epoch; for the others they are what the protected resource took.

use crate::algorithm::{Epoch, Item, NodeId, Promise};
use crate::audit::findings::Findings;
use crate::list::append;
use crate::time::Time;

/// Whose tenure it was: the incarnation counts, because what a crashed process left behind is a stranger's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Holder {
    node: NodeId,
    incarnation: u32,
}

/// The order of tenures: by epoch, or by fencing token, where there are such (else they are all zero), then by their beginning.
type Order = (Epoch, usize);

#[derive(Clone, Copy, Debug)]
struct Effect {
    order: Order,
    holder: Holder,
}

pub(super) struct Effects {
    /// What orders the tenures, in words.
    order: &'static str,
    incarnations: Vec<u32>,
    /// By number of the tenure.
    tenures: Vec<Effect>,
    /// The tenure that comes last in order, of those that began.
    newest_tenure: Option<Effect>,
    /// The newest that took hold, and the newest of any other holder.
    newest: Option<Effect>,
    newest_of_another: Option<Effect>,
    newest_epoch: Epoch,
    pub conflicts: u64,
}

impl Effects {
    pub fn new(nodes: usize, epochs: bool) -> Effects {
        Effects {
            order: if epochs { "epoch" } else { "token" },
            incarnations: vec![0; nodes],
            tenures: Vec::new(),
            newest_tenure: None,
            newest: None,
            newest_of_another: None,
            newest_epoch: Epoch::default(),
            conflicts: 0,
        }
    }

    pub fn crashed(&mut self, node: NodeId) {
        self.incarnations[node.index()] += 1;
    }

    /// `rank`: its epoch, where there are epochs; else its fencing token, where there is one; else zero.
    pub fn tenure_began(&mut self, findings: &mut Findings, tenure: usize, node: NodeId, rank: Epoch, unfinished: bool) {
        debug_assert_eq!(tenure, self.tenures.len(), "tenures are numbered in order of time");
        let holder = Holder { node, incarnation: self.incarnations[node.index()] };
        let effect = Effect { order: (rank, tenure), holder };
        append(&mut self.tenures, effect);
        if unfinished && self.newest_tenure.is_some_and(|newest| newest.holder != holder) {
            findings.exercised(Promise::EffectiveSplitBrain);
        }
        if self.newest_tenure.is_none_or(|newest| newest.order < effect.order) {
            self.newest_tenure = Some(effect);
        }
    }

    pub fn proposed(&mut self, findings: &mut Findings, tenure: usize) {
        let effect = self.tenures[tenure];
        if self.newest_tenure.is_some_and(|newest| effect.order < newest.order && effect.holder != newest.holder) {
            findings.exercised(Promise::EffectiveSplitBrain);
        }
    }

    /// The protected resource took an item of this tenure.
    pub fn applied(&mut self, findings: &mut Findings, at: Time, tenure: usize, item: Item) {
        let effect = self.tenures[tenure];
        let rival = match self.newest {
            Some(newest) if newest.holder != effect.holder => Some(newest),
            _ => self.newest_of_another,
        };
        if let Some(rival) = rival.filter(|rival| effect.order < rival.order) {
            self.conflicts += 1;
            let (old, new, order) = (effect.holder.node, rival.holder.node, self.order);
            findings.violated(Promise::EffectiveSplitBrain, at, &[old, new], || {
                let whose = |effect: &Effect| match effect.order {
                    (Epoch(0, 0), tenure) => format!("tenure {}", tenure + 1),
                    (rank, _) => format!("{order} {rank}"),
                };
                format!("item {} of {old} ({}) took hold after an effect of {new} ({})", item.0, whose(&effect), whose(&rival))
            });
        }
        self.took_hold(effect);
    }

    fn took_hold(&mut self, effect: Effect) {
        match self.newest {
            Some(newest) if effect.holder == newest.holder => {
                if newest.order < effect.order {
                    self.newest = Some(effect);
                }
            }
            Some(newest) if newest.order < effect.order => {
                self.newest_of_another = Some(newest);
                self.newest = Some(effect);
            }
            Some(_) => {
                if self.newest_of_another.is_none_or(|another| another.order < effect.order) {
                    self.newest_of_another = Some(effect);
                }
            }
            None => self.newest = Some(effect),
        }
    }

    /// An entry of this epoch was committed that had not been.
    pub fn committed(&mut self, findings: &mut Findings, at: Time, node: NodeId, epoch: Epoch) {
        if epoch >= self.newest_epoch {
            self.newest_epoch = epoch;
            return;
        }
        self.conflicts += 1;
        let newest = self.newest_epoch;
        findings.violated(Promise::EffectiveSplitBrain, at, &[node], || {
            format!("{node} committed work of epoch {epoch} after work of epoch {newest} had been committed")
        });
    }
}
