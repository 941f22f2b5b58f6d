//! The session that is kept alive, and the campaign under it.

use sim::{Context, LocalTime, Span};

use super::config::Stops;
use super::{DONE_LOOP, EtcdSession, RETRY, Session, Step, Timer, mutants};
use crate::lock_service::{Ask, Revision};

type Ctx<'a> = Context<'a, EtcdSession>;

fn ask(ask: Ask, ctx: &mut Ctx<'_>) {
    let service = ctx.services().next().expect("etcd");
    ctx.ask(service, ask);
}

impl EtcdSession {
    /// A new session, and a campaign from its start.
    pub(super) fn open(&mut self, ctx: &mut Ctx<'_>) {
        for timer in [Timer::KeepAlive, Timer::Deadline, Timer::Hold] {
            ctx.disarm(timer);
        }
        self.session = None;
        self.go_to(Step::Opening, ctx);
    }

    /// The next step of the campaign, with its question.
    fn go_to(&mut self, step: Step, ctx: &mut Ctx<'_>) {
        self.step = step;
        self.asked = (self.asked + 1).max(ctx.now().0);
        ctx.disarm(Timer::Question);
        self.put_question(ctx);
    }

    fn put_question(&mut self, ctx: &mut Ctx<'_>) {
        let (asked, key) = (self.asked, self.key);
        let session = self.session.map_or(0, |session| session.id);
        let question = match self.step {
            // Each time it is asked it opens another session: the time of each counts from its own question.
            Step::Opening => Ask::Open { asked: ctx.now().0, ttl: ctx.config().ttl },
            Step::Creating => Ask::Create { asked, session, tag: 0, once: true },
            Step::Looking => Ask::Before { asked, key },
            Step::Waiting(key) => Ask::Watch { asked, key },
            Step::Checking => Ask::Get { asked, key },
            Step::Resigning => Ask::Delete { asked, key },
            Step::Idle | Step::Elected => return,
        };
        ask(question, ctx);
        // A watch is answered when it is over; that its notice was lost shows only when it is asked for again.
        let patience = if matches!(self.step, Step::Waiting(_)) { ctx.config().ttl.fraction(1, 3) } else { RETRY };
        ctx.arm(Timer::Question, patience);
    }

    /// No answer has come; or a campaign is ordered of one that does not campaign.
    pub(super) fn ask_again(&mut self, ctx: &mut Ctx<'_>) {
        if self.step == Step::Idle {
            self.open(ctx);
        } else if self.asked != ctx.now().0 {
            self.put_question(ctx);
        }
    }

    pub(super) fn on_session(&mut self, sent: LocalTime, id: u64, ttl: Span, ctx: &mut Ctx<'_>) {
        let deadline = mutants::deadline(sent, ttl, ctx);
        match &mut self.session {
            Some(session) if session.id == id => session.deadline = session.deadline.max(deadline),
            None if self.step == Step::Opening => {
                self.session = Some(Session { id, opened: ctx.now(), deadline, dead: false });
                self.go_to(Step::Creating, ctx);
            }
            // Opened by a question that was asked twice: it ends by itself.
            _ => return,
        }
        ctx.arm(Timer::KeepAlive, ttl.fraction(1, 3));
        self.arm_deadline(ctx);
    }

    /// When this member will find its session over.
    fn arm_deadline(&mut self, ctx: &mut Ctx<'_>) {
        let Some(session) = self.session else { return };
        let left = session.deadline.since(ctx.now());
        let left = match ctx.config().stops {
            Stops::AtDeadline => left,
            Stops::WhenDone => {
                let lasted = session.deadline.since(session.opened);
                left + (Span(lasted.0.next_multiple_of(DONE_LOOP.0)) - lasted)
            }
            Stops::Never => return,
        };
        ctx.arm(Timer::Deadline, left);
    }

    pub(super) fn keep_alive(&mut self, ctx: &mut Ctx<'_>) {
        let Some(session) = self.session.filter(|session| !session.dead) else { return };
        ask(Ask::KeepAlive { asked: ctx.now().0, session: session.id }, ctx);
        ctx.arm(Timer::KeepAlive, RETRY);
    }

    /// By its own clock.
    pub(super) fn time_is_over(&mut self, ctx: &mut Ctx<'_>) {
        self.session_is_over(ctx);
    }

    /// By the service.
    pub(super) fn on_no_session(&mut self, id: u64, ctx: &mut Ctx<'_>) {
        if self.session.is_some_and(|session| session.id == id) {
            self.session_is_over(ctx);
        }
    }

    fn session_is_over(&mut self, ctx: &mut Ctx<'_>) {
        let minds = match self.step {
            Step::Elected => ctx.config().stops != Stops::Never,
            // Without a session there is no key to wait with.
            Step::Creating | Step::Resigning => true,
            _ => mutants::minds_its_session(ctx),
        };
        if minds {
            self.open(ctx);
        } else if let Some(session) = &mut self.session {
            session.dead = true;
            ctx.disarm(Timer::KeepAlive);
        }
    }

    /// A key that was asked for, or that there is none.
    pub(super) fn on_key(&mut self, asked: u64, key: Option<Revision>, ctx: &mut Ctx<'_>) {
        if asked != self.asked {
            return;
        }
        match (self.step, key) {
            (Step::Creating, Some(key)) => {
                self.key = key;
                self.go_to(Step::Looking, ctx);
            }
            (Step::Looking, Some(before)) => self.go_to(Step::Waiting(before), ctx),
            (Step::Looking, None) if ctx.config().recheck => self.go_to(Step::Checking, ctx),
            (Step::Looking, None) | (Step::Checking, Some(_)) => self.elected(ctx),
            (Step::Checking, None) => self.open(ctx),
            _ => {}
        }
    }

    /// A key that was waited for is no more.
    pub(super) fn on_gone(&mut self, key: Revision, ctx: &mut Ctx<'_>) {
        if self.step == Step::Waiting(key) {
            self.go_to(Step::Looking, ctx);
        }
    }

    fn elected(&mut self, ctx: &mut Ctx<'_>) {
        self.go_to(Step::Elected, ctx);
        if let Some(session) = &mut self.session {
            session.deadline = mutants::good_until(session.deadline, ctx);
        }
        self.arm_deadline(ctx);
        let hold = ctx.config().hold;
        if hold > Span::ZERO {
            ctx.arm(Timer::Hold, hold);
        }
    }

    /// `Election.Resign`; the session lives on.
    pub(super) fn resign(&mut self, ctx: &mut Ctx<'_>) {
        if self.step == Step::Elected {
            ctx.disarm(Timer::Hold);
            self.go_to(Step::Resigning, ctx);
        }
    }

    pub(super) fn on_done(&mut self, asked: u64, ctx: &mut Ctx<'_>) {
        if asked == self.asked && self.step == Step::Resigning {
            self.go_to(Step::Creating, ctx);
        }
    }

    /// `Mutex.Unlock`: the session is closed, and the next lock has another.
    pub(super) fn give_back(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(session) = self.session.filter(|_| self.step == Step::Elected) {
            ask(Ask::Close { asked: ctx.now().0, session: session.id, own: self.key }, ctx);
            self.open(ctx);
        }
    }
}
