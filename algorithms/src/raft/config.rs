//! The settings of Raft: three separate switches, three presets, timers.

use sim::{Config as Settings, Kind, Ratio, Setting, Span, Value};

/// Whose choices the settings follow where nothing else is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preset {
    /// The algorithm of the paper and of chapter 3 of the dissertation, with the timers of chapter 9.
    Paper,
    /// etcd: its server's defaults.
    Etcd,
    /// hashicorp/raft: its `DefaultConfig`.
    Hashicorp,
}

/// What a member that hears its leader does with somebody else's request for votes (dissertation, section 4.2.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stickiness {
    /// It considers the request like any other.
    Off,
    /// It does not answer and takes no notice of the term, for the shortest election timeout after the last word from the
    /// leader (etcd).
    Ignore,
    /// It refuses, and takes no notice of the term, until its own election timer has run out (hashicorp/raft).
    Reject,
}

/// Whether a leader makes sure that it still has a majority.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckQuorum {
    Off,
    /// Once every shortest election timeout, a majority must have answered since the last check (etcd).
    On,
    /// A majority must have answered within the lease timeout, and the next check comes when the oldest of these answers
    /// would be too old (hashicorp/raft).
    Lease,
}

/// Where a leader finds what it answers a read with (dissertation, section 6.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// A read is an entry of the log like any other.
    Log,
    /// In what it calls committed, for as long as a majority has pledged itself to elect nobody else (section 6.4.1; etcd's
    /// `ReadOnlyLeaseBased`); else through the log.
    Lease,
}

/// The settings of one member.
#[derive(Clone, Debug)]
pub struct Config {
    pub preset: Preset,
    pub pre_vote: bool,
    pub stickiness: Stickiness,
    pub check_quorum: CheckQuorum,
    /// How recently a majority must have answered, under [`CheckQuorum::Lease`].
    pub lease_timeout: Span,
    /// How often a leader sends heartbeats …
    pub heartbeat: Span,
    /// … and how much longer than that it may wait, drawn anew each time.
    pub heartbeat_jitter: Span,
    /// An election timeout is drawn uniformly from `election_low` up to, and without, `election_high`.
    pub election_low: Span,
    pub election_high: Span,
    pub reads: Reads,
    /// Under [`Reads::Lease`]: how much earlier than what was pledged a lease is over.
    pub clock_margin: Span,
}

impl Config {
    /// All settings of a preset.
    pub const fn of(preset: Preset) -> Config {
        match preset {
            Preset::Paper => Config {
                preset,
                pre_vote: false,
                stickiness: Stickiness::Off,
                check_quorum: CheckQuorum::Off,
                lease_timeout: Span::millis(100),
                heartbeat: Span::millis(50),
                heartbeat_jitter: Span::ZERO,
                election_low: Span::millis(150),
                election_high: Span::millis(300),
                reads: Reads::Log,
                clock_margin: Span::millis(15),
            },
            // server/embed/config.go: TickMs 100, ElectionMs 1000, PreVote; server/etcdserver/bootstrap.go: CheckQuorum.
            Preset::Etcd => Config {
                preset,
                pre_vote: true,
                stickiness: Stickiness::Ignore,
                check_quorum: CheckQuorum::On,
                lease_timeout: Span::millis(500),
                heartbeat: Span::millis(100),
                heartbeat_jitter: Span::ZERO,
                election_low: Span::millis(1000),
                election_high: Span::millis(2000),
                reads: Reads::Log,
                clock_margin: Span::millis(100),
            },
            // config.go: HeartbeatTimeout and ElectionTimeout 1000 ms, LeaderLeaseTimeout 500 ms. HeartbeatTimeout is what a
            // follower waits; replication.go sends heartbeats between one and two tenths of it apart.
            Preset::Hashicorp => Config {
                preset,
                pre_vote: true,
                stickiness: Stickiness::Reject,
                check_quorum: CheckQuorum::Lease,
                lease_timeout: Span::millis(500),
                heartbeat: Span::millis(100),
                heartbeat_jitter: Span::millis(100),
                election_low: Span::millis(1000),
                election_high: Span::millis(2000),
                reads: Reads::Log,
                clock_margin: Span::millis(100),
            },
        }
    }

    /// The longest time between two heartbeats.
    pub fn slowest_heartbeat(&self) -> Span {
        self.heartbeat + self.heartbeat_jitter
    }
}

/// A leader that sends more often than this would keep a simulation busy with nothing else.
const SHORTEST_INTERVAL: Span = Span::micros(10);

impl Default for Config {
    fn default() -> Config {
        Config::of(Preset::Etcd)
    }
}

/// A word for each value of a choice, in the order of the type.
const PRESETS: [(Preset, &str); 3] = [(Preset::Paper, "paper"), (Preset::Etcd, "etcd"), (Preset::Hashicorp, "hashicorp")];
const STICKINESS: [(Stickiness, &str); 3] =
    [(Stickiness::Off, "off"), (Stickiness::Ignore, "ignore"), (Stickiness::Reject, "reject")];
const CHECK_QUORUM: [(CheckQuorum, &str); 3] =
    [(CheckQuorum::Off, "off"), (CheckQuorum::On, "on"), (CheckQuorum::Lease, "lease")];

const READS: [(Reads, &str); 2] = [(Reads::Log, "log"), (Reads::Lease, "lease")];

fn chosen<T: Copy>(choices: &[(T, &str)], word: &str) -> T {
    let found = choices.iter().find(|(_, name)| *name == word);
    found.unwrap_or_else(|| unreachable!("`{word}` is none of the words of this setting")).0
}

fn word<T: Copy + PartialEq>(choices: &[(T, &str)], value: T) -> Value {
    let found = choices.iter().find(|(choice, _)| *choice == value);
    Value::Choice(String::from(found.unwrap_or_else(|| unreachable!("every value has a word")).1))
}

impl Settings for Config {
    const SETTINGS: &'static [Setting] = &[
        Setting {
            key: "preset",
            kind: Kind::Choice(&["paper", "etcd", "hashicorp"]),
            about: "Whose choices the other settings follow where they are not set.",
        },
        Setting { key: "pre-vote", kind: Kind::Switch, about: "Ask whether a majority would vote, before raising the term." },
        Setting {
            key: "leader-stickiness",
            kind: Kind::Choice(&["off", "ignore", "reject"]),
            about: "What a member that hears its leader does with another's request for votes.",
        },
        Setting {
            key: "check-quorum",
            kind: Kind::Choice(&["off", "on", "lease"]),
            about: "Whether a leader without a majority steps down: within two election timeouts (on), or within the lease timeout.",
        },
        Setting {
            key: "lease-timeout",
            kind: Kind::Span,
            about: "With check-quorum = \"lease\": how recently a majority must have answered.",
        },
        Setting { key: "heartbeat", kind: Kind::Span, about: "How often a leader sends heartbeats." },
        Setting {
            key: "heartbeat-jitter",
            kind: Kind::Span,
            about: "How much longer than that it may wait, drawn anew each time.",
        },
        Setting {
            key: "election-timeout",
            kind: Kind::Range,
            about: "How long a member waits for a leader before it campaigns; the high end itself is never drawn.",
        },
        Setting {
            key: "reads",
            kind: Kind::Choice(&["log", "lease"]),
            about: "Whether a read goes through the log, or is answered by the leader alone while a majority has pledged itself to it.",
        },
        Setting {
            key: "clock-margin",
            kind: Kind::Span,
            about: "With reads = \"lease\": how much earlier than the pledges the lease is over, so that clocks may run apart.",
        },
    ];

    fn set(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("preset", Value::Choice(name)) => *self = Config::of(chosen(&PRESETS, name)),
            ("pre-vote", Value::Switch(on)) => self.pre_vote = *on,
            ("leader-stickiness", Value::Choice(name)) => self.stickiness = chosen(&STICKINESS, name),
            ("check-quorum", Value::Choice(name)) => self.check_quorum = chosen(&CHECK_QUORUM, name),
            ("lease-timeout", Value::Span(span)) => self.lease_timeout = *span,
            ("heartbeat", Value::Span(span)) => self.heartbeat = *span,
            ("heartbeat-jitter", Value::Span(span)) => self.heartbeat_jitter = *span,
            ("election-timeout", Value::Range(low, high)) => (self.election_low, self.election_high) = (*low, *high),
            ("reads", Value::Choice(name)) => self.reads = chosen(&READS, name),
            ("clock-margin", Value::Span(span)) => self.clock_margin = *span,
            _ => unreachable!("`{key}` = {value} does not fit the table of settings"),
        }
    }

    fn get(&self, key: &str) -> Value {
        match key {
            "preset" => word(&PRESETS, self.preset),
            "pre-vote" => Value::Switch(self.pre_vote),
            "leader-stickiness" => word(&STICKINESS, self.stickiness),
            "check-quorum" => word(&CHECK_QUORUM, self.check_quorum),
            "lease-timeout" => Value::Span(self.lease_timeout),
            "heartbeat" => Value::Span(self.heartbeat),
            "heartbeat-jitter" => Value::Span(self.heartbeat_jitter),
            "election-timeout" => Value::Range(self.election_low, self.election_high),
            "reads" => word(&READS, self.reads),
            "clock-margin" => Value::Span(self.clock_margin),
            _ => unreachable!("there is no setting `{key}`"),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        let (low, high) = (self.election_low, self.election_high);
        let slowest = self.slowest_heartbeat();
        if low == Span::ZERO {
            return Err(("election-timeout", String::from("its low end must be above zero, such as [\"150ms\", \"300ms\"]")));
        }
        if low > high {
            let advice = format!("its low end {low} is above its high end {high}: write [\"{high}\", \"{low}\"]");
            return Err(("election-timeout", advice));
        }
        if self.heartbeat < SHORTEST_INTERVAL {
            let advice = format!(
                "must be at least {SHORTEST_INTERVAL}, or time hardly passes: write about a third of the election timeout, \"{}\"",
                third(low)
            );
            return Err(("heartbeat", advice));
        }
        if slowest >= low {
            let advice = format!(
                "with its jitter {slowest}, it does not fit below the shortest election timeout {low}, so healthy leaders would be deposed: write \"{}\" or less",
                third(low)
            );
            return Err(("heartbeat", advice));
        }
        if self.check_quorum == CheckQuorum::Lease && (self.lease_timeout <= slowest || self.lease_timeout > low) {
            let advice = format!(
                "must be above the longest heartbeat interval {slowest} and at most the shortest election timeout {low}, but is {}",
                self.lease_timeout
            );
            return Err(("lease-timeout", advice));
        }
        if self.reads == Reads::Lease { self.check_lease() } else { Ok(()) }
    }
}

impl Config {
    /// Is there anything on which a lease could rest?
    fn check_lease(&self) -> Result<(), (&'static str, String)> {
        let low = self.election_low;
        if self.check_quorum == CheckQuorum::Off {
            let advice = "etcd refuses this: \"CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased\"; a leader that nobody \
                          hears would never know: write check-quorum = \"on\", or reads = \"log\"";
            return Err(("reads", String::from(advice)));
        }
        if self.stickiness == Stickiness::Off {
            let advice = "nobody would keep to a leader that it has just heard, and a lease is nothing else (in etcd both come with \
                          CheckQuorum): write leader-stickiness = \"ignore\", or reads = \"log\"";
            return Err(("reads", String::from(advice)));
        }
        if self.clock_margin >= low {
            let advice = format!("nothing is left of pledges for the shortest election timeout, {low}: write \"{}\"", tenth(low));
            return Err(("clock-margin", advice));
        }
        Ok(())
    }

    /// By how much one clock may outrun another before a lease outlasts its pledges; `None`: nothing rests on clocks.
    pub(super) fn drift(&self) -> Option<Ratio> {
        let micros = |span: Span| u32::try_from(span.0 / 1_000).unwrap_or(u32::MAX);
        let (low, left) = (micros(self.election_low), micros(self.election_low - self.clock_margin));
        (self.reads == Reads::Lease).then(|| Ratio::new(low, left.max(1)))
    }
}

/// What is left for clocks: TiKV's leader lease is nine tenths of its election timeout.
fn tenth(low: Span) -> Span {
    low.fraction(1, 10)
}

/// A heartbeat that leaves room for two that get lost.
fn third(low: Span) -> Span {
    low.fraction(1, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = (&'static str, Value);

    fn with(changes: &[Change]) -> Config {
        let mut config = Config::default();
        for (key, value) in changes {
            config.set(key, value);
        }
        config
    }

    #[test]
    fn every_setting_can_be_read_and_written_back() {
        for preset in [Preset::Paper, Preset::Etcd, Preset::Hashicorp] {
            let config = Config::of(preset);
            let mut copy = Config::of(Preset::Paper);
            for setting in Config::SETTINGS {
                copy.set(setting.key, &config.get(setting.key));
            }
            assert_eq!(format!("{config:?}"), format!("{copy:?}"));
            assert_eq!(config.check(), Ok(()), "a preset is in order");
        }
    }

    #[test]
    fn a_lease_is_refused_where_nothing_holds_it_up() {
        let word = |word: &str| Value::Choice(String::from(word));
        let lease = ("reads", word("lease"));
        assert_eq!(with(std::slice::from_ref(&lease)).check(), Ok(()), "etcd's defaults bear one");
        let cases: [(Change, &str, &str); 3] = [
            (("check-quorum", word("off")), "reads", "\"CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased\""),
            (("leader-stickiness", word("off")), "reads", "leader-stickiness = \"ignore\""),
            (("clock-margin", Value::Span(Span::secs(1))), "clock-margin", "\"100ms\""),
        ];
        for (change, key, words) in cases {
            assert_eq!(with(std::slice::from_ref(&change)).check(), Ok(()), "{change:?} is all right without a lease");
            let (at, complaint) = with(&[lease.clone(), change]).check().unwrap_err();
            assert!(at == key && complaint.contains(words), "{at}: {complaint}");
        }
    }

    #[test]
    fn settings_that_do_not_fit_together_are_refused_at_the_key_to_change() {
        let ms = Span::millis;
        let lease = [("check-quorum", Value::Choice(String::from("lease"))), ("lease-timeout", Value::Span(ms(1500)))];
        let cases: [(&[Change], &str, &str); 6] = [
            (&[("election-timeout", Value::Range(ms(0), ms(300)))], "election-timeout", "above zero"),
            (&[("election-timeout", Value::Range(ms(300), ms(150)))], "election-timeout", "[\"150ms\", \"300ms\"]"),
            (&[("heartbeat", Value::Span(ms(0)))], "heartbeat", "at least 10us"),
            (&[("heartbeat", Value::Span(ms(1000)))], "heartbeat", "\"333.333333ms\" or less"),
            (&[("heartbeat-jitter", Value::Span(ms(950)))], "heartbeat", "deposed"),
            (&lease, "lease-timeout", "at most the shortest election timeout 1s"),
        ];
        for (changes, key, words) in cases {
            let (at, complaint) = with(changes).check().unwrap_err();
            assert_eq!(at, key, "{complaint}");
            assert!(complaint.contains(words), "{complaint}");
        }
    }
}
