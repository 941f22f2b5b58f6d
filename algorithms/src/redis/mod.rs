//! Redis, as far as locks need it: one key on one master, which expires, is set only where it is not, and is taken away or
//! extended only by whoever knows its value.
//!
//! Sources: the Redis documentation, "Distributed Locks with Redis" (docs/manual/patterns/distributed-locks.md) and the pages of
//! SET, PEXPIRE, DEL, EVAL, WAIT and CONFIG SET; "Redis persistence" (appendonly, appendfsync); "Redis replication" (asynchronous;
//! what a fail-over loses).
//!
//! **Kept.** A key's expiry is a reading of the server's *wall* clock, so that a jump of that clock moves it; an expired key is
//! there for nobody, whether it has been removed or not. Without an append-only file a crash loses the key. A replica hears of a
//! write after it has been acknowledged, and what it has not heard of is lost when it takes over; WAIT holds an answer back
//! until it has.
//!
//! **Settings that Redis does not have**, because the cures of the published failures need them: expiry by the monotonic clock
//! (`server-clock`), and a restart that answers nobody for a while (`restart-delay`: an operator's start script).
//!
//! **Deviations.**
//! 1. Times are exact; Redis counts milliseconds.
//! 2. The append-only file is written and flushed in no time (`appendfsync always`): a request's latency is the network's.
//! 3. One replica, whose lag is always the same. It takes over at once where a fail-over is ordered; who watches for that is no
//!    part of this.
//! 4. A script (compare, then delete or extend) is one command. What deletes is not answered: releasing is best effort in every
//!    client that was read, and nobody looks at the answer.

mod client;
mod commands;
mod settings;

use std::collections::VecDeque;

use sim::{Authority, Desk, Encode, Encoder, Grant, LocalTime, Never, NodeId, Service, Span, WallTime};

pub(crate) use client::{DRIFT, REPETITIONS, fresh_value, validity};
pub use commands::{Answer, Ask};
pub(crate) use settings::{CLIENT_CLOCK, CLOCKS, PERSISTENCE, RESTART_DELAY, SERVER_CLOCK, check_lock, choice, chosen};
pub use settings::{Clock, Persistence, Server};

/// The key that is the lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    /// Who set it.
    pub holder: NodeId,
    /// What it holds: different for every attempt.
    pub value: u64,
    /// When it expires, as a reading of the clock that [`Server::clock`] names; `None`: never.
    pub until: Option<u64>,
}

/// What is on the disk of a master.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// It has run before: this start is a restart.
    started: bool,
    /// With [`Persistence::Always`]: the key.
    key: Option<Key>,
}

/// What a master waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Timer {
    /// The delay of its restart is over.
    Ready = 1,
    /// The replica has heard of a write that someone waits for.
    Replicated = 2,
}

impl Encode for Timer {
    fn encode(&self, to: &mut Encoder) {
        to.words([*self as u64]);
    }
}

/// One master, and its replica if it has one.
pub struct Redis {
    clock: Clock,
    key: Option<Key>,
    /// Writes go to the disk.
    append_only: bool,
    /// It has restarted, and answers nobody yet.
    silent: bool,
    /// The key as the replica knows it …
    replica: Option<Key>,
    /// … and what is on its way to it: when it arrives, and what the key is then.
    stream: VecDeque<(LocalTime, Option<Key>)>,
    /// The key as members have been told of it: whoever waits for the replica has been granted nothing yet.
    granted: Option<Key>,
    /// Answers that wait for the replica, until when, and the key of which they tell.
    waiting: VecDeque<(LocalTime, NodeId, Answer, Key)>,
}

impl Redis {
    /// The key, unless it has expired. What is not there for anyone is forgotten.
    fn live(&mut self, desk: &mut Desk<'_, Redis>) -> Option<Key> {
        let now = self.clock.at(desk);
        if self.key.is_some_and(|key| key.until.is_some_and(|until| until <= now)) {
            self.put(None, desk);
        }
        self.key
    }

    /// Changes the key, here, on the disk and, later, at the replica.
    fn put(&mut self, key: Option<Key>, desk: &mut Desk<'_, Redis>) {
        (self.key, self.granted) = (key, key);
        if self.append_only {
            desk.durable().key = key;
        }
        let lag = desk.config().replication_lag;
        if lag > Span::ZERO {
            self.hear(desk.now());
            self.stream.push_back((desk.now() + lag, key));
        }
    }

    /// The replica hears of what has reached it by now.
    fn hear(&mut self, now: LocalTime) {
        while let Some(&(arrives, key)) = self.stream.front()
            && arrives <= now
        {
            self.replica = key;
            self.stream.pop_front();
        }
    }

    /// Sets or extends the key, and answers: at once, or (`WAIT 1`) when the replica has heard of it.
    fn grant_to(&mut self, to: NodeId, key: Key, answer: Answer, wait: bool, desk: &mut Desk<'_, Redis>) {
        let (before, lag) = (self.granted, desk.config().replication_lag);
        self.put(Some(key), desk);
        if !wait || lag == Span::ZERO {
            return desk.answer(to, answer);
        }
        self.granted = before;
        if self.waiting.is_empty() {
            desk.arm(Timer::Replicated, lag);
        }
        self.waiting.push_back((desk.now() + lag, to, answer, key));
    }

    /// Takes the key away if this is its value.
    fn delete(&mut self, value: u64, desk: &mut Desk<'_, Redis>) {
        if self.live(desk).is_some_and(|key| key.value == value) {
            self.put(None, desk);
        }
    }

    fn until(&self, ttl: Span, desk: &Desk<'_, Redis>) -> u64 {
        self.clock.at(desk).saturating_add(ttl.0)
    }
}

impl Service for Redis {
    type Config = Server;
    type Durable = Disk;
    type Ask = Ask;
    type Answer = Answer;
    type Timer = Timer;
    type Mutant = Never;

    fn start(desk: &mut Desk<'_, Redis>) -> Redis {
        let config = *desk.config();
        let append_only = config.persistence == Persistence::Always;
        let silent = std::mem::replace(&mut desk.durable().started, true) && config.restart_delay > Span::ZERO;
        if silent {
            desk.arm(Timer::Ready, config.restart_delay);
        }
        // What a master does not know after a restart, its replica forgets too: it copies the master.
        let key = if append_only { desk.durable().key } else { None };
        Redis {
            clock: config.clock,
            key,
            append_only,
            silent,
            granted: key,
            replica: key,
            stream: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    fn on_ask(&mut self, from: NodeId, ask: Ask, desk: &mut Desk<'_, Redis>) {
        if self.silent {
            return;
        }
        match ask {
            Ask::Set { value, number, ttl, wait } => {
                if self.live(desk).is_some() {
                    return desk.answer(from, Answer::Set { number, done: false });
                }
                let until = ttl.map(|ttl| self.until(ttl, desk));
                self.grant_to(from, Key { holder: from, value, until }, Answer::Set { number, done: true }, wait, desk);
            }
            Ask::Extend { value, number, ttl, wait } => {
                let Some(key) = self.live(desk).filter(|key| key.value == value) else {
                    return desk.answer(from, Answer::Extended { number, done: false });
                };
                let until = Some(self.until(ttl, desk));
                self.grant_to(from, Key { until, ..key }, Answer::Extended { number, done: true }, wait, desk);
            }
            Ask::Expire { ttl } => {
                if let Some(key) = self.live(desk) {
                    let until = Some(self.until(ttl, desk));
                    self.put(Some(Key { until, ..key }), desk);
                }
            }
            Ask::CompareAndDelete { value } => self.delete(value, desk),
            Ask::Delete { .. } => {
                if self.live(desk).is_some() {
                    self.put(None, desk);
                }
            }
            Ask::ConfigSet { append_only } => self.append_only = append_only,
        }
    }

    fn on_timer(&mut self, timer: Timer, desk: &mut Desk<'_, Redis>) {
        match timer {
            Timer::Ready => self.silent = false,
            Timer::Replicated => {
                let now = desk.now();
                while let Some(&(heard, to, answer, key)) = self.waiting.front() {
                    if heard > now {
                        desk.arm(Timer::Replicated, heard.since(now));
                        break;
                    }
                    self.waiting.pop_front();
                    if self.key.is_some_and(|latest| latest.value == key.value) {
                        self.granted = Some(key);
                    }
                    desk.answer(to, answer);
                }
            }
        }
    }

    /// The replica takes over with what it has heard of. Whoever waited for an answer waits in vain: that connection is gone.
    fn on_leader_change(&mut self, desk: &mut Desk<'_, Redis>) {
        if desk.config().replication_lag == Span::ZERO {
            return;
        }
        self.hear(desk.now());
        self.stream.clear();
        self.waiting.clear();
        desk.disarm(Timer::Replicated);
        let key = self.replica;
        self.put(key, desk);
    }

    fn grant(&self, _durable: &Disk) -> Option<Grant> {
        let Key { holder, value, until } = self.granted?;
        let until = match (until, self.clock) {
            (None, _) => Authority::UntilItSays,
            (Some(until), Clock::Wall) => Authority::UntilWall(WallTime(until)),
            (Some(until), Clock::Monotonic) => Authority::Until(LocalTime(until)),
        };
        Some(Grant { holder, id: value, token: None, until })
    }

    fn releases(ask: &Ask) -> Option<u64> {
        match *ask {
            Ask::CompareAndDelete { value } | Ask::Delete { value } => Some(value),
            _ => None,
        }
    }
}
