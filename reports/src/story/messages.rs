//! Which arrival belongs to which departure. An observer is told of both, and of messages that are dropped, but messages have no
//! numbers: what is the same on the same link is matched first come, first served.

use std::collections::BTreeMap;

use sim::observer::Dropped;
use sim::{NodeId, Time};

use super::{Fate, Message};

/// Of more messages than this a collector only counts how many there were: no picture shows them.
pub const MOST_WATCHED: usize = 200_000;
/// So long may be what a message says, in bytes; a log that is sent whole would fill the picture by itself.
const LONGEST: usize = 400;
/// A copy that the network made arrives soon after its original: so many arrivals of a link are looked through for it.
const RECENT: usize = 16;

/// Messages so far, and those that are still on their way.
#[derive(Default)]
pub struct Letters {
    all: Vec<Message>,
    links: BTreeMap<(NodeId, NodeId), Link>,
    uncounted: u64,
    /// The place of what happens now among all that happens.
    pub order: u64,
}

#[derive(Default)]
struct Link {
    /// In the order in which they were sent.
    underway: Vec<usize>,
    arrived: Vec<usize>,
}

impl Letters {
    pub fn sent(&mut self, at: Time, from: NodeId, to: NodeId, kind: &'static str, content: String) {
        if from == to {
            // What a member tells itself is on no network.
            return;
        }
        if self.all.len() >= MOST_WATCHED {
            self.uncounted += 1;
            return;
        }
        self.links.entry((from, to)).or_default().underway.push(self.all.len());
        let content = Some(shortened(content));
        let (from, to) = (from.index(), to.index());
        self.all.push(Message { from, to, sent: at, ended: at, fate: Fate::Underway, kind, content, left: self.order, heard: 0 });
    }

    pub fn delivered(&mut self, at: Time, from: NodeId, to: NodeId, kind: &'static str, content: String) {
        let content = Some(shortened(content));
        let Some(link) = self.links.get_mut(&(from, to)) else { return };
        let same = |all: &[Message], index: usize| all[index].kind == kind && all[index].content == content;
        let place = link.underway.iter().position(|&index| same(&self.all, index));
        let index = match place {
            Some(place) => link.underway.remove(place),
            None => {
                // The network made a copy of it.
                let Some(&original) = link.arrived.iter().rev().find(|&&index| same(&self.all, index)) else { return };
                self.all.push(self.all[original].clone());
                self.all.len() - 1
            }
        };
        link.arrived.push(index);
        if link.arrived.len() > RECENT {
            link.arrived.remove(0);
        }
        (self.all[index].ended, self.all[index].fate) = (at, Fate::Arrived);
        self.all[index].heard = self.order;
    }

    pub fn dropped(&mut self, at: Time, from: NodeId, to: NodeId, kind: &'static str, why: Dropped) {
        let Some(link) = self.links.get_mut(&(from, to)) else { return };
        let is_kind = |&index: &usize| self.all[index].kind == kind;
        // What never got onto the network is the last that was sent; what is lost at the other end, the first.
        let place = match why {
            Dropped::CutWhenSent | Dropped::Lost | Dropped::SessionDown => link.underway.iter().rposition(is_kind),
            Dropped::CutOnArrival | Dropped::ReceiverDown | Dropped::StaleSession => link.underway.iter().position(is_kind),
        };
        if let Some(place) = place {
            let index = link.underway.remove(place);
            (self.all[index].ended, self.all[index].fate) = (at, Fate::Dropped(why));
        }
    }

    /// All messages in the order in which they were sent, and how many more there were.
    pub fn finish(mut self, end: Time) -> (Vec<Message>, u64) {
        for message in self.all.iter_mut().filter(|message| message.fate == Fate::Underway) {
            message.ended = end;
        }
        self.all.sort_by_key(|message| message.sent);
        (self.all, self.uncounted)
    }
}

fn shortened(mut content: String) -> String {
    if content.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|&at| content.is_char_boundary(at)).unwrap_or(0);
        content.truncate(end);
        content.push('…');
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    const N1: NodeId = NodeId(0);
    const N2: NodeId = NodeId(1);

    fn say(letters: &mut Letters, at: u64, what: &str) {
        letters.sent(Time(at), N1, N2, "Ping", String::from(what));
    }

    fn hear(letters: &mut Letters, at: u64, what: &str) {
        letters.delivered(Time(at), N1, N2, "Ping", String::from(what));
    }

    fn told(letters: Letters) -> Vec<(u64, u64, Fate)> {
        let (all, uncounted) = letters.finish(Time(99));
        assert_eq!(uncounted, 0);
        all.iter().map(|message| (message.sent.0, message.ended.0, message.fate)).collect()
    }

    #[test]
    fn a_message_that_is_overtaken_is_still_itself() {
        let mut letters = Letters::default();
        say(&mut letters, 1, "a");
        say(&mut letters, 2, "b");
        hear(&mut letters, 3, "b");
        hear(&mut letters, 7, "a");
        assert_eq!(told(letters), [(1, 7, Fate::Arrived), (2, 3, Fate::Arrived)]);
    }

    #[test]
    fn a_copy_has_a_line_of_its_own_from_where_the_original_was_sent() {
        let mut letters = Letters::default();
        say(&mut letters, 1, "a");
        hear(&mut letters, 3, "a");
        hear(&mut letters, 5, "a");
        assert_eq!(told(letters), [(1, 3, Fate::Arrived), (1, 5, Fate::Arrived)]);
    }

    #[test]
    fn what_is_cut_when_sent_is_the_last_and_what_is_cut_on_arrival_the_first() {
        let mut letters = Letters::default();
        say(&mut letters, 1, "a");
        say(&mut letters, 2, "b");
        letters.dropped(Time(2), N1, N2, "Ping", Dropped::CutWhenSent);
        letters.dropped(Time(4), N1, N2, "Ping", Dropped::CutOnArrival);
        say(&mut letters, 5, "c");
        let expected =
            [(1, 4, Fate::Dropped(Dropped::CutOnArrival)), (2, 2, Fate::Dropped(Dropped::CutWhenSent)), (5, 99, Fate::Underway)];
        assert_eq!(told(letters), expected);
    }

    #[test]
    fn what_a_member_tells_itself_and_what_fills_pages_is_not_kept() {
        let mut letters = Letters::default();
        letters.sent(Time(1), N1, N1, "Done", String::from("x"));
        say(&mut letters, 2, &"é".repeat(LONGEST));
        let (all, _) = letters.finish(Time(9));
        assert_eq!(all.len(), 1);
        let content = all[0].content.as_ref().expect("it has one");
        assert!(content.len() <= LONGEST + 3 && content.ends_with('…'), "{}", content.len());
    }
}
