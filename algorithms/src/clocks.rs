//! What slow clocks do to bounds.

use sim::{Network, Span};

/// In parts per million: a clock that hardly runs has no bound; a tenth of the right rate stands for it.
const MOST_DRIFT: u64 = 900_000;
const WHOLE: u64 = 1_000_000;

/// How much longer a stretch of local time may last in truth, by the slowest clock that the network allows for.
pub(crate) fn slow(stretch: Span, network: &Network) -> Span {
    let ppm = network.drift_ppm.min(MOST_DRIFT);
    stretch.fraction(ppm, WHOLE - ppm)
}
