//! The engine: takes what is next, lets one member take one step, and looks at what it shows.
//!
//! Single-threaded; the order of events is (time, sequence number) and nothing else. It is monomorphised over the
//! algorithm; all that is rare stands in cold functions beside the loop.

mod ask;
mod build;
mod client;
mod clock;
mod disk;
mod errand;
mod faults;
mod finish;
mod hiccup;
mod host;
mod job;
mod keys;
mod link;
mod measure;
mod node;
mod own;
mod queue;
mod read;
mod reign;
mod resource;
mod script;
mod session;
mod singleton;
mod targets;
mod telling;
mod topology;
mod wire;
mod wording;
mod work;

pub(crate) use build::PARTS;
pub(crate) use clock::{Clock, WALL_START};
pub(crate) use errand::{Errand, Reply};
pub(crate) use host::Prompt;
pub(crate) use keys::Key;
pub(crate) use link::Link;
pub(crate) use node::{Held, Node, Power, UNTOUCHED};
pub(crate) use queue::Due;
pub(crate) use wire::Wire;

use crate::algorithm::{Algorithm, Bounds, Encode, NodeId, Observation};
use crate::context::Context;
use crate::invariant::Interest;
use crate::observer::{Dropped, Happening, Observer};
use crate::outcome::Outcome;
use crate::registry::{Options, Settings};
use crate::setup::Setup;
use crate::time::Time;

use client::Errands;
use hiccup::Hiccups;
use host::Host;
use job::Job;
use measure::Measurement;
use node::Arrived;
use own::Own;
use reign::Reigns;
use resource::Resource;
use script::Script;
use topology::Topology;

/// What a word in the fingerprint stands for: the kind of event in its top byte.
mod tag {
    pub const MESSAGE: u64 = 1 << 56;
    pub const TIMER: u64 = 2 << 56;
    pub const FLUSH: u64 = 3 << 56;
    pub const FAULT: u64 = 4 << 56;
    pub const DROP: u64 = 5 << 56;
    pub const WORK: u64 = 6 << 56;
    pub const APPLY: u64 = 7 << 56;
    pub const ANSWER: u64 = 8 << 56;
    pub const NODE: u64 = 9 << 56;
    pub const LINK: u64 = 10 << 56;
}

/// One run in the making.
pub(crate) struct Engine<'o, A: Algorithm> {
    setup: &'o Setup,
    nodes: Vec<Node<A>>,
    /// The volatile states, apart from the nodes so that a step can hold both.
    minds: Vec<Option<A>>,
    /// What is left of those who are down: room on the heap, for when they start again.
    fallen: Vec<Option<A>>,
    /// The services that the algorithm brings along.
    hosts: Vec<Host<A>>,
    wire: Wire<A>,
    observer: Option<&'o mut dyn Observer>,
    /// So many of the checkers' findings have been told to it.
    told: usize,
    topology: Topology,
    script: Script,
    hiccups: Hiccups,
    reigns: Reigns,
    resource: Resource,
    errands: Errands,
    measurement: Measurement,
    /// The algorithm's own invariants.
    own: Vec<Own<A>>,
    bounds: Bounds,
    end: Time,
    /// When a checker or a deadline of authority wants to be looked at.
    alarm: Time,
    stopped: bool,
    /// The earlier of alarm and end, or zero once stopped: up to here the loop goes on without asking which.
    horizon: Time,
    /// As the run is called by.
    named: u64,
    /// Of all streams: the same, but for a salt.
    seed: u64,
    settings: Vec<(String, String)>,
}

/// One run. The settings must be in order.
///
/// # Panics
/// Where [`SessionSettings`](crate::setup::SessionSettings) break their rules: such a run would not end.
pub fn run<'o, A: Algorithm>(setup: &'o Setup, settings: &Settings, seed: u64, options: Options<'o>) -> Outcome {
    setup.session.assert_in_order();
    let mut engine = Engine::<A>::build(setup, settings, seed, options);
    engine.begin();
    engine.turn();
    engine.finish()
}

impl<A: Algorithm> Engine<'_, A> {
    /// The loop. Apart from what comes before and after it, so that those leave its registers alone.
    #[inline(never)]
    fn turn(&mut self) {
        loop {
            let (timer, whose) = self.wire.deadlines.earliest();
            let next = self.wire.queue.next();
            let at = next.min(timer).time();
            if at >= self.horizon {
                if at >= self.end || self.stopped {
                    break;
                }
                self.wake(at);
                continue;
            }
            self.wire.now = at;
            if timer < next {
                self.fire(whose);
            } else {
                match self.wire.queue.pop() {
                    Due::Message(from, to, place) => self.deliver(from, to, place),
                    Due::Letter(letter) => self.letter_arrives(letter),
                    Due::Job(job) => self.work_off(job),
                }
            }
        }
    }

    #[inline(always)]
    fn fire(&mut self, i: usize) {
        let node = &mut self.nodes[i];
        let due = node.next_timer();
        let place = node.timers.iter().position(|slot| slot.key == due).expect("a deadline belongs to an armed timer");
        let timer = node.timers.swap_remove(place).timer;
        let next = node.next_timer();
        self.wire.deadlines.set(i, next);
        self.wire.counters.timers += 1;
        if self.wire.fingerprint {
            self.wire.encoder.words([self.wire.now.0, tag::TIMER | i as u64]);
            timer.encode(&mut self.wire.encoder);
        }
        if self.wire.watched {
            self.wire.left_before = self.wire.counters.sent;
            self.tell(&Happening::TimerFired { node: NodeId(i as u16), timer: &timer });
        }
        self.take_step(i, |mind, ctx| mind.on_timer(timer, ctx));
    }

    /// The message that lies there arrives.
    #[inline(always)]
    fn deliver(&mut self, from: NodeId, to: NodeId, place: u32) {
        if self.wire.any_cut && from != to && self.wire.link(from, to).cut {
            let message = self.wire.queue.take(place).expect("a message arrives");
            self.lose(from, to, message, Dropped::CutOnArrival);
            return;
        }
        self.hand_over(from, to, place);
    }

    /// The message that lies there has reached the machine that it was sent to.
    #[inline(always)]
    fn hand_over(&mut self, from: NodeId, to: NodeId, place: u32) {
        let i = to.index();
        if self.nodes[i].power != Power::Running {
            self.nobody_home(from, to, place);
            return;
        }
        // What a node tells itself never was on the network.
        self.wire.counters.delivered += u64::from(from != to);
        if self.wire.attended {
            let message = self.wire.queue.lying(place);
            if self.wire.fingerprint {
                self.wire.encoder.words([self.wire.now.0, tag::MESSAGE | u64::from(from.0) << 16 | i as u64]);
                message.encode(&mut self.wire.encoder);
            }
            if self.wire.audit.on
                && let Some(epoch) = A::asks_vote(message)
            {
                self.wire.audit.asked_vote(self.wire.now, to, from, epoch);
            }
            if self.wire.watched {
                self.wire.left_before = self.wire.counters.sent;
                self.tell_delivery(from, to, place);
            }
        }
        let node = &mut self.nodes[i];
        let mind = self.minds[i].as_mut().expect("a member that runs has a mind");
        let changed = react(mind, from, place, &mut Context { node, wire: &mut self.wire });
        self.settle(i, changed);
    }

    #[inline(never)]
    fn nobody_home(&mut self, from: NodeId, to: NodeId, place: u32) {
        let message = self.wire.queue.take(place).expect("a message arrives");
        if self.nodes[to.index()].power == Power::Paused {
            self.nodes[to.index()].inbox.push(Arrived::Message { from, message });
        } else {
            self.lose(from, to, message, Dropped::ReceiverDown);
        }
    }

    #[inline(never)]
    fn lose(&mut self, from: NodeId, to: NodeId, message: A::Message, why: Dropped) {
        self.wire.lose(from, to, message, why);
        self.tell_sent();
    }

    /// A step that is not one of the many.
    fn step(&mut self, i: usize, act: impl FnOnce(&mut A, &mut Context<'_, A>)) {
        self.wire.left_before = self.wire.counters.sent;
        self.take_step(i, act);
    }

    /// Lets a member do one thing, and looks at what it shows afterwards.
    #[inline(always)]
    pub(super) fn take_step(&mut self, i: usize, act: impl FnOnce(&mut A, &mut Context<'_, A>)) {
        let node = &mut self.nodes[i];
        let mind = self.minds[i].as_mut().expect("a member that runs has a mind");
        act(mind, &mut Context { node, wire: &mut self.wire });
        let changed = look(mind, node);
        self.settle(i, changed);
    }

    #[inline(always)]
    fn settle(&mut self, i: usize, changed: Option<Observation>) {
        if self.wire.notes {
            self.settle_notes(i, changed);
        } else if let Some(is) = changed {
            self.observed(i, is);
        }
    }

    /// The rare end of a step: it wrote into the log, acted, acknowledged, reset a session, or somebody watches.
    #[inline(never)]
    fn settle_notes(&mut self, i: usize, changed: Option<Observation>) {
        self.wire.notes = false;
        self.audit_log(i);
        if std::mem::take(&mut self.wire.wrote) {
            let was = self.nodes[i].seen;
            self.ask_own(Interest::Wrote, i, &was);
        }
        self.tell_sent();
        if let Some(is) = changed {
            self.observed(i, is);
        }
        self.send_asks(i);
        self.take_acts(i);
        self.take_acknowledgements(i);
        while let Some(peer) = self.wire.resets.pop() {
            self.reset_session(NodeId(i as u16), peer);
        }
    }

    fn audit_log(&mut self, i: usize) {
        let node = &mut self.nodes[i];
        let from = std::mem::replace(&mut node.rewritten, UNTOUCHED);
        if from != UNTOUCHED && self.wire.audit.on {
            self.wire.audit.wrote(self.wire.now, node.id, from, A::history(&node.image), &node.seen);
        }
    }

    #[inline(never)]
    fn work_off(&mut self, job: Job<A>) {
        match job {
            Job::Start(node) => {
                self.start(node.index());
                self.world_changed();
            }
            Job::Campaign(node) => self.campaign(node.index()),
            Job::Script(event) => self.script_due(event),
            Job::Retry(stamp) => self.retry(stamp),
            Job::GiveUp(stamp) => self.give_up(stamp),
            Job::Hiccup(node) => self.hiccup(node.index()),
            Job::Resume(node) => self.resume_if_over(node.index()),
            Job::Restore(number) => self.restore_links(number),
            Job::Flap(number) => self.flap(number),
            Job::DiskRight(node, number) => self.disk_right(node.index(), number),
            Job::Flushed(node, incarnation) => self.flushed(node.index(), incarnation),
            Job::HandOver { from, to, message } => {
                let place = self.wire.queue.lay(from, to, message);
                self.hand_over(from, to, place);
            }
            Job::Work(node, tenure) => self.hand_out_work(node.index(), tenure),
            Job::Thought(errand) => self.thought(errand),
            Job::Apply(errand) => self.apply(errand),
            Job::Answer(errand, reply) => self.answered(errand, reply),
            Job::Singleton(node, number) => self.job_is_due(node.index(), number),
            Job::Ask { from, incarnation, left, service, ask } => self.ask_arrives(from, incarnation, left, service, ask),
            Job::ServiceAnswer { service, to, incarnation, breaks, left, answer } => {
                self.answer_arrives(service, to, (incarnation, breaks, left), answer);
            }
            Job::HearLate { service, to, incarnation, answer } => self.hear_late(service, to, incarnation, answer),
            Job::ServiceTimer { service, stamp } => self.service_timer(service, stamp),
            Job::OutageOver(service) => self.outage_over(service),
            Job::Session(job) => self.session_job(job),
        }
    }

    /// An alarm rings, before anything else happens at that time.
    #[inline(never)]
    fn wake(&mut self, at: Time) {
        self.wire.now = self.alarm.min(at);
        self.expire_authority();
        if self.wire.audit.on && self.wire.audit.alarm() <= self.wire.now {
            self.wire.audit.wake(self.wire.now);
        }
        self.set_alarm();
    }

    fn set_alarm(&mut self) {
        let audit = if self.wire.audit.on { self.wire.audit.alarm() } else { Time::NEVER };
        self.alarm = audit.min(self.reigns.next_expiry());
        self.set_horizon();
    }

    fn set_horizon(&mut self) {
        self.horizon = if self.stopped { Time::ZERO } else { self.alarm.min(self.end) };
    }
}

/// One message, handled from where it lies; and what the member shows afterwards, if that is new.
#[inline(never)]
fn react<A: Algorithm>(mind: &mut A, from: NodeId, place: u32, ctx: &mut Context<'_, A>) -> Option<Observation> {
    if let Some(message) = ctx.wire.queue.take(place) {
        mind.on_message(from, message, ctx);
    }
    look(mind, ctx.node)
}

/// What a member shows, if it is not what it showed last.
#[inline(always)]
fn look<A: Algorithm>(mind: &A, node: &Node<A>) -> Option<Observation> {
    let is = mind.observe(&node.image);
    is.differs(&node.seen).then_some(is)
}
