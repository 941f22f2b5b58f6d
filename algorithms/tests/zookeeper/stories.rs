//! What happens, step by step.

use super::*;
use sim::setup::MemberSetup;

#[test]
fn while_nothing_goes_wrong_the_first_to_come_leads_and_each_other_watches_the_one_before() {
    for seed in 0..20 {
        let (outcome, log) = logged(&world(vec![]), &settings(&[]), None, seed);
        assert_eq!(findings(&outcome), [""; 0], "seed {seed}");
        assert_eq!(outcome.tenures.len(), 1, "seed {seed}: {:?}", tenures(&outcome));
        assert_eq!((log.count("sends Open"), log.count("sends Create"), log.count("granted")), (3, 3, 1));
        assert!(outcome.counters.acknowledged > 400, "{:?}", outcome.counters);
    }
}

#[test]
fn a_holder_that_is_cut_off_stops_before_its_session_is_over_and_the_next_leads_with_a_higher_token() {
    for seed in 0..20 {
        let first = tenures(&run(&world(vec![]), &settings(&[]), None, seed))[0].0;
        let cut = at("cut", (20_000, 24_000), cut_off(member(first)));
        let outcome = run(&world(vec![cut]), &settings(&[]), None, seed);
        assert_eq!(findings(&outcome), [""; 0], "seed {seed}");
        let [(_, _, stopped), (second, began, 0)] = tenures(&outcome)[..] else { panic!("{:?}", outcome.tenures) };
        let lost = outcome.failovers[1].lost.0 / 1_000_000;
        assert!(second != first && (2_000..=4_000).contains(&(stopped - lost)), "a ping every 2 s, 4 s of patience");
        // Its session is prolonged at most a ping interval before the cut, and rounded up to the tick.
        assert!((4_000..=8_100).contains(&(began - lost)), "{} after the cut", began - lost);
        assert!(outcome.tenures[1].epoch > outcome.tenures[0].epoch);
    }
}

#[test]
fn a_short_cut_costs_nothing_and_a_longer_one_a_pause_in_leading_by_the_same_node() {
    // A ping every 2 s and 4 s of patience; the session, of 6 s, is over no earlier than 24 s.
    for (lasting, tenures) in [(1_500, 1), (5_500, 2)] {
        for seed in 0..20 {
            let heal = at("heal", (20_100 + lasting, 20_100 + lasting), Fault::Heal);
            let script = vec![at("cut", (20_100, 20_100), cut_off(vec![Target::Leader])), heal];
            let outcome = run(&world(script), &settings(&[]), None, seed);
            assert_eq!(findings(&outcome), [""; 0], "seed {seed}");
            assert_eq!(outcome.tenures.len(), tenures, "seed {seed}: {:?}", outcome.tenures);
            let epoch = outcome.tenures[0].epoch;
            assert!(outcome.tenures.iter().all(|tenure| tenure.epoch == epoch), "its node is the same: {:?}", outcome.tenures);
        }
    }
}

#[test]
fn a_contender_that_goes_wakes_only_the_one_that_watched_it() {
    let setup = Setup { nodes: 5, ..world(vec![]) };
    let (_, quiet) = logged(&setup, &settings(&[]), None, 3);
    let order: Vec<u16> = {
        let created = quiet.0.iter().filter(|(_, words)| words.contains("sends Key { asked") && words.contains("created"));
        let number = |words: &str| words.split("holder: n").nth(1)?.split([' ', ',']).next()?.parse::<u16>().ok();
        let mut seen: Vec<u16> = Vec::new();
        created.filter_map(|(_, words)| number(words)).for_each(|node| {
            if !seen.contains(&node) {
                seen.push(node);
            }
        });
        seen
    };
    let third = at("crash", (20_000, 20_000), Fault::Crash(member(order[2])));
    let (outcome, log) = logged(&Setup { script: vec![third], ..setup }, &settings(&[]), None, 3);
    assert_eq!(outcome.tenures.len(), 1, "the first leads on");
    assert_eq!(log.count("sends Gone"), 1);
    assert_eq!(log.count("sends Keys { asked") - quiet.count("sends Keys { asked"), 2, "a list and its answer");
}

#[test]
fn another_leader_of_the_service_makes_a_crashed_holder_hold_on_for_another_session() {
    let crash = || at("crash", (20_000, 20_000), Fault::Crash(vec![Target::Leader]));
    let change = at("change", (25_000, 25_000), Fault::ServiceLeaderChange(service()));
    let began = |script| tenures(&run(&world(script), &settings(&[]), None, 5))[1].1;
    assert!((24_000..=28_100).contains(&began(vec![crash()])), "{}", began(vec![crash()]));
    assert!((31_000..=34_100).contains(&began(vec![crash(), change.clone()])), "{}", began(vec![crash(), change]));
}

#[test]
fn a_session_that_expired_is_learnt_of_after_reconnecting_or_given_up_before() {
    let cut = at("cut", (20_000, 20_000), cut_off(vec![Target::Leader]));
    let setup = world(vec![cut, at("heal", (50_000, 50_000), Fault::Heal)]);
    let opened = |percent| {
        let (outcome, log) = logged(&setup, &settings(&[("session-expiration-percent", Value::Count(percent))]), None, 7);
        assert_eq!(findings(&outcome), [""; 0]);
        log.0.iter().filter(|(at, words)| *at > 1_000 && words.contains("sends Open")).map(|(at, _)| *at).next().expect("one")
    };
    assert!(opened(0) >= 50_000, "ZooKeeper's own client");
    // Four seconds until it is disconnected, six until Curator gives up.
    assert!((28_000..=30_000).contains(&opened(100)), "{}", opened(100));
}

#[test]
fn a_node_whose_creation_was_not_heard_of_is_found_by_its_guid() {
    // Answers of the service are lost for a while, questions are not.
    let deaf = Fault::Cut { from: service(), to: member(2), both: false };
    let mut orphans = 0;
    for seed in 0..100 {
        let script = vec![at("deaf", (2, 30), deaf.clone()), at("heals", (2_500, 2_500), Fault::Heal)];
        let (outcome, log) = logged(&world(script.clone()), &settings(&[]), None, seed);
        assert_eq!(findings(&outcome), [""; 0], "seed {seed}");
        let created = log.0.iter().filter(|(_, words)| words.starts_with("n2 sends Create")).count();
        assert!(created <= 1, "seed {seed}: {created} nodes");
        let (_, wrong) = logged(&world(script), &settings(&[]), Some("L30"), seed);
        orphans += usize::from(wrong.0.iter().filter(|(_, words)| words.starts_with("n2 sends Create")).count() > 1);
    }
    assert!(orphans > 5, "without a GUID {orphans} orphans in 100 seeds");
}

#[test]
fn an_ineligible_member_opens_no_session_and_never_leads() {
    let outsiders = [1, 3].map(|number| MemberSetup { ineligible: true, ..MemberSetup::of(number - 1) });
    let script = vec![
        at("crash", (20_000, 24_000), Fault::Crash(vec![Target::Leader])),
        at("back", (50_000, 50_000), Fault::Restart(vec![Target::All])),
    ];
    let setup = Setup { members: outsiders.to_vec(), ..world(script) };
    for seed in 0..20 {
        let (outcome, log) = logged(&setup, &settings(&[]), None, seed);
        assert_eq!(findings(&outcome), [""; 0], "seed {seed}");
        assert!(outcome.tenures.iter().all(|tenure| tenure.node.0 == 1), "seed {seed}: {:?}", tenures(&outcome));
        assert_eq!((outcome.tenures.len(), log.count("n1 sends") + log.count("n3 sends")), (2, 0), "seed {seed}");
    }
}
