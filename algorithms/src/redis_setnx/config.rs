//! The settings of a lock on one master, and which of them fit together.

use sim::{Assumption, Config as Settings, Kind, Setting, Span, Value};

use crate::redis::{
    CLIENT_CLOCK, CLOCKS, Clock, PERSISTENCE, RESTART_DELAY, SERVER_CLOCK, Server, check_lock, choice, chosen, validity,
};

/// From when a holder counts the time to live of its lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deadline {
    /// Not at all: it leads until it hears otherwise.
    None,
    /// From the moment at which the command left.
    Send,
}

const DEADLINES: [(Deadline, &str); 2] = [(Deadline::None, "none"), (Deadline::Send, "send")];

/// The settings of one member, and of the master.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long a lock lasts that nobody renews.
    pub ttl: Span,
    /// Who does not get it asks again after a delay drawn from this range.
    pub retry_delay: (Span, Span),
    /// A request that has no answer after so long has failed.
    pub request_timeout: Span,
    /// A holder goes on, instead of giving back when the time is over.
    pub renew: bool,
    /// How long after it was told that the lock is its own.
    pub renew_interval: Span,
    /// Whether it checks how long its lock is valid.
    pub deadline_from: Deadline,
    /// By which clock.
    pub client_clock: Clock,
    /// WAIT 1 after every write.
    pub wait_for_replica: bool,
    /// The master.
    pub server: Server,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            // The documentation's example, and Redisson's lockWatchdogTimeout.
            ttl: Span::secs(30),
            // The range of redsync; the documentation names none for a single instance.
            retry_delay: (Span::millis(50), Span::millis(250)),
            // redis-py's and Jedis's time-outs are longer (seconds); so long a retry is not worth waiting for.
            request_timeout: Span::millis(500),
            renew: true,
            // Redisson renews every third of its lockWatchdogTimeout.
            renew_interval: Span::secs(10),
            deadline_from: Deadline::None,
            client_clock: Clock::Monotonic,
            wait_for_replica: false,
            // There is a replica, and on a good day it is no more than this behind.
            server: Server { replication_lag: Span::millis(10), ..Server::default() },
        }
    }
}

impl Config {
    /// What must be true of clocks for what it promises.
    pub(super) fn clocks(&self) -> Assumption {
        let checks_wall = self.deadline_from == Deadline::Send && self.client_clock == Clock::Wall;
        if self.server.clock == Clock::Wall || checks_wall { Assumption::SteadyWall } else { Assumption::BoundedDrift }
    }

    /// Whether neither a crash of the master nor a fail-over to its replica makes a lock available that is held.
    pub(super) fn keeps_grants(&self) -> bool {
        let replicated = self.wait_for_replica || self.server.replication_lag == Span::ZERO;
        self.server.remembers(self.ttl) && replicated
    }
}

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting { key: "ttl", kind: Kind::Span, about: "How long a lock lasts that nobody renews (SET … PX)." },
        Setting {
            key: "retry-delay",
            kind: Kind::Range,
            about: "Who does not get the lock asks again after a time from this range.",
        },
        Setting { key: "request-timeout", kind: Kind::Span, about: "A request that has no answer after so long has failed." },
        Setting {
            key: "renew",
            kind: Kind::Switch,
            about: "Whether a holder extends its lock again and again; if not, it gives it back when the time is over.",
        },
        Setting { key: "renew-interval", kind: Kind::Span, about: "How long a holder waits before it extends its lock." },
        Setting {
            key: "deadline-from",
            kind: Kind::Choice(&["none", "send"]),
            about: "Whether a holder stops by itself when its lock may have expired, counted from when its command left, or leads until \
                    it hears otherwise.",
        },
        CLIENT_CLOCK,
        Setting {
            key: "wait-for-replica",
            kind: Kind::Switch,
            about: "Whether a write counts only when the replica has it (WAIT 1).",
        },
        Setting {
            key: "replication-lag",
            kind: Kind::Span,
            about: "How far the replica is behind: what is younger is lost in a fail-over (service-leader-change). 0s: nothing is.",
        },
        SERVER_CLOCK,
        PERSISTENCE,
        RESTART_DELAY,
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("ttl", Value::Span(span)) => self.ttl = *span,
            ("retry-delay", Value::Range(low, high)) => self.retry_delay = (*low, *high),
            ("request-timeout", Value::Span(span)) => self.request_timeout = *span,
            ("renew", Value::Switch(on)) => self.renew = *on,
            ("renew-interval", Value::Span(span)) => self.renew_interval = *span,
            ("deadline-from", Value::Choice(word)) => self.deadline_from = chosen(&DEADLINES, word),
            ("client-clock", Value::Choice(word)) => self.client_clock = chosen(&CLOCKS, word),
            ("wait-for-replica", Value::Switch(on)) => self.wait_for_replica = *on,
            ("replication-lag", Value::Span(span)) => self.server.replication_lag = *span,
            _ => assert!(self.server.set(key, value), "`{key}` = {value} does not fit the table of settings"),
        }
    }

    fn get(&self, key: &str) -> Value {
        match key {
            "ttl" => Value::Span(self.ttl),
            "retry-delay" => Value::Range(self.retry_delay.0, self.retry_delay.1),
            "request-timeout" => Value::Span(self.request_timeout),
            "renew" => Value::Switch(self.renew),
            "renew-interval" => Value::Span(self.renew_interval),
            "deadline-from" => choice(&DEADLINES, self.deadline_from),
            "client-clock" => choice(&CLOCKS, self.client_clock),
            "wait-for-replica" => Value::Switch(self.wait_for_replica),
            "replication-lag" => Value::Span(self.server.replication_lag),
            _ => self.server.get(key).unwrap_or_else(|| unreachable!("there is no setting `{key}`")),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        check_lock(self.ttl, self.retry_delay)?;
        let valid = validity(self.ttl);
        // Where locks are extended, the answer must come while the lock is valid.
        let longest = if self.renew { valid } else { self.ttl };
        if self.request_timeout == Span::ZERO || self.request_timeout >= longest {
            let why = format!(
                "the Redis documentation asks for a timeout \"which is small compared to the total lock auto-release time\", which \
                 is {}: write more than \"0s\" and less than \"{longest}\", such as \"{}\"",
                self.ttl,
                self.ttl.fraction(1, 60).min(longest.fraction(1, 2))
            );
            return Err(("request-timeout", why));
        }
        let left = valid - self.request_timeout;
        if self.renew && (self.renew_interval == Span::ZERO || self.renew_interval >= left) {
            let why = format!(
                "an extension must be answered while the lock is valid, for {valid} after the last one; Redisson renews at a third of \
                 the time to live: write more than \"0s\" and less than \"{left}\", such as \"{}\"",
                self.ttl.fraction(1, 3).min(left.fraction(1, 2))
            );
            return Err(("renew-interval", why));
        }
        if self.wait_for_replica && self.server.replication_lag >= self.request_timeout {
            let why = format!(
                "with wait-for-replica no write is answered before the replica has it, and a request fails after {}: write less",
                self.request_timeout
            );
            return Err(("replication-lag", why));
        }
        self.server.check(self.ttl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_read_back_as_it_was_written_and_the_defaults_fit_together() {
        let mut config = Config::default();
        for setting in Config::SETTINGS {
            let other = match (setting.kind, config.get(setting.key)) {
                (_, Value::Span(span)) => Value::Span(span + Span::millis(7)),
                (_, Value::Range(low, high)) => Value::Range(low, high + Span::millis(7)),
                (_, Value::Switch(on)) => Value::Switch(!on),
                (Kind::Choice(words), Value::Choice(word)) => {
                    Value::Choice(String::from(*words.iter().find(|other| **other != word).unwrap()))
                }
                (_, value) => panic!("{}: no test for {value}", setting.key),
            };
            config.set(setting.key, &other);
            assert_eq!(config.get(setting.key), other);
        }
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn settings_that_cannot_work_are_refused_with_the_rule_of_the_reference() {
        let complaint = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.check().unwrap_err()
        };
        for (change, key, words) in [
            ((|c| c.ttl = Span::ZERO) as fn(&mut Config), "ttl", "ERR invalid expire time"),
            (|c| c.ttl = Span::millis(2), "ttl", "never valid"),
            (|c| c.retry_delay = (Span::ZERO, Span::ZERO), "retry-delay", "random delay"),
            (|c| c.request_timeout = c.ttl, "request-timeout", "auto-release time"),
            (|c| c.request_timeout = Span::ZERO, "request-timeout", "more than \"0s\" and less than"),
            (|c| c.renew_interval = c.ttl, "renew-interval", "such as \"10s\""),
            (|c| c.renew_interval = Span::ZERO, "renew-interval", "more than \"0s\" and less than"),
            (|c| c.server.restart_delay = c.ttl, "restart-delay", "at least a bit more than the max TTL"),
            (|c| (c.wait_for_replica, c.server.replication_lag) = (true, Span::secs(1)), "replication-lag", "500ms"),
        ] {
            let (at, why) = complaint(change);
            assert!(at == key && why.contains(words), "{at}: {why}");
        }
    }

    #[test]
    fn a_lock_is_kept_by_a_file_or_by_silence_and_by_a_replica_that_is_waited_for() {
        let mut config = Config::default();
        assert!(!config.keeps_grants(), "what Redis does by itself");
        config.server.replication_lag = Span::ZERO;
        config.server.restart_delay = Span::secs(31);
        assert!(config.keeps_grants());
        config.server.replication_lag = Span::millis(10);
        assert!(!config.keeps_grants());
        config.wait_for_replica = true;
        assert!(config.keeps_grants());
    }
}
