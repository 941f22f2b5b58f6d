//! What survives a crash, and the writes that change it.

use sim::{Encode, Encoder, Entry, Epoch, List};

use super::messages::{Zxid, encode_entries};
use super::votes::Newness;

/// The history and the two epochs (ZooKeeper's files `acceptedEpoch` and `currentEpoch` beside its log). Election rounds and
/// votes are volatile.
#[derive(Clone, Default, Debug)]
pub struct Stable {
    /// The newest epoch that a prospective leader proposed and this member agreed to.
    pub accepted: u64,
    /// The newest epoch whose leader's history this member took over. Never above `accepted`.
    pub current: u64,
    /// In order of zxids.
    pub history: Vec<Entry>,
}

impl Stable {
    /// The zxid of the last entry; zero for none.
    pub(super) fn last(&self) -> Zxid {
        self.history.last().map_or(Epoch::default(), |entry| entry.epoch)
    }

    pub(super) fn length(&self) -> u64 {
        self.history.len() as u64
    }

    pub(super) fn newness(&self) -> Newness {
        Newness { epoch: self.current, last: self.last() }
    }

    /// How many entries have a zxid of at most this.
    pub(super) fn up_to(&self, zxid: Zxid) -> usize {
        self.history.partition_point(|entry| entry.epoch <= zxid)
    }
}

/// A change of [`Stable`].
#[derive(Clone, Debug)]
pub enum Write {
    /// `acceptedEpoch`.
    Accepted { epoch: u64 },
    /// `currentEpoch`.
    Current { epoch: u64 },
    /// One more entry, at this position from 0.
    Append { position: u64, entry: Entry },
    /// Keep the first `keep` entries, drop the rest, and go on with all but the first `skip` of these.
    Splice { keep: u64, skip: u64, entries: Option<List<Entry>> },
}

impl sim::Durable for Stable {
    type Write = Write;

    fn apply(&mut self, write: &Write) {
        match write {
            Write::Accepted { epoch } => self.accepted = *epoch,
            Write::Current { epoch } => self.current = *epoch,
            Write::Append { position, entry } => {
                debug_assert_eq!(*position, self.length(), "entries are appended one after the other");
                self.history.push(*entry);
            }
            Write::Splice { keep, skip, entries } => {
                debug_assert!(*keep <= self.length(), "there is no gap in a history");
                self.history.truncate(*keep as usize);
                if let Some(entries) = entries {
                    self.history.extend_from_slice(&entries[*skip as usize..]);
                }
            }
        }
    }

    fn rewrites(write: &Write) -> Option<usize> {
        match write {
            Write::Append { position, .. } => Some(*position as usize),
            Write::Splice { keep, .. } => Some(*keep as usize),
            Write::Accepted { .. } | Write::Current { .. } => None,
        }
    }

    fn fall_back(&mut self, disk: &Stable, from: Option<usize>) {
        let Stable { accepted, current, ref history } = *disk;
        (self.accepted, self.current) = (accepted, current);
        if let Some(from) = from {
            let same = from.min(history.len());
            self.history.truncate(same);
            self.history.extend_from_slice(&history[same..]);
        }
    }
}

impl Encode for Write {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Write::Accepted { epoch } => to.words([0, *epoch]),
            Write::Current { epoch } => to.words([1, *epoch]),
            Write::Append { position, entry } => {
                to.words([2, *position]);
                encode_entries(std::slice::from_ref(entry), to);
            }
            Write::Splice { keep, skip, entries } => {
                let entries: &[Entry] = entries.as_deref().unwrap_or(&[]);
                to.words([3, *keep, *skip, entries.len() as u64]);
                encode_entries(entries, to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim::Durable;

    fn history(zxids: &[(u64, u64)]) -> Vec<Entry> {
        zxids.iter().map(|&(epoch, counter)| Entry { epoch: Epoch(epoch, counter), item: None }).collect()
    }

    #[test]
    fn after_lost_writes_the_image_is_what_the_disk_holds() {
        let lost: [&[Write]; 3] = [
            &[Write::Append { position: 3, entry: history(&[(1, 4)])[0] }],
            &[Write::Splice { keep: 1, skip: 1, entries: Some(history(&[(1, 1), (2, 1), (2, 2)]).into()) }],
            &[Write::Accepted { epoch: 7 }, Write::Splice { keep: 0, skip: 0, entries: None }, Write::Current { epoch: 7 }],
        ];
        for writes in lost {
            let disk = Stable { accepted: 2, current: 1, history: history(&[(1, 1), (1, 2), (1, 3)]) };
            let mut image = disk.clone();
            for write in writes {
                image.apply(write);
            }
            image.fall_back(&disk, writes.iter().filter_map(Stable::rewrites).min());
            assert_eq!(format!("{image:?}"), format!("{disk:?}"), "{writes:?}");
        }
    }

    #[test]
    fn a_zxid_says_how_many_entries_come_up_to_it_whether_it_is_there_or_not() {
        let stable = Stable { history: history(&[(1, 1), (1, 2), (3, 1)]), ..Stable::default() };
        for (zxid, count) in [((0, 0), 0), ((1, 0), 0), ((1, 1), 1), ((1, 9), 2), ((2, 5), 2), ((3, 1), 3), ((9, 0), 3)] {
            assert_eq!(stable.up_to(Epoch(zxid.0, zxid.1)), count, "{zxid:?}");
        }
    }
}
