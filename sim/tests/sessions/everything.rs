//! Sessions on bad days, where everything comes together; that nothing is lost silently; determinism; many members.

use crate::*;

/// Everything at once, on four members.
fn bad_day() -> Setup {
    let mut setup = setup(4, 60);
    setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(40));
    setup.link.loss = Ratio::new(5, 100);
    setup.link.duplicate = Ratio::new(1, 10);
    setup.session = SessionSettings { timeout: Span::secs(2), retransmit: Span::millis(100) };
    setup.script = vec![
        at(1_000, cut(0, 1, true)),
        at(2_000, cut(1, 2, false)),
        at(3_000, Fault::Crash(member(3))),
        at(6_000, Fault::Heal),
        at(7_000, Fault::Restart(member(3))),
        at(10_000, Fault::Suspend { who: member(2), lasting: Some(Span::secs(5)), clock: ClockDuring::Stops }),
        at(11_000, Fault::Pause { who: member(0), lasting: Some(Span::secs(5)) }),
        at(12_000, Fault::Crash(member(1))),
        at(12_001, Fault::Restart(member(1))),
        at(20_000, Fault::ClockRate { who: member(0), rate: Ratio::new(3, 1) }),
        at(30_000, cut(0, 3, true)),
        at(33_000, Fault::ClockRate { who: member(0), rate: Ratio::ONE }),
        at(40_000, Fault::Heal),
    ];
    setup
}

#[test]
fn every_note_is_handed_over_once_or_lost_once() {
    for seed in 0..2 {
        let (outcome, log) = run::<ALL, 0>(&bad_day(), seed);
        let dropped = log.dropped.len();
        assert!(log.downs() > 10 && dropped > 100);
        assert_eq!(log.sent.len(), log.got.len() + dropped, "nobody talks at the end, and nothing is on its way");
        assert_eq!(outcome.counters.dropped as usize, dropped);
    }
}

#[test]
fn under_random_faults_no_order_breaks_and_afterwards_every_link_is_up_and_carries_notes() {
    let mut downs = 0;
    for seed in 0..20 {
        let mut setup = setup(4, 24);
        setup.session = SessionSettings { timeout: Span::millis(800), retransmit: Span::millis(50) };
        setup.swarm = Some(Swarm {
            families: Family::USUAL.to_vec(),
            from: Span::millis(100),
            until: Span::secs(16),
            every: Span::millis(300),
            lasting: (Span::millis(100), Span::millis(1_500)),
            loss: Ratio::new(3, 10),
            drift: Ratio::new(1, 10),
            core: Ratio::ZERO,
        });
        let (_, log) = run::<ALL, 200>(&setup, seed);
        downs += log.downs();
        for (node, peer) in (0..4).flat_map(|a| (0..4).map(move |b| (a, b))).filter(|(a, b)| a != b) {
            assert!(log.heard(node, peer).last().unwrap().1, "seed {seed}: n{} to n{}", node + 1, peer + 1);
            let last = log.between(node, peer).last().unwrap().at;
            assert!(last > Time(23_900_000_000), "seed {seed}: n{} is not heard by n{}: {last:?}", node + 1, peer + 1);
        }
    }
    assert!(downs > 400, "or this would prove nothing: {downs}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_watched_or_not() {
    let registry = Registry::new().with::<Player<Chatter<ALL, 50>>>();
    let alone = |seed| registry.get("chatter").unwrap().run(&bad_day(), &[], seed, Options::default()).fingerprint;
    let watched = run::<ALL, 50>(&bad_day(), 1).0.fingerprint;
    assert_eq!((alone(1), alone(1)), (watched, watched));
    assert_ne!(alone(1), alone(2));
}

#[test]
fn ninety_nine_members_connect_with_each_other_and_hear_one_of_them() {
    let mut setup = setup(99, 2);
    setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(5));
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.links.len(), 99 * 98);
    assert_eq!(log.downs() + log.dropped.len(), 0);
    // 198 ticks from 20 ms on at the latest; those of the last 5 ms are still on their way.
    assert!(log.got.len() > 98 * 197, "{}", log.got.len());
}
