//! Shorter and rounder times, and events that come sooner: the less happens before the finding, the shorter its story.

use sim::fault::{ScriptEvent, When};
use sim::{Delay, Span};

use super::{Shrinking, faults};

/// Round times, the roundest first.
const UNITS: [Span; 5] = [Span::secs(1), Span::millis(500), Span::millis(100), Span::millis(10), Span::millis(1)];
/// Nothing is halved further than this.
const SHORTEST: Span = Span::millis(1);
/// A time is rounded up only where this part of it is more than what that adds: rounder is no reason for much longer.
const MOST_ADDED: u64 = 10;
/// A gap is made shorter by so many parts of it, or by one less, and so on.
const PARTS: u64 = 8;

/// One of the times of an event, where it has such a one.
type Of = fn(&mut ScriptEvent) -> Option<&mut Span>;

impl Shrinking<'_> {
    pub(super) fn shorter_times(&mut self) {
        for event in 0..self.setup.script.len() {
            self.change(|setup| setup.script[event].every = None);
            self.change(|setup| setup.script[event].until = None);
            self.change(|setup| setup.script[event].within = None);
            self.fixed(event);
            self.halve(event, later);
            self.halve(event, lasting);
            for of in [at as Of, later, lasting, within] {
                self.round(event, of);
            }
        }
    }

    /// A time by itself in place of one that is drawn.
    fn fixed(&mut self, event: usize) {
        let delay = self.setup.script[event].when.delay();
        if matches!(delay, Delay::Constant(_)) {
            return;
        }
        let middle = Delay::Constant(sim::random::quantile(delay, u64::MAX / 2));
        self.change(|setup| *setup.script[event].when.delay_mut() = middle);
    }

    fn halve(&mut self, event: usize, of: Of) {
        while let Some(time) = of(&mut self.setup.script[event].clone()).copied().filter(|time| *time > SHORTEST) {
            let half = Span((time.0 / 2).max(SHORTEST.0));
            if !self.set(event, of, half) {
                return;
            }
        }
    }

    fn round(&mut self, event: usize, of: Of) {
        let Some(time) = of(&mut self.setup.script[event].clone()).copied() else { return };
        for unit in UNITS {
            let (below, above) = (Span(time.0 / unit.0 * unit.0), Span(time.0.div_ceil(unit.0) * unit.0));
            if below == time || (below > Span::ZERO && self.set(event, of, below)) {
                return;
            }
            if above.0 - time.0 < time.0 / MOST_ADDED && self.set(event, of, above) {
                return;
            }
        }
    }

    /// Less time before an event that has a time, and so much sooner all that come later: their order stays. The most first; in a
    /// race some amounts lose the finding and others do not, so that several are tried.
    pub(super) fn sooner(&mut self) {
        let mut place = 0;
        while let Some(&time) = self.times().get(place) {
            let before = if place == 0 { Span::ZERO } else { self.times()[place - 1] };
            let gap = time - before;
            let parts = (1..=PARTS).rev().map(|part| Span((gap.0 / PARTS * part).min((gap - SHORTEST).0)));
            if gap <= SHORTEST || !parts.into_iter().any(|by| self.pull(time, by)) {
                place += 1;
            }
        }
    }

    /// When events happen, as far as they have a time of their own; in order, each once.
    fn times(&self) -> Vec<Span> {
        let mut times: Vec<Span> = self.setup.script.clone().iter_mut().filter_map(|event| at(event).copied()).collect();
        times.sort_unstable();
        times.dedup();
        times
    }

    /// All from this time on so much sooner.
    fn pull(&mut self, from: Span, by: Span) -> bool {
        self.change(|setup| {
            for event in &mut setup.script {
                if let Some(time) = at(event).filter(|time| **time >= from) {
                    *time = *time - by;
                    event.until = event.until.map(|until| Span(until.0.saturating_sub(by.0)));
                }
            }
        })
    }

    fn set(&mut self, event: usize, of: Of, time: Span) -> bool {
        self.change(|setup| {
            if let Some(place) = of(&mut setup.script[event]) {
                *place = time;
            }
        })
    }
}

fn at(event: &mut ScriptEvent) -> Option<&mut Span> {
    match &mut event.when {
        When::At(Delay::Constant(time)) | When::Moment(Delay::Constant(time), _) => Some(time),
        _ => None,
    }
}

fn later(event: &mut ScriptEvent) -> Option<&mut Span> {
    match &mut event.when {
        When::After(_, Delay::Constant(time)) => Some(time),
        _ => None,
    }
}

fn lasting(event: &mut ScriptEvent) -> Option<&mut Span> {
    faults::lasting(&mut event.fault)
}

fn within(event: &mut ScriptEvent) -> Option<&mut Span> {
    event.within.as_mut()
}
