//! A leader by the highest ballot: the first phase of Paxos (L. Lamport, "Paxos Made Simple", 2001, section 2.2), said again at
//! every beat. Members tell each other the highest ballot that they have promised to follow: its candidate tells all, whoever
//! hears that tells it back, and a majority makes and keeps a leader. The ballot is the fencing token.
//!
//! **Not promised.** Two leaders may overlap until the older one hears of the newer; only a resource that enforces the token
//! keeps their effects apart.

use std::collections::BTreeSet;

use hustings::sim::{
    Algorithm, Assumption, Authority, Bounds, Claim, Context, Epoch, Facts, Network, Never, NoService, NodeId, Observation,
    Promise, Role, Span, messages,
};

const BEAT: Span = Span::millis(100);
/// A leader does without a majority's answers for so many beats; everybody else without a leader for up to twice as many.
const PATIENCE: u64 = 10;

messages! {
    /// What members say to each other.
    pub enum Message {
        /// I have promised to follow no lower ballot than this: a round, and the number of its candidate.
        Promised { ballot: Epoch },
    }
}

/// One member: what a crash forgets. What survives one is the highest ballot that it has promised to follow.
pub struct HighestBallot {
    role: Role,
    /// Who has promised to follow its own ballot, itself included, in the latest so many beats.
    heard: BTreeSet<NodeId>,
    beats: u64,
}

impl HighestBallot {
    fn follow(&mut self, ctx: &mut Context<'_, Self>) {
        self.role = Role::Follower;
        let patience = ctx.between(BEAT.times(PATIENCE), BEAT.times(2 * PATIENCE));
        ctx.arm((), patience);
    }
}

impl Algorithm for HighestBallot {
    const NAME: &'static str = "highest-ballot";
    const ABOUT: &'static str = "The first phase of Paxos as an election: a majority that promises to follow no lower ballot.";
    const CITATION: &'static str = "L. Lamport, Paxos Made Simple, ACM SIGACT News 32(4), 2001, section 2.2";

    type Config = ();
    type Durable = Epoch;
    type Message = Message;
    type Timer = ();
    type Mutant = Never;
    type Service = NoService;

    fn claims(_: &()) -> Vec<Claim> {
        Claim::all(Assumption::Asynchrony, &[Promise::ElectionSafety, Promise::NoLeaderWithoutQuorum, Promise::EventualLeader])
    }

    fn bounds(_: &(), network: &Network) -> Bounds {
        let (detection, messages) = (BEAT.times(2 * PATIENCE), network.max_delay.times(8));
        let recovery = vec![(detection.times(3), "candidates that outbid each other"), (messages, "what they say to each other")];
        Bounds { recovery, detection, ..Bounds::default() }
    }

    fn facts(_: &()) -> Facts {
        Facts { epochs: true, ..Facts::default() }
    }

    fn start(ctx: &mut Context<'_, Self>) -> Self {
        let mut member = HighestBallot { role: Role::Follower, heard: BTreeSet::new(), beats: 0 };
        member.follow(ctx);
        member
    }

    fn on_message(&mut self, from: NodeId, Message::Promised { ballot }: Message, ctx: &mut Context<'_, Self>) {
        let (promised, candidate) = (*ctx.durable(), NodeId(ballot.1 as u16));
        if ballot < promised {
            return ctx.send(from, Message::Promised { ballot: promised });
        }
        if ballot > promised {
            ctx.persist(ballot);
            self.follow(ctx);
        }
        if candidate == ctx.id() && self.role != Role::Follower {
            self.heard.insert(from);
            self.role = if self.heard.len() < ctx.majority() { self.role } else { Role::Leader };
        } else if candidate == from {
            self.follow(ctx);
            ctx.send(from, Message::Promised { ballot });
        }
    }

    fn on_timer(&mut self, (): (), ctx: &mut Context<'_, Self>) {
        if self.role == Role::Follower && ctx.ineligible() {
            return self.follow(ctx);
        }
        self.beats += 1;
        if self.role == Role::Follower || self.beats == PATIENCE {
            if self.role != Role::Leader || self.heard.len() < ctx.majority() {
                self.role = Role::Candidate;
                ctx.persist(Epoch(ctx.durable().0 + 1, u64::from(ctx.id().0)));
            }
            (self.heard, self.beats) = (BTreeSet::new(), 0);
        }
        // To itself, too: its own promise counts when its disk has it.
        ctx.members().for_each(|member| ctx.send(member, Message::Promised { ballot: *ctx.durable() }));
        ctx.arm((), BEAT);
    }

    fn observe(&self, ballot: &Epoch) -> Observation {
        let leads = self.role == Role::Leader;
        Observation::new(self.role, *ballot)
            .with_leader((ballot.0 > 0 && self.role != Role::Candidate).then_some(NodeId(ballot.1 as u16)))
            .with_authority(if leads { Authority::UntilItSays } else { Authority::None })
            .with_token(leads.then_some(ballot.0 << 16 | ballot.1))
    }
}
