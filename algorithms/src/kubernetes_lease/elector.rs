//! The loops of the elector: acquire, renew, release; and the try that they share.

use sim::{Context, Span};

use super::{BACK_OFF, KubernetesLease, LEASE_SECOND, Phase, Timer, mutants};
use crate::lock_service::{Ask, Expected, Record};

type Ctx<'a> = Context<'a, KubernetesLease>;

/// What a request is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// The fast path: an update without reading first.
    Renew,
    Get,
    Create,
    Update,
    /// Before a release.
    Fetch,
    Release,
}

/// A request under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    number: u64,
    pub step: Step,
    /// It would make this process the holder, which it was not.
    pub acquires: bool,
}

impl KubernetesLease {
    fn call(&mut self, step: Step, acquires: bool, ctx: &mut Ctx<'_>, ask: impl FnOnce(&Self, u64, &Ctx<'_>) -> Ask) {
        self.calls += 1;
        self.call = Some(Call { number: self.calls, step, acquires });
        let ask = ask(self, self.calls, ctx);
        let service = ctx.services().next().expect("the API server");
        ctx.ask(service, ask);
        let timeout = ctx.config().request_timeout;
        if timeout > Span::ZERO && !mutants::waits_for_ever(ctx) {
            ctx.arm(Timer::Request, timeout);
        }
    }

    /// Takes up the answer to the request under way; of an older one it comes too late.
    fn answered(&mut self, number: u64, ctx: &mut Ctx<'_>) -> Option<Call> {
        let call = self.call.take_if(|call| call.number == number);
        if call.is_some() {
            ctx.disarm(Timer::Request);
        }
        call
    }

    fn drop_call(&mut self, ctx: &mut Ctx<'_>) {
        self.call = None;
        ctx.disarm(Timer::Request);
    }

    fn own_record(&self, transitions: u32, ctx: &Ctx<'_>) -> Record {
        Record { holder: Some(self.me), seconds: ctx.config().seconds(), transitions, renewed: self.renewed }
    }

    /// `tryAcquireOrRenew`.
    pub(super) fn try_once(&mut self, ctx: &mut Ctx<'_>) {
        self.began = mutants::reading(ctx);
        self.renewed = ctx.wall().0 / LEASE_SECOND.0;
        let valid = self.observed.filter(|record| self.holds() && mutants::is_valid(record, self.observed_at, self.began, ctx));
        match valid {
            Some(record) => self.update(Step::Renew, record.transitions, false, ctx),
            None => self.get(Step::Get, ctx),
        }
    }

    fn get(&mut self, step: Step, ctx: &mut Ctx<'_>) {
        self.call(step, false, ctx, |_, asked, _| Ask::Read { asked });
    }

    fn update(&mut self, step: Step, transitions: u32, acquires: bool, ctx: &mut Ctx<'_>) {
        self.call(step, acquires, ctx, |elector, asked, ctx| Ask::Swap {
            asked,
            expected: mutants::expected(elector.version, ctx),
            record: elector.own_record(transitions, ctx),
        });
    }

    /// `setObservedRecord`.
    fn observe_record(&mut self, record: Record, ctx: &Ctx<'_>) {
        self.observed = Some(record);
        self.observed_at = mutants::reading(ctx);
    }

    /// The record, as it was asked for or as it is after a write of ours.
    pub(super) fn on_record(&mut self, asked: u64, revision: u64, record: Record, ctx: &mut Ctx<'_>) {
        let Some(call) = self.answered(asked, ctx) else { return };
        self.version = revision;
        match call.step {
            Step::Get => self.look_at(record, ctx),
            Step::Renew | Step::Create | Step::Update => {
                self.observe_record(record, ctx);
                if call.acquires || !self.leads {
                    (self.reign, self.token) = (record.transitions, revision);
                }
                self.tried(true, ctx);
            }
            Step::Fetch => self.release(record, ctx),
            Step::Release => self.end(ctx),
        }
    }

    /// Steps 3 and 4 of a try: whose is the record, and may it be replaced?
    fn look_at(&mut self, record: Record, ctx: &mut Ctx<'_>) {
        if mutants::counts_anew(&record, self.raw.as_ref(), ctx) {
            self.observe_record(record, ctx);
            self.raw = Some(record);
        }
        let observed = self.observed.expect("a record was observed");
        let valid = mutants::is_valid(&observed, self.observed_at, self.began, ctx);
        if ctx.ineligible() || (record.holder.is_some() && valid && !self.holds()) {
            self.tried(false, ctx);
        } else if self.holds() {
            self.update(Step::Update, record.transitions, false, ctx);
        } else {
            self.update(Step::Update, record.transitions + 1, true, ctx);
        }
    }

    /// There is no record yet.
    pub(super) fn on_no_record(&mut self, asked: u64, ctx: &mut Ctx<'_>) {
        let Some(call) = self.answered(asked, ctx) else { return };
        if call.step == Step::Fetch {
            self.end(ctx);
        } else if ctx.ineligible() {
            self.tried(false, ctx);
        } else {
            self.call(Step::Create, true, ctx, |elector, asked, ctx| Ask::Swap {
                asked,
                expected: Expected::Nothing,
                record: elector.own_record(0, ctx),
            });
        }
    }

    /// Somebody else has written.
    pub(super) fn on_conflict(&mut self, asked: u64, ctx: &mut Ctx<'_>) {
        let Some(call) = self.answered(asked, ctx) else { return };
        match call.step {
            Step::Release => self.get(Step::Fetch, ctx),
            step => self.failed(step, ctx),
        }
    }

    pub(super) fn request_timed_out(&mut self, ctx: &mut Ctx<'_>) {
        let Some(call) = self.call.take() else { return };
        match call.step {
            Step::Fetch | Step::Release => self.end(ctx),
            step => self.failed(step, ctx),
        }
    }

    /// A request of a try has failed: the fast path falls back to the slow one.
    fn failed(&mut self, step: Step, ctx: &mut Ctx<'_>) {
        if step == Step::Renew {
            self.get(Step::Get, ctx);
        } else {
            self.tried(false, ctx);
        }
    }

    /// A try is over.
    fn tried(&mut self, success: bool, ctx: &mut Ctx<'_>) {
        match (self.phase, success) {
            (Phase::Acquiring, true) => {
                self.leads = true;
                self.phase = Phase::Renewing;
                self.begin_round(ctx);
            }
            (Phase::Acquiring, false) => {
                let config = ctx.config();
                let (low, high) = (config.retry_period, config.longest_poll());
                let wait = ctx.between(low, high);
                ctx.arm(Timer::Retry, wait);
            }
            (_, true) => {
                self.round = None;
                ctx.disarm(Timer::Deadline);
                ctx.arm(Timer::Retry, ctx.config().retry_period);
            }
            (_, false) => self.await_tick(ctx),
        }
    }

    /// The renew loop begins to poll, at once.
    fn begin_round(&mut self, ctx: &mut Ctx<'_>) {
        self.round = Some(ctx.now());
        self.ticks = 0;
        ctx.arm(Timer::Deadline, mutants::renew_deadline(ctx));
        self.try_once(ctx);
    }

    /// After a try that failed: the next comes with the next tick, or at once if one was missed.
    fn await_tick(&mut self, ctx: &mut Ctx<'_>) {
        let Some(begun) = self.round else { return };
        let period = ctx.config().retry_period;
        let elapsed = ctx.now().since(begun);
        let over = mutants::waits_for_ever(ctx) && elapsed >= mutants::renew_deadline(ctx);
        if over || mutants::gives_up_at_once(ctx) {
            return self.stop(ctx);
        }
        let passed = elapsed.0 / period.0;
        if passed > self.ticks {
            self.ticks = passed;
            self.try_once(ctx);
        } else {
            ctx.arm(Timer::Retry, period.times(passed + 1) - elapsed);
        }
    }

    pub(super) fn retry(&mut self, ctx: &mut Ctx<'_>) {
        // A campaign may be ordered while a request is under way.
        if self.call.is_some() {
            return;
        }
        match (self.phase, self.round) {
            (Phase::Acquiring, _) => self.try_once(ctx),
            (Phase::Renewing, None) => self.begin_round(ctx),
            (Phase::Renewing, Some(_)) => {
                self.ticks += 1;
                self.try_once(ctx);
            }
            (Phase::Releasing | Phase::Ended, _) => {}
        }
    }

    /// Renewing, or releasing, has taken too long: nothing is waited for any more.
    pub(super) fn deadline(&mut self, ctx: &mut Ctx<'_>) {
        if self.call.is_some() && mutants::waits_for_ever(ctx) {
            return;
        }
        match self.phase {
            Phase::Renewing => self.stop(ctx),
            Phase::Releasing => self.end(ctx),
            Phase::Acquiring | Phase::Ended => {}
        }
    }

    /// An operator stops the process, and its workers with it.
    pub(super) fn cancel(&mut self, ctx: &mut Ctx<'_>) {
        if self.phase == Phase::Renewing {
            self.leads = false;
            self.stop(ctx);
        }
    }

    /// The renew loop has ended.
    fn stop(&mut self, ctx: &mut Ctx<'_>) {
        self.drop_call(ctx);
        self.round = None;
        ctx.disarm(Timer::Retry);
        if ctx.config().release_on_cancel {
            self.phase = Phase::Releasing;
            ctx.arm(Timer::Deadline, ctx.config().renew_deadline);
            self.get(Step::Fetch, ctx);
        } else {
            self.end(ctx);
        }
    }

    /// `tryRelease`, with the record that it has just read.
    fn release(&mut self, fetched: Record, ctx: &mut Ctx<'_>) {
        if !mutants::may_release(self, &fetched, ctx) {
            return self.end(ctx);
        }
        let renewed = ctx.wall().0 / LEASE_SECOND.0;
        self.call(Step::Release, false, ctx, |elector, asked, ctx| Ask::Release {
            asked,
            expected: elector.version,
            transitions: fetched.transitions,
            renewed,
            own: elector.own_record(elector.reign, ctx).grant().expect("it names its holder"),
        });
    }

    /// `Run` returns, and with it, if the workers are told, the process.
    fn end(&mut self, ctx: &mut Ctx<'_>) {
        self.drop_call(ctx);
        ctx.disarm(Timer::Deadline);
        if self.leads && !mutants::tells_the_workers(ctx) {
            self.phase = Phase::Ended;
            return;
        }
        let was_told = !self.leads;
        self.leads = false;
        self.phase = Phase::Acquiring;
        self.me.process = ctx.now().0;
        (self.observed, self.raw) = (None, None);
        if was_told {
            ctx.arm(Timer::Retry, BACK_OFF);
        } else {
            self.try_once(ctx);
        }
    }
}
