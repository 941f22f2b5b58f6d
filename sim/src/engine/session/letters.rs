//! Messages on their way through sessions, and what their sender's kernel knows of each. A letter is here once, however many
//! copies of it travel: the sender keeps it until it is acknowledged, every packet that carries it holds it, and so does the
//! receiver until it is its turn. The message itself lies with the other parcels of the queue.

use std::ops::{Index, IndexMut};

use crate::algorithm::NodeId;
use crate::engine::keys::LETTER;
use crate::time::{LocalTime, Span};

pub struct Letter {
    pub from: NodeId,
    pub to: NodeId,
    holders: u32,
    /// Where the message lies; `None` once the receiver has it.
    parcel: Option<u32>,
    pub generation: u64,
    /// Within the generation and direction.
    pub number: u64,
    /// By the sender's clock: sent first then …
    pub sent: LocalTime,
    /// … sent again then …
    pub due: LocalTime,
    /// … and after twice this once more.
    pub interval: Span,
}

impl Letter {
    /// Held once, by its sender, and not answered.
    #[inline(always)]
    pub fn new(from: NodeId, to: NodeId, (generation, number): (u64, u64), sent: LocalTime, again: Span, parcel: u32) -> Letter {
        let (due, parcel) = (sent + again, Some(parcel));
        Letter { from, to, holders: 1, parcel, generation, number, sent, due, interval: again }
    }

    /// Its message was handed to the receiver's process.
    #[inline(always)]
    pub fn is_read(&self) -> bool {
        self.parcel.is_none()
    }
}

pub struct Letters {
    letters: Vec<Letter>,
    free: Vec<u32>,
}

impl Letters {
    pub fn new() -> Letters {
        Letters { letters: Vec::new(), free: Vec::new() }
    }

    #[inline(always)]
    pub fn insert(&mut self, letter: Letter) -> u32 {
        if let Some(place) = self.free.pop() {
            self.letters[place as usize] = letter;
            return place;
        }
        let place = self.letters.len() as u32;
        assert!(place < LETTER, "more than {LETTER} messages are in sessions at once");
        self.letters.push(letter);
        place
    }

    #[inline(always)]
    pub fn hold(&mut self, place: u32) {
        self.letters[place as usize].holders += 1;
    }

    /// Where the message lies, for its receiver, who holds the letter; nobody gets it twice.
    #[inline(always)]
    pub fn open(&mut self, place: u32) -> u32 {
        let parcel = self.letters[place as usize].parcel.take().expect("a letter is opened once");
        self.let_go(place);
        parcel
    }

    /// One holder fewer. `Some`: it was the last, and nobody has taken the message from there.
    #[inline(always)]
    pub fn let_go(&mut self, place: u32) -> Option<u32> {
        let letter = &mut self.letters[place as usize];
        letter.holders -= 1;
        if letter.holders > 0 {
            return None;
        }
        self.free.push(place);
        letter.parcel.take()
    }
}

impl Index<u32> for Letters {
    type Output = Letter;
    #[inline(always)]
    fn index(&self, place: u32) -> &Letter {
        &self.letters[place as usize]
    }
}

impl IndexMut<u32> for Letters {
    #[inline(always)]
    fn index_mut(&mut self, place: u32) -> &mut Letter {
        &mut self.letters[place as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_either_read_once_or_lost_once_however_many_copies_travelled() {
        let letter = |number, parcel| Letter::new(NodeId(0), NodeId(1), (1, number), LocalTime(0), Span(1), parcel);
        let mut letters = Letters::new();
        let read = letters.insert(letter(0, 17));
        letters.hold(read);
        letters.hold(read);
        assert_eq!(letters.open(read), 17);
        assert_eq!(letters.let_go(read), None);
        assert_eq!(letters.let_go(read), None);
        let lost = letters.insert(letter(1, 18));
        assert_eq!((lost, letters[lost].number), (read, 1), "a place is used again");
        letters.hold(lost);
        assert_eq!(letters.let_go(lost), None);
        assert_eq!(letters.let_go(lost), Some(18));
    }
}
