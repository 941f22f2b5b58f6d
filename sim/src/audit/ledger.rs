//! The ledger of work: what was handed out, what took hold, what clients were told. Judged at the end: acknowledged work is
//! in the history that was kept (or was applied by the protected resource), once, in an order that agrees with real time.

use crate::algorithm::{Item, Promise};
use crate::audit::findings::Findings;
use crate::time::Time;

/// What is known of one item.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    /// The newest item that had been handed out when this one was acknowledged; 0 while it was not.
    acknowledged: u64,
    applied: bool,
    /// Of the resource's state, that it made; 0: none.
    version: u64,
}

#[derive(Default)]
pub(super) struct Ledger {
    /// By number of the item, from 1.
    work: Vec<Work>,
    newest: u64,
}

impl Ledger {
    fn of(&mut self, item: Item) -> &mut Work {
        let place = item.0 as usize;
        if self.work.len() <= place {
            self.work.resize(place + 1, Work::default());
        }
        &mut self.work[place]
    }

    pub fn proposed(&mut self, item: Item) {
        self.newest = self.newest.max(item.0);
    }

    pub fn applied(&mut self, item: Item) {
        self.of(item).applied = true;
    }

    pub fn made_version(&mut self, item: Item, version: u64) {
        self.of(item).version = version;
    }

    /// The version of the resource's state that it made; 0: none.
    pub fn version(&self, item: Item) -> u64 {
        self.work.get(item.0 as usize).map_or(0, |work| work.version)
    }

    pub fn acknowledged(&mut self, item: Item) {
        let newest = self.newest.max(item.0);
        let work = self.of(item);
        if work.acknowledged == 0 {
            work.acknowledged = newest;
        }
    }

    /// Is the item that was handed out last still without an answer?
    pub fn unfinished(&self) -> bool {
        self.newest > 0 && self.work.get(self.newest as usize).is_none_or(|work| work.acknowledged == 0)
    }

    /// How many acknowledged items the protected resource never took.
    pub fn never_applied(&mut self, findings: &mut Findings, at: Time) -> u64 {
        let acknowledged = self.work.iter().enumerate().filter(|(_, work)| work.acknowledged > 0);
        let mut lost = acknowledged.filter(|(_, work)| !work.applied).map(|(item, _)| item);
        let first = lost.next();
        let count = first.map_or(0, |_| 1 + lost.count() as u64);
        if let Some(item) = first {
            findings.violated(Promise::CommittedNeverLost, at, &[], || {
                format!("item {item} was acknowledged and the resource never took it; {count} such items in all")
            });
        }
        count
    }

    /// How many acknowledged items the history that was kept does not hold.
    pub fn lost(&mut self, findings: &mut Findings, at: Time, kept: impl Iterator<Item = Item>) -> u64 {
        let mut before = 0;
        for item in kept {
            let work = self.of(item);
            if std::mem::replace(&mut work.applied, true) {
                findings.violated(Promise::CommittedNeverLost, at, &[], || format!("item {} is committed twice", item.0));
            }
            if work.acknowledged > 0 && before > work.acknowledged {
                findings.violated(Promise::CommittedNeverLost, at, &[], || {
                    format!("item {} was acknowledged before item {before} was handed out, and stands after it", item.0)
                });
            }
            before = before.max(item.0);
        }
        let count = self.work.iter().filter(|work| work.acknowledged > 0 && !work.applied).count() as u64;
        if count > 0 {
            let first = self.work.iter().position(|work| work.acknowledged > 0 && !work.applied).unwrap_or(0);
            findings.violated(Promise::CommittedNeverLost, at, &[], || {
                format!("item {first} was acknowledged and is not in the history that was kept; {count} such items in all")
            });
        }
        count
    }
}
