//! Who and what: members, reigns, pieces of work, entries of a log.

/// A part of the cluster: the members are numbered from 0 (`n1` in words is `NodeId(0)`), parts beside them follow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u16);

impl NodeId {
    /// Its place in a list by number, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// As people count: `n1` is the first.
impl std::fmt::Display for NodeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "n{}", self.0 + 1)
    }
}

/// The same: messages are shown to people by their `Debug`, beside columns that are called `n1`, `n2`.
impl std::fmt::Debug for NodeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A reign: opaque and ordered. (term, 0) for Raft; (round, id) for ballots; (epoch, counter). Zero means none yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Epoch(pub u64, pub u64);

impl std::fmt::Display for Epoch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.1 == 0 { write!(f, "{}", self.0) } else { write!(f, "{}.{}", self.0, self.1) }
    }
}

/// A piece of work, numbered by the engine from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Item(pub u64);

/// An entry of a replicated log; `item: None` is a no-op.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The reign in which it was made.
    pub epoch: Epoch,
    /// The work that it carries.
    pub item: Option<Item>,
}
