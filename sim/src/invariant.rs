//! Invariants of an algorithm's own, beside those that are common to all: rules of its paper or its specification that speak of
//! what no common checker can see. They are asked only when something happened that interests them, may keep what they saw, and
//! stand among the verdicts like the others. Each is promised under [`Assumption::Asynchrony`], and a violation is a safety finding.
//!
//! [`Assumption::Asynchrony`]: crate::Assumption::Asynchrony

use crate::algorithm::{Algorithm, NodeId, Observation};
use crate::engine::Node;
use crate::time::Time;

/// What there is to say of an own invariant; as of a common one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwnWords {
    /// `zab-epochs-in-order`: different from all common ones.
    pub name: &'static str,
    /// Where it comes from.
    pub citation: &'static str,
    /// What must be true.
    pub sentence: &'static str,
    /// One of these is a situation in which a wrong implementation could have failed.
    pub exercised: &'static str,
}

/// After what an invariant wants to be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interest {
    /// What a member shows of itself has changed.
    Observed,
    /// A member wrote durable state, or started with what its disk held.
    Wrote,
}

/// What it found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// This was no situation in which it could have been violated.
    NotExercised,
    /// It could have been, and was not.
    Held,
    /// It was.
    Violated {
        /// Who took part.
        nodes: Vec<NodeId>,
        /// What was seen, in words.
        saw: String,
    },
}

/// An invariant of one algorithm.
pub trait Invariant<A: Algorithm> {
    /// What there is to say of it.
    fn words(&self) -> OwnWords;
    /// When it wants to be asked.
    fn interest(&self) -> Interest;
    /// Something of that kind happened to `node`; `was` is what the node showed before.
    fn after(&mut self, node: NodeId, was: &Observation, view: &View<'_, A>) -> Finding;
}

/// The members between two events, for a checker.
pub struct View<'a, A: Algorithm> {
    pub(crate) now: Time,
    pub(crate) nodes: &'a [Node<A>],
    pub(crate) minds: &'a [Option<A>],
}

impl<A: Algorithm> View<'_, A> {
    /// True time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// All members, by number.
    pub fn members(&self) -> impl Iterator<Item = NodeId> + use<A> {
        (0..self.nodes.len() as u16).map(NodeId)
    }

    /// The smallest number of members that is more than half of them.
    pub fn majority(&self) -> usize {
        self.nodes.len() / 2 + 1
    }

    /// Its volatile state; `None`: it is down.
    pub fn mind(&self, node: NodeId) -> Option<&A> {
        self.minds[node.index()].as_ref()
    }

    /// The latest image of its durable state, whether the disk has answered or not.
    pub fn image(&self, node: NodeId) -> &A::Durable {
        &self.nodes[node.index()].image
    }

    /// What would be there after a crash.
    pub fn disk(&self, node: NodeId) -> &A::Durable {
        &self.nodes[node.index()].disk.image
    }

    /// What it shows of itself.
    pub fn seen(&self, node: NodeId) -> &Observation {
        &self.nodes[node.index()].seen
    }
}
