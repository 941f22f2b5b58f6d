//! The random fault script: which faults a seed draws, whom they hit, and that nothing stays broken.

use std::collections::BTreeMap;

use sim::algorithm::*;
use sim::delay::Delay;
use sim::fault::{Family, Fault, ScriptEvent, Shape, Swarm, Target, When};
use sim::observer::{Happening, NodeEvent, Observer};
use sim::setup::{MemberSetup, Setup, Work};
use sim::swarm::{describe, draw};
use sim::{Context, NoService, Options, Ratio, Registry, Span, Time};

fn swarm() -> Swarm {
    Swarm {
        families: Family::USUAL.to_vec(),
        from: Span::secs(2),
        until: Span::secs(42),
        every: Span::secs(1),
        lasting: (Span::millis(500), Span::secs(3)),
        loss: Ratio::new(1, 5),
        drift: Ratio::new(1, 100),
        core: Ratio::ZERO,
    }
}

fn setup() -> Setup {
    let slow = MemberSetup { clock_rate: Ratio::new(9, 10), ..MemberSetup::of(2) };
    Setup { duration: Span::secs(50), swarm: Some(swarm()), members: vec![slow], ..Setup::default() }
}

#[test]
fn every_family_is_in_force_in_about_half_of_the_seeds_and_none_has_no_family() {
    let mut times: BTreeMap<Family, u32> = BTreeMap::new();
    for seed in 0..1_000 {
        let families = describe(&swarm(), seed);
        assert!(!families.is_empty());
        families.iter().for_each(|family| *times.entry(*family).or_default() += 1);
    }
    assert_eq!(times.len(), Family::USUAL.len());
    assert!(times.values().all(|times| (300..=700).contains(times)), "{times:?}");
    let only = Swarm { families: vec![Family::Flap], ..swarm() };
    assert!((0..50).all(|seed| describe(&only, seed) == [Family::Flap]));
    assert!(draw(&Swarm { families: Vec::new(), ..swarm() }, &setup(), 1).is_empty());
}

fn family_of(fault: &Fault) -> Option<Family> {
    Some(match fault {
        Fault::Crash(_) => Family::Crash,
        Fault::Partition(_) => Family::Partition,
        Fault::Cut { .. } => Family::OneWayCut,
        Fault::Flap { .. } => Family::Flap,
        Fault::Degrade { patch, .. } if patch.loss.is_some() => Family::Loss,
        Fault::Degrade { patch, .. } if patch.duplicate.is_some() => Family::Duplication,
        Fault::Degrade { .. } => Family::Reordering,
        Fault::Pause { .. } => Family::Pause,
        Fault::SlowDisk { .. } => Family::SlowDisk,
        Fault::StallDisk { .. } => Family::StallDisk,
        Fault::ClockRate { rate, .. } if rate.denominator == 1_000_000 => Family::ClockRate,
        _ => return None,
    })
}

#[test]
fn only_the_families_of_the_seed_occur_and_most_faults_of_members_hit_the_leader() {
    let (mut at_leader, mut all) = (0, 0);
    for seed in 0..500 {
        let families = describe(&swarm(), seed);
        for event in draw(&swarm(), &setup(), seed) {
            if let Some(family) = family_of(&event.fault) {
                // A restart is a crash that ends at once.
                let restart = family == Family::Crash && families.contains(&Family::Restart);
                assert!(families.contains(&family) || restart, "{family:?} is not among {families:?}");
            }
            if let Fault::Crash(who) | Fault::Pause { who, .. } | Fault::StallDisk { who, .. } = &event.fault {
                let leads = [Target::Leader, Target::MinorityWithLeader, Target::QuorumWithLeader];
                all += 1;
                at_leader += usize::from(leads.contains(&who[0]));
            }
        }
    }
    assert!(all > 5_000 && 2 * at_leader > all, "{at_leader} of {all}");
}

#[test]
fn shapes_directions_and_strengths_vary_within_their_bounds() {
    let mut shapes = [0; 5];
    for event in (0..500).flat_map(|seed| draw(&swarm(), &setup(), seed)) {
        match event.fault {
            Fault::Partition(shape) => {
                let place = match shape {
                    Shape::Groups(_) => 0,
                    Shape::Bridge(_) => 1,
                    Shape::Ring => 2,
                    Shape::Chain(_) => 3,
                    Shape::Star(_) => 4,
                };
                shapes[place] += 1;
            }
            Fault::Degrade { patch, .. } => {
                if let Some(loss) = patch.loss {
                    assert!(loss.threshold() <= Ratio::new(1, 5).threshold() && !loss.is_zero());
                }
            }
            Fault::ClockRate { who, rate } => {
                let usual = if who == [Target::Member(2)] { 0.9 } else { 1.0 };
                let error = f64::from(rate.numerator) / f64::from(rate.denominator) / usual - 1.0;
                assert!(error.abs() < 0.010_001, "{rate} at {who:?}");
            }
            _ => {}
        }
    }
    assert!(shapes.iter().all(|times| *times > 20), "{shapes:?}");
}

/// The latest time at which this event can fire, by its own time or that of the one before it.
fn latest(events: &[ScriptEvent], event: &ScriptEvent) -> Span {
    let within = event.within.expect("a drawn event says how long it waits");
    match &event.when {
        When::At(Delay::Constant(at)) => *at + within,
        When::After(name, Delay::Constant(after)) => {
            let before = events.iter().find(|other| other.name == *name).expect("it follows an event of the script");
            latest(events, before) + *after + within
        }
        other => panic!("a drawn event has a drawn time: {other:?}"),
    }
}

#[test]
fn no_fault_lasts_beyond_the_end_even_if_it_waited_for_its_target() {
    for seed in 0..300 {
        let events = draw(&swarm(), &setup(), seed);
        let mut names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), events.len(), "names are unique");
        for event in &events {
            let lasts = match &event.fault {
                Fault::Pause { lasting, .. } => lasting.expect("a drawn pause ends by itself"),
                Fault::Flap { lasting, .. } | Fault::Degrade { lasting, .. } => *lasting,
                Fault::StallDisk { lasting, .. } | Fault::SlowDisk { lasting, .. } => *lasting,
                _ => Span::ZERO,
            };
            assert!(latest(&events, event) + lasts <= swarm().until, "{event:?}");
        }
    }
}

#[test]
fn in_its_share_of_the_seeds_fewer_than_half_of_the_members_stay_broken_and_the_rest_of_the_script_is_the_same() {
    let always = Swarm { core: Ratio::ONE, ..swarm() };
    let (mut down, mut cut_off, mut few) = (0, 0, [0; 5]);
    for seed in 0..200 {
        let (whole, with_core) = (draw(&swarm(), &setup(), seed), draw(&always, &setup(), seed));
        let (last, before) = with_core.split_last().expect("a script has an end");
        assert_eq!(before, whole.as_slice(), "under one seed the trouble is the same");
        assert_eq!(last.when, When::At(Delay::Constant(swarm().until + Span::nanos(1))));
        match &last.fault {
            Fault::Crash(who) => (down, few[who.len()]) = (down + 1, few[who.len()] + 1),
            Fault::HealCore(who) => (cut_off, few[5 - who.len()]) = (cut_off + 1, few[5 - who.len()] + 1),
            other => panic!("{other:?}"),
        }
    }
    assert!(down > 60 && cut_off > 60 && few[1] > 60 && few[2] > 60, "{down} {cut_off} {few:?}");
    let seldom = Swarm { core: Ratio::new(1, 4), ..swarm() };
    let cores = (0..1_000).filter(|&seed| draw(&seldom, &setup(), seed).len() > draw(&swarm(), &setup(), seed).len()).count();
    assert!((200..300).contains(&cores), "{cores}");
    let pair = Setup { nodes: 2, ..setup() };
    assert_eq!(draw(&always, &pair, 1), draw(&swarm(), &pair, 1), "two have no smaller majority");
}

#[test]
fn absurd_times_give_a_short_script_and_no_panic() {
    let often = Swarm { every: Span::ZERO, ..swarm() };
    assert!(draw(&often, &setup(), 1).len() < 30_000);
    let never = Swarm { until: Span::secs(1), ..swarm() };
    assert!(draw(&never, &setup(), 1).len() <= 3 + usize::from(setup().nodes));
    let odd = Swarm { lasting: (Span::secs(9), Span::ZERO), loss: Ratio::ZERO, drift: Ratio::new(7, 1), ..swarm() };
    for nodes in 1..4 {
        let setup = Setup { nodes, ..Setup::default() };
        assert!(!draw(&odd, &setup, 1).is_empty());
    }
}

/// Everybody pings everybody; `n1` leads from the start, so that there is a leader to aim at. `DISK`: every ping needs a write.
struct Ping<const DISK: bool>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Empty;
impl Encode for Empty {
    fn encode(&self, _to: &mut Encoder) {}
}
impl Message for Empty {
    fn kind(&self) -> &'static str {
        "Ping"
    }
}
#[derive(Clone, Default, Debug)]
struct Written;
impl Durable for Written {
    type Write = Empty;
    fn apply(&mut self, _: &Empty) {}
}

impl<const DISK: bool> Algorithm for Ping<DISK> {
    const NAME: &'static str = if DISK { "ping-disk" } else { "ping" };
    const ABOUT: &'static str = "pings";
    const CITATION: &'static str = "this test";
    type Config = ();
    type Durable = Written;
    type Message = Empty;
    type Timer = Empty;
    type Mutant = Never;
    type Service = NoService;
    fn claims(_: &()) -> Vec<Claim> {
        Vec::new()
    }
    fn bounds(_: &(), _: &Network) -> Bounds {
        Bounds::default()
    }
    fn facts(_: &()) -> Facts {
        Facts { epochs: false, votes: false, history: false, durable: false, leases: false }
    }
    fn start(ctx: &mut Context<'_, Self>) -> Self {
        ctx.arm(Empty, Span::millis(50));
        Ping
    }
    fn on_message(&mut self, _: NodeId, _: Empty, _: &mut Context<'_, Self>) {}
    fn on_timer(&mut self, _: Empty, ctx: &mut Context<'_, Self>) {
        if DISK {
            ctx.persist(Empty);
        }
        ctx.broadcast(&Empty);
        ctx.arm(Empty, Span::millis(50));
    }
    fn observe(&self, _: &Written) -> Observation {
        Observation::new(Role::Leader, Epoch(1, 0)).with_authority(Authority::UntilItSays)
    }
}

/// What was lost, by time; who is not running; and the script as it was acted out, role by role.
#[derive(Default)]
struct Log {
    dropped: Vec<Time>,
    delivered: Vec<Time>,
    broken: BTreeMap<NodeId, NodeEvent>,
    faults: Vec<(Time, String)>,
}
impl Observer for Log {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        match what {
            Happening::Dropped { .. } => self.dropped.push(at),
            Happening::Delivered { .. } => self.delivered.push(at),
            Happening::Fault { event, .. } => self.faults.push((at, String::from(*event))),
            Happening::Node { node, event: NodeEvent::Restarted | NodeEvent::Resumed } => {
                self.broken.remove(node);
            }
            Happening::Node { node, event: event @ (NodeEvent::Crashed | NodeEvent::Paused) } => {
                self.broken.insert(*node, *event);
            }
            _ => {}
        }
    }
}

fn run<const DISK: bool>(setup: &Setup, seed: u64) -> Log {
    let registry = Registry::new().with::<Ping<DISK>>();
    let mut log = Log::default();
    let options = Options { observer: Some(&mut log), ..Options::default() };
    registry.iter().next().unwrap().run(setup, &[], seed, options);
    log
}

#[test]
fn after_the_end_nothing_is_lost_and_everybody_runs() {
    let mut setup = setup();
    setup.work = Work { on: false, ..Work::default() };
    let over = Time::ZERO + swarm().until;
    let mut lost = 0;
    for seed in 0..30 {
        let log = run::<true>(&setup, seed);
        lost += log.dropped.len();
        assert!(log.broken.is_empty(), "{:?}", log.broken);
        // What was sent before the end is lost no later than the longest delay after it.
        let last = log.dropped.iter().max().copied().unwrap_or(Time::ZERO);
        assert!(last <= over + swarm().lasting.1, "{last:?}");
        // Five members ping four others every 50 ms, n3 every 55.6: in the last second all of it arrives.
        let from = Time(over.0 + 7_000_000_000);
        let calm = log.delivered.iter().filter(|at| **at > from).count();
        assert!((385..=405).contains(&calm), "{calm}");
    }
    assert!(lost > 3_000, "or this would prove nothing: {lost}");
}

#[test]
fn the_script_is_the_same_for_every_algorithm_and_for_every_run() {
    for seed in 0..10 {
        assert_eq!(draw(&swarm(), &setup(), seed), draw(&swarm(), &setup(), seed));
        assert_eq!(run::<false>(&setup(), seed).faults, run::<true>(&setup(), seed).faults);
    }
    assert_ne!(draw(&swarm(), &setup(), 1), draw(&swarm(), &setup(), 2));
}
