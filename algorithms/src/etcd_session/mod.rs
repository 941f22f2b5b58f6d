//! etcd-session: an election through a lease of etcd, as its client does it (`client/v3/lease.go`, `client/v3/concurrency`). A
//! session is a lease that is kept alive; a member creates a key under it and waits until every older key is gone. The oldest
//! key leads, and goes with its lease.
//!
//! **Kept from the original.** A TTL of 60 s, a keep-alive every third of it, and every 500 ms while none is answered; the
//! deadline that the client keeps, counted from when an answer is *received* (`deadline-from = "receipt"`), though the server
//! counted from before it answered; a loop of 1 s that closes `Session.Done()` after it (`stops = "when-done"`). The campaign:
//! create the key if the session has none, then look for the newest key that is older than one's own, wait for its end, look
//! again. `Election.Campaign` then takes itself for the leader without looking whether its own key is still there;
//! `Mutex.Lock` looks (`recheck`). Resigning deletes the key by its create revision. The fencing token, and the epoch, is the
//! create revision of the key.
//!
//! **Deviations.** By default a leader compares its deadline before it acts (`stops = "at-deadline"`), and whoever campaigns
//! gives up with its session, as a program does that selects on `Session.Done()`; with `stops = "never"` nobody looks, as with
//! a lock that is used alone. Whose session is over opens another at once. The first keep-alive goes out a third of the TTL
//! after the lease was granted, not at once. Questions are asked again every 500 ms until they are answered; a watch is asked for
//! again every third of the TTL, which stands for the client's resuming it on a new connection. Members that wait do not know who
//! leads, only who is before them. An ineligible member opens no session.
//!
//! **With `hold`** a leader gives the lock back by itself. Nobody leads then between two turns, so that somebody leads for long
//! enough, and that numbers grow no further than needed, is promised only without it.

mod bounds;
mod campaign;
mod config;
mod mutants;
#[cfg(test)]
mod stories;

use sim::{
    Algorithm, Authority, Bounds, Claim, Context, Encode, Encoder, Epoch, Facts, LocalTime, Message as SimMessage, MutantInfo,
    Network, NodeId, Observation, Role, Span,
};

use crate::lock_service::{self, Answer, LockService, Revision, Rules};

pub use config::{Config, DeadlineFrom, Stops};
pub use mutants::Mutant;

/// `retryConnWait`, and the interval of the loop that sends keep-alives.
const RETRY: Span = Span::millis(500);
/// The interval of `deadlineLoop`.
const DONE_LOOP: Span = Span::secs(1);

/// From an operator to the leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Message {
    /// Give the leadership back.
    Resign,
}

impl SimMessage for Message {
    fn kind(&self) -> &'static str {
        "Resign"
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
    /// A question has not been answered: ask again.
    Question = 1,
    /// Keep the session alive.
    KeepAlive = 2,
    /// The session's time is over.
    Deadline = 3,
    /// It has led for long enough.
    Hold = 4,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

/// A session, as its member knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Session {
    id: u64,
    opened: LocalTime,
    deadline: LocalTime,
    /// The service has said that it is no more, and this member does not mind.
    dead: bool,
}

/// How far the campaign has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// It does not campaign.
    Idle,
    Opening,
    Creating,
    /// Who is before me?
    Looking,
    /// For the end of this key.
    Waiting(Revision),
    /// Is my own key still there?
    Checking,
    Elected,
    /// Has given the leadership back, and waits to hear that its key is gone.
    Resigning,
}

/// One member.
pub struct EtcdSession {
    me: NodeId,
    session: Option<Session>,
    step: Step,
    /// The create revision of its key, once it has one.
    key: Revision,
    /// The number of the question under way.
    asked: u64,
    /// [`Stops::AtDeadline`].
    compares: bool,
}

impl Algorithm for EtcdSession {
    const NAME: &'static str = "etcd-session";
    const ABOUT: &'static str =
        "An election through leases of etcd: the oldest key leads for as long as its session is kept alive.";
    const CITATION: &'static str = "etcd, client/v3/concurrency (Session, Election, Mutex) and server/lease/lessor.go";
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

    fn services(config: &Config) -> Vec<(&'static str, Rules)> {
        vec![("etcd", config.rules())]
    }

    fn service_mutant(mutant: Mutant) -> Option<lock_service::Mutant> {
        mutants::of_service(mutant)
    }

    fn start(ctx: &mut Context<'_, Self>) -> Self {
        let compares = ctx.config().stops == Stops::AtDeadline;
        let mut member = EtcdSession { me: ctx.id(), session: None, step: Step::Idle, key: 0, asked: 0, compares };
        if !ctx.ineligible() {
            member.open(ctx);
        }
        member
    }

    fn on_message(&mut self, _from: NodeId, message: Message, ctx: &mut Context<'_, Self>) {
        match message {
            Message::Resign => self.resign(ctx),
        }
    }

    fn on_timer(&mut self, timer: Timer, ctx: &mut Context<'_, Self>) {
        match timer {
            Timer::Question => self.ask_again(ctx),
            Timer::KeepAlive => self.keep_alive(ctx),
            Timer::Deadline => self.time_is_over(ctx),
            Timer::Hold => self.give_back(ctx),
        }
    }

    fn on_answer(&mut self, _service: NodeId, answer: Answer, ctx: &mut Context<'_, Self>) {
        match answer {
            Answer::Session { asked, session, ttl } => self.on_session(LocalTime(asked), session, ttl, ctx),
            Answer::NoSession { session, .. } => self.on_no_session(session, ctx),
            Answer::Key { asked, key } => self.on_key(asked, Some(key.created), ctx),
            Answer::NoKey { asked } => self.on_key(asked, None, ctx),
            Answer::Done { asked } => self.on_done(asked, ctx),
            Answer::Gone { key } => self.on_gone(key, ctx),
            _ => unreachable!("nobody asked for the record or for all keys: {answer:?}"),
        }
    }

    fn observe(&self, _durable: &()) -> Observation {
        match (self.step, &self.session) {
            (Step::Elected, Some(session)) => Observation::new(Role::Leader, Epoch(self.key, 0))
                .with_leader(Some(self.me))
                .with_authority(self.authority(session))
                .with_token(Some(self.key)),
            (Step::Looking | Step::Checking, _) => Observation::new(Role::Candidate, Epoch::default()),
            _ => Observation::new(Role::Follower, Epoch::default()),
        }
    }

    fn transfer_request(_to: NodeId) -> Option<Message> {
        Some(Message::Resign)
    }

    fn campaign() -> Option<Timer> {
        Some(Timer::Question)
    }

    /// Everybody opens its session when it starts.
    fn heeds_first_leader(_config: &Config, _network: &Network) -> bool {
        false
    }
}

impl EtcdSession {
    fn authority(&self, session: &Session) -> Authority {
        if self.compares { Authority::Until(session.deadline) } else { Authority::UntilItSays }
    }
}
