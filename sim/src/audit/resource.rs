//! What the checkers are told of the protected resource, and what they make of it: FencingMonotonic, NoStaleLeaderRead,
//! SingletonJob, and the lost updates of EffectiveSplitBrain.

use crate::algorithm::{Facts, Item, NodeId, Promise};
use crate::audit::Audit;
use crate::audit::catalogue::Invariant;
use crate::audit::fencing::Fence;
use crate::audit::reads::Freshness;
use crate::audit::singleton::Singleton;
use crate::audit::updates::Updates;
use crate::engine::{Errand, Reply};
use crate::outcome::ResourceReport;
use crate::setup::{Operation, Reads, Work};
use crate::time::Time;

/// The checkers of the resource, and what they share.
pub(super) struct ResourceWatch {
    fence: Fence,
    pub updates: Updates,
    reads: Freshness,
    singleton: Singleton,
    /// By member: the token that it shows.
    tokens: Vec<Option<u64>>,
    /// Somebody with authority had an ordered token; somebody had authority.
    with_token: bool,
    led: bool,
    down: bool,
}

impl ResourceWatch {
    pub fn new(nodes: usize, work: &Work) -> ResourceWatch {
        ResourceWatch {
            fence: Fence::new(work),
            updates: Updates::default(),
            reads: Freshness::default(),
            singleton: Singleton::new(work.job),
            tokens: vec![None; nodes],
            with_token: false,
            led: false,
            down: false,
        }
    }

    /// A member shows this token, or none any more.
    pub fn shows(&mut self, node: NodeId, token: Option<u64>) {
        self.tokens[node.index()] = token;
    }

    /// The token with which a tenure begins.
    pub fn began(&mut self, node: NodeId) -> Option<u64> {
        let token = self.tokens[node.index()];
        (self.led, self.with_token) = (true, self.with_token || token.is_some());
        token
    }

    /// Nobody can get anything done there.
    pub fn is_down(&self) -> bool {
        self.down
    }

    /// Is there a fence, and could anybody show it a token; or did a service give tokens out?
    pub fn has_tokens_to_judge(&self) -> bool {
        self.fence.has_granted() || (self.fence.is_enforced() && (self.with_token || !self.led))
    }
}

impl Audit {
    /// A service gave a member this fencing token. To be called once for every grant, in their order.
    pub fn granted(&mut self, at: Time, node: NodeId, token: u64) {
        self.resource.fence.granted(&mut self.findings, at, node, token);
    }

    /// The resource did what an errand asked of it, or fenced it off; `mark` is what it compares with from now on.
    pub fn served(&mut self, at: Time, errand: &Errand, reply: &Reply, mark: Option<u64>) {
        self.resource.fence.served(&mut self.findings, at, errand, reply, mark);
        if errand.asks == Operation::Job {
            self.resource.singleton.served(&mut self.findings, at, errand, reply);
        }
        if !reply.accepted && errand.token.is_none() {
            // Whoever has no token gets nothing done here, however well it leads.
            self.liveness.forget_work(&mut self.findings, at);
        }
        // The items of a replicated log take hold in the log.
        if self.facts.history || !reply.accepted || errand.asks != errand.operation {
            return;
        }
        let conflicts = self.effects.conflicts;
        if errand.asks.has_effect() {
            self.applied(at, errand.node, errand.tenure, errand.item, errand.token);
        } else {
            self.ledger.applied(errand.item);
        }
        if errand.asks.changes_state() {
            self.ledger.made_version(errand.item, reply.version);
            let conflicting = self.effects.conflicts > conflicts;
            self.resource.updates.changed(&mut self.findings, at, errand, reply, conflicting);
        }
    }

    /// A client was told by this member that its change is done.
    pub(super) fn acknowledged_change(&mut self, node: NodeId, version: u64) {
        self.resource.reads.acknowledged(node, version);
    }

    /// The version that a read must reflect which this member's client invokes now.
    pub fn acknowledged_version(&self, node: NodeId, reads: Reads) -> u64 {
        self.resource.reads.must_reflect(node, reads)
    }

    /// A client was told of this version of the state.
    pub fn read(&mut self, at: Time, errand: &Errand, version: u64) {
        self.resource.reads.answered(&mut self.findings, at, errand.node, version, errand.acknowledged);
    }

    /// By a log: a client was told by this member that its item is done. The version is how many entries are committed with it.
    pub(super) fn acknowledged_in_log(&mut self, node: NodeId, item: Item) {
        if let Some(version) = self.committed.version_with(item) {
            self.resource.reads.acknowledged(node, version);
        }
    }

    /// A leader answered a read by its log, of which it calls so many entries committed, by a lease that lasts until `lease.0`;
    /// `lease.1`: a majority of the voters has pledged itself for so long.
    pub(crate) fn read_by_lease(&mut self, at: Time, node: NodeId, item: Item, committed: u64, lease: (Time, bool)) {
        // It is done, and leaves no trace in the log.
        self.ledger.acknowledged(item);
        self.ledger.applied(item);
        let missing = self.resource.reads.must_reflect(node, Reads::Resource);
        self.resource.reads.answered(&mut self.findings, at, node, committed, missing);
        self.leases.read(&mut self.findings, at, node, lease);
    }

    /// The resource is down …
    pub fn resource_crashed(&mut self) {
        self.resource.down = true;
    }

    /// … and up again, and compares tokens with this one.
    pub fn resource_restarted(&mut self, at: Time, mark: Option<u64>) {
        self.resource.down = false;
        self.resource.fence.restarted(&mut self.findings, at, mark);
    }

    /// The counts of the checkers, at the end of the run; the resource's own are the engine's to add.
    pub fn resource_report(&self, end: Time) -> ResourceReport {
        let watch = &self.resource;
        ResourceReport {
            tokens: watch.with_token,
            led: watch.led,
            lost_updates: watch.updates.lost,
            reads: watch.reads.answered,
            stale_reads: watch.reads.stale,
            job: watch.singleton.report(end),
            ..ResourceReport::default()
        }
    }

    /// What the scenario and the run gave occasion to judge.
    pub(super) fn has_occasion(&self, promise: Promise) -> bool {
        match promise {
            Promise::FencingMonotonic => self.resource.has_tokens_to_judge(),
            _ => true,
        }
    }
}

impl Invariant {
    /// Under what rules the protected resource promises it, whoever leads.
    pub const fn resource_promise(&self) -> Option<&'static str> {
        match self.promise {
            Promise::FencingMonotonic => Some("a fence, a durable high-water mark, and all that has effects is checked"),
            Promise::NoStaleLeaderRead => Some("reads go to the resource"),
            Promise::SingletonJob => Some("the resource is idempotent"),
            _ => None,
        }
    }

    /// Whether it does under these rules, for algorithms with these facts: what goes into a log never comes there.
    pub fn is_promised_by_resource(&self, work: &Work, facts: Facts) -> bool {
        match self.promise {
            Promise::FencingMonotonic => work.fences_everything(),
            Promise::NoStaleLeaderRead => work.reads == Reads::Resource && !facts.history,
            Promise::SingletonJob => work.idempotent,
            _ => false,
        }
    }
}
