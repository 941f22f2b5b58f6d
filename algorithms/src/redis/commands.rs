//! What clients ask of a Redis master, and what it answers.

use sim::{Encode, Encoder, Message, Span};

/// A command, as far as locks use it. `number` is the client's, and comes back with the answer: a client that has given an
/// answer up closes its connection, and does not take the late answer for that of its next command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// `SET lock value NX PX ttl`; without a time to live, `SETNX lock value`.
    Set {
        value: u64,
        number: u64,
        ttl: Option<Span>,
        /// Followed by `WAIT 1`: answer when the replica has it.
        wait: bool,
    },
    /// A script: if the key holds this value, `PEXPIRE lock ttl`.
    Extend { value: u64, number: u64, ttl: Span, wait: bool },
    /// `PEXPIRE lock ttl`, whosever it is.
    Expire { ttl: Span },
    /// A script: if the key holds this value, `DEL lock`.
    CompareAndDelete { value: u64 },
    /// `DEL lock`, whosever it is. The value is not sent: it says what the client takes for its own.
    Delete { value: u64 },
    /// `CONFIG SET appendonly yes` or `no`.
    ConfigSet { append_only: bool },
}

/// What a master answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To [`Ask::Set`]: the key was free, and is yours now.
    Set { number: u64, done: bool },
    /// To [`Ask::Extend`]: the key is yours still.
    Extended { number: u64, done: bool },
}

impl Message for Ask {
    fn kind(&self) -> &'static str {
        match self {
            Ask::Set { ttl: Some(_), .. } => "Set",
            Ask::Set { ttl: None, .. } => "SetNx",
            Ask::Extend { .. } => "Extend",
            Ask::Expire { .. } => "Expire",
            Ask::CompareAndDelete { .. } => "CompareAndDelete",
            Ask::Delete { .. } => "Delete",
            Ask::ConfigSet { .. } => "ConfigSet",
        }
    }
}

impl Message for Answer {
    fn kind(&self) -> &'static str {
        match self {
            Answer::Set { done: true, .. } => "Ok",
            Answer::Set { done: false, .. } => "Taken",
            Answer::Extended { done: true, .. } => "Extended",
            Answer::Extended { done: false, .. } => "NotYours",
        }
    }
}

impl Encode for Ask {
    fn encode(&self, to: &mut Encoder) {
        match *self {
            Ask::Set { value, number, ttl, wait } => {
                let forever = u64::from(ttl.is_none()) << 9;
                to.words([1 | u64::from(wait) << 8 | forever, value, number, ttl.unwrap_or(Span::ZERO).0]);
            }
            Ask::Extend { value, number, ttl, wait } => to.words([2 | u64::from(wait) << 8, value, number, ttl.0]),
            Ask::Expire { ttl } => to.words([3, ttl.0]),
            Ask::CompareAndDelete { value } => to.words([4, value]),
            // The value stays at home, but what is judged by it belongs to the run.
            Ask::Delete { value } => to.words([5, value]),
            Ask::ConfigSet { append_only } => to.words([6 | u64::from(append_only) << 8]),
        }
    }
}

impl Encode for Answer {
    fn encode(&self, to: &mut Encoder) {
        match *self {
            Answer::Set { number, done } => to.words([1 | u64::from(done) << 8, number]),
            Answer::Extended { number, done } => to.words([2 | u64::from(done) << 8, number]),
        }
    }
}
