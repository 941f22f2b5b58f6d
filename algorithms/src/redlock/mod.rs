//! Redlock: a lock on five Redis masters that know nothing of each other; whoever gets three of them in time leads.
//!
//! Sources: the Redis documentation, "Distributed Locks with Redis" ("The Redlock Algorithm", "Retry on Failure", "Safety
//! Arguments", "Performance, Crash Recovery and fsync", "Extending the lock"); antirez/redlock-rb, the reference implementation
//! (drift, retries, order of commands, wall clock). M. Kleppmann, "How to do distributed locking", 2016, says where it fails.
//!
//! **Kept.** Read the clock; ask the masters one after the other, each with a time-out that is small against the time to live;
//! all are asked before the result is drawn; the lock is had with a majority and a validity above zero, where validity is the
//! time to live, less what passed since the clock was read, less 1 % and 2 ms. Otherwise *all* masters are asked to give back,
//! also those that gave nothing. Three tries with a random delay of up to 200 ms between them. `Time.now`, the wall clock, is
//! what a client reads (`client-clock`). Extension needs a majority in time as well. The value is random: it has no order, so
//! there is no fencing token.
//!
//! **Deviations and choices.**
//! 1. Every try has a value of its own; redlock-rb keeps one for all tries of a call.
//! 2. When all tries have failed, the caller calls again after `again-after`: whoever wants to lead goes on asking.
//! 3. A holder extends its lock (`renew`), as most libraries offer; redlock-rb does not. An extension that fails is tried again
//!    while the lock is valid, and the lock is as valid as it was; unless most of the masters say that it is gone.
//! 4. A holder stops by itself when its validity is over: redlock-rb hands the validity to its caller, who has to.
//! 5. `ask = "at-once"`: all masters at the same time, as redsync does and the documentation recommends.
//! 6. Giving back is not answered, and nobody waits for it; redlock-rb waits for the answers and does not look at them.
//! 7. A member first asks after a drawn delay, as if it had tried before. An ineligible one never asks.
//! 8. `token = "value"` is nobody's advice: it is there to show what comes of taking the random value for a fencing token.

mod config;
mod mutants;
mod round;

use sim::{
    Algorithm, Assumption, Authority, Bounds, Claim, Context, Encode, Encoder, Epoch, Facts, MutantInfo, Network, Never, NodeId,
    Observation, Promise, Role, Span, algorithm::total,
};

use crate::clocks::slow;
use crate::redis::{Answer, Ask, DRIFT, REPETITIONS, Redis, Server, validity};

pub use config::{Config, Order, Token};
pub use mutants::Mutant;

use round::Round;

/// The masters. "In our examples we set N=5, which is a reasonable value."
pub const MASTERS: [&str; 5] = ["redis-1", "redis-2", "redis-3", "redis-4", "redis-5"];

/// What a member waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Timer {
    /// To try, for the first time or again.
    Retry = 1,
    /// The answer of a master, or of all.
    Answer = 2,
    /// To extend the lock.
    Renew = 3,
    /// The end of the lock's validity.
    Deadline = 4,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// It has nothing, and will try again.
    Waiting,
    /// It asks for the lock.
    Trying,
    /// It has the lock.
    Holding,
    /// It has the lock, and asks for more time.
    Extending,
}

/// One member.
#[derive(Debug)]
pub struct Redlock {
    me: NodeId,
    state: State,
    /// How many tries of this call have failed.
    failed: u64,
    /// Of the latest try.
    value: u64,
    /// The questions of the moment, and their answers.
    round: Round,
    /// While it holds the lock: what its clock reads when the lock is no longer valid.
    until: u64,
    /// Until when it would act.
    authority: Authority,
    /// What it would send to the protected resource.
    token: Option<u64>,
}

type Ctx<'a> = Context<'a, Redlock>;

impl Redlock {
    fn wait(&mut self, delay: Span, ctx: &mut Ctx<'_>) {
        self.state = State::Waiting;
        (self.authority, self.token) = (Authority::None, None);
        for timer in [Timer::Answer, Timer::Renew, Timer::Deadline] {
            ctx.disarm(timer);
        }
        if !ctx.ineligible() {
            ctx.arm(Timer::Retry, delay);
        }
    }

    fn retry_delay(ctx: &mut Ctx<'_>) -> Span {
        let (low, high) = ctx.config().retry_delay;
        ctx.between(low, high)
    }

    /// A try has failed.
    fn failed(&mut self, ctx: &mut Ctx<'_>) {
        if mutants::gives_back_what_it_got(ctx) {
            self.give_back(ctx);
        }
        self.failed += 1;
        let delay = if self.failed < ctx.config().retry_count {
            Redlock::retry_delay(ctx)
        } else {
            self.failed = 0;
            ctx.config().again_after
        };
        self.wait(delay, ctx);
    }

    /// "It will try to unlock all the instances (even the instances it believed it was not able to lock)."
    fn give_back(&self, ctx: &mut Ctx<'_>) {
        for master in ctx.services() {
            ctx.ask(master, Ask::CompareAndDelete { value: self.value });
        }
    }

    /// All masters have answered, or had their time.
    fn conclude(&mut self, ctx: &mut Ctx<'_>) {
        ctx.disarm(Timer::Answer);
        let until = mutants::valid_until(self.round.started, ctx);
        let had = self.round.granted() >= mutants::quorum(ctx) && mutants::clock(ctx).read(ctx) < until;
        match self.state {
            State::Trying if had => {
                self.failed = 0;
                self.hold(until, ctx);
            }
            State::Trying => self.failed(ctx),
            State::Extending if had => self.hold(until, ctx),
            // Most of the masters know another holder, or none: the lock is gone.
            State::Extending if self.round.refused() >= mutants::quorum(ctx) => self.let_go(ctx),
            State::Extending => {
                self.state = State::Holding;
                let delay = Redlock::retry_delay(ctx);
                ctx.arm(Timer::Renew, delay);
            }
            State::Waiting | State::Holding => unreachable!("rounds are asked while trying and while extending"),
        }
    }

    fn hold(&mut self, until: u64, ctx: &mut Ctx<'_>) {
        self.state = State::Holding;
        self.until = until;
        self.authority = mutants::clock(ctx).until(until);
        self.token = (ctx.config().token == Token::Value).then_some(self.value);
        if ctx.config().renew {
            ctx.arm(Timer::Renew, ctx.config().renew_interval);
        }
        self.await_deadline(ctx);
    }

    /// Goes on until the deadline, and not beyond: a wall clock that was set back has to be asked again.
    fn await_deadline(&mut self, ctx: &mut Ctx<'_>) {
        let now = mutants::clock(ctx).read(ctx);
        if now < self.until {
            ctx.arm(Timer::Deadline, Span::nanos(self.until - now));
        } else {
            self.let_go(ctx);
        }
    }

    /// It holds the lock no longer.
    fn let_go(&mut self, ctx: &mut Ctx<'_>) {
        self.give_back(ctx);
        let delay = Redlock::retry_delay(ctx);
        self.wait(delay, ctx);
    }
}

impl Algorithm for Redlock {
    const NAME: &'static str = "redlock";
    const ABOUT: &'static str = "A lock on five independent Redis masters: whoever sets the key at three of them in time leads while it \
                                 is valid; no fencing token.";
    const CITATION: &'static str =
        "Redis documentation, Distributed Locks with Redis (the Redlock algorithm); antirez/redlock-rb";
    const MUTANTS: &'static [MutantInfo<Mutant>] = mutants::MUTANTS;

    type Config = Config;
    type Durable = ();
    type Message = Never;
    type Timer = Timer;
    type Mutant = Mutant;
    type Service = Redis;

    /// Exclusion is what the documentation argues for, given clocks that run alike and do not jump, and masters that do not
    /// forget: a file that is flushed always, or a restart that is delayed. Effects are under way when the lock ends, and no
    /// token tells them apart: they are promised only where no wall clock, no pause and no late packet can make them late.
    fn claims(config: &Config) -> Vec<Claim> {
        let clocks = config.clocks();
        let mut claims = Claim::all(Assumption::Asynchrony, &[Promise::ReleaseOwnOnly]);
        claims.extend(Claim::all(clocks, &[Promise::EventualLeader, Promise::NoStuckRole, Promise::LeaderHasQuorum]));
        if config.server.remembers(config.ttl) {
            claims.extend(Claim::all(Assumption::Asynchrony, &[Promise::ServiceSideExclusive]));
            claims.extend(Claim::all(clocks, &[Promise::LeaseExclusive, Promise::LeaseContainment]));
            if config.renew {
                claims.extend(Claim::all(clocks, &[Promise::Stability]));
            }
            if clocks == Assumption::BoundedDrift {
                claims.extend(Claim::all(Assumption::BoundedDelay, &[Promise::EffectiveSplitBrain]));
            }
        }
        claims
    }

    fn bounds(config: &Config, network: &Network) -> Bounds {
        let round = config.longest_round();
        let call = (round + config.retry_delay.1).times(config.retry_count) + config.again_after;
        let mut taking = vec![
            (call.times(CONTENDED), "calls that come too early, or in which nobody gets a majority"),
            (round, "the try that succeeds"),
        ];
        if !network.loss.is_zero() {
            taking.push((REPETITIONS, "what connections send again, after losses in a row"));
        }
        let mut recovery = vec![
            (config.ttl, "ttl: the locks of a holder that is gone expire"),
            (config.server.restart_delay, "restart-delay: masters that have just crashed answer nobody"),
        ];
        recovery.extend_from_slice(&taking);
        recovery.push((slow(total(&recovery), network), "slow clocks"));
        // Whoever does not extend its lock gives it back at all masters when its validity is over, and somebody has to take it.
        taking.push((slow(total(&taking), network), "slow clocks"));
        let handover = (!config.renew).then_some(taking);
        if network.max_delay.times(2) >= config.node_timeout {
            // No master answers in time: on this network nobody gets a lock, and nothing can be expected.
            recovery.clear();
        }
        let held = vec![(validity(config.ttl), "ttl, less the margin for clocks"), (slow(config.ttl, network), "slow clocks")];
        Bounds { recovery, handover, step_down: Some(held), detection: config.ttl, drift: Some(DRIFT), ..Bounds::default() }
    }

    fn facts(_config: &Config) -> Facts {
        Facts { leases: true, ..Facts::default() }
    }

    fn services(config: &Config) -> Vec<(&'static str, Server)> {
        MASTERS.map(|name| (name, config.server)).to_vec()
    }

    fn start(ctx: &mut Ctx<'_>) -> Redlock {
        let mut member = Redlock {
            me: ctx.id(),
            state: State::Waiting,
            failed: 0,
            value: 0,
            round: Round::default(),
            until: 0,
            authority: Authority::None,
            token: None,
        };
        mutants::configure_masters(ctx);
        let delay = Redlock::retry_delay(ctx);
        member.wait(delay, ctx);
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
                self.begin(State::Trying, ctx);
            }
            (Timer::Renew, State::Holding) => self.begin(State::Extending, ctx),
            (Timer::Answer, State::Trying | State::Extending) => self.time_is_up(ctx),
            (Timer::Deadline, State::Holding | State::Extending) => self.await_deadline(ctx),
            (Timer::Retry | Timer::Renew | Timer::Answer | Timer::Deadline, _) => {}
        }
    }

    fn on_answer(&mut self, master: NodeId, answer: Answer, ctx: &mut Ctx<'_>) {
        match (answer, self.state) {
            (Answer::Set { number, done }, State::Trying) => self.answered(master, number, done, ctx),
            (Answer::Extended { number, done }, State::Extending) => self.answered(master, number, done, ctx),
            (Answer::Set { .. } | Answer::Extended { .. }, _) => {}
        }
    }

    /// Whoever has been given a key stands; whoever only asks does not.
    #[inline]
    fn observe(&self, _durable: &()) -> Observation {
        let role = match self.state {
            State::Holding | State::Extending => Role::Leader,
            State::Trying if self.round.granted() > 0 => Role::Candidate,
            State::Trying | State::Waiting => Role::Follower,
        };
        let leader = (role == Role::Leader).then_some(self.me);
        Observation::new(role, Epoch::default()).with_leader(leader).with_authority(self.authority).with_token(self.token)
    }

    fn campaign() -> Option<Timer> {
        Some(Timer::Retry)
    }

    /// The others wait for `retry-delay` before they ask, and by then its command must have come to most of the masters.
    fn heeds_first_leader(config: &Config, network: &Network) -> bool {
        let answers_before = match config.ask {
            Order::InTurn => MASTERS.len() as u64 / 2,
            Order::AtOnce => 0,
        };
        config.retry_delay.0 > network.max_delay.times(2 * answers_before + 1)
    }
}

/// So many calls may come to nothing after the keys have expired. In 3 000 crashes of a leader each, with 3, 5 and 9 members, nobody
/// needed more than one second, which is one call that came too early; the other is for loss, and for delays near node-timeout.
const CONTENDED: u64 = 2;
