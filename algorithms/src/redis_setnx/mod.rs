//! A lock on one Redis master: `SET lock value NX PX ttl`, and whoever got it leads.
//!
//! Sources: the Redis documentation, "Distributed Locks with Redis" ("Correct Implementation with a Single Instance", "Why
//! Failover-based Implementations Are Not Enough", "Extending the lock"); the watchdog of Redisson (lockWatchdogTimeout 30 s,
//! renewed every third of it).
//!
//! **Kept.** The value is different for every attempt; a lock is given back, and extended, only by a script that compares it;
//! the example's time to live, 30 s; whoever does not get the lock asks again after a random delay. Nothing tells a holder that
//! it has lost the lock. There is no token that grows: a random value has no order.
//!
//! **Two kinds of holder** (`deadline-from`). `none`, the common practice: it takes itself for the leader until an answer says
//! that the lock is another's or, without renewal, until its own timer *runs*; a pause prolongs both, and cut off from Redis it
//! leads for ever. `send`: it stops by itself when the time to live is over, counted from the moment at which the command left,
//! less 1 % and 2 ms for clocks that differ (the rule of Redlock, of which this is the case of one master).
//!
//! **Deviations and choices.**
//! 1. A request that is not answered within request-timeout is followed by giving back whatever it may have got; the connection
//!    keeps the two in order.
//! 2. A renewal that is not answered is tried again after the delay of a retry.
//! 3. A member first asks after the delay of a retry, drawn, as if it had tried before.
//! 4. Retries are without number: whoever wants to lead goes on asking.
//! 5. An ineligible member never asks.

mod config;
mod mutants;

use sim::{
    Algorithm, Assumption, Authority, Bounds, Claim, Context, Encode, Encoder, Epoch, Facts, MutantInfo, Network, Never, NodeId,
    Observation, Promise, Role, Span, algorithm::total,
};

use crate::clocks::slow;
use crate::redis::{Answer, Ask, DRIFT, REPETITIONS, Redis, Server, fresh_value, validity};

pub use config::{Config, Deadline};
pub use mutants::Mutant;

/// The name of the one master.
pub const MASTER: &str = "redis";

/// What a member waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Timer {
    /// To ask for the lock, for the first time or again.
    Retry = 1,
    /// The answer to a request.
    Answer = 2,
    /// To renew.
    Renew = 3,
    /// The end of the lock, as its holder sees it.
    Deadline = 4,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// It has nothing, and will ask again.
    Waiting,
    /// It has asked for the lock.
    Asking,
    /// It has the lock, as far as it knows.
    Holding,
}

/// One member.
#[derive(Debug)]
pub struct RedisSetnx {
    me: NodeId,
    state: State,
    /// Of the latest request that is answered.
    number: u64,
    /// Of the latest attempt.
    value: u64,
    /// What its clock read when the latest request left.
    sent: u64,
    /// While it holds the lock: what its clock reads when the lock is over.
    until: u64,
    /// Until when it would act.
    authority: Authority,
}

type Ctx<'a> = Context<'a, RedisSetnx>;

impl RedisSetnx {
    fn ask(ask: Ask, ctx: &mut Ctx<'_>) {
        let master = ctx.services().next().expect("this algorithm brings one master along");
        ctx.ask(master, ask);
    }

    /// Waits before it asks for the lock again.
    fn wait(&mut self, ctx: &mut Ctx<'_>) {
        self.state = State::Waiting;
        self.authority = Authority::None;
        for timer in [Timer::Answer, Timer::Renew, Timer::Deadline] {
            ctx.disarm(timer);
        }
        if !ctx.ineligible() {
            let delay = self.retry_delay(ctx);
            ctx.arm(Timer::Retry, delay);
        }
    }

    fn retry_delay(&self, ctx: &mut Ctx<'_>) -> Span {
        let (low, high) = ctx.config().retry_delay;
        ctx.between(low, high)
    }

    fn attempt(&mut self, ctx: &mut Ctx<'_>) {
        self.state = State::Asking;
        self.value = fresh_value(ctx);
        self.request(ctx);
        let (value, number, wait) = (self.value, self.number, mutants::waits_for_replica(ctx));
        let ttl = mutants::ttl_of_set(ctx);
        RedisSetnx::ask(Ask::Set { value, number, ttl, wait }, ctx);
    }

    /// A request is about to leave.
    fn request(&mut self, ctx: &mut Ctx<'_>) {
        self.number += 1;
        self.sent = mutants::clock(ctx).read(ctx);
        ctx.arm(Timer::Answer, ctx.config().request_timeout);
    }

    fn on_set(&mut self, done: bool, ctx: &mut Ctx<'_>) {
        if !done {
            return self.wait(ctx);
        }
        if mutants::ttl_of_set(ctx).is_none() {
            RedisSetnx::ask(Ask::Expire { ttl: ctx.config().ttl }, ctx);
        }
        self.state = State::Holding;
        self.is_mine(ctx);
    }

    /// The lock is this member's from `sent` on.
    fn is_mine(&mut self, ctx: &mut Ctx<'_>) {
        ctx.disarm(Timer::Answer);
        let config = ctx.config();
        let (ttl, renews, interval) = (config.ttl, config.renew, config.renew_interval);
        self.until = self.sent.saturating_add(validity(ttl).0);
        match config.deadline_from {
            Deadline::Send => {
                self.authority = mutants::clock(ctx).until(self.until);
                self.await_deadline(ctx);
            }
            Deadline::None => {
                self.authority = Authority::UntilItSays;
                if !renews {
                    ctx.arm(Timer::Deadline, ttl);
                }
            }
        }
        if self.state == State::Holding && renews {
            ctx.arm(Timer::Renew, interval);
        }
    }

    /// Goes on until the deadline, and not beyond: a wall clock that was set back has to be asked again.
    fn await_deadline(&mut self, ctx: &mut Ctx<'_>) {
        let now = mutants::clock(ctx).read(ctx);
        if now < self.until {
            ctx.arm(Timer::Deadline, Span::nanos(self.until - now));
        } else {
            self.give_up(ctx);
        }
    }

    /// Gives back what it may hold, and starts again.
    fn give_up(&mut self, ctx: &mut Ctx<'_>) {
        RedisSetnx::ask(mutants::release(self.value, ctx), ctx);
        self.wait(ctx);
    }

    fn renew(&mut self, ctx: &mut Ctx<'_>) {
        self.request(ctx);
        let (ttl, wait) = (ctx.config().ttl, mutants::waits_for_replica(ctx));
        RedisSetnx::ask(Ask::Extend { value: self.value, number: self.number, ttl, wait }, ctx);
    }
}

impl Algorithm for RedisSetnx {
    const NAME: &'static str = "redis-setnx";
    const ABOUT: &'static str = "A lock on one Redis master (SET NX PX): whoever sets the key first leads until it expires; renewal and \
                                 a holder that checks its deadline as switches.";
    const CITATION: &'static str = "Redis documentation, Distributed Locks with Redis (correct implementation with a single \
                                    instance); Redisson's lock watchdog";
    const MUTANTS: &'static [MutantInfo<Mutant>] = mutants::MUTANTS;

    type Config = Config;
    type Durable = ();
    type Message = Never;
    type Timer = Timer;
    type Mutant = Mutant;
    type Service = Redis;

    /// What the master keeps, it keeps by its own clock; what a holder may believe rests on both clocks. Effects are under way
    /// when the lock ends, and nothing at the other end compares anything: they are promised only where no wall clock, no pause
    /// and no late packet can make them late.
    fn claims(config: &Config) -> Vec<Claim> {
        let clocks = config.clocks();
        let mut claims = Claim::all(Assumption::Asynchrony, &[Promise::ReleaseOwnOnly]);
        claims.extend(Claim::all(clocks, &[Promise::EventualLeader]));
        if !config.keeps_grants() {
            return claims;
        }
        claims.extend(Claim::all(Assumption::Asynchrony, &[Promise::ServiceSideExclusive]));
        if config.renew {
            claims.extend(Claim::all(clocks, &[Promise::Stability]));
        }
        if config.deadline_from == Deadline::Send {
            let exclusive = [Promise::LeaseExclusive, Promise::LeaseContainment, Promise::LeaderHasQuorum];
            claims.extend(Claim::all(clocks, &exclusive));
            if clocks == Assumption::BoundedDrift {
                claims.extend(Claim::all(Assumption::BoundedDelay, &[Promise::EffectiveSplitBrain]));
            }
        }
        claims
    }

    fn bounds(config: &Config, network: &Network) -> Bounds {
        let mut taking = vec![
            (config.retry_delay.1.times(2), "retry-delay, after an attempt that came just too early"),
            (config.request_timeout.times(2), "request-timeout: an attempt without an answer, and the one that succeeds"),
        ];
        if !network.loss.is_zero() {
            taking.push((REPETITIONS, "what the connection sends again, after losses in a row"));
        }
        let mut recovery = vec![
            (config.ttl, "ttl: the lock of a holder that is gone expires"),
            (config.server.restart_delay, "restart-delay: a master that has just crashed answers nobody"),
        ];
        recovery.extend_from_slice(&taking);
        recovery.push((slow(total(&recovery), network), "slow clocks"));
        // Whoever does not extend its lock gives it back when its time is over, and somebody has to take it.
        taking.push((slow(total(&taking), network), "slow clocks"));
        let handover = (!config.renew).then_some(taking);
        if network.max_delay.times(2) + config.server.replication_lag >= config.request_timeout {
            // No answer comes in time: on this network nobody gets the lock, and nothing can be expected.
            recovery.clear();
        }
        let held = vec![(validity(config.ttl), "ttl, less the margin for clocks"), (slow(config.ttl, network), "slow clocks")];
        let checks = config.deadline_from == Deadline::Send;
        Bounds {
            recovery,
            handover,
            step_down: checks.then_some(held),
            detection: config.ttl,
            drift: Some(DRIFT),
            ..Bounds::default()
        }
    }

    fn facts(_config: &Config) -> Facts {
        Facts { leases: true, ..Facts::default() }
    }

    fn services(config: &Config) -> Vec<(&'static str, Server)> {
        vec![(MASTER, config.server)]
    }

    fn start(ctx: &mut Ctx<'_>) -> RedisSetnx {
        let mut member = RedisSetnx {
            me: ctx.id(),
            state: State::Waiting,
            number: 0,
            value: 0,
            sent: 0,
            until: 0,
            authority: Authority::None,
        };
        member.wait(ctx);
        member
    }

    fn on_message(&mut self, _from: NodeId, message: Never, _ctx: &mut Ctx<'_>) {
        match message {}
    }

    fn on_timer(&mut self, timer: Timer, ctx: &mut Ctx<'_>) {
        match (timer, self.state) {
            // Ordered, perhaps, of one that may not.
            (Timer::Retry, State::Waiting) if !ctx.ineligible() => {
                ctx.disarm(Timer::Retry);
                self.attempt(ctx);
            }
            (Timer::Answer, State::Asking) => self.give_up(ctx),
            (Timer::Answer, State::Holding) => {
                let delay = self.retry_delay(ctx);
                ctx.arm(Timer::Renew, delay);
            }
            (Timer::Renew, State::Holding) => self.renew(ctx),
            (Timer::Deadline, State::Holding) => match ctx.config().deadline_from {
                Deadline::Send => self.await_deadline(ctx),
                Deadline::None => self.give_up(ctx),
            },
            (Timer::Retry | Timer::Answer | Timer::Renew | Timer::Deadline, _) => {}
        }
    }

    fn on_answer(&mut self, _master: NodeId, answer: Answer, ctx: &mut Ctx<'_>) {
        match (answer, self.state) {
            (Answer::Set { number, done }, State::Asking) if number == self.number => self.on_set(done, ctx),
            (Answer::Extended { number, done: true }, State::Holding) if number == self.number => self.is_mine(ctx),
            // The lock is gone: there is nothing to give back.
            (Answer::Extended { number, done: false }, State::Holding) if number == self.number => self.wait(ctx),
            (Answer::Set { .. } | Answer::Extended { .. }, _) => {}
        }
    }

    #[inline]
    fn observe(&self, _durable: &()) -> Observation {
        let role = if self.state == State::Holding { Role::Leader } else { Role::Follower };
        let leader = (role == Role::Leader).then_some(self.me);
        Observation::new(role, Epoch::default()).with_leader(leader).with_authority(self.authority)
    }

    fn campaign() -> Option<Timer> {
        Some(Timer::Retry)
    }

    /// The others wait for `retry-delay` before they ask, and by then its command must have come.
    fn heeds_first_leader(config: &Config, network: &Network) -> bool {
        config.retry_delay.0 > network.max_delay
    }
}
