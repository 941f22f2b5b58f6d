//! The settings of `kubernetes-lease`, with the defaults of the Kubernetes components and the checks of client-go.

use sim::{Config as Settings, Kind, Setting, Span, Value};

use super::LEASE_SECOND;

/// By what a challenger tells that a lease is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExpiresBy {
    /// By the time since it saw the last change, on its monotonic clock.
    Monotonic,
    /// The same, on its wall clock.
    Wall,
    /// By the holder's renewTime and its own wall clock.
    RenewTime,
}

/// Which record a release looks at for its holder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReleaseCheck {
    /// The one that was observed last, however long ago: `tryRelease` of client-go.
    Observed,
    /// The one that it has just read and is about to replace.
    Fetched,
}

/// What becomes of the work when the elector has stopped leading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnStopped {
    /// The process ends, and another takes its place.
    Exit,
    /// Nobody tells the workers.
    Ignored,
}

/// The settings of one member.
#[derive(Clone, Debug)]
pub struct Config {
    pub lease_duration: Span,
    pub renew_deadline: Span,
    pub retry_period: Span,
    /// Zero: requests wait for ever.
    pub request_timeout: Span,
    pub release_on_cancel: bool,
    pub release_check: ReleaseCheck,
    pub expires_by: ExpiresBy,
    pub on_stopped: OnStopped,
}

/// `JitterFactor` of client-go: challengers poll every one to 2.2 retry periods.
const JITTER: (u64, u64) = (6, 5);
const RELEASE_CHECKS: &[&str] = &["observed", "fetched"];
const EXPIRES_BY: &[&str] = &["monotonic", "wall", "renew-time"];
const ON_STOPPED: &[&str] = &["exit", "ignored"];

impl Config {
    /// As the record has it: whole seconds, the rest cut off.
    pub fn seconds(&self) -> u32 {
        u32::try_from(self.lease_duration.0 / Span::secs(1).0).unwrap_or(u32::MAX)
    }

    /// The longest time between two polls of a challenger.
    pub fn longest_poll(&self) -> Span {
        self.retry_period + self.jitter()
    }

    /// Up to so much is added to the retry period of a challenger.
    fn jitter(&self) -> Span {
        self.retry_period.fraction(JITTER.0, JITTER.1)
    }

    /// How long a leader that is not answered leads after its last success was answered.
    pub fn stops_after(&self) -> Span {
        let release = if self.release_on_cancel { self.renew_deadline } else { Span::ZERO };
        self.retry_period + self.renew_deadline + release
    }

    /// By how much a leader's last success may be later than the last change of the record: times in it are whole seconds, and
    /// of several renewals within one second challengers see the first alone.
    pub fn unseen(&self) -> Span {
        if self.retry_period < LEASE_SECOND { LEASE_SECOND } else { Span::ZERO }
    }

    /// By how much a challenger waits longer than a leader leads, if it does.
    pub fn margin(&self) -> Span {
        Span::secs(u64::from(self.seconds())) - (self.stops_after() + self.unseen())
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            lease_duration: Span::secs(15),
            renew_deadline: Span::secs(10),
            retry_period: Span::secs(2),
            request_timeout: Span::secs(5),
            release_on_cancel: false,
            release_check: ReleaseCheck::Observed,
            expires_by: ExpiresBy::Monotonic,
            on_stopped: OnStopped::Exit,
        }
    }
}

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting {
            key: "lease-duration",
            kind: Kind::Span,
            about: "how long a challenger waits after the last change of the record that it saw; whole seconds, the rest is cut off",
        },
        Setting {
            key: "renew-deadline",
            kind: Kind::Span,
            about: "how long a leader tries to renew before it gives up; it begins a retry-period after the last success",
        },
        Setting {
            key: "retry-period",
            kind: Kind::Span,
            about: "time between two tries; challengers wait up to 1.2 times as long on top; below 1s challengers do not see every \
                    renewal, since times in the record are whole seconds, and take the lease up to 1s too early",
        },
        Setting {
            key: "request-timeout",
            kind: Kind::Span,
            about: "how long a request may take: half the renew-deadline, and at least 1s, where the client is made from a \
                    kubeconfig; \"0s\": for ever",
        },
        Setting {
            key: "release-on-cancel",
            kind: Kind::Switch,
            about: "a leader that stops, for whatever reason, tries to release the lease first, and works on meanwhile",
        },
        Setting {
            key: "release-check",
            kind: Kind::Choice(RELEASE_CHECKS),
            about: "whether a release looks for its holder in the record that was observed last, as client-go does, or in the one \
                    that it replaces",
        },
        Setting {
            key: "expires-by",
            kind: Kind::Choice(EXPIRES_BY),
            about: "how a challenger tells that a lease is over: monotonic, the time since it saw the last change, as in client-go; \
                    wall, the same by its wall clock; renew-time, what the holder wrote against its own wall clock",
        },
        Setting {
            key: "on-stopped-leading",
            kind: Kind::Choice(ON_STOPPED),
            about: "exit: the process ends and another takes its place; ignored: the work goes on",
        },
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("lease-duration", Value::Span(span)) => self.lease_duration = *span,
            ("renew-deadline", Value::Span(span)) => self.renew_deadline = *span,
            ("retry-period", Value::Span(span)) => self.retry_period = *span,
            ("request-timeout", Value::Span(span)) => self.request_timeout = *span,
            ("release-on-cancel", Value::Switch(on)) => self.release_on_cancel = *on,
            ("release-check", Value::Choice(word)) => {
                self.release_check = if word == "observed" { ReleaseCheck::Observed } else { ReleaseCheck::Fetched };
            }
            ("expires-by", Value::Choice(word)) => {
                self.expires_by = match word.as_str() {
                    "monotonic" => ExpiresBy::Monotonic,
                    "wall" => ExpiresBy::Wall,
                    _ => ExpiresBy::RenewTime,
                };
            }
            ("on-stopped-leading", Value::Choice(word)) => {
                self.on_stopped = if word == "exit" { OnStopped::Exit } else { OnStopped::Ignored };
            }
            _ => unreachable!("`{key}` = {value}: whoever reads settings has checked them against the table"),
        }
    }

    fn get(&self, key: &str) -> Value {
        let word = |words: &[&str], place: usize| Value::Choice(String::from(words[place]));
        match key {
            "lease-duration" => Value::Span(self.lease_duration),
            "renew-deadline" => Value::Span(self.renew_deadline),
            "retry-period" => Value::Span(self.retry_period),
            "request-timeout" => Value::Span(self.request_timeout),
            "release-on-cancel" => Value::Switch(self.release_on_cancel),
            "release-check" => word(RELEASE_CHECKS, self.release_check as usize),
            "expires-by" => word(EXPIRES_BY, self.expires_by as usize),
            "on-stopped-leading" => word(ON_STOPPED, self.on_stopped as usize),
            _ => unreachable!("there is no setting `{key}`"),
        }
    }

    /// The checks of `NewLeaderElector`, in its order, and the one of the API server.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let client_go = |rule: &str| format!("client-go refuses this: \"{rule}\"");
        if self.lease_duration <= self.renew_deadline {
            let rule = client_go("leaseDuration must be greater than renewDeadline");
            let why = format!("{rule}; write more than \"{}\"", self.renew_deadline);
            return Err(("lease-duration", why));
        }
        if self.renew_deadline <= self.jitter() {
            let rule = client_go("renewDeadline must be greater than retryPeriod*JitterFactor");
            let why = format!("{rule}, with a JitterFactor of 1.2; write more than \"{}\"", self.jitter());
            return Err(("renew-deadline", why));
        }
        if self.retry_period == Span::ZERO {
            let why = format!("{}; write a time such as \"2s\"", client_go("retryPeriod must be greater than zero"));
            return Err(("retry-period", why));
        }
        if self.retry_period < Span::millis(1) {
            return Err(("retry-period", String::from("a member cannot poll all the time: write a time such as \"2s\"")));
        }
        if self.seconds() == 0 {
            let why = format!(
                "client-go writes int(LeaseDuration / time.Second) into the record, which is 0 for {}, and the API server refuses \
                 that: \"leaseDurationSeconds: must be greater than 0\"; write at least \"1s\"",
                self.lease_duration
            );
            return Err(("lease-duration", why));
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
                (Value::Span(span), _) => Value::Span(span + Span::millis(7)),
                (Value::Switch(on), _) => Value::Switch(!on),
                (_, Kind::Choice(words)) => Value::Choice(String::from(words[1])),
                (value, _) => panic!("{}: no test for {value}", setting.key),
            };
            config.set(setting.key, &other);
            assert_eq!(config.get(setting.key), other);
        }
        assert_eq!(Config::default().check(), Ok(()));
        assert_eq!(Config::default().margin(), Span::secs(3));
    }

    #[test]
    fn what_client_go_refuses_is_refused_in_its_words() {
        let complaint = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.check().unwrap_err()
        };
        let (key, why) = complaint(|c| c.lease_duration = Span::secs(10));
        assert!(key == "lease-duration" && why.contains("leaseDuration must be greater than renewDeadline"), "{why}");
        let (key, why) = complaint(|c| c.renew_deadline = Span::millis(2400));
        assert!(key == "renew-deadline" && why.contains("more than \"2.4s\""), "{why}");
        let (key, why) = complaint(|c| c.retry_period = Span::ZERO);
        assert!(key == "retry-period" && why.contains("retryPeriod must be greater than zero"), "{why}");
        let (key, why) = complaint(|c| {
            (c.lease_duration, c.renew_deadline, c.retry_period) = (Span::millis(900), Span::millis(600), Span::millis(100));
        });
        assert!(key == "lease-duration" && why.contains("must be greater than 0"), "{why}");
    }

    #[test]
    fn client_go_allows_settings_without_a_margin() {
        let config = Config { renew_deadline: Span::secs(14), ..Config::default() };
        assert_eq!((config.check(), config.margin()), (Ok(()), Span::ZERO));
    }

    #[test]
    fn renewals_within_a_second_look_alike_and_cost_a_second_of_the_margin() {
        let of = |retry| Config { retry_period: Span::millis(retry), ..Config::default() }.margin();
        assert_eq!((of(1_000), of(999)), (Span::secs(4), Span::millis(3_001)));
    }
}
