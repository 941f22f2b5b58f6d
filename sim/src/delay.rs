//! What a directed link does to messages, as a scenario states it.

use std::sync::Arc;

use crate::ratio::Ratio;
use crate::time::Span;

/// A distribution of one-way delays (or of any other length of time). Drawn by the inverse of its distribution function
/// from one 64-bit word, so that the k-th message of a link costs a fixed number of words whatever the distribution.
#[derive(Clone, PartialEq, Debug)]
pub enum Delay {
    /// Always the same.
    Constant(Span),
    /// Uniform on `[low, high]`.
    Uniform(Span, Span),
    /// Truncated to positive values.
    Normal {
        /// Of the distribution before it is truncated.
        mean: Span,
        /// Standard deviation before it is truncated; zero: always the mean.
        deviation: Span,
    },
    /// `median · exp(sigma · Z)`; `sigma` has no unit.
    LogNormal {
        /// Half of all values are below.
        median: Span,
        /// Standard deviation of the logarithm.
        sigma: Ratio,
    },
    /// `-mean · ln U`.
    Exponential {
        /// Of all values.
        mean: Span,
    },
    /// `scale / U^(1/shape)`.
    Pareto {
        /// The smallest value.
        scale: Span,
        /// Without unit; the smaller, the more often values are far above `scale`.
        shape: Ratio,
    },
    /// Empirical quantiles at equal steps of probability from 0 to 1, at least two, linear in between.
    Table(Arc<[Span]>),
}

/// Losses in bursts (Gilbert–Elliott): the link is good or bad, for exponentially distributed stretches; a state is a
/// function of seed and time, so that two algorithms meet the same bad minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Burst {
    /// Mean length of a good stretch, in which [`LinkSettings::loss`] holds.
    pub good: Span,
    /// Mean length of a bad stretch.
    pub bad: Span,
    /// Probability of loss while the link is bad.
    pub loss: Ratio,
}

/// A message may be held back by an extra delay, so that later ones overtake it.
#[derive(Clone, PartialEq, Debug)]
pub struct Reorder {
    /// Probability that a message is held back.
    pub chance: Ratio,
    /// By how much, besides its delay.
    pub by: Delay,
}

/// Everything that a directed link does.
#[derive(Clone, PartialEq, Debug)]
pub struct LinkSettings {
    /// Of one message, one way.
    pub delay: Delay,
    /// No message is faster than this.
    pub floor: Span,
    /// Added to every delay in this direction.
    pub extra: Span,
    /// Probability that a message is lost, but in bad stretches of `burst`.
    pub loss: Ratio,
    /// Losses in bursts; `None`: there are none.
    pub burst: Option<Burst>,
    /// Probability that a message arrives twice, the copy with a delay of its own.
    pub duplicate: Ratio,
    /// `None`: a message is overtaken only where its delay was drawn longer.
    pub reorder: Option<Reorder>,
}

impl Default for LinkSettings {
    /// A quiet local network: U(1, 5) ms and no faults.
    fn default() -> LinkSettings {
        LinkSettings {
            delay: Delay::Uniform(Span::millis(1), Span::millis(5)),
            floor: Span::ZERO,
            extra: Span::ZERO,
            loss: Ratio::ZERO,
            burst: None,
            duplicate: Ratio::ZERO,
            reorder: None,
        }
    }
}

/// Changes to some settings of a link: for one pair of nodes for good, or for a while as a fault. `None` leaves a setting as
/// it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LinkPatch {
    pub delay: Option<Delay>,
    pub floor: Option<Span>,
    pub extra: Option<Span>,
    pub loss: Option<Ratio>,
    pub burst: Option<Burst>,
    pub duplicate: Option<Ratio>,
    pub reorder: Option<Reorder>,
}

impl LinkSettings {
    /// These settings with the patch laid over them.
    pub fn patched(&self, patch: &LinkPatch) -> LinkSettings {
        LinkSettings {
            delay: patch.delay.clone().unwrap_or_else(|| self.delay.clone()),
            floor: patch.floor.unwrap_or(self.floor),
            extra: patch.extra.unwrap_or(self.extra),
            loss: patch.loss.unwrap_or(self.loss),
            burst: patch.burst.or(self.burst),
            duplicate: patch.duplicate.unwrap_or(self.duplicate),
            reorder: patch.reorder.clone().or_else(|| self.reorder.clone()),
        }
    }

    /// A bound on the one-way delay; for unbounded distributions the quantile of one in a million.
    pub fn longest(&self) -> Span {
        let mut longest = self.delay.longest();
        if let Some(reorder) = &self.reorder {
            longest += reorder.by.longest();
        }
        Span(longest.0.max(self.floor.0)) + self.extra
    }
}

impl Delay {
    /// The quantile of one in a million from above; the largest value where there is one.
    pub fn longest(&self) -> Span {
        crate::random::quantile(self, u64::MAX - (u64::MAX / 1_000_000))
    }
}
