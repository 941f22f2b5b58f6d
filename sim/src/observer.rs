//! Who watches a run from outside: the trace writer, the live log, the determinism check. An observer costs nothing when
//! there is none, and cannot change the run.

use std::fmt::Debug;

use crate::algorithm::{Epoch, Item, NodeId, Observation, Promise};
use crate::time::Time;

/// What happened to a node as such.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeEvent {
    Crashed,
    Wiped,
    Restarted,
    Paused,
    Suspended,
    Resumed,
    DiskStalled,
    DiskSlowed,
    DiskRestored,
    ClockChanged,
}

/// Why a message did not arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dropped {
    CutWhenSent,
    CutOnArrival,
    Lost,
    ReceiverDown,
    SessionDown,
    StaleSession,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub enum Happening<'a> {
    /// A message left its sender (after the disk, where it waited for one).
    Sent {
        from: NodeId,
        to: NodeId,
        kind: &'static str,
        message: &'a dyn Debug,
    },
    Delivered {
        from: NodeId,
        to: NodeId,
        kind: &'static str,
        message: &'a dyn Debug,
    },
    Dropped {
        from: NodeId,
        to: NodeId,
        kind: &'static str,
        why: Dropped,
    },
    TimerFired {
        node: NodeId,
        timer: &'a dyn Debug,
    },
    /// The disk has answered; so many writes of this incarnation are durable.
    Synced {
        node: NodeId,
        writes: u64,
    },
    /// What the node shows of itself has changed.
    Observed {
        node: NodeId,
        was: &'a Observation,
        is: &'a Observation,
    },
    /// A session's end came up or went down.
    Link {
        node: NodeId,
        peer: NodeId,
        up: bool,
    },
    /// An event of the fault script, in words: `cut [n2] | [n1 n3 n4 n5]`.
    Fault {
        event: &'a str,
        text: &'a str,
    },
    /// What a fault did to a node.
    Node {
        node: NodeId,
        event: NodeEvent,
    },
    Proposed {
        node: NodeId,
        item: Item,
    },
    Acknowledged {
        node: NodeId,
        item: Item,
    },
    /// The protected resource took an item, or fenced it off.
    Applied {
        node: NodeId,
        item: Item,
        token: Option<u64>,
        accepted: bool,
    },
    TenureBegan {
        node: NodeId,
        epoch: Epoch,
    },
    TenureEnded {
        node: NodeId,
        epoch: Epoch,
    },
    Violated {
        promise: Promise,
        nodes: &'a [NodeId],
        saw: &'a str,
    },
}

/// Somebody who is told of everything that happens in a run, in order.
pub trait Observer {
    fn happened(&mut self, at: Time, what: &Happening<'_>);
}
