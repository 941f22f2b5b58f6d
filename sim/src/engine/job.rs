//! What happens besides messages and timers: the few.

use crate::algorithm::{Algorithm, NodeId, ServiceAnswer, ServiceAsk};
use crate::engine::errand::{Errand, Reply};
use crate::engine::session::SessionJob;
use crate::time::Time;

pub enum Job<A: Algorithm> {
    /// A member starts for the first time.
    Start(NodeId),
    /// A member campaigns at once, as the scenario says.
    Campaign(NodeId),
    /// An event of the fault script is due.
    Script(usize),
    /// There is a leader: an event that waited for a target may find one.
    Retry(u32),
    /// An event has waited long enough for its target.
    GiveUp(u32),
    /// A member stands still for a moment, as it does in everyday running.
    Hiccup(NodeId),
    /// A pause or suspension ends, if no other holds the member longer.
    Resume(NodeId),
    /// A degradation, by its number, ends.
    Restore(u32),
    /// A flap, by its number, goes up or down.
    Flap(u32),
    /// One trouble of a disk, by its number, is over.
    DiskRight(NodeId, u32),
    /// A flush is done, if the node has not crashed since.
    Flushed(NodeId, u32),
    /// A message that had arrived while its receiver was paused.
    HandOver {
        from: NodeId,
        to: NodeId,
        message: A::Message,
    },
    /// The holder of a tenure gets an item of work.
    Work(NodeId, usize),
    /// An item was thought about, and is sent.
    Thought(Errand),
    /// An item reaches the protected resource.
    Apply(Errand),
    /// Its answer reaches the member.
    Answer(Errand, Reply),
    /// A member's wall clock passes a multiple of the job's period, if nothing has happened to it since the alarm of this number
    /// was set.
    Singleton(NodeId, u32),
    /// A question reaches a service, asked by this incarnation of a member.
    Ask {
        from: NodeId,
        incarnation: u32,
        left: Time,
        service: usize,
        ask: ServiceAsk<A>,
    },
    /// An answer reaches a member, for that incarnation, from a service that had been out of service so often.
    ServiceAnswer {
        service: usize,
        to: NodeId,
        incarnation: u32,
        breaks: u32,
        left: Time,
        answer: ServiceAnswer<A>,
    },
    /// An answer that had arrived while the member was paused.
    HearLate {
        service: usize,
        to: NodeId,
        incarnation: u32,
        answer: ServiceAnswer<A>,
    },
    /// A timer of a service is due, if it is armed still.
    ServiceTimer {
        service: usize,
        stamp: u32,
    },
    /// An outage ends, if no other lasts longer.
    OutageOver(usize),
    Session(SessionJob<A>),
}
