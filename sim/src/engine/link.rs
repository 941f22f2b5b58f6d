//! A directed link at run time: what becomes of the k-th message is a function of (seed, link, k), and of the weather.

use std::rc::Rc;

use crate::delay::{Burst, Delay, LinkPatch, LinkSettings};
use crate::random::{Purpose, Stream, quantile, scaled};
use crate::time::{Span, Time};

/// What every message needs stands in the first line of the cache.
#[repr(C, align(64))]
pub struct Link {
    low: u64,
    /// Width of the uniform delay, plus one.
    width: u64,
    /// Shared by all links that are the same.
    settings: Rc<LinkSettings>,
    /// Room for settings of its own, from the last time that it was patched.
    patched: Option<Rc<LinkSettings>>,
    from: u16,
    to: u16,
    /// How many cuts and flaps hold it down.
    pub held_down: u16,
    /// Delay is constant or uniform and nothing else can happen: the short path.
    plain: bool,
    /// No message gets through.
    pub cut: bool,
    /// Separated by the partition in force.
    pub parted: bool,
    noise: Stream,
    seed: u64,
    second_lane: Option<Box<Stream>>,
    weather: Option<Box<Weather>>,
}

/// Good and bad stretches, by seed and time alone.
struct Weather {
    stream: Stream,
    bad: bool,
    until: Time,
}

/// What becomes of a message that was sent.
pub enum Fate {
    Lost,
    /// Arrives after this, and perhaps a second time.
    Arrives(Span, Option<Span>),
}

impl Link {
    pub fn new(seed: u64, from: u16, to: u16, settings: Rc<LinkSettings>) -> Link {
        let mut link = Link {
            plain: false,
            cut: false,
            parted: false,
            held_down: 0,
            low: 0,
            width: 1,
            noise: Stream::new(seed, Purpose::Link { from, to }),
            settings,
            patched: None,
            from,
            to,
            seed,
            second_lane: None,
            weather: None,
        };
        link.classify();
        link
    }

    /// To be called after `parted` or `held_down` has changed.
    pub fn classify(&mut self) {
        let settings = &self.settings;
        self.cut = self.parted || self.held_down > 0;
        let uniform = match settings.delay {
            Delay::Constant(span) => Some((span, span)),
            Delay::Uniform(low, high) => Some((low, high)),
            _ => None,
        };
        let quiet = settings.loss.is_zero()
            && settings.burst.is_none()
            && settings.duplicate.is_zero()
            && settings.reorder.is_none()
            && settings.floor == Span::ZERO;
        self.plain = quiet && !self.cut && uniform.is_some();
        if let Some((low, high)) = uniform {
            self.low = low.0 + settings.extra.0;
            self.width = high.0 - low.0 + 1;
        }
    }

    /// Lays these over the settings that the link has without faults.
    pub fn set<'p>(&mut self, base: &Rc<LinkSettings>, mut patches: impl Iterator<Item = &'p LinkPatch>) {
        let burst = self.settings.burst;
        match patches.next() {
            None => {
                let settings = std::mem::replace(&mut self.settings, base.clone());
                if Rc::strong_count(&settings) == 1 {
                    self.patched = Some(settings);
                }
            }
            Some(first) => {
                let patched = patches.fold(base.patched(first), |settings, patch| settings.patched(patch));
                if Rc::strong_count(&self.settings) > 1 {
                    self.settings = self.patched.take().unwrap_or_default();
                }
                *Rc::get_mut(&mut self.settings).expect("nobody else has a patched link's settings") = patched;
            }
        }
        if burst != self.settings.burst {
            self.weather = None;
        }
        self.classify();
    }

    /// Draws the noise of the next message. `Some`: it arrives once, after this; `None`: look closer, with this word.
    #[inline(always)]
    pub fn draw(&mut self) -> (Option<Span>, u64) {
        let word = self.noise.word();
        let plain = self.plain.then(|| Span(self.low + scaled(word, self.width)));
        (plain, word)
    }

    /// How many messages were sent before the one that was drawn last.
    fn ordinal(&self) -> u64 {
        self.noise.drawn() - 1
    }

    /// The long path: loss, bursts, duplication, reordering. The caller has seen that the link is not cut.
    #[inline(never)]
    pub fn fate(&mut self, now: Time, word: u64) -> Fate {
        let ordinal = self.ordinal();
        // Loss is decided by the lower half of the word, delay by the upper: what the lower half adds to a delay is its
        // four-billionth part.
        if self.loses(now, word) {
            return Fate::Lost;
        }
        let delay = self.delay(word);
        if self.settings.duplicate.is_zero() && self.settings.reorder.is_none() {
            return Fate::Arrives(delay, None);
        }
        let (seed, from, to) = (self.seed, self.from, self.to);
        let lane = self.second_lane.get_or_insert_with(|| Box::new(Stream::new(seed, Purpose::LinkRare { from, to })));
        lane.seek_group_of_eight(ordinal);
        let [duplicated, overtaken, copy, extra] = [lane.word(), lane.word(), lane.word(), lane.word()];
        let second = hit(duplicated, self.settings.duplicate).then(|| self.delay(copy));
        Fate::Arrives(delay + self.held_back(overtaken, extra), second)
    }

    /// The delay of a packet that is not a message of its own (an acknowledgement or a retransmission in a session), with
    /// chance from the caller's lane. `None`: it is lost, or the link is cut. Copies of such packets would change nothing, so
    /// there are none.
    #[inline(always)]
    pub fn stray(&mut self, now: Time, lane: &mut Stream) -> Option<Span> {
        if self.plain { Some(Span(self.low + scaled(lane.word(), self.width))) } else { self.stray_roughly(now, lane) }
    }

    #[inline(never)]
    fn stray_roughly(&mut self, now: Time, lane: &mut Stream) -> Option<Span> {
        let [delay, lost, overtaken, extra] = [lane.word(), lane.word(), lane.word(), lane.word()];
        if self.cut || self.loses(now, lost & 0xffff_ffff) {
            return None;
        }
        Some(self.delay(delay) + self.held_back(overtaken, extra))
    }
}

/// Whether a random word (its lower half) means that something of this probability happens.
fn hit(word: u64, chance: crate::ratio::Ratio) -> bool {
    word & 0xffff_ffff < chance.threshold()
}

impl Link {
    fn delay(&self, word: u64) -> Span {
        let drawn = quantile(&self.settings.delay, word);
        Span(drawn.0.max(self.settings.floor.0)) + self.settings.extra
    }

    /// Whether a message sent now is lost, by a word below 2^32.
    fn loses(&mut self, now: Time, word: u64) -> bool {
        let mut loss = self.settings.loss;
        if let Some(burst) = self.settings.burst
            && self.is_bad(now, burst)
        {
            loss = burst.loss;
        }
        word & 0xffff_ffff < loss.threshold()
    }

    /// By how much a message is held back, so that later ones overtake it.
    fn held_back(&self, overtaken: u64, extra: u64) -> Span {
        match &self.settings.reorder {
            Some(reorder) if hit(overtaken, reorder.chance) => quantile(&reorder.by, extra),
            _ => Span::ZERO,
        }
    }

    fn is_bad(&mut self, now: Time, burst: Burst) -> bool {
        let stretch = |stream: &mut Stream, bad: bool| {
            let mean = if bad { burst.bad } else { burst.good };
            // At least a nanosecond, or a mean of zero would never get anywhere.
            Span(stream.span(&Delay::Exponential { mean }).0.max(1))
        };
        let (seed, from, to) = (self.seed, self.from, self.to);
        let weather = self.weather.get_or_insert_with(|| {
            let mut stream = Stream::new(seed, Purpose::Burst { from, to });
            let until = Time::ZERO + stretch(&mut stream, false);
            Box::new(Weather { stream, bad: false, until })
        });
        while weather.until <= now {
            weather.bad = !weather.bad;
            weather.until = weather.until + stretch(&mut weather.stream, weather.bad);
        }
        weather.bad
    }
}
