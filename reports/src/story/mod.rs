//! What is kept of one run for pictures: the timeline, the report and the export for trace viewers all draw the same story.
//!
//! A run is deterministic, so a story is not kept from the sweep: the seed is run again with a [`Collector`] that watches. What
//! a story holds is bounded, and it says how much was left out.

mod collect;
mod cuts;
mod interest;
mod messages;
pub mod page;
mod spans;

pub use collect::Collector;
use sim::Time;
use sim::outcome::{Failover, Severity, Standing};

/// One run, as it is drawn. Lanes are numbered in the order of [`Story::lanes`]; a span's end is exclusive.
#[derive(Clone, Debug)]
pub struct Story {
    pub scenario: String,
    pub algorithm: String,
    pub seed: u64,
    /// The command that runs it again.
    pub command: String,
    pub end: Time,
    pub lanes: Vec<Lane>,
    /// What the members took themselves for, in order of their beginnings.
    pub roles: Vec<Stretch>,
    /// Who did not run, or not well.
    pub outages: Vec<Outage>,
    /// Who would have acted as leader.
    pub reigns: Vec<Reign>,
    /// Which links were cut.
    pub cuts: Vec<Cut>,
    /// In the order in which they were sent.
    pub messages: Vec<Message>,
    /// Faults, grants and what else happens at one time.
    pub moments: Vec<Moment>,
    /// Work that was done, neighbours drawn together.
    pub work: Vec<Work>,
    /// To whom services granted, until they granted to somebody else.
    pub grants: Vec<Granted>,
    pub failovers: Vec<Failover>,
    /// What the checkers found, in order of time.
    pub findings: Vec<Finding>,
    pub left_out: LeftOut,
}

/// A row of the picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lane {
    /// `n1`, or the name of a service.
    pub name: String,
    pub kind: LaneKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LaneKind {
    Member,
    Service,
    /// The protected resource.
    Resource,
}

/// A stretch in which a member took itself for the same thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    pub lane: usize,
    pub from: Time,
    pub until: Time,
    pub role: sim::Role,
    /// Empty: none yet.
    pub epoch: String,
    /// Whom it followed, itself included.
    pub leader: Option<usize>,
    /// The place among all that happened of the step in which it began: of what its member heard then, as [`Message::heard`].
    pub order: u64,
}

/// A stretch in which a part of the cluster did not run, or not well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outage {
    pub lane: usize,
    pub from: Time,
    pub until: Time,
    pub what: Trouble,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Trouble {
    Down,
    Paused,
    Suspended,
    OutOfService,
    DiskStalled,
    DiskSlow,
}

impl Trouble {
    /// In words: `disk stalled`.
    pub const fn name(self) -> &'static str {
        match self {
            Trouble::Down => "down",
            Trouble::Paused => "paused",
            Trouble::Suspended => "suspended",
            Trouble::OutOfService => "out of service",
            Trouble::DiskStalled => "disk stalled",
            Trouble::DiskSlow => "disk slow",
        }
    }
}

/// A stretch in which a member would have acted as leader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reign {
    pub lane: usize,
    pub from: Time,
    pub until: Time,
    pub epoch: String,
}

/// A stretch in which the same links were cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    pub from: Time,
    pub until: Time,
    /// `n1 | n2 n3`, or one by one: `n1 → n2`.
    pub text: String,
    /// Those who cannot talk with most members, both ways.
    pub isolated: Vec<usize>,
    /// All others who cannot talk with somebody.
    pub touched: Vec<usize>,
}

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Arrived,
    Dropped(sim::observer::Dropped),
    /// Still on its way when the run ended.
    Underway,
}

impl Fate {
    /// In words: `dropped: the link was cut when it was sent`.
    pub const fn name(self) -> &'static str {
        use sim::observer::Dropped;
        match self {
            Fate::Arrived => "arrived",
            Fate::Underway => "on its way at the end",
            Fate::Dropped(Dropped::CutWhenSent) => "dropped: the link was cut when it was sent",
            Fate::Dropped(Dropped::CutOnArrival) => "dropped: the link was cut when it would have arrived",
            Fate::Dropped(Dropped::Lost) => "lost by chance",
            Fate::Dropped(Dropped::ReceiverDown) => "dropped: the receiver was down",
            Fate::Dropped(Dropped::SessionDown) => "dropped: there was no session",
            Fate::Dropped(Dropped::StaleSession) => "dropped: its session was over",
        }
    }
}

/// A message on the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    pub from: usize,
    pub to: usize,
    pub sent: Time,
    /// When it arrived, or was known not to.
    pub ended: Time,
    pub fate: Fate,
    pub kind: &'static str,
    /// What it says; `None`: left out.
    pub content: Option<String>,
    /// Its places among all that happened: when it left, and when it was heard. Of several things at one time the order tells which
    /// came of which.
    pub left: u64,
    pub heard: u64,
}

/// Something that happens at one time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moment {
    pub at: Time,
    /// `None`: to nobody in particular.
    pub lane: Option<usize>,
    pub kind: MomentKind,
    pub text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MomentKind {
    /// An event of the fault script.
    Fault,
    /// What happened to a node by it.
    Node,
}

/// What became of work.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Done {
    /// A client was told that it is done.
    Acknowledged,
    /// The protected resource did it.
    Applied,
    /// The protected resource refused it.
    Fenced,
}

impl Done {
    /// In words: `acknowledged`.
    pub const fn name(self) -> &'static str {
        match self {
            Done::Acknowledged => "acknowledged",
            Done::Applied => "applied",
            Done::Fenced => "fenced off",
        }
    }
}

/// Items of one leader that were done shortly after each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Work {
    /// Where it shows: the leader's lane, or the resource's.
    pub lane: usize,
    /// Whose items.
    pub by: usize,
    /// The first one, …
    pub from: Time,
    /// … and the last.
    pub until: Time,
    pub items: u64,
    pub done: Done,
}

/// A grant by the record of a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Granted {
    /// The service.
    pub lane: usize,
    pub from: Time,
    pub until: Time,
    pub holder: usize,
    pub token: Option<u64>,
    /// As [`Stretch::order`].
    pub order: u64,
}

/// An invariant that was violated, the first time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub at: Time,
    pub invariant: &'static str,
    /// The kind of split-brain of which it is a case.
    pub split_brain: Option<&'static str>,
    pub severity: Severity,
    pub standing: Standing,
    pub lanes: Vec<usize>,
    pub saw: String,
    /// How often in the run.
    pub times: u64,
}

/// What a picture does not show.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LeftOut {
    pub messages: u64,
    /// Messages that are shown without what they say.
    pub contents: u64,
    pub stretches: u64,
    pub moments: u64,
    pub work: u64,
}

/// How much of a run a story may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Those nearest to what matters are kept.
    pub messages: usize,
    /// Bytes of what messages say, of those nearest to what matters.
    pub contents: usize,
    /// Roles, outages, cuts: each so many.
    pub stretches: usize,
    pub moments: usize,
    pub work: usize,
}

impl Limits {
    /// For one run that is looked at by itself.
    pub const ALONE: Limits =
        Limits { messages: messages::MOST_WATCHED, contents: 64 << 20, stretches: 200_000, moments: 50_000, work: 50_000 };
}

impl Story {
    /// When a failover was over: work went on, or where there is no work, somebody led.
    pub fn over(&self, failover: &Failover) -> Option<Time> {
        failover.effective.or(failover.elected.filter(|_| self.work.is_empty()))
    }

    /// How many would have acted as leader, at each time at which that changes, from the start.
    pub fn acting(&self) -> Vec<(Time, usize)> {
        let mut turns: Vec<(Time, bool)> = Vec::new();
        for reign in &self.reigns {
            turns.push((reign.from, true));
            turns.push((reign.until, false));
        }
        // Who goes on in another epoch ends one tenure and begins the next at the same time.
        turns.sort_unstable();
        let mut acting = vec![(Time::ZERO, 0usize)];
        for (at, begins) in turns {
            let (last, count) = *acting.last().expect("it begins with the start");
            let count = if begins { count + 1 } else { count - 1 };
            if last == at {
                acting.pop();
            }
            if acting.last().is_none_or(|(_, before)| *before != count) {
                acting.push((at, count));
            }
        }
        if acting.last().is_some_and(|(at, _)| *at >= self.end) && acting.len() > 1 {
            acting.pop();
        }
        acting
    }

    /// The stretches in which two or more would have acted at once.
    pub fn overlaps(&self) -> Vec<(Time, Time)> {
        let acting = self.acting();
        let ends = acting.iter().skip(1).map(|(at, _)| *at).chain([self.end]);
        let both = acting.iter().zip(ends).filter(|((_, count), _)| *count > 1).map(|((from, _), until)| (*from, until));
        let mut joined: Vec<(Time, Time)> = Vec::new();
        for (from, until) in both {
            match joined.last_mut() {
                Some(last) if last.1 == from => last.1 = until,
                _ => joined.push((from, until)),
            }
        }
        joined
    }
}

#[cfg(test)]
pub(crate) mod tests;
