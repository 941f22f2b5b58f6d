//! Lists that travel in messages. Whoever sends them keeps a [`Shelf`], and what came back empty-handed is lent again: a list
//! costs an allocation only while more of them are on their way than ever before.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// A list that several messages and writes may hold at once. One word wide.
pub struct List<T>(Rc<Vec<T>>);

impl<T> Clone for List<T> {
    fn clone(&self) -> List<T> {
        List(Rc::clone(&self.0))
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> List<T> {
        List(Rc::new(items))
    }
}

/// The lists of one sender, oldest first from `next` on.
pub struct Shelf<T> {
    lists: Vec<List<T>>,
    next: usize,
}

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf { lists: Vec::new(), next: 0 }
    }
}

impl<T> fmt::Debug for Shelf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelf({})", self.lists.len())
    }
}

/// Lists that a shelf looks at before it makes another. Lists come back about in the order in which they left, save for a few
/// that a slow disk or a slow link holds.
const LOOKED_AT: usize = 4;

impl<T: Clone> Shelf<T> {
    /// A list of these, in the place of one that nobody holds any more.
    pub fn list(&mut self, items: &[T]) -> List<T> {
        let count = self.lists.len();
        for _ in 0..LOOKED_AT.min(count) {
            let place = self.next;
            self.next = (place + 1) % count;
            if let Some(room) = Rc::get_mut(&mut self.lists[place].0) {
                room.clear();
                room.extend_from_slice(items);
                return self.lists[place].clone();
            }
        }
        let list = List::from(items.to_vec());
        self.lists.push(list.clone());
        list
    }
}

/// Room that a list which grows all through a run begins with.
const FIRST_ROOM: usize = 64;

/// Appends one to a list that is going to be long: the small steps by which a list grows at first are left out.
#[inline]
pub(crate) fn append<T>(list: &mut Vec<T>, item: T) {
    make_room(list);
    list.push(item);
}

/// The same for many: makes the first room for a list that is going to be long.
#[inline]
pub fn make_room<T>(list: &mut Vec<T>) {
    if list.capacity() == 0 {
        list.reserve(FIRST_ROOM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_came_back_is_lent_again_and_one_that_is_held_is_not() {
        let mut shelf = Shelf::default();
        let held = shelf.list(&[1, 2]);
        for round in 0..100 {
            let list = shelf.list(&[round]);
            assert_eq!(&list[..], [round]);
        }
        assert_eq!(&held[..], [1, 2]);
        assert_eq!(shelf.lists.len(), 2);
    }

    #[test]
    fn a_shelf_grows_to_the_most_that_were_away_at_once() {
        let mut shelf = Shelf::default();
        for _ in 0..10 {
            let away: Vec<List<usize>> = (0..20).map(|i| shelf.list(&[i])).collect();
            assert!(away.iter().enumerate().all(|(i, list)| list[..] == [i]));
        }
        assert_eq!(shelf.lists.len(), 20);
    }
}
