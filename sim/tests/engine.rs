//! The engine by itself, under an algorithm so simple that what it must do can be counted by hand: `n1` leads for ever,
//! counts on its disk every 10 ms, and pings the others, who answer.

use sim::algorithm::*;
use sim::delay::{Delay, LinkPatch};
use sim::fault::{ClockDuring, Fault, ScriptEvent, Shape, Target, When};
use sim::observer::{Dropped, Happening, Observer};
use sim::setup::{Setup, Work};
use sim::{Context, NoService, Options, Ratio, Registry, Span, Time};

struct Beat;

#[derive(Clone, Debug, Default)]
struct Counted(u64);
#[derive(Clone, Debug)]
struct One;
impl Encode for One {
    fn encode(&self, _to: &mut Encoder) {}
}
impl Durable for Counted {
    type Write = One;
    fn apply(&mut self, _write: &One) {
        self.0 += 1;
    }
}

#[derive(Clone, Debug)]
enum Message {
    Ping(u64),
    Pong(u64),
}
impl Encode for Message {
    fn encode(&self, to: &mut Encoder) {
        match self {
            Message::Ping(n) => to.words([1, *n]),
            Message::Pong(n) => to.words([2, *n]),
        }
    }
}
impl sim::Message for Message {
    fn kind(&self) -> &'static str {
        match self {
            Message::Ping(_) => "Ping",
            Message::Pong(_) => "Pong",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Tick;
impl Encode for Tick {
    fn encode(&self, _to: &mut Encoder) {}
}

const PERIOD: Span = Span::millis(10);

impl Algorithm for Beat {
    const NAME: &'static str = "beat";
    const ABOUT: &'static str = "n1 leads and pings";
    const CITATION: &'static str = "this test";
    type Config = ();
    type Durable = Counted;
    type Message = Message;
    type Timer = Tick;
    type Mutant = Never;
    type Service = NoService;

    fn claims(_: &()) -> Vec<Claim> {
        Vec::new()
    }
    fn bounds(_: &(), _: &Network) -> Bounds {
        Bounds { recovery: vec![(Span::secs(1), "a second")], ..Bounds::default() }
    }
    fn facts(_: &()) -> Facts {
        Facts { epochs: false, votes: false, history: false, durable: true, leases: false }
    }
    fn start(ctx: &mut Context<'_, Self>) -> Self {
        if ctx.id() == NodeId(0) {
            ctx.arm(Tick, PERIOD);
        }
        Beat
    }
    fn on_message(&mut self, from: NodeId, message: Message, ctx: &mut Context<'_, Self>) {
        if let Message::Ping(n) = message {
            ctx.send(from, Message::Pong(n));
        }
    }
    fn on_timer(&mut self, _: Tick, ctx: &mut Context<'_, Self>) {
        ctx.persist(One);
        let count = ctx.durable().0;
        ctx.broadcast(&Message::Ping(count));
        ctx.arm(Tick, PERIOD);
    }
    fn observe(&self, durable: &Counted) -> Observation {
        // Only n1 ever counts.
        let leads = durable.0 > 0;
        let role = if leads { Role::Leader } else { Role::Follower };
        Observation::new(role, Epoch(1, 0)).with_authority(if leads { Authority::UntilItSays } else { Authority::None })
    }
    fn backed(message: &Message, disk: &Counted, _: NodeId) -> bool {
        !matches!(message, Message::Ping(n) if *n > disk.0)
    }
}

/// One line for each thing that happened, with its time in microseconds.
#[derive(Default)]
struct Log(Vec<(u64, String)>);

impl Observer for Log {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        let words = match what {
            Happening::Sent { from, to, message, .. } => format!("{from} sends {message:?} to {to}"),
            Happening::Delivered { to, message, .. } => format!("{to} gets {message:?}"),
            Happening::Dropped { to, why, .. } => format!("lost to {to}: {why:?}"),
            Happening::TimerFired { node, .. } => format!("{node} ticks"),
            Happening::Fault { text, .. } => format!("fault: {text}"),
            _ => return,
        };
        self.0.push((at.0 / 1_000, words));
    }
}

impl Log {
    fn count(&self, part: &str) -> usize {
        self.0.iter().filter(|(_, words)| words.contains(part)).count()
    }
    fn times(&self, part: &str) -> Vec<u64> {
        self.0.iter().filter(|(_, words)| words.contains(part)).map(|(at, _)| *at).collect()
    }
}

fn quiet() -> Setup {
    let mut setup = Setup { nodes: 3, duration: Span::millis(100), ..Setup::default() };
    setup.link.delay = Delay::Constant(Span::millis(1));
    setup.work = Work { on: false, ..Work::default() };
    setup
}

fn event(name: &str, at: u64, fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Constant(Span::micros(at)));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

fn run(setup: &Setup, seed: u64) -> (sim::outcome::Outcome, Log) {
    let registry = Registry::new().with::<Beat>();
    let mut log = Log::default();
    let options = Options { observer: Some(&mut log), ..Options::default() };
    let outcome = registry.get("beat").unwrap().run(setup, &[], seed, options);
    (outcome, log)
}

fn members(numbers: &[u16]) -> Vec<Target> {
    numbers.iter().map(|n| Target::Member(*n)).collect()
}

#[test]
fn ticks_pings_and_pongs_can_be_counted_by_hand() {
    let (outcome, log) = run(&quiet(), 1);
    // Nine ticks before 100 ms, two pings and two pongs each.
    assert_eq!(log.count("ticks"), 9);
    assert_eq!((outcome.counters.sent, outcome.counters.delivered, outcome.counters.timers), (36, 36, 9));
    assert_eq!(outcome.events, 45);
    assert_eq!(outcome.tenures.len(), 1);
    assert_eq!(outcome.tenures[0].from, Time(10_000_000));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_watching_or_judging_changes_nothing() {
    let mut setup = quiet();
    setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(5));
    let registry = Registry::new().with::<Beat>();
    let player = registry.get("beat").unwrap();
    let alone = |seed, checks| player.run(&setup, &[], seed, Options { checks, ..Options::default() }).fingerprint;
    assert_eq!(alone(1, true), run(&setup, 1).0.fingerprint);
    assert_eq!(alone(1, true), alone(1, false));
    assert_ne!(alone(1, true), alone(2, true));
}

#[test]
fn what_is_sent_after_a_persist_waits_for_the_disk() {
    let mut setup = quiet();
    setup.disk = Delay::Constant(Span::millis(3));
    let (_, log) = run(&setup, 1);
    assert_eq!(log.times("ticks")[0], 10_000);
    assert_eq!(log.times("n1 sends Ping(1)"), [13_000, 13_000]);
    assert_eq!(log.times("gets Ping(1)"), [14_000, 14_000]);
}

#[test]
fn a_stalled_disk_holds_messages_back_in_order_while_the_rest_goes_on() {
    let mut setup = quiet();
    setup.disk = Delay::Constant(Span::millis(3));
    setup.script = vec![event("stall", 11_000, Fault::StallDisk { who: members(&[0]), lasting: Span::millis(40) })];
    let (_, log) = run(&setup, 1);
    assert_eq!(log.count("n1 ticks"), 9);
    let pings = log.times("n1 sends Ping");
    // The flush of 10 ms was under way when the disk stalled at 11 ms; it is answered at 51 ms, and one more flush takes
    // all that was written meanwhile.
    assert_eq!(pings[..4], [51_000, 51_000, 54_000, 54_000]);
}

#[test]
fn a_paused_process_does_nothing_and_then_everything() {
    let mut setup = quiet();
    setup.script = vec![event("pause", 15_000, Fault::Pause { who: members(&[1]), lasting: Some(Span::millis(30)) })];
    let (_, log) = run(&setup, 1);
    let at = log.times("n2 gets Ping");
    assert_eq!(at[..5], [11_000, 45_000, 45_000, 45_000, 51_000]);
}

#[test]
fn where_pauses_overlap_the_latest_end_counts_and_a_clock_stops_even_in_a_process_that_stands_still() {
    let mut setup = quiet();
    let clock = ClockDuring::Stops;
    setup.script = vec![
        event("long", 15_000, Fault::Pause { who: members(&[0]), lasting: Some(Span::millis(40)) }),
        event("short", 19_000, Fault::Suspend { who: members(&[0]), lasting: Some(Span::millis(10)), clock }),
    ];
    // The timer of 20 ms had a millisecond to go when the clock stopped.
    assert_eq!(run(&setup, 1).1.times("n1 ticks")[..2], [10_000, 56_000]);
}

#[test]
fn where_disk_troubles_overlap_each_ends_for_itself() {
    let mut setup = quiet();
    let slow = |millis, lasting| {
        let latency = Delay::Constant(Span::millis(millis));
        Fault::SlowDisk { who: members(&[0]), latency, lasting: Span::millis(lasting) }
    };
    setup.script = vec![event("two", 15_000, slow(2, 50)), event("one", 25_000, slow(1, 10))];
    let sent = run(&setup, 1).1.times("n1 sends Ping");
    assert_eq!([sent[0], sent[2], sent[4], sent[6]], [10_000, 22_000, 31_000, 42_000]);
}

#[test]
fn a_fault_that_changes_nothing_is_not_said_to_have_happened() {
    let mut setup = quiet();
    setup.script = vec![
        event("first", 15_000, Fault::Crash(members(&[1]))),
        event("again", 20_000, Fault::Crash(members(&[1]))),
        event("awake", 25_000, Fault::Resume(members(&[2]))),
        event("tidy", 30_000, Fault::Resume(vec![Target::All])),
    ];
    let (outcome, log) = run(&setup, 1);
    let missed: Vec<&str> = outcome.not_exercised.iter().map(|missed| missed.event.as_str()).collect();
    assert_eq!(missed, ["again", "awake"]);
    assert_eq!(log.count("fault:"), 1);
}

#[test]
fn an_overdue_timer_fires_when_the_pause_ends() {
    let mut setup = quiet();
    setup.script = vec![event("pause", 15_000, Fault::Pause { who: members(&[0]), lasting: Some(Span::millis(30)) })];
    assert_eq!(run(&setup, 1).1.times("n1 ticks")[..3], [10_000, 45_000, 55_000]);
}

#[test]
fn a_suspended_machine_whose_clock_stops_ticks_later_by_as_much() {
    let mut setup = quiet();
    let clock = ClockDuring::Stops;
    setup.script = vec![event("suspend", 15_000, Fault::Suspend { who: members(&[0]), lasting: Some(Span::millis(30)), clock })];
    assert_eq!(run(&setup, 1).1.times("n1 ticks")[..3], [10_000, 50_000, 60_000]);
}

#[test]
fn a_clock_at_double_rate_ticks_twice_as_often() {
    let mut setup = quiet();
    setup.script = vec![event("rate", 14_000, Fault::ClockRate { who: members(&[0]), rate: Ratio::new(2, 1) })];
    // 6 ms of local time were left, which take 3 ms now.
    assert_eq!(run(&setup, 1).1.times("n1 ticks")[..4], [10_000, 17_000, 22_000, 27_000]);
}

#[test]
fn a_cut_loses_what_is_sent_and_what_is_under_way_and_only_in_its_direction() {
    let mut setup = quiet();
    let cut = Fault::Cut { from: members(&[0]), to: members(&[1]), both: false };
    setup.script = vec![event("cut", 10_500, cut), event("heal", 35_000, Fault::Heal)];
    let (_, log) = run(&setup, 1);
    assert_eq!(log.count(&format!("lost to n2: {:?}", Dropped::CutOnArrival)), 1);
    assert_eq!(log.count(&format!("lost to n2: {:?}", Dropped::CutWhenSent)), 2);
    assert_eq!(log.times("n2 gets Ping")[0], 41_000);
    assert_eq!(log.count("n3 gets Ping"), 9);
}

#[test]
fn a_message_under_way_survives_the_crash_of_its_sender_and_reaches_the_next_incarnation_of_its_receiver() {
    let mut setup = quiet();
    setup.link.delay = Delay::Constant(Span::millis(5));
    setup.script =
        vec![event("crash", 11_000, Fault::Crash(members(&[0, 1]))), event("restart", 12_000, Fault::Restart(members(&[1])))];
    let (outcome, log) = run(&setup, 1);
    assert_eq!(log.times("n2 gets Ping"), [15_000]);
    assert_eq!(outcome.tenures[0].until, Some(Time(11_000_000)));
}

#[test]
fn a_crash_keeps_what_the_disk_had_answered_for() {
    let mut setup = quiet();
    setup.disk = Delay::Constant(Span::millis(3));
    setup.script =
        vec![event("crash", 31_000, Fault::Crash(members(&[0]))), event("restart", 32_000, Fault::Restart(members(&[0])))];
    let mut kept = [0; 2];
    for seed in 0..100 {
        let (_, log) = run(&setup, seed);
        // Two counts were durable; the third was being flushed, and may or may not have made it.
        match log.0.iter().find(|(at, words)| *at > 32_000 && words.starts_with("n1 sends Ping")).unwrap().1.as_str() {
            "n1 sends Ping(3) to n2" => kept[0] += 1,
            "n1 sends Ping(4) to n2" => kept[1] += 1,
            other => panic!("{other}"),
        }
    }
    assert!(kept[0] > 30 && kept[1] > 30, "{kept:?}");
}

#[test]
fn loss_of_one_loses_all_and_duplication_of_one_doubles_all() {
    let mut setup = quiet();
    setup.link.loss = Ratio::ONE;
    let (outcome, _) = run(&setup, 1);
    assert_eq!((outcome.counters.sent, outcome.counters.delivered, outcome.counters.dropped), (18, 0, 18));
    setup.link.loss = Ratio::ZERO;
    setup.link.duplicate = Ratio::ONE;
    let (_, log) = run(&setup, 1);
    assert_eq!(log.count("n2 gets Ping"), 18);
}

#[test]
fn a_degraded_link_is_itself_again_afterwards() {
    let mut setup = quiet();
    let patch = LinkPatch { extra: Some(Span::millis(2)), ..LinkPatch::default() };
    let degrade = Fault::Degrade { from: members(&[0]), to: members(&[1]), both: false, patch, lasting: Span::millis(20) };
    setup.script = vec![event("degrade", 15_000, degrade)];
    assert_eq!(run(&setup, 1).1.times("n2 gets Ping")[..4], [11_000, 23_000, 33_000, 41_000]);
}

#[test]
fn a_fault_waits_for_its_target_and_is_reported_if_there_is_none() {
    let mut setup = quiet();
    setup.script = vec![event("early", 1_000, Fault::Crash(vec![Target::Leader]))];
    let (outcome, log) = run(&setup, 1);
    assert_eq!(log.times("fault: crash n1"), [10_000]);
    assert!(outcome.not_exercised.is_empty());

    let mut impatient = event("early", 1_000, Fault::Crash(vec![Target::Leader]));
    impatient.within = Some(Span::millis(2));
    setup.script = vec![impatient, event("late", 200_000, Fault::Heal)];
    let (outcome, _) = run(&setup, 1);
    let missed: Vec<&str> = outcome.not_exercised.iter().map(|missed| missed.event.as_str()).collect();
    assert_eq!(missed, ["early", "late"]);
}

#[test]
fn a_repeated_event_that_had_to_wait_goes_on_repeating_once_a_period() {
    let mut setup = quiet();
    let mut rate = event("rate", 1_000, Fault::ClockRate { who: vec![Target::Leader], rate: Ratio::ONE });
    rate.every = Some(Delay::Constant(Span::millis(20)));
    setup.script = vec![rate];
    assert_eq!(run(&setup, 1).1.times("fault: clock"), [10_000, 21_000, 41_000, 61_000, 81_000]);
}

#[test]
fn events_that_follow_another_shift_with_it_and_mean_whom_it_meant() {
    let mut setup = quiet();
    let mut crash = event("crash", 1_000, Fault::Crash(vec![Target::Leader]));
    crash.bind = Some(String::from("victim"));
    let mut restart = event("restart", 0, Fault::Restart(vec![Target::Named(String::from("victim"))]));
    restart.when = When::After(String::from("crash"), Delay::Constant(Span::millis(7)));
    setup.script = vec![crash, restart];
    assert_eq!(run(&setup, 1).1.times("fault: restart n1"), [17_000]);
}

#[test]
fn shapes_of_partitions_connect_whom_they_should() {
    let reached = |shape: Shape| {
        let mut setup = quiet();
        setup.nodes = 5;
        setup.script = vec![event("partition", 0, Fault::Partition(shape))];
        let (_, log) = run(&setup, 1);
        (2..=5).filter(|n| log.count(&format!("n{n} gets Ping")) > 0).collect::<Vec<_>>()
    };
    assert_eq!(reached(Shape::Ring), [2, 5]);
    assert_eq!(reached(Shape::Chain(Vec::new())), [2]);
    assert_eq!(reached(Shape::Star(Target::Member(2))), [3]);
    assert_eq!(reached(Shape::Bridge(Target::Member(4))), [2, 5]);
    assert_eq!(reached(Shape::Groups(vec![members(&[0, 3])])), [4]);
    assert_eq!(reached(Shape::Groups(vec![members(&[1]), vec![Target::Others]])), [3, 4, 5]);
}
