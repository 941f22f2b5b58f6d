//! What members do to sessions: crashes, restarts, resets, pauses.

use crate::*;

#[test]
fn a_crash_is_heard_one_delay_later_and_not_across_a_cut() {
    let mut setup = setup(3, 5);
    setup.script = vec![at(900, cut(0, 2, true)), at(1_005, Fault::Crash(member(0)))];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.heard(1, 0)[1..], [(1_006, false)]);
    assert_eq!(log.heard(2, 0).len(), 1, "n3 has nothing to say and hears nothing");
}

#[test]
fn a_peer_that_missed_the_crash_is_told_when_it_sends() {
    let mut setup = setup(2, 5);
    setup.script = vec![at(1_001, cut(1, 0, true)), at(1_002, Fault::Crash(member(1))), at(1_004, Fault::Heal)];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    // The note of 1 010 ms reaches a machine whose kernel knows of no session.
    assert_eq!(log.heard(0, 1)[1..], [(1_012, false)]);
    assert!(log.dropped.contains(&(Time(1_012_000_000), Dropped::StaleSession)));
}

#[test]
fn after_a_restart_the_session_is_a_new_one_and_nothing_of_the_old_one_arrives() {
    let mut stale = 0;
    for seed in 0..20 {
        let mut setup = setup(3, 10);
        // Much is in flight all the time, and in every order.
        setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(300));
        setup.script =
            (1..8).flat_map(|i| [at(1_000 * i, Fault::Crash(member(0))), at(1_000 * i + 2, Fault::Restart(member(0)))]).collect();
        let (_, log) = run::<ALL, 0>(&setup, seed);
        stale += log.dropped.iter().filter(|(_, why)| *why == Dropped::StaleSession).count();
        assert!(log.heard(1, 0).len() > 10, "{:?}", log.heard(1, 0));
        let lives: std::collections::BTreeSet<u64> = log.between(0, 1).iter().map(|got| got.life).collect();
        assert!(lives.len() > 5, "n1 talks again after (nearly) every restart");
    }
    assert!(stale > 100, "or this would prove nothing");
}

#[test]
fn a_reset_is_heard_at_once_here_and_a_delay_later_there_and_a_new_session_follows() {
    let (_, log) = run::<ALL, 100>(&setup(3, 5), 1);
    // Both dial a retransmission after they heard it: the other end at the very time at which this end's dial reaches it, and
    // the later dial wins.
    assert_eq!(log.heard(0, 1)[1..], [(1_000, false), (1_204, true)]);
    assert_eq!(log.heard(1, 0)[1..], [(1_001, false), (1_203, true)]);
    assert_eq!(log.heard(0, 2).len(), 1);
}

#[test]
fn a_pause_resets_nothing_however_long_and_buffers_fill() {
    let mut setup = setup(2, 40);
    setup.script = vec![at(1_005, Fault::Pause { who: member(1), lasting: Some(Span::secs(20)) })];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.downs(), 0);
    let resumed = log.resumed[0];
    assert!(!log.got.iter().any(|got| got.at > Time(1_005_000_000) && got.at < resumed));
    // What had arrived by then, in order (which `run` has checked), at the moment of resumption.
    assert_eq!(log.got.iter().filter(|got| got.at == resumed).count(), 2_000);
}

#[test]
fn a_paused_process_hears_when_it_resumes_what_its_kernel_learned_meanwhile() {
    let mut setup = setup(2, 40);
    setup.script = vec![
        at(1_005, Fault::Pause { who: member(1), lasting: Some(Span::secs(20)) }),
        at(2_005, Fault::Crash(member(0))),
        at(3_000, Fault::Restart(member(0))),
    ];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    // Buffered notes, down, up, and the notes of the new life; `run` has seen that lives are not mixed up.
    assert_eq!(log.heard(1, 0)[1..], [(21_005, false), (21_005, true)]);
    let lives: std::collections::BTreeSet<u64> = log.between(0, 1).iter().map(|got| got.life).collect();
    assert_eq!(lives.len(), 2);
    assert!(log.heard(0, 1).iter().all(|(_, up)| *up), "n1's new session came up with the kernel of a paused process");
}

#[test]
fn a_suspended_machine_acknowledges_nothing() {
    for clock in [ClockDuring::Runs, ClockDuring::Stops] {
        let mut setup = setup(2, 40);
        setup.script = vec![at(1_005, Fault::Suspend { who: member(1), lasting: Some(Span::secs(20)), clock })];
        let (_, log) = run::<FIRST, 0>(&setup, 1);
        assert_eq!(log.heard(0, 1)[1], (6_010, false));
        assert!(log.heard(0, 1).last().unwrap().1, "up again afterwards");
        assert!(log.heard(1, 0)[1].0 >= 21_005);
        let mut shorter = setup.clone();
        shorter.script = vec![at(1_005, Fault::Suspend { who: member(1), lasting: Some(Span::secs(4)), clock })];
        let (_, log) = run::<FIRST, 0>(&shorter, 1);
        assert_eq!((log.downs(), log.got.len()), (0, log.sent.len()));
    }
}
