//! Everything that a scenario can say arrives in the setup as it was meant.

mod common;

use scenarios::{Scenario, overrides};
use sim::algorithm::Promise;
use sim::delay::{Burst, Reorder};
use sim::fault::{ClockDuring, Family, Fault, Moment, Shape, Target, When};
use sim::setup::{Fencing, Measure, MemberSetup, Operation, Reads, Stop, Work};
use sim::{Delay, Entry, Epoch, LinkPatch, Ratio, Span, Value};

fn read(text: &str) -> Scenario {
    Scenario::parse(text, "test.toml", &common::registry()).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn fault(text: &str) -> Fault {
    let text = format!(
        "duration = \"20s\"\n[[event]]\nname = \"e\"\nat = \"1s\"\n{text}\n[[event]]\nat = \"1s\"\ncrash = \"n1\"\nas = \"L\"\n"
    );
    read(&text).setup.script[0].fault.clone()
}

fn one(target: Target) -> Vec<Target> {
    vec![target]
}

const MS: fn(u64) -> Span = Span::millis;

#[test]
fn every_fault_reads_naturally() {
    use Target::{Leader, Member, Named, Others};
    let all = [
        ("partition = [[\"leader\"], [\"others\"]]", Fault::Partition(Shape::Groups(vec![one(Leader), one(Others)]))),
        (
            "partition = [\"n1\", [\"n2\", \"n3\"]]",
            Fault::Partition(Shape::Groups(vec![one(Member(0)), vec![Member(1), Member(2)]])),
        ),
        ("partition = { bridge = \"n3\" }", Fault::Partition(Shape::Bridge(Member(2)))),
        ("partition = { star = \"leader\" }", Fault::Partition(Shape::Star(Leader))),
        ("partition = { chain = [\"n2\", \"n1\"] }", Fault::Partition(Shape::Chain(vec![Member(1), Member(0)]))),
        ("partition = \"ring\"", Fault::Partition(Shape::Ring)),
        ("partition = { ring = true }", Fault::Partition(Shape::Ring)),
        ("cut = { from = \"leader\", to = \"others\" }", Fault::Cut { from: one(Leader), to: one(Others), both: false }),
        (
            "cut = { from = \"leader\", to = \"others\", both = true }",
            Fault::Cut { from: one(Leader), to: one(Others), both: true },
        ),
        (
            "flap = { from = \"n1\", to = \"resource\", down = \"10ms\", up = { exponential = \"20ms\" }, for = \"5s\" }",
            Fault::Flap {
                from: one(Member(0)),
                to: one(Target::Part("resource".into())),
                both: false,
                down: Delay::Constant(MS(10)),
                up: Delay::Exponential { mean: MS(20) },
                lasting: Span::secs(5),
            },
        ),
        (
            "degrade = { from = \"all\", to = \"L\", loss = \"1/5\", delay = \"1ms\", for = \"5s\" }",
            Fault::Degrade {
                from: one(Target::All),
                to: one(Named("L".into())),
                both: false,
                patch: LinkPatch { loss: Some(Ratio::new(1, 5)), delay: Some(Delay::Constant(MS(1))), ..LinkPatch::default() },
                lasting: Span::secs(5),
            },
        ),
        ("heal = true", Fault::Heal),
        ("crash = \"quorum-with-leader\"", Fault::Crash(one(Target::QuorumWithLeader))),
        ("crash = [\"n1\", \"n2\"]", Fault::Crash(vec![Member(0), Member(1)])),
        ("restart = \"L\"", Fault::Restart(one(Named("L".into())))),
        ("wipe = \"n1\"", Fault::Wipe(one(Member(0)))),
        ("pause = \"random\"", Fault::Pause { who: one(Target::Random), lasting: None }),
        ("pause = { who = \"leader\", for = \"3s\" }", Fault::Pause { who: one(Leader), lasting: Some(Span::secs(3)) }),
        ("suspend = \"leader\"", Fault::Suspend { who: one(Leader), lasting: None, clock: ClockDuring::Stops }),
        (
            "suspend = { who = \"leader\", for = \"3s\", clock = \"runs\" }",
            Fault::Suspend { who: one(Leader), lasting: Some(Span::secs(3)), clock: ClockDuring::Runs },
        ),
        ("resume = \"all\"", Fault::Resume(one(Target::All))),
        ("stall-disk = { who = \"leader\", for = \"3s\" }", Fault::StallDisk { who: one(Leader), lasting: Span::secs(3) }),
        (
            "slow-disk = { who = \"leader\", latency = \"9ms\", for = \"3s\" }",
            Fault::SlowDisk { who: one(Leader), latency: Delay::Constant(MS(9)), lasting: Span::secs(3) },
        ),
        (
            "clock-rate = { who = \"n1\", rate = \"101/100\" }",
            Fault::ClockRate { who: one(Member(0)), rate: Ratio::new(101, 100) },
        ),
        ("clock-jump = { who = \"n1\", by = \"-2s\" }", Fault::ClockJump { who: one(Member(0)), by: -2_000_000_000 }),
        ("transfer = \"follower\"", Fault::Transfer { to: Target::Follower }),
        ("partition = [[\"minority-with-leader\"]]", Fault::Partition(Shape::Groups(vec![one(Target::MinorityWithLeader)]))),
    ];
    for (text, expected) in all {
        assert_eq!(fault(text), expected, "{text}");
    }
}

#[test]
fn all_links_are_healed_or_those_of_a_core() {
    assert_eq!(fault("heal = [\"n1\", \"n2\"]"), Fault::HealCore(vec![Target::Member(0), Target::Member(1)]));
    assert_eq!(fault("heal = \"quorum-with-leader\""), Fault::HealCore(one(Target::QuorumWithLeader)));
}

#[test]
fn an_event_may_wait_for_a_moment_and_hit_whoever_comes_to_it() {
    for moment in Moment::ALL {
        let text = format!("[[event]]\nat = \"2s\"\nwhen = \"{}\"\ncrash = \"there\"\n", moment.name());
        let event = read(&text).setup.script[0].clone();
        assert_eq!(event.when, When::Moment(Delay::Constant(Span::secs(2)), moment));
        assert_eq!(event.fault, Fault::Crash(one(Target::There)));
    }
}

#[test]
fn every_distribution_can_be_written() {
    let all = [
        ("\"5ms\"", Delay::Constant(MS(5))),
        ("{ constant = \"5ms\" }", Delay::Constant(MS(5))),
        ("{ uniform = [\"1ms\", \"5ms\"] }", Delay::Uniform(MS(1), MS(5))),
        ("{ normal = { mean = \"5ms\", deviation = \"3ms\" } }", Delay::Normal { mean: MS(5), deviation: MS(3) }),
        ("{ exponential = { mean = \"5ms\" } }", Delay::Exponential { mean: MS(5) }),
        ("{ log-normal = { median = \"5ms\", sigma = \"1/2\" } }", Delay::LogNormal { median: MS(5), sigma: Ratio::new(1, 2) }),
        ("{ pareto = { scale = \"5ms\", shape = \"3/2\" } }", Delay::Pareto { scale: MS(5), shape: Ratio::new(3, 2) }),
        ("{ table = [\"1ms\", \"2ms\", \"9ms\"] }", Delay::Table([MS(1), MS(2), MS(9)].into())),
    ];
    for (text, expected) in all {
        assert_eq!(read(&format!("[network]\ndelay = {text}\n")).setup.link.delay, expected, "{text}");
    }
}

#[test]
fn measured_delays_are_read_from_a_file_and_sorted() {
    let text = "[network]\ndelay = { file = \"measured.txt\" }\n";
    let file = |name: &str| match name {
        "measured.txt" => Ok(String::from("# ping, in the morning\n3ms\n1.3ms\n\n2ms # lunch\n")),
        _ => Err(String::from("no")),
    };
    let scenario = Scenario::parse_using(text, "dir/test.toml", &common::registry(), &[], &file).unwrap();
    assert_eq!(scenario.setup.link.delay, Delay::Table([Span::micros(1300), MS(2), MS(3)].into()));
    assert_eq!(scenario.files.len(), 1, "the file travels with a saved failure");
    let bad = |_: &str| Ok(String::from("1ms\nabout 3\n"));
    let wrong = Scenario::parse_using(text, "test.toml", &common::registry(), &[], &bad).unwrap_err().to_string();
    assert!(wrong.contains("measured.txt:2:"), "{wrong}");
}

#[test]
fn links_sessions_disks_and_work_are_set() {
    let setup = read(
        "start-offset = \"7ms\"\n[network]\nfloor = \"1ms\"\nextra = \"2ms\"\nloss = \"1/100\"\nburst = { good = \"1s\", bad = \"10ms\", loss = \"1/2\" }\n\
         duplicate = \"1/50\"\nreorder = { chance = \"1/10\", by = \"9ms\" }\n\
         [[link]]\nfrom = \"n1\"\nto = \"n2\"\nextra = \"30ms\"\n[[link]]\nfrom = \"n3\"\nto = \"all\"\nboth = true\ncut = true\n\
         [session]\ntimeout = \"3s\"\nretransmit = \"100ms\"\n[disk]\nlatency = \"4ms\"\n\
         [work]\non = true\ninterval = \"20ms\"\nthink = \"3ms\"\nfencing = \"at-least\"\n",
    )
    .setup;
    assert_eq!(setup.start_offset, Some(Delay::Constant(MS(7))));
    assert_eq!((setup.link.floor, setup.link.extra, setup.link.loss), (MS(1), MS(2), Ratio::new(1, 100)));
    assert_eq!(setup.link.burst, Some(Burst { good: Span::secs(1), bad: MS(10), loss: Ratio::new(1, 2) }));
    assert_eq!(setup.link.reorder, Some(Reorder { chance: Ratio::new(1, 10), by: Delay::Constant(MS(9)) }));
    assert_eq!((setup.links[0].from.clone(), setup.links[0].both, setup.links[0].cut), (Target::Member(0), false, false));
    assert_eq!(setup.links[0].patch.extra, Some(MS(30)));
    assert_eq!((setup.links[1].to.clone(), setup.links[1].both, setup.links[1].cut), (Target::All, true, true));
    assert_eq!((setup.session.timeout, setup.session.retransmit), (Span::secs(3), MS(100)));
    assert_eq!(setup.disk, Delay::Constant(MS(4)));
    assert_eq!((setup.work.interval, setup.work.fencing), (MS(20), Fencing::AtLeast));
}

#[test]
fn work_on_the_resource_is_set() {
    let work = read(
        "[work]\noperations = [\"write\", \"read\", \"delete\"]\nreads = \"memory\"\nlock-delay = \"15s\"\ntake-over = true\n\
         fencing = \"equal\"\nhigh-water = \"volatile\"\nchecked = [\"write\", \"job\"]\njob = \"10s\"\nidempotent = true\n\
         [[event]]\nat = \"1s\"\ncrash = \"resource\"\n[[event]]\nat = \"2s\"\nrestart = [\"resource\", \"n1\"]\n",
    )
    .setup
    .work;
    let expected = Work {
        operations: vec![Operation::Write, Operation::Read, Operation::Delete],
        reads: Reads::Memory,
        lock_delay: Span::secs(15),
        take_over: Some(true),
        fencing: Fencing::Equal,
        durable_mark: false,
        checked: vec![Operation::Write, Operation::Job],
        job: Some(Span::secs(10)),
        idempotent: true,
        ..Work::default()
    };
    assert_eq!(work, expected);
    assert_eq!(read("[work]\n").setup.work, Work::default());
}

#[test]
fn members_start_as_they_are_told() {
    let scenario = read(
        "nodes = 3\nfirst-leader = \"n2\"\ndown = [\"n3\"]\neligible = [\"n2\", \"n3\"]\nlogs = \"distinct\"\n\
         [[node]]\nid = \"n1\"\nclock-rate = \"101/100\"\nwall-offset = \"-5ms\"\nstart-offset = \"1ms\"\ndisk = \"9ms\"\nlog = [1, 1, 2]\n\
         algorithm.raft.election-timeout = [\"3s\", \"4s\"]\n",
    );
    let entry = |epoch| Entry { epoch: Epoch(epoch, 0), item: None };
    let expected = [
        MemberSetup {
            clock_rate: Ratio::new(101, 100),
            wall_offset: -5_000_000,
            start_offset: Some(Delay::Constant(MS(1))),
            ineligible: true,
            disk: Some(Delay::Constant(MS(9))),
            log: vec![entry(1), entry(1), entry(2)],
            settings: vec![("raft".into(), "election-timeout".into(), Value::Range(Span::secs(3), Span::secs(4)))],
            ..MemberSetup::of(0)
        },
        MemberSetup { log: vec![entry(1)], ..MemberSetup::of(1) },
        MemberSetup { down: true, log: vec![entry(1), entry(1)], ..MemberSetup::of(2) },
    ];
    assert_eq!(scenario.setup.members, expected);
    assert_eq!(scenario.setup.first_leader, Some(1));
    assert!(read("logs = \"equal\"\n").setup.members.is_empty());
    assert_eq!(read("logs = [1, 2]\nnodes = 2\n").setup.members[1].log, [entry(1), entry(2)]);
}

#[test]
fn events_say_when_and_for_whom() {
    let script = read(
        "duration = \"30s\"\n[[event]]\nname = \"a\"\nat = { uniform = [\"1s\", \"2s\"] }\nevery = \"3s\"\nuntil = \"20s\"\ncrash = \"leader\"\nas = \"L\"\nwithin = \"1s\"\n\
         [[event]]\nafter = \"a\"\ndelay = \"500ms\"\nrestart = \"L\"\n[[event]]\nafter = \"a\"\nrestart = \"n1\"\n",
    )
    .setup
    .script;
    assert_eq!(script[0].when, When::At(Delay::Uniform(Span::secs(1), Span::secs(2))));
    assert_eq!((script[0].every.clone(), script[0].until), (Some(Delay::Constant(Span::secs(3))), Some(Span::secs(20))));
    assert_eq!((script[0].bind.as_deref(), script[0].within), (Some("L"), Some(Span::secs(1))));
    assert_eq!(script[1].when, When::After("a".into(), Delay::Constant(MS(500))));
    assert_eq!(script[2].when, When::After("a".into(), Delay::Constant(Span::ZERO)));
    assert_eq!((script[1].name.as_str(), script[2].name.as_str()), ("restart", "restart-2"));
}

#[test]
fn a_salt_and_a_count_of_messages_can_be_asked_for() {
    let setup = read("salt = 7\nmeasure = \"messages-to-first-leader\"\n").setup;
    assert_eq!((setup.salt, setup.measure), (7, Some(Measure::MessagesToFirstLeader)));
    assert_eq!(read("nodes = 3\n").setup.salt, 0);
}

#[test]
fn swarm_measure_stop_expectations_and_thresholds_are_kept() {
    let scenario = read(
        "stop = \"first-failover\"\nmeasure = { what = \"first-leader\", offset = \"75ms\" }\n\
         [swarm]\nfamilies = [\"crash\", \"loss\"]\nfrom = \"1s\"\nuntil = \"9s\"\nevery = \"500ms\"\nlasting = [\"1s\", \"2s\"]\n\
         [expect.raft]\nfinds = [\"effective-split-brain\", \"belief-overlap\"]\n[threshold.raft]\nfailover-p99 = \"2s\"\nunrecovered = 0\n",
    );
    assert_eq!(
        (scenario.setup.stop, scenario.setup.measure.clone()),
        (Stop::FirstFailover, Some(Measure::FirstLeader { offset: Some(Delay::Constant(MS(75))) }))
    );
    let swarm = scenario.setup.swarm.unwrap();
    assert_eq!((swarm.families, swarm.loss), (vec![Family::Crash, Family::Loss], Ratio::new(1, 5)));
    assert_eq!(scenario.expect, [("raft".into(), vec![Promise::EffectiveSplitBrain, Promise::BeliefOverlap])]);
    let thresholds: Vec<(&str, &Value)> = scenario.threshold[0].1.iter().map(|t| (t.key, &t.most)).collect();
    assert_eq!(thresholds, [("failover-p99", &Value::Span(Span::secs(2))), ("unrecovered", &Value::Count(0))]);
}

#[test]
fn settings_of_an_algorithm_are_typed_and_those_without_are_empty() {
    let scenario = read("[algorithm.raft]\npreset = \"paper\"\nbatch = 3\npre-vote = false\n");
    let of = scenario.settings_of("raft");
    assert!(of.contains(&("batch".into(), Value::Count(3))) && of.contains(&("pre-vote".into(), Value::Switch(false))));
    assert!(scenario.settings_of("bully").is_empty());
}

#[test]
fn any_single_key_can_be_set_from_the_command_line_without_quotes() {
    let text = scenarios::library().iter().find(|(name, _)| *name == "leader-isolated").unwrap().1;
    let arguments = [
        "nodes=7",
        "network.loss=1/50",
        "duration=30s",
        "algorithm.raft.pre-vote=true",
        "algorithm.raft.election-timeout=[2s, 3s]",
        "network.delay={uniform=[1ms, 2ms]}",
        "event.heal.delay=5s",
        "event.1.partition=[[n1, n2], [n3]]",
        "name=7",
        "network.duplicate=0",
        "node=[{ id = \"n7\" }]",
        "node.n7.clock-rate=99/100",
    ];
    let set: Vec<(String, String)> = arguments.iter().map(|argument| overrides::split(argument).unwrap()).collect();
    let scenario =
        Scenario::parse_with(text, "leader-isolated", &common::registry(), &set).unwrap_or_else(|wrong| panic!("{wrong}"));
    let setup = &scenario.setup;
    assert_eq!((setup.nodes, setup.duration, setup.name.as_str()), (7, Span::secs(30), "7"));
    assert_eq!((setup.link.loss, setup.link.duplicate), (Ratio::new(1, 50), Ratio::ZERO));
    assert_eq!(setup.link.delay, Delay::Uniform(MS(1), MS(2)));
    assert_eq!(setup.script[1].when, When::After("cut".into(), Delay::Constant(Span::secs(5))));
    let groups = vec![vec![Target::Member(0), Target::Member(1)], one(Target::Member(2))];
    assert_eq!(setup.script[0].fault, Fault::Partition(Shape::Groups(groups)));
    assert_eq!(setup.members[0].clock_rate, Ratio::new(99, 100));
    let raft = scenario.settings_of("raft");
    assert_eq!(raft[1], ("election-timeout".into(), Value::Range(Span::secs(2), Span::secs(3))));
    assert!(overrides::split("nodes").is_err() && overrides::split("=7").is_err());
}
