//! What is going to happen, in order of (time, sequence number): a key for each, and two slabs that hold what the keys point
//! to, so that nothing is allocated per event in steady state. What travels in a session lies with the sessions, and only its
//! place is here.

use crate::algorithm::NodeId;
use crate::engine::keys::{JOB, Key, Keys, LETTER, SEQUENCE_BITS};
use crate::time::Time;

/// Values with a place of their own; freed places are used again.
struct Slab<T> {
    values: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    fn insert(&mut self, value: T) -> u32 {
        if let Some(place) = self.free.pop() {
            // The place is empty: there is nothing to drop, and the compiler need not look.
            std::mem::forget(self.values[place as usize].replace(value));
            return place;
        }
        let place = self.values.len() as u32;
        assert!(place < LETTER, "more than {LETTER} events are planned at once");
        self.values.push(Some(value));
        place
    }

    fn take(&mut self, place: u32) -> T {
        self.free.push(place);
        self.values[place as usize].take().expect("a key in the heap points to a value")
    }
}

/// A message on its way. It stays here until its receiver takes it: each move on the way would cost as much as handling it.
struct Parcel<M> {
    from: NodeId,
    to: NodeId,
    /// While this place is free: the place that was free before it.
    next_free: u32,
    message: Option<M>,
}

/// No place at all.
const NOWHERE: u32 = u32::MAX;

/// What a popped key stands for.
pub enum Due<J> {
    /// From, to, and where the message lies.
    Message(NodeId, NodeId, u32),
    /// Where it lies among the letters of sessions.
    Letter(u32),
    Job(J),
}

/// `M`: messages, the many; `J`: everything else, the few.
pub struct Queue<M, J> {
    keys: Keys,
    sequence: u64,
    parcels: Vec<Parcel<M>>,
    /// The place that was freed last.
    free: u32,
    jobs: Slab<J>,
}

impl<M, J> Queue<M, J> {
    pub fn new() -> Queue<M, J> {
        Queue {
            keys: Keys::new(),
            sequence: 0,
            parcels: Vec::with_capacity(64),
            free: NOWHERE,
            jobs: Slab { values: Vec::new(), free: Vec::new() },
        }
    }

    #[inline(always)]
    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        debug_assert!(self.sequence < 1 << SEQUENCE_BITS);
        self.sequence
    }

    /// A key for something that is kept elsewhere (a timer), in the same order.
    #[inline(always)]
    pub fn key(&mut self, at: Time) -> Key {
        Key::new(at, self.next_sequence(), 0)
    }

    #[inline(always)]
    pub fn post(&mut self, at: Time, from: NodeId, to: NodeId, message: M) {
        let place = self.put_down(from, to, message);
        let key = Key::new(at, self.next_sequence(), place);
        self.keys.push(key);
    }

    /// A message that comes by another way lies here until it is picked up.
    #[inline(always)]
    pub fn put_down(&mut self, from: NodeId, to: NodeId, message: M) -> u32 {
        let place = self.free;
        let Some(parcel) = self.parcels.get_mut(place as usize) else { return self.grow(from, to, message) };
        self.free = parcel.next_free;
        (parcel.from, parcel.to) = (from, to);
        // The place is empty: there is nothing to drop, and the compiler need not look.
        std::mem::forget(parcel.message.replace(message));
        place
    }

    #[inline(never)]
    fn grow(&mut self, from: NodeId, to: NodeId, message: M) -> u32 {
        let place = self.parcels.len() as u32;
        assert!(place < LETTER, "more than {LETTER} messages are on their way at once");
        self.parcels.push(Parcel { from, to, next_free: NOWHERE, message: Some(message) });
        place
    }

    #[inline(never)]
    pub fn schedule(&mut self, at: Time, job: J) {
        let place = self.jobs.insert(job);
        let key = Key::new(at, self.next_sequence(), place | JOB);
        self.keys.push(key);
    }

    /// A letter reaches the machine that it was sent to.
    #[inline(always)]
    pub fn carry(&mut self, at: Time, letter: u32) {
        let key = Key::new(at, self.next_sequence(), letter | LETTER);
        self.keys.push(key);
    }

    /// The key of what is next; [`Key::NEVER`] if there is nothing.
    #[inline(always)]
    pub fn next(&self) -> Key {
        self.keys.earliest()
    }

    /// Takes what is next out; a message is left lying until somebody takes it, before anything else is posted. Only when there
    /// is something.
    #[inline(always)]
    pub fn pop(&mut self) -> Due<J> {
        let key = self.keys.earliest();
        self.keys.pop();
        let place = key.place();
        if place >= LETTER {
            return if place & JOB != 0 { Due::Job(self.jobs.take(place & !JOB)) } else { Due::Letter(place & !LETTER) };
        }
        let parcel = &mut self.parcels[place as usize];
        (parcel.next_free, self.free) = (self.free, place);
        Due::Message(parcel.from, parcel.to, place)
    }

    /// The message that was popped, where it lies.
    #[inline(always)]
    pub fn lying(&self, place: u32) -> &M {
        self.parcels[place as usize].message.as_ref().expect("a message arrives")
    }

    /// The same, taken out. Once.
    #[inline(always)]
    pub fn take(&mut self, place: u32) -> Option<M> {
        self.parcels[place as usize].message.take()
    }

    /// A message that was put down is as if it had just been popped.
    #[inline(always)]
    pub fn pick_up(&mut self, place: u32) {
        let parcel = &mut self.parcels[place as usize];
        (parcel.next_free, self.free) = (self.free, place);
    }

    /// Lays down a message that came by another way, as if it had just been popped.
    #[inline(never)]
    pub fn lay(&mut self, from: NodeId, to: NodeId, message: M) -> u32 {
        let place = self.put_down(from, to, message);
        self.pick_up(place);
        place
    }
}

/// The earliest timer of every node, with the earliest of all tracked instead of searched for.
pub struct Deadlines {
    keys: Vec<Key>,
    earliest: Key,
    whose: usize,
    /// `earliest` is only a lower bound: its owner has moved on.
    stale: bool,
}

impl Deadlines {
    pub fn new(nodes: usize) -> Deadlines {
        Deadlines { keys: vec![Key::NEVER; nodes], earliest: Key::NEVER, whose: 0, stale: false }
    }

    #[inline(always)]
    pub fn set(&mut self, node: usize, key: Key) {
        self.keys[node] = key;
        if key < self.earliest {
            self.earliest = key;
            self.whose = node;
            self.stale = false;
        } else if node == self.whose {
            self.stale = true;
        }
    }

    /// The earliest timer and whose it is.
    #[inline(always)]
    pub fn earliest(&mut self) -> (Key, usize) {
        if self.stale {
            self.search();
        }
        (self.earliest, self.whose)
    }

    fn search(&mut self) {
        self.earliest = Key::NEVER;
        for (node, key) in self.keys.iter().enumerate() {
            if *key < self.earliest {
                self.earliest = *key;
                self.whose = node;
            }
        }
        self.stale = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_posted_for_the_same_time_comes_out_in_the_order_in_which_it_went_in() {
        let mut queue: Queue<u32, u32> = Queue::new();
        queue.post(Time(5), NodeId(0), NodeId(1), 1);
        queue.schedule(Time(5), 2);
        queue.carry(Time(5), 7);
        queue.post(Time(4), NodeId(0), NodeId(1), 3);
        let mut order = Vec::new();
        while queue.next() != Key::NEVER {
            order.push(match queue.pop() {
                Due::Message(_, _, place) => queue.take(place).unwrap(),
                Due::Letter(place) => 100 * place,
                Due::Job(j) => 10 * j,
            });
        }
        assert_eq!(order, [3, 1, 20, 700]);
    }

    #[test]
    fn however_many_are_planned_they_come_out_sorted() {
        let mut queue: Queue<u64, u32> = Queue::new();
        let mut word = 1u64;
        let mut planned = std::collections::BTreeSet::new();
        for step in 0..50_000u64 {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Ebb and flow, so that list and heap both fill and run dry.
            let flood = step / 500 % 2 == 0;
            if word >> 62 == 0 || (flood && word >> 62 != 3) {
                let at = word >> 48;
                queue.post(Time(at), NodeId(0), NodeId(1), step);
                planned.insert((at, step));
            } else if let Some(first) = planned.pop_first() {
                assert_eq!(queue.next().time(), Time(first.0));
                let Due::Message(_, _, place) = queue.pop() else { panic!("no job was planned") };
                assert_eq!(queue.take(place), Some(first.1));
            }
        }
    }

    #[test]
    fn the_tracked_deadline_is_the_one_that_a_search_finds() {
        let mut deadlines = Deadlines::new(7);
        let mut plain = [Key::NEVER; 7];
        let mut word = 1u64;
        for step in 0..10_000u64 {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let node = (word >> 33) as usize % 7;
            let key = if word >> 60 == 0 { Key::NEVER } else { Key::new(Time(word >> 40), step, 0) };
            plain[node] = key;
            deadlines.set(node, key);
            if word & 3 == 0 {
                assert_eq!(deadlines.earliest().0, *plain.iter().min().unwrap());
            }
        }
    }
}
