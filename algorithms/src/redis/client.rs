//! What every client of a lock on Redis does alike: how long a lock is valid, and what is written into it.

use sim::{Algorithm, Context, Ratio, Span};

/// A hundredth of a lock's time to live is for clocks that differ: ClockDriftFactor of redlock-rb, driftFactor of redsync.
const DRIFT_PART: u64 = 100;

/// And so much more, for the precision of Redis's expiry and for short times to live (redlock-rb).
const DRIFT_MARGIN: Span = Span::millis(2);

/// By how much one clock may outrun another then: 0.99 of a time by the slower is no longer than all of it by the faster.
pub(crate) const DRIFT: Ratio = Ratio::new(101, 100);

/// Losses in a row make a connection send again after 200 ms, 400 ms, 800 ms and 1.6 s; a fifth is not counted with.
pub(crate) const REPETITIONS: Span = Span::millis(3000);

/// For how long after the first command left a lock of this time to live is valid; zero, if it is never.
pub(crate) fn validity(ttl: Span) -> Span {
    ttl - (ttl.fraction(1, DRIFT_PART) + DRIFT_MARGIN)
}

/// So many bits of a value are drawn; the rest is the number of the member.
const DRAWN_BITS: u32 = 48;

/// A value that nobody has used before, "unique across all clients and all lock requests". The documentation draws 20 bytes;
/// here the member's own number stands for most of them.
pub(crate) fn fresh_value<A: Algorithm>(ctx: &mut Context<'_, A>) -> u64 {
    let drawn = ctx.between(Span::ZERO, Span::nanos((1 << DRAWN_BITS) - 1));
    drawn.0 << (u64::BITS - DRAWN_BITS) | u64::from(ctx.id().0)
}
