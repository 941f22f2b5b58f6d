//! Runs the fault script: when an event is due, whom it means, and what becomes of one that finds no target.

use std::rc::Rc;

use crate::algorithm::{Algorithm, NodeId};
use crate::engine::Engine;
use crate::engine::job::Job;
use crate::fault::{Fault, Moment, ScriptEvent, Target, When};
use crate::observer::Happening;
use crate::outcome::NotExercised;
use crate::random::{Purpose, Stream};
use crate::time::{Span, Time};

/// An event that is due and has no target yet.
struct Waiting {
    event: usize,
    stamp: u32,
}

pub struct Script {
    events: Vec<Rc<ScriptEvent>>,
    /// Which events follow which.
    followers: Vec<Vec<usize>>,
    /// When each is due, by seed alone.
    times: Vec<Option<Stream>>,
    /// Whom each draws.
    draws: Vec<Option<Stream>>,
    fired: Vec<u32>,
    waiting: Vec<Waiting>,
    /// Some of those wait for a moment.
    pub armed: bool,
    /// At whose moment an event is being acted out.
    pub there: Option<NodeId>,
    stamp: u32,
    /// Names bound by events, in the order in which they were bound.
    pub bound: Vec<(String, Vec<NodeId>)>,
    /// Nodes meant by the event that is being acted out, first target first.
    pub meant: Vec<NodeId>,
    /// Room for the two sides of a cut.
    pub sides: (Vec<NodeId>, Vec<NodeId>),
    /// Room for pairs: as many as were in force at once.
    pub spare: Vec<Vec<(NodeId, NodeId)>>,
    /// Room for where everyone stands in a partition.
    pub places: Vec<usize>,
    /// Events that came to nothing, and why.
    missed: Vec<(usize, String)>,
    pub parts: Vec<&'static str>,
}

impl Script {
    pub fn new(events: Vec<ScriptEvent>, parts: Vec<&'static str>) -> Script {
        let n = events.len();
        let follows = |event: &ScriptEvent, name: &str| matches!(&event.when, When::After(first, _) if first == name);
        let of = |first: &ScriptEvent| (0..n).filter(|&i| follows(&events[i], &first.name)).collect();
        Script {
            followers: events.iter().map(of).collect(),
            events: events.into_iter().map(Rc::new).collect(),
            times: (0..n).map(|_| None).collect(),
            draws: (0..n).map(|_| None).collect(),
            fired: vec![0; n],
            waiting: Vec::new(),
            armed: false,
            there: None,
            stamp: 0,
            bound: Vec::new(),
            meant: Vec::new(),
            sides: (Vec::new(), Vec::new()),
            spare: Vec::new(),
            places: Vec::new(),
            missed: Vec::new(),
            parts,
        }
    }

    fn draw_time(&mut self, seed: u64, event: usize, delay: &crate::delay::Delay) -> Span {
        self.times[event].get_or_insert_with(|| Stream::new(seed, Purpose::Script { event: event as u32 })).span(delay)
    }

    pub fn draw_below(&mut self, seed: u64, event: usize, bound: usize) -> usize {
        let stream = self.draws[event].get_or_insert_with(|| Stream::new(seed, Purpose::Target { event: event as u32 }));
        stream.below(bound as u64) as usize
    }

    /// Binds whom the event meant to a name.
    fn bind(&mut self, name: &str) {
        match self.bound.iter_mut().find(|(bound, _)| bound == name) {
            Some((_, nodes)) => nodes.clone_from(&self.meant),
            None => self.bound.push((String::from(name), self.meant.clone())),
        }
    }

    /// The event that waits under this stamp, if it still does.
    fn stop_waiting(&mut self, stamp: u32) -> Option<usize> {
        let place = self.waiting.iter().position(|waiting| waiting.stamp == stamp)?;
        let event = self.waiting.remove(place).event;
        self.arm();
        Some(event)
    }

    fn moment_of(&self, event: usize) -> Option<Moment> {
        if let When::Moment(_, moment) = self.events[event].when { Some(moment) } else { None }
    }

    fn arm(&mut self) {
        self.armed = self.waiting.iter().any(|waiting| self.moment_of(waiting.event).is_some());
    }

    fn miss(&mut self, event: usize, why: String) {
        self.missed.push((event, why));
    }
}

impl<A: Algorithm> Engine<'_, A> {
    /// Puts all events with a time of their own into the queue.
    pub(super) fn schedule_script(&mut self) {
        for event in 0..self.script.events.len() {
            if let When::At(delay) | When::Moment(delay, _) = &self.script.events[event].clone().when {
                let at = Time::ZERO + self.script.draw_time(self.seed, event, delay);
                self.wire.queue.schedule(at, Job::Script(event));
            }
        }
    }

    pub(super) fn script_due(&mut self, event: usize) {
        if let Some(place) = self.script.waiting.iter().position(|w| w.event == event) {
            self.script.waiting.remove(place);
            self.script.arm();
            self.script.miss(event, String::from("it was due again before it had found a target"));
        }
        let one = self.script.events[event].clone();
        if let Some(every) = &one.every {
            // At least a microsecond, or an event of no period would stop time.
            let period = Span(self.script.draw_time(self.seed, event, every).0.max(1_000));
            let next = self.wire.now + period;
            if one.until.is_none_or(|until| next <= Time::ZERO + until) {
                self.wire.queue.schedule(next, Job::Script(event));
            }
        }
        if self.script.moment_of(event).is_some() || !self.attempt(event) {
            self.script.stamp += 1;
            let stamp = self.script.stamp;
            let within = one.within.unwrap_or_else(|| crate::algorithm::total(&self.bounds.recovery));
            self.script.waiting.push(Waiting { event, stamp });
            self.script.arm();
            self.wire.queue.schedule(self.wire.now + within, Job::GiveUp(stamp));
        }
    }

    pub(super) fn give_up(&mut self, stamp: u32) {
        if let Some(event) = self.script.stop_waiting(stamp) {
            let within = self.script.events[event].within.unwrap_or_else(|| crate::algorithm::total(&self.bounds.recovery));
            self.script.miss(event, format!("it found no target within {within}"));
        }
    }

    /// A leader is there: what waited for one may go on, but as a later event of the same time, since the step that brought
    /// the leader is not over.
    pub(super) fn leader_found(&mut self) {
        for waiting in &self.script.waiting {
            self.wire.queue.schedule(self.wire.now, Job::Retry(waiting.stamp));
        }
    }

    pub(super) fn retry(&mut self, stamp: u32) {
        let waiting = self.script.waiting.iter().find(|waiting| waiting.stamp == stamp);
        if let Some(event) = waiting.map(|waiting| waiting.event)
            && self.script.moment_of(event).is_none()
            && self.attempt(event)
        {
            self.script.stop_waiting(stamp);
        }
    }

    /// A member comes to such a moment: what waits for one happens before anything else does. To be called only where something is
    /// [armed](Script::armed).
    #[cold]
    pub(super) fn moment(&mut self, moment: Moment, i: usize) {
        let awaited = self.script.waiting.iter().filter(|waiting| self.script.moment_of(waiting.event) == Some(moment));
        for stamp in awaited.map(|waiting| waiting.stamp).collect::<Vec<u32>>() {
            let Some(event) = self.script.waiting.iter().find(|waiting| waiting.stamp == stamp).map(|waiting| waiting.event)
            else {
                continue;
            };
            self.script.there = Some(NodeId(i as u16));
            if self.attempt(event) {
                self.script.stop_waiting(stamp);
            }
            self.script.there = None;
        }
    }

    /// Acts the event out, if all its targets are there.
    fn attempt(&mut self, event: usize) -> bool {
        self.script.meant.clear();
        let one = self.script.events[event].clone();
        self.take_in_acknowledgements();
        let Some(acted) = self.act_out(event, &one.fault) else { return false };
        self.doubt_acknowledgements();
        // "Everybody is up again" is no trouble, and true already if nobody was down.
        let tidying = matches!(&one.fault, Fault::Restart(who) | Fault::Resume(who) if *who == [Target::All]);
        if acted || tidying {
            self.script.fired[event] += 1;
        } else {
            self.script.miss(event, String::from("it changed nothing: whom it meant was like that already"));
        }
        if let Some(name) = &one.bind {
            self.script.bind(name);
        }
        let meant = std::mem::take(&mut self.script.meant);
        self.record_fault(event, &meant);
        if acted {
            self.tell_fault(&one, &meant);
        }
        self.script.meant = meant;
        self.world_changed();
        self.schedule_followers(event);
        true
    }

    fn schedule_followers(&mut self, event: usize) {
        for place in 0..self.script.followers[event].len() {
            let follower = self.script.followers[event][place];
            if let When::After(_, delay) = &self.script.events[follower].clone().when {
                let at = self.wire.now + self.script.draw_time(self.seed, follower, delay);
                self.wire.queue.schedule(at, Job::Script(follower));
            }
        }
    }

    fn tell_fault(&mut self, event: &ScriptEvent, meant: &[NodeId]) {
        if self.observer.is_some() {
            let text =
                super::wording::in_words(&event.fault, meant, &self.script.places, self.nodes.len() as u16, &self.script.parts);
            self.tell(&Happening::Fault { event: &event.name, text: &text });
        }
    }

    /// Whether anything changed by it. `None`: a target is missing, and nothing was done.
    fn act_out(&mut self, event: usize, fault: &Fault) -> Option<bool> {
        match fault {
            Fault::Partition(shape) => self.partition(event, shape)?,
            Fault::Cut { from, to, both } => {
                let pairs = self.pairs(event, from, to, *both)?;
                self.cut(&pairs);
                self.script.spare.push(pairs);
            }
            Fault::Flap { from, to, both, down, up, lasting } => {
                let pairs = self.pairs(event, from, to, *both)?;
                self.begin_flap(event, pairs, down.clone(), up.clone(), *lasting);
            }
            Fault::Degrade { from, to, both, patch, lasting } => {
                let pairs = self.pairs(event, from, to, *both)?;
                self.degrade(pairs, patch.clone(), *lasting);
            }
            Fault::Heal => self.heal(),
            Fault::HealCore(who) => {
                self.each(event, who, |_, _| true)?;
                let core = std::mem::take(&mut self.script.meant);
                self.heal_core(&core);
                self.script.meant = core;
            }
            Fault::Transfer { to } => {
                let leader = self.reigns.leader()?;
                let to = self.one(event, to)?;
                self.transfer(leader, NodeId(to as u16));
            }
            fault => return self.act_out_on_nodes(event, fault),
        }
        Some(true)
    }

    fn act_out_on_nodes(&mut self, event: usize, fault: &Fault) -> Option<bool> {
        match fault {
            Fault::Outage { who, lasting } => {
                self.each(event, who, |engine, i| engine.service_of(i).is_some_and(|s| engine.outage(s, *lasting)))
            }
            Fault::ServiceLeaderChange(who) => {
                self.each(event, who, |engine, i| engine.service_of(i).is_some_and(|s| engine.change_service_leader(s)))
            }
            Fault::Crash(who) => self.each(event, who, |engine, i| engine.crash(i, false)),
            Fault::Wipe(who) => self.each(event, who, |engine, i| engine.crash(i, true)),
            Fault::Restart(who) => self.each(event, who, Self::start),
            Fault::Pause { who, lasting } => self.each(event, who, |engine, i| engine.pause(i, *lasting, None)),
            Fault::Suspend { who, lasting, clock } => self.each(event, who, |engine, i| engine.pause(i, *lasting, Some(*clock))),
            Fault::Resume(who) => self.each(event, who, Self::resume),
            Fault::StallDisk { who, lasting } => self.each_member(event, who, |engine, i| engine.stall_disk(i, *lasting)),
            Fault::SlowDisk { who, latency, lasting } => {
                self.each_member(event, who, |engine, i| engine.slow_disk(i, latency, *lasting))
            }
            Fault::ClockRate { who, rate } => self.each(event, who, |engine, i| engine.set_clock_rate(i, *rate)),
            Fault::ClockJump { who, by } => self.each(event, who, |engine, i| engine.jump_clock(i, *by)),
            Fault::Partition(_) | Fault::Cut { .. } | Fault::Flap { .. } | Fault::Degrade { .. } => {
                unreachable!("faults of links are acted out on links")
            }
            Fault::Heal | Fault::HealCore(_) | Fault::Transfer { .. } => unreachable!("it names no nodes to act on"),
        }
    }

    /// Events that never came to anything.
    pub(super) fn missed(&mut self) -> Vec<NotExercised> {
        for waiting in std::mem::take(&mut self.script.waiting) {
            self.script.miss(waiting.event, String::from("the run ended while it waited for a target"));
        }
        for event in 0..self.script.events.len() {
            if self.script.fired[event] == 0 && !self.script.missed.iter().any(|(missed, _)| *missed == event) {
                let why = if self.stopped { "the run was stopped before it" } else { "it was not due before the run ended" };
                self.script.miss(event, String::from(why));
            }
        }
        let missed = std::mem::take(&mut self.script.missed).into_iter();
        let told = missed.map(|(event, why)| {
            let (fired, drawn) = (self.script.fired[event] > 0, event >= self.setup.script.len());
            NotExercised { event: self.script.events[event].name.clone(), why, fired, drawn }
        });
        told.collect()
    }
}
