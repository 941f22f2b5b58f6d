//! What survives a crash, and the writes that change it.

use sim::{Encode, Encoder, Entry, List, NodeId};

use super::messages::encode_entries;

/// Term, vote and log (dissertation, section 3.8), and how much of the log was known to be committed, which is a help after
/// a restart and nothing that safety needs.
#[derive(Clone, Default, Debug)]
pub struct Stable {
    pub term: u64,
    /// For whom this member voted in `term`.
    pub vote: Option<NodeId>,
    pub commit: u64,
    pub log: Vec<Entry>,
}

impl Stable {
    pub(super) fn last_index(&self) -> u64 {
        self.log.len() as u64
    }

    pub(super) fn last_term(&self) -> u64 {
        self.log.last().map_or(0, |entry| entry.epoch.0)
    }

    /// The term of the entry at this index; 0 at the empty beginning, `None` beyond the end.
    #[inline(always)]
    pub(super) fn term_at(&self, index: u64) -> Option<u64> {
        match index.checked_sub(1) {
            None => Some(0),
            Some(position) => self.log.get(position as usize).map(|entry| entry.epoch.0),
        }
    }
}

/// A change of [`Stable`].
#[derive(Clone, Debug)]
pub enum Write {
    /// Term and vote in one write: hashicorp/raft #661 tells what two writes lead to.
    Ballot { term: u64, vote: Option<NodeId> },
    /// One more entry, which becomes number `index`.
    Append { index: u64, entry: Entry },
    /// Keep the first `keep` entries, drop the rest, and go on with all but the first `skip` of these.
    Splice { keep: u64, skip: u64, entries: List<Entry> },
    /// So many entries are committed.
    Commit { index: u64 },
}

impl sim::Durable for Stable {
    type Write = Write;

    fn apply(&mut self, write: &Write) {
        match write {
            Write::Ballot { term, vote } => (self.term, self.vote) = (*term, *vote),
            Write::Append { index, entry } => {
                debug_assert_eq!(*index, self.last_index() + 1, "entries are appended one after the other");
                sim::make_room(&mut self.log);
                self.log.push(*entry);
            }
            Write::Splice { keep, skip, entries } => {
                debug_assert!(*keep <= self.last_index(), "there is no gap in a log");
                sim::make_room(&mut self.log);
                self.log.truncate(*keep as usize);
                self.log.extend_from_slice(&entries[*skip as usize..]);
            }
            Write::Commit { index } => self.commit = *index,
        }
    }

    fn fall_back(&mut self, disk: &Stable, from: Option<usize>) {
        let Stable { term, vote, commit, ref log } = *disk;
        (self.term, self.vote, self.commit) = (term, vote, commit);
        if let Some(from) = from {
            let same = from.min(log.len());
            self.log.truncate(same);
            self.log.extend_from_slice(&log[same..]);
        }
    }

    fn rewrites(write: &Write) -> Option<usize> {
        match write {
            Write::Append { index, .. } => Some(*index as usize - 1),
            Write::Splice { keep, .. } => Some(*keep as usize),
            Write::Ballot { .. } | Write::Commit { .. } => None,
        }
    }
}

impl Encode for Write {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Write::Ballot { term, vote } => {
                to.words([0, *term, vote.map_or(0, |candidate| u64::from(candidate.0) + 1)]);
            }
            Write::Append { index, entry } => {
                to.words([1, *index]);
                encode_entries(std::slice::from_ref(entry), to);
            }
            Write::Splice { keep, skip, entries } => {
                to.words([2, *keep, *skip, entries.len() as u64]);
                encode_entries(entries, to);
            }
            Write::Commit { index } => to.words([3, *index]),
        }
    }
}

#[cfg(test)]
impl Stable {
    /// A disk whose log has entries of these terms.
    pub(super) fn holding(terms: &[u64]) -> Stable {
        let log = terms.iter().map(|&term| Entry { epoch: sim::Epoch(term, 0), item: None }).collect();
        Stable { term: terms.last().copied().unwrap_or(0), log, ..Stable::default() }
    }

    pub(super) fn terms(&self) -> Vec<u64> {
        self.log.iter().map(|entry| entry.epoch.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim::Durable;

    #[test]
    fn after_lost_writes_the_image_is_what_the_disk_holds() {
        let lost: [&[Write]; 4] = [
            &[Write::Commit { index: 2 }],
            &[Write::Append { index: 4, entry: Stable::holding(&[9]).log[0] }],
            &[Write::Splice { keep: 1, skip: 0, entries: Stable::holding(&[2, 2, 2]).log.into() }],
            &[Write::Splice { keep: 0, skip: 0, entries: Vec::new().into() }, Write::Ballot { term: 9, vote: Some(NodeId(4)) }],
        ];
        for writes in lost {
            let disk = Stable { term: 3, vote: Some(NodeId(1)), ..Stable::holding(&[1, 1, 3]) };
            let mut image = disk.clone();
            for write in writes {
                image.apply(write);
            }
            image.fall_back(&disk, writes.iter().filter_map(Stable::rewrites).min());
            assert_eq!(format!("{image:?}"), format!("{disk:?}"), "{writes:?}");
        }
    }

    #[test]
    fn a_splice_keeps_what_agrees_and_replaces_the_rest() {
        let entries: List<Entry> = Stable::holding(&[2, 3, 3]).log.into();
        for (before, keep, skip, after) in
            [(&[1u64, 1, 1][..], 1u64, 0u64, &[1u64, 2, 3, 3][..]), (&[1, 2, 2], 2, 1, &[1, 2, 3, 3]), (&[], 0, 0, &[2, 3, 3])]
        {
            let mut stable = Stable::holding(before);
            let write = Write::Splice { keep, skip, entries: entries.clone() };
            stable.apply(&write);
            assert_eq!(stable.terms(), after);
            assert_eq!(Stable::rewrites(&write), Some(keep as usize), "what was kept has not changed");
        }
    }
}
