//! What checkers may see: a member's view of itself, what its messages assert, and which facts there are.

use std::fmt::Debug;

use super::{Epoch, NodeId};
use crate::time::{LocalTime, WallTime};

/// What a member takes itself for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Role {
    /// Neither leads nor stands.
    Follower = 0,
    /// Asks whether it would win, before it stands.
    PreCandidate = 1,
    /// Stands for election.
    Candidate = 2,
    /// Leads, as far as it knows; its [`Authority`] says until when it would act.
    Leader = 3,
}

impl Role {
    /// In words: `pre-candidate`.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Follower => "follower",
            Role::PreCandidate => "pre-candidate",
            Role::Candidate => "candidate",
            Role::Leader => "leader",
        }
    }
}

/// Until when the node would act as leader if asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Authority {
    /// It would not act.
    None,
    /// A leader that checks nothing when asked (plain Raft; client-go, which stops when its own timer *runs*, so that a
    /// pause prolongs it).
    UntilItSays,
    /// Ends by itself when the node's monotonic clock reads this, whether the node runs or not.
    Until(LocalTime),
    /// The same by its wall clock.
    UntilWall(WallTime),
}

/// All that common checkers see of a node's mind. Six plain words inside, so that building and comparing one, which happens
/// after every event, takes a few instructions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    epoch: Epoch,
    until: u64,
    token: u64,
    committed: u64,
    /// Role in the lowest byte, kind of authority in the next, whether there is a token in the third, leader in the upper half.
    small: u64,
}

const NO_LEADER: u64 = 0xffff_ffff;
const AUTHORITY: u32 = 8;
const TOKEN: u32 = 16;
const LEADER: u32 = 32;

impl Observation {
    /// Without a known leader, without authority, without a token, nothing committed.
    #[inline(always)]
    pub const fn new(role: Role, epoch: Epoch) -> Observation {
        Observation { epoch, until: 0, token: 0, committed: 0, small: role as u64 | NO_LEADER << LEADER }
    }

    /// Whom it takes for the leader, itself included.
    #[inline(always)]
    pub const fn with_leader(mut self, leader: Option<NodeId>) -> Observation {
        let leader = match leader {
            Some(node) => node.0 as u64,
            None => NO_LEADER,
        };
        self.small = self.small & 0xffff_ffff | leader << LEADER;
        self
    }

    /// Until when it would act as leader if asked. A tenure lasts as long as there is authority, in one epoch.
    #[inline(always)]
    pub const fn with_authority(mut self, authority: Authority) -> Observation {
        let (kind, until) = match authority {
            Authority::None => (0, 0),
            Authority::UntilItSays => (1, 0),
            Authority::Until(at) => (2, at.0),
            Authority::UntilWall(at) => (3, at.0),
        };
        self.small = self.small & !(0xff << AUTHORITY) | kind << AUTHORITY;
        self.until = until;
        self
    }

    /// The fencing token it would send, if it has an ordered one.
    #[inline(always)]
    pub const fn with_token(mut self, token: Option<u64>) -> Observation {
        let (has, token) = match token {
            Some(token) => (1, token),
            None => (0, 0),
        };
        self.small = self.small & !(0xff << TOKEN) | has << TOKEN;
        self.token = token;
        self
    }

    /// How many entries of [`Algorithm::history`](super::Algorithm::history) it calls committed.
    #[inline(always)]
    pub const fn with_committed(mut self, committed: u64) -> Observation {
        self.committed = committed;
        self
    }

    /// What it takes itself for.
    pub const fn role(&self) -> Role {
        match self.small & 0xff {
            0 => Role::Follower,
            1 => Role::PreCandidate,
            2 => Role::Candidate,
            _ => Role::Leader,
        }
    }
    /// The reign in which it takes part.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }
    /// Whom it takes for the leader, itself included; `None`: nobody.
    pub const fn leader(&self) -> Option<NodeId> {
        match self.small >> LEADER {
            NO_LEADER => None,
            node => Some(NodeId(node as u16)),
        }
    }
    /// Until when it would act as leader if asked.
    pub const fn authority(&self) -> Authority {
        match self.small >> AUTHORITY & 0xff {
            0 => Authority::None,
            1 => Authority::UntilItSays,
            2 => Authority::Until(LocalTime(self.until)),
            _ => Authority::UntilWall(WallTime(self.until)),
        }
    }
    /// The fencing token that it would send; `None`: it has none that is ordered.
    pub const fn token(&self) -> Option<u64> {
        if self.small >> TOKEN & 0xff == 1 { Some(self.token) } else { None }
    }
    /// How many entries of [`Algorithm::history`](super::Algorithm::history) it calls committed, counted from the first.
    pub const fn committed(&self) -> u64 {
        self.committed
    }

    /// Whether anything differs, without branches.
    #[inline(always)]
    pub(crate) const fn differs(&self, other: &Observation) -> bool {
        (self.epoch.0 ^ other.epoch.0)
            | (self.epoch.1 ^ other.epoch.1)
            | (self.until ^ other.until)
            | (self.token ^ other.token)
            | (self.committed ^ other.committed)
            | (self.small ^ other.small)
            != 0
    }
}

impl Debug for Observation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observation")
            .field("role", &self.role())
            .field("epoch", &self.epoch)
            .field("leader", &self.leader())
            .field("authority", &self.authority())
            .field("token", &self.token())
            .field("committed", &self.committed)
            .finish()
    }
}

/// What a message claims about its sender's past, judged when it departs.
#[derive(Clone, Copy, Default, Debug)]
pub struct Asserts {
    /// The sender has been in this epoch (zero: it says nothing about that, as a pre-vote does).
    pub epoch: Epoch,
    /// The sender voted, in this epoch, for this node.
    pub vote: Option<(Epoch, NodeId)>,
}

/// Which facts an algorithm offers to the common checkers; what it lacks makes an invariant *not applicable*.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Facts {
    /// Leaders have epochs, and one epoch has one leader.
    pub epochs: bool,
    /// [`Asserts::vote`] is filled.
    pub votes: bool,
    /// [`Algorithm::history`](super::Algorithm::history) is a replicated log, and items are acknowledged through it.
    pub history: bool,
    /// It writes durable state and says by [`Algorithm::backed`](super::Algorithm::backed) which message needs it.
    pub durable: bool,
    /// Authority rests on a lease or a lock, which the record of a service shows.
    pub leases: bool,
}
