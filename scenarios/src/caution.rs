//! What whoever chose these settings for this scenario should know, though nothing is wrong with either alone: leases and time-outs
//! that the network does not leave time for, and a first leader that need not come first.

use sim::{Player, Setup, Span, Value};

/// The settings that say how long a lease lasts that nobody renews, one at most in each algorithm. Where a service grants another
/// time than was asked for, that one counts: [`sim::algorithm::Bounds::detection`].
const LEASES: [&str; 3] = ["ttl", "session-timeout", "lease-duration"];

/// The settings that say how long a member waits for an answer of a service; zero is for ever.
const TIMEOUTS: [&str; 2] = ["request-timeout", "node-timeout"];

/// Each a sentence. etcd, ZooKeeper and Kubernetes have rules for settings alone, which are kept where settings are read; none of
/// them knows how long a packet takes, and so these are no errors. The settings must be in order.
pub fn cautions(setup: &Setup, player: &dyn Player, settings: &[(String, Value)]) -> Vec<String> {
    let mut all = late_answers(setup, player, settings);
    if let Some(first) = setup.first_leader.filter(|_| !player.heeds_first_leader(settings, setup)) {
        all.push(format!(
            "first-leader: n{} asks at once, and so may others of {}: whose question comes first leads",
            first + 1,
            player.name()
        ));
    }
    all
}

/// Leases and time-outs that are over before an answer can be there.
pub fn late_answers(setup: &Setup, player: &dyn Player, settings: &[(String, Value)]) -> Vec<String> {
    let there_and_back = setup.network().max_delay.times(2);
    let in_force = player.in_force(settings).unwrap_or_default();
    if player.services(settings).is_empty() {
        return Vec::new();
    }
    let time = |key: &str| {
        let value = in_force.iter().find(|(name, _)| *name == key).map(|(_, value)| value);
        value.and_then(|value| if let Value::Span(span) = value { Some(*span) } else { None })
    };
    let mut all = Vec::new();
    let lease = player.bounds(settings, setup).detection;
    if let Some(key) = LEASES.into_iter().find(|key| time(key).is_some())
        && lease < there_and_back
    {
        all.push(format!(
            "{key}: a lease of {} lasts {lease}, and a question and its answer take up to {there_and_back} on this network: it may be \
             over before its holder hears of it; write more than \"{there_and_back}\"",
            player.name()
        ));
    }
    all.extend(TIMEOUTS.into_iter().filter_map(|key| {
        let timeout = time(key).filter(|timeout| *timeout > Span::ZERO && *timeout < there_and_back)?;
        Some(format!(
            "{key}: {} waits {timeout} for an answer, and a question and its answer take up to {there_and_back} on this network: it may \
             give up before any can come; write more than \"{there_and_back}\"",
            player.name()
        ))
    }));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scenario, default_registry, library};
    use sim::{Delay, Options};

    /// With one-way delays of exactly so many milliseconds.
    fn delayed(millis: u64) -> Setup {
        let mut setup = Setup { nodes: 3, duration: Span::secs(40), ..Setup::default() };
        setup.link.delay = Delay::Constant(Span::millis(millis));
        setup
    }

    fn told(setup: &Setup, algorithm: &str, settings: &[(&str, Span)]) -> Vec<String> {
        let registry = default_registry();
        let settings: Vec<(String, Value)> =
            settings.iter().map(|(key, span)| (String::from(*key), Value::Span(*span))).collect();
        late_answers(setup, registry.get(algorithm).unwrap(), &settings)
    }

    #[test]
    fn a_lease_that_is_shorter_than_a_round_trip_is_told_of_with_both_numbers() {
        let short = [
            ("etcd-session", "ttl", Span::secs(2), 1_001),
            // 2 s are asked for, and 4 s granted: two ticks.
            ("zookeeper-recipe", "session-timeout", Span::secs(2), 2_001),
            ("redis-setnx", "ttl", Span::secs(2), 1_001),
            ("redlock", "ttl", Span::secs(2), 1_001),
        ];
        for (algorithm, key, lease, delay) in short {
            // For those on Redis, whose holders renew sooner then.
            let renewal =
                if key == "ttl" && algorithm != "etcd-session" { Some(("renew-interval", Span::millis(500))) } else { None };
            let settings: Vec<(&str, Span)> = [(key, lease)].into_iter().chain(renewal).collect();
            let words = told(&delayed(delay), algorithm, &settings).join("\n");
            assert!(words.starts_with(&format!("{key}: a lease of {algorithm} lasts")), "{algorithm}: {words}");
            assert!(words.contains(&format!("up to {} on this network", Span::millis(2 * delay))), "{words}");
            assert!(!told(&delayed(delay - 1), algorithm, &settings).join("\n").contains("a lease of"), "{algorithm}");
        }
        let lease = [("lease-duration", Span::secs(3)), ("renew-deadline", Span::secs(2)), ("retry-period", Span::secs(1))];
        assert!(told(&delayed(1_501), "kubernetes-lease", &lease)[0].starts_with("lease-duration: a lease of kubernetes-lease"));
    }

    #[test]
    fn a_time_out_that_is_shorter_than_a_round_trip_is_told_of_and_none_at_all_is_not() {
        for (algorithm, key) in
            [("redis-setnx", "request-timeout"), ("redlock", "node-timeout"), ("kubernetes-lease", "request-timeout")]
        {
            let timeout = Span::millis(100);
            assert!(told(&delayed(51), algorithm, &[(key, timeout)])[0].starts_with(&format!("{key}: {algorithm} waits 100ms")));
            assert_eq!(told(&delayed(50), algorithm, &[(key, timeout)]), [""; 0]);
        }
        assert_eq!(told(&delayed(51), "kubernetes-lease", &[("request-timeout", Span::ZERO)]), [""; 0]);
        assert_eq!(told(&delayed(60_000), "raft", &[]), [""; 0], "it asks no service");
    }

    #[test]
    fn no_lease_of_the_library_is_shorter_than_a_round_trip() {
        let registry = default_registry();
        for (name, text) in library() {
            let scenario = Scenario::parse(text, name, &registry).unwrap();
            for player in registry.iter() {
                let told = late_answers(&scenario.setup, player, scenario.settings_of(player.name()));
                assert!(!told.iter().any(|words| words.contains("a lease of")), "{} in {name}: {told:?}", player.name());
            }
        }
    }

    #[test]
    fn a_first_leader_that_need_not_come_first_is_told_of_and_any_other_comes_first() {
        let registry = default_registry();
        let setup = Setup { nodes: 5, duration: Span::secs(2), first_leader: Some(2), ..Setup::default() };
        for player in registry.iter().filter(|player| player.campaigns()) {
            let told = cautions(&setup, player, &[]);
            let firsts: Vec<Option<u16>> = (0..30)
                .map(|seed| player.run(&setup, &[], seed, Options::default()).tenures.first().map(|tenure| tenure.node.0))
                .collect();
            let heeded = firsts.iter().all(|first| *first == Some(2));
            assert_eq!(told.is_empty(), heeded, "{}: {told:?}, {firsts:?}", player.name());
            assert!(told.iter().all(|words| words.starts_with("first-leader: n3 asks at once")), "{told:?}");
        }
    }
}
