//! How questions and answers travel.

use super::*;

#[test]
fn a_member_that_asks_gets_the_lock_and_keeps_it_by_asking() {
    let (outcome, log) = run::<One>(&quiet(), None, false);
    assert_eq!(log.count("grants"), 1);
    assert_eq!((log.first("n1 holds"), log.count("n1 holds no longer"), log.count("n2 holds")), (Some(3), 0, 0));
    assert!(held(&outcome, "lease-containment"), "{:?}", outcome.judgements);
    assert!(matches!(verdict(&outcome, "lease-exclusive"), Verdict::NotExercised));
}

#[test]
fn a_loss_is_a_delay_and_nothing_overtakes() {
    let mut setup = quiet();
    setup.link.loss = Ratio::new(1, 10);
    setup.link.duplicate = Ratio::new(1, 3);
    setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(50));
    let (_, log) = run::<One>(&setup, None, false);
    let numbers = |part: &str| -> Vec<u64> {
        let number = |words: &str| words.split("number: ").nth(1)?.split(',').next()?.parse().ok();
        log.0.iter().filter(|(_, words)| words.contains(part)).filter_map(|(_, words)| number(words)).collect()
    };
    // The service is the fourth part: after two members and the resource.
    let asked = numbers("n4 gets Take");
    let answered = numbers("n1 gets Yours");
    assert!(answered.len() > 100 && answered.is_sorted_by(|a, b| a < b), "{answered:?}");
    // At the end some are on their way, behind one that is being sent again.
    assert!(asked.len() > 350, "{} of 400 arrive", asked.len());
    assert_eq!(log.count("Lost"), 0, "a tenth of the packets is lost, and no question");
}

#[test]
fn what_is_cut_is_gone() {
    let mut setup = quiet();
    let cut = Fault::Cut { from: vec![Target::Member(0)], to: vec![Target::Services], both: true };
    setup.script = vec![event("cut", 5_000, cut), event("heal", 9_000, Fault::Heal)];
    let (outcome, log) = run::<One>(&setup, None, false);
    assert_eq!(log.first("n1 holds no longer"), Some(5_901), "a second after its last question that was answered");
    assert!(log.first("lock-1 grants 2 to n2").is_some_and(|at| (5_902..6_020).contains(&at)), "{:?}", log.0.last());
    assert!(log.count("n1 to n4: CutWhenSent") > 30);
    assert!(held(&outcome, "lease-exclusive") && held(&outcome, "service-side-exclusive"), "{:?}", outcome.judgements);
}

#[test]
fn an_answer_does_not_reach_who_started_after_the_question() {
    let mut setup = quiet();
    setup.link.delay = Delay::Constant(Span::millis(60));
    let who = || vec![Target::Member(0)];
    setup.script = vec![event("crash", 5_080, Fault::Crash(who())), event("restart", 5_081, Fault::Restart(who()))];
    let (_, log) = run::<One>(&setup, None, false);
    assert!(log.count("n4 to n1: ReceiverDown") >= 1, "what it had asked before");
    let next = log.0.iter().find(|(at, words)| *at > 5_081 && words.contains("n1 gets")).expect("it asks anew");
    assert!(next.1.contains("number: 0"), "{next:?}");
}

#[test]
fn a_paused_member_hears_its_answers_when_it_resumes() {
    let mut setup = quiet();
    let pause = Fault::Pause { who: vec![Target::Member(0)], lasting: Some(Span::millis(500)) };
    setup.link.delay = Delay::Constant(Span::millis(20));
    setup.script = vec![event("pause", 5_010, pause)];
    let (_, log) = run::<One>(&setup, None, false);
    assert_eq!(log.between(5_010, 5_510, "n1 gets"), 0);
    assert!(log.between(5_510, 5_511, "n1 gets Yours") >= 1, "what had arrived meanwhile");
}
