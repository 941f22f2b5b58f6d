//! How epochs move: BoundedTermGrowth, and the half of FollowerAgreement that is about safety (in one epoch all who name a
//! leader name the same).

use crate::algorithm::{Epoch, NodeId, Observation, Promise, Role};
use crate::audit::election::ByEpoch;
use crate::audit::findings::Findings;
use crate::time::{Span, Time};

pub(super) struct Growth {
    /// Do epochs mean anything?
    epochs: bool,
    recovery: Span,
    /// More new epochs than this within one recovery bound are a race: one for each time that a member can suspect a leader.
    most: u64,
    /// When the world last changed.
    unchanged_since: Time,
    connected: Vec<bool>,
    /// By member: since when it stands, in whatever epoch.
    stands_since: Vec<Option<Time>>,
    /// By member: has shown nothing since it started; the epoch that it shows first, it had before.
    silent: Vec<bool>,
    /// The newest round that anyone showed.
    newest: u64,
    /// The number of the recovery bound in which epochs are counted, and how many were new in it.
    window: u64,
    risen: u64,
    named: ByEpoch,
}

impl Growth {
    pub fn new(nodes: usize, epochs: bool, recovery: Span, detection: Span) -> Growth {
        Growth {
            epochs,
            recovery,
            most: recovery.0.checked_div(detection.0).map_or(u64::MAX, |most| most.max(1)),
            unchanged_since: Time::ZERO,
            connected: vec![false; nodes],
            stands_since: vec![None; nodes],
            silent: vec![true; nodes],
            newest: 0,
            window: 0,
            risen: 0,
            named: ByEpoch::default(),
        }
    }

    pub fn conditions(&mut self, findings: &mut Findings, at: Time, connected: &[bool]) {
        self.count_windows(findings, at);
        self.unchanged_since = at;
        self.connected.copy_from_slice(connected);
        (self.window, self.risen) = (0, 0);
    }

    /// The number of whole recovery bounds that have passed since the world changed.
    fn window_at(&self, at: Time) -> u64 {
        at.since(self.unchanged_since).0.checked_div(self.recovery.0).unwrap_or(0)
    }

    /// Each recovery bound without a change, but for the first two, was an occasion to race.
    fn count_windows(&self, findings: &mut Findings, at: Time) {
        for _ in 2..self.window_at(at) {
            findings.exercised(Promise::BoundedTermGrowth);
        }
    }

    pub fn finish(&mut self, findings: &mut Findings, at: Time) {
        self.count_windows(findings, at);
    }

    pub fn crashed(&mut self, node: NodeId) {
        self.stands_since[node.index()] = None;
        self.silent[node.index()] = true;
    }

    /// Role, epoch or leader has changed.
    pub fn observed(&mut self, findings: &mut Findings, at: Time, node: NodeId, was: &Observation, is: &Observation) {
        if !self.epochs {
            return;
        }
        self.named(findings, at, node, was, is);
        let stands = matches!(is.role(), Role::PreCandidate | Role::Candidate);
        let since = &mut self.stands_since[node.index()];
        if !stands {
            *since = None;
        } else if since.is_none() {
            *since = Some(at);
        }
        let silent = std::mem::take(&mut self.silent[node.index()]);
        if stands && !silent && !self.connected[node.index()] {
            self.stood_alone(findings, at, node, was, is);
        }
        if is.epoch().0 > self.newest {
            self.newest = is.epoch().0;
            self.rose(findings, at, node);
        }
    }

    /// A member without its majority cannot win, and must find that out before it raises its epoch.
    fn stood_alone(&mut self, findings: &mut Findings, at: Time, node: NodeId, was: &Observation, is: &Observation) {
        let since = self.stands_since[node.index()].unwrap_or(at);
        if since == at && since > self.unchanged_since {
            findings.exercised(Promise::BoundedTermGrowth);
        }
        if is.epoch() <= was.epoch() {
            return;
        }
        // A leader's order to stand at once may still have been on its way; what others answered before the world changed
        // may have made a majority.
        let asked_first = since < at && since > self.unchanged_since;
        let settled = at > self.unchanged_since + self.recovery;
        let only_asks = is.role() == Role::PreCandidate && at > self.unchanged_since;
        if asked_first || settled || only_asks {
            let (from, to) = (was.epoch(), is.epoch());
            findings.violated(Promise::BoundedTermGrowth, at, &[node], || {
                format!("{node} raised its epoch from {from} to {to} when it could not reach a majority")
            });
        }
    }

    fn rose(&mut self, findings: &mut Findings, at: Time, node: NodeId) {
        let window = self.window_at(at);
        if window != self.window {
            (self.window, self.risen) = (window, 0);
        }
        self.risen += 1;
        if window >= 2 && self.risen > self.most {
            let (risen, recovery, since) = (self.risen, self.recovery, self.unchanged_since);
            findings.violated(Promise::BoundedTermGrowth, at, &[node], || {
                format!("{risen} new epochs within {recovery}, in a world that has not changed since {since}")
            });
        }
    }

    fn named(&mut self, findings: &mut Findings, at: Time, node: NodeId, was: &Observation, is: &Observation) {
        let Some(leader) = is.leader().filter(|_| is.epoch() != Epoch::default()) else { return };
        if was.leader() == is.leader() && was.epoch() == is.epoch() {
            return;
        }
        let named = self.named.of(is.epoch());
        if !named.is_empty() {
            findings.exercised(Promise::FollowerAgreement);
        }
        if let Some(&(_, other)) = named.iter().find(|(_, known)| *known != leader) {
            findings.violated(Promise::FollowerAgreement, at, &[node, leader, other], || {
                format!("{node} names {leader} as leader of epoch {}, of which {other} had been named", is.epoch())
            });
        }
        if !named.contains(&(is.epoch(), leader)) {
            self.named.insert(is.epoch(), leader);
        }
    }
}
