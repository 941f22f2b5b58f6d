//! The ruler: workload *W* as a bare loop, written by hand for this one protocol and this one fault script, with nothing in it that
//! could be left out. It checks, hashes and records nothing, knows no link, disk or clock, and has five nodes for ever. What the
//! engine costs is stated as a share of its speed.
//!
//! The protocol is Raft with the timers of its paper, with a log of no-ops: a leader appends one when it is elected, so that a
//! node's log is known by its length alone (a longer one is newer: in this workload logs never diverge). As in the engine, a node's
//! own vote and its own entry count when they come as messages to itself.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

const NODES: usize = 5;
const MAJORITY: u32 = 3;

/// Times are in microseconds.
const HEARTBEAT: u64 = 50_000;
const TIMEOUT: (u64, u64) = (150_000, 300_000);
const DELAY: (u64, u64) = (1_000, 5_000);
const CRASH_EVERY: u64 = 1_000_000;
const RESTART_AFTER: u64 = 500_000;
const NEVER: u64 = u64::MAX;

const NOBODY: u8 = u8::MAX;

/// What one run counted.
#[derive(Clone, Copy, Default)]
pub struct Count {
    /// Messages of others handed to live nodes, and timers that fired.
    pub events: u64,
    pub elections: u64,
}

/// SplitMix64: a counter and a mix.
struct Random(u64);

impl Random {
    #[inline(always)]
    fn between(&mut self, (low, high): (u64, u64)) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^= word >> 31;
        low + ((u128::from(word) * u128::from(high - low + 1)) >> 64) as u64
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    RequestVote,
    Vote,
    Append,
    Appended,
}

#[derive(Clone, Copy)]
struct Message {
    kind: Kind,
    /// The answer to a request.
    yes: bool,
    from: u8,
    to: u8,
    term: u32,
    /// `RequestVote`: length of the sender's log. `Append`: how long the receiver's is to be. `Appended`: up to where it agrees.
    log: u16,
    /// For `Append`: the length that the receiver is taken to have.
    previous: u16,
    commit: u16,
}

/// A message on its way. The heap gives the largest first, so order is turned over: earliest, then sent first.
struct Flight {
    /// Time (44 bits), order of sending (20).
    key: u64,
    message: Message,
}

impl Ord for Flight {
    #[inline(always)]
    fn cmp(&self, other: &Flight) -> Ordering {
        other.key.cmp(&self.key)
    }
}

impl PartialOrd for Flight {
    #[inline(always)]
    fn partial_cmp(&self, other: &Flight) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Flight {
    fn eq(&self, other: &Flight) -> bool {
        self.key == other.key
    }
}

impl Eq for Flight {}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Down,
    Follower,
    Candidate,
    Leader,
}

#[derive(Clone, Copy)]
struct Node {
    role: Role,
    voted: u8,
    /// One bit a node.
    votes: u8,
    log: u16,
    commit: u16,
    term: u32,
    /// For a leader: how far each log is known to agree with its own.
    matched: [u16; NODES],
}

struct World {
    now: u64,
    random: Random,
    flying: BinaryHeap<Flight>,
    order: u64,
    /// One timer a node; arming it again is a store.
    deadline: [u64; NODES],
    nodes: [Node; NODES],
    leader: u8,
    count: Count,
}

impl World {
    fn new(seed: u64) -> World {
        let node = Node { role: Role::Follower, voted: NOBODY, votes: 0, log: 0, commit: 0, term: 0, matched: [0; NODES] };
        let mut world = World {
            now: 0,
            random: Random(seed),
            flying: BinaryHeap::with_capacity(64),
            order: 0,
            deadline: [NEVER; NODES],
            nodes: [node; NODES],
            leader: NOBODY,
            count: Count::default(),
        };
        for node in 0..NODES {
            world.wait_for_a_leader(node);
        }
        world
    }

    #[inline(always)]
    fn send(&mut self, message: Message) {
        let at = self.now + self.random.between(DELAY);
        self.post(at, message);
    }

    #[inline(always)]
    fn post(&mut self, at: u64, message: Message) {
        self.order = (self.order + 1) & 0xf_ffff;
        self.flying.push(Flight { key: at << 20 | self.order, message });
    }

    #[inline(always)]
    fn wait_for_a_leader(&mut self, node: usize) {
        self.deadline[node] = self.now + self.random.between(TIMEOUT);
    }

    #[inline(always)]
    fn adopt(&mut self, node: usize, term: u32) {
        let me = &mut self.nodes[node];
        me.term = term;
        me.voted = NOBODY;
        if me.role == Role::Leader {
            self.wait_for_a_leader(node);
        }
        self.nodes[node].role = Role::Follower;
    }

    /// `previous` to `log` is what travels; nothing, in a heartbeat.
    #[inline(always)]
    fn append_to(&mut self, node: usize, peer: usize, previous: u16, log: u16) {
        let Node { term, commit, .. } = self.nodes[node];
        self.send(Message { kind: Kind::Append, yes: false, from: node as u8, to: peer as u8, term, log, previous, commit });
    }

    #[inline(always)]
    fn heartbeats(&mut self, node: usize) {
        for peer in 0..NODES {
            if peer != node {
                let matched = self.nodes[node].matched[peer];
                self.append_to(node, peer, matched, matched);
            }
        }
        self.deadline[node] = self.now + HEARTBEAT;
    }

    #[inline(always)]
    fn on_timer(&mut self, node: usize) {
        if self.nodes[node].role == Role::Leader { self.heartbeats(node) } else { self.campaign(node) }
    }

    fn campaign(&mut self, node: usize) {
        self.count.elections += 1;
        let me = &mut self.nodes[node];
        (me.role, me.term, me.voted, me.votes) = (Role::Candidate, me.term + 1, node as u8, 0);
        let Node { term, log, .. } = *me;
        let from = node as u8;
        for to in (0..NODES as u8).filter(|to| *to != from) {
            self.send(Message { kind: Kind::RequestVote, yes: false, from, to, term, log, previous: 0, commit: 0 });
        }
        let own = Message { kind: Kind::Vote, yes: true, from, to: from, term, log, previous: 0, commit: 0 };
        self.post(self.now, own);
        self.wait_for_a_leader(node);
    }

    #[inline(always)]
    fn on_message(&mut self, message: Message) {
        let node = message.to as usize;
        if message.term > self.nodes[node].term {
            self.adopt(node, message.term);
        }
        match message.kind {
            Kind::RequestVote => self.on_request_vote(node, message),
            Kind::Vote => self.on_vote(node, message),
            Kind::Append => self.on_append(node, message),
            Kind::Appended => self.on_appended(node, message),
        }
    }

    #[inline(always)]
    fn answer(&mut self, request: Message, kind: Kind, yes: bool, log: u16) {
        let term = self.nodes[request.to as usize].term;
        self.send(Message { kind, yes, from: request.to, to: request.from, term, log, previous: 0, commit: 0 });
    }

    #[inline(always)]
    fn on_request_vote(&mut self, node: usize, message: Message) {
        let me = &mut self.nodes[node];
        let free = me.voted == NOBODY || me.voted == message.from;
        let yes = message.term == me.term && me.role == Role::Follower && free && message.log >= me.log;
        if yes {
            me.voted = message.from;
            self.wait_for_a_leader(node);
        }
        self.answer(message, Kind::Vote, yes, 0);
    }

    #[inline(always)]
    fn on_vote(&mut self, node: usize, message: Message) {
        let me = &mut self.nodes[node];
        if !message.yes || me.role != Role::Candidate || message.term != me.term {
            return;
        }
        me.votes |= 1 << message.from;
        if me.votes.count_ones() >= MAJORITY {
            self.win(node);
        }
    }

    fn win(&mut self, node: usize) {
        let me = &mut self.nodes[node];
        me.role = Role::Leader;
        me.matched = [0; NODES];
        me.log += 1;
        let Node { term, log, .. } = *me;
        self.leader = node as u8;
        for peer in 0..NODES {
            if peer != node {
                self.append_to(node, peer, log - 1, log);
            }
        }
        let (from, to) = (node as u8, node as u8);
        self.post(self.now, Message { kind: Kind::Appended, yes: true, from, to, term, log, previous: 0, commit: 0 });
        self.deadline[node] = self.now + HEARTBEAT;
    }

    #[inline(always)]
    fn on_append(&mut self, node: usize, message: Message) {
        let me = &mut self.nodes[node];
        let current = message.term == me.term;
        let yes = current && me.log >= message.previous;
        if current {
            me.role = Role::Follower;
            if yes {
                me.log = me.log.max(message.log);
                me.commit = me.commit.max(message.commit.min(message.log));
            }
            self.wait_for_a_leader(node);
        }
        self.answer(message, Kind::Appended, yes, message.log);
    }

    #[inline(always)]
    fn on_appended(&mut self, node: usize, message: Message) {
        let me = &mut self.nodes[node];
        if me.role != Role::Leader || message.term != me.term || !message.yes {
            return;
        }
        let (peer, log) = (message.from as usize, me.log);
        if message.log > me.matched[peer] {
            me.matched[peer] = message.log;
            if me.matched.iter().filter(|matched| **matched == log).count() >= MAJORITY as usize {
                me.commit = log;
            }
        } else if me.matched[peer] < log {
            self.append_to(node, peer, log - 1, log);
        }
    }
}

/// One run of this many virtual seconds.
#[inline(never)]
pub fn run(seed: u64, seconds: u64) -> Count {
    let mut world = World::new(seed);
    let end = seconds * 1_000_000;
    let (mut crash, mut restart, mut fallen) = (CRASH_EVERY, NEVER, 0);
    loop {
        let (mut node, mut at) = (0, world.deadline[0]);
        for other in 1..NODES {
            if world.deadline[other] < at {
                (node, at) = (other, world.deadline[other]);
            }
        }
        let script = crash.min(restart);
        let next = world.flying.peek().map_or(NEVER, |first| first.key >> 20);
        world.now = next.min(at).min(script);
        if world.now >= end {
            return world.count;
        }
        if world.now == next {
            let Some(Flight { message, .. }) = world.flying.pop() else { return world.count };
            if world.nodes[message.to as usize].role != Role::Down {
                // What a node tells itself is on no network, and no event.
                world.count.events += u64::from(message.from != message.to);
                world.on_message(message);
            }
        } else if world.now == at {
            world.count.events += 1;
            world.on_timer(node);
        } else if world.now == crash {
            crash += CRASH_EVERY;
            let leader = world.leader as usize;
            if leader < NODES && world.nodes[leader].role == Role::Leader {
                world.nodes[leader].role = Role::Down;
                world.deadline[leader] = NEVER;
                (restart, fallen) = (world.now + RESTART_AFTER, leader);
            }
        } else {
            restart = NEVER;
            world.nodes[fallen].role = Role::Follower;
            world.wait_for_a_leader(fallen);
        }
    }
}
