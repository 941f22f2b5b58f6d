//! The client's side of a session: how it keeps it, loses contact, finds contact again, and learns that it is over.

use sim::{Context, LocalTime, NodeId, Span};

use super::{Phase, Session, Timer, ZookeeperRecipe, mutants};
use crate::lock_service::Ask;

/// Before it tries the next server a client sleeps for up to so long (`ClientCnxn`).
pub(super) const LONGEST_SLEEP: Span = Span::secs(1);
/// Whatever the session: a ping is sent at least so often (`ClientCnxn`).
const LONGEST_PING_INTERVAL: Span = Span::secs(10);
/// How many servers a client knows; one after the other must be tried within a session.
const SERVERS: u64 = 3;

/// Half the read timeout.
pub(super) fn ping_interval(timeout: Span) -> Span {
    timeout.fraction(1, 3).min(LONGEST_PING_INTERVAL)
}

/// How long one server may take to answer whoever connects.
pub(super) fn connect_timeout(timeout: Span) -> Span {
    timeout.fraction(1, SERVERS)
}

impl ZookeeperRecipe {
    pub(super) fn service(ctx: &Context<'_, Self>) -> NodeId {
        ctx.services().next().expect("it brings one along")
    }

    /// Tries a server: for a new session, or for the one that it has.
    pub(super) fn connect(&mut self, ctx: &mut Context<'_, Self>) {
        self.since = ctx.now();
        let asked = ctx.now().0;
        let (ask, timeout) = match self.session {
            None => (Ask::Open { asked, ttl: ctx.config().session_timeout }, ctx.config().granted()),
            Some(session) => (Ask::KeepAlive { asked, session: session.id }, session.timeout),
        };
        ctx.ask(Self::service(ctx), ask);
        let sleep = ctx.between(Span::ZERO, LONGEST_SLEEP);
        ctx.arm(Timer::Connect, connect_timeout(timeout) + sleep);
    }

    /// The service has a session on record, or has prolonged it.
    pub(super) fn on_session(&mut self, asked: u64, session: Session, ctx: &mut Context<'_, Self>) {
        let asked = LocalTime(asked);
        // An answer that comes over a connection that was given up, or of a session that was.
        if asked < self.since || self.session.is_some_and(|own| own.id != session.id) {
            return;
        }
        let from = mutants::deadline_counts_from(asked, ctx);
        let until = from + mutants::patience(session.timeout, ctx);
        if until <= ctx.now() {
            return;
        }
        self.session = Some(session);
        self.deadline = self.deadline.max(until);
        ctx.arm(Timer::Disconnect, self.deadline.since(ctx.now()));
        if !self.connected {
            self.connected = true;
            ctx.disarm(Timer::Connect);
            ctx.disarm(Timer::GiveUp);
            ctx.arm(Timer::Ping, ping_interval(session.timeout));
            if !self.leads() {
                self.enter(ctx);
            }
        } else if matches!(self.phase, Phase::Creating { asked: a } | Phase::Listing { asked: a } if a < asked.0) {
            // Answers come in the order of their questions: that one is lost.
            self.enter(ctx);
        }
    }

    /// Says that it is still there, and looks after what it watches.
    pub(super) fn ping(&mut self, ctx: &mut Context<'_, Self>) {
        let Some(session) = self.session else { return };
        ctx.ask(Self::service(ctx), Ask::KeepAlive { asked: ctx.now().0, session: session.id });
        ctx.arm(Timer::Ping, ping_interval(session.timeout));
        if let Phase::Waiting { watched } = self.phase {
            self.watch(watched, ctx);
        }
    }

    /// Disconnected (Curator: SUSPENDED): nothing has been answered for the read timeout.
    pub(super) fn disconnected(&mut self, ctx: &mut Context<'_, Self>) {
        self.connected = false;
        ctx.disarm(Timer::Ping);
        if !(self.leads() && self.by_flag) {
            self.phase = Phase::Out;
        }
        let sleep = ctx.between(Span::ZERO, LONGEST_SLEEP);
        ctx.arm(Timer::Connect, sleep);
        if let Some(session) = self.session
            && let Some(patience) = ctx.config().gives_up_after(session.timeout)
        {
            ctx.arm(Timer::GiveUp, patience);
        }
    }

    /// Expired, as the service says; or given up (Curator: LOST).
    pub(super) fn session_is_over(&mut self, ctx: &mut Context<'_, Self>) {
        self.session = None;
        self.connected = false;
        self.phase = Phase::Out;
        self.deadline = ctx.now();
        for timer in [Timer::Ping, Timer::Disconnect, Timer::GiveUp] {
            ctx.disarm(timer);
        }
        self.connect(ctx);
    }
}
