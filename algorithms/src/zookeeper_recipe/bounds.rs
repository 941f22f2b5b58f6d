//! What the recipe promises under its settings, and how long things take.

use sim::{Assumption, Bounds, Claim, Network, Promise, Ratio, Span, algorithm::total};

use super::client::ping_interval;
use super::{Config, DeadlineFrom, ErrorPolicy};
use crate::clocks::slow;

/// The holder stops at 2/3 of the session. Of the third that is left, one half is for clocks: 2/3 × 5/4 = 5/6 …
const DRIFT: Ratio = Ratio::new(5, 4);
/// … and the other half, 1/6 of the session, for messages on their way: answers (where the deadline counts from their
/// receipt), and what was sent to the protected resource before the deadline.
const MESSAGES: (u64, u64) = (1, 6);
/// Round trips from the end of the trouble to a leader: open, create, list, and the notice before the last list.
const ROUND_TRIPS: u64 = 4;

pub(super) fn claims(config: &Config) -> Vec<Claim> {
    use Promise::{
        BeliefOverlap, BoundedTermGrowth, EffectiveSplitBrain, ElectionSafety, EventualLeader, LeaderHasQuorum, LeaseContainment,
        LeaseExclusive, NoLeaderWithoutQuorum, NoStuckRole, ReleaseOwnOnly, ServiceSideExclusive, Stability,
    };
    let service = [ServiceSideExclusive, ReleaseOwnOnly, ElectionSafety, NoLeaderWithoutQuorum];
    let mut claims = Claim::all(Assumption::Asynchrony, &service);
    claims.extend(Claim::all(Assumption::Asynchrony, &[NoStuckRole, Stability, BoundedTermGrowth]));
    if config.check_owner {
        // Who takes an old node for its own leads on beside the next.
        claims.extend(Claim::all(Assumption::Asynchrony, &[EventualLeader]));
    }
    if !stops_in_time(config) {
        return claims;
    }
    let by_deadline = match config.deadline_from {
        DeadlineFrom::Send => Assumption::BoundedDrift,
        DeadlineFrom::Receipt => Assumption::BoundedDelay,
    };
    // An answer that was held back prolongs what is counted from its receipt, in contact with the service or not.
    claims.extend(Claim::all(by_deadline, &[LeaseExclusive, LeaseContainment, BeliefOverlap, LeaderHasQuorum]));
    claims.extend(Claim::all(Assumption::BoundedDelay, &[EffectiveSplitBrain]));
    claims
}

/// Does a holder stop before the service may give its place to another?
fn stops_in_time(config: &Config) -> bool {
    config.error_policy == ErrorPolicy::Standard && config.check_owner
}

pub(super) fn bounds(config: &Config, network: &Network) -> Bounds {
    let session = config.granted();
    let mut recovery = vec![
        (session, "session: the node of a holder that crashed, or that another leader of the service gave its full time again"),
        (config.tick_time, "tick-time: sessions end with the bucket after their time"),
        (ping_interval(session), "a question or a notice that was lost is made good for with the next ping"),
        (network.max_delay.times(2 * ROUND_TRIPS), "open, create, list, and a notice: a round trip each"),
    ];
    recovery.push((slow(total(&recovery), network), "slow clocks"));
    let read_timeout = session.fraction(2, 3);
    let mut step_down = vec![(read_timeout, "read timeout: 2/3 of the session after the last request that was answered")];
    if config.deadline_from == DeadlineFrom::Receipt {
        step_down.push((network.max_delay, "its answer"));
    }
    step_down.push((slow(read_timeout, network), "slow clocks"));
    let in_time = stops_in_time(config);
    Bounds {
        recovery,
        // Whoever leads goes on.
        handover: None,
        step_down: in_time.then_some(step_down),
        detection: session,
        overlap: in_time.then(|| vec![(Span::ZERO, "the holder stops before its session is over")]),
        drift: Some(DRIFT),
        answer: Some(session.fraction(MESSAGES.0, MESSAGES.1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_stays_within_one_and_a_half_of_session_and_tick() {
        let network = Network {
            members: 5,
            max_delay: Span::millis(5),
            loss: Ratio::ZERO,
            drift_ppm: 0,
            disk: Span::ZERO,
            session: Span::secs(5),
        };
        for timeout in [4, 6, 10, 18, 30, 60].map(Span::secs) {
            let config = Config { session_timeout: timeout, ..Config::default() };
            let reference = config.granted() + config.tick_time;
            let recovery = total(&bounds(&config, &network).recovery);
            assert!(recovery >= reference && recovery <= reference.fraction(3, 2), "{timeout}: {recovery} for {reference}");
        }
    }

    #[test]
    fn what_counts_from_receipt_is_promised_only_while_answers_come_in_time() {
        for (deadline_from, given) in
            [(DeadlineFrom::Send, Assumption::BoundedDrift), (DeadlineFrom::Receipt, Assumption::BoundedDelay)]
        {
            let claims = claims(&Config { deadline_from, ..Config::default() });
            for promise in [Promise::LeaseExclusive, Promise::LeaderHasQuorum] {
                assert!(claims.contains(&Claim { promise, given }), "{deadline_from:?}: {promise:?}");
            }
        }
    }

    #[test]
    fn whoever_leads_on_when_out_of_contact_promises_no_exclusion() {
        let promises = |config: &Config| claims(config).iter().any(|claim| claim.promise == Promise::LeaseExclusive);
        assert!(promises(&Config::default()));
        assert!(!promises(&Config { error_policy: ErrorPolicy::Session, ..Config::default() }));
        assert!(!promises(&Config { check_owner: false, ..Config::default() }));
    }
}
