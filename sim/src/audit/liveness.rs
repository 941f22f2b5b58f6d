//! What must come about once the trouble is over: EventualLeader, FollowerAgreement, NoStuckRole; and Stability, which must
//! last. Judged only while nothing is wrong but that some members may be down, from the last change of the world on.

use crate::algorithm::{Bounds, Network, NodeId, Observation, Promise, Role, total};
use crate::audit::findings::Findings;
use crate::audit::goal::{Due, Goal};
use crate::outcome::Liveness as Late;
use crate::setup::Setup;
use crate::time::{Span, Time};

/// What the liveness checkers need to know of scenario and algorithm.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// From a whole network to an established leader.
    pub recovery: Span,
    /// The same, with time to get an item done, where there is work.
    pub work: Option<Span>,
    /// From one leader that goes by itself to the next, with time to get an item done; zero, if none does.
    pub handover: Span,
    /// From a whole network until every member has heard of its leader.
    pub agreement: Span,
    /// Without faults nothing can be mistaken for one: no loss, and delays far below the timeouts.
    pub quiet: bool,
}

impl Terms {
    /// In what time, and under what circumstances, liveness is judged. `in_vain`: how long a leader may be given nothing but reads that leave
    /// no trace.
    pub fn of(setup: &Setup, network: &Network, bounds: &Bounds, in_vain: Span) -> Terms {
        let recovery = total(&bounds.recovery);
        let there_and_back = (network.max_delay + network.disk).times(2);
        // An established leader waits for its next item, thinks, and hears of it.
        let one_item = setup.work.one_item(there_and_back) + in_vain;
        let to_work = if setup.work.on { one_item } else { Span::ZERO };
        let bursts = setup.link.burst.is_some() || setup.links.iter().any(|link| link.patch.burst.is_some());
        Terms {
            recovery,
            work: setup.work.on.then_some(recovery + one_item),
            handover: bounds.handover.as_ref().map_or(Span::ZERO, |handover| total(handover) + to_work),
            agreement: recovery + bounds.detection,
            quiet: network.loss.is_zero()
                && !bursts
                && network.max_delay + network.disk <= bounds.detection.fraction(1, FAR_BELOW)
                && network.drift_ppm <= MODEST_DRIFT,
        }
    }
}

/// A delay of at most this part of the detection time is never mistaken for a dead leader: the range in which the recovery
/// bounds of the literature hold.
const FAR_BELOW: u64 = 10;

/// Clocks that differ by no more than this, in parts per million, do not make a healthy leader look dead.
const MODEST_DRIFT: u64 = 100_000;

/// An established leader went while nothing seemed wrong; whether a fault of the same instant did it shows what follows.
#[derive(Clone, Copy, Debug)]
struct Suspicion {
    at: Time,
    settled: NodeId,
    newcomer: Option<NodeId>,
}

pub(super) struct Liveness {
    terms: Terms,
    calm: bool,
    up: Vec<bool>,
    /// By member: whom it names as leader.
    names: Vec<Option<NodeId>>,
    /// By member: it stands, as pre-candidate or candidate.
    stands: Vec<bool>,
    /// Who holds authority.
    holders: Vec<NodeId>,
    /// Who last got an item done since nothing is wrong.
    done_by: Option<NodeId>,
    leader: Goal,
    agreement: Goal,
    /// By member: that it stops standing.
    settles: Vec<Goal>,
    /// The leader that must stay, once the bound has passed.
    settled: Option<NodeId>,
    /// When its staying has been put to the test.
    tested: Time,
    suspicion: Option<Suspicion>,
    next: Time,
}

impl Liveness {
    pub fn new(nodes: usize, terms: Terms) -> Liveness {
        Liveness {
            calm: false,
            up: vec![false; nodes],
            names: vec![None; nodes],
            stands: vec![false; nodes],
            holders: Vec::new(),
            done_by: None,
            leader: Goal::new(terms.work.unwrap_or(terms.recovery)).passed_on_within(terms.handover),
            agreement: Goal::new(terms.agreement),
            settles: vec![Goal::new(terms.recovery); nodes],
            settled: None,
            tested: Time::NEVER,
            suspicion: None,
            next: Time::NEVER,
            terms,
        }
    }

    /// The world has changed: what was expected is over, and the time starts anew if nothing is wrong now.
    pub fn conditions(&mut self, findings: &mut Findings, at: Time, up: &[bool], calm: bool) {
        if self.suspicion.is_some_and(|suspicion| suspicion.at == at) {
            self.suspicion = None;
        }
        self.end(findings, at);
        self.up.copy_from_slice(up);
        self.calm = calm && self.terms.recovery > Span::ZERO;
        if self.calm {
            self.begin(at);
            for i in 0..self.settles.len() {
                if self.up[i] && self.stands[i] {
                    self.settles[i].begin(at);
                    self.next = self.next.min(self.settles[i].alarm());
                }
            }
            self.look(findings, at);
        }
    }

    /// From here on a leader is expected.
    fn begin(&mut self, at: Time) {
        self.done_by = None;
        self.settled = None;
        self.leader.begin(at);
        self.agreement.begin(at);
        self.next = self.next.min(self.leader.alarm()).min(self.agreement.alarm());
    }

    /// Nothing is expected any longer.
    fn end(&mut self, findings: &mut Findings, at: Time) {
        self.confirm(findings);
        if let Some(how) = self.leader.end() {
            self.leaderless(findings, how, at);
        }
        if let Some(how) = self.agreement.end() {
            self.disagreed(findings, how, at);
        }
        for i in 0..self.settles.len() {
            if let Some(how) = self.settles[i].end() {
                self.stuck(findings, how, at, i);
            }
        }
        self.settled = None;
        self.tested = Time::NEVER;
        self.next = Time::NEVER;
    }

    /// Nobody who campaigns could win: nothing is expected, and what was expected is forgiven.
    pub fn excuse(&mut self) {
        self.leader.end();
        self.agreement.end();
        for settles in &mut self.settles {
            settles.end();
        }
        self.calm = false;
    }

    /// Of those for whom it is judged: who is cut off from them for good may believe what it likes.
    fn leaders(&self) -> impl Iterator<Item = NodeId> {
        self.holders.iter().copied().filter(|holder| self.up[holder.index()])
    }

    fn sole_leader(&self) -> Option<NodeId> {
        let mut leaders = self.leaders();
        leaders.next().filter(|_| leaders.next().is_none())
    }

    /// Has what is expected come about?
    fn look(&mut self, findings: &mut Findings, at: Time) {
        if !self.calm {
            return;
        }
        let leader = self.sole_leader().filter(|leader| self.terms.work.is_none() || self.done_by == Some(*leader));
        if leader.is_some() {
            if self.leader.is_passed_on() {
                self.settle(leader, at);
            }
            if let Some(how) = self.leader.reached() {
                self.leaderless(findings, how, at);
            }
        } else if self.terms.quiet {
            self.leader.undone(at);
        }
        if self.agreement.is_wanted()
            && self.agree()
            && let Some(how) = self.agreement.reached()
        {
            self.disagreed(findings, how, at);
        }
    }

    /// From here on this leader must stay.
    fn settle(&mut self, leader: Option<NodeId>, at: Time) {
        self.settled = leader;
        self.tested = leader.map_or(Time::NEVER, |_| at + self.terms.recovery);
        self.next = self.next.min(self.tested);
    }

    /// Do all who are up name the one that leads?
    fn agree(&self) -> bool {
        let leader = self.sole_leader();
        leader.is_some() && self.up.iter().zip(&self.names).all(|(up, named)| !up || *named == leader)
    }

    pub fn observed(&mut self, findings: &mut Findings, at: Time, node: NodeId, is: &Observation) {
        let i = node.index();
        let stands = matches!(is.role(), Role::PreCandidate | Role::Candidate);
        if std::mem::replace(&mut self.stands[i], stands) != stands && self.calm && self.up[i] {
            if stands {
                self.settles[i].begin(at);
                self.next = self.next.min(self.settles[i].alarm());
            } else if let Some(how) = self.settles[i].reached() {
                self.stuck(findings, how, at, i);
            }
        }
        if std::mem::replace(&mut self.names[i], is.leader()) != is.leader() {
            self.look(findings, at);
        }
    }

    pub fn crashed(&mut self, node: NodeId) {
        self.names[node.index()] = None;
        self.stands[node.index()] = false;
    }

    pub fn began(&mut self, findings: &mut Findings, at: Time, node: NodeId) {
        self.holders.push(node);
        self.changed(findings, at, Some(node));
    }

    pub fn ended(&mut self, findings: &mut Findings, at: Time, node: NodeId) {
        self.holders.retain(|holder| *holder != node);
        self.changed(findings, at, None);
    }

    /// Authority began or ended somewhere.
    fn changed(&mut self, findings: &mut Findings, at: Time, newcomer: Option<NodeId>) {
        if self.suspicion.is_some_and(|suspicion| suspicion.at == at && newcomer == Some(suspicion.settled)) {
            // It leads on, in another epoch.
            self.suspicion = None;
        }
        self.confirm(findings);
        if let Some(settled) = self.settled.filter(|settled| self.sole_leader() != Some(*settled)) {
            self.suspicion = Some(Suspicion { at, settled, newcomer });
            self.tested = Time::NEVER;
            self.begin(at);
        }
        self.look(findings, at);
    }

    #[inline]
    pub fn acknowledged(&mut self, findings: &mut Findings, at: Time, node: NodeId) {
        if self.leader.is_wanted() {
            self.done_by = Some(node);
            self.look(findings, at);
        }
    }

    /// No work can be done, whoever leads: from now on it is enough that somebody does.
    pub fn forget_work(&mut self, findings: &mut Findings, at: Time) {
        if self.terms.work.take().is_some() {
            self.look(findings, at);
        }
    }

    pub fn alarm(&self) -> Time {
        self.next
    }

    pub fn wake(&mut self, findings: &mut Findings, at: Time) {
        self.confirm(findings);
        match self.leader.wake(at) {
            Some(Due::Bound { met }) => {
                findings.exercised(Promise::EventualLeader);
                self.settle(self.sole_leader().filter(|_| met && self.terms.quiet), at);
            }
            Some(Due::Stuck) => self.leaderless(findings, Late::Stuck, at),
            None => {}
        }
        match self.agreement.wake(at) {
            Some(Due::Bound { .. }) => findings.exercised(Promise::FollowerAgreement),
            Some(Due::Stuck) => self.disagreed(findings, Late::Stuck, at),
            None => {}
        }
        if self.tested <= at {
            findings.exercised(Promise::Stability);
            self.tested = Time::NEVER;
        }
        self.next = self.leader.alarm().min(self.agreement.alarm()).min(self.tested);
        for i in 0..self.settles.len() {
            match self.settles[i].wake(at) {
                Some(Due::Bound { .. }) => findings.exercised(Promise::NoStuckRole),
                Some(Due::Stuck) => self.stuck(findings, Late::Stuck, at, i),
                None => {}
            }
            self.next = self.next.min(self.settles[i].alarm());
        }
    }

    pub fn finish(&mut self, findings: &mut Findings, at: Time) {
        self.end(findings, at);
    }

    /// No fault came at the instant when the leader went.
    fn confirm(&mut self, findings: &mut Findings) {
        let Some(Suspicion { at, settled, newcomer }) = self.suspicion.take() else { return };
        match newcomer.filter(|newcomer| *newcomer != settled) {
            Some(newcomer) => findings.violated(Promise::Stability, at, &[settled, newcomer], || {
                format!("{newcomer} came to lead beside {settled}, with nothing wrong")
            }),
            None => findings
                .violated(Promise::Stability, at, &[settled], || format!("{settled} lost its leadership with nothing wrong")),
        }
    }

    fn leaderless(&self, findings: &mut Findings, how: Late, at: Time) {
        let bound = self.terms.work.unwrap_or(self.terms.recovery);
        let leaders: Vec<NodeId> = self.leaders().collect();
        findings.late(Promise::EventualLeader, how, at, &leaders, || match (how, leaders.as_slice()) {
            (Late::Slow, _) => format!("a leader got to work later than the bound of {bound} after the trouble was over"),
            (_, []) => format!("nobody leads, longer than the bound of {bound} after the trouble was over"),
            (_, [one]) => {
                format!("{one} leads and gets nothing done, longer than the bound of {bound} after the trouble was over")
            }
            (_, several) => {
                format!("{} members lead, longer than the bound of {bound} after the trouble was over", several.len())
            }
        });
    }

    fn disagreed(&self, findings: &mut Findings, how: Late, at: Time) {
        let bound = self.terms.agreement;
        let leader = self.sole_leader();
        let astray = (0..self.names.len()).filter(|&i| self.up[i] && (leader.is_none() || self.names[i] != leader));
        let astray: Vec<NodeId> = astray.map(|i| NodeId(i as u16)).collect();
        findings.late(Promise::FollowerAgreement, how, at, &astray, || {
            let names = |node: &NodeId| {
                let named = self.names[node.index()];
                format!("{node} names {}", named.map_or_else(|| String::from("nobody"), |leader| leader.to_string()))
            };
            let who = astray.iter().map(names).collect::<Vec<_>>().join(", ");
            match how {
                Late::Slow => format!("all named one leader later than the bound of {bound} after the trouble was over"),
                _ => format!("longer than the bound of {bound} after the trouble was over, {who}"),
            }
        });
    }

    fn stuck(&self, findings: &mut Findings, how: Late, at: Time, i: usize) {
        let (node, bound) = (NodeId(i as u16), self.terms.recovery);
        findings.late(Promise::NoStuckRole, how, at, &[node], || {
            format!("{node} stood for election for longer than the bound of {bound}, with nothing wrong")
        });
    }
}
