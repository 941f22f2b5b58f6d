//! What logs are judged by while they are written: LogMatching, LeaderAppendOnly, CommitCurrentTermOnly. A write costs as
//! much as it is long, whatever the length of the log.

use crate::algorithm::{Entry, Epoch, NodeId, Observation, Promise, Role};
use crate::audit::findings::Findings;
use crate::list::{append, make_room};
use crate::time::Time;

/// The first entry that was seen at a position in an epoch.
#[derive(Clone, Copy, Debug)]
struct First {
    entry: Entry,
    /// Epoch of the entry before it.
    previous: Epoch,
    /// Place in `more` of what was seen here in another epoch, plus one; 0 for nothing.
    next: u32,
}

/// The epochs of one member's log, as runs: with LogMatching they say everything about its content.
#[derive(Clone, Debug, Default)]
struct Mirror {
    length: usize,
    /// (first position, epoch), rising in position.
    runs: Vec<(usize, Epoch)>,
}

impl Mirror {
    /// Of a position that the log has.
    fn epoch_at(&self, position: usize) -> Epoch {
        let run = self.runs.iter().rposition(|(from, _)| *from <= position);
        run.map_or(Epoch::default(), |run| self.runs[run].1)
    }

    /// From this position on the log is now what `history` says.
    fn replace(&mut self, from: usize, history: &[Entry]) {
        while self.runs.last().is_some_and(|(start, _)| *start >= from) {
            self.runs.pop();
        }
        for (position, entry) in history.iter().enumerate().skip(from) {
            if self.runs.last().is_none_or(|(_, epoch)| *epoch != entry.epoch) {
                append(&mut self.runs, (position, entry.epoch));
            }
        }
        self.length = history.len();
    }
}

/// A leader's log was changed where it must not be; whether it stepped down in the same step shows the observation after it.
#[derive(Clone, Copy, Debug)]
struct Suspicion {
    at: Time,
    node: NodeId,
    epoch: Epoch,
    position: usize,
}

pub(super) struct Log {
    /// By position; `None` where nothing has been seen.
    first: Vec<Option<First>>,
    /// What was seen at a position in further epochs.
    more: Vec<First>,
    mirrors: Vec<Mirror>,
    suspicion: Option<Suspicion>,
    /// Does the algorithm have the rule of CommitCurrentTermOnly? Where not, nothing is said of it.
    current_term_only: bool,
}

impl Log {
    pub fn new(nodes: usize, current_term_only: bool) -> Log {
        let mirrors = vec![Mirror::default(); nodes];
        Log { first: Vec::new(), more: Vec::new(), mirrors, suspicion: None, current_term_only }
    }

    pub fn wrote(&mut self, findings: &mut Findings, at: Time, node: NodeId, from: usize, history: &[Entry], seen: &Observation) {
        self.confirm(findings);
        if seen.role() == Role::Leader {
            findings.exercised(Promise::LeaderAppendOnly);
            let mirror = &self.mirrors[node.index()];
            let changed = (from..mirror.length)
                .find(|&position| history.get(position).is_none_or(|entry| entry.epoch != mirror.epoch_at(position)));
            self.suspicion = changed.map(|position| Suspicion { at, node, epoch: seen.epoch(), position });
        }
        self.holds(findings, at, node, from, history);
    }

    /// This is what the log holds from here on, by a write or by a restart that lost some.
    pub fn holds(&mut self, findings: &mut Findings, at: Time, node: NodeId, from: usize, history: &[Entry]) {
        // What was there before the first write has never been looked at.
        let from = from.min(self.mirrors[node.index()].length);
        self.mirrors[node.index()].replace(from, history);
        let mut met = false;
        for position in from..history.len() {
            let previous = if position == 0 { Epoch::default() } else { history[position - 1].epoch };
            met |= self.matches(findings, at, node, position, history[position], previous);
        }
        if met {
            findings.exercised(Promise::LogMatching);
        }
    }

    /// True if this position had been seen in this epoch before.
    fn matches(
        &mut self,
        findings: &mut Findings,
        at: Time,
        node: NodeId,
        position: usize,
        entry: Entry,
        previous: Epoch,
    ) -> bool {
        if self.first.len() <= position {
            make_room(&mut self.first);
            self.first.resize(position + 1, None);
        }
        let fresh = First { entry, previous, next: 0 };
        let Some(mut known) = self.first[position] else {
            self.first[position] = Some(fresh);
            return false;
        };
        let mut last: Option<usize> = None;
        while known.entry.epoch != entry.epoch {
            if known.next == 0 {
                self.more.push(fresh);
                let next = self.more.len() as u32;
                match last {
                    Some(place) => self.more[place].next = next,
                    None => self.first[position] = Some(First { next, ..known }),
                }
                return false;
            }
            let place = known.next as usize - 1;
            known = self.more[place];
            last = Some(place);
        }
        if known.entry.item != entry.item || known.previous != previous {
            findings.violated(Promise::LogMatching, at, &[node], || {
                format!(
                    "{node} holds {} after an entry of epoch {previous} at position {} in epoch {}, where {} after epoch {} had been seen",
                    words(entry),
                    position + 1,
                    entry.epoch,
                    words(known.entry),
                    known.previous
                )
            });
        }
        true
    }

    pub fn observed(
        &mut self,
        findings: &mut Findings,
        at: Time,
        node: NodeId,
        was: &Observation,
        is: &Observation,
        history: &[Entry],
    ) {
        if let Some(suspicion) = self.suspicion {
            let same_step = suspicion.node == node && suspicion.at == at;
            let leads_on = is.role() == Role::Leader && is.epoch() == suspicion.epoch;
            if same_step && !leads_on {
                self.suspicion = None;
            }
            self.confirm(findings);
        }
        let counted = self.current_term_only && is.role() == Role::Leader && is.committed() > was.committed();
        let Some(last) = (is.committed() as usize).checked_sub(1).and_then(|last| history.get(last)).filter(|_| counted) else {
            return;
        };
        if history[was.committed() as usize].epoch < is.epoch() {
            findings.exercised(Promise::CommitCurrentTermOnly);
        }
        if last.epoch != is.epoch() {
            findings.violated(Promise::CommitCurrentTermOnly, at, &[node], || {
                format!(
                    "{node}, leader in epoch {}, called {} entries committed, the last of them of epoch {}",
                    is.epoch(),
                    is.committed(),
                    last.epoch
                )
            });
        }
    }

    /// Epoch of the last entry, and how many there are: what Raft compares to see whose log is newer.
    pub fn newness(&self, node: NodeId) -> (Epoch, usize) {
        let mirror = &self.mirrors[node.index()];
        (mirror.runs.last().map_or(Epoch::default(), |(_, epoch)| *epoch), mirror.length)
    }

    /// The step in which a leader's log was changed is over, and it still led.
    pub fn confirm(&mut self, findings: &mut Findings) {
        let Some(Suspicion { at, node, epoch, position }) = self.suspicion.take() else { return };
        findings.violated(Promise::LeaderAppendOnly, at, &[node], || {
            format!("{node}, leader in epoch {epoch}, changed or dropped the entry at position {} of its log", position + 1)
        });
    }
}

/// `item 7`, `a no-op`.
pub(super) fn words(entry: Entry) -> String {
    entry.item.map_or_else(|| String::from("a no-op"), |item| format!("item {}", item.0))
}
