//! What a member may touch. Sends go straight into link, slab and heap: there is no list of effects in between.

use crate::algorithm::{Algorithm, Durable, Item, NodeId, ServiceAsk};
use crate::engine::{Held, Node, Wire};
use crate::random::uniform;
use crate::time::{LocalTime, Span, WallTime};

/// A member's desk during one step: clocks, chance, disk, timers, network, and the client's ear.
pub struct Context<'a, A: Algorithm> {
    pub(crate) node: &'a mut Node<A>,
    pub(crate) wire: &'a mut Wire<A>,
}

impl<A: Algorithm> Context<'_, A> {
    /// Its number.
    #[inline(always)]
    pub fn id(&self) -> NodeId {
        self.node.id
    }

    /// Its monotonic clock.
    #[inline(always)]
    pub fn now(&self) -> LocalTime {
        self.node.clock.local(self.wire.now)
    }

    /// Its wall clock.
    pub fn wall(&self) -> WallTime {
        self.node.clock.wall(self.wire.now)
    }

    /// All members, itself included, by number.
    #[inline(always)]
    pub fn members(&self) -> impl Iterator<Item = NodeId> + use<A> {
        (0..self.node.members).map(NodeId)
    }

    /// The smallest number of members that is more than half of them.
    #[inline(always)]
    pub fn majority(&self) -> usize {
        usize::from(self.node.members) / 2 + 1
    }

    /// Its settings, which may differ from those of other members.
    #[inline(always)]
    pub fn config(&self) -> &A::Config {
        &self.node.config
    }

    /// Whether the scenario says that this member never campaigns by itself.
    pub fn ineligible(&self) -> bool {
        self.node.ineligible
    }

    /// The latest image, including writes that the disk has not answered yet.
    #[inline(always)]
    pub fn durable(&self) -> &A::Durable {
        &self.node.image
    }

    /// Write and barrier. *Every* later `send` of this node, in this step or another, leaves only after the disk has
    /// answered for all writes before it. To go on when it has answered, send to yourself: it arrives then, undelayed.
    pub fn persist(&mut self, write: <A::Durable as Durable>::Write) {
        let disk = &self.node.disk;
        // A flush that a slow disk began goes on when the disk is right again; what comes after it waits behind it.
        if disk.instant && disk.flushing.is_none() {
            self.note(&write);
            self.node.image.apply(&write);
            self.node.sync_with(&write);
            return;
        }
        self.write(write);
        self.node.disk.wanted = self.node.disk.written;
        if self.node.disk.flushing.is_none() {
            self.wire.flush(self.node);
        }
    }

    /// Where this write changes the log, if it does.
    fn note(&mut self, write: &<A::Durable as Durable>::Write) {
        if self.wire.own_rules {
            (self.wire.wrote, self.wire.notes) = (true, true);
        }
        if let Some(position) = A::Durable::rewrites(write) {
            self.node.touched(Some(position));
            self.wire.notes = true;
        }
    }

    /// Write without a barrier: in the image now, on the disk with the next `persist`; a crash before loses it.
    pub fn write(&mut self, write: <A::Durable as Durable>::Write) {
        self.note(&write);
        self.node.image.apply(&write);
        self.node.disk.written += 1;
        self.node.disk.unsynced.push_back(write);
    }

    /// Sends a message: at once, or when the disk has answered for all that [`Context::persist`] asked for before. To itself: it
    /// arrives without network and delay.
    #[inline(always)]
    pub fn send(&mut self, to: NodeId, message: A::Message) {
        if self.node.waits_for_disk() {
            self.hold(to, message);
        } else {
            self.send_at_once(to, message);
        }
    }

    #[inline(never)]
    fn hold(&mut self, to: NodeId, message: A::Message) {
        let (barrier, session) = (self.node.disk.wanted, self.wire.session_heard(self.node.id, to));
        self.node.held.push_back(Held { barrier, session, to, message });
    }

    /// Does not wait for the disk: right for what asserts nothing new (a heartbeat), a bug otherwise; `backed` judges it.
    #[inline(always)]
    pub fn send_at_once(&mut self, to: NodeId, message: A::Message) {
        self.wire.depart(self.node, to, message);
    }

    /// To every other member, by number.
    #[inline(always)]
    pub fn broadcast(&mut self, message: &A::Message) {
        for to in self.members() {
            if to != self.node.id {
                self.send(to, message.clone());
            }
        }
    }

    /// Fires once, this long from now by the node's own clock, unless armed anew or disarmed before.
    #[inline(always)]
    pub fn arm(&mut self, timer: A::Timer, after: Span) {
        let now = self.wire.now;
        let local = self.node.clock.local(now) + after;
        let key = self.wire.queue.key(self.node.clock.when_local(now, local));
        self.node.set_timer(timer, local, key);
        self.wire.deadlines.set(self.node.id.index(), self.node.next_timer());
    }

    /// Forgets an armed timer; does nothing where it is not armed.
    #[inline(always)]
    pub fn disarm(&mut self, timer: A::Timer) {
        self.node.timers.retain(|slot| slot.timer != timer);
        self.wire.deadlines.set(self.node.id.index(), self.node.next_timer());
    }

    /// Sessions: close it; the peer hears `Down` a delay later, this end at once.
    pub fn reset(&mut self, peer: NodeId) {
        self.wire.resets.push(peer);
        self.wire.notes = true;
    }

    /// Uniform on `[low, high]`, from this node's own stream.
    #[inline(always)]
    pub fn between(&mut self, low: Span, high: Span) -> Span {
        debug_assert!(low <= high);
        uniform(self.node.noise.word(), low, high)
    }

    /// Check → think → send → apply on the protected resource; the outcome comes back through
    /// [`Algorithm::on_acted`].
    pub fn act(&mut self, item: Item, token: Option<u64>) {
        self.wire.acts.push((item, token));
        self.wire.notes = true;
    }

    /// The services that the algorithm brings along, by number.
    pub fn services(&self) -> impl Iterator<Item = NodeId> + use<A> {
        let first = self.node.members + crate::engine::PARTS.len() as u16;
        (first..first + self.wire.services).map(NodeId)
    }

    /// Asks a service. At once: a question does not wait for the disk. The answer comes back through
    /// [`Algorithm::on_answer`], or never does.
    pub fn ask(&mut self, service: NodeId, ask: ServiceAsk<A>) {
        self.wire.asks.push((service, ask));
        self.wire.notes = true;
    }

    /// The client is told that its item is done. Enters the ledger with this node, its epoch and the true time.
    pub fn acknowledge(&mut self, item: Item) {
        self.wire.acknowledged.push(item);
        self.wire.notes = true;
    }

    /// Is this bug switched on? One rule = one small function, and only such functions ask.
    #[inline(always)]
    pub fn bug(&self, mutant: A::Mutant) -> bool {
        self.node.mutant == Some(mutant)
    }
}
