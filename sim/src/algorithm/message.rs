//! What travels between members.

use std::fmt::Debug;

use super::{Encode, Encoder};

/// No value at all: the mutant, message or timer of an algorithm that has none. Its branches compile to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Never {}

impl Encode for Never {
    fn encode(&self, _to: &mut Encoder) {
        match *self {}
    }
}

/// A message between members. At most 64 bytes, no `Vec` inside: a list travels as `Option<List<T>>`, so that a heartbeat
/// owns nothing.
pub trait Message: Clone + Debug + Encode + 'static {
    /// Its name in the field's words, for traces: `RequestVote`.
    fn kind(&self) -> &'static str;
}
