//! What was called committed: LeaderCompleteness and CommittedNeverLost, for algorithms with a replicated log.
//!
//! One registry holds what was first called committed at each position. By member it is known up to where its log equals
//! the registry; only what lies beyond that is ever compared, and a rewrite below it moves it down. So nothing is compared
//! twice, and a long run costs no more an entry than a short one.

use crate::algorithm::{Entry, Epoch, Item, NodeId, Observation, Promise};
use crate::audit::effects::Effects;
use crate::audit::findings::Findings;
use crate::audit::log::words;
use crate::list::append;
use crate::time::Time;

pub(super) struct Committed {
    registry: Vec<Entry>,
    /// In which epoch each was first called committed: a leader of a later epoch must hold it; one of an earlier epoch, whom
    /// late votes bring to lead after that, need not.
    epochs: Vec<Epoch>,
    /// By member: its log equals the registry at least up to here.
    equal: Vec<usize>,
    /// By member: where it was last found to contradict the registry, so that this is told once.
    contradicts: Vec<Option<usize>>,
}

impl Committed {
    pub fn new(nodes: usize) -> Committed {
        Committed { registry: Vec::new(), epochs: Vec::new(), equal: vec![0; nodes], contradicts: vec![None; nodes] }
    }

    /// The log may have changed from this position on; so many entries of it had been called committed by this member.
    pub fn wrote(&mut self, findings: &mut Findings, at: Time, node: NodeId, from: usize, history: &[Entry], committed: u64) {
        let equal = self.equal[node.index()];
        let agrees = |position: &usize| history.get(*position) == Some(&self.registry[*position]);
        let still = (from..equal).take_while(agrees).count() + from.min(equal);
        self.equal[node.index()] = still;
        if still < equal && (still as u64) < committed {
            let lost = self.registry[still];
            findings.violated(Promise::CommittedNeverLost, at, &[node], || {
                format!("{node} dropped {} at position {}, which it had called committed", words(lost), still + 1)
            });
        }
    }

    /// A member came to lead: it must hold what was committed in earlier epochs.
    pub fn led(&mut self, findings: &mut Findings, at: Time, node: NodeId, epoch: Epoch, history: &[Entry]) {
        if self.epochs.first().is_some_and(|committed_in| *committed_in < epoch) {
            findings.exercised(Promise::LeaderCompleteness);
        }
        let mut position = self.equal[node.index()];
        while position < self.registry.len() && self.epochs[position] < epoch {
            let (entry, committed_in) = (self.registry[position], self.epochs[position]);
            if history.get(position) != Some(&entry) {
                findings.violated(Promise::LeaderCompleteness, at, &[node], || {
                    format!(
                        "{node} came to lead in epoch {epoch} without {} at position {}, committed in epoch {}",
                        words(entry),
                        position + 1,
                        committed_in
                    )
                });
                break;
            }
            position += 1;
        }
        self.equal[node.index()] = position;
    }

    /// A member calls more entries committed than before.
    pub fn claimed(
        &mut self,
        findings: &mut Findings,
        effects: &mut Effects,
        at: Time,
        node: NodeId,
        is: &Observation,
        history: &[Entry],
    ) {
        let claimed = is.committed() as usize;
        if claimed > history.len() {
            findings.violated(Promise::CommittedNeverLost, at, &[node], || {
                format!("{node} calls {claimed} entries committed and holds {}", history.len())
            });
        }
        let claimed = claimed.min(history.len());
        let mut met = false;
        let mut position = self.equal[node.index()];
        while position < claimed {
            match self.registry.get(position) {
                Some(entry) if *entry == history[position] => met = true,
                Some(_) => break,
                None => self.append(findings, effects, at, node, history[position], is.epoch()),
            }
            position += 1;
        }
        self.equal[node.index()] = position;
        if met || position < claimed {
            findings.exercised(Promise::CommittedNeverLost);
        }
        if position < claimed {
            self.contradicted(findings, effects, at, node, is, &history[..claimed], position);
        }
    }

    fn append(
        &mut self,
        findings: &mut Findings,
        effects: &mut Effects,
        at: Time,
        node: NodeId,
        entry: Entry,
        committed_in: Epoch,
    ) {
        if let Some(last) = self.registry.last().filter(|last| entry.epoch < last.epoch) {
            let (last, position) = (last.epoch, self.registry.len() + 1);
            findings.violated(Promise::CommittedNeverLost, at, &[node], || {
                format!(
                    "{node} called an entry of epoch {} committed at position {position}, after one of epoch {last}",
                    entry.epoch
                )
            });
        }
        effects.committed(findings, at, node, entry.epoch);
        append(&mut self.registry, entry);
        append(&mut self.epochs, committed_in);
    }

    /// Two histories exist. The registry follows the newer epoch from here on, as the members will after the heal.
    #[cold]
    #[inline(never)]
    #[allow(clippy::too_many_arguments)]
    fn contradicted(
        &mut self,
        findings: &mut Findings,
        effects: &mut Effects,
        at: Time,
        node: NodeId,
        is: &Observation,
        history: &[Entry],
        position: usize,
    ) {
        let (known, entry) = (self.registry[position], history[position]);
        if self.contradicts[node.index()].replace(position) != Some(position) {
            findings.violated(Promise::CommittedNeverLost, at, &[node], || {
                format!(
                    "{node} called {} of epoch {} committed at position {}, where {} of epoch {} had been",
                    words(entry),
                    entry.epoch,
                    position + 1,
                    words(known),
                    known.epoch
                )
            });
        }
        let newest = history[history.len() - 1].epoch;
        if entry.epoch > known.epoch {
            self.registry.truncate(position);
            self.registry.extend_from_slice(&history[position..]);
            self.epochs.truncate(position);
            self.epochs.resize(self.registry.len(), is.epoch());
            self.equal.iter_mut().for_each(|equal| *equal = (*equal).min(position));
            self.equal[node.index()] = history.len();
            effects.committed(findings, at, node, newest);
        } else if is.role() == crate::algorithm::Role::Leader {
            // Its followers will say the same; the effect is counted once, at the leader.
            effects.committed(findings, at, node, newest);
        }
    }

    /// How many entries are committed with this item, the newest of its number; `None`: it is not.
    pub fn version_with(&self, item: Item) -> Option<u64> {
        self.registry.iter().rposition(|entry| entry.item == Some(item)).map(|position| position as u64 + 1)
    }

    /// The items of the history that was kept, in order.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        self.registry.iter().filter_map(|entry| entry.item)
    }
}
