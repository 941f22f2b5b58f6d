//! The two clocks of a node, and how they map to true time.

use crate::algorithm::NodeId;
use crate::ratio::Ratio;
use crate::time::{LocalTime, Time, WallTime};

/// Every node's monotonic clock has a zero of its own, so that a reading means nothing on another node.
const ZERO_APART: u64 = 1_000_000_000_000;
/// Wall clocks begin at a round date (2001-09-09 01:46:40 UTC).
pub const WALL_START: u64 = 1_000_000_000_000_000_000;

pub struct Clock {
    /// Right rate and not stopped: the reading is true time plus a constant.
    plain: bool,
    /// Monotonic reading less true time; only where `plain`.
    ahead: u64,
    rate: Ratio,
    stopped: bool,
    /// True time of the last change, and what the clocks read then.
    since: Time,
    local: u64,
    wall: u64,
}

impl Clock {
    pub fn new(node: NodeId, rate: Ratio, wall_offset: i64) -> Clock {
        let local = (u64::from(node.0) + 1) * ZERO_APART;
        let mut clock = Clock {
            plain: false,
            ahead: 0,
            rate,
            stopped: false,
            since: Time::ZERO,
            local,
            wall: WALL_START.saturating_add_signed(wall_offset),
        };
        clock.classify();
        clock
    }

    fn classify(&mut self) {
        self.plain = self.rate.numerator == self.rate.denominator && !self.stopped;
        self.ahead = self.local.wrapping_sub(self.since.0);
    }

    fn elapsed(&self, now: Time) -> u64 {
        let rate = self.rate;
        if rate.numerator == rate.denominator {
            return now.since(self.since).0;
        }
        (u128::from(now.since(self.since).0) * u128::from(rate.numerator) / u128::from(rate.denominator)) as u64
    }

    #[inline(always)]
    pub fn local(&self, now: Time) -> LocalTime {
        if self.plain { LocalTime(now.0.wrapping_add(self.ahead)) } else { self.local_at_odds(now) }
    }

    #[inline(never)]
    fn local_at_odds(&self, now: Time) -> LocalTime {
        LocalTime(if self.stopped { self.local } else { self.local.saturating_add(self.elapsed(now)) })
    }

    pub fn wall(&self, now: Time) -> WallTime {
        WallTime(self.wall.saturating_add(self.elapsed(now)))
    }

    /// The true time at which the monotonic clock will read at least this, if nothing changes; never while it stands.
    #[inline(always)]
    pub fn when_local(&self, now: Time, local: LocalTime) -> Time {
        if self.plain { Time(local.0.wrapping_sub(self.ahead).max(now.0)) } else { self.when_local_at_odds(now, local) }
    }

    #[inline(never)]
    fn when_local_at_odds(&self, now: Time, local: LocalTime) -> Time {
        if self.stopped { Time::NEVER } else { self.when(now, local.0.saturating_sub(self.local)) }
    }

    /// The same for the wall clock.
    pub fn when_wall(&self, now: Time, wall: WallTime) -> Time {
        self.when(now, wall.0.saturating_sub(self.wall))
    }

    /// When so much will have elapsed on the clocks since the last change, rounded up.
    fn when(&self, now: Time, elapsed: u64) -> Time {
        if self.rate.is_zero() {
            return if elapsed == 0 { now } else { Time::NEVER };
        }
        let (numerator, denominator) = (u128::from(self.rate.numerator), u128::from(self.rate.denominator));
        // Divisions of this width are slow, and most clocks go right.
        let truly =
            if numerator == denominator { elapsed.into() } else { (u128::from(elapsed) * denominator).div_ceil(numerator) };
        let at = u128::from(self.since.0) + truly;
        Time(u64::try_from(at).unwrap_or(u64::MAX).max(now.0))
    }

    fn rebase(&mut self, now: Time) {
        (self.local, self.wall) = (self.local(now).0, self.wall(now).0);
        self.since = now;
    }

    pub fn set_rate(&mut self, now: Time, rate: Ratio) {
        self.rebase(now);
        self.rate = rate;
        self.classify();
    }

    pub fn jump(&mut self, now: Time, by: i64) {
        self.rebase(now);
        self.wall = self.wall.saturating_add_signed(by);
        self.classify();
    }

    /// The monotonic clock stands still, or goes on.
    pub fn stop(&mut self, now: Time, stopped: bool) {
        self.rebase(now);
        self.stopped = stopped;
        self.classify();
    }

    pub fn rate(&self) -> Ratio {
        self.rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn a_fast_clock_reaches_its_deadline_early_and_a_stopped_one_never() {
        let mut clock = Clock::new(NodeId(0), Ratio::new(2, 1), 0);
        let start = clock.local(Time::ZERO);
        assert_eq!(clock.local(Time(10)).since(start), Span(20));
        assert_eq!(clock.when_local(Time(10), start + Span(50)), Time(25));
        clock.stop(Time(10), true);
        assert_eq!(clock.local(Time(1_000)).since(start), Span(20));
        assert_eq!(clock.when_local(Time(10), start + Span(50)), Time::NEVER);
        clock.stop(Time(1_000), false);
        assert_eq!(clock.when_local(Time(1_000), start + Span(50)), Time(1_015));
    }

    #[test]
    fn a_jump_moves_the_wall_clock_only() {
        let mut clock = Clock::new(NodeId(3), Ratio::ONE, 0);
        let (local, wall) = (clock.local(Time(5)), clock.wall(Time(5)));
        clock.jump(Time(5), -3);
        assert_eq!(clock.local(Time(5)), local);
        assert_eq!(clock.wall(Time(5)).0, wall.0 - 3);
        assert_eq!(clock.when_wall(Time(5), wall), Time(8));
    }
}
