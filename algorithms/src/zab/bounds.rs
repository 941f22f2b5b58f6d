//! What ZAB promises, and how long it may take: sums whose terms say what they are for.

use sim::algorithm::{Sum, total};
use sim::{Assumption, Bounds, Claim, Network, Promise, Span};

use super::config::Config;
use crate::clocks::slow;

pub(super) fn claims(config: &Config) -> Vec<Claim> {
    let mut claims = Claim::all(
        Assumption::Asynchrony,
        &[
            Promise::ElectionSafety,
            Promise::VoteOnce,
            Promise::TermMonotonic,
            Promise::DurableBeforeReply,
            Promise::QuorumCertificate,
            Promise::LogMatching,
            Promise::LeaderCompleteness,
            Promise::CommittedNeverLost,
            Promise::LeaderAppendOnly,
            Promise::EffectiveSplitBrain,
            Promise::NoLeaderWithoutQuorum,
            // Liveness is judged once the trouble is over.
            Promise::EventualLeader,
            Promise::NoStuckRole,
        ],
    );
    // Votes are passed on: where links are cut one way, so that they make a ring, a member may be elected, and hear a quorum agree,
    // that reaches none of it in return. It raises its epoch once, in vain.
    claims.extend(Claim::all(Assumption::Synchrony, &[Promise::BoundedTermGrowth]));
    if config.yields_to_later_epoch {
        // Else a follower that agreed to the epoch of a leader that came to nothing cannot join one of an earlier epoch, tries for
        // ever, and has to wait for the next election.
        claims.extend(Claim::all(Assumption::Asynchrony, &[Promise::FollowerAgreement]));
    }
    // A word that was held back counts when it arrives, as in the original.
    claims.extend(Claim::all(Assumption::BoundedDelay, &[Promise::LeaderHasQuorum]));
    claims.extend(Claim::all(Assumption::BoundedDrift, &[Promise::Stability]));
    claims
}

pub(super) fn bounds(config: &Config, network: &Network) -> Bounds {
    Bounds {
        recovery: recovery(config, network),
        step_down: Some(with_drift(vec![step_down(config)], network)),
        detection: config.sync_timeout(),
        ..Bounds::default()
    }
}

fn step_down(config: &Config) -> (Span, &'static str) {
    (config.tick_time.times(config.sync_limit + 1), "syncLimit ticks of silence, and the tick in which the leader looks")
}

/// From a whole network to an established leader.
fn recovery(config: &Config, network: &Network) -> Sum {
    let there = network.max_delay + network.disk;
    let sum = vec![
        step_down(config),
        (config.max_notification_interval, "the last step of the back-off between two notifications"),
        (config.init_timeout().times(2), "one attempt that fails in discovery, or in synchronisation"),
        (network.session, "a session whose end has not been noticed"),
        (config.finalize_wait + there.times(8), "the attempt that succeeds: election, and two messages there and back"),
    ];
    with_drift(sum, network)
}

/// Clocks that are slow by the network's drift make all of it longer.
fn with_drift(mut sum: Sum, network: &Network) -> Sum {
    if network.drift_ppm > 0 {
        sum.push((slow(total(&sum), network), "slow clocks"));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim::Setup;

    /// ZooKeeper's own sum: (syncLimit + 1) ticks, the last step of the back-off, and two initLimits.
    #[test]
    fn recovery_is_bounded_by_at_most_one_and_a_half_times_the_sum_of_zookeepers_limits() {
        let tenth = Config { tick_time: Span::millis(200), max_notification_interval: Span::secs(6), ..Config::default() };
        for (config, limits) in [(Config::default(), Span::secs(12 + 60 + 40)), (tenth, Span::millis(1_200 + 6_000 + 4_000))] {
            let bound = total(&bounds(&config, &Setup::default().network()).recovery);
            assert!(bound >= limits && bound <= limits.fraction(3, 2), "{bound} for {limits}");
        }
    }
}
