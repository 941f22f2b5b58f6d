//! Session and campaign, one step at a time: what a member asks for, when, and what it makes of the answers.

use sim::rig::{Effect, Effects, Rig};
use sim::{Authority, NodeId, Role, Span};

use super::{Config, DeadlineFrom, EtcdSession, Message, Stops, Timer};
use crate::lock_service::{Answer, Ask, Key};

const N1: NodeId = NodeId(0);
const N2: NodeId = NodeId(1);
const TTL: Span = Span::secs(60);

type Rigged = Rig<EtcdSession>;

fn rig(change: impl FnOnce(&mut Config)) -> Rigged {
    let mut config = Config::default();
    change(&mut config);
    Rig::new(2, &config, 1)
}

/// What a step asked.
fn asked(effects: &Effects<EtcdSession>) -> Vec<(NodeId, Ask)> {
    let asks = effects.iter().filter_map(|effect| match effect {
        Effect::Asked { service, ask } => Some((*service, ask.clone())),
        _ => None,
    });
    asks.collect()
}

fn one(effects: &Effects<EtcdSession>) -> (NodeId, Ask) {
    let mut asks = asked(effects);
    assert_eq!(asks.len(), 1, "{effects:?}");
    asks.remove(0)
}

fn armed(rig: &Rigged, timer: Timer) -> Option<Span> {
    rig.armed(N1).into_iter().find(|(armed, _)| *armed == timer).map(|(_, left)| left)
}

fn key(created: u64) -> Key {
    Key { created, session: 1, tag: 0, holder: N1 }
}

/// n1 opens session 1, which takes a second there and back, and creates key 5; returns what it asks then.
fn n1_has_a_key(rig: &mut Rigged) -> (NodeId, Ask) {
    let (etcd, ask) = one(&rig.start(N1));
    let Ask::Open { asked, ttl: TTL } = ask else { panic!("{ask:?}") };
    rig.advance(Span::secs(1));
    let (_, ask) = one(&rig.answer(N1, etcd, Answer::Session { asked, session: 1, ttl: TTL }));
    let Ask::Create { asked, session: 1, once: true, .. } = ask else { panic!("{ask:?}") };
    one(&rig.answer(N1, etcd, Answer::Key { asked, key: key(5) }))
}

fn n1_leads(rig: &mut Rigged) -> NodeId {
    let (etcd, ask) = n1_has_a_key(rig);
    let Ask::Before { asked, key: 5 } = ask else { panic!("{ask:?}") };
    rig.answer(N1, etcd, Answer::NoKey { asked });
    assert_eq!((rig.observe(N1).role(), rig.observe(N1).token()), (Role::Leader, Some(5)));
    etcd
}

#[test]
fn whoever_counts_from_when_it_was_answered_leads_longer_than_the_service_says() {
    let until = |from: DeadlineFrom| {
        let mut rig = rig(|config| config.deadline_from = from);
        n1_leads(&mut rig);
        match rig.observe(N1).authority() {
            Authority::Until(at) => at,
            other => panic!("{other:?}"),
        }
    };
    let (send, receipt) = (until(DeadlineFrom::Send), until(DeadlineFrom::Receipt));
    assert_eq!(receipt.since(send), Span::secs(1), "the answer took a second");
}

#[test]
fn a_session_is_kept_alive_every_third_of_its_time_and_every_half_second_while_nobody_answers() {
    let mut rig = rig(|_| {});
    let etcd = n1_leads(&mut rig);
    assert_eq!(armed(&rig, Timer::KeepAlive), Some(Span::secs(20)));
    rig.advance(Span::secs(20));
    let (_, ask) = one(&rig.fire(N1, Timer::KeepAlive));
    let Ask::KeepAlive { asked, session: 1 } = ask else { panic!("{ask:?}") };
    assert_eq!(armed(&rig, Timer::KeepAlive), Some(Span::millis(500)));
    rig.answer(N1, etcd, Answer::Session { asked, session: 1, ttl: TTL });
    assert_eq!((armed(&rig, Timer::KeepAlive), armed(&rig, Timer::Deadline)), (Some(Span::secs(20)), Some(TTL)));
}

#[test]
fn a_member_waits_for_the_key_before_its_own_and_then_looks_again() {
    let mut rig = rig(|_| {});
    let (etcd, ask) = n1_has_a_key(&mut rig);
    let Ask::Before { asked, .. } = ask else { panic!("{ask:?}") };
    let before = Key { created: 3, session: 9, tag: 0, holder: N2 };
    let (_, ask) = one(&rig.answer(N1, etcd, Answer::Key { asked, key: before }));
    let Ask::Watch { asked, key: 3 } = ask else { panic!("{ask:?}") };
    assert_eq!(asked_count(&rig.answer(N1, etcd, Answer::Key { asked, key: before })), 0);
    assert_eq!(armed(&rig, Timer::Question), Some(Span::secs(20)), "its notice may be lost");
    let (_, ask) = one(&rig.answer(N1, etcd, Answer::Gone { key: 3 }));
    assert!(matches!(ask, Ask::Before { key: 5, .. }), "there may be another before it: {ask:?}");
}

fn asked_count(effects: &Effects<EtcdSession>) -> usize {
    asked(effects).len()
}

#[test]
fn a_mutex_looks_for_its_own_key_before_it_leads_and_an_election_does_not() {
    let mut mutex = rig(|config| config.recheck = true);
    let (etcd, ask) = n1_has_a_key(&mut mutex);
    let Ask::Before { asked, .. } = ask else { panic!("{ask:?}") };
    let (_, ask) = one(&mutex.answer(N1, etcd, Answer::NoKey { asked }));
    let Ask::Get { asked, key: 5 } = ask else { panic!("{ask:?}") };
    assert_eq!(mutex.observe(N1).role(), Role::Candidate);
    let (_, ask) = one(&mutex.answer(N1, etcd, Answer::NoKey { asked }));
    assert!(matches!(ask, Ask::Open { .. }), "its session is over: {ask:?}");
    n1_leads(&mut rig(|_| {}));
}

#[test]
fn whose_session_is_over_opens_another_unless_it_does_not_look() {
    let told = |stops: Stops| {
        let mut rig = rig(|config| config.stops = stops);
        let etcd = n1_leads(&mut rig);
        let effects = rig.answer(N1, etcd, Answer::NoSession { asked: 0, session: 1 });
        (asked(&effects).len(), rig.observe(N1).role())
    };
    assert_eq!(told(Stops::AtDeadline), (1, Role::Follower));
    assert_eq!(told(Stops::WhenDone), (1, Role::Follower));
    assert_eq!(told(Stops::Never), (0, Role::Leader));
}

#[test]
fn the_loop_of_the_client_notices_up_to_a_second_late() {
    let mut rig = rig(|config| config.stops = Stops::WhenDone);
    let etcd = n1_leads(&mut rig);
    rig.advance(Span::millis(20_300));
    let (_, ask) = one(&rig.fire(N1, Timer::KeepAlive));
    let Ask::KeepAlive { asked, .. } = ask else { panic!("{ask:?}") };
    rig.answer(N1, etcd, Answer::Session { asked, session: 1, ttl: TTL });
    assert_eq!(armed(&rig, Timer::Deadline), Some(Span::millis(60_700)), "80.3 s after it was opened, rounded up");
    assert_eq!(rig.observe(N1).authority(), Authority::UntilItSays);
}

#[test]
fn a_question_is_asked_again_and_a_session_that_was_opened_twice_is_left_to_end() {
    let mut rig = rig(|_| {});
    rig.start(N1);
    rig.advance(Span::millis(500));
    let (etcd, ask) = one(&rig.fire(N1, Timer::Question));
    let Ask::Open { asked, .. } = ask else { panic!("{ask:?}") };
    rig.answer(N1, etcd, Answer::Session { asked: asked - 500_000_000, session: 1, ttl: TTL });
    assert_eq!(asked_count(&rig.answer(N1, etcd, Answer::Session { asked, session: 2, ttl: TTL })), 0);
}

#[test]
fn resigning_ends_authority_first_and_keeps_the_session() {
    let mut rig = rig(|_| {});
    let etcd = n1_leads(&mut rig);
    let (_, ask) = one(&rig.deliver(N1, N1, Message::Resign));
    let Ask::Delete { asked, key: 5 } = ask else { panic!("{ask:?}") };
    assert_eq!(rig.observe(N1).authority(), Authority::None);
    let (_, ask) = one(&rig.answer(N1, etcd, Answer::Done { asked }));
    assert!(matches!(ask, Ask::Create { session: 1, .. }), "{ask:?}");
}

#[test]
fn a_lock_that_is_held_for_a_time_is_given_back_with_its_session() {
    let mut rig = rig(|config| config.hold = Span::secs(1));
    n1_leads(&mut rig);
    assert_eq!(armed(&rig, Timer::Hold), Some(Span::secs(1)));
    let asks = asked(&rig.fire(N1, Timer::Hold));
    assert!(matches!(asks[0].1, Ask::Close { session: 1, own: 5, .. }), "{asks:?}");
    assert!(matches!(asks[1].1, Ask::Open { .. }), "{asks:?}");
}

#[test]
fn a_margin_ends_a_session_earlier_by_its_members_clock() {
    let mut rig = rig(|config| (config.deadline_from, config.clock_margin) = (DeadlineFrom::Send, Span::secs(5)));
    n1_leads(&mut rig);
    assert_eq!(armed(&rig, Timer::Deadline), Some(Span::secs(54)), "60 s less 5 s less the second that it took");
}
