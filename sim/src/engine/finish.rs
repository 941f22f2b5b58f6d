//! The end of a run: what it amounts to.

use crate::algorithm::Algorithm;
use crate::engine::Engine;
use crate::engine::resource::Tally;
use crate::outcome::{Outcome, ResourceReport, Tenure};
use crate::time::Time;

impl<A: Algorithm> Engine<'_, A> {
    #[inline(never)]
    pub(super) fn finish(mut self) -> Outcome {
        let end = if self.stopped { self.wire.now } else { self.end };
        while self.alarm <= end && self.alarm != Time::NEVER {
            self.wake(end);
        }
        let not_exercised = self.missed();
        let tenures: Vec<Tenure> = std::mem::take(&mut self.reigns.tenures);
        let failovers = self.reigns.failovers.finish();
        let measure = self.setup.measure.as_ref();
        let measured = measure.and_then(|m| self.measurement.figure(m, self.seed, &tenures, &failovers));
        let resource = self.resource_report(end);
        let (mut judgements, split_brain) = self.wire.audit.finish(end, self.wire.broken);
        judgements.extend(self.own.iter().map(|own| own.judge(self.wire.broken)));
        let mut counters = self.wire.counters;
        counters.leader_changes = tenures.len().saturating_sub(1) as u64;
        counters.leaderless = self.reigns.leaderless(end);
        Outcome {
            scenario: self.setup.name.clone(),
            algorithm: A::NAME,
            seed: self.named,
            settings: self.settings,
            fingerprint: self.wire.encoder.fingerprint(),
            events: counters.delivered + counters.timers,
            end,
            judgements,
            split_brain,
            tenures,
            failovers,
            counters,
            resource,
            not_exercised,
            measured,
        }
    }

    /// What the resource counted, and what the checkers counted there.
    fn resource_report(&self, end: Time) -> Option<ResourceReport> {
        let work = &self.setup.work;
        let seen = self.wire.audit.resource_report(end);
        // A log's leaders come here with a job only; what they read by themselves is counted with what is read here.
        let used = (work.on && !self.errands.replicates) || work.job.is_some() || seen.reads > 0;
        let Tally { accepted, fenced, without_token } = self.resource.tally;
        used.then_some(ResourceReport { accepted, fenced, without_token, ..seen })
    }
}
