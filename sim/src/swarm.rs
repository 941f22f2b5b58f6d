//! The fault script that a seed writes: a random half of the families of faults, at random times, aimed at roles and most
//! often at the leader; then everything is put right, or a core of the members is, so that liveness can be judged.
//!
//! It depends on the scenario and the seed alone, never on the algorithm: under one seed all algorithms meet the same script.

use crate::delay::{Delay, LinkPatch, Reorder};
use crate::fault::{ClockDuring, Family, Fault, ScriptEvent, Shape, Swarm, Target, When};
use crate::random::{Purpose, Stream};
use crate::ratio::Ratio;
use crate::setup::Setup;
use crate::time::Span;

/// Probabilities are drawn in millionths.
const MILLION: u64 = 1_000_000;
/// The most faults that a script has: a mean distance that is absurdly short is stretched.
const MOST_FAULTS: u64 = 10_000;
/// One time in so many, everything is put right instead and left alone for the longest time that a fault lasts.
const BREATH: u64 = 10;
/// Links flap no faster on average: scenario files take no faster ones, and what is drawn can be written as one.
const FASTEST_FLAP: Span = Span::micros(200);

/// The families in force under this seed: each with probability one half, and at least one.
pub fn describe(swarm: &Swarm, seed: u64) -> Vec<Family> {
    families(swarm, &mut Stream::new(seed, Purpose::Swarm))
}

fn families(swarm: &Swarm, stream: &mut Stream) -> Vec<Family> {
    let half = Ratio::new(1, 2);
    let drawn: Vec<Family> = swarm.families.iter().copied().filter(|_| stream.chance(half)).collect();
    let any = stream.below(swarm.families.len() as u64) as usize;
    if drawn.is_empty() { swarm.families.get(any).copied().into_iter().collect() } else { drawn }
}

/// The script of this seed. Nothing in it lasts beyond [`Swarm::until`].
pub fn draw(swarm: &Swarm, setup: &Setup, seed: u64) -> Vec<ScriptEvent> {
    let mut stream = Stream::new(seed, Purpose::Swarm);
    let families = families(swarm, &mut stream);
    if families.is_empty() {
        return Vec::new();
    }
    let mut drawing = Drawing { swarm, setup, stream, events: Vec::new(), faults: 0 };
    let shortest = (swarm.until.0.saturating_sub(swarm.from.0) / MOST_FAULTS).max(1);
    let mut at = swarm.from;
    loop {
        let distance = drawing.stream.span(&Delay::Exponential { mean: swarm.every });
        at += Span(distance.0.max(shortest));
        if at >= swarm.until {
            break;
        }
        if drawing.stream.below(BREATH) == 0 {
            drawing.put_right(at, &[]);
            at += swarm.lasting.1;
        } else {
            let family = drawing.family(&families);
            drawing.fault(at, family);
        }
    }
    drawing.put_right(swarm.until, &families);
    drawing.leave_broken();
    drawing.events
}

/// A script in the making.
struct Drawing<'a> {
    swarm: &'a Swarm,
    setup: &'a Setup,
    stream: Stream,
    events: Vec<ScriptEvent>,
    faults: usize,
}

/// When a fault begins, how long it lasts, and how long it may wait for its target so that it is still over in time.
#[derive(Clone, Copy)]
struct Stretch {
    at: Span,
    lasting: Span,
    within: Span,
}

impl Drawing<'_> {
    /// Faults that can cost a leader its place come more often than those that only make trouble.
    fn family(&mut self, families: &[Family]) -> Family {
        let weight = |family: &Family| match family {
            Family::Crash | Family::Restart | Family::Partition | Family::OneWayCut | Family::Flap | Family::Pause => 3,
            Family::StallDisk | Family::Suspend | Family::Outage | Family::ServiceCrash => 2,
            Family::ClockJump | Family::ServiceLeaderChange => 1,
            Family::Loss | Family::Duplication | Family::Reordering | Family::SlowDisk | Family::ClockRate => 1,
        };
        let mut drawn = self.stream.below(families.iter().map(weight).sum());
        for family in families {
            if drawn < weight(family) {
                return *family;
            }
            drawn -= weight(family);
        }
        unreachable!("what is drawn is below the sum of the weights")
    }

    fn fault(&mut self, at: Span, family: Family) {
        self.faults += 1;
        let room = Span(self.swarm.until.0 - at.0);
        let (shortest, longest) = self.swarm.lasting;
        let lasting = self.between(shortest, longest).max(Span::nanos(1)).min(room);
        let within = Span(room.0 - lasting.0).min(longest);
        let stretch = Stretch { at, lasting, within };
        match family {
            Family::Crash => self.crash(stretch, lasting),
            // Down for a moment only: what it had sent is still on its way, its disk may not have answered.
            Family::Restart => {
                let moment = self.between(Span::ZERO, shortest.fraction(1, 10)).min(lasting);
                self.crash(stretch, moment);
            }
            Family::Partition => {
                let shape = self.shape();
                self.until_healed(stretch, "partition", Fault::Partition(shape));
            }
            Family::OneWayCut => {
                let (from, to) = self.one_way();
                self.until_healed(stretch, "one-way cut", Fault::Cut { from, to, both: false });
            }
            Family::Flap => self.flap(stretch),
            Family::Loss | Family::Duplication | Family::Reordering => self.degrade(stretch, family),
            Family::Pause => {
                let who = self.who();
                self.push(stretch, "pause", Fault::Pause { who, lasting: Some(lasting) });
            }
            Family::SlowDisk => {
                let latency = Delay::Uniform(Span::ZERO, self.between(shortest.fraction(1, 20), shortest.fraction(1, 2)));
                let who = self.who();
                self.push(stretch, "slow disk", Fault::SlowDisk { who, latency, lasting });
            }
            Family::StallDisk => {
                let who = self.who();
                self.push(stretch, "stalled disk", Fault::StallDisk { who, lasting });
            }
            Family::ClockRate => self.clock_rate(stretch),
            Family::ClockJump => {
                let (who, far) = (self.who(), self.swarm.lasting.1.times(4).0 as i64);
                let by = self.between(Span::ZERO, Span(far as u64)).0 as i64;
                let back = self.stream.below(2) == 0;
                self.push(stretch, "clock jump", Fault::ClockJump { who, by: if back { -by } else { by } });
            }
            Family::Suspend => {
                let who = self.who();
                self.push(stretch, "suspend", Fault::Suspend { who, lasting: Some(lasting), clock: ClockDuring::Stops });
            }
            Family::Outage => self.push(stretch, "outage", Fault::Outage { who: vec![Target::Services], lasting }),
            Family::ServiceCrash => {
                self.push(stretch, "service crash", Fault::Crash(vec![Target::Services]));
                self.push_end("service restart", lasting, Fault::Restart(vec![Target::Services]));
            }
            Family::ServiceLeaderChange => {
                self.push(stretch, "service leader change", Fault::ServiceLeaderChange(vec![Target::Services]));
            }
        }
    }

    fn name(&self, what: &str) -> String {
        format!("swarm {}: {what}", self.faults)
    }

    fn push(&mut self, stretch: Stretch, what: &str, fault: Fault) {
        let (name, when) = (self.name(what), When::At(Delay::Constant(stretch.at)));
        let within = Some(stretch.within);
        self.events.push(ScriptEvent { name, when, every: None, until: None, fault, bind: None, within });
    }

    /// What ends the fault that was pushed last, so long after it.
    fn push_end(&mut self, what: &str, after: Span, fault: Fault) {
        let begun = self.events.last().expect("something was begun").name.clone();
        let (name, when) = (self.name(what), When::After(begun, Delay::Constant(after)));
        self.events.push(ScriptEvent { name, when, every: None, until: None, fault, bind: None, within: Some(Span::ZERO) });
    }

    fn crash(&mut self, stretch: Stretch, down: Span) {
        let (who, crashed) = (self.who(), self.name("crashed"));
        self.push(stretch, "crash", Fault::Crash(who));
        self.events.last_mut().expect("it was just pushed").bind = Some(crashed.clone());
        self.push_end("restart", down, Fault::Restart(vec![Target::Named(crashed)]));
    }

    fn until_healed(&mut self, stretch: Stretch, what: &str, fault: Fault) {
        self.push(stretch, what, fault);
        self.push_end("heal", stretch.lasting, Fault::Heal);
    }

    fn flap(&mut self, stretch: Stretch) {
        let one = self.leader_or_random();
        let mean = stretch.lasting.fraction(1, 4).0.max(1);
        let mut stretch_of = || Delay::Exponential { mean: Span((self.stream.below(mean) + 1).max(FASTEST_FLAP.0)) };
        let (down, up) = (stretch_of(), stretch_of());
        let both = self.stream.below(2) == 0;
        let (from, to, lasting) = (vec![one], vec![Target::All], stretch.lasting);
        self.push(stretch, "flap", Fault::Flap { from, to, both, down, up, lasting });
    }

    fn degrade(&mut self, stretch: Stretch, family: Family) {
        let mut patch = LinkPatch::default();
        let what = match family {
            Family::Loss => {
                let most = millionths(self.swarm.loss).min(MILLION);
                patch.loss = Some(self.ratio_between(most / 4, most));
                "loss"
            }
            Family::Duplication => {
                patch.duplicate = Some(self.ratio_between(MILLION / 20, MILLION / 2));
                "duplication"
            }
            _ => {
                let chance = self.ratio_between(MILLION / 20, MILLION / 2);
                let (shortest, longest) = self.swarm.lasting;
                let by = Delay::Uniform(Span::ZERO, self.between(shortest.fraction(1, 2), longest));
                patch.reorder = Some(Reorder { chance, by });
                "reordering"
            }
        };
        let everywhere = self.stream.below(2) == 0;
        let from = vec![if everywhere { Target::All } else { Target::Leader }];
        let (to, both, lasting) = (vec![Target::All], !everywhere, stretch.lasting);
        self.push(stretch, what, Fault::Degrade { from, to, both, patch, lasting });
    }

    /// One member by its number, because a rate has to go back to what is usual for that member.
    fn clock_rate(&mut self, stretch: Stretch) {
        let member = self.stream.below(u64::from(self.setup.nodes)) as u16;
        let usual = usual_rate(self.setup, member);
        let most = millionths(self.swarm.drift).min(MILLION - 1);
        let error = self.stream.below(most + 1);
        let slow = self.stream.below(2) == 0;
        let factor = if slow { MILLION - error } else { MILLION + error };
        let rate = Ratio::new(u32::try_from(millionths(usual) * factor / MILLION).unwrap_or(u32::MAX), MILLION as u32);
        let who = vec![Target::Member(member)];
        self.push(stretch, "clock rate", Fault::ClockRate { who: who.clone(), rate });
        self.push_end("clock right", stretch.lasting, Fault::ClockRate { who, rate: usual });
    }

    /// Everything is mended, restarted and resumed at this time; clocks are right again where `families` could have set them
    /// wrong.
    fn put_right(&mut self, at: Span, families: &[Family]) {
        self.faults += 1;
        let stretch = Stretch { at, lasting: Span::ZERO, within: Span::ZERO };
        self.push(stretch, "all healed", Fault::Heal);
        self.push(stretch, "all resumed", Fault::Resume(vec![Target::All]));
        self.push(stretch, "all restarted", Fault::Restart(vec![Target::All]));
        if families.contains(&Family::ServiceCrash) {
            self.push(stretch, "services restarted", Fault::Restart(vec![Target::Services]));
        }
        if families.contains(&Family::ClockRate) {
            for member in 0..self.setup.nodes {
                let rate = usual_rate(self.setup, member);
                self.push(
                    stretch,
                    &format!("clock {} right", member + 1),
                    Fault::ClockRate { who: vec![Target::Member(member)], rate },
                );
            }
        }
    }

    /// In a share of the seeds some of the members, so few that a majority is left, are down for good from here on, or cut off. An
    /// instant after everything was put right: what ends by itself at that time has ended.
    fn leave_broken(&mut self) {
        let members = self.setup.nodes;
        let most = u64::from((members - 1) / 2);
        if self.swarm.core.is_zero() || most == 0 || !self.stream.chance(self.swarm.core) {
            return;
        }
        let few = 1 + self.stream.below(most) as usize;
        let mut whole: Vec<u16> = (0..members).collect();
        let mut broken = Vec::new();
        for _ in 0..few {
            broken.push(whole.remove(self.stream.below(whole.len() as u64) as usize));
        }
        broken.sort_unstable();
        let named = |members: Vec<u16>| members.into_iter().map(Target::Member).collect::<Vec<Target>>();
        self.faults += 1;
        let stretch = Stretch { at: self.swarm.until + Span::nanos(1), lasting: Span::ZERO, within: Span::ZERO };
        if self.stream.below(2) == 0 {
            self.push(stretch, "down for good", Fault::Crash(named(broken)));
        } else {
            self.push(stretch, "only a core healed", Fault::HealCore(named(whole)));
        }
    }

    /// Whom a fault of members hits: with the leader among them in seven of ten.
    fn who(&mut self) -> Vec<Target> {
        vec![match self.stream.below(20) {
            0..=10 => Target::Leader,
            11..=12 => Target::MinorityWithLeader,
            13 => Target::QuorumWithLeader,
            14..=16 => Target::Follower,
            _ => Target::Random,
        }]
    }

    fn leader_or_random(&mut self) -> Target {
        if self.stream.below(3) < 2 { Target::Leader } else { Target::Random }
    }

    fn shape(&mut self) -> Shape {
        let drawn = self.stream.below(12);
        let one = self.leader_or_random();
        let apart = |group: Target| Shape::Groups(vec![vec![group], vec![Target::Others]]);
        match drawn {
            // In a ring of three everybody reaches everybody.
            11 if self.setup.nodes > 3 => Shape::Ring,
            10 if self.setup.nodes > 2 => Shape::Chain(vec![one]),
            9 if self.setup.nodes > 2 => Shape::Star(one),
            8 if self.setup.nodes > 2 => Shape::Bridge(one),
            7 => apart(Target::Random),
            6 => apart(Target::QuorumWithLeader),
            4..=5 => apart(Target::MinorityWithLeader),
            _ => apart(Target::Leader),
        }
    }

    /// From whom to whom nothing gets through: the leader is not heard, or does not hear, by all or one of the others.
    fn one_way(&mut self) -> (Vec<Target>, Vec<Target>) {
        let one = self.leader_or_random();
        let rest = if self.stream.below(4) == 0 { Target::Follower } else { Target::All };
        if self.stream.below(2) == 0 { (vec![one], vec![rest]) } else { (vec![rest], vec![one]) }
    }

    /// Uniform between the two.
    fn between(&mut self, low: Span, high: Span) -> Span {
        Span(low.0 + self.stream.below(high.0.saturating_sub(low.0).saturating_add(1)))
    }

    fn ratio_between(&mut self, low: u64, high: u64) -> Ratio {
        Ratio::new(self.between(Span(low), Span(high)).0 as u32, MILLION as u32)
    }
}

fn usual_rate(setup: &Setup, member: u16) -> Ratio {
    setup.members.iter().find(|m| m.member == member).map_or(Ratio::ONE, |m| m.clock_rate)
}

fn millionths(ratio: Ratio) -> u64 {
    u64::from(ratio.numerator) * MILLION / u64::from(ratio.denominator)
}
