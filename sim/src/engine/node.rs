//! A member as the engine keeps it: everything but its mind.

use std::collections::VecDeque;

use crate::algorithm::{Algorithm, Durable, Epoch, NodeId, Observation, Role, ServiceAnswer};
use crate::delay::Delay;
use crate::engine::clock::Clock;
use crate::engine::errand::{Errand, Reply};
use crate::engine::keys::Key;
use crate::engine::session::Told;
use crate::random::{Purpose, Stream};
use crate::time::{LocalTime, Span, Time};

/// Timers that a member may have armed at once.
const MOST_TIMERS: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Power {
    Down,
    Running,
    Paused,
}

/// An armed timer.
pub struct Slot<T> {
    pub timer: T,
    /// When it fires, by the node's monotonic clock …
    pub local: LocalTime,
    /// … and truly.
    pub key: Key,
}

/// What waits for the disk before it may leave.
pub struct Held<M> {
    /// So many writes must be durable first.
    pub barrier: u64,
    /// The session that it was sent into, if there was one that the process had heard of.
    pub session: Option<u64>,
    pub to: NodeId,
    pub message: M,
}

/// What arrived while the process stood still.
pub enum Arrived<A: Algorithm> {
    Message {
        from: NodeId,
        message: A::Message,
    },
    /// The thinking was over.
    Errand(Errand),
    Answer {
        errand: Errand,
        reply: Reply,
    },
    /// Something of a session.
    Told(Told<A::Message>),
    /// Of a service.
    FromService {
        service: usize,
        answer: ServiceAnswer<A>,
    },
}

/// Something that is wrong with a disk for a while.
pub struct Trouble {
    pub number: u32,
    /// It takes this long to answer; `None`: it does not answer.
    pub latency: Option<Delay>,
    pub until: Time,
}

pub struct Disk<A: Algorithm> {
    /// What would be there after a crash.
    pub image: A::Durable,
    /// Written, not durable yet.
    pub unsynced: VecDeque<<A::Durable as Durable>::Write>,
    /// How many writes there were, how many a barrier asks for, how many are durable.
    pub written: u64,
    pub wanted: u64,
    pub synced: u64,
    /// The flush under way covers writes up to here.
    pub flushing: Option<u64>,
    pub latency: Delay,
    /// What the scenario says, for when a fault ends.
    pub usual: Delay,
    pub stalled_until: Time,
    /// The faults that slow it down or stall it, oldest first.
    pub troubles: Vec<Trouble>,
    /// Nothing waits: the latency is zero and nothing is stalled.
    pub instant: bool,
    stream: Option<Box<Stream>>,
}

pub struct Node<A: Algorithm> {
    pub id: NodeId,
    pub members: u16,
    pub power: Power,
    pub ineligible: bool,
    pub incarnation: u32,
    pub crashed_at: Time,
    pub config: A::Config,
    pub mutant: Option<A::Mutant>,
    pub clock: Clock,
    pub noise: Stream,
    pub timers: Vec<Slot<A::Timer>>,
    /// The latest image, durable or not.
    pub image: A::Durable,
    pub disk: Disk<A>,
    pub held: VecDeque<Held<A::Message>>,
    /// The first position of the log that was written since the checkers last looked.
    pub rewritten: usize,
    /// What was seen of it after its last step.
    pub seen: Observation,
    pub inbox: Vec<Arrived<A>>,
    pub seed: u64,
    think: Option<Box<Stream>>,
}

/// Nothing was written into the log.
pub const UNTOUCHED: usize = usize::MAX;

impl<A: Algorithm> Node<A> {
    pub fn new(
        id: NodeId,
        members: u16,
        seed: u64,
        config: A::Config,
        image: A::Durable,
        clock: Clock,
        latency: Delay,
    ) -> Node<A> {
        Node {
            id,
            members,
            power: Power::Down,
            ineligible: false,
            incarnation: 0,
            crashed_at: Time::ZERO,
            config,
            mutant: None,
            clock,
            noise: Stream::new(seed, Purpose::Node { node: id.0, incarnation: 0 }),
            timers: Vec::with_capacity(MOST_TIMERS),
            disk: Disk {
                image: image.clone(),
                unsynced: VecDeque::new(),
                written: 0,
                wanted: 0,
                synced: 0,
                flushing: None,
                instant: latency == Delay::Constant(Span::ZERO),
                latency: latency.clone(),
                usual: latency,
                stalled_until: Time::ZERO,
                troubles: Vec::new(),
                stream: None,
            },
            image,
            held: VecDeque::new(),
            rewritten: UNTOUCHED,
            seen: Observation::new(Role::Follower, Epoch::default()),
            inbox: Vec::new(),
            seed,
            think: None,
        }
    }

    /// Something that was written is not durable, and what is sent now must wait for it.
    #[inline(always)]
    pub fn waits_for_disk(&self) -> bool {
        self.disk.wanted > self.disk.synced
    }

    /// Its earliest timer.
    #[inline(always)]
    pub fn next_timer(&self) -> Key {
        self.timers.iter().map(|slot| slot.key).min().unwrap_or(Key::NEVER)
    }

    #[inline(always)]
    pub fn set_timer(&mut self, timer: A::Timer, local: LocalTime, key: Key) {
        if let Some(slot) = self.timers.iter_mut().find(|slot| slot.timer == timer) {
            (slot.local, slot.key) = (local, key);
            return;
        }
        assert!(self.timers.len() < MOST_TIMERS, "{} armed more than {MOST_TIMERS} timers at once", self.id);
        self.timers.push(Slot { timer, local, key });
    }

    #[inline(always)]
    pub fn touched(&mut self, position: Option<usize>) {
        if let Some(position) = position {
            self.rewritten = self.rewritten.min(position);
        }
    }

    /// How long this errand is thought about.
    pub fn think(&mut self, time: &Delay) -> Span {
        let (seed, node) = (self.seed, self.id.0);
        self.think.get_or_insert_with(|| Box::new(Stream::new(seed, Purpose::Think { node }))).span(time)
    }

    /// How long the next flush takes.
    pub fn flush_time(&mut self) -> Span {
        if let Delay::Constant(span) = self.disk.latency {
            return span;
        }
        let latency = self.disk.latency.clone();
        self.disk_stream().span(&latency)
    }

    fn disk_stream(&mut self) -> &mut Stream {
        let (seed, node) = (self.seed, self.id.0);
        self.disk.stream.get_or_insert_with(|| Box::new(Stream::new(seed, Purpose::Disk { node })))
    }

    /// A disk that answers at once takes all that was written before, and then this.
    #[inline]
    pub fn sync_with(&mut self, write: &<A::Durable as Durable>::Write) {
        if !self.disk.unsynced.is_empty() {
            self.sync(self.disk.written);
        }
        self.disk.image.apply(write);
        self.disk.written += 1;
        (self.disk.synced, self.disk.wanted) = (self.disk.written, self.disk.written);
    }

    /// The disk has answered for all writes up to `target`.
    pub fn sync(&mut self, target: u64) {
        while self.disk.synced < target {
            let write = self.disk.unsynced.pop_front().expect("what is flushed was written");
            self.disk.image.apply(&write);
            self.disk.synced += 1;
        }
    }

    /// Drops all that a crash drops. Of the flush under way, a drawn prefix reached the disk.
    pub fn crash(&mut self) {
        if let Some(target) = self.disk.flushing.take() {
            let under_way = target - self.disk.synced;
            let kept = self.disk_stream().below(under_way + 1);
            self.sync(self.disk.synced + kept);
        }
        if !self.disk.unsynced.is_empty() {
            let lost = self.disk.unsynced.iter().filter_map(A::Durable::rewrites).min();
            self.touched(lost);
            self.disk.unsynced.clear();
            self.image.fall_back(&self.disk.image, lost);
        }
        (self.disk.written, self.disk.wanted) = (self.disk.synced, self.disk.synced);
        self.held.clear();
        self.inbox.clear();
        self.timers.clear();
        self.power = Power::Down;
        self.incarnation += 1;
        self.noise.turn_to(Purpose::Node { node: self.id.0, incarnation: self.incarnation });
    }
}
