//! The protected resource: a storage node across the network that applies one operation at a time, and checks fencing tokens or
//! does not (Burrows 2006, section 2.4: sequencers; Kleppmann 2016, "How to do distributed locking").
//!
//! Its state, of which only the version matters here, and the jobs that it has done are durable. So is the highest token that it
//! has accepted, unless the scenario says that it is not: then it is lost in a crash, and with it the protection.

use crate::algorithm::{Algorithm, NodeId};
use crate::engine::errand::{Errand, Reply};
use crate::engine::{Engine, tag};
use crate::fault::Moment;
use crate::observer::Happening;
use crate::resource_bugs::ResourceBug;
use crate::setup::{Fencing, Operation, Work};

pub struct Resource {
    up: bool,
    /// The highest token that it has accepted, or, with `equal`, the current one.
    mark: Option<u64>,
    /// How often the state has changed.
    version: u64,
    /// Periods whose job it has done, in order; kept only where it is idempotent.
    done: Vec<u64>,
    bug: Option<ResourceBug>,
    pub tally: Tally,
}

/// What it did, for reports.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub accepted: u64,
    /// The token was too old, or not the current one.
    pub fenced: u64,
    /// There was no token, and one was demanded.
    pub without_token: u64,
}

impl Resource {
    pub fn new(bug: Option<ResourceBug>) -> Resource {
        Resource { up: true, mark: None, version: 0, done: Vec::new(), bug, tally: Tally::default() }
    }

    pub fn mark(&self) -> Option<u64> {
        self.mark
    }

    /// False: it was down.
    fn crash(&mut self) -> bool {
        std::mem::replace(&mut self.up, false)
    }

    /// False: it was up.
    fn restart(&mut self, rules: &Work) -> bool {
        if !self.keeps_mark(rules) {
            self.mark = None;
        }
        !std::mem::replace(&mut self.up, true)
    }

    /// One operation, from the check of its token to its effect. `issued` is the newest token that anyone was given.
    fn receive(&mut self, rules: &Work, errand: &Errand, issued: u64) -> Reply {
        let accepted = self.admits(rules, errand, issued);
        self.count(accepted, errand);
        let mut repeated = false;
        if accepted {
            self.keep_token(rules, errand);
            self.version += u64::from(errand.asks.changes_state());
            repeated = errand.asks == Operation::Job && rules.idempotent && !self.does_for_the_first_time(errand.period);
        }
        let newest = if rules.fencing == Fencing::Transaction { Some(issued) } else { self.mark };
        Reply { accepted, repeated, version: self.version, newest: newest.unwrap_or(0) }
    }

    fn admits(&self, rules: &Work, errand: &Errand, issued: u64) -> bool {
        if rules.fencing == Fencing::None || !self.checks(rules, errand.asks) {
            return true;
        }
        // An enforcing resource that is given nothing to compare takes no risk.
        let Some(token) = errand.token else { return false };
        match rules.fencing {
            Fencing::None => true,
            Fencing::AtLeast => self.is_new_enough(token),
            Fencing::Equal if errand.asks == Operation::TakeOver => self.is_new_enough(token),
            Fencing::Equal => self.mark == Some(token),
            Fencing::Transaction => token >= issued,
        }
    }

    /// L15. Is the token of such an operation looked at?
    fn checks(&self, rules: &Work, asks: Operation) -> bool {
        match asks {
            Operation::TakeOver => true,
            Operation::Look => false,
            asks if self.bug == Some(ResourceBug::L15) => asks == Operation::Write,
            asks => rules.checked.contains(&asks),
        }
    }

    /// L12, L13. Is this token at least the highest that was accepted?
    fn is_new_enough(&self, token: u64) -> bool {
        match (self.mark, self.bug) {
            (None, _) => true,
            (Some(mark), Some(ResourceBug::L12)) => token == mark,
            (Some(mark), Some(ResourceBug::L13)) => token.saturating_add(1) >= mark,
            (Some(mark), _) => token >= mark,
        }
    }

    /// L14. Is the mark still known after a crash?
    fn keeps_mark(&self, rules: &Work) -> bool {
        rules.durable_mark && self.bug != Some(ResourceBug::L14)
    }

    /// What was accepted is from now on the least that is accepted; with `equal`, only a take-over sets what is current.
    fn keep_token(&mut self, rules: &Work, errand: &Errand) {
        let Some(token) = errand.token else { return };
        let sets = match rules.fencing {
            Fencing::None => false,
            Fencing::Equal => errand.asks == Operation::TakeOver,
            Fencing::AtLeast | Fencing::Transaction => self.checks(rules, errand.asks),
        };
        if sets {
            self.mark = Some(self.mark.map_or(token, |mark| mark.max(token)));
        }
    }

    fn does_for_the_first_time(&mut self, period: u64) -> bool {
        match self.done.binary_search(&period) {
            Ok(_) => false,
            Err(place) => {
                self.done.insert(place, period);
                true
            }
        }
    }

    fn count(&mut self, accepted: bool, errand: &Errand) {
        let tally = &mut self.tally;
        match (accepted, errand.token) {
            (true, _) => tally.accepted += 1,
            (false, Some(_)) => tally.fenced += 1,
            (false, None) => tally.without_token += 1,
        }
    }
}

impl<A: Algorithm> Engine<'_, A> {
    /// The number of the part that is the resource.
    pub(super) fn resource_id(&self) -> NodeId {
        NodeId(self.nodes.len() as u16)
    }

    /// The resource goes down; what it has done it keeps. False: it was down.
    pub(super) fn crash_resource(&mut self) -> bool {
        let crashed = self.resource.crash();
        if crashed && self.wire.audit.on {
            self.wire.audit.resource_crashed();
        }
        crashed
    }

    /// … and its restart. False: it was up.
    pub(super) fn restart_resource(&mut self) -> bool {
        let restarted = self.resource.restart(&self.setup.work);
        if restarted && self.wire.audit.on {
            let mark = self.resource.mark();
            self.wire.audit.resource_restarted(self.wire.now, mark);
        }
        restarted
    }

    /// A service gave somebody a token: the newest that there is, for a resource that is the service itself.
    pub(super) fn token_granted(&mut self, node: NodeId, token: u64) {
        self.reigns.newest_token = self.reigns.newest_token.max(token);
        if self.wire.audit.on {
            self.wire.audit.granted(self.wire.now, node, token);
        }
    }

    /// An errand reaches the resource: it takes hold, or is fenced off.
    pub(super) fn apply(&mut self, errand: Errand) {
        let resource = self.resource_id();
        if self.wire.link(errand.node, resource).cut || !self.resource.up {
            self.wire.counters.dropped += 1;
            return;
        }
        let (now, token) = (self.wire.now, errand.token);
        let reply = self.resource.receive(&self.setup.work, &errand, self.reigns.newest_token);
        if self.wire.fingerprint {
            let words = [now.0, tag::APPLY | u64::from(errand.node.0), errand.item.0, token.map_or(u64::MAX, |t| t << 1)];
            self.wire.encoder.words(words);
            self.wire.encoder.words([u64::from(reply.accepted) | (errand.asks as u64) << 1]);
            if errand.asks == Operation::Job {
                self.wire.encoder.words([errand.period]);
            }
        }
        if self.wire.audit.on {
            self.wire.audit.served(now, &errand, &reply, self.resource.mark());
        }
        let Reply { accepted, .. } = reply;
        self.tell(&Happening::Applied { node: errand.node, item: errand.item, operation: errand.asks, token, accepted });
        if self.script.armed && accepted {
            self.moment(Moment::BeforeAcknowledgement, errand.node.index());
            if !self.resource.up {
                return;
            }
        }
        self.send_answer(errand, reply);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::Item;

    fn asks(operation: Operation, token: impl Into<Option<u64>>) -> Errand {
        Errand { asks: operation, operation, ..Errand::new(NodeId(0), 0, 0, Item(1), token.into()) }
    }

    fn rules(fencing: Fencing) -> Work {
        Work { fencing, ..Work::default() }
    }

    /// Whether each of these is accepted, one after the other.
    fn accepts(resource: &mut Resource, rules: &Work, operations: &[(Operation, u64)]) -> Vec<bool> {
        operations.iter().map(|&(operation, token)| resource.receive(rules, &asks(operation, token), 0).accepted).collect()
    }

    use Operation::{Delete, Job, Look, TakeOver, Write};

    #[test]
    fn without_fencing_everything_is_applied() {
        let mut resource = Resource::new(None);
        assert_eq!(accepts(&mut resource, &rules(Fencing::None), &[(Write, 7), (Write, 3)]), [true, true]);
        assert_eq!((resource.version, resource.mark), (2, None));
    }

    #[test]
    fn at_least_lets_the_newest_go_on_and_nobody_older() {
        let mut resource = Resource::new(None);
        let operations = [(Write, 7), (Write, 7), (Write, 6), (TakeOver, 8), (Write, 7), (Delete, 8)];
        assert_eq!(accepts(&mut resource, &rules(Fencing::AtLeast), &operations), [true, true, false, true, false, true]);
        assert_eq!((resource.version, resource.mark), (3, Some(8)));
    }

    #[test]
    fn equal_lets_nobody_in_who_has_not_taken_over_first() {
        let mut resource = Resource::new(None);
        let operations =
            [(Write, 7), (TakeOver, 7), (Write, 7), (Write, 8), (TakeOver, 8), (Write, 8), (TakeOver, 7), (Write, 7)];
        let accepted = accepts(&mut resource, &rules(Fencing::Equal), &operations);
        assert_eq!(accepted, [false, true, true, false, true, true, false, false], "a higher token alone is not enough");
    }

    #[test]
    fn a_transaction_is_compared_with_the_newest_token_that_was_issued_not_with_the_newest_that_came() {
        let mut resource = Resource::new(None);
        let rules = rules(Fencing::Transaction);
        assert!(resource.receive(&rules, &asks(Write, 7), 7).accepted);
        let reply = resource.receive(&rules, &asks(Write, 7), 8);
        assert_eq!((reply.accepted, reply.newest), (false, 8), "its successor has done nothing yet");
    }

    #[test]
    fn whoever_has_no_token_is_refused_by_every_fence() {
        for fencing in [Fencing::AtLeast, Fencing::Equal, Fencing::Transaction] {
            let mut resource = Resource::new(None);
            assert!(!resource.receive(&rules(fencing), &asks(Write, None), 0).accepted, "{fencing:?}");
            assert!(resource.receive(&rules(fencing), &asks(Look, None), 0).accepted, "{fencing:?}: looking needs none");
            assert_eq!(resource.tally.without_token, 1);
        }
    }

    #[test]
    fn an_operation_that_is_not_checked_neither_needs_a_token_nor_leaves_one() {
        let mut resource = Resource::new(None);
        let rules = Work { checked: vec![Write], ..rules(Fencing::AtLeast) };
        assert_eq!(accepts(&mut resource, &rules, &[(Write, 7), (Delete, 3), (Delete, 9), (Write, 7)]), [true; 4]);
        assert_eq!(resource.mark, Some(7));
    }

    #[test]
    fn a_crash_keeps_the_state_and_the_mark_unless_the_mark_is_volatile() {
        for (durable_mark, kept) in [(true, Some(7)), (false, None)] {
            let mut resource = Resource::new(None);
            let rules = Work { durable_mark, ..rules(Fencing::AtLeast) };
            accepts(&mut resource, &rules, &[(Write, 7)]);
            assert!(resource.crash() && !resource.crash(), "it falls once");
            assert!(resource.restart(&rules) && !resource.restart(&rules), "and gets up once");
            assert_eq!((resource.version, resource.mark), (1, kept));
        }
    }

    #[test]
    fn an_idempotent_resource_does_the_job_of_a_period_once_and_says_yes_each_time() {
        let mut resource = Resource::new(None);
        let rules = Work { idempotent: true, ..Work::default() };
        let mut job = |period| {
            let reply = resource.receive(&rules, &Errand { period, ..asks(Job, None) }, 0);
            (reply.accepted, reply.repeated)
        };
        assert_eq!([job(5), job(6), job(5), job(4)], [(true, false), (true, false), (true, true), (true, false)]);
    }

    #[test]
    fn each_bug_of_the_resource_changes_its_rule_and_no_other() {
        let rules = rules(Fencing::AtLeast);
        let of = |bug, operations: &[(Operation, u64)]| accepts(&mut Resource::new(Some(bug)), &rules, operations);
        let operations = [(Write, 7), (Write, 7), (Write, 8), (Write, 7), (Write, 6), (Delete, 1)];
        assert_eq!(of(ResourceBug::L12, &operations), [true, true, false, true, false, false]);
        assert_eq!(of(ResourceBug::L13, &operations), [true, true, true, true, false, false]);
        assert_eq!(of(ResourceBug::L15, &operations), [true, true, true, false, false, true]);
        assert_eq!(of(ResourceBug::L14, &operations), [true, true, true, false, false, false]);
    }
}
