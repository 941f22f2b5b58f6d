//! The settings of Redlock, and which of them fit together.

use sim::{Assumption, Config as Settings, Kind, Setting, Span, Value};

use super::MASTERS;
use crate::redis::{
    CLIENT_CLOCK, CLOCKS, Clock, PERSISTENCE, RESTART_DELAY, SERVER_CLOCK, Server, check_lock, choice, chosen, validity,
};

/// In which order the masters are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// One after the other, as redlock-rb does.
    InTurn,
    /// All at the same time, as redsync does.
    AtOnce,
}

/// What a holder sends along to the protected resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    /// Nothing.
    None,
    /// Its random value, which has no order: what some take for a fencing token.
    Value,
}

const TOKENS: [(Token, &str); 2] = [(Token::None, "none"), (Token::Value, "value")];

const ORDERS: [(Order, &str); 2] = [(Order::InTurn, "in-turn"), (Order::AtOnce, "at-once")];

/// The settings of one member, and of all masters.
#[derive(Clone, Debug)]
pub struct Config {
    /// How long a key lasts.
    pub ttl: Span,
    /// A master that has not answered after so long does not count.
    pub node_timeout: Span,
    /// In which order the masters are asked.
    pub ask: Order,
    /// So many tries are one call.
    pub retry_count: u64,
    /// Between two tries passes a time drawn from this range.
    pub retry_delay: (Span, Span),
    /// Whoever has called in vain calls again after so long.
    pub again_after: Span,
    /// A holder extends its lock again and again.
    pub renew: bool,
    /// How long after it got it, or extended it.
    pub renew_interval: Span,
    /// By which clock a client measures.
    pub client_clock: Clock,
    /// What goes along with its work.
    pub token: Token,
    /// The masters.
    pub server: Server,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            // The documentation's example: 10 s, and time-outs of 5 to 50 ms for it.
            ttl: Span::secs(10),
            node_timeout: Span::millis(50),
            ask: Order::InTurn,
            // redlock-rb: DefaultRetryCount, DefaultRetryDelay and sleep(rand(@retry_delay)).
            retry_count: 3,
            retry_delay: (Span::ZERO, Span::millis(200)),
            again_after: Span::secs(1),
            renew: true,
            // A third, as Redisson does it.
            renew_interval: Span::millis(3333),
            // redlock-rb: Time.now.
            client_clock: Clock::Wall,
            token: Token::None,
            server: Server::default(),
        }
    }
}

impl Config {
    /// What must be true of clocks for what it promises.
    pub(super) fn clocks(&self) -> Assumption {
        if self.server.clock == Clock::Wall || self.client_clock == Clock::Wall {
            Assumption::SteadyWall
        } else {
            Assumption::BoundedDrift
        }
    }

    /// How long a round takes in which no master answers.
    pub(super) fn longest_round(&self) -> Span {
        match self.ask {
            Order::InTurn => self.node_timeout.times(MASTERS.len() as u64),
            Order::AtOnce => self.node_timeout,
        }
    }
}

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting { key: "ttl", kind: Kind::Span, about: "How long a key lasts that nobody extends (SET … PX)." },
        Setting { key: "node-timeout", kind: Kind::Span, about: "A master that has not answered after so long does not count." },
        Setting {
            key: "ask",
            kind: Kind::Choice(&["in-turn", "at-once"]),
            about: "Whether the masters are asked one after the other or all at the same time.",
        },
        Setting { key: "retry-count", kind: Kind::Count, about: "How often one call tries." },
        Setting { key: "retry-delay", kind: Kind::Range, about: "Between two tries passes a time from this range." },
        Setting { key: "again-after", kind: Kind::Span, about: "Whoever has called in vain calls again after so long." },
        Setting {
            key: "renew",
            kind: Kind::Switch,
            about: "Whether a holder extends its lock again and again; if not, it gives it back when it is no longer valid.",
        },
        Setting { key: "renew-interval", kind: Kind::Span, about: "How long a holder waits before it extends its lock." },
        CLIENT_CLOCK,
        Setting {
            key: "token",
            kind: Kind::Choice(&["none", "value"]),
            about: "What a holder sends to the protected resource: nothing, or its random value, which has no order.",
        },
        SERVER_CLOCK,
        PERSISTENCE,
        RESTART_DELAY,
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("ttl", Value::Span(span)) => self.ttl = *span,
            ("node-timeout", Value::Span(span)) => self.node_timeout = *span,
            ("ask", Value::Choice(word)) => self.ask = chosen(&ORDERS, word),
            ("retry-count", Value::Count(count)) => self.retry_count = *count,
            ("retry-delay", Value::Range(low, high)) => self.retry_delay = (*low, *high),
            ("again-after", Value::Span(span)) => self.again_after = *span,
            ("renew", Value::Switch(on)) => self.renew = *on,
            ("renew-interval", Value::Span(span)) => self.renew_interval = *span,
            ("client-clock", Value::Choice(word)) => self.client_clock = chosen(&CLOCKS, word),
            ("token", Value::Choice(word)) => self.token = chosen(&TOKENS, word),
            _ => assert!(self.server.set(key, value), "`{key}` = {value} does not fit the table of settings"),
        }
    }

    fn get(&self, key: &str) -> Value {
        match key {
            "ttl" => Value::Span(self.ttl),
            "node-timeout" => Value::Span(self.node_timeout),
            "ask" => choice(&ORDERS, self.ask),
            "retry-count" => Value::Count(self.retry_count),
            "retry-delay" => Value::Range(self.retry_delay.0, self.retry_delay.1),
            "again-after" => Value::Span(self.again_after),
            "renew" => Value::Switch(self.renew),
            "renew-interval" => Value::Span(self.renew_interval),
            "client-clock" => choice(&CLOCKS, self.client_clock),
            "token" => choice(&TOKENS, self.token),
            _ => self.server.get(key).unwrap_or_else(|| unreachable!("there is no setting `{key}`")),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        check_lock(self.ttl, self.retry_delay)?;
        if self.retry_count == 0 {
            let why = "redlock-rb tries as often as this says, and with 0 it answers `false` without having asked: write 3, its default";
            return Err(("retry-count", String::from(why)));
        }
        if self.again_after == Span::ZERO {
            let why = "whoever has tried in vain must let others through: write a time such as \"1s\"";
            return Err(("again-after", String::from(why)));
        }
        if self.node_timeout == Span::ZERO {
            let why =
                "no master answers in no time, and nobody would ever get the lock: write more than \"0s\", such as \"50ms\"";
            return Err(("node-timeout", String::from(why)));
        }
        let valid = validity(self.ttl);
        if self.longest_round() >= valid {
            let why = format!(
                "the Redis documentation asks for a timeout \"which is small compared to the total lock auto-release time\" (5 to 50 \
                 ms for 10 s), and when no master answers a round takes {}, while a lock of {} is valid for {valid}: write \"{}\" or \
                 less",
                self.longest_round(),
                self.ttl,
                self.ttl.fraction(1, 200).min(valid.fraction(1, 2 * MASTERS.len() as u64))
            );
            return Err(("node-timeout", why));
        }
        if self.renew && self.renew_interval == Span::ZERO {
            let why = "a holder cannot extend its lock all the time: write more than \"0s\"; about a third of ttl is usual";
            return Err(("renew-interval", String::from(why)));
        }
        let left = valid - self.longest_round();
        if self.renew && self.renew_interval >= left {
            let why = format!(
                "an extension counts only \"within the validity time\", {valid}, and may take {}: write less than \"{left}\", such as \
                 \"{}\"",
                self.longest_round(),
                self.ttl.fraction(1, 3).min(left.fraction(1, 2))
            );
            return Err(("renew-interval", why));
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
                (_, Value::Count(count)) => Value::Count(count + 7),
                (_, Value::Switch(on)) => Value::Switch(!on),
                (Kind::Choice(words), Value::Choice(word)) => {
                    Value::Choice(String::from(*words.iter().find(|other| **other != word).unwrap()))
                }
                (kind, value) => panic!("{}: no test for {kind:?}, {value}", setting.key),
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
            (|c| c.retry_count = 0, "retry-count", "without having asked"),
            (|c| c.retry_delay = (Span::ZERO, Span::ZERO), "retry-delay", "random delay"),
            (|c| c.again_after = Span::ZERO, "again-after", "\"1s\""),
            (|c| c.node_timeout = Span::ZERO, "node-timeout", "more than \"0s\""),
            (|c| c.node_timeout = c.ttl, "node-timeout", "auto-release time"),
            (|c| c.renew_interval = Span::ZERO, "renew-interval", "more than \"0s\""),
            (|c| c.node_timeout = Span::secs(2), "node-timeout", "a round takes 10s"),
            (|c| c.renew_interval = Span::secs(9) + Span::millis(800), "renew-interval", "within the validity time"),
            (|c| c.server.restart_delay = Span::secs(10), "restart-delay", "write \"11s\""),
        ] {
            let (at, why) = complaint(change);
            assert!(at == key && why.contains(words), "{at}: {why}");
        }
    }
}
