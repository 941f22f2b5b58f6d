//! BeliefOverlap: how long two or more members would have acted as leader at the same true time. A duration; a finding only
//! where exclusivity is promised.

use crate::algorithm::{NodeId, Promise};
use crate::audit::findings::Findings;
use crate::time::{Span, Time};

pub(super) struct Belief {
    /// What is promised; zero where nothing is.
    bound: Span,
    /// Authority rests on a lease, and is to be exclusive.
    leases: bool,
    /// Who holds authority now, in the order in which they came to it.
    open: Vec<NodeId>,
    /// Two or more have held it since then.
    since: Time,
    latest: Option<NodeId>,
    pub total: Span,
    pub longest: Span,
}

impl Belief {
    pub fn new(bound: Span, leases: bool) -> Belief {
        Belief { bound, leases, open: Vec::new(), since: Time::ZERO, latest: None, total: Span::ZERO, longest: Span::ZERO }
    }

    pub fn began(&mut self, findings: &mut Findings, at: Time, node: NodeId) {
        if self.latest.is_some_and(|latest| latest != node) {
            findings.exercised(Promise::BeliefOverlap);
            self.leases.then(|| findings.exercised(Promise::LeaseExclusive));
        }
        if let Some(&other) = self.open.iter().find(|open| self.leases && **open != node) {
            findings.violated(Promise::LeaseExclusive, at, &[other, node], || {
                format!("{node} came to hold the lease while {other} would still act as its holder")
            });
        }
        self.latest = Some(node);
        if !self.open.contains(&node) {
            self.open.push(node);
            if self.open.len() == 2 {
                self.since = at;
            }
        }
    }

    pub fn ended(&mut self, findings: &mut Findings, at: Time, node: NodeId) {
        if self.open.len() == 2 && self.open.contains(&node) {
            self.close(findings, at);
        }
        self.open.retain(|open| *open != node);
    }

    pub fn finish(&mut self, findings: &mut Findings, at: Time) {
        if self.open.len() >= 2 {
            self.close(findings, at);
        }
    }

    fn close(&mut self, findings: &mut Findings, at: Time) {
        let overlap = at.since(self.since);
        self.total += overlap;
        self.longest = self.longest.max(overlap);
        if overlap > self.bound {
            let (bound, since) = (self.bound, self.since);
            findings.violated(Promise::BeliefOverlap, since + bound, &self.open, || {
                format!("{} would all have acted as leader for {overlap} from {since}", list(&self.open))
            });
        }
    }
}

/// `n1 and n3`.
fn list(nodes: &[NodeId]) -> String {
    nodes.iter().map(NodeId::to_string).collect::<Vec<_>>().join(" and ")
}
