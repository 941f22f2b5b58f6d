//! The end of a run: what it amounts to.

use crate::algorithm::Algorithm;
use crate::engine::Engine;
use crate::outcome::{Outcome, Tenure};
use crate::time::Time;

impl<A: Algorithm> Engine<'_, A> {
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
        let (mut judgements, split_brain) = self.wire.audit.finish(end, self.wire.broken);
        judgements.extend(self.own.iter().map(|own| own.judge(self.wire.broken)));
        let mut counters = self.wire.counters;
        counters.leader_changes = tenures.len().saturating_sub(1) as u64;
        counters.leaderless = self.reigns.leaderless(end);
        Outcome {
            scenario: self.setup.name.clone(),
            algorithm: A::NAME,
            seed: self.seed,
            settings: self.settings,
            fingerprint: self.wire.encoder.fingerprint(),
            events: counters.delivered + counters.timers,
            end,
            judgements,
            split_brain,
            tenures,
            failovers,
            counters,
            not_exercised,
            measured,
        }
    }
}
