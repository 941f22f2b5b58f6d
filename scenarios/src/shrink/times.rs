//! Shorter and rounder times.

use sim::fault::{ScriptEvent, When};
use sim::{Delay, Span};

use super::{Shrinking, faults};

/// Round times, the roundest first.
const UNITS: [Span; 5] = [Span::secs(1), Span::millis(500), Span::millis(100), Span::millis(10), Span::millis(1)];
/// Nothing is halved further than this.
const SHORTEST: Span = Span::millis(1);

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
            if below == time || (below > Span::ZERO && self.set(event, of, below)) || self.set(event, of, above) {
                return;
            }
        }
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
