//! Every key of a scenario file, as data: the parser knows its keys from here, and so does the editor schema. Algorithms bring
//! theirs along ([`sim::Setting`]).

mod script;

/// What may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of these words.
    Choices(&'static [&'static str]),
    Switch,
    /// A whole number, from … to.
    Count(u64, u64),
    /// `"150ms"`.
    Span,
    /// `"-2s"`.
    SignedSpan,
    /// `["1ms", "5ms"]`: low and high end.
    SpanPair,
    /// `"5ms"`, or a distribution.
    Delay,
    /// `"1/100"`, at most one.
    Probability,
    /// `"101/100"`.
    Rate,
    /// `"n2"`.
    Member,
    Members,
    /// A role, a member, a part, or a name bound by `as`; the list form means each of them.
    Target,
    Targets,
    /// `[["leader"], ["others"]]`.
    Groups,
    /// Epochs of log entries: `[1, 1, 2]`.
    Log,
    /// Families of a swarm.
    Families,
    /// Names of invariants.
    Promises,
    Table(&'static Table),
    /// `[[…]]`, any number.
    Tables(&'static Table),
    Either(&'static [Form]),
    /// One table for each algorithm, with these inside.
    PerAlgorithm(Inside),
}

/// What a table of one algorithm holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Inside {
    /// Its settings.
    Settings,
    Table(&'static Table),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub name: &'static str,
    pub form: Form,
    pub about: &'static str,
}

#[derive(Debug)]
pub(crate) struct Table {
    /// As a complaint calls it: `[network]`.
    pub heading: &'static str,
    /// In groups, because links share theirs.
    pub keys: &'static [&'static [Key]],
    pub required: &'static [&'static str],
}

impl Table {
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> + Clone + use<> {
        self.keys.iter().flat_map(|group| group.iter())
    }
}

const fn key(name: &'static str, form: Form, about: &'static str) -> Key {
    Key { name, form, about }
}

use Form::*;
pub(crate) use script::*;

pub(crate) static SCENARIO: Table = Table {
    heading: "a scenario",
    required: &[],
    keys: &[&[
        key("name", Text, "What it is called; default: the name of the file."),
        key("about", Text, "One or two sentences for people."),
        key(
            "salt",
            Count(0, u32::MAX as u64),
            "Under another salt the same seeds give other runs of the same distribution; default 0.",
        ),
        key("nodes", Count(1, sim::setup::MOST_NODES as u64), "How many members the cluster has; default 5."),
        key("duration", Span, "How long a run is, in simulated time; default 10s."),
        key(
            "first-leader",
            Member,
            "This member campaigns at once, as if it had led before: a running cluster. Default: a fresh start.",
        ),
        key(
            "start-offset",
            Delay,
            "How long after the start of the run each member starts, drawn for each; default: all at once.",
        ),
        key("down", Members, "Down from the start, until restarted."),
        key("eligible", Members, "Only these campaign by themselves; default: all."),
        key(
            "logs",
            Either(&[Choice(&["equal", "distinct"]), Log]),
            "What the logs hold at the start: nothing (equal), one entry more at each member than at the one before (distinct), or entries of these epochs.",
        ),
        key("measure", Either(&[Choice(MEASURES), Table(&MEASURE)]), "A figure to take from every run."),
        key("stop", Choice(STOPS), "When a run ends before its duration is over; default at-end."),
        key("network", Table(&NETWORK), "Every link between two parts of the cluster, in both directions."),
        key("link", Tables(&LINK), "Links that differ from the network."),
        key("session", Table(&SESSION), "How sessions behave, where an algorithm asks for them."),
        key("disk", Table(&DISK), "The disks of the members."),
        key(
            "pauses",
            Table(&PAUSES),
            "Everyday standstills of every member's process: garbage collections, the scheduler. No fault.",
        ),
        key("node", Tables(&NODE), "What is different at one member."),
        key("work", Table(&WORK), "The work that leaders are given."),
        key("event", Tables(&EVENT), "The fault script."),
        key("swarm", Table(&SWARM), "A random fault script, drawn from the seed."),
        key("algorithm", PerAlgorithm(Inside::Settings), "Settings of one algorithm."),
        key(
            "expect",
            PerAlgorithm(Inside::Table(&EXPECT)),
            "What is meant to go wrong with one algorithm: not finding it is the failure.",
        ),
        key("threshold", PerAlgorithm(Inside::Table(&THRESHOLD)), "What one algorithm may take at most."),
    ]],
};

pub(crate) const MEASURES: &[&str] =
    &["first-candidacy", "first-leader", "stable-leader", "failover", "first-term-split", "messages-to-first-leader"];
pub(crate) const STOPS: &[&str] = &["at-end", "first-leader", "first-epoch", "first-failover"];

pub(crate) static MEASURE: Table = Table {
    heading: "measure",
    required: &["what"],
    keys: &[&[
        key("what", Choice(MEASURES), "Which figure."),
        key(
            "offset",
            Delay,
            "Drawn from the seed and taken off the time of the first leader; a run that is shorter comes to no figure.",
        ),
    ]],
};

const PATCH: &[Key] = &[
    key("delay", Delay, "One-way delay of a message; default uniform from 1ms to 5ms."),
    key("floor", Span, "No message is faster than this."),
    key("extra", Span, "Added to every delay."),
    key("loss", Probability, "Probability that a message is lost."),
    key("burst", Table(&BURST), "Losses in bursts (Gilbert-Elliott)."),
    key("duplicate", Probability, "Probability that a message arrives twice."),
    key("reorder", Table(&REORDER), "Holds some messages back, so that later ones overtake them."),
];

pub(crate) static NETWORK: Table = Table { heading: "[network]", required: &[], keys: &[PATCH] };

pub(crate) static BURST: Table = Table {
    heading: "burst",
    required: &["good", "bad", "loss"],
    keys: &[&[
        key("good", Span, "Mean length of a good stretch."),
        key("bad", Span, "Mean length of a bad stretch."),
        key("loss", Probability, "Probability of loss in a bad stretch."),
    ]],
};

pub(crate) static REORDER: Table = Table {
    heading: "reorder",
    required: &["chance", "by"],
    keys: &[&[key("chance", Probability, "Probability that a message is held back."), key("by", Delay, "For how long.")]],
};

pub(crate) static LINK: Table = Table {
    heading: "[[link]]",
    required: &["from", "to"],
    keys: &[
        &[
            key("from", Target, "A member, all, services, a service by its name, or resource."),
            key("to", Target, "A member, all, services, a service by its name, or resource."),
            key("both", Switch, "In both directions; default false."),
            key("cut", Switch, "Cut from the start, until healed."),
        ],
        PATCH,
    ],
};

pub(crate) static SESSION: Table = Table {
    heading: "[session]",
    required: &[],
    keys: &[&[
        key("timeout", Span, "Unacknowledged data for this long ends a session; default 5s."),
        key("retransmit", Span, "First retransmission after this, doubling from there; default 200ms."),
    ]],
};

pub(crate) static DISK: Table = Table {
    heading: "[disk]",
    required: &[],
    keys: &[&[key("latency", Delay, "How long a write takes to be durable; default 0s.")]],
};

pub(crate) static PAUSES: Table = Table {
    heading: "[pauses]",
    required: &["every", "for"],
    keys: &[&[
        key("every", Delay, "From one's end to the next one's start, at each member."),
        key("for", Delay, "How long one is."),
    ]],
};

pub(crate) static NODE: Table = Table {
    heading: "[[node]]",
    required: &["id"],
    keys: &[&[
        key("id", Member, "Which member."),
        key("clock-rate", Rate, "Of both clocks: 101/100 runs one percent fast."),
        key("wall-offset", SignedSpan, "How far the wall clock is off at the start."),
        key("start-offset", Delay, "How long after the start of the run this member starts."),
        key("down", Switch, "Down from the start, until restarted."),
        key("ineligible", Switch, "Never campaigns by itself."),
        key("disk", Delay, "How long a write takes to be durable here."),
        key("log", Log, "The log that it starts with, as the epochs of its entries."),
        key("algorithm", PerAlgorithm(Inside::Settings), "Settings of one algorithm that differ here."),
    ]],
};

pub(crate) const FENCING: &[&str] = &["none", "at-least", "equal", "transaction"];
pub(crate) const HIGH_WATER: &[&str] = &["durable", "volatile"];
pub(crate) const OPERATIONS: &[&str] = &["write", "delete", "read"];
pub(crate) const CHECKABLE: &[&str] = &["write", "delete", "read", "job"];
pub(crate) const READS: &[&str] = &["resource", "memory"];

pub(crate) static WORK: Table = Table {
    heading: "[work]",
    required: &[],
    keys: &[&[
        key("on", Switch, "Whether leaders are given work; default true."),
        key("interval", Span, "Every leader gets an item this often; default 50ms."),
        key("think", Delay, "Between check and send, where work goes to the protected resource; default 1ms."),
        key("operations", Choices(OPERATIONS), "What the items are, in turn; default [\"write\"]."),
        key("reads", Choice(READS), "Where a leader looks when it is asked for the state; default resource."),
        key("lock-delay", Span, "How long a new leader waits before its first item; default 0s."),
        key(
            "take-over",
            Switch,
            "Whether a new leader first installs its token at the resource and learns the state; default: where tokens are enforced.",
        ),
        key("fencing", Choice(FENCING), "Which fencing tokens the protected resource demands; default none."),
        key(
            "high-water",
            Choice(HIGH_WATER),
            "Whether the resource still knows the highest token after a crash; default durable.",
        ),
        key("checked", Choices(CHECKABLE), "The operations of which the resource checks the token; default: all."),
        key("job", Span, "Whoever leads when its wall clock passes a multiple of this runs a job; default: there is none."),
        key("idempotent", Switch, "The resource runs the job of a period only once; default false."),
    ]],
};

pub(crate) static SWARM: Table = Table {
    heading: "[swarm]",
    required: &["from", "until", "every", "lasting"],
    keys: &[&[
        key(
            "families",
            Families,
            "What to draw from; each is in force in about half of the seeds. Default: what every algorithm can meet; those of services and clock jumps only where named.",
        ),
        key("from", Span, "Faults start no earlier."),
        key("until", Span, "Here the trouble ends, and everything is healed."),
        key("every", Span, "Mean time between two faults."),
        key("lasting", SpanPair, "Faults that last do so for a time between these."),
        key("loss", Probability, "Upper bound on the loss that is drawn; default 1/5."),
        key("drift", Probability, "Upper bound on a clock's rate error that is drawn; default 1/100."),
        key(
            "core",
            Probability,
            "In this share of the seeds only a core, a majority, is whole at the end: the rest stays down, or cut off; default 0.",
        ),
    ]],
};

pub(crate) static EXPECT: Table = Table {
    heading: "[expect.…]",
    required: &["finds"],
    keys: &[&[key("finds", Promises, "Invariants that must be seen violated.")]],
};

pub(crate) static THRESHOLD: Table = Table {
    heading: "[threshold.…]",
    required: &[],
    keys: &[&[
        key("failover-mean", Span, "Mean time from the loss of a leader to the first item acknowledged under the next."),
        key("failover-p50", Span, "Median of the same."),
        key("failover-p90", Span, "90 % quantile of the same."),
        key("failover-p95", Span, "95 % quantile of the same."),
        key("failover-p99", Span, "99 % quantile of the same."),
        key("failover-p999", Span, "99.9 % quantile of the same."),
        key("failover-max", Span, "Longest of the same."),
        key("leaderless-mean", Span, "Mean time of a run in which nobody held authority."),
        key("overlap-max", Span, "Longest time for which two members would have acted as leader."),
        key("false-failovers", Count(0, u32::MAX as u64), "Leaders that were lost without a fault, over all seeds."),
        key("unrecovered", Count(0, u32::MAX as u64), "Runs that were left without a leader, over all seeds."),
    ]],
};
