//! Who watches a run from outside: the trace writer, the live log, the determinism check. An observer costs nothing when
//! there is none, and cannot change the run.

use std::fmt::Debug;

use crate::algorithm::{Epoch, Item, NodeId, Observation};
use crate::service::Grant;
use crate::setup::Operation;
use crate::time::Time;

/// What happened to a node as such.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeEvent {
    /// Stopped, and lost its volatile state.
    Crashed,
    /// Crashed, and its disk is empty.
    Wiped,
    /// Started, for the first time or again.
    Restarted,
    /// The process stands still.
    Paused,
    /// The machine stands still.
    Suspended,
    /// Goes on after a pause or a suspension.
    Resumed,
    /// The disk answers no longer.
    DiskStalled,
    /// The disk has another latency.
    DiskSlowed,
    /// A stall or a slowness of the disk is over; another one may go on.
    DiskRestored,
    /// Both clocks run at another rate, or the wall clock jumped.
    ClockChanged,
    /// A service answers nobody for a while.
    OutOfService,
    /// … and answers again.
    BackInService,
    /// Another replica leads a service.
    LeaderChanged,
}

/// Why a message did not arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dropped {
    /// The link was cut when it was sent.
    CutWhenSent,
    /// The link was cut when it should have arrived.
    CutOnArrival,
    /// By chance, as the link's probability of loss has it.
    Lost,
    /// The receiver had crashed, or had not started.
    ReceiverDown,
    /// There was no session to send it in.
    SessionDown,
    /// The session in which it was sent was over before it was handed to the receiver's process.
    StaleSession,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub enum Happening<'a> {
    /// A message left its sender (after the disk, where it waited for one).
    Sent {
        from: NodeId,
        to: NodeId,
        /// [`crate::Message::kind`]: `RequestVote`.
        kind: &'static str,
        message: &'a dyn Debug,
    },
    /// A message was handed to a running process.
    Delivered { from: NodeId, to: NodeId, kind: &'static str, message: &'a dyn Debug },
    /// A message, or one copy of it, did not arrive.
    Dropped { from: NodeId, to: NodeId, kind: &'static str, why: Dropped },
    /// A timer fired, and is armed no longer.
    TimerFired { node: NodeId, timer: &'a dyn Debug },
    /// The disk has answered; so many writes of this incarnation are durable.
    Synced { node: NodeId, writes: u64 },
    /// What the node shows of itself has changed.
    Observed { node: NodeId, was: &'a Observation, is: &'a Observation },
    /// A session's end came up or went down.
    Link { node: NodeId, peer: NodeId, up: bool },
    /// An event of the fault script, in words: `partition n2 | n1 n3 n4 n5`.
    Fault {
        /// Its name in the script.
        event: &'a str,
        /// What it does, and to whom.
        text: &'a str,
    },
    /// Which links are cut has changed: all that are now, in order of their ends. What a partition, cuts and flapping links
    /// come to; said after the fault that did it.
    Cuts { links: &'a [(NodeId, NodeId)] },
    /// What a fault did to a node.
    Node { node: NodeId, event: NodeEvent },
    /// A member that holds authority got an item.
    Proposed { node: NodeId, item: Item },
    /// A client was told that its item is done.
    Acknowledged { node: NodeId, item: Item },
    /// The protected resource did what it was asked to, or fenced it off.
    Applied {
        node: NodeId,
        item: Item,
        /// What was asked of it: a new leader takes over before it gets to its item.
        operation: Operation,
        /// The fencing token that came with it.
        token: Option<u64>,
        /// It took hold; else it was fenced off.
        accepted: bool,
    },
    /// By the record of a service, this grant begins.
    Granted {
        service: NodeId,
        /// As scenario files name it.
        name: &'a str,
        grant: Grant,
    },
    /// A member began to hold authority, in this epoch.
    TenureBegan { node: NodeId, epoch: Epoch },
    /// … and ended to: it gave up or crashed, its deadline passed, or it goes on in another epoch.
    TenureEnded { node: NodeId, epoch: Epoch },
    /// An invariant was violated, for the first time in this run. Told with what happens after it; what shows only when the
    /// run ends is not told.
    Violated {
        /// As in `hustings explain`: `election-safety`.
        invariant: &'static str,
        /// Who took part.
        nodes: &'a [NodeId],
        /// What was seen, in words.
        saw: &'a str,
    },
}

/// Somebody who is told of everything that happens in a run, in order.
pub trait Observer {
    /// Called once a happening; `at` is true time.
    fn happened(&mut self, at: Time, what: &Happening<'_>);
}
