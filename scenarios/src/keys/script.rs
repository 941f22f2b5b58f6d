//! The keys of the fault script: when an event fires, and what it does.

use sim::fault::Moment;

use super::Form::*;
use super::{Form, Key, PATCH, Table, key};

/// Moments, as files name them.
const MOMENTS: &[&str] = &[Moment::ALL[0].name(), Moment::ALL[1].name(), Moment::ALL[2].name()];

/// When an event fires, and what it is called.
const TIMING: &[Key] = &[
    key("name", Text, "For `after` of other events."),
    key("at", Delay, "A time, or a distribution that the seed draws it from."),
    key("after", Text, "Fires after the event of this name has fired …"),
    key("delay", Delay, "… so much later; default 0s."),
    key(
        "when",
        Choice(MOMENTS),
        "With `at`: not at that time, but at the first such moment of any member from then on; that one is `there`.",
    ),
    key("every", Delay, "Fires again and again, so long after the last time …"),
    key("until", Span, "… until this time of the run."),
    key("as", Text, "Binds whom it hit to a name, for later events."),
    key("within", Span, "How long to wait for a target that is not there yet; default: the algorithm's recovery bound."),
];

const PARTITION_FORMS: &[Form] = &[Groups, Choice(&["ring"]), Table(&SHAPE)];
const HEAL_FORMS: &[Form] = &[Switch, Targets];
const PAUSE_FORMS: &[Form] = &[Targets, Table(&PAUSE)];
const SUSPEND_FORMS: &[Form] = &[Targets, Table(&SUSPEND)];

/// What an event does: exactly one of these.
pub(crate) const FAULTS: &[Key] = &[
    key("partition", Either(PARTITION_FORMS), "Groups that cannot reach each other; replaces the partition in force."),
    key("cut", Table(&CUT), "Cuts every link from one side to the other."),
    key("flap", Table(&FLAP), "Links that go down and up by themselves, for a while."),
    key("degrade", Table(&DEGRADE), "Other link settings, for a while."),
    key(
        "heal",
        Either(HEAL_FORMS),
        "Mends all links, and only links. Members in place of true: only their links, the others stay cut off for good.",
    ),
    key("crash", Targets, "Stops the process; what is on the disk stays."),
    key("restart", Targets, "Starts what is down."),
    key("wipe", Targets, "Crashes and empties the disk."),
    key("pause", Either(PAUSE_FORMS), "The process stands still, its clocks go on."),
    key("suspend", Either(SUSPEND_FORMS), "The whole machine stands still."),
    key("resume", Targets, "Ends a pause or a suspension."),
    key("stall-disk", Table(&STALL_DISK), "No write reaches the disk, the rest goes on."),
    key("slow-disk", Table(&SLOW_DISK), "Other disk latency, for a while."),
    key("clock-rate", Table(&CLOCK_RATE), "Both clocks run at this rate from now on."),
    key("clock-jump", Table(&CLOCK_JUMP), "The wall clock jumps."),
    key("outage", Table(&OUTAGE), "Services answer nobody for a while, and forget nothing."),
    key("service-leader-change", Targets, "Another replica leads these services; what that does to their time-outs is theirs."),
    key("transfer", Target, "An operator's order: hand the leadership over to this one."),
];

pub(crate) static EVENT: Table = Table { heading: "[[event]]", required: &[], keys: &[TIMING, FAULTS] };

pub(crate) static SHAPE: Table = Table {
    heading: "partition",
    required: &[],
    keys: &[&[
        key("groups", Groups, "Groups that cannot reach each other; members not listed form one more."),
        key("bridge", Target, "Two halves that cannot reach each other, and this one that reaches both."),
        key("ring", Switch, "Every member reaches only its two neighbours by number."),
        key("chain", Targets, "As the ring, not closed, in this order."),
        key("star", Target, "Every member reaches only this one."),
    ]],
};

const SIDES: &[Key] = &[
    key("from", Targets, "One side."),
    key("to", Targets, "The other side."),
    key("both", Switch, "In both directions; default false."),
];
const LASTING: Key = key("for", Span, "How long.");
const WHO: Key = key("who", Targets, "Whom it hits.");

pub(crate) static CUT: Table = Table { heading: "cut", required: &["from", "to"], keys: &[SIDES] };

pub(crate) static FLAP: Table = Table {
    heading: "flap",
    required: &["from", "to", "down", "up", "for"],
    keys: &[
        SIDES,
        &[key("down", Delay, "How long it is down each time."), key("up", Delay, "How long it is up each time."), LASTING],
    ],
};

pub(crate) static DEGRADE: Table =
    Table { heading: "degrade", required: &["from", "to", "for"], keys: &[SIDES, PATCH, &[LASTING]] };

pub(crate) static PAUSE: Table = Table { heading: "pause", required: &["who"], keys: &[&[WHO, LASTING]] };

pub(crate) static OUTAGE: Table = Table {
    heading: "outage",
    required: &["who", "for"],
    keys: &[&[key("who", Targets, "Which services; services for all."), LASTING]],
};

pub(crate) static STALL_DISK: Table = Table { heading: "stall-disk", required: &["who", "for"], keys: &[&[WHO, LASTING]] };

pub(crate) static SUSPEND: Table = Table {
    heading: "suspend",
    required: &["who"],
    keys: &[&[WHO, LASTING, key("clock", Choice(&["runs", "stops"]), "What its monotonic clock does meanwhile; default stops.")]],
};

pub(crate) static SLOW_DISK: Table = Table {
    heading: "slow-disk",
    required: &["who", "latency", "for"],
    keys: &[&[WHO, key("latency", Delay, "How long a write takes meanwhile."), LASTING]],
};

pub(crate) static CLOCK_RATE: Table =
    Table { heading: "clock-rate", required: &["who", "rate"], keys: &[&[WHO, key("rate", Rate, "1/1 is right.")]] };

pub(crate) static CLOCK_JUMP: Table = Table {
    heading: "clock-jump",
    required: &["who", "by"],
    keys: &[&[WHO, key("by", SignedSpan, "Forward, or back with a minus.")]],
};
