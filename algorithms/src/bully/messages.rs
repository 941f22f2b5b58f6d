//! What members of a Bully cluster say to each other, what they write down, and what they wait for.

use sim::{Asserts, Durable, Encode, Encoder, Epoch, LocalTime, Message as SimMessage, NodeId};

/// A group under one coordinator. Its name has two halves, of which one is zero: the epoch with `quorum-and-epoch`; without,
/// a reading of the coordinator's clock, which is nothing but a number that this coordinator has not used before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Group {
    pub epoch: u64,
    pub number: u64,
}

/// What one who is there says of itself. The paper asks no more than whether it is there; the rest matters with quorums.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bearing {
    /// It coordinates a group.
    pub leads: bool,
    /// As far as it knows, it could lead.
    pub fit: bool,
    /// It would halt for the asker: it has no coordinator above the asker, or none that it hears.
    pub free: bool,
}

/// The paper calls procedures at other nodes and waits; here a call and its return are two messages. `epoch` is the epoch
/// that the sender has promised itself to (zero without `quorum-and-epoch`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Elsewhere called Election: are you up? `asked` numbers the questions of the sender.
    AreYouThere {
        asked: u64,
        epoch: u64,
    },
    /// Elsewhere called Answer or OK.
    Here {
        asked: u64,
        epoch: u64,
        bearing: Bearing,
    },
    /// Stop what you do and wait for me. With an epoch: and promise it to me.
    Halt {
        group: Group,
        candidate: NodeId,
    },
    /// `promised`: for this epoch, to this candidate and to no other.
    Halted {
        group: Group,
        candidate: NodeId,
        promised: bool,
    },
    /// A Halt or a coordinator of an epoch that is over.
    Refused {
        epoch: u64,
    },
    /// Elsewhere called Coordinator: I have won among those who halted.
    NewCoordinator {
        group: Group,
    },
    Accepted {
        group: Group,
    },
    /// The group works.
    Ready {
        group: Group,
    },
    /// From a coordinator to everybody. `sent`, by its clock, comes back with the answer.
    AreYouNormal {
        group: Group,
        sent: LocalTime,
    },
    /// Yes, and in your group.
    Normal {
        group: Group,
        sent: LocalTime,
    },
    /// No, or not in your group.
    Disturbed {
        epoch: u64,
    },
}

impl Message {
    /// The epoch in which the sender is.
    fn epoch(&self) -> u64 {
        match self {
            Message::AreYouThere { epoch, .. }
            | Message::Here { epoch, .. }
            | Message::Refused { epoch }
            | Message::Disturbed { epoch } => *epoch,
            Message::Halt { group, .. }
            | Message::Halted { group, .. }
            | Message::NewCoordinator { group }
            | Message::Accepted { group }
            | Message::Ready { group }
            | Message::AreYouNormal { group, .. }
            | Message::Normal { group, .. } => group.epoch,
        }
    }

    /// A candidate is the first to promise itself its epoch.
    pub(super) fn asserts(&self) -> Asserts {
        let vote = match *self {
            Message::Halt { group, candidate } | Message::Halted { group, candidate, promised: true } if group.epoch > 0 => {
                Some((Epoch(group.epoch, 0), candidate))
            }
            _ => None,
        };
        Asserts { epoch: Epoch(self.epoch(), 0), vote }
    }

    /// Whether everything that it asserts is on the disk. (Of an epoch that the disk has left behind, it no longer knows
    /// whom it was promised to.)
    pub(super) fn backed(&self, disk: &Promised) -> bool {
        let asserts = self.asserts();
        let vote_is_there = |(epoch, candidate): (Epoch, NodeId)| epoch.0 < disk.epoch || disk.to == Some(candidate);
        asserts.epoch.0 <= disk.epoch && asserts.vote.is_none_or(vote_is_there)
    }
}

impl SimMessage for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::AreYouThere { .. } => "AreYouThere",
            Message::Here { .. } => "Here",
            Message::Halt { .. } => "Halt",
            Message::Halted { .. } => "Halted",
            Message::Refused { .. } => "Refused",
            Message::NewCoordinator { .. } => "NewCoordinator",
            Message::Accepted { .. } => "Accepted",
            Message::Ready { .. } => "Ready",
            Message::AreYouNormal { .. } => "AreYouNormal",
            Message::Normal { .. } => "Normal",
            Message::Disturbed { .. } => "Disturbed",
        }
    }
}

impl Encode for Message {
    #[inline]
    fn encode(&self, to: &mut Encoder) {
        match *self {
            Message::AreYouThere { asked, epoch } => to.words([1, asked, epoch]),
            Message::Here { asked, epoch, bearing: Bearing { leads, fit, free } } => {
                to.words([2 | u64::from(leads) << 8 | u64::from(fit) << 9 | u64::from(free) << 10, asked, epoch]);
            }
            Message::Halt { group, candidate } => to.words([3 | u64::from(candidate.0) << 16, group.epoch, group.number]),
            Message::Halted { group, candidate, promised } => {
                to.words([4 | u64::from(promised) << 8 | u64::from(candidate.0) << 16, group.epoch, group.number]);
            }
            Message::Refused { epoch } => to.words([5, epoch]),
            Message::NewCoordinator { group } => to.words([6, group.epoch, group.number]),
            Message::Accepted { group } => to.words([7, group.epoch, group.number]),
            Message::Ready { group } => to.words([8, group.epoch, group.number]),
            Message::AreYouNormal { group, sent } => to.words([9, group.epoch, group.number, sent.0]),
            Message::Normal { group, sent } => to.words([10, group.epoch, group.number, sent.0]),
            Message::Disturbed { epoch } => to.words([11, epoch]),
        }
    }
}

/// What survives a crash, with `quorum-and-epoch`: the newest epoch and the one candidate that it is promised to. Without, it
/// is never written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promised {
    pub epoch: u64,
    pub to: Option<NodeId>,
}

/// A promise, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    pub epoch: u64,
    pub to: NodeId,
}

impl Durable for Promised {
    type Write = Promise;

    fn apply(&mut self, write: &Promise) {
        *self = Promised { epoch: write.epoch, to: Some(write.to) };
    }
}

impl Encode for Promise {
    fn encode(&self, to: &mut Encoder) {
        to.words([self.epoch, u64::from(self.to.0)]);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Timer {
    /// The answers to the last question should be here.
    Answer = 1,
    /// Whoever was to take over should have.
    Coordinator = 2,
    /// The coordinator has not asked for too long.
    Silence = 3,
    /// As coordinator: ask everybody whether they are normal.
    Ping = 4,
    /// As coordinator: would a majority still answer?
    StepDown = 5,
}

impl Encode for Timer {
    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}
