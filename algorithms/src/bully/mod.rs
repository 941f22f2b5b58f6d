//! Bully: Hector Garcia-Molina, "Elections in a Distributed Computing System", IEEE Transactions on Computers C-31 (1),
//! 1982. The highest number that is up coordinates the rest, and takes over whenever it comes up.
//!
//! **Kept from the paper.** The states (Down is a member that is not running; Election, Reorganization, Normal), the
//! coordinator `c` and the halter `h` of each member; an election in three rounds: AreYouThere to all higher numbers, Halt to
//! all lower ones, then NewCoordinator and Ready to those who halted; the coordinator's regular AreYouNormal to everybody; a
//! member that misses its coordinator asks it AreYouThere before it calls an election; recovery calls an election; nothing is
//! durable. Halt before NewCoordinator is what textbook versions leave out, and with it the guarantee that the old
//! coordinator has stopped before the new one begins.
//!
//! **Assumed** (the paper's assumptions): messages arrive within a known bound, members answer within a known bound, links do
//! not lose, members fail by stopping. Where that does not hold, each part of a cut has its own coordinator, and an isolated
//! one leads for ever: that is the algorithm, not a bug.
//!
//! **Deviations.**
//! 1. A procedure call is two messages, and the calls of one round go out at once, under one answer-timeout.
//! 2. Halt, NewCoordinator and their answers carry a group number (the paper has one only in its second algorithm), so that
//!    the late rest of an old election does no harm. The number is a reading of the coordinator's clock, as nothing is durable.
//! 3. A candidate waits for the whole answer-timeout after Halt even when all have answered: until then, what a halted
//!    coordinator had sent to the protected resource has arrived there.
//! 4. Whoever has halted and then does not answer NewCoordinator is left out; in the paper the election starts over.
//! 5. Ready is not answered; the next AreYouNormal finds out who missed it.
//! 6. AreYouNormal names the group, and a member of another group says no: two coordinators find each other after a cut.
//! 7. A coordinator that meets a member outside its group (its answer to AreYouNormal, or its AreYouThere) takes it in by a
//!    Halt, NewCoordinator and Ready for that member alone; in the paper it halts everybody and starts over.
//! 8. Whoever is asked AreYouThere by a lower number checks its own coordinator at once, not only at its next doubt (the
//!    textbooks' "answers, and holds an election of its own").
//! 9. A member that knows of a higher one waits for it for coordinator-timeout, then asks again; the paper leaves the time open.
//!
//! **With `quorum-and-epoch`** (not in the paper) elections are safe in an asynchronous network. A group is numbered by an
//! epoch; Halt asks for a durable promise, of which a member gives one per epoch; a candidate needs the promises of a
//! majority of *all* members; the fencing token is the epoch; a coordinator that a majority does not answer for ping-timeout
//! stops. Two coordinators, of different epochs, can then overlap for up to ping-timeout, no more; without fencing
//! (`at-least`) their effects may conflict in that time.
//! So that a high number with bad links neither keeps the others from leading nor disturbs them: AreYouThere goes to
//! everybody, and only who is answered by a majority goes on to Halt. The others are *unfit*: they say so in their answers,
//! lower numbers then do not wait for them, and they halt for lower numbers and follow them. An unfit member asks again every
//! coordinator-timeout, without leaving its group, and takes over when a majority answers. For the same reason a member that
//! hears its coordinator does not count for, nor halt for, a number below that coordinator: of two that cannot hear each other
//! but reach a majority each, the higher leads, and they do not take turns. And a coordinator that answers AreYouThere without
//! leading is given up.

mod config;
mod election;
mod group;
mod messages;
mod mutants;
#[cfg(test)]
mod stories;

use sim::{
    Acted, Algorithm, Asserts, Assumption, Authority, Bounds, Claim, Context, Epoch, Facts, Item, LocalTime, MutantInfo, Network,
    NoService, NodeId, Observation, Promise, Role, Span, algorithm::total,
};

pub use config::Config;
pub use messages::{Bearing, Group, Message, Promised, Timer};
pub use mutants::Mutant;

/// The paper's states; Down is not running.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Status {
    Election,
    Reorganization,
    Normal,
}

/// What a member is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Task {
    Nothing,
    /// Its coordinator has been silent, and should answer AreYouThere.
    Checking,
    /// Is anybody higher there?
    Asking,
    /// A higher one is there, and should take over.
    Awaiting,
    /// Has halted for another, who should take over.
    Halted,
    /// Has sent Halt.
    Halting,
    /// Has sent NewCoordinator.
    Forming,
}

/// What a member knows of another, in the election or group of the moment.
#[derive(Clone, Copy, Debug)]
struct Peer {
    reply: Reply,
    /// The latest message of ours that it has answered left at this time (as candidate or coordinator).
    answered: LocalTime,
}

/// How far it has come with us.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Reply {
    None,
    Here,
    Halted,
    /// Halted, and promised us the epoch.
    Promised,
    Accepted,
}

/// One member.
pub struct Bully {
    me: NodeId,
    status: Status,
    task: Task,
    /// The paper's `c`: whom it follows, or itself; in Reorganization and Normal.
    coordinator: Option<NodeId>,
    /// The group that it is in, or that it stands for.
    group: Group,
    /// The paper's `h`: for whom it halted last, and for which group.
    halter: Option<(NodeId, Group)>,
    /// The number of its latest AreYouThere.
    asked: u64,
    /// A higher one has answered, and can lead.
    deferred: bool,
    /// When its latest Halt or NewCoordinator left.
    sent: LocalTime,
    /// Has not been in a group since it came up.
    fresh: bool,
    /// How many members it saw when it last asked, itself included.
    in_view: usize,
    /// With quorums: as far as it knows, a majority answers it.
    fit: bool,
    /// With quorums: the newest epoch that anyone has mentioned.
    newest: u64,
    peers: Vec<Peer>,
    /// Room to sort in.
    times: Vec<LocalTime>,
}

impl Bully {
    fn leads(&self) -> bool {
        self.status == Status::Normal && self.coordinator == Some(self.me)
    }

    fn follows(&self) -> bool {
        self.status == Status::Normal && self.coordinator != Some(self.me)
    }

    fn stands(&self) -> bool {
        matches!(self.task, Task::Halting | Task::Forming)
    }

    /// The paper's Recovery, with this room.
    fn recover(mut peers: Vec<Peer>, times: Vec<LocalTime>, ctx: &mut Context<'_, Bully>) -> Bully {
        peers.clear();
        peers.resize(ctx.members().count(), Peer { reply: Reply::None, answered: LocalTime(0) });
        let mut bully = Bully {
            me: ctx.id(),
            status: Status::Election,
            task: Task::Nothing,
            coordinator: None,
            group: Group::default(),
            halter: None,
            asked: 0,
            deferred: false,
            sent: ctx.now(),
            fresh: true,
            in_view: 1,
            fit: true,
            newest: 0,
            peers,
            times,
        };
        if mutants::comes_up_silent(&bully, ctx) {
            bully.wait(Task::Awaiting, ctx);
        } else {
            bully.ask(ctx);
        }
        bully
    }
}

impl Algorithm for Bully {
    const NAME: &'static str = "bully";
    const ABOUT: &'static str = "The highest number that is up leads, and takes over whenever it comes up; no quorum, no epoch \
                                 (quorum-and-epoch adds both).";
    const CITATION: &'static str = "H. Garcia-Molina, Elections in a Distributed Computing System, IEEE Transactions on \
                                    Computers C-31 (1), 1982 (the Bully algorithm)";
    const MUTANTS: &'static [MutantInfo<Mutant>] = mutants::MUTANTS;

    type Config = Config;
    type Durable = Promised;
    type Message = Message;
    type Timer = Timer;
    type Mutant = Mutant;
    type Service = NoService;

    /// A recovered higher number takes over from a healthy coordinator: stability is not promised in either variant.
    fn claims(config: &Config) -> Vec<Claim> {
        use Promise::{
            BeliefOverlap, BoundedTermGrowth, DurableBeforeReply, EffectiveSplitBrain, ElectionSafety, EventualLeader,
            FollowerAgreement, LeaderHasQuorum, NoLeaderWithoutQuorum, NoStuckRole, QuorumCertificate, TermMonotonic, VoteOnce,
        };
        let recovers = [EventualLeader, FollowerAgreement, NoStuckRole];
        if !config.quorum_and_epoch {
            let mut claims = Claim::all(Assumption::Synchrony, &[EffectiveSplitBrain, BeliefOverlap]);
            claims.extend(Claim::all(Assumption::Synchrony, &recovers));
            return claims;
        }
        let safe = [ElectionSafety, VoteOnce, TermMonotonic, DurableBeforeReply, QuorumCertificate, BoundedTermGrowth];
        let mut claims = Claim::all(Assumption::Asynchrony, &safe);
        claims.extend(Claim::all(Assumption::Asynchrony, &recovers));
        claims.extend(Claim::all(Assumption::NoPause, &[LeaderHasQuorum, NoLeaderWithoutQuorum, BeliefOverlap]));
        claims.extend(Claim::all(Assumption::Synchrony, &[EffectiveSplitBrain]));
        claims
    }

    fn bounds(config: &Config, network: &Network) -> Bounds {
        let detection = config.ping_timeout + config.answer_timeout;
        let rounds = (config.answer_timeout + config.coordinator_timeout).times(u64::from(network.members));
        let slow = |span: Span| Span::nanos((u128::from(span.0) * u128::from(network.drift_ppm) / 1_000_000) as u64);
        let mut recovery = vec![
            (config.ping_timeout, "ping-timeout: a member misses its coordinator"),
            (config.answer_timeout, "answer-timeout: the coordinator does not answer it"),
            (
                rounds,
                "each member in turn answers a lower one (answer-timeout) and dies before it takes over (coordinator-timeout)",
            ),
        ];
        recovery.push((slow(total(&recovery)), "slow clocks"));
        let (mut step_down, mut overlap) = (None, vec![(Span::ZERO, "whoever is halted stops before the halter begins")]);
        if config.quorum_and_epoch {
            let grace = vec![
                (config.ping_timeout, "ping-timeout after the last question that a majority answered"),
                (slow(config.ping_timeout), "slow clocks"),
            ];
            (step_down, overlap) = (Some(grace.clone()), grace);
        }
        Bounds { recovery, step_down, detection, overlap: Some(overlap), ..Bounds::default() }
    }

    fn facts(config: &Config) -> Facts {
        let on = config.quorum_and_epoch;
        Facts { epochs: on, votes: on, history: false, durable: on, leases: false }
    }

    fn start(ctx: &mut Context<'_, Self>) -> Self {
        Bully::recover(Vec::new(), Vec::new(), ctx)
    }

    fn restart(fallen: Self, ctx: &mut Context<'_, Self>) -> Self {
        Bully::recover(fallen.peers, fallen.times, ctx)
    }

    fn on_message(&mut self, from: NodeId, message: Message, ctx: &mut Context<'_, Self>) {
        match message {
            Message::AreYouNormal { group, sent } => self.on_are_you_normal(from, group, sent, ctx),
            Message::Normal { group, sent } => self.on_normal(from, group, sent, ctx),
            Message::Disturbed { epoch } => self.on_disturbed(from, epoch, ctx),
            Message::AreYouThere { asked, epoch } => self.on_are_you_there(from, asked, epoch, ctx),
            Message::Here { asked, epoch, bearing } => self.on_here(from, asked, epoch, bearing, ctx),
            Message::Halt { group, .. } => self.on_halt(from, group, ctx),
            Message::Halted { group, candidate, promised } => self.on_halted(from, group, candidate, promised, ctx),
            Message::Refused { epoch } => self.on_refused(epoch, ctx),
            Message::NewCoordinator { group } => self.on_new_coordinator(from, group, ctx),
            Message::Accepted { group } => self.on_accepted(from, group, ctx),
            Message::Ready { group } => self.on_ready(from, group, ctx),
        }
    }

    fn on_timer(&mut self, timer: Timer, ctx: &mut Context<'_, Self>) {
        match timer {
            Timer::Answer => self.answers_are_in(ctx),
            Timer::Coordinator => self.ask(ctx),
            Timer::Silence => self.check(ctx),
            Timer::Ping => self.ping(ctx),
            Timer::StepDown => self.count_answers(ctx),
        }
    }

    /// The resource knows a newer coordinator, and so does this one now.
    fn on_acted(&mut self, item: Item, acted: Acted, ctx: &mut Context<'_, Self>) {
        match acted {
            Acted::Accepted => ctx.acknowledge(item),
            Acted::Fenced { newest } => {
                if self.leads() && newest > self.group.epoch && ctx.config().quorum_and_epoch {
                    self.newest = self.newest.max(newest);
                    self.step_down(ctx);
                }
            }
        }
    }

    /// A member that waits for another, having halted for it, takes itself for nothing; one that waits after asking is still
    /// in an election that it has called.
    #[inline]
    fn observe(&self, durable: &Promised) -> Observation {
        let epoch = Epoch(durable.epoch, 0);
        let role = match (self.status, self.task) {
            (_, Task::Halting | Task::Forming) => Role::Candidate,
            (Status::Normal, _) => return self.observe_normal(epoch),
            (_, Task::Asking | Task::Awaiting) => Role::PreCandidate,
            _ => Role::Follower,
        };
        Observation::new(role, epoch)
    }

    fn asserts(message: &Message) -> Asserts {
        message.asserts()
    }

    fn asks_vote(message: &Message) -> Option<Epoch> {
        match message {
            Message::Halt { group, .. } if group.epoch > 0 => Some(Epoch(group.epoch, 0)),
            _ => None,
        }
    }

    fn backed(message: &Message, disk: &Promised, _sender: NodeId) -> bool {
        message.backed(disk)
    }
}

impl Bully {
    #[inline]
    fn observe_normal(&self, epoch: Epoch) -> Observation {
        if self.follows() {
            return Observation::new(Role::Follower, epoch).with_leader(self.coordinator);
        }
        Observation::new(Role::Leader, epoch)
            .with_leader(self.coordinator)
            .with_authority(Authority::UntilItSays)
            .with_token((epoch.0 > 0).then_some(epoch.0))
    }
}
