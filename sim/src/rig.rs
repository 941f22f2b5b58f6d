//! A test rig: members driven by hand, one step at a time, through nothing but what the engine itself calls. No network and
//! no order of events: whoever holds the rig decides what arrives where, and when.
//!
//! For conformance tables and for authors who want to see one rule at work. It runs the shipped algorithm, not a copy.

use std::rc::Rc;

use crate::algorithm::{Acted, Algorithm, Item, LinkState, NodeId, Observation, ServiceAnswer, ServiceAsk};
use crate::audit::Audit;
use crate::context::Context;
use crate::delay::{Delay, LinkSettings};
use crate::engine::{Clock, Due, Key, Link, Node, Power, Wire};
use crate::ratio::Ratio;
use crate::setup::Setup;
use crate::time::{LocalTime, Span};

/// One thing that a step did.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect<M, T, Q> {
    /// A message left (after the disk, if it had to wait for it).
    Sent { to: NodeId, message: M },
    /// A timer was armed, perhaps anew.
    Armed {
        timer: T,
        /// From now.
        after: Span,
    },
    /// An armed timer was forgotten; one that fired is not told of.
    Disarmed { timer: T },
    /// A service was asked.
    Asked { service: NodeId, ask: Q },
    /// A client was told that its item is done.
    Acknowledged { item: Item },
    /// An item is on its way to the protected resource.
    Acted {
        item: Item,
        /// The fencing token that goes with it.
        token: Option<u64>,
    },
}

/// What a step of this algorithm did, in order of kind: messages in the order in which they left, then timers, then
/// questions, then work.
pub type Effects<A> = Vec<Effect<<A as Algorithm>::Message, <A as Algorithm>::Timer, ServiceAsk<A>>>;

/// The members of one cluster, none of which does anything by itself. Whoever lets a member take a step, or asks what it shows,
/// must have started it: else the rig panics.
pub struct Rig<A: Algorithm> {
    nodes: Vec<Node<A>>,
    minds: Vec<Option<A>>,
    fallen: Vec<Option<A>>,
    wire: Wire<A>,
    /// Armed timers as they were before the step.
    before: Vec<(A::Timer, Key)>,
}

impl<A: Algorithm> Rig<A> {
    /// Nobody has started. Disks answer at once. Draws (timeouts) are those of this seed. Sessions are up and down when
    /// [`Rig::link`] says so, and carry nothing: whoever holds the rig hands messages over, in whatever order.
    pub fn new(members: u16, config: &A::Config, seed: u64) -> Rig<A> {
        let setup = Setup { nodes: members, ..Setup::default() };
        let facts = A::facts(config);
        let network = setup.network();
        let mut audit = Audit::new(&setup, &[], facts, &A::claims(config), &A::bounds(config, &network));
        audit.on = false;
        let parts = usize::from(members);
        let link = Rc::new(LinkSettings { delay: Delay::Constant(Span::ZERO), ..LinkSettings::default() });
        let links = (0..parts * parts).map(|p| Link::new(seed, (p / parts) as u16, (p % parts) as u16, link.clone()));
        let node = |i: u16| {
            let image = A::initial(config, &crate::algorithm::Initial::default());
            let clock = Clock::new(NodeId(i), Ratio::ONE, 0);
            Node::new(NodeId(i), members, seed, config.clone(), image, clock, Delay::Constant(Span::ZERO))
        };
        let mut wire = Wire::new(parts, links.collect(), parts, audit);
        wire.services = A::services(config).len() as u16;
        Rig {
            nodes: (0..members).map(node).collect(),
            minds: (0..members).map(|_| None).collect(),
            fallen: (0..members).map(|_| None).collect(),
            wire,
            before: Vec::new(),
        }
    }

    /// From now on this member's disk answers only when [`Rig::disk_answers`] says so.
    pub fn slow_disk(&mut self, node: NodeId) {
        self.nodes[node.index()].disk.instant = false;
    }

    /// Other settings for one member, before it starts.
    pub fn configure(&mut self, node: NodeId, config: A::Config) {
        self.nodes[node.index()].config = config;
    }

    /// Switches a bug on, everywhere.
    pub fn mutate(&mut self, mutant: A::Mutant) {
        for node in &mut self.nodes {
            node.mutant = Some(mutant);
        }
    }

    /// What is on a member's disk, before it starts.
    pub fn set_durable(&mut self, node: NodeId, durable: A::Durable) {
        let node = &mut self.nodes[node.index()];
        node.image = durable.clone();
        node.disk.image = durable;
    }

    /// Starts a member, for the first time or after a crash, with what its disk holds.
    pub fn start(&mut self, node: NodeId) -> Effects<A> {
        let i = node.index();
        self.look(i);
        let member = &mut self.nodes[i];
        member.power = Power::Running;
        let ctx = &mut Context { node: member, wire: &mut self.wire };
        self.minds[i] = Some(match self.fallen[i].take() {
            None => A::start(ctx),
            Some(fallen) => A::restart(fallen, ctx),
        });
        self.effects(i)
    }

    /// Drops the volatile state and what the disk had not answered for.
    pub fn crash(&mut self, node: NodeId) {
        self.nodes[node.index()].disk.flushing = None;
        self.nodes[node.index()].crash();
        self.fallen[node.index()] = self.minds[node.index()].take();
    }

    /// Lets a message arrive at `node`.
    pub fn deliver(&mut self, node: NodeId, from: NodeId, message: A::Message) -> Effects<A> {
        self.step(node, |mind, ctx| mind.on_message(from, message, ctx))
    }

    /// Fires a timer, armed or not; an armed one is used up.
    pub fn fire(&mut self, node: NodeId, timer: A::Timer) -> Effects<A> {
        self.nodes[node.index()].timers.retain(|slot| slot.timer != timer);
        self.step(node, |mind, ctx| mind.on_timer(timer, ctx))
    }

    /// Hands a member an item, whether it has authority or not.
    pub fn propose(&mut self, node: NodeId, item: Item) -> Effects<A> {
        self.step(node, |mind, ctx| mind.on_propose(item, ctx))
    }

    /// Asks a member for the state, whether it has authority or not: until when by its own clock its lease lasts, if it answers by one.
    pub fn read(&mut self, node: NodeId, item: Item) -> (Option<LocalTime>, Effects<A>) {
        let mut lease = None;
        let effects = self.step(node, |mind, ctx| lease = mind.on_read(item, ctx));
        (lease, effects)
    }

    /// A member's monotonic clock.
    pub fn now(&self, node: NodeId) -> LocalTime {
        self.nodes[node.index()].clock.local(self.wire.now)
    }

    /// The protected resource answers.
    pub fn acted(&mut self, node: NodeId, item: Item, acted: Acted) -> Effects<A> {
        self.step(node, |mind, ctx| mind.on_acted(item, acted, ctx))
    }

    /// Tells a member that its session with `peer` is up or down.
    pub fn link(&mut self, node: NodeId, peer: NodeId, state: LinkState) -> Effects<A> {
        self.step(node, |mind, ctx| mind.on_link(peer, state, ctx))
    }

    /// The disk answers for all that was written; what had waited leaves.
    pub fn disk_answers(&mut self, node: NodeId) -> Effects<A> {
        let i = node.index();
        self.look(i);
        let member = &mut self.nodes[i];
        member.disk.flushing = None;
        member.sync(member.disk.written);
        self.wire.release(member);
        self.effects(i)
    }

    /// Lets true time pass; nothing fires by itself.
    pub fn advance(&mut self, span: Span) {
        self.wire.now = self.wire.now + span;
    }

    /// Its volatile state.
    pub fn mind(&self, node: NodeId) -> &A {
        self.minds[node.index()].as_ref().expect("a member that has started and not crashed")
    }

    /// The latest image, including writes that the disk has not answered yet.
    pub fn durable(&self, node: NodeId) -> &A::Durable {
        &self.nodes[node.index()].image
    }

    /// What a crash would leave.
    pub fn disk(&self, node: NodeId) -> &A::Durable {
        &self.nodes[node.index()].disk.image
    }

    /// Lets an answer of a service arrive at `node`.
    pub fn answer(&mut self, node: NodeId, service: NodeId, answer: ServiceAnswer<A>) -> Effects<A> {
        self.step(node, |mind, ctx| mind.on_answer(service, answer, ctx))
    }

    /// What it shows of itself now.
    pub fn observe(&self, node: NodeId) -> Observation {
        self.mind(node).observe(self.durable(node))
    }

    /// The armed timers and how long they have to go; overdue ones have nothing to go.
    pub fn armed(&self, node: NodeId) -> Vec<(A::Timer, Span)> {
        let now = self.wire.now;
        self.nodes[node.index()].timers.iter().map(|slot| (slot.timer, slot.key.time().since(now))).collect()
    }

    fn step(&mut self, node: NodeId, act: impl FnOnce(&mut A, &mut Context<'_, A>)) -> Effects<A> {
        let i = node.index();
        self.look(i);
        let mind = self.minds[i].as_mut().expect("a member that has started and not crashed");
        act(mind, &mut Context { node: &mut self.nodes[i], wire: &mut self.wire });
        self.effects(i)
    }

    fn look(&mut self, i: usize) {
        self.before = self.nodes[i].timers.iter().map(|slot| (slot.timer, slot.key)).collect();
    }

    /// What has happened since [`Rig::look`].
    fn effects(&mut self, i: usize) -> Effects<A> {
        let mut effects = Vec::new();
        while self.wire.queue.next() != Key::NEVER {
            // Jobs are flushes, and the hand that holds the rig answers for the disk.
            if let Due::Message(_, to, place) = self.wire.queue.pop() {
                let message = self.wire.queue.take(place).expect("a message was popped");
                effects.push(Effect::Sent { to, message });
            }
        }
        let now = self.wire.now;
        for slot in &self.nodes[i].timers {
            if !self.before.contains(&(slot.timer, slot.key)) {
                effects.push(Effect::Armed { timer: slot.timer, after: slot.key.time().since(now) });
            }
        }
        for (timer, _) in &self.before {
            if !self.nodes[i].timers.iter().any(|slot| slot.timer == *timer) {
                effects.push(Effect::Disarmed { timer: *timer });
            }
        }
        effects.extend(self.wire.asks.drain(..).map(|(service, ask)| Effect::Asked { service, ask }));
        effects.extend(self.wire.acts.drain(..).map(|(item, token)| Effect::Acted { item, token }));
        effects.extend(self.wire.acknowledged.drain(..).map(|item| Effect::Acknowledged { item }));
        self.wire.resets.clear();
        self.nodes[i].rewritten = crate::engine::UNTOUCHED;
        effects
    }
}
