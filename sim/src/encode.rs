//! The bytes of a fingerprint: explicit little-endian words into a buffer that feeds XXH3-128, a hash that is specified and
//! the same on every platform. No `Hash` derive: its bytes are nobody's promise.

use twox_hash::xxhash3_128::Hasher;

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

#[cfg(test)]
mod tests {
    use super::*;

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
