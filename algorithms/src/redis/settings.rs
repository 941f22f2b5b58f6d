//! The settings of a Redis master, in the words that every algorithm on it uses for them.

use sim::{Algorithm, Authority, Context, Desk, Kind, LocalTime, Setting, Span, Value, WallTime};

use super::{Redis, validity};

/// By which of its two clocks a machine measures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// It jumps when someone sets it.
    Wall,
    /// It never jumps.
    Monotonic,
}

impl Clock {
    /// A master's reading.
    pub(super) fn at(self, desk: &Desk<'_, Redis>) -> u64 {
        match self {
            Clock::Wall => desk.wall().0,
            Clock::Monotonic => desk.now().0,
        }
    }

    /// A member's reading.
    pub(crate) fn read<A: Algorithm>(self, ctx: &Context<'_, A>) -> u64 {
        match self {
            Clock::Wall => ctx.wall().0,
            Clock::Monotonic => ctx.now().0,
        }
    }

    /// What ends when this clock reads so much.
    pub(crate) fn until(self, reading: u64) -> Authority {
        match self {
            Clock::Wall => Authority::UntilWall(WallTime(reading)),
            Clock::Monotonic => Authority::Until(LocalTime(reading)),
        }
    }
}

/// What of a master's memory outlives a crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Persistence {
    /// Nothing: `appendonly no`.
    None,
    /// Everything that was answered: `appendonly yes`, `appendfsync always`.
    Always,
}

/// The settings of one master. The defaults are those of Redis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Server {
    /// By which clock keys expire.
    pub clock: Clock,
    /// What outlives a crash.
    pub persistence: Persistence,
    /// After a crash it answers nobody for so long.
    pub restart_delay: Span,
    /// How long after it was answered for a write reaches the replica; zero: there is no replica.
    pub replication_lag: Span,
}

impl Default for Server {
    fn default() -> Server {
        Server { clock: Clock::Wall, persistence: Persistence::None, restart_delay: Span::ZERO, replication_lag: Span::ZERO }
    }
}

impl Server {
    /// Whether a lock of this length is still known when a crashed master answers again, or has expired by then.
    pub(crate) fn remembers(&self, ttl: Span) -> bool {
        self.persistence == Persistence::Always || self.restart_delay > ttl
    }

    /// Is this delay long enough to help? The error names the key and says what to write.
    pub(crate) fn check(&self, ttl: Span) -> Result<(), (&'static str, String)> {
        if self.restart_delay > Span::ZERO && self.restart_delay <= ttl {
            let why = format!(
                "\"{}\" is not longer than the lock's {ttl}, and a lock of before the crash could be given away; the Redis \
                 documentation asks that a crashed instance stay unavailable \"for at least a bit more than the max TTL\": \
                 write \"{}\", or \"0s\" for no delay",
                self.restart_delay,
                ttl + ttl.fraction(1, 10)
            );
            return Err((RESTART_DELAY.key, why));
        }
        Ok(())
    }

    /// Takes over one of the settings that all algorithms on Redis share; `false`: it is none of them.
    pub(crate) fn set(&mut self, key: &str, value: &Value) -> bool {
        match (key, value) {
            ("server-clock", Value::Choice(word)) => self.clock = chosen(&CLOCKS, word),
            ("persistence", Value::Choice(word)) => self.persistence = chosen(&PERSISTENCES, word),
            ("restart-delay", Value::Span(span)) => self.restart_delay = *span,
            _ => return false,
        }
        true
    }

    /// The value of one of the settings that all algorithms on Redis share.
    pub(crate) fn get(&self, key: &str) -> Option<Value> {
        match key {
            "server-clock" => Some(choice(&CLOCKS, self.clock)),
            "persistence" => Some(choice(&PERSISTENCES, self.persistence)),
            "restart-delay" => Some(Value::Span(self.restart_delay)),
            _ => None,
        }
    }
}

/// A word for each value of a choice.
pub(crate) const CLOCKS: [(Clock, &str); 2] = [(Clock::Wall, "wall"), (Clock::Monotonic, "monotonic")];
const PERSISTENCES: [(Persistence, &str); 2] = [(Persistence::None, "none"), (Persistence::Always, "always")];

pub(crate) const CLIENT_CLOCK: Setting = Setting {
    key: "client-clock",
    kind: Kind::Choice(&["wall", "monotonic"]),
    about: "The clock by which a holder measures how long its lock is valid.",
};

pub(crate) const SERVER_CLOCK: Setting = Setting {
    key: "server-clock",
    kind: Kind::Choice(&["wall", "monotonic"]),
    about: "The clock by which keys expire at the masters. Redis uses the wall clock, which jumps.",
};

pub(crate) const PERSISTENCE: Setting = Setting {
    key: "persistence",
    kind: Kind::Choice(&["none", "always"]),
    about: "Whether a master's keys survive its crash (appendonly yes, appendfsync always) or not.",
};

pub(crate) const RESTART_DELAY: Setting = Setting {
    key: "restart-delay",
    kind: Kind::Span,
    about: "After a crash a master answers nobody for so long; it helps where it is longer than ttl.",
};

/// The value that this word stands for.
pub(crate) fn chosen<T: Copy>(choices: &[(T, &str)], word: &str) -> T {
    let found = choices.iter().find(|(_, name)| *name == word);
    found.unwrap_or_else(|| unreachable!("`{word}` is none of the words of this setting")).0
}

/// The word for this value.
pub(crate) fn choice<T: Copy + PartialEq>(choices: &[(T, &str)], value: T) -> Value {
    let found = choices.iter().find(|(choice, _)| *choice == value);
    Value::Choice(String::from(found.unwrap_or_else(|| unreachable!("every value has a word")).1))
}

/// Redis accepts no less: "ERR invalid expire time in 'set' command".
const SHORTEST_TTL: Span = Span::millis(1);

/// The rules for every lock on Redis.
pub(crate) fn check_lock(ttl: Span, (low, high): (Span, Span)) -> Result<(), (&'static str, String)> {
    if ttl < SHORTEST_TTL {
        let why = String::from(
            "Redis takes no time to live below a millisecond (\"ERR invalid expire time in 'set' command\"): write a time such as \
             \"10s\"",
        );
        return Err(("ttl", why));
    }
    if validity(ttl) == Span::ZERO {
        let why = format!(
            "a lock of {ttl} is never valid: its validity is the time to live, less what it took to get it, less 1 % and 2 ms for \
             clocks that differ; write a time such as \"10s\""
        );
        return Err(("ttl", why));
    }
    if low > high {
        return Err(("retry-delay", format!("its low end {low} is above its high end {high}: write [\"{high}\", \"{low}\"]")));
    }
    if high == Span::ZERO {
        let why = String::from(
            "without a delay everybody asks all the time; the Redis documentation: \"it should try again after a random delay in \
             order to try to desynchronize multiple clients\": write a range such as [\"0s\", \"200ms\"]",
        );
        return Err(("retry-delay", why));
    }
    Ok(())
}
