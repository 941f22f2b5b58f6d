//! Sessions between members: what TCP makes of a network that loses, repeats, reorders and cuts.
//!
//! Every member has one *end* of a session with every other. What is modelled is the kernel's part of it: ends dial and
//! accept ([`connect`]), letters are numbered, acknowledged, sent again and put in order ([`carry`]), and what the process
//! gets to hear of that waits for it while it is paused ([`tell`]). A generation is one life of a session; both ends know it
//! by the same number, which the later of two dials takes from a counter that the pair shares.
//!
//! Who stands still when:
//! - a *paused* process has a kernel that goes on: it accepts, acknowledges, sends again, and gives up when its time is over;
//!   the process hears of all that when it resumes, in order. Buffers are without limit, so however long the pause, the
//!   peer's data is acknowledged. Only dialling anew waits for the process.
//! - on a *suspended* machine the kernel stands still too: what arrives is not seen and not acknowledged (peers send it
//!   again, or give up), and what became overdue by its own clock is done when it resumes.
//! - a *crashed* process leaves a kernel that resets whatever still reaches the machine.

mod carry;
mod connect;
mod end;
mod letters;
mod tell;

pub use tell::Told;

use crate::algorithm::{Algorithm, NodeId, Transport};
use crate::engine::job::Job;
use crate::engine::node::{Node, Power};
use crate::engine::{Engine, Wire, tag};
use crate::observer::Dropped;
use crate::random::{Purpose, Stream};
use crate::setup::SessionSettings;
use crate::time::{LocalTime, Span, Time};

use end::{End, State};
use letters::Letters;

/// What travels between two kernels, besides messages and what is acknowledged of them ([`carry`]).
#[derive(Clone, Copy, Debug)]
pub enum Packet {
    /// SYN: asks for a session of this generation.
    Dial { generation: u64 },
    /// SYN and ACK: yes.
    Accept { generation: u64 },
    /// ACK: heard that.
    Confirm { generation: u64 },
    /// RST: there is no such session (any more).
    Reset { generation: u64 },
}

impl Packet {
    /// For the fingerprint: kind, generation.
    fn words(self) -> (u64, u64) {
        match self {
            Packet::Dial { generation } => (kind::DIAL, generation),
            Packet::Accept { generation } => (kind::ACCEPT, generation),
            Packet::Confirm { generation } => (kind::CONFIRM, generation),
            Packet::Reset { generation } => (kind::RESET, generation),
        }
    }
}

/// What arrived, in a word of the fingerprint; zero stands for what a process hears of its link.
mod kind {
    pub const DIAL: u64 = 1;
    pub const ACCEPT: u64 = 2;
    pub const CONFIRM: u64 = 3;
    pub const LETTER: u64 = 4;
    pub const RESET: u64 = 5;
}

/// What sessions put into the queue.
pub enum SessionJob<A: Algorithm> {
    /// A packet reaches the machine that it was sent to.
    Packet { from: NodeId, to: NodeId, packet: Packet },
    /// An end wants to be looked at, if it still expects that at this time.
    Alarm { node: NodeId, peer: NodeId, at: Time },
    /// What had waited while the process was paused, if it has not crashed since.
    Tell { to: NodeId, incarnation: u32, told: Told<A::Message> },
}

/// All sessions of a run.
pub struct Sessions {
    members: usize,
    settings: SessionSettings,
    seed: u64,
    /// Node × peer.
    ends: Vec<End>,
    letters: Letters,
    /// The newest generation of each pair, at (lower number) × (higher number).
    generations: Vec<u64>,
    /// Chance for everything but the first transmission of a message, per directed link, so that the noise of the k-th
    /// message stays a function of (seed, link, k).
    lanes: Vec<Option<Box<Stream>>>,
    /// Members whose whole machine stands still.
    frozen: Vec<bool>,
    /// How much that had waited for a paused process is still to be handed over, per member.
    catching_up: Vec<u32>,
}

impl Sessions {
    pub fn new(members: u16, settings: SessionSettings, seed: u64) -> Sessions {
        let members = usize::from(members);
        // A letter has an alarm only from when it would be sent again, and by then the session must not be over.
        assert!(settings.retransmit < settings.timeout, "a session sends again before it gives up");
        Sessions {
            members,
            settings,
            seed,
            ends: (0..members * members).map(|_| End::new()).collect(),
            letters: Letters::new(),
            generations: vec![0; members * members],
            lanes: (0..members * members).map(|_| None).collect(),
            frozen: vec![false; members],
            catching_up: vec![0; members],
        }
    }

    #[inline(always)]
    fn end(&mut self, node: NodeId, peer: NodeId) -> &mut End {
        &mut self.ends[node.index() * self.members + peer.index()]
    }

    /// The generation of a dial that begins now: newer than all before it, whichever end dialled those.
    fn new_generation(&mut self, a: NodeId, b: NodeId) -> u64 {
        let newest = &mut self.generations[a.min(b).index() * self.members + a.max(b).index()];
        *newest += 1;
        *newest
    }

    /// The longest wait between two dials: short against the timeout, so that a mended link is found soon.
    fn longest_wait(&self) -> Span {
        self.settings.retransmit.max(self.settings.timeout.fraction(1, 4))
    }
}

impl<A: Algorithm> Wire<A> {
    #[inline(always)]
    fn sessions(&mut self) -> &mut Sessions {
        self.sessions.as_deref_mut().expect("a session algorithm has sessions")
    }

    /// Takes a message from where it was put down.
    fn unpack(&mut self, parcel: u32) -> A::Message {
        self.queue.pick_up(parcel);
        self.queue.take(parcel).expect("a letter knows where its message lies")
    }

    fn post_packet(&mut self, from: NodeId, to: NodeId, packet: Packet) {
        if let Some(delay) = self.stray(from, to) {
            self.queue.schedule(self.now + delay, Job::Session(SessionJob::Packet { from, to, packet }));
        }
    }

    /// How long something takes that is sent now and is not the first transmission of a message. `None`: it will not arrive.
    #[inline(always)]
    fn stray(&mut self, from: NodeId, to: NodeId) -> Option<Span> {
        let now = self.now;
        let sessions = self.sessions.as_deref_mut().expect("a session algorithm has sessions");
        let (place, seed) = (from.index() * sessions.members + to.index(), sessions.seed);
        let purpose = Purpose::Session { from: from.0, to: to.0 };
        let lane = sessions.lanes[place].get_or_insert_with(|| Box::new(Stream::new(seed, purpose)));
        let delay = self.links[from.index() * self.parts + to.index()].stray(now, lane);
        self.broken.links |= delay.is_none();
        delay
    }

    /// Has this end looked at when the next of its deadlines is due.
    fn arm_session(&mut self, node: &Node<A>, peer: NodeId) {
        self.settle_end(node, peer);
        let running = node.power == Power::Running;
        let sessions = self.sessions();
        let (timeout, frozen) = (sessions.settings.timeout, sessions.frozen[node.id.index()]);
        let end = &sessions.ends[node.id.index() * sessions.members + peer.index()];
        if let Some(due) = end.next_due(&sessions.letters, timeout, running).filter(|_| !frozen) {
            self.ring_session(node, peer, due);
        }
    }

    /// Has this end looked at when its node's clock reads this, at the latest.
    fn ring_session(&mut self, node: &Node<A>, peer: NodeId, due: LocalTime) {
        let at = node.clock.when_local(self.now, due);
        let end = self.sessions().end(node.id, peer);
        // An alarm that rings too early finds nothing to do and is set anew; only one that would ring too late matters.
        if at < Time::NEVER && end.alarm.is_none_or(|alarm| at < alarm) {
            end.alarm = Some(at);
            self.queue.schedule(at, Job::Session(SessionJob::Alarm { node: node.id, peer, at }));
        }
    }
}

impl<A: Algorithm> Engine<'_, A> {
    pub(super) fn session_job(&mut self, job: SessionJob<A>) {
        match job {
            SessionJob::Packet { from, to, packet } => self.packet_arrives(from, to, packet),
            SessionJob::Alarm { node, peer, at } => self.session_alarm(node, peer, at),
            SessionJob::Tell { to, incarnation, told } => self.tell_after_pause(to, incarnation, told),
        }
    }

    fn packet_arrives(&mut self, from: NodeId, to: NodeId, packet: Packet) {
        if self.wire.fingerprint {
            let (kind, generation) = packet.words();
            let which = tag::LINK | kind << 40 | u64::from(from.0) << 16 | u64::from(to.0);
            self.wire.encoder.words([self.wire.now.0, which, generation, 0]);
        }
        let cut = self.wire.link(from, to).cut;
        self.wire.broken.links |= cut;
        if cut || self.wire.sessions().frozen[to.index()] {
            return;
        }
        match packet {
            Packet::Dial { generation } => self.dialled(to, from, generation),
            Packet::Accept { generation } => self.accepted(to, from, generation),
            Packet::Confirm { generation } => self.confirmed(to, from, generation),
            Packet::Reset { generation } => self.reset_arrives(to, from, generation),
        }
    }

    fn session_alarm(&mut self, node: NodeId, peer: NodeId, at: Time) {
        let sessions = self.wire.sessions();
        let frozen = sessions.frozen[node.index()];
        let end = sessions.end(node, peer);
        if end.alarm != Some(at) {
            return;
        }
        end.alarm = None;
        let state = end.state;
        if frozen {
            return;
        }
        if state == State::Up {
            self.send_overdue(node, peer)
        } else {
            self.connect_overdue(node, peer)
        }
        self.arm(node, peer);
    }

    fn arm(&mut self, node: NodeId, peer: NodeId) {
        self.wire.arm_session(&self.nodes[node.index()], peer);
        self.tell_sent();
    }

    fn local(&self, node: NodeId) -> LocalTime {
        self.nodes[node.index()].clock.local(self.wire.now)
    }

    /// A hold on a letter ends; if it was the last one and nobody got the message, it is lost.
    fn let_go(&mut self, from: NodeId, to: NodeId, letter: u32, why: Dropped) {
        if let Some(parcel) = self.wire.sessions().letters.let_go(letter) {
            let message = self.wire.unpack(parcel);
            self.lose(from, to, message, why);
        }
    }

    /// A member was paused; with `machine`, its kernel stands still too.
    pub(super) fn sessions_paused(&mut self, i: usize, machine: bool) {
        if A::TRANSPORT == Transport::Session {
            self.wire.sessions().frozen[i] |= machine;
        }
    }

    /// A member resumed, or its clock changed: its deadlines come at other times now.
    pub(super) fn rearm_sessions(&mut self, i: usize) {
        if A::TRANSPORT != Transport::Session {
            return;
        }
        if self.nodes[i].power == Power::Running {
            self.wire.sessions().frozen[i] = false;
        }
        for peer in self.peers(i) {
            self.arm(NodeId(i as u16), peer);
        }
    }

    fn peers(&self, i: usize) -> impl Iterator<Item = NodeId> + use<A> {
        (0..self.nodes.len()).filter(move |peer| *peer != i).map(|peer| NodeId(peer as u16))
    }
}
