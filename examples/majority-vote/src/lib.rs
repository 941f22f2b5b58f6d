//! A leader by majority vote: the election of Raft (D. Ongaro and J. Ousterhout, "In Search of an Understandable Consensus
//! Algorithm", USENIX ATC 2014, sections 5.1 and 5.2) without its log. The term is the fencing token.
//!
//! **Deviations.** There is no log, so no vote is refused for the sake of one. A refusal is silence. A leader that does not hear
//! from a majority steps down (Ongaro 2014, dissertation, section 6.2). Own votes are counted when the disk has them.
//!
//! **Not promised.** Two leaders, of different terms, may overlap until the older one steps down; only a resource that enforces
//! the token keeps their effects apart. A member that comes back with a higher term deposes a healthy leader: there is no pre-vote.

mod invariants;
mod message;

use std::collections::BTreeSet;

use hustings::sim::{
    Algorithm, Asserts, Assumption, Authority, Bounds, Claim, Context, Durable, Encode, Encoder, Epoch, Facts, Invariant,
    MutantInfo, Network, NoService, NodeId, Observation, Promise, Role, Span, algorithm::total,
};
pub use message::Message;

/// The election timeout is drawn from here up to twice as much. The paper's 150 ms suit a faster network than the library's.
const ELECTION: Span = Span::secs(1);
const HEARTBEAT: Span = Span::millis(100);

/// What survives a crash: the term, and for whom this member voted in it.
#[derive(Clone, Copy, Default, Debug)]
pub struct Ballot {
    pub term: u64,
    pub vote: Option<NodeId>,
}

/// Both change in one write, so that no crash falls between them.
impl Durable for Ballot {
    type Write = Ballot;
    fn apply(&mut self, write: &Ballot) {
        *self = *write;
    }
}

impl Encode for Ballot {
    fn encode(&self, to: &mut Encoder) {
        to.words([self.term, self.vote.map_or(0, |vote| u64::from(vote.0) + 1)]);
    }
}

/// What a member waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// No word from a leader, or no result of a candidacy.
    Election,
    /// A leader's next heartbeat.
    Heartbeat,
    /// A leader's next look at who has answered.
    Majority,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

/// Bugs that can be switched on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    VotesTwice,
    AnswersBeforeTheDisk,
    CountsAnyAnswer,
}

const MUTANTS: &[MutantInfo<Mutant>] = &[
    MutantInfo {
        mutant: Mutant::VotesTwice,
        id: "votes-twice",
        breaks: "a member votes for whoever asks, also if it has voted in this term",
        caught_by: Some(Promise::VoteOnce),
    },
    MutantInfo {
        mutant: Mutant::AnswersBeforeTheDisk,
        id: "answers-before-the-disk",
        breaks: "a vote leaves before the disk holds it",
        caught_by: Some(Promise::DurableBeforeReply),
    },
    MutantInfo {
        mutant: Mutant::CountsAnyAnswer,
        id: "counts-any-answer",
        breaks: "a candidate counts an answer to an old heartbeat of its own as a vote",
        caught_by: Some(Promise::QuorumCertificate),
    },
];

/// One member: what a crash forgets.
pub struct MajorityVote {
    role: Role,
    leader: Option<NodeId>,
    /// A candidate's voters, itself included; a leader's answerers since its last look.
    heard: BTreeSet<NodeId>,
}

impl MajorityVote {
    fn stand(&mut self, ctx: &mut Context<'_, Self>) {
        let (me, term) = (ctx.id(), ctx.durable().term + 1);
        ctx.persist(Ballot { term, vote: Some(me) });
        (self.role, self.leader) = (Role::Candidate, None);
        self.heard.clear();
        ctx.broadcast(&Message::RequestVote { term });
        ctx.send(me, Message::Vote { term, candidate: me });
    }

    fn lead(&mut self, ctx: &mut Context<'_, Self>) {
        (self.role, self.leader) = (Role::Leader, Some(ctx.id()));
        ctx.disarm(Timer::Election);
        ctx.arm(Timer::Majority, ELECTION);
        self.on_timer(Timer::Heartbeat, ctx);
    }

    fn follow(&mut self, leader: Option<NodeId>, ctx: &mut Context<'_, Self>) {
        (self.role, self.leader) = (Role::Follower, leader);
        ctx.disarm(Timer::Heartbeat);
        ctx.disarm(Timer::Majority);
        wait(ctx);
    }

    /// One vote a term. It leaves when the disk holds it.
    fn vote(&mut self, candidate: NodeId, ctx: &mut Context<'_, Self>) {
        let Ballot { term, vote } = *ctx.durable();
        if vote.is_some_and(|earlier| earlier != candidate) && !ctx.bug(Mutant::VotesTwice) {
            return;
        }
        ctx.persist(Ballot { term, vote: Some(candidate) });
        // A vote that a crash could undo might be given twice.
        let vote = Message::Vote { term, candidate };
        if ctx.bug(Mutant::AnswersBeforeTheDisk) {
            ctx.send_at_once(candidate, vote)
        } else {
            ctx.send(candidate, vote)
        }
        wait(ctx);
    }

    /// Votes make a leader, answers of any kind keep it. An answer to what it sent as the leader of an earlier term says
    /// `Here` in the term in which it stands now, and is no vote.
    fn count(&mut self, from: NodeId, message: Message, ctx: &mut Context<'_, Self>) {
        let vote = matches!(message, Message::Vote { .. }) || ctx.bug(Mutant::CountsAnyAnswer);
        if self.role == Role::Leader || self.role == Role::Candidate && vote {
            self.heard.insert(from);
        }
        if self.role == Role::Candidate && self.heard.len() >= ctx.majority() {
            self.lead(ctx);
        }
    }
}

fn wait(ctx: &mut Context<'_, MajorityVote>) {
    let patience = ctx.between(ELECTION, ELECTION.times(2));
    ctx.arm(Timer::Election, patience);
}

impl Algorithm for MajorityVote {
    const NAME: &'static str = "majority-vote";
    const ABOUT: &'static str = "Raft's election without its log: one durable vote a term, the term is the fencing token.";
    const CITATION: &'static str = "D. Ongaro and J. Ousterhout, In Search of an Understandable Consensus Algorithm, USENIX ATC \
                                    2014, sections 5.1 and 5.2";
    const MUTANTS: &'static [MutantInfo<Mutant>] = MUTANTS;

    type Config = ();
    type Durable = Ballot;
    type Message = Message;
    type Timer = Timer;
    type Mutant = Mutant;
    type Service = NoService;

    fn claims(_: &()) -> Vec<Claim> {
        use Promise::{
            DurableBeforeReply, ElectionSafety, EventualLeader, FollowerAgreement, LeaderHasQuorum, NoLeaderWithoutQuorum,
            NoStuckRole, QuorumCertificate, TermMonotonic, VoteOnce,
        };
        let safe = [ElectionSafety, VoteOnce, TermMonotonic, DurableBeforeReply, QuorumCertificate, NoLeaderWithoutQuorum];
        let mut claims = Claim::all(Assumption::Asynchrony, &safe);
        claims.extend(Claim::all(Assumption::Asynchrony, &[EventualLeader, FollowerAgreement, NoStuckRole]));
        claims.extend(Claim::all(Assumption::BoundedDelay, &[LeaderHasQuorum]));
        claims
    }

    fn bounds(_: &(), network: &Network) -> Bounds {
        let slow = |span: Span| span.fraction(network.drift_ppm, 1_000_000 - network.drift_ppm.min(900_000));
        let mut recovery = vec![
            (ELECTION.times(12), "detection, and candidacies until one does not split the vote"),
            ((network.max_delay + network.disk).times(8), "split votes are likelier where messages take longer"),
        ];
        let (lost, sent) = (u64::from(network.loss.numerator), u64::from(network.loss.denominator));
        recovery.push((total(&recovery).fraction(2 * lost, (sent - lost).max(sent.div_ceil(10))), "lost requests and votes"));
        recovery.push((slow(total(&recovery)), "slow clocks"));
        let mut step_down = vec![(ELECTION.times(2), "the first look may still count answers from before the loss")];
        step_down.push((slow(total(&step_down)), "slow clocks"));
        Bounds { recovery, step_down: Some(step_down), detection: ELECTION.times(2), ..Bounds::default() }
    }

    fn facts(_: &()) -> Facts {
        Facts { epochs: true, votes: true, history: false, durable: true, leases: false }
    }

    fn asserts(message: &Message) -> Asserts {
        let vote = match *message {
            Message::Vote { term, candidate } => Some((Epoch(term, 0), candidate)),
            _ => None,
        };
        Asserts { epoch: Epoch(message.term(), 0), vote }
    }

    fn asks_vote(message: &Message) -> Option<Epoch> {
        matches!(message, Message::RequestVote { .. }).then_some(Epoch(message.term(), 0))
    }

    fn backed(message: &Message, disk: &Ballot, sender: NodeId) -> bool {
        let voted = |candidate| disk.vote == Some(candidate);
        disk.term > message.term()
            || disk.term == message.term()
                && match *message {
                    Message::RequestVote { .. } => voted(sender),
                    Message::Vote { candidate, .. } => voted(candidate),
                    Message::Heartbeat { .. } | Message::Here { .. } => true,
                }
    }

    fn invariants() -> Vec<Box<dyn Invariant<Self>>> {
        vec![Box::new(invariants::LeaderChoseItself)]
    }

    fn start(ctx: &mut Context<'_, Self>) -> Self {
        wait(ctx);
        MajorityVote { role: Role::Follower, leader: None, heard: BTreeSet::new() }
    }

    fn on_message(&mut self, from: NodeId, message: Message, ctx: &mut Context<'_, Self>) {
        if message.term() > ctx.durable().term {
            ctx.persist(Ballot { term: message.term(), vote: None });
            self.follow(None, ctx);
        }
        let term = ctx.durable().term;
        match message {
            // From a leader that has been deposed: the answer tells it so.
            Message::Heartbeat { term: old } if old < term => ctx.send(from, Message::Here { term }),
            _ if message.term() < term => {}
            Message::RequestVote { .. } => self.vote(from, ctx),
            Message::Heartbeat { .. } => {
                self.follow(Some(from), ctx);
                ctx.send(from, Message::Here { term });
            }
            Message::Vote { .. } | Message::Here { .. } => self.count(from, message, ctx),
        }
    }

    fn on_timer(&mut self, timer: Timer, ctx: &mut Context<'_, Self>) {
        match timer {
            Timer::Election => {
                wait(ctx);
                if self.role != Role::Leader && !ctx.ineligible() {
                    self.stand(ctx);
                }
            }
            Timer::Heartbeat => {
                ctx.broadcast(&Message::Heartbeat { term: ctx.durable().term });
                ctx.arm(Timer::Heartbeat, HEARTBEAT);
            }
            Timer::Majority => {
                let majority = self.heard.len() >= ctx.majority();
                self.heard = BTreeSet::from([ctx.id()]);
                if majority { ctx.arm(Timer::Majority, ELECTION) } else { self.follow(None, ctx) }
            }
        }
    }

    fn campaign() -> Option<Timer> {
        Some(Timer::Election)
    }

    fn observe(&self, durable: &Ballot) -> Observation {
        let leads = self.role == Role::Leader;
        Observation::new(self.role, Epoch(durable.term, 0))
            .with_leader(self.leader)
            .with_authority(if leads { Authority::UntilItSays } else { Authority::None })
            .with_token(leads.then_some(durable.term))
    }
}
