//! The settings of `etcd-session`, with the defaults of etcd and its client, and etcd's rules for a TTL.

use sim::{Config as Settings, Kind, Setting, Span, Value};

use crate::lock_service::Rules;

/// From when a member counts the time that the service has given its session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeadlineFrom {
    /// From when it asked: never longer than the service counts.
    Send,
    /// From when it was answered, as etcd's client does.
    Receipt,
}

/// When a leader stops whose session is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stops {
    /// It compares the deadline of its session with its clock before it acts.
    AtDeadline,
    /// When the loop of the client has closed `Session.Done()`.
    WhenDone,
    /// It does not look at its session: what it has once been granted it keeps until it gives it back.
    Never,
}

/// The settings of one member.
#[derive(Clone, Debug)]
pub struct Config {
    pub ttl: Span,
    pub deadline_from: DeadlineFrom,
    pub clock_margin: Span,
    pub stops: Stops,
    pub recheck: bool,
    /// Zero: for as long as it can.
    pub hold: Span,
    /// Of the service.
    pub election_timeout: Span,
}

const DEADLINES: &[&str] = &["send", "receipt"];
const STOPS: &[&str] = &["at-deadline", "when-done", "never"];

impl Config {
    /// The rules of its service.
    pub fn rules(&self) -> Rules {
        Rules::etcd(self.election_timeout)
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            ttl: Span::secs(60),
            deadline_from: DeadlineFrom::Receipt,
            clock_margin: Span::ZERO,
            stops: Stops::AtDeadline,
            recheck: false,
            hold: Span::ZERO,
            election_timeout: Span::secs(1),
        }
    }
}

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting { key: "ttl", kind: Kind::Span, about: "how long a session lives that is not kept alive; whole seconds" },
        Setting {
            key: "deadline-from",
            kind: Kind::Choice(DEADLINES),
            about: "whether a member counts its session's time from when it asked, or from when it was answered, as etcd's client \
                    does",
        },
        Setting {
            key: "clock-margin",
            kind: Kind::Span,
            about: "a member takes its session for over by so much earlier, so that clocks may run apart; etcd's client has none",
        },
        Setting {
            key: "stops",
            kind: Kind::Choice(STOPS),
            about: "when a leader stops whose session is over: at-deadline, by its own clock; when-done, when the client's loop of \
                    1s has noticed; never",
        },
        Setting {
            key: "recheck",
            kind: Kind::Switch,
            about: "whoever has waited looks whether its own key is still there, as Mutex.Lock does and Election.Campaign does not",
        },
        Setting {
            key: "hold",
            kind: Kind::Span,
            about: "how long a leader leads before it gives the lock back and asks for it again; \"0s\": for as long as it can",
        },
        Setting {
            key: "election-timeout",
            kind: Kind::Span,
            about: "of the servers: the minimum TTL is 1.5 times this, and another leader of theirs adds it to every TTL",
        },
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("ttl", Value::Span(span)) => self.ttl = *span,
            ("deadline-from", Value::Choice(word)) => {
                self.deadline_from = if word == "send" { DeadlineFrom::Send } else { DeadlineFrom::Receipt };
            }
            ("clock-margin", Value::Span(span)) => self.clock_margin = *span,
            ("stops", Value::Choice(word)) => {
                self.stops = match word.as_str() {
                    "at-deadline" => Stops::AtDeadline,
                    "when-done" => Stops::WhenDone,
                    _ => Stops::Never,
                };
            }
            ("recheck", Value::Switch(on)) => self.recheck = *on,
            ("hold", Value::Span(span)) => self.hold = *span,
            ("election-timeout", Value::Span(span)) => self.election_timeout = *span,
            _ => unreachable!("`{key}` = {value}: whoever reads settings has checked them against the table"),
        }
    }

    fn get(&self, key: &str) -> Value {
        match key {
            "ttl" => Value::Span(self.ttl),
            "deadline-from" => Value::Choice(String::from(DEADLINES[self.deadline_from as usize])),
            "clock-margin" => Value::Span(self.clock_margin),
            "stops" => Value::Choice(String::from(STOPS[self.stops as usize])),
            "recheck" => Value::Switch(self.recheck),
            "hold" => Value::Span(self.hold),
            "election-timeout" => Value::Span(self.election_timeout),
            _ => unreachable!("there is no setting `{key}`"),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.election_timeout == Span::ZERO {
            let why = "etcd refuses to start (\"--election-timeout must be >0\"): write a time such as \"1s\", its default";
            return Err(("election-timeout", String::from(why)));
        }
        let (second, shortest) = (Span::secs(1), self.rules().shortest);
        if !self.ttl.0.is_multiple_of(second.0) {
            let next = Span::secs(self.ttl.0.div_ceil(second.0));
            return Err(("ttl", format!("etcd counts TTLs in whole seconds: write \"{next}\"")));
        }
        if self.ttl < shortest {
            let why = format!(
                "etcd does not refuse this, it extends it: \"any requests for shorter TTLs are extended to the minimum TTL\", \
                 which is ceil(3 * election-timeout / 2), here {shortest}; write at least \"{shortest}\""
            );
            return Err(("ttl", why));
        }
        if self.clock_margin >= self.ttl {
            let why = format!("nothing is left of a TTL of {}: write less", self.ttl);
            return Err(("clock-margin", why));
        }
        if self.hold > Span::ZERO && self.hold < Span::millis(1) {
            return Err(("hold", String::from("nothing gets done in that time: write a time such as \"1s\"")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_read_back_as_it_was_written_and_the_defaults_fit_together() {
        let mut config = Config::default();
        for setting in Config::SETTINGS {
            let other = match (config.get(setting.key), setting.kind) {
                (Value::Span(span), _) => Value::Span(span + Span::secs(7)),
                (Value::Switch(on), _) => Value::Switch(!on),
                (Value::Choice(word), Kind::Choice(words)) => {
                    Value::Choice(String::from(*words.iter().find(|other| **other != word).expect("another")))
                }
                (value, _) => panic!("{}: no test for {value}", setting.key),
            };
            config.set(setting.key, &other);
            assert_eq!(config.get(setting.key), other);
        }
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn a_ttl_that_etcd_would_change_is_refused_with_its_rule() {
        let complaint = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.check().unwrap_err()
        };
        let (key, why) = complaint(|c| c.ttl = Span::secs(1));
        assert!(key == "ttl" && why.contains("extended to the minimum TTL") && why.contains("at least \"2s\""), "{why}");
        let (_, why) = complaint(|c| (c.ttl, c.election_timeout) = (Span::secs(7), Span::secs(5)));
        assert!(why.contains("at least \"8s\""), "{why}");
        let (key, why) = complaint(|c| c.ttl = Span::millis(2500));
        assert!(key == "ttl" && why.contains("\"3s\""), "{why}");
        assert_eq!(complaint(|c| c.clock_margin = Span::secs(60)).0, "clock-margin");
        let (key, why) = complaint(|c| (c.ttl, c.election_timeout) = (Span::ZERO, Span::ZERO));
        assert!(key == "election-timeout" && why.contains(">0"), "{why}");
    }
}
