//! Stories of small runs, told to the checkers by hand: what is bad is caught, what is odd but right is let pass, and what
//! did not come about is not said to have held.

mod election;
mod leaders;
mod liveness;
mod log;
mod reads;
mod resource;

use crate::algorithm::{
    Asserts, Assumption, Authority, Bounds, Claim, Entry, Epoch, Facts, Item, NodeId, Observation, Promise, Role,
};
use crate::audit::{Audit, Broken, Conditions, catalogue};
use crate::outcome::{Judgement, SplitBrain, Verdict};
use crate::setup::Setup;
use crate::time::{Span, Time};

const RAFT: Facts = Facts { epochs: true, votes: true, history: true, durable: true, leases: false };
const BULLY: Facts = Facts { epochs: false, votes: false, history: false, durable: false, leases: false };

/// The recovery bound of the stories, in milliseconds.
const BOUND: u64 = 1_000;

fn bounds() -> Bounds {
    Bounds {
        recovery: vec![(Span::millis(BOUND), "recovery")],
        step_down: Some(vec![(Span::millis(300), "step-down")]),
        detection: Span::millis(100),
        overlap: Some(vec![(Span::millis(50), "overlap")]),
        ..Bounds::default()
    }
}

fn term(number: u64) -> Epoch {
    Epoch(number, 0)
}

fn entry(epoch: u64, item: u64) -> Entry {
    Entry { epoch: term(epoch), item: (item > 0).then_some(Item(item)) }
}

/// A run as it is told. Members count from 1, as in words; times are in milliseconds.
struct Story {
    audit: Audit,
    now: Time,
    seen: Vec<Observation>,
    logs: Vec<Vec<Entry>>,
    tenures: usize,
    /// By member, the tenure that is open.
    open: Vec<Option<usize>>,
}

impl Story {
    fn new(members: u16, facts: Facts, given: Assumption) -> Story {
        let claims: Vec<Claim> = catalogue::ALL.iter().map(|known| Claim { promise: known.promise, given }).collect();
        Story::with_claims(members, facts, &claims, |_| ())
    }

    fn with_claims(members: u16, facts: Facts, claims: &[Claim], change: impl FnOnce(&mut Setup)) -> Story {
        let mut setup = Setup { nodes: members, ..Setup::default() };
        change(&mut setup);
        Story::with_bounds(&setup, facts, claims, &bounds())
    }

    fn with_bounds(setup: &Setup, facts: Facts, claims: &[Claim], bounds: &Bounds) -> Story {
        let count = usize::from(setup.nodes);
        Story {
            audit: Audit::new(setup, &setup.script, facts, claims, bounds),
            now: Time::ZERO,
            seen: vec![Observation::new(Role::Follower, Epoch::default()); count],
            logs: vec![Vec::new(); count],
            tenures: 0,
            open: vec![None; count],
        }
    }

    /// Time passes; alarms go off on the way.
    fn at(&mut self, millis: u64) -> &mut Story {
        let to = Time::ZERO + Span::millis(millis);
        assert!(to >= self.now, "a story is told forwards");
        while self.audit.alarm() <= to {
            let alarm = self.audit.alarm();
            self.audit.wake(alarm);
            assert!(self.audit.alarm() > alarm, "an alarm that has been heard is over");
        }
        self.now = to;
        self
    }

    fn says(&mut self, member: u16, epoch: u64) -> &mut Story {
        self.sends(member, Asserts { epoch: term(epoch), vote: None }, true)
    }

    fn votes(&mut self, member: u16, epoch: u64, candidate: u16) -> &mut Story {
        self.sends(member, Asserts { epoch: term(epoch), vote: Some((term(epoch), node(candidate))) }, true)
    }

    fn sends(&mut self, member: u16, asserts: Asserts, backed: bool) -> &mut Story {
        let disk = crate::audit::Backing { backed, takes_time: true };
        self.audit.departed(self.now, node(member), (asserts, disk));
        self
    }

    fn asks(&mut self, candidate: u16, voter: u16, epoch: u64) -> &mut Story {
        self.audit.asked_vote(self.now, node(voter), node(candidate), term(epoch));
        self
    }

    fn shows(&mut self, member: u16, is: Observation) -> &mut Story {
        let was = std::mem::replace(&mut self.seen[node(member).index()], is);
        self.audit.observed(self.now, node(member), &was, &is, &self.logs[node(member).index()]);
        self
    }

    fn stands(&mut self, member: u16, epoch: u64) -> &mut Story {
        self.shows(member, Observation::new(Role::Candidate, term(epoch)))
    }

    fn follows(&mut self, member: u16, leader: Option<u16>, epoch: u64) -> &mut Story {
        let committed = self.seen[node(member).index()].committed();
        let is = Observation::new(Role::Follower, term(epoch)).with_leader(leader.map(node)).with_committed(committed);
        self.shows(member, is)
    }

    /// It shows that it leads, and its tenure begins.
    fn leads(&mut self, member: u16, epoch: u64) -> &mut Story {
        let committed = self.seen[node(member).index()].committed();
        let is = Observation::new(Role::Leader, term(epoch))
            .with_leader(Some(node(member)))
            .with_authority(Authority::UntilItSays)
            .with_committed(committed);
        self.shows(member, is);
        self.open[node(member).index()] = Some(self.tenures);
        self.audit.tenure_began(self.now, self.tenures, node(member), term(epoch));
        self.tenures += 1;
        self
    }

    /// Elected by these, itself among them if it is.
    fn elected(&mut self, member: u16, epoch: u64, voters: &[u16]) -> &mut Story {
        self.stands(member, epoch);
        for &voter in voters {
            self.votes(voter, epoch, member);
        }
        self.leads(member, epoch)
    }

    fn steps_down(&mut self, member: u16, epoch: u64) -> &mut Story {
        self.follows(member, None, epoch);
        self.ends(member)
    }

    fn ends(&mut self, member: u16) -> &mut Story {
        let tenure = self.open[node(member).index()].take().expect("a tenure that ends has begun");
        self.audit.tenure_ended(self.now, tenure, node(member));
        self
    }

    fn crashes(&mut self, member: u16) -> &mut Story {
        self.audit.crashed(self.now, node(member));
        if self.open[node(member).index()].is_some() {
            self.ends(member);
        }
        self
    }

    /// With its log cut to this length.
    fn restarts(&mut self, member: u16, length: usize) -> &mut Story {
        let log = &mut self.logs[node(member).index()];
        log.truncate(length);
        self.audit.restarted(self.now, node(member), length, log);
        self.shows(member, Observation::new(Role::Follower, Epoch::default()))
    }

    /// From this position on (counted from 1) its log is now this.
    fn writes(&mut self, member: u16, position: usize, entries: &[Entry]) -> &mut Story {
        let log = &mut self.logs[node(member).index()];
        log.truncate(position - 1);
        log.extend_from_slice(entries);
        self.audit.wrote(self.now, node(member), position - 1, log, &self.seen[node(member).index()]);
        self
    }

    fn commits(&mut self, member: u16, count: u64) -> &mut Story {
        let is = self.seen[node(member).index()].with_committed(count);
        self.shows(member, is)
    }

    fn gets(&mut self, member: u16, item: u64) -> &mut Story {
        let tenure = self.open[node(member).index()].expect("work goes to who holds authority");
        self.audit.proposed(self.now, node(member), tenure, Item(item));
        self
    }

    fn applies(&mut self, member: u16, tenure: usize, item: u64) -> &mut Story {
        self.audit.applied(self.now, node(member), tenure, Item(item), None);
        self
    }

    fn acknowledges(&mut self, member: u16, item: u64) -> &mut Story {
        self.audit.acknowledged(self.now, node(member), Item(item));
        self
    }

    /// These run; these of them can reach a majority.
    fn world(&mut self, running: &[u16], connected: &[u16], calm: bool) -> &mut Story {
        let flags =
            |members: &[u16]| -> Vec<bool> { (1..=self.seen.len() as u16).map(|member| members.contains(&member)).collect() };
        let (running, connected) = (flags(running), flags(connected));
        let conditions = Conditions { running: &running, up: &running, quorum_connected: &connected, calm };
        self.audit.conditions(self.now, conditions);
        self
    }

    fn end(&mut self) -> Verdicts {
        self.end_with(Broken::default())
    }

    fn end_with(&mut self, broken: Broken) -> Verdicts {
        let (judgements, split_brain) = self.audit.finish(self.now, broken);
        Verdicts { judgements, split_brain }
    }
}

struct Verdicts {
    judgements: Vec<Judgement>,
    split_brain: SplitBrain,
}

impl Verdicts {
    fn of(&self, promise: Promise) -> &Judgement {
        &self.judgements[promise as usize]
    }

    /// What was seen, in words.
    fn violated(&self, promise: Promise) -> &str {
        match &self.of(promise).verdict {
            Verdict::Violated(violation) => &violation.saw,
            other => panic!("{promise:?} should be violated and is {other:?}"),
        }
    }

    fn held(&self, promise: Promise) {
        assert_eq!(self.of(promise).verdict, Verdict::Held, "{promise:?}");
    }

    fn not_exercised(&self, promise: Promise) {
        assert_eq!(self.of(promise).verdict, Verdict::NotExercised, "{promise:?}");
    }

    /// Nothing but these.
    fn only(&self, promises: &[Promise]) {
        for judgement in &self.judgements {
            let promise = catalogue::by_name(judgement.invariant).expect("a verdict has a name of the catalogue").promise;
            let violated = matches!(judgement.verdict, Verdict::Violated(_));
            assert_eq!(violated, promises.contains(&promise), "{judgement:?}");
        }
    }
}

fn node(member: u16) -> NodeId {
    NodeId(member - 1)
}

fn raft() -> Story {
    Story::new(3, RAFT, Assumption::Asynchrony)
}
