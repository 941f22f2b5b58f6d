//! The one figure that a scenario may ask of a run.

use crate::algorithm::{Epoch, Role};
use crate::outcome::{Failover, Tenure};
use crate::random::{Purpose, Stream};
use crate::setup::Measure;
use crate::time::Time;

#[derive(Default)]
pub struct Measurement {
    first_candidacy: Option<Time>,
    first_epoch: Option<Epoch>,
    /// Someone led in the first epoch (`Some(false)`), or someone stood in a later one before that (`Some(true)`).
    split: Option<bool>,
    messages_to_first_leader: Option<u64>,
}

impl Measurement {
    pub fn stood(&mut self, now: Time, role: Role, epoch: Epoch) {
        self.first_candidacy.get_or_insert(now);
        // Whoever asks a service for the lock stands in no epoch yet.
        if role == Role::Candidate && epoch != Epoch::default() {
            let first = *self.first_epoch.get_or_insert(epoch);
            if epoch > first {
                self.split.get_or_insert(true);
            }
        }
    }

    /// So many messages had left before the step in which this member came to lead.
    pub fn led(&mut self, now: Time, epoch: Epoch, left_before: u64) {
        self.messages_to_first_leader.get_or_insert(left_before);
        // A member that wins within the step in which it stands was never seen standing.
        self.first_candidacy.get_or_insert(now);
        let first = *self.first_epoch.get_or_insert(epoch);
        self.split.get_or_insert(epoch > first);
    }

    pub fn first_epoch_is_decided(&self) -> bool {
        self.split.is_some()
    }

    /// The figure, in nanoseconds or as a count; `None` if it did not come about.
    pub fn figure(&self, measure: &Measure, seed: u64, tenures: &[Tenure], failovers: &[Failover]) -> Option<u64> {
        match measure {
            Measure::FirstCandidacy => self.first_candidacy.map(|at| at.0),
            Measure::FirstLeader { offset } => {
                let offset = offset.as_ref().map_or(0, |offset| Stream::new(seed, Purpose::Measure).span(offset).0);
                tenures.first().and_then(|tenure| tenure.from.0.checked_sub(offset))
            }
            Measure::StableLeader => tenures.last().filter(|tenure| tenure.until.is_none()).map(|tenure| tenure.from.0),
            Measure::Failover => {
                let over = |f: &&Failover| f.cause != crate::outcome::Cause::Start && !f.absorbed;
                failovers.iter().find(over).and_then(|f| f.effective.or(f.elected).map(|at| at.since(f.lost).0))
            }
            Measure::FirstTermSplit => self.split.map(u64::from),
            Measure::MessagesToFirstLeader => self.messages_to_first_leader,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::NodeId;
    use crate::delay::Delay;
    use crate::time::Span;

    #[test]
    fn a_leader_who_came_sooner_than_the_offset_is_no_figure() {
        let tenures = [Tenure { node: NodeId(0), epoch: Epoch(1, 0), from: Time(5), until: None }];
        let less = |offset| {
            let what = Measure::FirstLeader { offset: Some(Delay::Constant(Span::nanos(offset))) };
            Measurement::default().figure(&what, 0, &tenures, &[])
        };
        assert_eq!((less(2), less(5), less(6)), (Some(3), Some(0), None));
    }

    #[test]
    fn whoever_asks_for_a_lock_stands_in_no_epoch() {
        let mut seen = Measurement::default();
        seen.stood(Time(1), Role::Candidate, Epoch::default());
        seen.led(Time(2), Epoch(1, 0), 0);
        assert_eq!(seen.figure(&Measure::FirstTermSplit, 0, &[], &[]), Some(0));
    }
}
