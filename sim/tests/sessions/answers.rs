//! What acknowledgements answer for, when some of them are lost: each for all that came before, however late it is itself.

use crate::*;

fn degrade(from: u16, to: u16, millis: u64) -> Fault {
    let patch = LinkPatch { loss: Some(Ratio::ONE), ..LinkPatch::default() };
    Fault::Degrade { from: member(from), to: member(to), both: false, patch, lasting: Span::millis(millis) }
}

/// The last note is on its way back and what fills the gap before it answers for both.
#[test]
fn what_fills_a_gap_answers_for_what_waited_behind_it() {
    let mut setup = setup(2, 40);
    setup.link.delay = Delay::Constant(Span::millis(10));
    setup.script = vec![
        at(24_985, degrade(0, 1, 10)), // the last but one is lost
        at(25_005, degrade(1, 0, 10)), // and the answer for the last, which left at 25 010
        at(25_215, cut(1, 0, false)),  // that for the last but one, sent again at 25 190, was here at 25 210: for both
    ];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.heard(0, 1).len(), 1, "{:?}", log.heard(0, 1));
}

/// A cut of 3 ms takes the answer for the last but one, but not that for the last, which stands for both.
#[test]
fn a_later_answer_stands_for_one_that_was_lost() {
    let mut setup = setup(2, 40);
    setup.link.delay = Delay::Constant(Span::millis(12));
    setup.script = vec![at(25_013, cut(1, 0, false)), at(25_016, Fault::Heal), at(25_030, cut(1, 0, false))];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.heard(0, 1).len(), 1, "{:?}", log.heard(0, 1));
}

/// The same with a machine that stands still for 3 ms.
#[test]
fn a_later_answer_stands_for_one_that_came_to_a_machine_that_stood_still() {
    let mut setup = setup(2, 40);
    setup.link.delay = Delay::Constant(Span::millis(12));
    let suspend = Fault::Suspend { who: member(0), lasting: Some(Span::millis(3)), clock: ClockDuring::Runs };
    setup.script = vec![at(25_013, suspend), at(25_030, cut(1, 0, false))];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.heard(0, 1).len(), 1, "{:?}", log.heard(0, 1));
}

/// Paused, then crashed: what lay in the buffers is lost, and somebody should say so.
#[test]
fn what_lay_in_the_buffers_of_a_paused_process_that_crashes_is_lost_once() {
    let mut setup = setup(2, 40);
    setup.script = vec![
        at(1_005, Fault::Pause { who: member(1), lasting: Some(Span::secs(3)) }),
        at(2_005, Fault::Crash(member(1))),
        at(3_005, Fault::Restart(member(1))),
    ];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.sent.len(), log.got.len() + log.dropped.len());
}
