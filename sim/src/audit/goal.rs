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
    /// The bound has passed between two who had it: it had come about, was passed on, and must come about again.
    PassedOn,
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
    /// Once it has come about it may be gone for so long, from one who had it to the next.
    handover: Span,
    since: Time,
    /// When it was last gone before the bound.
    gone: Option<Time>,
    stage: Stage,
    met: bool,
}

impl Goal {
    pub fn new(bound: Span) -> Goal {
        Goal { bound, handover: Span::ZERO, since: Time::ZERO, gone: None, stage: Stage::Off, met: false }
    }

    /// The same, but whoever has it passes it on, and it is gone for up to `handover` in between.
    pub fn passed_on_within(self, handover: Span) -> Goal {
        Goal { handover, ..self }
    }

    pub fn begin(&mut self, at: Time) {
        (self.since, self.gone, self.stage, self.met) = (at, None, Stage::Early, false);
    }

    /// When it wants to be woken: just after the bound, so that what happens at the bound is in time.
    pub fn alarm(&self) -> Time {
        let just_after = |time: Time| time + Span::nanos(1);
        let passed_on = |times: u64| self.gone.map_or(Time::ZERO, |gone| gone + self.handover.times(times));
        match self.stage {
            Stage::Early => just_after(self.since + self.bound),
            Stage::PassedOn => just_after(passed_on(1)),
            Stage::Overdue => just_after(passed_on(PATIENCE).max(self.since + self.bound.times(PATIENCE))),
            Stage::Off | Stage::Done => Time::NEVER,
        }
    }

    pub fn wake(&mut self, at: Time) -> Option<Due> {
        if self.alarm() > at {
            return None;
        }
        match self.stage {
            Stage::Overdue => {
                self.stage = Stage::Done;
                Some(Due::Stuck)
            }
            Stage::PassedOn => {
                self.stage = Stage::Overdue;
                None
            }
            _ => {
                let passed_on = self.gone.is_some_and(|gone| gone + self.handover >= at);
                self.stage = match (self.met, passed_on) {
                    (true, _) => Stage::Done,
                    (false, true) => Stage::PassedOn,
                    (false, false) => Stage::Overdue,
                };
                Some(Due::Bound { met: self.met })
            }
        }
    }

    /// Is it still to come about?
    pub fn is_wanted(&self) -> bool {
        !self.met && matches!(self.stage, Stage::Early | Stage::PassedOn | Stage::Overdue)
    }

    /// It has come about; `Some` if that was late.
    pub fn reached(&mut self) -> Option<Liveness> {
        let overdue = self.stage == Stage::Overdue;
        if overdue || self.stage == Stage::PassedOn {
            self.stage = Stage::Done;
        }
        self.met |= self.stage != Stage::Off;
        overdue.then_some(Liveness::Slow)
    }

    /// What had come about is gone before the bound: it must come about again, by the bound or within a handover.
    pub fn undone(&mut self, at: Time) {
        if self.stage == Stage::Early && std::mem::take(&mut self.met) {
            self.gone = Some(at);
        }
    }

    /// Is it between two who had it, when the bound has just passed?
    pub fn is_passed_on(&self) -> bool {
        self.stage == Stage::PassedOn
    }

    /// There is trouble again, or the run is over; `Some` if it was late by then.
    pub fn end(&mut self) -> Option<Liveness> {
        let overdue = std::mem::take(&mut self.stage) == Stage::Overdue;
        overdue.then_some(Liveness::Late)
    }
}
