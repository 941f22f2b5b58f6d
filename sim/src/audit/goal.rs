//! Something that must come about within a bound from the moment when the trouble is over. Later than that is slow, not
//! within four times the bound is stuck; which of the two it was stays open if the run ends in between.

use crate::outcome::Liveness;
use crate::time::{Span, Time};

/// After so many bounds, slow is stuck.
pub(super) const PATIENCE: u64 = 4;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Stage {
    /// Nothing is expected.
    #[default]
    Off,
    /// The bound has not passed.
    Early,
    /// The bound has passed, and it had come about or came about since; or all has been said.
    Done,
    /// The bound has passed, and it has not come about.
    Overdue,
}

/// What an alarm found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    /// The bound has passed; was it met? From here on it has been put to the test.
    Bound { met: bool },
    /// Four times the bound have passed, and it has not come about.
    Stuck,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    bound: Span,
    since: Time,
    stage: Stage,
    met: bool,
}

impl Goal {
    pub fn new(bound: Span) -> Goal {
        Goal { bound, since: Time::ZERO, stage: Stage::Off, met: false }
    }

    pub fn begin(&mut self, at: Time) {
        (self.since, self.stage, self.met) = (at, Stage::Early, false);
    }

    /// When it wants to be woken: just after the bound, so that what happens at the bound is in time.
    pub fn alarm(&self) -> Time {
        let just_after = |span: Span| self.since + span + Span::nanos(1);
        match self.stage {
            Stage::Early => just_after(self.bound),
            Stage::Overdue => just_after(self.bound.times(PATIENCE)),
            Stage::Off | Stage::Done => Time::NEVER,
        }
    }

    pub fn wake(&mut self, at: Time) -> Option<Due> {
        if self.alarm() > at {
            return None;
        }
        if self.stage == Stage::Overdue {
            self.stage = Stage::Done;
            return Some(Due::Stuck);
        }
        self.stage = if self.met { Stage::Done } else { Stage::Overdue };
        Some(Due::Bound { met: self.met })
    }

    /// Is it still to come about?
    pub fn is_wanted(&self) -> bool {
        !self.met && matches!(self.stage, Stage::Early | Stage::Overdue)
    }

    /// It has come about; `Some` if that was late.
    pub fn reached(&mut self) -> Option<Liveness> {
        let overdue = self.stage == Stage::Overdue;
        if overdue {
            self.stage = Stage::Done;
        }
        self.met |= self.stage != Stage::Off;
        overdue.then_some(Liveness::Slow)
    }

    /// What had come about is gone before the bound: it must come about again.
    pub fn undone(&mut self) {
        if self.stage == Stage::Early {
            self.met = false;
        }
    }

    /// There is trouble again, or the run is over; `Some` if it was late by then.
    pub fn end(&mut self) -> Option<Liveness> {
        let overdue = std::mem::take(&mut self.stage) == Stage::Overdue;
        overdue.then_some(Liveness::Late)
    }
}
