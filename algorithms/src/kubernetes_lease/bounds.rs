//! What `kubernetes-lease` promises under given settings, and how long it may take: sums whose terms say what they are for.

use sim::algorithm::{Sum, total};
use sim::{Assumption, Bounds, Claim, Network, Promise, Ratio, Span};

use super::config::{Config, ExpiresBy, OnStopped, ReleaseCheck};
use crate::clocks::slow;

pub(super) fn claims(config: &Config) -> Vec<Claim> {
    let mut always = vec![Promise::ElectionSafety];
    if !config.release_on_cancel || config.release_check == ReleaseCheck::Fetched {
        always.push(Promise::ReleaseOwnOnly);
    }
    let monotonic = config.expires_by == ExpiresBy::Monotonic;
    let stops = config.on_stopped == OnStopped::Exit;
    let recovers = stops && config.request_timeout > Span::ZERO;
    if recovers && monotonic {
        always.extend([Promise::EventualLeader, Promise::FollowerAgreement, Promise::NoStuckRole, Promise::BoundedTermGrowth]);
    }
    let mut claims = Claim::all(Assumption::Asynchrony, &always);
    let has_margin = monotonic && config.margin() > Span::ZERO;
    if monotonic && !config.release_on_cancel {
        claims.extend(Claim::all(Assumption::BoundedDrift, &[Promise::Stability]));
        if has_margin {
            // A renewal that reaches the service late may have been repeated by its sender, with the same time in the record: it
            // prolongs what the record grants, and no challenger sees it.
            claims.extend(Claim::all(Assumption::BoundedDelay, &[Promise::ServiceSideExclusive]));
        }
    }
    if stops {
        claims.extend(Claim::all(Assumption::BoundedDelay, &[Promise::LeaderHasQuorum, Promise::NoLeaderWithoutQuorum]));
    }
    if has_margin && stops {
        claims.extend(Claim::all(Assumption::BoundedDelay, &[Promise::LeaseExclusive, Promise::EffectiveSplitBrain]));
    }
    claims
}

/// The margin between the time after which a leader stops and the time for which a challenger waits (less what challengers do
/// not see of renewals) is used up by answers that come late and by clocks that run apart. Each may have half of it; answers no
/// less than the network needs.
pub(super) fn bounds(config: &Config, network: &Network) -> Bounds {
    let margin = config.margin();
    let answer = margin.fraction(1, 2).max(network.max_delay.times(2)).min(margin);
    let held = config.stops_after() + config.unseen() + answer;
    let waits = Span::secs(u64::from(config.seconds()));
    let millis = |span: Span| u32::try_from(span.0.div_ceil(1_000_000)).unwrap_or(u32::MAX);
    let drift = if waits > held { Ratio::new(millis(waits), millis(held)) } else { Ratio::ONE };
    let step_down = (config.on_stopped == OnStopped::Exit).then(|| step_down(config, network));
    Bounds {
        recovery: if config.request_timeout > Span::ZERO { recovery(config, network) } else { Vec::new() },
        // Whoever leads goes on.
        handover: None,
        step_down,
        detection: config.lease_duration,
        overlap: None,
        drift: Some(drift),
        answer: Some(answer),
    }
}

fn recovery(config: &Config, network: &Network) -> Sum {
    let mut sum = vec![
        (config.lease_duration, "lease-duration since a challenger saw the last change"),
        (config.longest_poll(), "a challenger's poll that sees the last change (retry-period × 2.2)"),
        (config.longest_poll(), "its poll that finds the lease over (retry-period × 2.2)"),
        (config.request_timeout, "request-timeout of a question that was lost in the trouble"),
        (network.max_delay.times(8), "read and update, each there and back, of two polls"),
    ];
    if !network.loss.is_zero() {
        sum.push((network.session, "a question or an answer that was lost and is sent again"));
    }
    sum.push((slow(total(&sum), network), "slow clocks"));
    sum
}

/// How long a leader leads on that can no longer reach the service.
fn step_down(config: &Config, network: &Network) -> Sum {
    let mut sum = vec![
        (config.retry_period, "retry-period after the last success, before it renews again"),
        (config.renew_deadline, "renew-deadline: until it gives up"),
    ];
    if config.release_on_cancel {
        sum.push((config.renew_deadline, "it tries to release for no longer than a renew-deadline, and works on meanwhile"));
    }
    sum.push((slow(total(&sum), network), "slow clocks"));
    sum
}
