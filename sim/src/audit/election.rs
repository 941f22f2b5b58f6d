//! What elections are judged by: the votes and epochs that really left each member, and who led in which epoch.
//! ElectionSafety, VoteOnce, TermMonotonic, DurableBeforeReply, QuorumCertificate.

use crate::algorithm::{Asserts, Epoch, NodeId, Observation, Promise, Role};
use crate::audit::Backing;
use crate::audit::findings::Findings;
use crate::list::append;
use crate::time::Time;

/// No member asserts this; a member of whom it is expected is looked at closely.
const UNEXPECTED: Epoch = Epoch(u64::MAX, u64::MAX);

/// So many entries are looked through from the end before a search begins.
const FEW: usize = 8;

/// Who did something in which epoch. Epochs mostly grow, so that an insertion is mostly an append.
#[derive(Clone, Debug, Default)]
pub(super) struct ByEpoch(Vec<(Epoch, NodeId)>);

impl ByEpoch {
    /// All who did in this epoch.
    #[inline(always)]
    pub fn of(&self, epoch: Epoch) -> &[(Epoch, NodeId)] {
        match self.0.last() {
            Some((latest, _)) if *latest >= epoch => self.search(epoch),
            _ => &[],
        }
    }

    #[inline(never)]
    fn search(&self, epoch: Epoch) -> &[(Epoch, NodeId)] {
        // Mostly it is the latest epoch.
        let later = self.0.iter().rev().take_while(|(known, _)| *known >= epoch).take(FEW).count();
        let from = if later < FEW { self.0.len() - later } else { self.0.partition_point(|(known, _)| *known < epoch) };
        let rest = &self.0[from..];
        &rest[..rest.iter().take_while(|(known, _)| *known == epoch).count()]
    }

    pub fn holds(&self, epoch: Epoch, node: NodeId) -> bool {
        self.of(epoch).iter().any(|(_, known)| *known == node)
    }

    /// One who is not this one.
    pub fn another(&self, epoch: Epoch, than: NodeId) -> Option<NodeId> {
        self.of(epoch).iter().map(|(_, known)| *known).find(|known| *known != than)
    }

    pub fn insert(&mut self, epoch: Epoch, node: NodeId) {
        if self.0.last().is_none_or(|last| *last < (epoch, node)) {
            append(&mut self.0, (epoch, node));
            return;
        }
        let place = self.0.partition_point(|known| *known < (epoch, node));
        if self.0.get(place) != Some(&(epoch, node)) {
            self.0.insert(place, (epoch, node));
        }
    }
}

pub(super) struct Election {
    majority: usize,
    /// By member: the epoch that its next message will assert if nothing is new. The one thing that is looked at for every
    /// message.
    expected: Vec<Epoch>,
    /// By member: what its last message asserted, whatever has happened to it since.
    asserted: Vec<Epoch>,
    /// By member: it has not asserted an epoch since it last restarted.
    silent_since_restart: Vec<bool>,
    /// By voter: for whom it voted, as far as the vote has left it. Survives crashes, as a message on its way does.
    votes: Vec<ByEpoch>,
    leaders: ByEpoch,
    /// By member: the epoch in which it last stood.
    stood: Vec<Epoch>,
    latest_leader: Option<NodeId>,
    /// How often a second member led in one epoch.
    pub same_epoch: u64,
}

impl Election {
    pub fn new(nodes: usize) -> Election {
        Election {
            majority: nodes / 2 + 1,
            expected: vec![Epoch::default(); nodes],
            asserted: vec![Epoch::default(); nodes],
            silent_since_restart: vec![false; nodes],
            votes: vec![ByEpoch::default(); nodes],
            leaders: ByEpoch::default(),
            stood: vec![Epoch::default(); nodes],
            latest_leader: None,
            same_epoch: 0,
        }
    }

    /// Another epoch than was expected of the member, a vote, or something that its disk does not hold.
    #[inline(always)]
    pub fn is_news(&self, from: NodeId, asserts: Asserts, disk: Backing) -> bool {
        asserts.epoch != self.expected[from.index()] || asserts.vote.is_some() || !disk.backed
    }

    pub fn departed(&mut self, findings: &mut Findings, at: Time, from: NodeId, asserts: Asserts, disk: Backing) {
        if !self.is_news(from, asserts, disk) {
            return;
        }
        let new_epoch = self.asserted_epoch(findings, at, from, asserts.epoch);
        let new_vote = asserts.vote.is_some_and(|(epoch, candidate)| self.voted(findings, at, from, epoch, candidate));
        // Where the disk answers at once, sending too early cannot be told from sending in time.
        if !disk.backed || ((new_epoch || new_vote) && disk.takes_time) {
            findings.exercised(Promise::DurableBeforeReply);
        }
        if !disk.backed {
            findings.violated(Promise::DurableBeforeReply, at, &[from], || match asserts.vote {
                Some((epoch, candidate)) => {
                    format!("a vote of {from} for {candidate} in epoch {epoch} left before its disk had answered")
                }
                None => format!("a message of {from} in epoch {} left before its disk had answered", asserts.epoch),
            });
        }
    }

    /// True if the member asserts this epoch for the first time.
    fn asserted_epoch(&mut self, findings: &mut Findings, at: Time, from: NodeId, epoch: Epoch) -> bool {
        if epoch == Epoch::default() {
            return false;
        }
        let last = std::mem::replace(&mut self.asserted[from.index()], epoch);
        self.expected[from.index()] = epoch;
        if std::mem::take(&mut self.silent_since_restart[from.index()]) && last != Epoch::default() {
            findings.exercised(Promise::TermMonotonic);
        }
        if epoch < last {
            findings.violated(Promise::TermMonotonic, at, &[from], || {
                format!("{from} had been in epoch {last} and now says that it is in epoch {epoch}")
            });
        }
        epoch > last
    }

    /// True if this vote leaves the voter for the first time.
    fn voted(&mut self, findings: &mut Findings, at: Time, voter: NodeId, epoch: Epoch, candidate: NodeId) -> bool {
        let votes = &mut self.votes[voter.index()];
        let cast = votes.of(epoch);
        if cast.iter().any(|(_, known)| *known == candidate) {
            return false;
        }
        if let Some(&(_, first)) = cast.first() {
            findings.violated(Promise::VoteOnce, at, &[voter, first, candidate], || {
                format!("{voter} had voted for {first} in epoch {epoch} and voted for {candidate} too")
            });
        }
        // The second vote counts as well: a certificate is about what was cast, not about what should have been.
        votes.insert(epoch, candidate);
        true
    }

    pub fn asked_vote(&mut self, findings: &mut Findings, voter: NodeId, candidate: NodeId, epoch: Epoch) {
        if self.votes[voter.index()].another(epoch, candidate).is_some() {
            findings.exercised(Promise::VoteOnce);
        }
    }

    pub fn observed(&mut self, findings: &mut Findings, node: NodeId, is: &Observation) {
        if is.role() == Role::Candidate && self.stood[node.index()] != is.epoch() {
            self.stood[node.index()] = is.epoch();
            // It may yet win, and must not.
            if self.leaders.another(is.epoch(), node).is_some() {
                findings.exercised(Promise::ElectionSafety);
            }
        }
    }

    pub fn crashed(&mut self, node: NodeId) {
        self.expected[node.index()] = UNEXPECTED;
        self.silent_since_restart[node.index()] = true;
    }

    /// A member came to lead. Called only for algorithms that have epochs.
    pub fn led(&mut self, findings: &mut Findings, at: Time, node: NodeId, epoch: Epoch) {
        let rival = self.stood.iter().enumerate().any(|(other, stood)| other != node.index() && *stood == epoch);
        if rival || self.latest_leader.is_some_and(|latest| latest != node) {
            findings.exercised(Promise::ElectionSafety);
        }
        self.latest_leader = Some(node);
        if let Some(first) = self.leaders.another(epoch, node).filter(|_| !self.leaders.holds(epoch, node)) {
            self.same_epoch += 1;
            findings.violated(Promise::ElectionSafety, at, &[first, node], || {
                format!("{first} had led in epoch {epoch}, and {node} came to lead in it too")
            });
        }
        self.leaders.insert(epoch, node);
    }

    /// Had it the votes? Called only for algorithms that have votes.
    pub fn certified(&mut self, findings: &mut Findings, at: Time, node: NodeId, epoch: Epoch) {
        findings.exercised(Promise::QuorumCertificate);
        let votes = self.votes.iter().filter(|votes| votes.holds(epoch, node)).count();
        if votes < self.majority {
            let (members, majority) = (self.votes.len(), self.majority);
            findings.violated(Promise::QuorumCertificate, at, &[node], || {
                format!(
                    "{node} came to lead in epoch {epoch} with the votes of {votes} of {members} members; {majority} are needed"
                )
            });
        }
    }
}
