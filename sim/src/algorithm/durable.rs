//! What survives a crash: it belongs to the engine, and changes by writes only, which are data.

use std::fmt::Debug;

use super::{Encode, Epoch, Never};

/// What survives a crash.
pub trait Durable: Default + Clone + Debug + 'static {
    /// A change, as data.
    type Write: Clone + Debug + Encode;

    /// Carries one write out: on the node's image at once, on the disk image when the disk has answered for it. The result may
    /// depend on nothing but the state and the write.
    fn apply(&mut self, write: &Self::Write);

    /// The first position of [`Algorithm::history`](super::Algorithm::history) (from 0) that this write may change; `None` if
    /// it leaves it alone.
    fn rewrites(_write: &Self::Write) -> Option<usize> {
        None
    }

    /// Becomes what the disk holds, after a crash has lost writes; `from` is the first position of the history that one of them
    /// had changed. Worth writing for whoever keeps a log: then a crash costs what was lost, and not the whole log.
    fn fall_back(&mut self, disk: &Self, _from: Option<usize>) {
        self.clone_from(disk);
    }
}

impl Durable for () {
    type Write = Never;
    fn apply(&mut self, write: &Never) {
        match *write {}
    }
}

/// Where all that survives a crash is the highest epoch that a member has promised to follow.
impl Durable for Epoch {
    type Write = Epoch;
    fn apply(&mut self, write: &Epoch) {
        *self = *write;
    }
}
