//! What all members share while one of them takes a step: the time, the queue, the links, and the notes that a step leaves
//! for the engine.

use crate::algorithm::Encode;
use crate::algorithm::{Algorithm, Asserts, Item, NodeId, ServiceAsk, Transport};
use crate::audit::{Audit, Backing, Broken};
use crate::encode::Encoder;
use crate::engine::job::Job;
use crate::engine::link::{Fate, Link};
use crate::engine::node::Node;
use crate::engine::queue::{Deadlines, Queue};
use crate::engine::session::Sessions;
use crate::engine::tag;
use crate::observer::Dropped;
use crate::outcome::Counters;
use crate::time::Time;

/// What an observer is told of a message; collected during a step, told after it.
pub enum Sent<M> {
    Departed { from: NodeId, to: NodeId, message: M },
    Dropped { from: NodeId, to: NodeId, message: M, why: Dropped },
}

pub struct Wire<A: Algorithm> {
    pub now: Time,
    pub queue: Queue<A::Message, Job<A>>,
    pub deadlines: Deadlines,
    /// From × to, over all parts of the cluster.
    pub links: Vec<Link>,
    pub parts: usize,
    /// Some link is cut; kept by `world_changed`, so that a quiet network need not look at its links on arrival.
    pub any_cut: bool,
    pub sessions: Option<Box<Sessions>>,
    pub counters: Counters,
    /// Messages that had left when the step under way began; kept where somebody watches.
    pub left_before: u64,
    pub audit: Audit,
    pub encoder: Encoder,
    pub fingerprint: bool,
    pub broken: Broken,
    /// Anything looks at single events: checkers, the fingerprint, an observer. Asked once, so that a bare run asks no more.
    pub attended: bool,
    /// Somebody watches: tell of every message, and count before every step.
    pub watched: bool,
    pub sent: Vec<Sent<A::Message>>,
    /// The step left something below, or wrote into its log.
    pub notes: bool,
    pub acts: Vec<(Item, Option<u64>)>,
    /// The step wrote durable state; of interest to the algorithm's own invariants only.
    pub wrote: bool,
    /// There are such.
    pub own_rules: bool,
    /// How many services there are.
    pub services: u16,
    pub asks: Vec<(NodeId, ServiceAsk<A>)>,
    pub acknowledged: Vec<Item>,
    pub resets: Vec<NodeId>,
}

impl<A: Algorithm> Wire<A> {
    /// Before anything has happened; without sessions, services, fingerprint, and anybody who watches.
    pub fn new(members: usize, links: Vec<Link>, parts: usize, audit: Audit) -> Wire<A> {
        Wire {
            now: Time::ZERO,
            queue: Queue::new(),
            deadlines: Deadlines::new(members),
            links,
            parts,
            any_cut: false,
            sessions: None,
            counters: Counters::default(),
            left_before: 0,
            audit,
            encoder: Encoder::default(),
            fingerprint: false,
            broken: Broken::default(),
            attended: false,
            watched: false,
            sent: Vec::new(),
            notes: false,
            acts: Vec::new(),
            wrote: false,
            own_rules: false,
            services: 0,
            asks: Vec::new(),
            acknowledged: Vec::new(),
            resets: Vec::new(),
        }
    }

    #[inline(always)]
    pub fn link(&mut self, from: NodeId, to: NodeId) -> &mut Link {
        &mut self.links[from.index() * self.parts + to.index()]
    }

    /// A message leaves `node`, now.
    #[inline(always)]
    pub fn depart(&mut self, node: &Node<A>, to: NodeId, message: A::Message) {
        // Nothing is called on the way of the many, so that a message is written straight to where it will lie.
        if self.attended && (self.watched || self.audit.on && self.audit.is_news(node.id, said(node, &message))) {
            self.depart_attended(node, to, message);
        } else {
            self.carry(node, to, message);
        }
    }

    /// A message that a checker has to look at, or that somebody watches.
    #[inline(never)]
    fn depart_attended(&mut self, node: &Node<A>, to: NodeId, message: A::Message) {
        if self.audit.on {
            self.audit.departed(self.now, node.id, said(node, &message));
        }
        self.tell_departed(node.id, to, &message);
        self.carry(node, to, message);
    }

    #[inline(always)]
    fn carry(&mut self, node: &Node<A>, to: NodeId, message: A::Message) {
        let from = node.id;
        if from == to {
            // To oneself: no network, no delay; it was the disk that had to be waited for.
            self.queue.post(self.now, from, to, message);
            return;
        }
        self.counters.sent += 1;
        // A rig hands messages over itself, whatever they would travel in.
        if A::TRANSPORT == Transport::Session && self.sessions.is_some() {
            self.send_in_session(node, to, message);
            return;
        }
        let now = self.now;
        let link = self.link(from, to);
        let (plain, word) = link.draw();
        match plain {
            Some(delay) => self.queue.post(now + delay, from, to, message),
            None => self.depart_by_fate(from, to, message, word),
        }
    }

    /// Over a link that loses, repeats, reorders or is cut.
    #[inline(never)]
    fn depart_by_fate(&mut self, from: NodeId, to: NodeId, message: A::Message, word: u64) {
        let now = self.now;
        let link = self.link(from, to);
        if link.cut {
            self.drop_message(from, to, message, Dropped::CutWhenSent);
            return;
        }
        match link.fate(now, word) {
            Fate::Lost => self.drop_message(from, to, message, Dropped::Lost),
            Fate::Arrives(first, second) => {
                if let Some(second) = second {
                    self.counters.duplicated += 1;
                    self.queue.post(now + second, from, to, message.clone());
                }
                self.queue.post(now + first, from, to, message);
            }
        }
    }

    /// A message that was under way does not arrive.
    #[inline(never)]
    pub fn lose(&mut self, from: NodeId, to: NodeId, message: A::Message, why: Dropped) {
        if self.fingerprint {
            self.encoder.words([self.now.0, tag::DROP | u64::from(from.0) << 16 | u64::from(to.0), why as u64]);
            message.encode(&mut self.encoder);
        }
        self.drop_message(from, to, message, why);
    }

    #[inline(never)]
    pub fn drop_message(&mut self, from: NodeId, to: NodeId, message: A::Message, why: Dropped) {
        self.counters.dropped += 1;
        self.broken.links |= matches!(why, Dropped::CutWhenSent | Dropped::CutOnArrival | Dropped::Lost);
        if self.watched {
            self.tell(Sent::Dropped { from, to, message, why });
        }
    }

    pub fn tell_departed(&mut self, from: NodeId, to: NodeId, message: &A::Message) {
        if self.watched {
            self.tell(Sent::Departed { from, to, message: message.clone() });
        }
    }

    #[inline(never)]
    fn tell(&mut self, sent: Sent<A::Message>) {
        self.sent.push(sent);
        self.notes = true;
    }
}

/// What a message claims, and what stands behind it.
#[inline(always)]
fn said<A: Algorithm>(node: &Node<A>, message: &A::Message) -> (Asserts, Backing) {
    let backed = A::backed(message, &node.disk.image, node.id);
    (A::asserts(message), Backing { backed, takes_time: !node.disk.instant })
}
