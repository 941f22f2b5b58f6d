//! FencingMonotonic: tokens rise with every grant, the resource never falls back behind a token that it has accepted, and
//! nothing takes hold there with an older one. Judged by the tokens that really came and by what the resource really did.

use crate::algorithm::{NodeId, Promise};
use crate::audit::findings::Findings;
use crate::engine::{Errand, Reply};
use crate::setup::{Fencing, Operation, Work};
use crate::time::Time;

pub(super) struct Fence {
    /// The resource looks at tokens at all.
    enforced: bool,
    reads_are_checked: bool,
    /// The highest token with which anything took hold, and whose it was.
    highest: Option<(u64, NodeId)>,
    /// What the resource compared with when it was last looked at.
    mark: Option<u64>,
    /// The newest token that a service gave out.
    granted: Option<u64>,
}

/// `none`, or the number.
fn in_words(token: Option<u64>) -> String {
    token.map_or_else(|| String::from("none"), |token| token.to_string())
}

impl Fence {
    pub fn new(work: &Work) -> Fence {
        Fence {
            enforced: work.fencing != Fencing::None,
            reads_are_checked: work.checked.contains(&Operation::Read),
            highest: None,
            mark: None,
            granted: None,
        }
    }

    /// Is there anything to judge, if there were tokens?
    pub fn is_enforced(&self) -> bool {
        self.enforced
    }

    pub fn has_granted(&self) -> bool {
        self.granted.is_some()
    }

    /// A service gave this token to a member.
    pub fn granted(&mut self, findings: &mut Findings, at: Time, node: NodeId, token: u64) {
        if let Some(before) = self.granted.replace(token) {
            findings.exercised(Promise::FencingMonotonic);
            if token <= before {
                findings.violated(Promise::FencingMonotonic, at, &[node], || {
                    format!("{node} was granted token {token} after token {before} had been")
                });
            }
        }
    }

    pub fn served(&mut self, findings: &mut Findings, at: Time, errand: &Errand, reply: &Reply, mark: Option<u64>) {
        if !self.enforced {
            return;
        }
        self.look_at_mark(findings, at, mark, "");
        let counts = match errand.asks {
            Operation::Read => self.reads_are_checked,
            Operation::Look => false,
            _ => true,
        };
        let Some(token) = errand.token.filter(|_| counts) else { return };
        match self.highest.filter(|(highest, _)| token < *highest) {
            Some((highest, holder)) => {
                findings.exercised(Promise::FencingMonotonic);
                if reply.accepted {
                    let (what, node) = (errand.asks.name(), errand.node);
                    findings.violated(Promise::FencingMonotonic, at, &[node, holder], || {
                        format!("a {what} of {node} with token {token} took hold after token {highest} of {holder} had")
                    });
                }
            }
            None if reply.accepted => self.highest = Some((token, errand.node)),
            None => {}
        }
    }

    pub fn restarted(&mut self, findings: &mut Findings, at: Time, mark: Option<u64>) {
        if self.enforced && self.mark.is_some() {
            findings.exercised(Promise::FencingMonotonic);
            self.look_at_mark(findings, at, mark, " over its crash");
        }
    }

    fn look_at_mark(&mut self, findings: &mut Findings, at: Time, mark: Option<u64>, when: &str) {
        let before = std::mem::replace(&mut self.mark, mark);
        if mark < before {
            findings.violated(Promise::FencingMonotonic, at, &[], || {
                format!("the resource's highest token fell from {} to {}{when}", in_words(before), in_words(mark))
            });
        }
    }
}
