//! What ZAB's specification promises beyond the common invariants (TLA+ `ZkV3_7_0.tla`: the types of the epochs, *Leadership*,
//! *LocalPrimaryOrder*), read from what is on the members' disks.

use sim::invariant::{Finding, Interest, Invariant, OwnWords, View};
use sim::{Authority, Epoch, NodeId, Observation, Role};

use super::Zab;

pub(super) fn all() -> Vec<Box<dyn Invariant<Zab>>> {
    vec![Box::new(EpochsInOrder::default()), Box::new(ZxidsInOrder::default()), Box::new(Established)]
}

/// The two epochs of every disk.
#[derive(Default)]
struct EpochsInOrder {
    /// By member: accepted and current, as last seen.
    seen: Vec<(u64, u64)>,
}

impl Invariant<Zab> for EpochsInOrder {
    fn words(&self) -> OwnWords {
        OwnWords {
            name: "zab-epochs-in-order",
            citation: "ZooKeeper issue 2307; ZkV3_7_0.tla, currentEpoch and acceptedEpoch",
            sentence: "No member's current epoch is above the one that it accepted, and neither ever falls.",
            exercised: "a member stored another epoch",
        }
    }

    fn interest(&self) -> Interest {
        Interest::Wrote
    }

    fn after(&mut self, node: NodeId, _was: &Observation, view: &View<'_, Zab>) -> Finding {
        self.seen.resize(view.members().count(), (0, 0));
        let disk = view.disk(node);
        let (accepted, current) = (disk.accepted, disk.current);
        let before = std::mem::replace(&mut self.seen[node.index()], (accepted, current));
        if (accepted, current) == before {
            return Finding::NotExercised;
        }
        if current <= accepted && accepted >= before.0 && current >= before.1 {
            return Finding::Held;
        }
        let saw = format!(
            "{node} has epoch {current} on disk, having accepted {accepted}; before, these were {} and {}",
            before.1, before.0
        );
        Finding::Violated { nodes: vec![node], saw }
    }
}

/// The order of one history.
#[derive(Default)]
struct ZxidsInOrder {
    /// By member: how long its history was when last looked at, and its last zxid.
    seen: Vec<(usize, Epoch)>,
}

impl Invariant<Zab> for ZxidsInOrder {
    fn words(&self) -> OwnWords {
        OwnWords {
            name: "zab-zxids-in-order",
            citation: "Junqueira, Reed and Serafini 2011, local primary order; ZkV3_7_0.tla, LocalPrimaryOrder",
            sentence: "In every history epochs do not fall, and the counters of one epoch follow one another without a gap.",
            exercised: "a member's history grew",
        }
    }

    fn interest(&self) -> Interest {
        Interest::Wrote
    }

    fn after(&mut self, node: NodeId, _was: &Observation, view: &View<'_, Zab>) -> Finding {
        self.seen.resize(view.members().count(), (0, Epoch::default()));
        let history = &view.image(node).history;
        let (length, last) = self.seen[node.index()];
        self.seen[node.index()] = (history.len(), history.last().map_or(Epoch::default(), |entry| entry.epoch));
        // What was looked at and is still there need not be looked at again; what was cut off makes the rest new.
        let known = length > 0 && history.get(length - 1).is_some_and(|entry| entry.epoch == last);
        let from = if known { length } else { 0 };
        if from >= history.len() {
            return Finding::NotExercised;
        }
        let before = |position: usize| position.checked_sub(1).map_or(Epoch::default(), |place| history[place].epoch);
        let follows = |one: Epoch, next: Epoch| if one.0 == next.0 { next.1 == one.1 + 1 } else { next.0 > one.0 && next.1 == 1 };
        match (from..history.len()).find(|&position| !follows(before(position), history[position].epoch)) {
            None => Finding::Held,
            Some(position) => Finding::Violated {
                nodes: vec![node],
                saw: format!("in the history of {node}, {} follows {}", history[position].epoch, before(position)),
            },
        }
    }
}

/// Who leads.
struct Established;

impl Invariant<Zab> for Established {
    fn words(&self) -> OwnWords {
        OwnWords {
            name: "zab-established",
            citation: "Junqueira, Reed and Serafini 2011, synchronisation; ZooKeeper issues 3911 and 4646",
            sentence: "Whoever comes to lead in an epoch does so when a majority has that epoch as its current one on disk.",
            exercised: "a member came to lead",
        }
    }

    fn interest(&self) -> Interest {
        Interest::Observed
    }

    fn after(&mut self, node: NodeId, was: &Observation, view: &View<'_, Zab>) -> Finding {
        let is = view.seen(node);
        let leads = |seen: &Observation| seen.role() == Role::Leader && seen.authority() != Authority::None;
        if !leads(is) || (leads(was) && was.epoch() == is.epoch()) {
            return Finding::NotExercised;
        }
        let epoch = is.epoch().0;
        let stored = view.members().filter(|&member| view.disk(member).current >= epoch).count();
        if stored >= view.majority() {
            return Finding::Held;
        }
        let saw = format!("{node} came to lead in epoch {epoch}, which {stored} of {} have on disk", view.members().count());
        Finding::Violated { nodes: vec![node], saw }
    }
}
