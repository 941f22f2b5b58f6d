//! What a member may touch.
use crate::algorithm::{Algorithm, Durable, Item, LinkState, NodeId};
use crate::time::{LocalTime, Span, WallTime};
use std::marker::PhantomData;

pub struct Context<'a, A: Algorithm>(PhantomData<&'a mut A>);

#[allow(unused_variables, clippy::unused_self)]
impl<A: Algorithm> Context<'_, A> {
    pub fn id(&self) -> NodeId {
        unreachable!()
    }
    /// Its monotonic clock.
    pub fn now(&self) -> LocalTime {
        unreachable!()
    }
    pub fn wall(&self) -> WallTime {
        unreachable!()
    }
    /// All members, itself included, by number.
    pub fn members(&self) -> impl Iterator<Item = NodeId> + use<A> {
        (0..0).map(NodeId)
    }
    pub fn majority(&self) -> usize {
        unreachable!()
    }
    pub fn config(&self) -> &A::Config {
        unreachable!()
    }
    /// Whether the scenario says that this member never campaigns by itself.
    pub fn ineligible(&self) -> bool {
        unreachable!()
    }
    /// The latest image, including writes that the disk has not answered yet.
    pub fn durable(&self) -> &A::Durable {
        unreachable!()
    }
    /// Write and barrier. *Every* later `send` of this node, in this step or another, leaves only after the disk has
    /// answered for all writes before it. To go on when it has answered, send to yourself: it arrives then, undelayed.
    pub fn persist(&mut self, write: <A::Durable as Durable>::Write) {
        unreachable!()
    }
    /// Write without a barrier: in the image now, on the disk with the next `persist`; a crash before loses it.
    pub fn write(&mut self, write: <A::Durable as Durable>::Write) {
        unreachable!()
    }
    pub fn send(&mut self, to: NodeId, message: A::Message) {
        unreachable!()
    }
    /// Does not wait for the disk: right for what asserts nothing new (a heartbeat), a bug otherwise; `backed` judges it.
    pub fn send_at_once(&mut self, to: NodeId, message: A::Message) {
        unreachable!()
    }
    /// To every other member, by number.
    pub fn broadcast(&mut self, message: &A::Message) {
        unreachable!()
    }
    pub fn arm(&mut self, timer: A::Timer, after: Span) {
        unreachable!()
    }
    pub fn disarm(&mut self, timer: A::Timer) {
        unreachable!()
    }
    /// Sessions: close it; the peer hears `Down` a delay later, this end at once.
    pub fn reset(&mut self, peer: NodeId) {
        unreachable!()
    }
    /// Uniform on `[low, high]`, from this node's own stream.
    pub fn between(&mut self, low: Span, high: Span) -> Span {
        unreachable!()
    }
    /// Check → think → send → apply on the protected resource; the outcome comes back through `on_acted`.
    pub fn act(&mut self, item: Item, token: Option<u64>) {
        unreachable!()
    }
    /// The client is told that its item is done. Enters the ledger with this node, its epoch and the true time.
    pub fn acknowledge(&mut self, item: Item) {
        unreachable!()
    }
    /// Is this bug switched on? One rule = one small function, and only such functions ask.
    pub fn bug(&self, mutant: A::Mutant) -> bool {
        unreachable!()
    }
}
fn _unused(_: LinkState) {}
