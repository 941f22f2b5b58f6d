//! What `etcd-session` promises under given settings, and how long it may take: sums whose terms say what they are for.

use sim::algorithm::{Sum, total};
use sim::{Assumption, Bounds, Claim, Network, Promise, Ratio, Span};

use super::config::{Config, DeadlineFrom, Stops};
use super::{DONE_LOOP, RETRY};
use crate::clocks::slow;
use crate::lock_service::Sweep;

/// That no effect of an old leader follows one of a new is not promised: what a leader has checked in time is still on its way
/// to the resource when its time is over.
pub(super) fn claims(config: &Config) -> Vec<Claim> {
    let mut claims =
        Claim::all(Assumption::Asynchrony, &[Promise::ElectionSafety, Promise::ServiceSideExclusive, Promise::ReleaseOwnOnly]);
    let bounded = Assumption::BoundedDelay;
    if config.stops == Stops::Never {
        return claims;
    }
    claims.extend(Claim::all(bounded, &[Promise::LeaderHasQuorum, Promise::NoLeaderWithoutQuorum]));
    if config.hold == Span::ZERO {
        // Whoever gives the lock back by itself leaves nobody leading, again and again, and its number grows with each turn.
        let recovers = [Promise::EventualLeader, Promise::NoStuckRole, Promise::BoundedTermGrowth];
        claims.extend(Claim::all(Assumption::Asynchrony, &recovers));
        claims.extend(Claim::all(Assumption::BoundedDrift, &[Promise::Stability]));
    }
    if config.deadline_from == DeadlineFrom::Send && config.stops == Stops::AtDeadline {
        let drift = [Promise::LeaseExclusive, Promise::LeaseContainment, Promise::BeliefOverlap];
        claims.extend(Claim::all(Assumption::BoundedDrift, &drift));
    } else {
        claims.extend(Claim::all(bounded, &[Promise::BeliefOverlap]));
    }
    claims
}

pub(super) fn bounds(config: &Config, network: &Network) -> Bounds {
    let millis = |span: Span| u32::try_from(span.0 / 1_000_000).unwrap_or(u32::MAX);
    Bounds {
        recovery: recovery(config, network),
        // Whoever leads goes on.
        handover: None,
        step_down: (config.stops != Stops::Never).then(|| step_down(config, network)),
        detection: config.ttl,
        overlap: (config.stops != Stops::Never).then(|| overlap(config, network)),
        drift: Some(Ratio::new(millis(config.ttl), millis(config.ttl - config.clock_margin))),
        answer: None,
    }
}

fn recovery(config: &Config, network: &Network) -> Sum {
    let Sweep::Every(look) = config.rules().sweep else { unreachable!("etcd looks for leases in a loop") };
    let mut sum = vec![
        (config.ttl, "TTL of a leader that is gone"),
        (config.election_timeout, "election timeout on top, if another server has just come to lead"),
        (look, "etcd looks for leases whose time is over every 500 ms"),
        (config.ttl.fraction(1, 3), "TTL / 3: a member that missed a notice asks again"),
        (RETRY.times(4), "questions that were lost in the trouble: open, create, look, check"),
        (network.max_delay.times(10), "the same, there and back, and the notice"),
    ];
    if !network.loss.is_zero() {
        sum.push((network.session, "a question or an answer that was lost and is sent again"));
    }
    sum.push((slow(total(&sum), network), "slow clocks"));
    sum
}

/// How long a leader leads on that can no longer reach the service.
fn step_down(config: &Config, network: &Network) -> Sum {
    let mut sum = vec![(config.ttl - config.clock_margin, "TTL after the last keep-alive that was answered")];
    if config.deadline_from == DeadlineFrom::Receipt {
        sum.push((network.max_delay, "its answer"));
    }
    if config.stops == Stops::WhenDone {
        sum.push((DONE_LOOP, "the client's loop"));
    }
    sum.push((slow(total(&sum), network), "slow clocks"));
    sum
}

/// For how long a leader may believe that it leads when the next does.
fn overlap(config: &Config, network: &Network) -> Sum {
    let mut sum = vec![(Span::ZERO, "whoever counts from when it asked stops first")];
    if config.deadline_from == DeadlineFrom::Receipt {
        sum.push((network.max_delay, "the last answer was on its way"));
    }
    if config.stops == Stops::WhenDone {
        sum.push((DONE_LOOP, "the client's loop"));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_gives_the_lock_back_by_itself_does_not_promise_that_somebody_leads() {
        let promises = |hold| {
            let claims = claims(&Config { hold, ..Config::default() });
            [Promise::EventualLeader, Promise::NoStuckRole].map(|promise| claims.iter().any(|claim| claim.promise == promise))
        };
        assert_eq!((promises(Span::ZERO), promises(Span::secs(1))), ([true; 2], [false; 2]));
    }
}
