//! A scenario, read and lowered: everything that a run depends on besides the algorithm, its settings and the seed.

use crate::algorithm::{Entry, Network};
use crate::delay::{Delay, LinkPatch, LinkSettings};
use crate::fault::{ScriptEvent, Swarm, Target};
use crate::ratio::Ratio;
use crate::settings::Value;
use crate::time::Span;

pub use crate::workload::{Fencing, Operation, Reads, Work};

/// The most members that a cluster may have: every pair has two links with a stream of its own each, about 10 MiB at this size.
pub const MOST_NODES: u16 = 128;

/// One scenario. The same setup, algorithm, settings and seed give the same run.
#[derive(Clone, PartialEq, Debug)]
pub struct Setup {
    /// For reports; decides nothing.
    pub name: String,
    /// Under another salt a seed gives another run: the same distribution, and nothing in common with those of this salt. With
    /// zero the seed is taken as it is.
    pub salt: u32,
    /// How many members the electorate has.
    pub nodes: u16,
    /// What would happen at this time or later does not.
    pub duration: Span,
    /// Every link between two parts of the cluster, in both directions …
    pub link: LinkSettings,
    /// … but for these.
    pub links: Vec<LinkOverride>,
    /// Of sessions between members, where the algorithm asks for them.
    pub session: SessionSettings,
    /// How long a write takes to be durable.
    pub disk: Delay,
    /// Short standstills that belong to everyday running; `None`: there are none.
    pub pauses: Option<Pauses>,
    /// Settings of single members, at most one entry each.
    pub members: Vec<MemberSetup>,
    /// How long after the start of the run each member starts (its timers with it); `None`: all at once.
    pub start_offset: Option<Delay>,
    /// This member campaigns at once, as if it had led before; others start quietly. `None`: a fresh start.
    pub first_leader: Option<u16>,
    /// What there is to do for a leader.
    pub work: Work,
    /// What goes wrong, event by event …
    pub script: Vec<ScriptEvent>,
    /// … and what the seed draws besides.
    pub swarm: Option<Swarm>,
    /// The figure that [`crate::outcome::Outcome::measured`] is to hold.
    pub measure: Option<Measure>,
    /// What ends the run early.
    pub stop: Stop,
}

/// One pair, or every pair of two sides.
#[derive(Clone, PartialEq, Debug)]
pub struct LinkOverride {
    /// [`Target::Member`], [`Target::All`] or [`Target::Part`]: roles have no meaning before the run.
    pub from: Target,
    /// As `from`.
    pub to: Target,
    /// Back too.
    pub both: bool,
    /// Laid over what holds for every link, and over overrides that stand before this one.
    pub patch: LinkPatch,
    /// Cut from the start, until healed.
    pub cut: bool,
}

/// How every member's process stands still now and then although nothing is wrong: garbage collections, the scheduler, a
/// hypervisor that is busy elsewhere. No fault: a leader that is deposed over one was deposed for nothing.
#[derive(Clone, PartialEq, Debug)]
pub struct Pauses {
    /// From the end of one to the beginning of the next, drawn for each member.
    pub every: Delay,
    /// How long one is.
    pub lasting: Delay,
}

/// How sessions behave, where an algorithm asks for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionSettings {
    /// Unacknowledged data for this long ends a session (each end by its own clock).
    pub timeout: Span,
    /// First retransmission after this; it doubles from there. More than zero, which would never become more by doubling, and less
    /// than `timeout`.
    pub retransmit: Span,
}

impl SessionSettings {
    /// Questions to services are sent again by these settings, too, whatever transport an algorithm asks for.
    ///
    /// # Panics
    /// Where `retransmit` is zero: what is lost would be sent again in the same instant, for ever; or where it is no less than
    /// `timeout`: a session would be over before anything is sent again. Scenario files are refused with either.
    pub(crate) fn assert_in_order(&self) {
        let SessionSettings { timeout, retransmit } = *self;
        assert!(
            retransmit > Span::ZERO,
            "SessionSettings::retransmit is 0s, and what is lost would be sent again in the same instant, for ever: set more, such as {}",
            SessionSettings::default().retransmit
        );
        assert!(
            retransmit < timeout,
            "SessionSettings::retransmit is {retransmit}, and a session is over after {timeout}: it sends again before it gives up"
        );
    }
}

impl Default for SessionSettings {
    /// Linux sends again after at least 200 ms; 5 s is a usual peer timeout above TCP.
    fn default() -> SessionSettings {
        SessionSettings { timeout: Span::secs(5), retransmit: Span::millis(200) }
    }
}

/// What is different at one member.
#[derive(Clone, PartialEq, Debug)]
pub struct MemberSetup {
    /// From 0.
    pub member: u16,
    /// Of the monotonic and the wall clock.
    pub clock_rate: Ratio,
    /// The wall clock is this many nanoseconds off, forward or back.
    pub wall_offset: i64,
    /// In place of [`Setup::start_offset`].
    pub start_offset: Option<Delay>,
    /// Down from the start, until restarted.
    pub down: bool,
    /// Never campaigns by itself.
    pub ineligible: bool,
    /// In place of [`Setup::disk`].
    pub disk: Option<Delay>,
    /// The log that it starts with.
    pub log: Vec<Entry>,
    /// Settings of the algorithm that differ here, by algorithm: (`raft`, `election-timeout`, value).
    pub settings: Vec<(String, String, Value)>,
}

impl MemberSetup {
    /// One in which nothing is different.
    pub fn of(member: u16) -> MemberSetup {
        MemberSetup {
            member,
            clock_rate: Ratio::ONE,
            wall_offset: 0,
            start_offset: None,
            down: false,
            ineligible: false,
            disk: None,
            log: Vec::new(),
            settings: Vec::new(),
        }
    }
}

/// A figure that a scenario asks for, one value a run.
#[derive(Clone, PartialEq, Debug)]
pub enum Measure {
    /// Time of the first candidacy.
    FirstCandidacy,
    /// Time at which authority first began, less an offset drawn from the seed; no figure where that is longer than the time.
    FirstLeader { offset: Option<Delay> },
    /// Time at which the leader began that then stayed to the end.
    StableLeader,
    /// From the first loss of a leader to the first acknowledgement under the next.
    Failover,
    /// 1 if nobody won the first epoch in which anyone stood, else 0.
    FirstTermSplit,
    /// How many messages had left for the network when somebody first led; what that one says as leader is not counted.
    MessagesToFirstLeader,
}

/// When a run ends before its duration is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Stop {
    /// It does not.
    #[default]
    AtEnd,
    /// As soon as somebody leads.
    FirstLeader,
    /// As soon as the first epoch is decided: it has a leader, or someone stands in a later one.
    FirstEpoch,
    /// As soon as the first failover is over.
    FirstFailover,
}

impl Setup {
    /// What is guaranteed once the trouble is over.
    pub fn network(&self) -> Network {
        let links = || std::iter::once(self.link.clone()).chain(self.links.iter().map(|l| self.link.patched(&l.patch)));
        let longest = |spans: &mut dyn Iterator<Item = Span>| spans.max().unwrap_or(Span::ZERO);
        let disks = self.members.iter().filter_map(|m| m.disk.as_ref()).chain([&self.disk]);
        let ppm = |r: Ratio| (u64::from(r.numerator) * 1_000_000 / u64::from(r.denominator)).abs_diff(1_000_000);
        Network {
            members: self.nodes,
            max_delay: longest(&mut links().map(|l| l.longest())),
            loss: links().map(|l| l.loss).max_by_key(|l| l.threshold()).unwrap_or(Ratio::ZERO),
            drift_ppm: self.members.iter().map(|m| ppm(m.clock_rate)).max().unwrap_or(0),
            disk: longest(&mut disks.map(Delay::longest)),
            session: self.session.timeout,
        }
    }
}

impl Default for Setup {
    /// Five members on a quiet network for ten seconds.
    fn default() -> Setup {
        Setup {
            name: String::from("unnamed"),
            salt: 0,
            nodes: 5,
            duration: Span::secs(10),
            link: LinkSettings::default(),
            links: Vec::new(),
            session: SessionSettings::default(),
            disk: Delay::Constant(Span::ZERO),
            pauses: None,
            members: Vec::new(),
            start_offset: None,
            first_leader: None,
            work: Work::default(),
            script: Vec::new(),
            swarm: None,
            measure: None,
            stop: Stop::AtEnd,
        }
    }
}
