//! Stories of runs of the library, and of a handful of tenures.

use scenarios::Scenario;
use sim::Options;

use super::*;

/// One run of a built-in scenario as a story.
pub fn story(scenario: &str, algorithm: &str, seed: u64, limits: &Limits) -> Story {
    let registry = scenarios::default_registry();
    let found = scenarios::find(scenario).expect("a built-in scenario");
    let scenario = Scenario::parse(&found.text, &found.origin, &registry).expect("the library is in order");
    let player = registry.get(algorithm).expect("a built-in algorithm");
    let settings = scenario.settings_of(algorithm);
    let mut collector = Collector::new(scenario.setup.nodes, &player.services(settings));
    let options = Options { observer: Some(&mut collector), ..Options::default() };
    let outcome = player.run(&scenario.setup, settings, seed, options);
    collector.finish(&outcome, String::from("hustings run"), limits)
}

#[test]
fn an_isolated_leader_is_seen_to_be_cut_off_and_two_act_at_once() {
    let story = story("leader-isolated", "raft", 1, &Limits::ALONE);
    assert_eq!(story.lanes.len(), 5, "raft writes to its log, so there is no resource to show");
    let leader = story.reigns[0].lane;
    assert_eq!(story.cuts.len(), 1);
    assert_eq!(story.cuts[0].isolated, [leader]);
    assert_eq!(story.cuts[0].touched.len(), 4);
    assert!(story.cuts[0].text.contains(" | "), "{}", story.cuts[0].text);
    let overlaps = story.overlaps();
    assert_eq!(overlaps.len(), 1);
    assert!(overlaps[0].0 > story.cuts[0].from && overlaps[0].0 < story.cuts[0].until);
    let dropped = story.messages.iter().filter(|message| matches!(message.fate, Fate::Dropped(_)));
    assert!(dropped.clone().count() > 100);
    assert!(dropped.clone().all(|message| (message.from == leader) != (message.to == leader)));
    let member = |lane: usize| story.roles.iter().filter(move |stretch| stretch.lane == lane);
    for lane in 0..5 {
        let mut before = sim::Time::ZERO;
        for stretch in member(lane) {
            assert_eq!(stretch.from, before, "a member that never stops always takes itself for something");
            before = stretch.until;
        }
        assert_eq!(before, story.end);
    }
    assert_eq!(story.left_out, LeftOut::default());
}

#[test]
fn a_paused_holder_of_a_lock_has_lanes_for_the_service_and_the_resource() {
    let story = story("lock-holder-paused", "etcd-session", 1, &Limits::ALONE);
    let names: Vec<&str> = story.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["n1", "n2", "n3", "etcd", "resource"]);
    let holder = story.reigns[0].lane;
    let paused: Vec<&Outage> = story.outages.iter().filter(|outage| outage.what == Trouble::Paused).collect();
    assert_eq!(paused.len(), 1);
    assert_eq!(paused[0].lane, holder);
    assert_eq!(story.grants.len(), 2);
    assert!(story.grants.iter().all(|granted| granted.lane == 3) && story.grants[0].holder == holder);
    let finding = story.findings.iter().find(|finding| finding.split_brain == Some("conflicting-effects"));
    assert!(finding.is_some_and(|finding| finding.lanes.contains(&holder)), "{:?}", story.findings);
    assert!(story.work.iter().any(|work| work.lane == 4 && work.by == holder && work.from > paused[0].until));
}

#[test]
fn a_story_that_is_bounded_says_what_it_left_out_and_keeps_what_matters() {
    let whole = story("leader-isolated", "raft", 1, &Limits::ALONE);
    let limits = Limits { messages: 300, contents: 4_000, stretches: 1_000, moments: 1_000, work: 1_000 };
    let small = story("leader-isolated", "raft", 1, &limits);
    assert_eq!(small.messages.len(), 300);
    assert_eq!(small.left_out.messages, (whole.messages.len() - 300) as u64);
    assert!(small.left_out.contents > 0 && small.left_out.contents < 300);
    let lost = whole.failovers.iter().find(|failover| failover.cause == sim::outcome::Cause::Cut).expect("it is cut off");
    let elected = lost.elected.expect("somebody else is elected");
    let votes = |story: &Story| {
        let near = |message: &&Message| message.kind == "RequestVote" && message.sent > lost.lost && message.sent < elected;
        story.messages.iter().filter(near).count()
    };
    assert!(votes(&whole) > 0);
    assert_eq!(votes(&small), votes(&whole), "the election is what matters");
    assert!(page::json(&small).len() < 40_000, "{}", page::json(&small).len());
}

#[test]
fn every_algorithm_of_every_fault_makes_a_story_whose_spans_lie_within_the_run() {
    for name in ["random-faults", "random-service-faults", "flapping-link", "rolling-restarts"] {
        let registry = scenarios::default_registry();
        let found = scenarios::find(name).expect("a built-in scenario");
        let scenario = Scenario::parse(&found.text, &found.origin, &registry).expect("the library is in order");
        for player in registry.iter() {
            if scenarios::misfit(&scenario.setup, player, scenario.settings_of(player.name())).is_some() {
                continue;
            }
            let story = story(name, player.name(), 3, &Limits::ALONE);
            let lanes = story.lanes.len();
            let spans = story.roles.iter().map(|it| (it.lane, it.from, it.until));
            let spans = spans.chain(story.outages.iter().map(|it| (it.lane, it.from, it.until)));
            let spans = spans.chain(story.reigns.iter().map(|it| (it.lane, it.from, it.until)));
            for (lane, from, until) in spans.chain(story.grants.iter().map(|it| (it.lane, it.from, it.until))) {
                assert!(lane < lanes && from < until && until <= story.end, "{name} {}", player.name());
            }
            assert!(story.messages.iter().all(|it| it.from < lanes && it.to < lanes && it.sent <= it.ended));
            let arrived = story.messages.iter().filter(|it| it.fate == Fate::Arrived).count();
            assert!(2 * arrived > story.messages.len(), "{name} {}: most messages arrive", player.name());
            assert!(story.acting().iter().all(|(at, _)| *at < story.end || *at == Time::ZERO));
            assert!(page::json(&story).starts_with("{\"end\":"));
        }
    }
}

#[test]
fn the_number_of_acting_leaders_goes_up_and_down_with_the_tenures() {
    let mut story = story("healthy", "bully", 1, &Limits::ALONE);
    let reign = |lane, from, until| Reign { lane, from: Time(from), until: Time(until), epoch: String::new() };
    story.end = Time(100);
    story.reigns = vec![reign(0, 10, 20), reign(0, 20, 60), reign(1, 40, 100), reign(2, 50, 55)];
    let told: Vec<(u64, usize)> = story.acting().iter().map(|(at, count)| (at.0, *count)).collect();
    assert_eq!(told, [(0, 0), (10, 1), (40, 2), (50, 3), (55, 2), (60, 1)]);
    assert_eq!(story.overlaps(), [(Time(40), Time(60))]);
}
