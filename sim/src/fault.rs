//! The fault script: what goes wrong, for whom, and when. Data only; the engine acts it out.

use crate::delay::{Delay, LinkPatch};
use crate::ratio::Ratio;
use crate::time::Span;

/// Whom a fault is aimed at. Roles are resolved when the fault fires.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// The holder of authority with the highest epoch; where nobody has authority, the node of the newest tenure.
    Leader,
    /// In a list of groups: every member that no other group names. Elsewhere: every member but the leader.
    Others,
    /// One member that runs and is not the leader, drawn from the fault script's stream.
    Follower,
    /// One member, drawn from the fault script's stream.
    Random,
    /// The leader and as many others, drawn, as make a majority with it.
    QuorumWithLeader,
    /// The leader and as many others, drawn, as make the largest minority with it.
    MinorityWithLeader,
    /// Every member.
    All,
    /// A member by its number, from 1 as in files: `n1` is `Member(0)` here.
    Member(u16),
    /// A part of the cluster beside the members, by its name: `resource`, or a service of the algorithm.
    Part(String),
    /// Every service that the algorithm brings along.
    Services,
    /// The member at whose moment the event fires: only with [`When::Moment`].
    There,
    /// What an earlier event bound with `as`.
    Named(String),
}

/// The shape of a partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Groups that cannot reach each other; members not listed form one more group.
    Groups(Vec<Vec<Target>>),
    /// Two halves that cannot reach each other, and one member that reaches both.
    Bridge(Target),
    /// Every member reaches only its two neighbours by number.
    Ring,
    /// As the ring, not closed; in this order (members not listed follow by number).
    Chain(Vec<Target>),
    /// Every member reaches only this one.
    Star(Target),
}

/// What a process pause or a machine's suspension does to the node's monotonic clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockDuring {
    /// It goes on.
    Runs,
    /// It stands still until the node is resumed.
    Stops,
}

/// One kind of trouble. A list of targets means each of them.
#[derive(Clone, PartialEq, Debug)]
pub enum Fault {
    /// Replaces the partition in force.
    Partition(Shape),
    /// Cuts every link from one side to the other, and back too if `both`; stays beside a partition.
    Cut { from: Vec<Target>, to: Vec<Target>, both: bool },
    /// The links go down and up by themselves for `lasting`, starting with down.
    Flap {
        from: Vec<Target>,
        to: Vec<Target>,
        /// Their way back too.
        both: bool,
        /// How long each stretch without the links is.
        down: Delay,
        /// How long each stretch with them is.
        up: Delay,
        /// From the first time that they go down.
        lasting: Span,
    },
    /// Other link settings for `lasting`.
    Degrade {
        from: Vec<Target>,
        to: Vec<Target>,
        /// Their way back too.
        both: bool,
        /// Laid over what the scenario and older degradations say.
        patch: LinkPatch,
        lasting: Span,
    },
    /// Mends links only: partition, cuts, flaps and degradations end.
    Heal,
    /// Mends the links among these members, and between them and everything beside the members; every other member is cut off
    /// from them and from all services, for good, and whatever else is wrong with it stays so. From here on liveness is judged
    /// for these alone.
    HealCore(Vec<Target>),
    /// Stops the process: its volatile state, and what the disk had not answered for, are lost (of a flush under way, a drawn
    /// part is kept).
    Crash(Vec<Target>),
    /// Starts what is down.
    Restart(Vec<Target>),
    /// Crashes the node and empties its disk.
    Wipe(Vec<Target>),
    /// The process stands still: its clocks go on, its network buffers fill. `None`: until `Resume`.
    Pause { who: Vec<Target>, lasting: Option<Span> },
    /// The whole machine stands still; the monotonic clock may stop with it, the wall clock never does.
    Suspend { who: Vec<Target>, lasting: Option<Span>, clock: ClockDuring },
    /// Ends a pause or a suspension. Overdue timers fire, then what has arrived is handled in order.
    Resume(Vec<Target>),
    /// No write reaches the disk for `lasting`; the rest of the node goes on.
    StallDisk { who: Vec<Target>, lasting: Span },
    /// Other disk latency for `lasting`.
    SlowDisk { who: Vec<Target>, latency: Delay, lasting: Span },
    /// The monotonic and the wall clock run at this rate from now on (`1/1` is right).
    ClockRate { who: Vec<Target>, rate: Ratio },
    /// The wall clock jumps, forward or back, in nanoseconds.
    ClockJump { who: Vec<Target>, by: i64 },
    /// Services answer nobody, and act on nothing, for `lasting`; they forget nothing, and their clocks go on.
    Outage { who: Vec<Target>, lasting: Span },
    /// Another replica leads these services from now on: [`crate::Service::on_leader_change`].
    ServiceLeaderChange(Vec<Target>),
    /// Not trouble, but an operator's order: hand the leadership over.
    Transfer {
        /// Who shall lead.
        to: Target,
    },
}

/// When an event of the script fires.
#[derive(Clone, PartialEq, Debug)]
pub enum When {
    /// At this time, or at one drawn from the weather of the seed.
    At(Delay),
    /// This long after the event of that name fired (and not before it did).
    After(String, Delay),
    /// At the first moment of this kind from that time on, whichever member comes to it.
    Moment(Delay, Moment),
}

impl When {
    /// The time of its own, or that after another event.
    pub const fn delay(&self) -> &Delay {
        match self {
            When::At(delay) | When::After(_, delay) | When::Moment(delay, _) => delay,
        }
    }

    /// The same, to be changed.
    pub const fn delay_mut(&mut self) -> &mut Delay {
        match self {
            When::At(delay) | When::After(_, delay) | When::Moment(delay, _) => delay,
        }
    }
}

/// A moment of a member that random times hardly ever hit, and at which a wrong implementation is at its weakest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// The disk has answered for some of what the member wrote, and not yet for the rest.
    BetweenWrites,
    /// The member was asked whether it leads, and was handed an item; that has had no effect yet.
    BetweenCheckAndEffect,
    /// What is to be acknowledged is done and the acknowledgement has not left: the disk has answered, and messages that waited
    /// for it are about to go; or the protected resource did what this member asked for, and is about to say so.
    BeforeAcknowledgement,
}

impl Moment {
    /// All of them.
    pub const ALL: [Moment; 3] = [Moment::BetweenWrites, Moment::BetweenCheckAndEffect, Moment::BeforeAcknowledgement];

    /// As in scenario files: `between-writes`.
    pub const fn name(self) -> &'static str {
        match self {
            Moment::BetweenWrites => "between-writes",
            Moment::BetweenCheckAndEffect => "between-check-and-effect",
            Moment::BeforeAcknowledgement => "before-acknowledgement",
        }
    }
}

/// One event of the script.
#[derive(Clone, PartialEq, Debug)]
pub struct ScriptEvent {
    /// Unique; given by the file, or made up by whoever reads it.
    pub name: String,
    /// At what time, or after which other event.
    pub when: When,
    /// Fires again and again, this long after the last time…
    pub every: Option<Delay>,
    /// … until this time.
    pub until: Option<Span>,
    /// What it does, and to whom.
    pub fault: Fault,
    /// Binds the first target's nodes to a name, for later events.
    pub bind: Option<String>,
    /// How long to wait for a target that is not there yet (a leader); `None`: the recovery bound.
    pub within: Option<Span>,
}

/// Families of faults that a swarm draws from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Family {
    /// Members crash, and start again after a while.
    Crash,
    /// Members crash, and start again almost at once.
    Restart,
    /// A partition of a drawn shape.
    Partition,
    /// Links are cut in one direction only.
    OneWayCut,
    /// Links go down and up again and again.
    Flap,
    /// Messages are lost, with a drawn probability up to [`Swarm::loss`].
    Loss,
    /// Messages arrive twice.
    Duplication,
    /// Messages are held back, so that later ones overtake them.
    Reordering,
    /// Processes stand still.
    Pause,
    /// Disks answer late.
    SlowDisk,
    /// Disks do not answer at all.
    StallDisk,
    /// The clocks of a member run fast or slow, by no more than [`Swarm::drift`].
    ClockRate,
    /// The wall clock of a member jumps, forward or back.
    ClockJump,
    /// Whole machines stand still, their monotonic clocks with them.
    Suspend,
    /// Services answer nobody for a while.
    Outage,
    /// Services crash, and start again after a while.
    ServiceCrash,
    /// Another replica leads the services.
    ServiceLeaderChange,
}

impl Family {
    /// Those from which a swarm draws that names none: every algorithm has what they are aimed at.
    pub const USUAL: [Family; 12] = [
        Family::Crash,
        Family::Restart,
        Family::Partition,
        Family::OneWayCut,
        Family::Flap,
        Family::Loss,
        Family::Duplication,
        Family::Reordering,
        Family::Pause,
        Family::SlowDisk,
        Family::StallDisk,
        Family::ClockRate,
    ];

    /// Those that are drawn only where they are named.
    pub const MORE: [Family; 5] =
        [Family::ClockJump, Family::Suspend, Family::Outage, Family::ServiceCrash, Family::ServiceLeaderChange];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Family> {
        Family::USUAL.into_iter().chain(Family::MORE)
    }

    /// Whether it is aimed at services.
    pub const fn is_of_services(self) -> bool {
        matches!(self, Family::Outage | Family::ServiceCrash | Family::ServiceLeaderChange)
    }

    /// As in scenario files: `one-way-cut`.
    pub const fn name(self) -> &'static str {
        match self {
            Family::Crash => "crash",
            Family::Restart => "restart",
            Family::Partition => "partition",
            Family::OneWayCut => "one-way-cut",
            Family::Flap => "flap",
            Family::Loss => "loss",
            Family::Duplication => "duplication",
            Family::Reordering => "reordering",
            Family::Pause => "pause",
            Family::SlowDisk => "slow-disk",
            Family::StallDisk => "stall-disk",
            Family::ClockRate => "clock-rate",
            Family::ClockJump => "clock-jump",
            Family::Suspend => "suspend",
            Family::Outage => "outage",
            Family::ServiceCrash => "service-crash",
            Family::ServiceLeaderChange => "service-leader-change",
        }
    }
}

/// A fault script that the seed writes: per seed a random half of the families, at random times until `until`, then
/// everything is healed, restarted, resumed and set right (or a core of the members is), and liveness is judged.
#[derive(Clone, PartialEq, Debug)]
pub struct Swarm {
    /// What to draw from; each is in force in about half of the seeds.
    pub families: Vec<Family>,
    /// Faults start no earlier.
    pub from: Span,
    /// The trouble ends here.
    pub until: Span,
    /// Mean time between two faults.
    pub every: Span,
    /// Faults that last do so for a time drawn between these.
    pub lasting: (Span, Span),
    /// Upper bound on the loss that is drawn.
    pub loss: Ratio,
    /// Upper bound on a clock's rate error that is drawn, as a fraction (`1/100`: rates from 99/100 to 101/100).
    pub drift: Ratio,
    /// In this share of the seeds only a core, a majority of the members, is whole at the end: the rest is down for good, or cut
    /// off.
    pub core: Ratio,
}
