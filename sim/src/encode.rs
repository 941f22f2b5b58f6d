//! The bytes of a fingerprint: explicit little-endian words into a buffer that feeds XXH3-128, a hash that is specified and
//! the same on every platform. No `Hash` derive: its bytes are nobody's promise.

use twox_hash::xxhash3_128::Hasher;

use crate::algorithm::{Epoch, NodeId};

/// Bytes that are collected before the hash is fed.
const BUFFER: usize = 4096;

/// Collects words. One bounds check a group.
pub struct Encoder {
    buffer: Box<[u8; BUFFER]>,
    filled: usize,
    hash: Hasher,
}

impl Default for Encoder {
    fn default() -> Encoder {
        Encoder { buffer: Box::new([0; BUFFER]), filled: 0, hash: Hasher::new() }
    }
}

impl Encoder {
    /// Adds words, each as eight bytes, the least significant first; at most 512 at once.
    #[inline(always)]
    pub fn words<const N: usize>(&mut self, words: [u64; N]) {
        const { assert!(N * 8 <= BUFFER) };
        let at = if self.filled > BUFFER - N * 8 { self.feed() } else { self.filled };
        let bytes = &mut self.buffer[at..at + N * 8];
        for (eight, word) in bytes.chunks_exact_mut(8).zip(words) {
            eight.copy_from_slice(&word.to_le_bytes());
        }
        self.filled = at + N * 8;
    }

    /// Empties the buffer. Where it goes on is the answer too, in a form that the compiler sees through.
    #[inline(always)]
    fn feed(&mut self) -> usize {
        self.empty();
        0
    }

    #[inline(never)]
    fn empty(&mut self) {
        self.hash.write(&self.buffer[..self.filled]);
        self.filled = 0;
    }

    /// The hash of all words so far.
    pub fn fingerprint(&mut self) -> u128 {
        self.empty();
        self.hash.finish_128()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.filled = 0;
        self.hash = Hasher::new();
    }
}

/// Something that goes into a fingerprint. `encode` must be injective: two messages that differ give different words.
pub trait Encode {
    /// Adds this value.
    fn encode(&self, to: &mut Encoder);
}

/// The timer of a member that has only one.
impl Encode for () {
    fn encode(&self, to: &mut Encoder) {
        to.words([0]);
    }
}

impl Encode for u64 {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self]);
    }
}

impl Encode for bool {
    fn encode(&self, to: &mut Encoder) {
        to.words([u64::from(*self)]);
    }
}

impl Encode for NodeId {
    fn encode(&self, to: &mut Encoder) {
        to.words([u64::from(self.0)]);
    }
}

impl Encode for Epoch {
    fn encode(&self, to: &mut Encoder) {
        to.words([self.0, self.1]);
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, to: &mut Encoder) {
        to.words([u64::from(self.is_some())]);
        self.iter().for_each(|value| value.encode(to));
    }
}

/// Messages as they are written down: an enum whose variants have named fields or none, with the traits that the engine asks of it.
/// A message goes into the fingerprint with the number of its variant, from 1, and all its fields, so that none can be forgotten;
/// its kind is the name of the variant. Fields are copied: a message with a list in it is written by hand.
///
/// ```
/// use sim::{Epoch, Message as _, NodeId, messages};
///
/// messages! {
///     /// What members say to each other.
///     pub enum Message {
///         /// Will you vote for me?
///         RequestVote { epoch: Epoch },
///         /// Yes, for this one.
///         Vote { epoch: Epoch, candidate: NodeId },
///         /// Is anybody there?
///         Hello,
///     }
/// }
/// assert_eq!(Message::Vote { epoch: Epoch(1, 0), candidate: NodeId(2) }.kind(), "Vote");
/// ```
#[macro_export]
macro_rules! messages {
    ($(#[$about:meta])* $seen_by:vis enum $name:ident {
        $($(#[$says:meta])* $kind:ident $({ $($(#[$means:meta])* $field:ident: $of:ty),+ $(,)? })?),+ $(,)?
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        $seen_by enum $name {
            $($(#[$says])* $kind $({ $($(#[$means])* $field: $of),+ })?),+
        }

        impl $crate::Message for $name {
            fn kind(&self) -> &'static str {
                match self {
                    $($name::$kind { .. } => stringify!($kind)),+
                }
            }
        }

        impl $crate::Encode for $name {
            fn encode(&self, to: &mut $crate::Encoder) {
                /// The variants without their fields: they can be numbered.
                enum Number {
                    BeforeTheFirst,
                    $($kind),+
                }
                let _ = Number::BeforeTheFirst;
                match self {
                    $($name::$kind $({ $($field),+ })? => {
                        to.words([Number::$kind as u64]);
                        $($($crate::Encode::encode($field, to);)+)?
                    })+
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Message as _;

    messages! {
        /// Of every shape.
        enum Said {
            Nothing,
            This { epoch: Epoch, vote: Option<NodeId> },
            That { epoch: Epoch, vote: Option<NodeId> },
            Much { number: u64, sure: bool, },
        }
    }

    #[test]
    fn no_two_messages_give_the_same_words_and_each_is_called_by_its_name() {
        let mut all = vec![Said::Nothing];
        for epoch in [Epoch(0, 0), Epoch(0, 1), Epoch(1, 0)] {
            for vote in [None, Some(NodeId(0)), Some(NodeId(1))] {
                all.extend([Said::This { epoch, vote }, Said::That { epoch, vote }]);
            }
        }
        for sure in [false, true] {
            all.extend([0, 1].map(|number| Said::Much { number, sure }));
        }
        let fingerprint = |said: &Said| {
            let mut to = Encoder::default();
            said.encode(&mut to);
            to.fingerprint()
        };
        let different: BTreeSet<u128> = all.iter().map(fingerprint).collect();
        assert_eq!(different.len(), all.len());
        let (mut macro_wrote, mut by_hand) = (Encoder::default(), Encoder::default());
        Said::That { epoch: Epoch(7, 8), vote: Some(NodeId(9)) }.encode(&mut macro_wrote);
        by_hand.words([3, 7, 8, 1, 9]);
        assert_eq!(macro_wrote.fingerprint(), by_hand.fingerprint());
        assert_eq!([all[0].kind(), all[1].kind(), all[2].kind()], ["Nothing", "This", "That"]);
    }

    #[test]
    fn the_fingerprint_is_the_hash_of_the_little_endian_bytes_however_they_were_grouped() {
        let mut one = Encoder::default();
        let mut two = Encoder::default();
        let mut bytes = Vec::new();
        for i in 0..5_000u64 {
            one.words([i, !i]);
            two.words([i]);
            two.words([!i]);
            bytes.extend_from_slice(&i.to_le_bytes());
            bytes.extend_from_slice(&(!i).to_le_bytes());
        }
        assert_eq!(one.fingerprint(), two.fingerprint());
        assert_eq!(one.fingerprint(), Hasher::oneshot(&bytes));
    }
}
