//! The settings of ZAB, by ZooKeeper's names.

use sim::{Config as Settings, Kind, Setting, Span, Value};

/// The settings of one member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// `tickTime`: the unit of the two limits.
    pub tick_time: Span,
    /// `initLimit`: so many ticks may each phase before broadcast take.
    pub init_limit: u64,
    /// `syncLimit`: so many ticks may a follower and its leader not hear from each other.
    pub sync_limit: u64,
    /// `finalizeWait`: how long a member that sees a quorum agree waits for a better vote.
    pub finalize_wait: Span,
    /// `minNotificationInterval`: after so long a silence a vote is sent again …
    pub min_notification_interval: Span,
    /// `maxNotificationInterval`: … and then after twice as long each time, up to this.
    pub max_notification_interval: Span,
    /// A leader that hears from a follower of a later epoch than its own leaves, so that a new one can lead both. Not in
    /// ZooKeeper, where such a follower stays outside until the leader goes for another reason.
    pub yields_to_later_epoch: bool,
}

/// A tick below this would keep a simulation busy with nothing but pings.
const SHORTEST_TICK: Span = Span::micros(20);
/// The same for votes that are sent again.
const SHORTEST_INTERVAL: Span = Span::micros(10);
/// More ticks than this are no limit.
const MOST_TICKS: u64 = 1_000_000;

impl Default for Config {
    /// `conf/zoo_sample.cfg`, and the constants of `FastLeaderElection.java`.
    fn default() -> Config {
        Config {
            tick_time: Span::millis(2000),
            init_limit: 10,
            sync_limit: 5,
            finalize_wait: Span::millis(200),
            min_notification_interval: Span::millis(200),
            max_notification_interval: Span::secs(60),
            yields_to_later_epoch: false,
        }
    }
}

impl Config {
    /// How long each phase before broadcast may take.
    pub fn init_timeout(&self) -> Span {
        self.tick_time.times(self.init_limit)
    }

    /// How long a follower in broadcast waits for a word from its leader.
    pub fn sync_timeout(&self) -> Span {
        self.tick_time.times(self.sync_limit)
    }
}

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting {
            key: "tick-time",
            kind: Kind::Span,
            about: "tickTime: the unit of the two limits; a leader pings twice a tick.",
        },
        Setting {
            key: "init-limit",
            kind: Kind::Count,
            about: "initLimit: how many ticks discovery and synchronisation may each take.",
        },
        Setting {
            key: "sync-limit",
            kind: Kind::Count,
            about: "syncLimit: how many ticks a leader and a follower may not hear from each other.",
        },
        Setting {
            key: "finalize-wait",
            kind: Kind::Span,
            about: "finalizeWait: how long a member that sees a quorum agree still waits for a better vote.",
        },
        Setting {
            key: "min-notification-interval",
            kind: Kind::Span,
            about: "minNotificationInterval: after so long a silence a vote is sent again, then after twice as long each time.",
        },
        Setting {
            key: "max-notification-interval",
            kind: Kind::Span,
            about: "maxNotificationInterval: the longest time between two votes that are sent into silence.",
        },
        Setting {
            key: "yield-to-later-epoch",
            kind: Kind::Switch,
            about: "Whether a leader leaves for a follower that agreed to a later epoch; in ZooKeeper that one stays outside.",
        },
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("tick-time", Value::Span(span)) => self.tick_time = *span,
            ("init-limit", Value::Count(ticks)) => self.init_limit = *ticks,
            ("sync-limit", Value::Count(ticks)) => self.sync_limit = *ticks,
            ("finalize-wait", Value::Span(span)) => self.finalize_wait = *span,
            ("min-notification-interval", Value::Span(span)) => self.min_notification_interval = *span,
            ("max-notification-interval", Value::Span(span)) => self.max_notification_interval = *span,
            ("yield-to-later-epoch", Value::Switch(on)) => self.yields_to_later_epoch = *on,
            _ => unreachable!("`{key}` = {value} does not fit the table of settings"),
        }
    }

    fn get(&self, key: &str) -> Value {
        match key {
            "tick-time" => Value::Span(self.tick_time),
            "init-limit" => Value::Count(self.init_limit),
            "sync-limit" => Value::Count(self.sync_limit),
            "finalize-wait" => Value::Span(self.finalize_wait),
            "min-notification-interval" => Value::Span(self.min_notification_interval),
            "max-notification-interval" => Value::Span(self.max_notification_interval),
            "yield-to-later-epoch" => Value::Switch(self.yields_to_later_epoch),
            _ => unreachable!("there is no setting `{key}`"),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.tick_time < SHORTEST_TICK {
            let advice = format!("must be at least {SHORTEST_TICK}, or time hardly passes: ZooKeeper's sample says \"2s\"");
            return Err(("tick-time", advice));
        }
        for (key, ticks, usual) in [("init-limit", self.init_limit, 10), ("sync-limit", self.sync_limit, 5)] {
            if ticks == 0 || ticks > MOST_TICKS {
                let advice = format!("must be a number of ticks from 1 to {MOST_TICKS}: ZooKeeper's sample says {usual}");
                return Err((key, advice));
            }
        }
        // A leader pings every half tick; an answer takes its time too.
        if self.sync_limit < 2 {
            let advice = String::from(
                "1 tick holds only two pings, so that one slow answer deposes a healthy leader: write at least 2 (ZooKeeper's sample says 5)",
            );
            return Err(("sync-limit", advice));
        }
        let (low, high) = (self.min_notification_interval, self.max_notification_interval);
        if low < SHORTEST_INTERVAL {
            let advice = format!("must be at least {SHORTEST_INTERVAL}, or time hardly passes: ZooKeeper's default is \"200ms\"");
            return Err(("min-notification-interval", advice));
        }
        if low > high {
            let advice =
                format!("is below min-notification-interval {low}: write \"{low}\" or more (ZooKeeper's default is \"60s\")");
            return Err(("max-notification-interval", advice));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_can_be_read_and_written_back() {
        let config =
            Config { tick_time: Span::millis(7), init_limit: 3, sync_limit: 4, yields_to_later_epoch: true, ..Config::default() };
        let mut copy = Config::default();
        for setting in Config::SETTINGS {
            copy.set(setting.key, &config.get(setting.key));
        }
        assert_eq!(config, copy);
        assert_eq!(Config::default().check(), Ok(()), "ZooKeeper's own settings are in order");
    }

    #[test]
    fn settings_that_do_not_fit_are_refused_at_the_key_to_change() {
        let cases = [
            ("tick-time", Value::Span(Span::ZERO), "tick-time", "at least 20us"),
            ("init-limit", Value::Count(0), "init-limit", "says 10"),
            ("sync-limit", Value::Count(u64::MAX), "sync-limit", "from 1 to"),
            ("sync-limit", Value::Count(1), "sync-limit", "at least 2"),
            ("min-notification-interval", Value::Span(Span::ZERO), "min-notification-interval", "at least 10us"),
            ("min-notification-interval", Value::Span(Span::secs(61)), "max-notification-interval", "\"61s\" or more"),
        ];
        for (key, value, at, words) in cases {
            let mut config = Config::default();
            config.set(key, &value);
            let (found, complaint) = config.check().unwrap_err();
            assert_eq!(found, at, "{complaint}");
            assert!(complaint.contains(words), "{complaint}");
        }
    }
}
