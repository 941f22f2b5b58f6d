//! kubernetes-lease: the leader elector of Kubernetes' client-go, `tools/leaderelection/leaderelection.go`, on a Lease object.
//! A record with the name of its holder is compared and swapped. Whoever sees that it has not changed for lease-duration by its
//! own clock takes it; a leader that has not renewed it within renew-deadline stops.
//!
//! **Kept from the original.** `tryAcquireOrRenew` with its fast path, which updates without reading first while the lease is
//! valid, and its slow path; the observed time, which is taken when an answer is handled and only where the record has changed,
//! and the time of the try, which is taken before its first request; the raw record in which the times are whole seconds; the
//! renew loop, which begins a retry-period after a success, polls by a ticker (a tick that was missed comes at once) and ends
//! everything at its deadline, requests included; a leader that sees another holder polls on until its deadline, and leads on; a
//! challenger's jitter. `tryRelease` with what it does not look at; it comes *before* the workers are told to stop, so that
//! with `release-on-cancel` a leader that is cut off works on until its release has failed.
//!
//! **What whole seconds cost.** Renewals that begin within the same second of the holder's wall clock leave the same record, and
//! a challenger sees no change: it counts from the first of them. Where retry-period is below 1 s, up to a second of the margin
//! (lease-duration less renew-deadline and retry-period) is gone by that, and nothing is promised of a lease that has no more.
//! So it is in client-go, which compares raw records with times of a `metav1.Time`'s precision.
//!
//! **Identity and token.** Each process has an identity of its own, as where a random number is part of it. The epoch is
//! leaderTransitions + 1, which rises whenever the holder changes. As a fencing token it is of no use where processes share an
//! identity, or where the record is deleted and made anew: it then stays or starts again. The token is therefore the
//! resourceVersion that the acquiring write got (where its answer was lost: of the write that found itself to be the holder):
//! the service gives it, it rises with every change of anything, and it stays the same for as long as a leader leads.
//!
//! **Deviations.** Without `Coordinated`, which is alpha. acquireTime is left out: nobody decides by it. The API server keeps
//! one object, and its own time-outs are not modelled. Requests are answered in order, on one connection. When a leader has
//! stopped, its process ends and the next begins at once; when it was told to stop, after the kubelet's back-off. An ineligible
//! member reads and never writes.

mod bounds;
mod config;
mod elector;
mod mutants;
#[cfg(test)]
mod stories;

use sim::{
    Algorithm, Authority, Bounds, Claim, Context, Encode, Encoder, Epoch, Facts, Message as SimMessage, MutantInfo, Network,
    NodeId, Observation, Role, Span,
};

use crate::lock_service::{Answer, Identity, LockService, Record, Rules};
use elector::{Call, Step};

pub use config::{Config, ExpiresBy, OnStopped, ReleaseCheck};
pub use mutants::Mutant;

/// The unit of times in the record.
const LEASE_SECOND: Span = Span::secs(1);
/// The kubelet's first back-off before it restarts a container.
const BACK_OFF: Span = Span::secs(10);

/// From an operator to the leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Message {
    /// The context is cancelled: stop.
    Cancel,
}

impl SimMessage for Message {
    fn kind(&self) -> &'static str {
        "Cancel"
    }
}

impl Encode for Message {
    fn encode(&self, to: &mut Encoder) {
        to.words([1]);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Timer {
    /// The next try.
    Retry = 1,
    /// A request has taken too long.
    Request = 2,
    /// Renewing, or releasing, has taken too long.
    Deadline = 3,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

/// Where a process is in `Run`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Acquiring,
    Renewing,
    Releasing,
    /// `Run` has returned, and the process lives on.
    Ended,
}

/// One member.
pub struct KubernetesLease {
    me: Identity,
    phase: Phase,
    /// The context of the workers is not cancelled.
    leads: bool,
    /// As it was when it was last written or read and found changed, and what the clock showed when that was handled.
    observed: Option<Record>,
    observed_at: u64,
    /// The latest that was read, for comparison.
    raw: Option<Record>,
    /// The resourceVersion of the object as it was last read or written.
    version: u64,
    /// What the clock showed when the try began, and the holder's wall clock then, in the record's unit.
    began: u64,
    renewed: u64,
    /// The request under way.
    call: Option<Call>,
    calls: u64,
    /// When the renew loop began to poll, if it does, and how many of its ticks have been used.
    round: Option<sim::LocalTime>,
    ticks: u64,
    /// leaderTransitions and resourceVersion of the grant under which it leads.
    reign: u32,
    token: u64,
}

impl KubernetesLease {
    /// `IsLeader`: by the record that was observed last.
    fn holds(&self) -> bool {
        self.observed.is_some_and(|record| record.holder == Some(self.me))
    }

    fn stands(&self) -> bool {
        self.call.is_some_and(|call| call.acquires && matches!(call.step, Step::Create | Step::Update))
    }
}

impl Algorithm for KubernetesLease {
    const NAME: &'static str = "kubernetes-lease";
    const ABOUT: &'static str = "Kubernetes' leader elector: a lease in a record of the API server, taken by whoever sees no \
                                 renewal for long enough.";
    const CITATION: &'static str = "Kubernetes client-go, tools/leaderelection/leaderelection.go";
    const MUTANTS: &'static [MutantInfo<Mutant>] = mutants::MUTANTS;

    type Config = Config;
    type Durable = ();
    type Message = Message;
    type Timer = Timer;
    type Mutant = Mutant;
    type Service = LockService;

    fn claims(config: &Config) -> Vec<Claim> {
        bounds::claims(config)
    }

    fn bounds(config: &Config, network: &Network) -> Bounds {
        bounds::bounds(config, network)
    }

    fn facts(_config: &Config) -> Facts {
        Facts { epochs: true, leases: true, ..Facts::default() }
    }

    /// By the record, a lease is its holder's for as long as a leader leads that is not answered.
    fn services(config: &Config) -> Vec<(&'static str, Rules)> {
        vec![("api", Rules::kubernetes(config.retry_period + config.renew_deadline))]
    }

    fn start(ctx: &mut Context<'_, Self>) -> Self {
        let me = Identity { node: ctx.id(), process: ctx.now().0 };
        let mut elector = KubernetesLease {
            me,
            phase: Phase::Acquiring,
            leads: false,
            observed: None,
            observed_at: 0,
            raw: None,
            version: 0,
            began: 0,
            renewed: 0,
            call: None,
            calls: 0,
            round: None,
            ticks: 0,
            reign: 0,
            token: 0,
        };
        elector.try_once(ctx);
        elector
    }

    fn on_message(&mut self, _from: NodeId, message: Message, ctx: &mut Context<'_, Self>) {
        match message {
            Message::Cancel => self.cancel(ctx),
        }
    }

    fn on_timer(&mut self, timer: Timer, ctx: &mut Context<'_, Self>) {
        match timer {
            Timer::Retry => self.retry(ctx),
            Timer::Request => self.request_timed_out(ctx),
            Timer::Deadline => self.deadline(ctx),
        }
    }

    fn on_answer(&mut self, _service: NodeId, answer: Answer, ctx: &mut Context<'_, Self>) {
        match answer {
            Answer::Record { asked, revision, record } => self.on_record(asked, revision, record, ctx),
            Answer::NoRecord { asked } => self.on_no_record(asked, ctx),
            Answer::Conflict { asked } => self.on_conflict(asked, ctx),
            _ => unreachable!("nobody asked for sessions or keys: {answer:?}"),
        }
    }

    fn observe(&self, _durable: &()) -> Observation {
        if self.leads {
            return Observation::new(Role::Leader, Epoch(u64::from(self.reign) + 1, 0))
                .with_leader(Some(self.me.node))
                .with_authority(Authority::UntilItSays)
                .with_token(Some(self.token));
        }
        let role = if self.stands() { Role::Candidate } else { Role::Follower };
        let Some(record) = self.observed else { return Observation::new(role, Epoch::default()) };
        let leader = record.holder.filter(|holder| holder.node != self.me.node).map(|holder| holder.node);
        Observation::new(role, Epoch(u64::from(record.transitions) + 1, 0)).with_leader(leader)
    }

    fn transfer_request(_to: NodeId) -> Option<Message> {
        Some(Message::Cancel)
    }

    fn campaign() -> Option<Timer> {
        Some(Timer::Retry)
    }

    /// Everybody polls when it starts, as client-go does.
    fn heeds_first_leader(_config: &Config, _network: &Network) -> bool {
        false
    }
}
