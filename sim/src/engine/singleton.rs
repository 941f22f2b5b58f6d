//! The job that must run once a period: whoever holds authority when its *wall clock* passes a multiple of the period runs the
//! job of that period. So a clock that jumps back passes it again, one that jumps ahead passes several at once (and runs the
//! latest, as schedulers do), and two leaders whose clocks differ may each pass it.

use crate::algorithm::{Algorithm, NodeId};
use crate::engine::Engine;
use crate::engine::job::Job;
use crate::engine::node::Power;
use crate::setup::Operation;
use crate::time::WallTime;

/// What a member's scheduler remembers.
#[derive(Clone, Copy)]
pub struct Schedule {
    /// The multiple that its wall clock passes next.
    next: WallTime,
    /// Alarms set under an older number are void.
    number: u32,
}

impl Schedule {
    pub const NEW: Schedule = Schedule { next: WallTime(0), number: 0 };
}

impl<A: Algorithm> Engine<'_, A> {
    /// A tenure begins: the next multiple counts.
    pub(super) fn begin_jobs(&mut self, i: usize) {
        if self.setup.work.job.is_some() {
            self.await_next_job(i);
        }
    }

    fn await_next_job(&mut self, i: usize) {
        let Some(period) = self.setup.work.job else { return };
        let wall = self.nodes[i].clock.wall(self.wire.now);
        self.errands.schedules[i].next = WallTime((wall.0 / period.0 + 1).saturating_mul(period.0));
        self.set_job_alarm(i);
    }

    fn set_job_alarm(&mut self, i: usize) {
        let schedule = &mut self.errands.schedules[i];
        schedule.number += 1;
        let at = self.nodes[i].clock.when_wall(self.wire.now, schedule.next);
        let alarm = Job::Singleton(NodeId(i as u16), schedule.number);
        self.wire.queue.schedule(at, alarm);
    }

    /// The member's wall clock jumped, runs at another rate, or is looked at again after a pause.
    pub(super) fn reschedule_jobs(&mut self, i: usize) {
        let Some(period) = self.setup.work.job else { return };
        if self.reigns.tenure_of(i).is_none() {
            return;
        }
        let wall = self.nodes[i].clock.wall(self.wire.now);
        if self.errands.schedules[i].next.0 > wall.0.saturating_add(period.0) {
            // It jumped back over a multiple, and passes that again.
            self.await_next_job(i);
        } else {
            self.set_job_alarm(i);
        }
    }

    /// A multiple is passed, if nothing happened to the clock since the alarm was set.
    pub(super) fn job_is_due(&mut self, i: usize, number: u32) {
        let Some(period) = self.setup.work.job else { return };
        if self.errands.schedules[i].number != number || self.nodes[i].power != Power::Running {
            return;
        }
        let Some(tenure) = self.reigns.tenure_of(i) else { return };
        let now_passed = self.nodes[i].clock.wall(self.wire.now).0 / period.0;
        self.await_next_job(i);
        if self.errands.replicates {
            let token = self.nodes[i].seen.token();
            self.hand_to_client(i, tenure, Operation::Job, now_passed, token);
        } else {
            self.hand_out(i, tenure, Operation::Job, now_passed);
        }
    }
}
