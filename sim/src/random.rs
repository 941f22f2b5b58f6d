//! Chance: ChaCha8, one stream per purpose, named by what it is for.
//!
//! Weather (times of events, cuts, flaps, bursts) is a function of seed and time alone. Noise of the k-th message on a
//! link is a function of (seed, link, k). So under one seed two algorithms meet the same network and the same faults.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::delay::Delay;
use crate::time::Span;

/// What a stream is for. Its number never depends on how many other streams there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A node's own draws, in one incarnation.
    Node { node: u16, incarnation: u32 },
    /// Delay and loss on a directed link, one word of 64 bits a message.
    Link { from: u16, to: u16 },
    /// Duplication and reordering on a directed link, four words a message.
    LinkRare { from: u16, to: u16 },
    /// Acknowledgements, retransmissions and all else that sessions send on a directed link besides each message's first
    /// transmission.
    Session { from: u16, to: u16 },
    /// Good and bad stretches of a directed link.
    Burst { from: u16, to: u16 },
    /// Up and down stretches of a flapping fault, by its place in the script.
    Flap { event: u32 },
    /// When an event of the script fires, by its place in the script.
    Script { event: u32 },
    /// Whom an event's drawn targets are.
    Target { event: u32 },
    /// The random fault script.
    Swarm,
    /// Start offset of a node.
    Offset { node: u16 },
    /// How much of the unsynced writes a crash keeps, and disk latencies.
    Disk { node: u16 },
    /// Think times of work.
    Think { node: u16 },
    /// An offset that a measure subtracts.
    Measure,
    /// The seed that takes the place of this one under a salt.
    Salt { salt: u32 },
    /// When a member stands still in everyday running, and for how long.
    Pauses { node: u16 },
}

impl Purpose {
    /// The number of the stream: kind in the top byte, what it belongs to below.
    const fn stream(self) -> u64 {
        const fn pair(kind: u64, from: u16, to: u16) -> u64 {
            kind << 56 | (from as u64) << 16 | to as u64
        }
        match self {
            Purpose::Node { node, incarnation } => 1 << 56 | (node as u64) << 32 | incarnation as u64,
            Purpose::Link { from, to } => pair(2, from, to),
            Purpose::LinkRare { from, to } => pair(3, from, to),
            Purpose::Burst { from, to } => pair(4, from, to),
            Purpose::Flap { event } => 5 << 56 | event as u64,
            Purpose::Script { event } => 6 << 56 | event as u64,
            Purpose::Target { event } => 7 << 56 | event as u64,
            Purpose::Swarm => 8 << 56,
            Purpose::Offset { node } => 9 << 56 | node as u64,
            Purpose::Disk { node } => 10 << 56 | node as u64,
            Purpose::Think { node } => 11 << 56 | node as u64,
            Purpose::Measure => 12 << 56,
            Purpose::Session { from, to } => pair(13, from, to),
            Purpose::Salt { salt } => 14 << 56 | salt as u64,
            Purpose::Pauses { node } => 15 << 56 | node as u64,
        }
    }
}

/// 64-bit words drawn ahead at once: what ChaCha8 makes in one go, four blocks.
const AHEAD: usize = 32;

/// A stream of random words. What is used at each draw stands at the front; the source is made when the first word is
/// asked for, since most streams of a run never are.
#[derive(Clone)]
#[repr(C)]
pub struct Stream {
    next: usize,
    buffer: [u64; AHEAD],
    seed: u64,
    stream: u64,
    source: Option<Box<ChaCha8Rng>>,
}

impl Stream {
    /// At its first word. The same seed and purpose give the same words.
    pub fn new(seed: u64, purpose: Purpose) -> Stream {
        Stream { next: AHEAD, buffer: [0; AHEAD], seed, stream: purpose.stream(), source: None }
    }

    /// Becomes the stream of another purpose, of the same seed.
    pub fn turn_to(&mut self, purpose: Purpose) {
        self.stream = purpose.stream();
        self.next = AHEAD;
        if let Some(source) = &mut self.source {
            source.set_stream(self.stream);
            source.set_word_pos(0);
        }
    }

    fn source(&mut self) -> &mut ChaCha8Rng {
        let (seed, stream) = (self.seed, self.stream);
        self.source.get_or_insert_with(|| {
            // The key is written out, because how `seed_from_u64` spreads a seed is nobody's promise.
            let mut key = *b"hustings\0\0\0\0\0\0\0\0elections seeded";
            key[8..16].copy_from_slice(&seed.to_le_bytes());
            let mut source = Box::new(ChaCha8Rng::from_seed(key));
            source.set_stream(stream);
            source
        })
    }

    #[inline(never)]
    fn refill(&mut self) {
        let mut bytes = [0; AHEAD * 8];
        self.source().fill_bytes(&mut bytes);
        for (word, eight) in self.buffer.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*eight);
        }
        self.next = 0;
    }

    /// 64 random bits.
    #[inline(always)]
    pub fn word(&mut self) -> u64 {
        if self.next == AHEAD {
            self.refill();
        }
        // The mask tells the compiler what the check above means.
        let word = self.buffer[self.next & (AHEAD - 1)];
        self.next += 1;
        word
    }

    /// How many words have been drawn, where nothing else was.
    pub fn drawn(&self) -> u64 {
        // The source counts words of 32 bits.
        self.source.as_ref().map_or(0, |source| source.get_word_pos() as u64 / 2 - (AHEAD - self.next) as u64)
    }

    /// Goes to the `ordinal`-th group of eight words: for lanes that are read only where something rare is configured.
    pub fn seek_group_of_eight(&mut self, ordinal: u64) {
        self.source().set_word_pos(u128::from(ordinal) * 8);
        self.next = AHEAD;
    }

    /// A whole number below `bound` (0 where there is none).
    pub fn below(&mut self, bound: u64) -> u64 {
        scaled(self.word(), bound)
    }

    /// True with this probability.
    pub fn chance(&mut self, ratio: crate::ratio::Ratio) -> bool {
        (self.word() & 0xffff_ffff) < ratio.threshold()
    }

    /// A length of time from this distribution.
    pub fn span(&mut self, delay: &Delay) -> Span {
        quantile(delay, self.word())
    }
}

/// The seed that all streams of a run are made from: with a salt, a random word instead of the seed itself, so that runs under
/// two salts share nothing, however their seeds are numbered.
pub fn salted(seed: u64, salt: u32) -> u64 {
    if salt == 0 { seed } else { Stream::new(seed, Purpose::Salt { salt }).word() }
}

/// `word / 2^64 · bound`, rounded down: uniform below `bound` but for a bias of `bound / 2^64`.
#[inline(always)]
pub fn scaled(word: u64, bound: u64) -> u64 {
    ((u128::from(word) * u128::from(bound)) >> 64) as u64
}

/// Uniform on `[low, high]`.
#[inline(always)]
pub fn uniform(word: u64, low: Span, high: Span) -> Span {
    Span(low.0 + scaled(word, high.0 - low.0 + 1))
}

/// The value of this distribution below which the share `word / 2^64` lies. Only basic arithmetic and `libm`: the
/// platform's own logarithm differs between machines.
pub fn quantile(delay: &Delay, word: u64) -> Span {
    // In (0, 1), never at either end.
    let u = ((word >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0);
    let nanos = match delay {
        Delay::Constant(span) => return *span,
        Delay::Uniform(low, high) => return uniform(word, *low, *high),
        Delay::Normal { mean, deviation } => {
            let (mean, deviation) = (mean.0 as f64, deviation.0 as f64);
            if deviation == 0.0 {
                mean
            } else {
                // Truncated to positive values: the lower tail is cut off and the rest stretched.
                let cut = normal_share(-mean / deviation);
                mean + deviation * normal_quantile(cut + u * (1.0 - cut))
            }
        }
        Delay::LogNormal { median, sigma } => median.0 as f64 * libm::exp(fraction(*sigma) * normal_quantile(u)),
        Delay::Exponential { mean } => -libm::log(1.0 - u) * mean.0 as f64,
        Delay::Pareto { scale, shape } => scale.0 as f64 * libm::exp(-libm::log(1.0 - u) / fraction(*shape)),
        Delay::Table(values) => {
            let place = u * (values.len() - 1) as f64;
            let index = (place as usize).min(values.len() - 2);
            let (low, high) = (values[index].0 as f64, values[index + 1].0 as f64);
            low + (high - low) * (place - index as f64)
        }
    };
    Span((nanos.max(0.0) as u64).min(Span::LONGEST.0))
}

fn fraction(ratio: crate::ratio::Ratio) -> f64 {
    f64::from(ratio.numerator) / f64::from(ratio.denominator)
}

/// Share of the standard normal distribution below `z`.
fn normal_share(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// The standard normal quantile: bisection on [`normal_share`] would be exact and slow, so a rational start (Acklam's form,
/// relative error 1.15e-9) and one step of Halley's method.
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e+01,
        2.209460984245205e+02,
        -2.759285104469687e+02,
        1.38357751867269e+02,
        -3.066479806614716e+01,
        2.506628277459239e+00,
    ];
    const B: [f64; 5] =
        [-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01];
    const C: [f64; 6] = [
        -7.784894002430293e-03,
        -3.223964580411365e-01,
        -2.400758277161838e+00,
        -2.549732539343734e+00,
        4.374664141464968e+00,
        2.938163982698783e+00,
    ];
    const D: [f64; 4] = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00];
    let p = p.clamp(1e-300, 1.0 - 1e-16);
    let tail = |q: f64| {
        let above = ((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5];
        above / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0)
    };
    let start = if p < 0.02425 {
        tail(libm::sqrt(-2.0 * libm::log(p)))
    } else if p > 1.0 - 0.02425 {
        -tail(libm::sqrt(-2.0 * libm::log(1.0 - p)))
    } else {
        let q = p - 0.5;
        let r = q * q;
        let above = (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q;
        above / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0)
    };
    let error = normal_share(start) - p;
    let step = error * libm::sqrt(2.0 * std::f64::consts::PI) * libm::exp(start * start / 2.0);
    start - step / (1.0 + start * step / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratio::Ratio;

    #[test]
    fn a_stream_is_known_by_its_purpose_and_seed() {
        let first = |seed, purpose| Stream::new(seed, purpose).word();
        let mut turned = Stream::new(7, Purpose::Swarm);
        turned.word();
        turned.turn_to(Purpose::Link { from: 1, to: 2 });
        assert_eq!(turned.word(), first(7, Purpose::Link { from: 1, to: 2 }));
        let here = first(7, Purpose::Link { from: 1, to: 2 });
        assert_eq!(here, first(7, Purpose::Link { from: 1, to: 2 }));
        assert_ne!(here, first(8, Purpose::Link { from: 1, to: 2 }));
        assert_ne!(here, first(7, Purpose::Link { from: 2, to: 1 }));
        assert_ne!(here, first(7, Purpose::LinkRare { from: 1, to: 2 }));
    }

    #[test]
    fn without_salt_a_seed_is_itself_and_with_salts_it_is_others() {
        let seeds: Vec<u64> = (0..3).map(|salt| salted(7, salt)).collect();
        assert_eq!(seeds[0], 7);
        assert!(seeds[1] != seeds[2] && seeds[1] > 1 << 32 && seeds[2] > 1 << 32, "{seeds:?}");
        assert_ne!(salted(8, 1), seeds[1]);
    }

    #[test]
    fn quantiles_are_those_of_the_distribution() {
        let at = |delay: &Delay, share: f64| quantile(delay, (share * 18_446_744_073_709_551_616.0) as u64).0 as f64 / 1e6;
        let near = |got: f64, want: f64| assert!((got - want).abs() < want.abs() * 1e-5 + 1e-6, "{got} is not {want}");
        let ms = Span::millis;
        near(at(&Delay::Exponential { mean: ms(10) }, 0.5), 10.0 * std::f64::consts::LN_2);
        near(at(&Delay::Pareto { scale: ms(2), shape: Ratio::new(3, 1) }, 0.875), 4.0);
        near(at(&Delay::LogNormal { median: ms(5), sigma: Ratio::new(1, 2) }, 0.841_344_746), 5.0 * libm::exp(0.5));
        near(at(&Delay::Normal { mean: ms(100), deviation: ms(1) }, 0.975), 101.959_963_985);
        near(at(&Delay::Table([ms(1), ms(2), ms(10)].into()), 0.75), 6.0);
        // Normal(5, 3) ms kept positive: the share below zero is Φ(−5/3) = .04779, so the median sits at Φ⁻¹(.5239).
        near(at(&Delay::Normal { mean: ms(5), deviation: ms(3) }, 0.5), 5.179_781);
    }
}
