//! The settings of the recipe: how long a session lasts, and the choices that its implementations leave or have left.

use sim::{Config as Settings, Kind, Setting, Span, Value};

use crate::lock_service::Rules;

/// From when a client counts the time out of which it is disconnected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeadlineFrom {
    /// From when it sent the last request that was answered.
    Send,
    /// From when the last answer arrived, as ZooKeeper's client does.
    Receipt,
}

/// What makes a holder stop (Curator's `ConnectionStateErrorPolicy`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorPolicy {
    /// SUSPENDED and LOST.
    Standard,
    /// LOST alone.
    Session,
}

/// The settings of one member. ZooKeeper itself has no default for the session: the client names one. This is Curator's.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the client asks for: 60 s (Curator), of which the service grants 40 s at its default tick.
    pub session_timeout: Span,
    /// The service's unit of time: 2 s (`zoo_sample.cfg`).
    pub tick_time: Span,
    /// What makes a holder stop.
    pub error_policy: ErrorPolicy,
    /// Whether a node must belong to the present session (Curator, since CURATOR-696).
    pub check_owner: bool,
    /// After which part of a session without contact Curator gives it up, in percent; 0: never, as ZooKeeper's own client.
    pub session_expiration_percent: u64,
    /// From when the time without contact counts.
    pub deadline_from: DeadlineFrom,
}

impl Config {
    /// How long the session is that the service grants.
    pub fn granted(&self) -> Span {
        let rules = Rules::zookeeper(self.tick_time);
        self.session_timeout.clamp(rules.shortest, rules.longest)
    }

    /// After how long without contact a session of this length is given up.
    pub(super) fn gives_up_after(&self, timeout: Span) -> Option<Span> {
        let percent = self.session_expiration_percent;
        (percent > 0).then(|| timeout.fraction(percent, 100))
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            session_timeout: Span::secs(60),
            tick_time: Span::secs(2),
            error_policy: ErrorPolicy::Standard,
            check_owner: true,
            session_expiration_percent: 100,
            deadline_from: DeadlineFrom::Send,
        }
    }
}

const POLICIES: &[&str] = &["standard", "session"];
const ENDS: &[&str] = &["send", "receipt"];

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting {
            key: "session-timeout",
            kind: Kind::Span,
            about: "how long a session the client asks for (Curator: 60s); the service grants no less than 2 ticks and no more \
                    than 20",
        },
        Setting {
            key: "tick-time",
            kind: Kind::Span,
            about: "the service's unit of time, to which ends of sessions are rounded up",
        },
        Setting {
            key: "error-policy",
            kind: Kind::Choice(POLICIES),
            about: "what makes a holder stop: standard, when it is out of contact for 2/3 of its session; session, only when the \
                    session is over as far as it knows",
        },
        Setting {
            key: "check-owner",
            kind: Kind::Switch,
            about: "a node that belongs to a previous session is not taken for one's own (CURATOR-696)",
        },
        Setting {
            key: "session-expiration-percent",
            kind: Kind::Count,
            about: "after this part of a session without contact Curator gives the session up; 0: never, as ZooKeeper's own client",
        },
        Setting {
            key: "deadline-from",
            kind: Kind::Choice(ENDS),
            about: "from when the time without contact counts: send, when the last request that was answered left; receipt, when \
                    its answer arrived, as in ZooKeeper's client",
        },
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("session-timeout", Value::Span(span)) => self.session_timeout = *span,
            ("tick-time", Value::Span(span)) => self.tick_time = *span,
            ("error-policy", Value::Choice(word)) => {
                self.error_policy = if word == POLICIES[0] { ErrorPolicy::Standard } else { ErrorPolicy::Session };
            }
            ("check-owner", Value::Switch(on)) => self.check_owner = *on,
            ("session-expiration-percent", Value::Count(percent)) => self.session_expiration_percent = *percent,
            ("deadline-from", Value::Choice(word)) => {
                self.deadline_from = if word == ENDS[0] { DeadlineFrom::Send } else { DeadlineFrom::Receipt };
            }
            _ => unreachable!("`{key}` = {value}: whoever reads settings has checked them against the table"),
        }
    }

    fn get(&self, key: &str) -> Value {
        let word = |words: &[&str], second: bool| Value::Choice(String::from(words[usize::from(second)]));
        match key {
            "session-timeout" => Value::Span(self.session_timeout),
            "tick-time" => Value::Span(self.tick_time),
            "error-policy" => word(POLICIES, self.error_policy == ErrorPolicy::Session),
            "check-owner" => Value::Switch(self.check_owner),
            "session-expiration-percent" => Value::Count(self.session_expiration_percent),
            "deadline-from" => word(ENDS, self.deadline_from == DeadlineFrom::Receipt),
            _ => unreachable!("there is no setting `{key}`"),
        }
    }

    /// A session below 2 or above 20 ticks is no mistake: the service grants the nearest that it allows
    /// (`ZooKeeperServer.processConnectRequest`).
    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.tick_time < Span::millis(1) {
            let why = "ZooKeeper refuses to start: \"tickTime is not set\"; it counts milliseconds: write a time such as \"2s\"";
            return Err(("tick-time", String::from(why)));
        }
        if self.tick_time > Span::secs(3600) {
            return Err(("tick-time", String::from("20 ticks would be most of a day: write a time such as \"2s\"")));
        }
        if self.session_expiration_percent > 100 {
            let why = "Curator's rule: \"simulatedSessionExpirationPercent must be > 0 and <= 100\"; 0 is for never";
            return Err(("session-expiration-percent", String::from(why)));
        }
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let granted = self.granted();
        if granted == self.session_timeout {
            return Vec::new();
        }
        vec![format!(
            "session-timeout: {} are asked for and {granted} granted; ZooKeeper \"requires that the timeout be a minimum of 2 times the \
             tickTime (as set in the server configuration) and a maximum of 20 times the tickTime\", which is {}",
            self.session_timeout, self.tick_time
        )]
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
                (_, Value::Switch(on)) => Value::Switch(!on),
                (_, Value::Count(count)) => Value::Count(count - 67),
                (Kind::Choice(words), _) => Value::Choice(String::from(words[1])),
                (_, value) => panic!("{}: no test for {value}", setting.key),
            };
            config.set(setting.key, &other);
            assert_eq!(config.get(setting.key), other);
        }
        assert_eq!((config.check(), Config::default().check()), (Ok(()), Ok(())));
    }

    #[test]
    fn the_service_grants_between_two_and_twenty_ticks_whatever_is_asked_for() {
        let granted = |timeout, tick| {
            Config { session_timeout: Span::millis(timeout), tick_time: Span::millis(tick), ..Config::default() }.granted()
        };
        assert_eq!(granted(60_000, 2_000), Span::secs(40), "Curator's default, at ZooKeeper's");
        assert_eq!(granted(1_000, 2_000), Span::secs(4));
        assert_eq!(granted(0, 2_000), Span::secs(4));
        assert_eq!(granted(10_000, 2_000), Span::secs(10));
    }

    #[test]
    fn a_session_of_another_length_than_was_asked_for_is_noted_with_the_rule() {
        let notes = |timeout| Config { session_timeout: Span::secs(timeout), ..Config::default() }.notes();
        let note = notes(60).concat();
        assert!(
            note.contains("60s are asked for and 40s granted") && note.contains("a maximum of 20 times the tickTime"),
            "{note}"
        );
        assert_eq!((notes(1).len(), notes(4).len(), notes(10).len(), notes(40).len()), (1, 0, 0, 0));
    }

    #[test]
    fn what_the_reference_refuses_is_refused_with_its_reason() {
        let complaint = |config: Config| config.check().unwrap_err();
        let (key, why) = complaint(Config { tick_time: Span::ZERO, ..Config::default() });
        assert!(key == "tick-time" && why.contains("tickTime is not set"), "{why}");
        let (key, why) = complaint(Config { session_expiration_percent: 101, ..Config::default() });
        assert!(key == "session-expiration-percent" && why.contains("<= 100"), "{why}");
    }
}
