//! Naive "ping each other, the lowest number leads": what many systems have built by hand, and what Elasticsearch's first
//! discovery module (Zen, before 7.0) comes down to.
//!
//! **The rule.** Everybody pings everybody. Who has answered one of the latest pings is in view; the lowest number of those in
//! view and oneself is the leader. Ping and answer, no epoch, no vote, nothing durable. Where all have the same view all
//! agree; where they have not, there are as many leaders as there are members that see nobody lower: one in each part of a
//! partition, two on the ends of a link that is cut in one direction only, and none of them ever learns of it.
//!
//! **`view-quorum`** is Elasticsearch's `minimum_master_nodes`, set to a majority (`ElectMasterService.hasEnoughMasterNodes`):
//! who sees fewer than that many members, itself included, neither leads nor follows. It is a majority of what one *sees*, and
//! the same member may be seen by two: where n1 and n2 cannot reach each other and n3 reaches both, each of the two sees a
//! majority and leads (Elasticsearch #2488, 2012).
//!
//! **`join-quorum`** is what mended that in the end (`NodeJoinController`, Elasticsearch 2.0): an answer says whom the answerer
//! follows, and only who is followed by a majority leads. A member follows one at a time. It forgets whom it followed when it
//! changes its mind or restarts, so two leaders may still overlap, for as long as the older one may believe in an answer; only
//! votes that are durable and numbered (Elasticsearch 7.0, Raft) do better.
//!
//! **Read in Elasticsearch** 1.0 (`ZenDiscovery`, `ElectMasterService`, `NodesFaultDetection`): whoever loses its master elects
//! the lowest id of those that remain in its own list, at once and without asking; a master counts whoever answers its pings,
//! and a pinged member answers whoever asks. Both are here.
//!
//! **Deviations.**
//! 1. In Elasticsearch a member that finds a master joins it even where a lower id is in view, and two masters that meet after
//!    a partition settle it by the version of their cluster states. Here the lowest number takes over whenever it is seen: the
//!    plain form of the catalogue, `Leader(i) = min {i} ∪ alive`.
//! 2. Everybody pings everybody; there, the master pings the members and they ping the master.
//! 3. A newcomer (a fresh start, or a restart) listens for as long as it takes to give a member up, and leads nobody until then.
//!    The others follow it as soon as they see it, so that its predecessor has stopped when it begins. So does, with
//!    `view-quorum`, who has seen too few and sees enough again: at first it may see all but the leader. (Elasticsearch pings
//!    for 3 s before it elects, in both cases.)
//! 4. Whoever is pinged by a member that it does not see pings back at once, so that the two see each other within three
//!    one-way delays and not at the next round only.
//! 5. Datagrams, and no notice of closed connections: only pings tell who is gone.
//! 6. A member that never campaigns says so in its answers; it is seen and counted, but not nominated. One that a scenario
//!    makes campaign (a given first leader) only stops listening, unless it sees too few: it leads on if nobody lower comes
//!    into view.

mod config;
mod mutants;
#[cfg(test)]
mod stories;

use sim::{
    Algorithm, Assumption, Authority, Bounds, Claim, Context, Encode, Encoder, Epoch, Facts, Message as SimMessage, MutantInfo,
    Network, NoService, NodeId, Observation, Promise, Role, Span,
    algorithm::{Sum, total},
};

use crate::clocks::slow;

pub use config::Config;
pub use mutants::Mutant;

/// What members say to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Are you there? `back`: because you asked me, whom I did not see.
    Ping { round: u64, back: bool },
    /// Yes. `round` is that of the ping; `names` is whom the answerer follows, itself perhaps, since its `turn`-th change of
    /// mind; `eligible`: it may be nominated.
    Pong { round: u64, turn: u64, names: Option<NodeId>, eligible: bool },
}

impl SimMessage for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::Ping { .. } => "Ping",
            Message::Pong { .. } => "Pong",
        }
    }
}

impl Encode for Message {
    #[inline]
    fn encode(&self, to: &mut Encoder) {
        match *self {
            Message::Ping { round, back } => to.words([1 | u64::from(back) << 8, round]),
            Message::Pong { round, turn, names, eligible } => {
                let names = names.map_or(0, |named| u64::from(named.0) + 1);
                to.words([2 | u64::from(eligible) << 8 | names << 16, round, turn]);
            }
        }
    }
}

/// What a member waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Timer {
    /// The next round of pings.
    Ping = 1,
    /// It has listened for long enough, as a newcomer or with enough members in view again.
    Listened = 2,
}

impl Encode for Timer {
    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

/// What a member knows of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Peer {
    /// The latest round of which it has answered a ping.
    answered: Option<u64>,
    /// Whom it follows, since this change of its mind.
    names: Option<NodeId>,
    turn: u64,
    eligible: bool,
}

/// How far a member has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outlook {
    /// It sees fewer members than it needs.
    TooFew,
    /// It sees enough, has not long done so, and does not choose yet.
    Listening,
    Settled,
}

/// Whether the nominee of the last look is still in view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sight {
    Gone,
    StillThere,
}

/// One member.
pub struct NaiveLowestId {
    me: NodeId,
    outlook: Outlook,
    /// The number of the latest round of pings. The first is a reading of the clock, which is past every number that an
    /// earlier life has used.
    round: u64,
    /// By member; its own place is empty.
    peers: Vec<Peer>,
    /// The lowest number in view, itself included; nobody unless it is settled.
    nominee: Option<NodeId>,
    /// Numbers the changes of its nominee; the first is a reading of the clock, as with rounds.
    turn: u64,
    leads: bool,
}

impl NaiveLowestId {
    /// Comes up, with this room.
    fn come_up(mut peers: Vec<Peer>, ctx: &mut Context<'_, Self>) -> NaiveLowestId {
        peers.clear();
        peers.resize(ctx.members().count(), Peer::default());
        let (first, outlook) = (ctx.now().0, Outlook::TooFew);
        let mut naive = NaiveLowestId { me: ctx.id(), outlook, round: first, peers, nominee: None, turn: first, leads: false };
        ctx.broadcast(&Message::Ping { round: first, back: false });
        ctx.arm(Timer::Ping, ctx.config().ping_interval);
        naive.look_around(ctx);
        naive
    }

    /// Has it answered one of the latest pings?
    fn sees(&self, member: NodeId, ctx: &Context<'_, Self>) -> bool {
        let answered = self.peers[member.index()].answered;
        answered.is_some_and(|round| mutants::is_alive(self.round.saturating_sub(round), ctx))
    }

    /// How many it sees, itself included.
    fn in_view(&self, ctx: &Context<'_, Self>) -> usize {
        1 + ctx.members().filter(|member| self.sees(*member, ctx)).count()
    }

    /// How many follow it, itself included.
    fn followers(&self, ctx: &Context<'_, Self>) -> usize {
        let follows = |member: &NodeId| self.peers[member.index()].names == Some(self.me) && self.sees(*member, ctx);
        1 + ctx.members().filter(follows).count()
    }

    /// The lowest number among those whom it sees and itself.
    fn lowest(&self, ctx: &Context<'_, Self>) -> Option<NodeId> {
        let sight = if self.nominee.is_some_and(|nominee| self.sees(nominee, ctx)) { Sight::StillThere } else { Sight::Gone };
        let may_lead = |member: &NodeId| {
            if *member == self.me {
                !ctx.ineligible() && mutants::nominates_itself(self, ctx)
            } else {
                self.peers[member.index()].eligible && self.sees(*member, ctx)
            }
        };
        mutants::settled_on(self.nominee, sight, ctx).or_else(|| ctx.members().find(may_lead))
    }

    /// Chooses anew, by what it sees now.
    fn look_around(&mut self, ctx: &mut Context<'_, Self>) {
        let in_view = self.in_view(ctx);
        if in_view < mutants::view_needed(in_view, ctx) {
            self.outlook = Outlook::TooFew;
            ctx.disarm(Timer::Listened);
        } else if self.outlook == Outlook::TooFew {
            self.outlook = Outlook::Listening;
            ctx.arm(Timer::Listened, ctx.config().patience());
        }
        let nominee = if self.outlook == Outlook::Settled { self.lowest(ctx) } else { None };
        if nominee != self.nominee {
            self.nominee = nominee;
            self.turn += 1;
        }
        let followed = !ctx.config().join_quorum || self.followers(ctx) >= ctx.majority();
        self.leads = self.nominee == Some(self.me) && followed;
    }

    fn on_ping(&mut self, from: NodeId, round: u64, back: bool, ctx: &mut Context<'_, Self>) {
        let names = mutants::named_to(from, self.nominee, ctx);
        ctx.send(from, Message::Pong { round, turn: self.turn, names, eligible: !ctx.ineligible() });
        if !back && !self.sees(from, ctx) {
            ctx.send(from, Message::Ping { round: self.round, back: true });
        }
    }

    fn on_pong(&mut self, from: NodeId, is: Peer, ctx: &mut Context<'_, Self>) {
        let was = self.peers[from.index()];
        let seen = self.sees(from, ctx);
        // Answers overtake each other: what counts is the last ping that was answered, and the answerer's last mind.
        let latest = if is.turn < was.turn { was } else { is };
        let is = Peer { answered: is.answered.max(was.answered), ..latest };
        self.peers[from.index()] = is;
        if let Some(vouched) = mutants::vouched_for(is.names, ctx) {
            let peer = &mut self.peers[vouched.index()];
            peer.answered = peer.answered.max(is.answered);
        }
        if seen && (was.names, was.eligible) == (is.names, is.eligible) {
            return;
        }
        if mutants::knows_enough(self, ctx) {
            self.outlook = Outlook::Settled;
        }
        self.look_around(ctx);
    }

    /// The pings of the last round had until now to be answered.
    fn next_round(&mut self, ctx: &mut Context<'_, Self>) {
        self.round += 1;
        self.look_around(ctx);
        ctx.broadcast(&Message::Ping { round: self.round, back: false });
        ctx.arm(Timer::Ping, ctx.config().ping_interval);
    }
}

impl Algorithm for NaiveLowestId {
    const NAME: &'static str = "naive-lowest-id";
    const ABOUT: &'static str = "Everybody pings everybody, and the lowest number in view leads; no vote, no epoch \
                                 (view-quorum counts the members in view, join-quorum those that follow).";
    const CITATION: &'static str = "Elasticsearch before 7.0, discovery module Zen (ZenDiscovery, ElectMasterService); \
                                    Elasticsearch issue 2488, 2012, and pull request 7493, 2014";
    const MUTANTS: &'static [MutantInfo<Mutant>] = mutants::MUTANTS;

    type Config = Config;
    type Durable = ();
    type Message = Message;
    type Timer = Timer;
    type Mutant = Mutant;
    type Service = NoService;

    /// All is promised on synchrony, where views differ only in how soon they lose a member that is dead; but a majority that
    /// must be in view, or must follow, is needed in every world in which members do not stand still.
    fn claims(config: &Config) -> Vec<Claim> {
        use Promise::{
            BeliefOverlap, EffectiveSplitBrain, EventualLeader, FollowerAgreement, LeaderHasQuorum, NoLeaderWithoutQuorum,
            NoStuckRole, Stability,
        };
        let synchronous = [EffectiveSplitBrain, EventualLeader, FollowerAgreement, Stability, NoStuckRole];
        let mut claims = Claim::all(Assumption::Synchrony, &synchronous);
        if config.view_quorum || config.join_quorum {
            claims.extend(Claim::all(Assumption::NoPause, &[LeaderHasQuorum, NoLeaderWithoutQuorum]));
        }
        let given = if config.join_quorum { Assumption::NoPause } else { Assumption::Synchrony };
        claims.extend(Claim::all(given, &[BeliefOverlap]));
        claims
    }

    fn bounds(config: &Config, network: &Network) -> Bounds {
        let mut unseen = vec![
            (config.patience(), "ping-retries times ping-interval: without an answer, or listening as a newcomer"),
            (config.ping_interval, "ping-interval: from the last answer to the next ping, which has none"),
        ];
        let mut recovery = unseen.clone();
        if config.join_quorum {
            recovery.push((config.ping_interval, "ping-interval: until the others' answers name the new leader"));
        }
        recovery.push((network.max_delay.times(3), "a ping, the ping back, and its answer"));
        slow_clocks(&mut recovery, network);
        slow_clocks(&mut unseen, network);
        let needs_majority = config.view_quorum || config.join_quorum;
        let overlap = if config.join_quorum {
            unseen.clone()
        } else {
            vec![(Span::ZERO, "a newcomer listens until the others have seen it and stopped")]
        };
        let step_down = needs_majority.then_some(unseen);
        Bounds { recovery, step_down, detection: config.patience(), overlap: Some(overlap), ..Bounds::default() }
    }

    fn facts(_config: &Config) -> Facts {
        Facts { epochs: false, votes: false, history: false, durable: false, leases: false }
    }

    fn start(ctx: &mut Context<'_, Self>) -> Self {
        NaiveLowestId::come_up(Vec::new(), ctx)
    }

    fn restart(fallen: Self, ctx: &mut Context<'_, Self>) -> Self {
        NaiveLowestId::come_up(fallen.peers, ctx)
    }

    fn on_message(&mut self, from: NodeId, message: Message, ctx: &mut Context<'_, Self>) {
        match message {
            Message::Ping { round, back } => self.on_ping(from, round, back, ctx),
            Message::Pong { round, turn, names, eligible } => {
                self.on_pong(from, Peer { answered: Some(round), names, turn, eligible }, ctx);
            }
        }
    }

    fn on_timer(&mut self, timer: Timer, ctx: &mut Context<'_, Self>) {
        match timer {
            Timer::Ping => self.next_round(ctx),
            Timer::Listened => {
                self.outlook = Outlook::Settled;
                self.look_around(ctx);
            }
        }
    }

    fn campaign() -> Option<Timer> {
        Some(Timer::Listened)
    }

    /// Who has nobody to name is looking for a leader. The authority ends when the member says so, and it says so only when it
    /// looks; there is no token.
    #[inline]
    fn observe(&self, (): &()) -> Observation {
        let epoch = Epoch::default();
        if self.leads {
            return Observation::new(Role::Leader, epoch).with_leader(self.nominee).with_authority(Authority::UntilItSays);
        }
        match self.nominee {
            Some(nominee) if nominee != self.me => Observation::new(Role::Follower, epoch).with_leader(self.nominee),
            _ => Observation::new(Role::PreCandidate, epoch),
        }
    }
}

/// Adds how much longer a sum of local times may last in truth, where clocks are slow.
fn slow_clocks(sum: &mut Sum, network: &Network) {
    if network.drift_ppm > 0 {
        sum.push((slow(total(sum), network), "slow clocks"));
    }
}
