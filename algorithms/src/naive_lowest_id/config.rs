//! The settings of naive-lowest-id: how it looks for the others, and how many of them it wants to see.

use sim::{Config as Settings, Kind, Setting, Span, Value};

/// The settings of one member. The defaults are those of Elasticsearch before 7.0 (`discovery.zen.fd`), but for the time that
/// a ping may take: there it is 30 s, which counts only where nothing at all comes back, because a connection that the
/// system reports as closed is noticed at once. Datagrams report nothing, so here an unanswered ping is over when the next
/// one leaves.
#[derive(Clone, Debug)]
pub struct Config {
    /// How often everybody is pinged.
    pub ping_interval: Span,
    /// After so many pings in a row without an answer a member is taken for dead.
    pub ping_retries: u64,
    /// Elasticsearch's `minimum_master_nodes`, set to a majority: who sees fewer members follows nobody and does not lead.
    pub view_quorum: bool,
    /// Elasticsearch 2.0 and later: who is not followed by a majority does not lead, and a member follows one only.
    pub join_quorum: bool,
}

impl Config {
    /// For so long a dead member goes unnoticed at least, and for so long a newcomer listens. (Elasticsearch pings for 3 s
    /// before it elects, `discovery.zen.ping_timeout`; with the defaults it is the same.)
    pub fn patience(&self) -> Span {
        self.ping_interval.times(self.ping_retries)
    }
}

impl Default for Config {
    fn default() -> Config {
        Config { ping_interval: Span::secs(1), ping_retries: 3, view_quorum: false, join_quorum: false }
    }
}

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting { key: "ping-interval", kind: Kind::Span, about: "how often everybody is pinged" },
        Setting {
            key: "ping-retries",
            kind: Kind::Count,
            about: "after so many pings in a row without an answer a member is taken for dead; a newcomer listens as long",
        },
        Setting {
            key: "view-quorum",
            kind: Kind::Switch,
            about: "who sees less than a majority of all members does not lead (Elasticsearch's minimum_master_nodes): the \
                    members seen are counted, not votes",
        },
        Setting {
            key: "join-quorum",
            kind: Kind::Switch,
            about: "who is not followed by a majority of all members does not lead, and nobody follows two (Elasticsearch 2.0)",
        },
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("ping-interval", Value::Span(span)) => self.ping_interval = *span,
            ("ping-retries", Value::Count(count)) => self.ping_retries = *count,
            ("view-quorum", Value::Switch(on)) => self.view_quorum = *on,
            ("join-quorum", Value::Switch(on)) => self.join_quorum = *on,
            _ => unreachable!("`{key}` = {value}: whoever reads settings has checked them against the table"),
        }
    }

    fn get(&self, key: &str) -> Value {
        match key {
            "ping-interval" => Value::Span(self.ping_interval),
            "ping-retries" => Value::Count(self.ping_retries),
            "view-quorum" => Value::Switch(self.view_quorum),
            "join-quorum" => Value::Switch(self.join_quorum),
            _ => unreachable!("there is no setting `{key}`"),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.ping_interval < Span::micros(10) {
            return Err(("ping-interval", String::from("nobody can ping all the time: write a time such as \"1s\"")));
        }
        if self.ping_retries == 0 {
            let why = "without a single ping to answer everybody is dead at once: write at least 1, as Elasticsearch's 3";
            return Err(("ping-retries", String::from(why)));
        }
        if self.patience() > Span::LONGEST {
            let most = Span::LONGEST.0 / self.ping_interval.0;
            let why = format!(
                "{} pings, one every {}, take longer than any run: at most {most}",
                self.ping_retries, self.ping_interval
            );
            return Err(("ping-retries", why));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_read_back_as_it_was_written_and_the_defaults_are_in_order() {
        let mut config = Config::default();
        for setting in Config::SETTINGS {
            let other = match config.get(setting.key) {
                Value::Span(span) => Value::Span(span + Span::millis(7)),
                Value::Count(count) => Value::Count(count + 1),
                Value::Switch(on) => Value::Switch(!on),
                value => panic!("{}: no test for {value}", setting.key),
            };
            config.set(setting.key, &other);
            assert_eq!(config.get(setting.key), other);
        }
        assert_eq!(Config::default().check(), Ok(()));
        assert_eq!(Config::default().patience(), Span::secs(3));
    }

    #[test]
    fn settings_with_which_nobody_could_be_seen_are_refused() {
        let complaint = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.check().unwrap_err()
        };
        assert_eq!(complaint(|c| c.ping_interval = Span::ZERO).0, "ping-interval");
        assert_eq!(complaint(|c| c.ping_retries = 0).0, "ping-retries");
        let (key, why) = complaint(|c| c.ping_retries = 4_000_000_000);
        assert!(key == "ping-retries" && why.contains("at most 1000000"), "{why}");
    }
}
