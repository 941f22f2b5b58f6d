//! The settings of Bully: four timers and one switch.

use sim::{Config as Settings, Kind, Setting, Span, Value};

/// The settings of one member. The defaults suit one-way delays up to 50 ms and 20 ms for everything that happens between a
/// message and its answer (thinking at the protected resource, a flush of the disk).
#[derive(Clone, Debug)]
pub struct Config {
    /// How long an answer may take: 2 × 50 ms on the way + 20 ms of processing.
    pub answer_timeout: Span,
    /// How long a member that has been told of a higher one waits for that one to take over: the higher one may first ask
    /// its own coordinator (one answer-timeout), then everybody above itself (another), and its Halt must arrive (less than a
    /// third); and some more, so that the higher one is not asked again while it is at work.
    pub coordinator_timeout: Span,
    /// How often a coordinator asks everybody whether they are normal.
    pub ping_interval: Span,
    /// After so long without such a question a member doubts its coordinator: two intervals, so that one lost question is
    /// no reason, and two delays. With `quorum_and_epoch`, a coordinator that has put no question to a majority within this
    /// time that was answered stops leading.
    pub ping_timeout: Span,
    /// The safe variant.
    pub quorum_and_epoch: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            answer_timeout: Span::millis(120),
            coordinator_timeout: Span::millis(400),
            ping_interval: Span::millis(100),
            ping_timeout: Span::millis(300),
            quorum_and_epoch: false,
        }
    }
}

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting {
            key: "answer-timeout",
            kind: Kind::Span,
            about: "how long an answer may take: at least two one-way delays and the processing (two flushes of the disk with \
                    quorum-and-epoch)",
        },
        Setting {
            key: "coordinator-timeout",
            kind: Kind::Span,
            about: "how long a member that knows of a higher one waits for it to take over: at least three answer-timeouts",
        },
        Setting { key: "ping-interval", kind: Kind::Span, about: "how often a coordinator asks everybody AreYouNormal" },
        Setting {
            key: "ping-timeout",
            kind: Kind::Span,
            about: "after so long without such a question a member doubts its coordinator; with quorum-and-epoch, after so long \
                    without answers from a majority a coordinator stops leading",
        },
        Setting {
            key: "quorum-and-epoch",
            kind: Kind::Switch,
            about: "the safe variant: a coordinator needs durable promises of a majority of all members for its epoch, and \
                    keeps leading only while a majority answers",
        },
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("answer-timeout", Value::Span(span)) => self.answer_timeout = *span,
            ("coordinator-timeout", Value::Span(span)) => self.coordinator_timeout = *span,
            ("ping-interval", Value::Span(span)) => self.ping_interval = *span,
            ("ping-timeout", Value::Span(span)) => self.ping_timeout = *span,
            ("quorum-and-epoch", Value::Switch(on)) => self.quorum_and_epoch = *on,
            _ => unreachable!("`{key}` = {value}: whoever reads settings has checked them against the table"),
        }
    }

    fn get(&self, key: &str) -> Value {
        match key {
            "answer-timeout" => Value::Span(self.answer_timeout),
            "coordinator-timeout" => Value::Span(self.coordinator_timeout),
            "ping-interval" => Value::Span(self.ping_interval),
            "ping-timeout" => Value::Span(self.ping_timeout),
            "quorum-and-epoch" => Value::Switch(self.quorum_and_epoch),
            _ => unreachable!("there is no setting `{key}`"),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.answer_timeout == Span::ZERO {
            return Err(("answer-timeout", String::from("no answer comes in no time: write at least two one-way delays")));
        }
        if self.ping_interval < Span::micros(10) {
            return Err(("ping-interval", String::from("a coordinator cannot ask all the time: write a time such as \"100ms\"")));
        }
        let patience = self.answer_timeout.times(3);
        if self.coordinator_timeout < patience {
            let why = format!(
                "a higher member may need three answer-timeouts of {} to take over: write at least \"{patience}\"",
                self.answer_timeout
            );
            return Err(("coordinator-timeout", why));
        }
        let silence = self.ping_interval + self.answer_timeout;
        if self.ping_timeout < silence {
            let why = format!(
                "a question comes every {} and may take as long as an answer, {}: write at least \"{silence}\"",
                self.ping_interval, self.answer_timeout
            );
            return Err(("ping-timeout", why));
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
            let other = match config.get(setting.key) {
                Value::Span(span) => Value::Span(span + Span::millis(7)),
                Value::Switch(on) => Value::Switch(!on),
                value => panic!("{}: no test for {value}", setting.key),
            };
            config.set(setting.key, &other);
            assert_eq!(config.get(setting.key), other);
        }
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn timers_that_contradict_each_other_are_refused_with_the_value_to_write() {
        let complaint = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.check().unwrap_err()
        };
        let (key, why) = complaint(|c| c.coordinator_timeout = Span::millis(359));
        assert!(key == "coordinator-timeout" && why.contains("at least \"360ms\""), "{why}");
        let (key, why) = complaint(|c| c.ping_timeout = Span::millis(219));
        assert!(key == "ping-timeout" && why.contains("at least \"220ms\""), "{why}");
        assert_eq!(complaint(|c| c.answer_timeout = Span::ZERO).0, "answer-timeout");
        assert_eq!(complaint(|c| c.ping_interval = Span::ZERO).0, "ping-interval");
    }
}
