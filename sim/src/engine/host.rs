//! A service as the engine keeps it, and the steps that it takes. What travels between it and the members: [`super::ask`].

use std::collections::VecDeque;

use crate::algorithm::{Algorithm, Authority, Encode, NodeId, ServiceAsk, ServiceConfig, ServiceMutant};
use crate::engine::ask::Passage;
use crate::engine::clock::Clock;
use crate::engine::job::Job;
use crate::engine::node::Power;
use crate::engine::{Engine, tag};
use crate::observer::{Happening, NodeEvent};
use crate::random::{Purpose, Stream};
use crate::ratio::Ratio;
use crate::service::{Desk, Effects, Grant, Service};
use crate::time::{LocalTime, Span, Time};

type Durable<A> = <<A as Algorithm>::Service as Service>::Durable;
type Timer<A> = <<A as Algorithm>::Service as Service>::Timer;

/// An armed timer of a service. The queue holds its stamp, and nothing happens when a stamp comes that is no longer armed.
struct Armed<T> {
    timer: T,
    local: LocalTime,
    stamp: u32,
}

pub struct Host<A: Algorithm> {
    pub id: NodeId,
    pub name: &'static str,
    pub power: Power,
    /// It answers nobody until then, and does nothing.
    pub out_until: Time,
    pub paused_until: Time,
    pub clock: Clock,
    pub clock_stands: bool,
    config: ServiceConfig<A>,
    pub mutant: Option<ServiceMutant<A>>,
    durable: Durable<A>,
    mind: Option<A::Service>,
    noise: Stream,
    incarnation: u32,
    timers: Vec<Armed<Timer<A>>>,
    stamp: u32,
    /// By member: which incarnation asked last.
    pub heard: Vec<u32>,
    /// By member: the last thing that is on its way to the service, and from it.
    pub inbound: Vec<Passage>,
    pub outbound: Vec<Passage>,
    /// How often it crashed or went out of service, and when it last did: its connections were over then.
    pub breaks: u32,
    pub broke_at: Time,
    /// What reached the machine while the process stood still.
    pub inbox: VecDeque<(NodeId, u32, ServiceAsk<A>)>,
    pub grant: Option<Grant>,
    /// What it had on record when it crashed, until it starts again: whether it still has it is seen then.
    left: Option<Grant>,
    effects: Effects<A::Service>,
}

impl<A: Algorithm> Host<A> {
    pub fn new(id: NodeId, name: &'static str, config: ServiceConfig<A>, members: u16, seed: u64) -> Host<A> {
        let members = usize::from(members);
        Host {
            id,
            name,
            power: Power::Down,
            out_until: Time::ZERO,
            paused_until: Time::ZERO,
            clock: Clock::new(id, Ratio::ONE, 0),
            clock_stands: false,
            config,
            mutant: None,
            durable: Durable::<A>::default(),
            mind: None,
            noise: Stream::new(seed, Purpose::Node { node: id.0, incarnation: 0 }),
            incarnation: 0,
            timers: Vec::new(),
            stamp: 0,
            heard: vec![0; members],
            inbound: vec![Passage::NONE; members],
            outbound: vec![Passage::NONE; members],
            breaks: 0,
            broke_at: Time::ZERO,
            inbox: VecDeque::new(),
            grant: None,
            left: None,
            effects: Effects::default(),
        }
    }

    /// All its connections are over.
    fn break_off(&mut self, now: Time) {
        self.breaks += 1;
        self.broke_at = now;
        self.inbound.fill(Passage::NONE);
        self.outbound.fill(Passage::NONE);
    }

    /// It takes what arrives, and acts on its timers.
    pub fn works(&self, now: Time) -> bool {
        self.power == Power::Running && self.out_until <= now
    }

    /// Until when, truly, this is the holder's by the service's record.
    pub fn granted_until(&self, now: Time, grant: &Grant) -> Time {
        match grant.until {
            Authority::None => now,
            Authority::UntilItSays => Time::NEVER,
            Authority::Until(local) => self.clock.when_local(now, local),
            Authority::UntilWall(wall) => self.clock.when_wall(now, wall),
        }
    }
}

/// On whose account a service takes a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// A member asked; perhaps to release the grant of this id.
    Asked { by: NodeId, releases: Option<u64> },
    /// A time-out of its own: its rule.
    OwnRule,
    /// It started again, or another replica leads it: what it had on record may be lost.
    Replaced,
}

impl<A: Algorithm> Engine<'_, A> {
    /// Which service this part of the cluster is.
    pub(super) fn service_of(&self, part: usize) -> Option<usize> {
        part.checked_sub(self.nodes.len() + super::build::PARTS.len()).filter(|&s| s < self.hosts.len())
    }

    /// False: it was up.
    pub(super) fn start_service(&mut self, s: usize) -> bool {
        if self.hosts[s].power != Power::Down {
            return false;
        }
        self.hosts[s].power = Power::Running;
        self.hosts[s].left = None;
        self.tell_node(self.hosts[s].id.index(), NodeEvent::Restarted);
        self.step_service(s, Prompt::Replaced, |mind, desk| *mind = Some(A::Service::start(desk)));
        true
    }

    /// False: it was down.
    pub(super) fn crash_service(&mut self, s: usize, wipe: bool) -> bool {
        let now = self.wire.now;
        let host = &mut self.hosts[s];
        if wipe {
            host.durable = Durable::<A>::default();
            host.left = None;
            self.wire.broken.wiped = true;
        }
        if host.power == Power::Down {
            return wipe;
        }
        host.power = Power::Down;
        host.left = if wipe { None } else { host.grant };
        host.mind = None;
        host.break_off(now);
        host.timers.clear();
        host.inbox.clear();
        host.incarnation += 1;
        host.noise.turn_to(Purpose::Node { node: host.id.0, incarnation: host.incarnation });
        if std::mem::take(&mut host.clock_stands) {
            host.clock.stop(now, false);
        }
        // What it had on record stands until it starts again: nobody can be granted anything meanwhile, and whether it has forgotten
        // shows then.
        self.tell_node(self.hosts[s].id.index(), if wipe { NodeEvent::Wiped } else { NodeEvent::Crashed });
        true
    }

    /// The process stands still; on a suspended machine the monotonic clock may too. False: nothing changed by it.
    pub(super) fn pause_service(&mut self, s: usize, lasting: Option<Span>, clock_stops: bool, suspended: bool) -> bool {
        let now = self.wire.now;
        let host = &mut self.hosts[s];
        let until = lasting.map_or(Time::NEVER, |lasting| now + lasting);
        if host.power == Power::Down || (host.power == Power::Paused && until <= host.paused_until) {
            return false;
        }
        host.power = Power::Paused;
        host.paused_until = until;
        if clock_stops && !host.clock_stands {
            host.clock.stop(now, true);
            host.clock_stands = true;
            self.wire.broken.clocks = true;
        }
        self.wire.broken.paused = true;
        if lasting.is_some() {
            self.wire.queue.schedule(until, Job::Resume(self.hosts[s].id));
        }
        self.tell_node(self.hosts[s].id.index(), if suspended { NodeEvent::Suspended } else { NodeEvent::Paused });
        true
    }

    /// False: it did not stand still.
    pub(super) fn resume_service(&mut self, s: usize) -> bool {
        let now = self.wire.now;
        let host = &mut self.hosts[s];
        if host.power != Power::Paused {
            return false;
        }
        host.power = Power::Running;
        if std::mem::take(&mut host.clock_stands) {
            host.clock.stop(now, false);
        }
        self.tell_node(self.hosts[s].id.index(), NodeEvent::Resumed);
        // Time-outs that are overdue come first, then what the buffers hold.
        self.rearm_service(s);
        while let Some((from, incarnation, ask)) = self.hosts[s].inbox.pop_front() {
            self.wire.queue.schedule(now, Job::Ask { from, incarnation, left: now, service: s, ask });
        }
        true
    }

    /// It answers nobody for a while.
    pub(super) fn outage(&mut self, s: usize, lasting: Span) -> bool {
        let until = self.wire.now + lasting;
        let host = &mut self.hosts[s];
        if host.power == Power::Down || until <= host.out_until {
            return false;
        }
        host.out_until = until;
        host.break_off(self.wire.now);
        self.wire.broken.links = true;
        self.wire.queue.schedule(until, Job::OutageOver(s));
        self.tell_node(self.hosts[s].id.index(), NodeEvent::OutOfService);
        true
    }

    pub(super) fn outage_over(&mut self, s: usize) {
        if self.hosts[s].out_until == self.wire.now && self.hosts[s].power != Power::Down {
            self.tell_node(self.hosts[s].id.index(), NodeEvent::BackInService);
            self.rearm_service(s);
        }
        self.world_changed();
    }

    /// False: it has no process that could be led.
    pub(super) fn change_service_leader(&mut self, s: usize) -> bool {
        if self.hosts[s].power == Power::Down {
            return false;
        }
        self.tell_node(self.hosts[s].id.index(), NodeEvent::LeaderChanged);
        self.step_service(s, Prompt::Replaced, |mind, desk| {
            if let Some(mind) = mind {
                mind.on_leader_change(desk);
            }
        });
        true
    }

    pub(super) fn set_service_clock(&mut self, s: usize, rate: Ratio) {
        self.hosts[s].clock.set_rate(self.wire.now, rate);
        self.rearm_service(s);
        self.tell_node(self.hosts[s].id.index(), NodeEvent::ClockChanged);
    }

    pub(super) fn jump_service_clock(&mut self, s: usize, by: i64) {
        self.hosts[s].clock.jump(self.wire.now, by);
        self.wire.broken.walls = true;
        self.tell_node(self.hosts[s].id.index(), NodeEvent::ClockChanged);
    }

    /// Maps every armed timer to true time again, in the order in which they are due.
    fn rearm_service(&mut self, s: usize) {
        let now = self.wire.now;
        let host = &mut self.hosts[s];
        host.timers.sort_by_key(|armed| (armed.local, armed.stamp));
        for armed in &mut host.timers {
            host.stamp += 1;
            armed.stamp = host.stamp;
            let at = host.clock.when_local(now, armed.local);
            self.wire.queue.schedule(at, Job::ServiceTimer { service: s, stamp: armed.stamp });
        }
    }

    /// A timer of a service is due, if it is armed still and the service works. One that it sleeps over comes when it works again.
    pub(super) fn service_timer(&mut self, s: usize, stamp: u32) {
        let host = &mut self.hosts[s];
        if !host.works(self.wire.now) {
            return;
        }
        let Some(place) = host.timers.iter().position(|armed| armed.stamp == stamp) else { return };
        let timer = host.timers.swap_remove(place).timer;
        let id = host.id;
        self.wire.counters.timers += 1;
        if self.wire.fingerprint {
            self.wire.encoder.words([self.wire.now.0, tag::TIMER | u64::from(id.0)]);
            timer.encode(&mut self.wire.encoder);
        }
        self.tell(&Happening::TimerFired { node: id, timer: &timer });
        self.step_service(s, Prompt::OwnRule, |mind, desk| {
            if let Some(mind) = mind {
                mind.on_timer(timer, desk);
            }
        });
    }

    /// Lets a service do one thing: its timers are armed, its answers leave, and its record is looked at.
    pub(super) fn step_service(
        &mut self,
        s: usize,
        prompt: Prompt,
        act: impl FnOnce(&mut Option<A::Service>, &mut Desk<'_, A::Service>),
    ) {
        let now = self.wire.now;
        let host = &mut self.hosts[s];
        let mut desk = Desk {
            id: host.id,
            members: self.nodes.len() as u16,
            now: host.clock.local(now),
            wall: host.clock.wall(now),
            config: &host.config,
            mutant: host.mutant,
            durable: &mut host.durable,
            noise: &mut host.noise,
            effects: &mut host.effects,
        };
        act(&mut host.mind, &mut desk);
        let grant = host.mind.as_ref().and_then(|mind| mind.grant(&host.durable));
        let mut effects = std::mem::take(&mut host.effects);
        for (timer, after) in effects.timers.drain(..) {
            self.arm_service(s, timer, after);
        }
        self.record_grant(s, grant, prompt);
        for (to, answer) in effects.answers.drain(..) {
            self.answer_departs(s, to, answer);
        }
        self.hosts[s].effects = effects;
    }

    fn arm_service(&mut self, s: usize, timer: Timer<A>, after: Option<Span>) {
        let now = self.wire.now;
        let host = &mut self.hosts[s];
        host.timers.retain(|armed| armed.timer != timer);
        if let Some(after) = after {
            host.stamp += 1;
            let local = host.clock.local(now) + after;
            host.timers.push(Armed { timer, local, stamp: host.stamp });
            let at = host.clock.when_local(now, local);
            self.wire.queue.schedule(at, Job::ServiceTimer { service: s, stamp: host.stamp });
        }
    }

    /// What the service has on record now, against what it had before.
    fn record_grant(&mut self, s: usize, is: Option<Grant>, prompt: Prompt) {
        let now = self.wire.now;
        let host = &mut self.hosts[s];
        let was = std::mem::replace(&mut host.grant, is);
        let releases = matches!(prompt, Prompt::Asked { releases: Some(_), .. });
        if !releases && was.map(|grant| grant.id) == is.map(|grant| grant.id) {
            // Confirmed, or still nobody's.
            return;
        }
        if self.wire.audit.on && (was.is_some() || is.is_some()) {
            let until = was.map_or(now, |was| host.granted_until(now, &was));
            self.wire.audit.recorded(now, s, (was, until), is, prompt);
        }
        if let Some(is) = is.filter(|is| was.is_none_or(|was| was.id != is.id)) {
            if let Some(token) = is.token {
                self.token_granted(is.holder, token);
            }
            let host = &self.hosts[s];
            self.tell(&Happening::Granted { service: host.id, name: host.name, grant: is });
        }
    }

    /// A member's deadline was set or moved: is it within what a majority of the services have on record?
    pub(super) fn contain(&mut self, i: usize, until: Time) {
        if !self.wire.audit.on || self.hosts.is_empty() || until == Time::NEVER {
            return;
        }
        let now = self.wire.now;
        let node = NodeId(i as u16);
        let needed = self.hosts.len() / 2 + 1;
        let enough = |bound: Time| {
            let holds = |g: Grant, host: &Host<A>| g.holder == node && host.granted_until(now, &g) >= bound;
            let granted = |host: &&Host<A>| host.grant.or(host.left).is_some_and(|grant| holds(grant, host));
            self.hosts.iter().filter(granted).count() >= needed
        };
        let contained = enough(until);
        self.wire.audit.deadline_set(now, node, until, contained);
    }
}
