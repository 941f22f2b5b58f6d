//! What links do to sessions: loss, reordering, duplication, cuts.

use crate::*;

#[test]
fn sessions_come_up_after_about_a_round_trip_over_both_links() {
    let (_, log) = run::<FIRST, 0>(&setup(2, 1), 1);
    // Both dial at 0 and n2's dial is the later one: SYN, SYN+ACK, ACK take a millisecond each.
    assert_eq!(log.heard(1, 0), [(2, true)]);
    assert_eq!(log.heard(0, 1), [(3, true)]);
    assert_eq!(log.between(0, 1).len(), 99, "a note every 10 ms from then on");
    assert!(log.dropped.is_empty());
}

#[test]
fn notes_stay_in_order_and_single_under_heavy_loss_reordering_and_duplication() {
    let mut setup = setup(3, 60);
    setup.link.delay = Delay::Exponential { mean: Span::millis(20) };
    // Eight attempts within the timeout: all are lost for one note in four hundred thousand.
    setup.link.loss = Ratio::new(20, 100);
    setup.link.duplicate = Ratio::ONE;
    setup.link.reorder = Some(Reorder { chance: Ratio::new(1, 2), by: Delay::Uniform(Span::ZERO, Span::millis(200)) });
    setup.session = SessionSettings { timeout: Span::secs(30), ..SessionSettings::default() };
    let (outcome, log) = run::<ALL, 0>(&setup, 3);
    assert_eq!(log.downs(), 0);
    // Talk ends after 25 s; everything has got through half a minute later.
    assert!(log.sent.len() > 14_000 && log.got.len() == log.sent.len(), "{} of {}", log.got.len(), log.sent.len());
    assert!(log.dropped.is_empty(), "a lost packet is a delay");
    assert!(outcome.counters.duplicated > 9_000);
}

#[test]
fn one_percent_of_loss_never_tears_a_session_down() {
    for seed in 0..5 {
        let mut setup = setup(3, 30);
        setup.link.loss = Ratio::new(1, 100);
        let (_, log) = run::<ALL, 0>(&setup, seed);
        assert_eq!(log.downs(), 0);
        assert_eq!(log.got.len(), log.sent.len());
    }
}

#[test]
fn a_lost_note_comes_one_retransmission_later_and_holds_back_what_is_behind_it() {
    let mut setup = setup(2, 2);
    // Lose all that n1 sends for 15 ms: one note, that of 1 000 ms.
    let patch = LinkPatch { loss: Some(Ratio::ONE), ..LinkPatch::default() };
    let fault = Fault::Degrade { from: member(0), to: member(1), both: false, patch, lasting: Span::millis(10) };
    setup.script = vec![at(995, fault)];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    let late: Vec<Got> = log.got.iter().copied().filter(|got| got.at == Time(1_201_000_000)).collect();
    // It, the 19 notes of 1 010 to 1 190 ms, and that of 1 200 ms, which needs the same millisecond.
    assert_eq!(late.len(), 21);
    assert_eq!(late[0].number, 99);
    assert!(!log.got.iter().any(|got| got.at > Time(991_000_000) && got.at < Time(1_201_000_000)));
    assert_eq!(log.downs(), 0);
}

#[test]
fn a_cut_shorter_than_the_timeout_delays_and_loses_nothing() {
    for seed in 0..5 {
        let mut setup = setup(3, 30);
        setup.script = vec![at(1_001 + 2 * seed, cut(0, 1, true)), at(5_780 + 2 * seed, Fault::Heal)];
        let (_, log) = run::<ALL, 0>(&setup, seed);
        assert_eq!((log.downs(), log.got.len()), (0, log.sent.len()));
        let gap = log.between(0, 1).windows(2).map(|two| two[1].at.since(two[0].at)).max().unwrap();
        assert!(gap > Span::millis(4_750) && gap < Span::millis(5_000), "nothing crosses the cut: {gap}");
    }
}

#[test]
fn after_a_longer_cut_each_end_hears_down_at_its_own_time_and_up_when_it_is_mended() {
    let mut setup = setup(3, 30);
    // n2's clock runs at half speed, so its five seconds are ten.
    setup.members = vec![MemberSetup { clock_rate: Ratio::new(1, 2), ..MemberSetup::of(1) }];
    setup.script = vec![at(1_005, cut(0, 1, true)), at(15_000, Fault::Heal)];
    let (_, log) = run::<ALL, 0>(&setup, 1);
    let (n1, n2) = (log.heard(0, 1), log.heard(1, 0));
    assert_eq!((n1[1].1, n2[1].1), (false, false));
    // From the first note that was not acknowledged: n1's left at 1 010 ms, n2's (whose period is 20 ms) at 1 020 ms.
    assert_eq!((n1[1].0, n2[1].0), (6_010, 11_020));
    for end in [&n1, &n2] {
        assert_eq!(end.len(), 3, "down once, up once: {end:?}");
        assert!(end[2].1 && (15_000..17_600).contains(&end[2].0), "{end:?}");
    }
    assert_eq!(log.heard(0, 2).len(), 1, "others do not notice");
}

#[test]
fn after_a_one_way_cut_the_session_is_half_open_until_the_other_end_dials_again() {
    let mut setup = setup(2, 30);
    setup.script = vec![at(1_005, cut(0, 1, false)), at(15_000, Fault::Heal)];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.heard(0, 1)[1], (6_010, false));
    // n2 has nothing to say, so it cannot notice. It hears of the end with n1's first dial that gets through.
    let n2 = log.heard(1, 0);
    assert!(n2[1].0 >= 15_001 && !n2[1].1 && n2[2].1, "{n2:?}");
    assert_eq!(n2.len(), 3);
}

#[test]
fn an_acknowledgement_is_lost_if_its_way_is_cut_when_it_leaves_or_when_it_would_arrive() {
    // n1's last note leaves at 25 000 ms and is there at 25 010; what acknowledges it would be back at 25 020.
    let downs = |from: u64, until: Option<u64>| {
        let mut setup = setup(2, 40);
        setup.link.delay = Delay::Constant(Span::millis(10));
        setup.script = vec![at(from, cut(1, 0, false))];
        setup.script.extend(until.map(|until| at(until, Fault::Heal)));
        let (_, log) = run::<FIRST, 0>(&setup, 1);
        let heard = log.heard(0, 1);
        heard.iter().filter(|(_, up)| !up).map(|(at, _)| *at).collect::<Vec<_>>()
    };
    assert_eq!(downs(25_025, None), [0; 0], "everything was acknowledged before");
    // The last answer that came was for the note of 24 990 ms.
    assert_eq!(downs(25_015, None), [30_010], "cut on its way");
    assert_eq!(downs(25_005, None), [30_000], "cut before it left, and so was the one before it");
    assert_eq!(downs(25_012, Some(25_018)), [0; 0], "the link was whole when it left and when it arrived");
    assert_eq!(downs(25_015, Some(25_100)), [0; 0], "the note is sent again, and answered for again");
}

#[test]
fn a_link_that_is_cut_from_the_start_comes_up_when_it_is_mended() {
    let mut setup = setup(2, 60);
    let (from, to) = (Target::Member(0), Target::Member(1));
    setup.links = vec![LinkOverride { from, to, both: true, patch: LinkPatch::default(), cut: true }];
    setup.script = vec![at(30_000, Fault::Heal)];
    let (_, log) = run::<ALL, 0>(&setup, 1);
    let up = log.heard(0, 1)[0];
    // The wait between two dials doubles, but not beyond a quarter of the timeout.
    assert!(up.1 && (30_001..=31_253).contains(&up.0), "{up:?}");
}

/// Nothing can be lost on these links: what is refused is the setting, before anything is sent.
fn with_sessions(timeout: Span, retransmit: Span) -> Setup {
    let mut setup = setup(2, 1);
    setup.session = SessionSettings { timeout, retransmit };
    setup
}

#[test]
#[should_panic(expected = "SessionSettings::retransmit is 0s")]
fn sessions_that_send_again_in_the_same_instant_are_refused() {
    run::<FIRST, 0>(&with_sessions(Span::secs(5), Span::ZERO), 1);
}

#[test]
#[should_panic(expected = "SessionSettings::retransmit is 5s, and a session is over after 5s")]
fn sessions_that_are_over_before_they_send_again_are_refused() {
    run::<FIRST, 0>(&with_sessions(Span::secs(5), Span::secs(5)), 1);
}

#[test]
fn the_shortest_wait_of_all_before_sending_again_ends() {
    let mut setup = with_sessions(Span::millis(1), Span::nanos(1));
    setup.link.loss = Ratio::new(1, 2);
    run::<FIRST, 0>(&setup, 1);
}

#[test]
fn what_acknowledgements_and_retransmissions_draw_changes_no_message_of_its_own() {
    let mut calm = setup(2, 30);
    calm.link.delay = Delay::Uniform(Span::millis(1), Span::millis(5));
    let mut noisy = calm.clone();
    let patch = LinkPatch { loss: Some(Ratio::new(1, 2)), ..LinkPatch::default() };
    let fault = Fault::Degrade { from: member(1), to: member(0), both: false, patch, lasting: Span::secs(20) };
    noisy.script = vec![at(1_005, fault)];
    let ((_, calm), (_, noisy)) = (run::<FIRST, 0>(&calm, 1), run::<FIRST, 0>(&noisy, 1));
    assert!(calm.got == noisy.got, "half of the acknowledgements were lost, and notes came twice; their first copies as before");
}
