//! The order of what is going to happen: one integer each, the nearest in a short sorted list, the rest in a binary heap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Time;

/// Time in the upper 64 bits, sequence number in the next 36, place in a slab in the lowest 28.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Key(pub u128);

const PLACE_BITS: u32 = 28;
pub(super) const SEQUENCE_BITS: u32 = 36;
/// Set in the place of a job, clear in that of a parcel.
pub(super) const JOB: u32 = 1 << (PLACE_BITS - 1);
/// Set in the place of a letter, which lies elsewhere.
pub(in crate::engine) const LETTER: u32 = 1 << (PLACE_BITS - 2);

impl Key {
    pub const NEVER: Key = Key(u128::MAX);

    #[inline(always)]
    pub const fn time(self) -> Time {
        Time((self.0 >> 64) as u64)
    }

    #[inline(always)]
    pub(super) const fn new(at: Time, sequence: u64, place: u32) -> Key {
        Key((at.0 as u128) << 64 | ((sequence << PLACE_BITS) | place as u64) as u128)
    }

    #[inline(always)]
    pub(super) const fn place(self) -> u32 {
        (self.0 as u32) & ((1 << PLACE_BITS) - 1)
    }
}

/// So many of the earliest keys are kept sorted. Few messages are under way at once in a small cluster, and a short list is
/// cheaper than a heap.
const NEAR: usize = SLOTS - 1;
/// Room for them and for what is later than all: a power of two, so that a mask keeps any index inside.
const SLOTS: usize = 32;

/// The keys: none in the list is later than any in the heap, and the heap is empty while the list is.
pub(super) struct Keys {
    /// Latest first, so that the earliest is at `count`. The first is no key of anything: later than all, it is what an empty
    /// list begins with, and where a search among the others ends.
    near: [Key; SLOTS],
    count: usize,
    /// How many may be in the list before the heap has to be looked at: none, as long as there is something in it.
    room: usize,
    far: BinaryHeap<Reverse<Key>>,
}

impl Keys {
    pub fn new() -> Keys {
        Keys { near: [Key::NEVER; SLOTS], count: 0, room: NEAR, far: BinaryHeap::new() }
    }

    #[inline(always)]
    pub fn push(&mut self, key: Key) {
        if self.count >= self.room {
            self.push_far(key);
        } else {
            self.insert(key);
        }
    }

    #[inline(always)]
    fn insert(&mut self, key: Key) {
        let mut place = self.count;
        loop {
            let later = self.near[place & (SLOTS - 1)];
            if later > key {
                break;
            }
            self.near[(place + 1) & (SLOTS - 1)] = later;
            place -= 1;
        }
        self.near[(place + 1) & (SLOTS - 1)] = key;
        self.count += 1;
    }

    #[inline(never)]
    fn push_far(&mut self, key: Key) {
        if key > self.near[1] {
            self.far.push(Reverse(key));
            self.room = 0;
            return;
        }
        if self.count == NEAR {
            self.far.push(Reverse(self.near[1]));
            self.room = 0;
            self.near.copy_within(2.., 1);
            self.count -= 1;
        }
        self.insert(key);
    }

    #[inline(always)]
    pub fn earliest(&self) -> Key {
        self.near[self.count & (SLOTS - 1)]
    }

    #[inline(always)]
    pub fn pop(&mut self) {
        self.count -= 1;
        if self.count == self.room {
            self.refill();
        }
    }

    /// Takes half a list from the heap.
    #[inline(never)]
    fn refill(&mut self) {
        while self.count < NEAR / 2
            && let Some(Reverse(key)) = self.far.pop()
        {
            self.count += 1;
            self.near[self.count] = key;
        }
        self.near[1..=self.count].reverse();
        self.room = if self.far.is_empty() { NEAR } else { 0 };
    }
}
