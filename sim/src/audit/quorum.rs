//! Leading and standing without a majority: LeaderHasQuorum, and "no quorum, no leader". Both are about members that
//! *cannot* reach a majority, as the topology has it; messages that are lost by chance do not count.

use crate::algorithm::{NodeId, Observation, Promise, Role};
use crate::audit::Conditions;
use crate::audit::findings::Findings;
use crate::time::{Span, Time};

pub(super) struct Quorum {
    /// The promised bound and the time for an answer that was on its way; `None`: not promised.
    step_down: Option<Span>,
    recovery: Span,
    running: Vec<bool>,
    connected: Vec<bool>,
    /// By member: holds authority.
    leads: Vec<bool>,
    /// By member that runs without its majority: when its authority must have ended. Kept when it has, to see that it was
    /// put to the test.
    due: Vec<Time>,
    /// When the world last changed, if since then no member can reach a majority.
    alone_since: Option<Time>,
    /// By member: since when it stands in its present epoch.
    stands_since: Vec<Option<Time>>,
    next: Time,
}

impl Quorum {
    pub fn new(nodes: usize, step_down: Option<Span>, on_its_way: Span, recovery: Span) -> Quorum {
        Quorum {
            step_down: step_down.map(|bound| bound + on_its_way),
            recovery,
            running: vec![false; nodes],
            connected: vec![false; nodes],
            leads: vec![false; nodes],
            due: vec![Time::NEVER; nodes],
            alone_since: None,
            stands_since: vec![None; nodes],
            next: Time::NEVER,
        }
    }

    pub fn conditions(&mut self, at: Time, conditions: &Conditions<'_>) {
        // A leader that hears now these and now those may count a majority that it never reaches at one time: so the time runs
        // anew, unless all that happened is that some members stopped.
        let fewer = conditions.running.iter().zip(&self.running).all(|(is, was)| *was || !*is);
        let only_stopped = fewer && conditions.running != self.running.as_slice();
        self.running.copy_from_slice(conditions.running);
        self.connected.copy_from_slice(conditions.quorum_connected);
        for i in 0..self.due.len() {
            // Who stood still gets the full time when it runs again.
            if !self.running[i] || self.connected[i] || !only_stopped {
                self.due[i] = Time::NEVER;
            }
            if self.running[i] && !self.connected[i] && self.leads[i] && self.due[i] == Time::NEVER {
                self.set_due(i, at);
            }
        }
        // Votes that were gathered from different members at different times may make a majority after all, so only what
        // happens between two changes is judged.
        self.alone_since = (!self.connected.contains(&true)).then_some(at);
    }

    fn set_due(&mut self, i: usize, from: Time) {
        let Some(bound) = self.step_down else { return };
        self.due[i] = from + bound + Span::nanos(1);
        self.next = self.next.min(self.due[i]);
    }

    pub fn observed(&mut self, findings: &mut Findings, at: Time, node: NodeId, was: &Observation, is: &Observation) {
        let stood = |seen: &Observation| matches!(seen.role(), Role::PreCandidate | Role::Candidate);
        if stood(is) && !stood(was) && self.alone_since.is_some() {
            findings.exercised(Promise::NoLeaderWithoutQuorum);
        }
        let since = &mut self.stands_since[node.index()];
        match is.role() {
            Role::Candidate if was.role() != Role::Candidate || was.epoch() != is.epoch() => *since = Some(at),
            Role::Follower | Role::PreCandidate => *since = None,
            Role::Candidate | Role::Leader => {}
        }
    }

    pub fn began(&mut self, findings: &mut Findings, at: Time, node: NodeId) {
        let i = node.index();
        self.leads[i] = true;
        if self.running[i] && !self.connected[i] {
            self.set_due(i, at);
        }
        let Some(alone) = self.alone_since else { return };
        // All votes of its epoch were cast since it stood. One that was never seen standing may have been chosen by messages
        // that were on their way.
        let judged = match self.stands_since[i] {
            Some(since) => since > alone,
            None => at > alone + self.recovery,
        };
        if judged {
            findings.exercised(Promise::NoLeaderWithoutQuorum);
            findings.violated(Promise::NoLeaderWithoutQuorum, at, &[node], || {
                format!("{node} came to lead although since {alone} no member could reach a majority")
            });
        }
    }

    pub fn ended(&mut self, node: NodeId) {
        self.leads[node.index()] = false;
    }

    pub fn alarm(&self) -> Time {
        self.next
    }

    pub fn wake(&mut self, findings: &mut Findings, at: Time) {
        let mut next = Time::NEVER;
        for i in 0..self.due.len() {
            if self.due[i] > at {
                next = next.min(self.due[i]);
                continue;
            }
            self.due[i] = Time::NEVER;
            findings.exercised(Promise::LeaderHasQuorum);
            if self.leads[i] {
                let (node, bound) = (NodeId(i as u16), self.step_down.unwrap_or(Span::ZERO));
                findings.violated(Promise::LeaderHasQuorum, at, &[node], || {
                    format!("{node} still leads {bound} after it lost its majority")
                });
            }
        }
        self.next = next;
    }
}
