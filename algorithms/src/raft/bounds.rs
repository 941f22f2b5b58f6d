//! What Raft promises under given settings, and how long it may take: sums whose terms say what they are for.

use sim::algorithm::{Sum, total};
use sim::{Assumption, Bounds, Claim, Network, Promise, Span};

use super::config::{CheckQuorum, Config, Reads, Stickiness};
use super::presence::SHORTEST_CHECK;
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
            Promise::CommitCurrentTermOnly,
            Promise::EffectiveSplitBrain,
            Promise::NoLeaderWithoutQuorum,
        ],
    );
    // Liveness is judged once the trouble is over, by bounds that know delay, loss and drift.
    if config.election_low < config.election_high {
        let live = [Promise::EventualLeader, Promise::FollowerAgreement, Promise::NoStuckRole];
        claims.extend(Claim::all(Assumption::Asynchrony, &live));
    }
    if config.check_quorum != CheckQuorum::Off {
        // Answers count when they arrive, as in the originals: one that was held back keeps its leader in office.
        claims.extend(Claim::all(Assumption::BoundedDelay, &[Promise::LeaderHasQuorum]));
        if config.stickiness != Stickiness::Off {
            claims.extend(Claim::all(Assumption::BoundedDelay, &[Promise::BeliefOverlap]));
        }
    }
    if config.pre_vote {
        claims.extend(Claim::all(Assumption::Asynchrony, &[Promise::BoundedTermGrowth]));
        if config.stickiness != Stickiness::Off {
            claims.extend(Claim::all(Assumption::BoundedDrift, &[Promise::Stability]));
        }
    }
    if config.reads == Reads::Lease {
        claims.extend(Claim::all(Assumption::BoundedDrift, &[Promise::NoStaleLeaderRead, Promise::LeaseContainment]));
    }
    claims
}

pub(super) fn bounds(config: &Config, network: &Network) -> Bounds {
    let network = &allowed(config, network);
    let step_down = step_down(config, network);
    let overlap = step_down.clone().map(|mut sum| {
        sum.push((network.max_delay + network.disk, "an answer to the old leader that was still on its way"));
        sum
    });
    let (recovery, drift) = (recovery(config, network), config.drift());
    Bounds { recovery, step_down, detection: config.election_high, overlap, drift, ..Bounds::default() }
}

/// Where clocks may run apart by more than the scenario sets them to, everything may take so much longer.
fn allowed(config: &Config, network: &Network) -> Network {
    let margin = if config.reads == Reads::Lease { config.clock_margin } else { Span::ZERO };
    let ppm = Span(1_000_000).fraction(margin.0, config.election_low.0.max(1)).0;
    Network { drift_ppm: network.drift_ppm.max(ppm), ..*network }
}

/// From a whole network to an established leader, such that a correct implementation misses it about once in 10 000 times. With
/// timeouts from E up to 2E, Monte-Carlo runs needed 5 to 8 E at the 99.99th percentile where the delay is at most E/10, and
/// 9 to 14 E at E/4; so 12 E up to E/10, and from there in a straight line to 20 E at E/4 and beyond.
fn recovery(config: &Config, network: &Network) -> Sum {
    let (low, high) = (config.election_low, config.election_high);
    // Where timeouts reach beyond twice the low end, half the high end plays its part.
    let unit = low.max(high.fraction(1, 2));
    // What splits votes is how the delay compares with the range from which timeouts are drawn.
    let range = (high - low).max(Span::nanos(1));
    let delay = network.max_delay + network.disk;
    let excess = delay - range.fraction(1, 10);
    let stretch = unit.fraction(excess.0, range.0).fraction(8 * 100, 15);
    let stale = u64::from(network.members - (network.members / 2 + 1));
    let mut sum = vec![
        (unit.times(12), "12 election timeouts: detection, and candidacies until one does not split the vote"),
        (stretch, "delay and disk latency above a tenth of the timeouts' range split more votes"),
        (unit.times(2 * stale), "one failed candidacy of each member whose log may be behind"),
        ((network.max_delay + network.disk).times(2), "the new leader's no-op reaches a majority"),
    ];
    if config.stickiness != Stickiness::Off {
        sum.push((unit, "members that still protect a leader nobody else hears"));
    }
    let (lost, sent) = (u64::from(network.loss.numerator), u64::from(network.loss.denominator));
    if lost > 0 {
        // A candidacy needs both ways: 1/(1-p)² as many. A link that loses everything has no bound; 9/10 stands for it.
        let through = (sent - lost.min(sent)).max(sent.div_ceil(10));
        let total = sim::algorithm::total(&sum);
        sum.push((total.fraction(sent * sent - through * through, through * through), "repetitions for lost messages"));
    }
    if network.drift_ppm > 0 {
        sum.push((slow(total(&sum), network), "slow clocks"));
    }
    sum
}

/// How long a leader goes on after it has lost its majority.
fn step_down(config: &Config, network: &Network) -> Option<Sum> {
    let mut sum = match config.check_quorum {
        CheckQuorum::Off => return None,
        CheckQuorum::On => vec![(
            config.election_low.times(2),
            "two election timeouts: the first check may still count answers from before the loss",
        )],
        CheckQuorum::Lease => {
            vec![(config.lease_timeout, "the lease timeout"), (SHORTEST_CHECK, "the shortest time between two checks")]
        }
    };
    if network.drift_ppm > 0 {
        sum.push((slow(total(&sum), network), "slow clocks"));
    }
    Some(sum)
}
