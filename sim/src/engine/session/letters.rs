//! Messages on their way through sessions. A message lies here once, however many copies of it travel: the sender keeps it
//! until it is acknowledged, every packet that carries it holds it, and so does the receiver until it is its turn.

use crate::algorithm::NodeId;

/// Whose a letter is, and its number within the generation and direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Address {
    pub from: NodeId,
    pub to: NodeId,
    pub generation: u64,
    pub number: u64,
}

struct Letter<M> {
    address: Address,
    /// `None` once the receiver has it.
    message: Option<M>,
    holders: u32,
}

pub struct Letters<M> {
    letters: Vec<Letter<M>>,
    free: Vec<u32>,
}

impl<M> Letters<M> {
    pub fn new() -> Letters<M> {
        Letters { letters: Vec::new(), free: Vec::new() }
    }

    /// Held once, by its sender.
    pub fn insert(&mut self, address: Address, message: M) -> u32 {
        if let Some(place) = self.free.pop() {
            let letter = &mut self.letters[place as usize];
            (letter.address, letter.holders) = (address, 1);
            letter.message = Some(message);
            return place;
        }
        self.letters.push(Letter { address, message: Some(message), holders: 1 });
        (self.letters.len() - 1) as u32
    }

    pub fn address(&self, place: u32) -> Address {
        self.letters[place as usize].address
    }

    pub fn hold(&mut self, place: u32) {
        self.letters[place as usize].holders += 1;
    }

    /// The message itself, for its receiver, who holds the letter; nobody gets it twice.
    pub fn open(&mut self, place: u32) -> M {
        let message = self.letters[place as usize].message.take().expect("a letter is opened once");
        self.let_go(place);
        message
    }

    /// One holder fewer. `Some`: it was the last, and nobody has read the message.
    pub fn let_go(&mut self, place: u32) -> Option<M> {
        let letter = &mut self.letters[place as usize];
        letter.holders -= 1;
        if letter.holders > 0 {
            return None;
        }
        self.free.push(place);
        letter.message.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_either_read_once_or_lost_once_however_many_copies_travelled() {
        let address = Address { from: NodeId(0), to: NodeId(1), generation: 1, number: 0 };
        let mut letters = Letters::new();
        let read = letters.insert(address, "read");
        letters.hold(read);
        letters.hold(read);
        assert_eq!(letters.open(read), "read");
        assert_eq!(letters.let_go(read), None);
        assert_eq!(letters.let_go(read), None);
        let lost = letters.insert(Address { number: 1, ..address }, "lost");
        assert_eq!((lost, letters.address(lost).number), (read, 1), "a place is used again");
        letters.hold(lost);
        assert_eq!(letters.let_go(lost), None);
        assert_eq!(letters.let_go(lost), Some("lost"));
    }
}
