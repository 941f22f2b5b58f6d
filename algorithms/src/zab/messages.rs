//! What members say to each other, what each message claims about its sender, and the timers.
//!
//! One session a pair carries what ZooKeeper sends over two: the notifications of the election, and what passes between a
//! leader and a learner. Of the latter, every *connection* has a number, which the learner counts up: what is still on its way
//! from a connection that was closed is not heeded, as if its socket were closed.

use sim::{Asserts, Encode, Encoder, Entry, Epoch, List, NodeId};

use super::durable::Stable;
use super::votes::Vote;

/// (epoch, counter): the name of an entry. The counter begins at 1 in each epoch; zero stands for the empty beginning.
pub type Zxid = Epoch;

/// What a peer is doing, as notifications have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum PeerState {
    /// Elects.
    Looking = 0,
    /// Has decided to follow another.
    Following = 1,
    /// Has decided to lead, established or not.
    Leading = 2,
}

/// A vote on its way (Fast Leader Election).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Notification {
    pub vote: Vote,
    /// The sender's election round (`electionEpoch`, from its `logicalclock`).
    pub round: u64,
    pub state: PeerState,
}

/// The messages of one connection carry its number.
#[derive(Clone, Debug)]
pub enum Message {
    /// A vote.
    Notification(Notification),
    /// Learner: I follow you, and have agreed to this epoch before.
    FollowerInfo { connection: u32, accepted: u64 },
    /// "Connection refused": I do not lead.
    Refused { connection: u32 },
    /// Leader: let this be our epoch.
    LeaderInfo { connection: u32, epoch: u64 },
    /// Learner: agreed; this is how new I am. Without `current` (−1 on the wire): I agreed to that number before, perhaps for
    /// another leader, so do not count me.
    AckEpoch { connection: u32, leader: NodeId, epoch: u64, current: Option<u64>, last: Zxid },
    /// Leader: keep what you have up to this zxid, drop the rest, and go on with these (DIFF and TRUNC).
    Diff { connection: u32, epoch: u64, keep: Zxid, entries: Option<List<Entry>> },
    /// Leader: this is the whole history (SNAP).
    Snap { connection: u32, epoch: u64, entries: Option<List<Entry>> },
    /// Leader: that was my history; take it over as that of this epoch.
    NewLeader { connection: u32, epoch: u64 },
    /// Learner: taken over, on disk.
    AckLeader { connection: u32, epoch: u64 },
    /// Leader: a quorum has taken it over; all up to here is committed.
    UpToDate { connection: u32, epoch: u64, committed: Zxid },
    /// Leader: the next entry.
    Propose { connection: u32, entry: Entry },
    /// Learner: on disk, as is all before it.
    Ack { connection: u32, zxid: Zxid },
    /// Leader: a quorum has it.
    Commit { connection: u32, zxid: Zxid },
    /// Leader: are you there?
    Ping { connection: u32, epoch: u64 },
    /// Learner: yes.
    Pong { connection: u32, epoch: u64 },
    /// The sender has closed this connection.
    Close { connection: u32 },
}

impl sim::Message for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::Notification(_) => "Notification",
            Message::FollowerInfo { .. } => "FollowerInfo",
            Message::Refused { .. } => "ConnectionRefused",
            Message::LeaderInfo { .. } => "LeaderInfo",
            Message::AckEpoch { current: Some(_), .. } => "AckEpoch",
            Message::AckEpoch { current: None, .. } => "AckEpochAgain",
            Message::Diff { .. } => "Diff",
            Message::Snap { .. } => "Snap",
            Message::NewLeader { .. } => "NewLeader",
            Message::AckLeader { .. } => "AckNewLeader",
            Message::UpToDate { .. } => "UpToDate",
            Message::Propose { .. } => "Propose",
            Message::Ack { .. } => "Ack",
            Message::Commit { .. } => "Commit",
            Message::Ping { .. } => "Ping",
            Message::Pong { .. } => "Pong",
            Message::Close { .. } => "Close",
        }
    }
}

impl Message {
    /// What passes between leader and learner says which epoch the sender has agreed to; to agree for the first time is to
    /// vote. A notification says which epoch the *proposed* member took part in, and nothing of the sender.
    #[inline(always)]
    pub(super) fn asserts(&self) -> Asserts {
        let (epoch, vote) = match *self {
            Message::FollowerInfo { accepted, .. } => (accepted, None),
            Message::AckEpoch { epoch, leader, current: Some(_), .. } => (epoch, Some((Epoch(epoch, 0), leader))),
            Message::LeaderInfo { epoch, .. }
            | Message::AckEpoch { epoch, current: None, .. }
            | Message::Diff { epoch, .. }
            | Message::Snap { epoch, .. }
            | Message::NewLeader { epoch, .. }
            | Message::AckLeader { epoch, .. }
            | Message::UpToDate { epoch, .. }
            | Message::Ping { epoch, .. }
            | Message::Pong { epoch, .. } => (epoch, None),
            Message::Propose { entry, .. } => (entry.epoch.0, None),
            Message::Ack { zxid, .. } | Message::Commit { zxid, .. } => (zxid.0, None),
            Message::Notification(_) | Message::Refused { .. } | Message::Close { .. } => (0, None),
        };
        Asserts { epoch: Epoch(epoch, 0), vote }
    }

    /// Is all of it on this disk? A leader proposes before its own disk has the entry, and counts itself afterwards. A disk
    /// that has gone on to a later epoch has held everything that an earlier one needed.
    #[inline(always)]
    pub(super) fn backed(&self, disk: &Stable) -> bool {
        match *self {
            Message::AckEpoch { epoch, current, last, .. } => {
                let newness = disk.current > current.unwrap_or(0) || current.is_none() || disk.last() >= last;
                disk.accepted > epoch || disk.accepted == epoch && newness
            }
            // The history was written before the epoch.
            Message::AckLeader { epoch, .. } => disk.current >= epoch,
            Message::Ack { zxid, .. } => disk.current > zxid.0 || disk.last() >= zxid,
            _ => disk.accepted >= self.asserts().epoch.0,
        }
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut Encoder) {
        let head = |kind: u64, connection: u32| kind | u64::from(connection) << 32;
        match *self {
            Message::Notification(Notification { vote, round, state }) => {
                let leader = vote.leader.map_or(0, |leader| u64::from(leader.0) + 1);
                to.words([(state as u64) << 8 | leader << 16, vote.epoch, vote.zxid.0, vote.zxid.1, round]);
            }
            Message::FollowerInfo { connection, accepted } => to.words([head(1, connection), accepted]),
            Message::Refused { connection } => to.words([head(2, connection)]),
            Message::LeaderInfo { connection, epoch } => to.words([head(3, connection), epoch]),
            Message::AckEpoch { connection, leader, epoch, current, last } => {
                let which = u64::from(leader.0) << 8 | u64::from(current.is_some()) << 24;
                to.words([head(4, connection) | which, epoch, current.unwrap_or(0), last.0, last.1]);
            }
            Message::Diff { connection, epoch, keep, ref entries } => {
                to.words([head(5, connection), epoch, keep.0, keep.1]);
                encode_list(entries.as_ref(), to);
            }
            Message::Snap { connection, epoch, ref entries } => {
                to.words([head(6, connection), epoch]);
                encode_list(entries.as_ref(), to);
            }
            Message::NewLeader { connection, epoch } => to.words([head(7, connection), epoch]),
            Message::AckLeader { connection, epoch } => to.words([head(8, connection), epoch]),
            Message::UpToDate { connection, epoch, committed } => {
                to.words([head(9, connection), epoch, committed.0, committed.1]);
            }
            Message::Propose { connection, ref entry } => {
                to.words([head(10, connection)]);
                encode_entries(std::slice::from_ref(entry), to);
            }
            Message::Ack { connection, zxid } => to.words([head(11, connection), zxid.0, zxid.1]),
            Message::Commit { connection, zxid } => to.words([head(12, connection), zxid.0, zxid.1]),
            Message::Ping { connection, epoch } => to.words([head(13, connection), epoch]),
            Message::Pong { connection, epoch } => to.words([head(14, connection), epoch]),
            Message::Close { connection } => to.words([head(15, connection)]),
        }
    }
}

fn encode_list(entries: Option<&List<Entry>>, to: &mut Encoder) {
    let entries: &[Entry] = entries.map_or(&[], |entries| entries);
    to.words([entries.len() as u64]);
    encode_entries(entries, to);
}

/// Four words an entry.
#[inline(never)]
pub(super) fn encode_entries(entries: &[Entry], to: &mut Encoder) {
    for entry in entries {
        to.words([entry.epoch.0, entry.epoch.1, u64::from(entry.item.is_some()), entry.item.map_or(0, |item| item.0)]);
    }
}

/// What a member waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Looking: nobody has said anything; send the vote again.
    Silence,
    /// Looking: a quorum agrees, and nothing better has come.
    Finalize,
    /// Following: the leader has not said anything.
    Leader,
    /// Following: try again to reach the leader.
    Connect,
    /// Leading: discovery or synchronisation takes too long.
    Phase,
    /// Leading: half a tick has passed.
    HalfTick,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_fits_in_a_cache_line() {
        assert!(size_of::<Message>() <= 64, "{} bytes", size_of::<Message>());
    }

    #[test]
    fn agreeing_to_an_epoch_is_a_vote_only_the_first_time() {
        let ack = |current| Message::AckEpoch { connection: 1, leader: NodeId(2), epoch: 5, current, last: Epoch(4, 1) };
        assert_eq!(ack(Some(4)).asserts().vote, Some((Epoch(5, 0), NodeId(2))));
        assert_eq!(ack(None).asserts().vote, None);
    }

    #[test]
    fn what_is_acknowledged_is_backed_only_by_a_disk_that_holds_it_or_has_gone_on() {
        let entry = |zxid| Entry { epoch: zxid, item: None };
        let disk = |accepted, current, last| Stable { accepted, current, history: vec![entry(last)] };
        let ack = Message::Ack { connection: 1, zxid: Epoch(3, 7) };
        assert!(!ack.backed(&disk(3, 3, Epoch(3, 6))));
        assert!(ack.backed(&disk(3, 3, Epoch(3, 7))));
        assert!(ack.backed(&disk(4, 4, Epoch(3, 2))), "a later leader may have cut it off");
        let taken_over = Message::AckLeader { connection: 1, epoch: 3 };
        assert!(!taken_over.backed(&disk(3, 2, Epoch(2, 1))));
        assert!(taken_over.backed(&disk(3, 3, Epoch(2, 1))));
        let agreed = Message::AckEpoch { connection: 1, leader: NodeId(2), epoch: 5, current: Some(4), last: Epoch(4, 1) };
        assert!(!agreed.backed(&disk(4, 4, Epoch(4, 1))), "the epoch is not there");
        assert!(!agreed.backed(&disk(5, 4, Epoch(3, 9))), "the entry is not there");
        assert!(agreed.backed(&disk(5, 4, Epoch(4, 1))));
    }
}
