//! What members say to each other.

use hustings::sim::{self, Encode, Encoder, NodeId};

/// Each carries its sender's term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Message {
    /// Will you vote for me?
    RequestVote { term: u64 },
    /// Yes. The candidate is named, because a vote says for whom it is.
    Vote { term: u64, candidate: NodeId },
    /// I lead.
    Heartbeat { term: u64 },
    /// I have heard you.
    Here { term: u64 },
}

impl sim::Message for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::RequestVote { .. } => "RequestVote",
            Message::Vote { .. } => "Vote",
            Message::Heartbeat { .. } => "Heartbeat",
            Message::Here { .. } => "Here",
        }
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut Encoder) {
        match *self {
            Message::RequestVote { term } => to.words([1, term]),
            Message::Vote { term, candidate } => to.words([2, term, u64::from(candidate.0)]),
            Message::Heartbeat { term } => to.words([3, term]),
            Message::Here { term } => to.words([4, term]),
        }
    }
}

impl Message {
    /// In which its sender was.
    pub const fn term(&self) -> u64 {
        match *self {
            Message::RequestVote { term } | Message::Vote { term, .. } | Message::Heartbeat { term } | Message::Here { term } => {
                term
            }
        }
    }
}
