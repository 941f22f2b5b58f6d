//! What members ask a lock service, and what it answers.

use sim::{Encode, Encoder, List, Message, NodeId, Span};

/// Counts the changes of a store, from 1; the revision of a change is its number.
pub type Revision = u64;

/// A process that stands for election. A new process of the same member is somebody else, as where the identity ends with a
/// random number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    pub node: NodeId,
    /// No other process of this member has the same.
    pub process: u64,
}

/// The one object that is compared and swapped, with the fields of a Kubernetes Lease that decide anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// `None`: released.
    pub holder: Option<Identity>,
    /// For how long after it last saw a change a challenger leaves the holder alone, in whole seconds.
    pub seconds: u32,
    /// How often the holder has changed.
    pub transitions: u32,
    /// By the holder's wall clock, in whole seconds.
    pub renewed: u64,
}

impl Record {
    /// What names the grant that this record makes: how often the holder had changed before, and to whom. (Without
    /// compare-and-swap, two may have counted the same change.)
    pub fn grant(&self) -> Option<u64> {
        self.holder.map(|holder| (u64::from(self.transitions) + 1) << 16 | u64::from(holder.node.0))
    }
}

/// A key that lives as long as its session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    /// The revision at which it was created, which names it: no other key ever has the same.
    pub created: Revision,
    /// To which session it belongs.
    pub session: u64,
    /// Whatever its creator wants to know it by.
    pub tag: u64,
    /// Who created it.
    pub holder: NodeId,
}

/// What must be true of the record for a swap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// Nothing: a blind write.
    Anything,
    /// That there is none.
    Nothing,
    /// That it was last changed at this revision.
    Revision(Revision),
}

/// A question; `asked` comes back with the answer.
#[derive(Clone, Debug)]
pub enum Ask {
    /// The record, please.
    Read { asked: u64 },
    /// Put this in the place of the record, if what is expected holds.
    Swap { asked: u64, expected: Expected, record: Record },
    /// The same, to give up the grant that the asker takes for its own.
    Release { asked: u64, expected: Revision, transitions: u32, renewed: u64, own: u64 },
    /// Open a session.
    Open { asked: u64, ttl: Span },
    /// Let this session live on.
    KeepAlive { asked: u64, session: u64 },
    /// End this session, and with it its keys; `own`: the grant that the asker gives up by it.
    Close { asked: u64, session: u64, own: u64 },
    /// Create a key under this session. `once`: or give back the one that it has.
    Create { asked: u64, session: u64, tag: u64, once: bool },
    /// Delete this key; it is also the grant that the asker gives up, if it holds one.
    Delete { asked: u64, key: Revision },
    /// Is this key there?
    Get { asked: u64, key: Revision },
    /// The newest key that is older than this one.
    Before { asked: u64, key: Revision },
    /// All keys, oldest first.
    Keys { asked: u64 },
    /// Is this key there? If it is, tell me when it is no more; if not, tell me that.
    Watch { asked: u64, key: Revision },
}

/// An answer, or a notice.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The record as it is now.
    Record { asked: u64, revision: Revision, record: Record },
    /// There is no record yet.
    NoRecord { asked: u64 },
    /// What was expected does not hold.
    Conflict { asked: u64 },
    /// The session lives for so long from now, by the clock of the service.
    Session { asked: u64, session: u64, ttl: Span },
    /// There is no such session (any more).
    NoSession { asked: u64, session: u64 },
    /// The key that was asked for.
    Key { asked: u64, key: Key },
    /// There is none.
    NoKey { asked: u64 },
    /// All keys, oldest first; `None`: there are none.
    Keys { asked: u64, keys: Option<List<Key>> },
    /// What was to go is gone.
    Done { asked: u64 },
    /// A notice: a key that was watched is no more.
    Gone { key: Revision },
}

impl Message for Ask {
    fn kind(&self) -> &'static str {
        match self {
            Ask::Read { .. } => "Read",
            Ask::Swap { .. } => "Swap",
            Ask::Release { .. } => "Release",
            Ask::Open { .. } => "Open",
            Ask::KeepAlive { .. } => "KeepAlive",
            Ask::Close { .. } => "Close",
            Ask::Create { .. } => "Create",
            Ask::Delete { .. } => "Delete",
            Ask::Get { .. } => "Get",
            Ask::Before { .. } => "Before",
            Ask::Keys { .. } => "ListKeys",
            Ask::Watch { .. } => "Watch",
        }
    }
}

impl Message for Answer {
    fn kind(&self) -> &'static str {
        match self {
            Answer::Record { .. } => "Record",
            Answer::NoRecord { .. } => "NoRecord",
            Answer::Conflict { .. } => "Conflict",
            Answer::Session { .. } => "Session",
            Answer::NoSession { .. } => "NoSession",
            Answer::Key { .. } => "Key",
            Answer::NoKey { .. } => "NoKey",
            Answer::Keys { .. } => "Keys",
            Answer::Done { .. } => "Done",
            Answer::Gone { .. } => "Gone",
        }
    }
}

impl Encode for Record {
    fn encode(&self, to: &mut Encoder) {
        let (node, process) = self.holder.map_or((u64::MAX, 0), |holder| (u64::from(holder.node.0), holder.process));
        to.words([node, process, u64::from(self.seconds) << 32 | u64::from(self.transitions), self.renewed]);
    }
}

impl Encode for Key {
    fn encode(&self, to: &mut Encoder) {
        to.words([self.created, self.session, self.tag, u64::from(self.holder.0)]);
    }
}

impl Encode for Ask {
    fn encode(&self, to: &mut Encoder) {
        match *self {
            Ask::Read { asked } => to.words([1, asked]),
            Ask::Swap { asked, expected, record } => {
                let (kind, revision) = match expected {
                    Expected::Anything => (0, 0),
                    Expected::Nothing => (1, 0),
                    Expected::Revision(revision) => (2, revision),
                };
                to.words([2 | kind << 8, asked, revision]);
                record.encode(to);
            }
            Ask::Release { asked, expected, transitions, renewed, own } => {
                to.words([3 | u64::from(transitions) << 8, asked, expected, renewed, own]);
            }
            Ask::Open { asked, ttl } => to.words([4, asked, ttl.0]),
            Ask::KeepAlive { asked, session } => to.words([5, asked, session]),
            Ask::Close { asked, session, own } => to.words([6, asked, session, own]),
            Ask::Create { asked, session, tag, once } => to.words([7 | u64::from(once) << 8, asked, session, tag]),
            Ask::Delete { asked, key } => to.words([8, asked, key]),
            Ask::Get { asked, key } => to.words([9, asked, key]),
            Ask::Before { asked, key } => to.words([10, asked, key]),
            Ask::Keys { asked } => to.words([11, asked]),
            Ask::Watch { asked, key } => to.words([12, asked, key]),
        }
    }
}

impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Answer::Record { asked, revision, record } => {
                to.words([1, *asked, *revision]);
                record.encode(to);
            }
            Answer::NoRecord { asked } => to.words([2, *asked]),
            Answer::Conflict { asked } => to.words([3, *asked]),
            Answer::Session { asked, session, ttl } => to.words([4, *asked, *session, ttl.0]),
            Answer::NoSession { asked, session } => to.words([5, *asked, *session]),
            Answer::Key { asked, key } => {
                to.words([6, *asked]);
                key.encode(to);
            }
            Answer::NoKey { asked } => to.words([7, *asked]),
            Answer::Keys { asked, keys } => {
                let keys = keys.as_deref().unwrap_or_default();
                to.words([8, *asked, keys.len() as u64]);
                keys.iter().for_each(|key| key.encode(to));
            }
            Answer::Done { asked } => to.words([9, *asked]),
            Answer::Gone { key } => to.words([10, *key]),
        }
    }
}
