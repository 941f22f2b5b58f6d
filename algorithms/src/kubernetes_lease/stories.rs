//! The elector's rules, one step at a time: what it asks for, when, and what it makes of the answers.

use sim::rig::{Effect, Effects, Rig};
use sim::{Authority, Epoch, NodeId, Role, Span};

use super::{Config, KubernetesLease, Message, ReleaseCheck, Timer};
use crate::lock_service::{Answer, Ask, Expected, Identity, Record};

const N1: NodeId = NodeId(0);
const N2: NodeId = NodeId(1);

type Rigged = Rig<KubernetesLease>;

fn rig(change: impl FnOnce(&mut Config)) -> Rigged {
    let mut config = Config::default();
    change(&mut config);
    Rig::new(2, &config, 1)
}

/// What a step asked, and of whom.
fn asked(effects: &Effects<KubernetesLease>) -> Vec<(NodeId, Ask)> {
    let asks = effects.iter().filter_map(|effect| match effect {
        Effect::Asked { service, ask } => Some((*service, ask.clone())),
        _ => None,
    });
    asks.collect()
}

fn one(effects: &Effects<KubernetesLease>) -> (NodeId, Ask) {
    let mut asks = asked(effects);
    assert_eq!(asks.len(), 1, "{effects:?}");
    asks.remove(0)
}

/// The number and the record of the swap that a step asked for.
fn swap(effects: &Effects<KubernetesLease>) -> (NodeId, u64, Expected, Record) {
    match one(effects) {
        (service, Ask::Swap { asked, expected, record }) => (service, asked, expected, record),
        other => panic!("{other:?}"),
    }
}

fn read(effects: &Effects<KubernetesLease>) -> (NodeId, u64) {
    match one(effects) {
        (service, Ask::Read { asked }) => (service, asked),
        other => panic!("{other:?}"),
    }
}

fn armed(rig: &Rigged, timer: Timer) -> Option<Span> {
    rig.armed(N1).into_iter().find(|(armed, _)| *armed == timer).map(|(_, left)| left)
}

/// n1 finds no record, creates it at revision 1, and renews it at once, at revision 2.
fn n1_leads(rig: &mut Rigged) -> (NodeId, Record) {
    let (api, number) = read(&rig.start(N1));
    let (_, number, expected, record) = swap(&rig.answer(N1, api, Answer::NoRecord { asked: number }));
    assert_eq!((expected, record.seconds, record.transitions), (Expected::Nothing, 15, 0));
    assert_eq!(rig.observe(N1).role(), Role::Candidate);
    let won = rig.answer(N1, api, Answer::Record { asked: number, revision: 1, record });
    let (_, number, expected, record) = swap(&won);
    assert_eq!(expected, Expected::Revision(1), "the renew loop begins with a try");
    rig.answer(N1, api, Answer::Record { asked: number, revision: 2, record });
    assert_eq!((rig.observe(N1).authority(), rig.observe(N1).token()), (Authority::UntilItSays, Some(1)));
    (api, record)
}

fn of_n2(transitions: u32, renewed: u64) -> Record {
    Record { holder: Some(Identity { node: N2, process: 5 }), seconds: 15, transitions, renewed }
}

#[test]
fn a_leader_renews_every_retry_period_and_stops_at_its_deadline() {
    let mut rig = rig(|_| {});
    let (api, _) = n1_leads(&mut rig);
    assert_eq!((armed(&rig, Timer::Retry), armed(&rig, Timer::Deadline)), (Some(Span::secs(2)), None));
    rig.advance(Span::secs(2));
    let (_, number, _, record) = swap(&rig.fire(N1, Timer::Retry));
    assert_eq!(armed(&rig, Timer::Deadline), Some(Span::secs(10)), "the deadline begins with the loop, not with the success");
    rig.answer(N1, api, Answer::Record { asked: number, revision: 3, record });
    assert_eq!((armed(&rig, Timer::Deadline), rig.observe(N1).token()), (None, Some(1)), "the token stays");

    rig.advance(Span::secs(2));
    rig.fire(N1, Timer::Retry);
    rig.advance(Span::secs(10));
    let again = rig.fire(N1, Timer::Deadline);
    assert_eq!(rig.observe(N1).authority(), Authority::None);
    read(&again);
}

#[test]
fn a_request_that_takes_too_long_falls_back_to_reading_and_the_missed_tick_comes_at_once() {
    let mut rig = rig(|_| {});
    n1_leads(&mut rig);
    rig.advance(Span::secs(2));
    rig.fire(N1, Timer::Retry);
    assert_eq!(armed(&rig, Timer::Request), Some(Span::secs(5)));
    rig.advance(Span::secs(5));
    read(&rig.fire(N1, Timer::Request));
    rig.advance(Span::secs(4));
    let next = rig.fire(N1, Timer::Request);
    assert_eq!(asked(&next).len(), 1, "ticks passed at 2, 4, 6 and 8 s");
    assert_eq!(armed(&rig, Timer::Deadline), Some(Span::secs(1)));
}

#[test]
fn a_challenger_waits_from_the_last_change_that_it_saw() {
    let mut rig = rig(|_| {});
    let (api, number) = read(&rig.start(N1));
    let held = rig.answer(N1, api, Answer::Record { asked: number, revision: 7, record: of_n2(3, 100) });
    assert_eq!(asked(&held).len(), 0);
    let wait = armed(&rig, Timer::Retry).expect("the next poll");
    assert!(wait >= Span::secs(2) && wait <= Span::millis(4400), "{wait}");
    assert_eq!((rig.observe(N1).leader(), rig.observe(N1).epoch()), (Some(N2), Epoch(4, 0)));

    for (seconds, renewed, takes) in [(14, 101, false), (14, 101, false), (2, 101, true)] {
        rig.advance(Span::secs(seconds));
        let (_, number) = read(&rig.fire(N1, Timer::Retry));
        let effects = rig.answer(N1, api, Answer::Record { asked: number, revision: 8, record: of_n2(3, renewed) });
        assert_eq!(asked(&effects).len(), usize::from(takes), "the change to {renewed} was seen at 14 s");
        if takes {
            let (_, _, expected, record) = swap(&effects);
            assert_eq!((expected, record.transitions), (Expected::Revision(8), 4));
        }
    }
}

#[test]
fn a_released_lease_is_taken_at_once() {
    let mut rig = rig(|_| {});
    let (api, number) = read(&rig.start(N1));
    let released = Record { holder: None, ..of_n2(3, 100) };
    let (_, _, expected, record) = swap(&rig.answer(N1, api, Answer::Record { asked: number, revision: 7, record: released }));
    assert_eq!((expected, record.transitions), (Expected::Revision(7), 4));
}

#[test]
fn a_leader_that_sees_another_holder_leads_on_until_its_deadline() {
    let mut rig = rig(|_| {});
    let (api, _) = n1_leads(&mut rig);
    rig.advance(Span::secs(30));
    let (_, number) = read(&rig.fire(N1, Timer::Retry));
    rig.answer(N1, api, Answer::Record { asked: number, revision: 9, record: of_n2(1, 100) });
    assert_eq!((rig.observe(N1).role(), rig.observe(N1).epoch()), (Role::Leader, Epoch(1, 0)));
    assert_eq!(armed(&rig, Timer::Deadline), Some(Span::secs(10)));
}

#[test]
fn an_answer_that_comes_after_its_time_is_not_taken_for_another() {
    let mut rig = rig(|_| {});
    let (api, number) = read(&rig.start(N1));
    rig.advance(Span::secs(5));
    rig.fire(N1, Timer::Request);
    let late = rig.answer(N1, api, Answer::NoRecord { asked: number });
    assert_eq!(asked(&late).len(), 0);
}

/// n1 was paused for long; n2 leads by now; n1 gives up, and comes to release.
fn release_after_a_pause(rig: &mut Rigged) -> Effects<KubernetesLease> {
    let (api, _) = n1_leads(rig);
    rig.advance(Span::secs(2));
    rig.fire(N1, Timer::Retry);
    rig.advance(Span::secs(60));
    let (_, number) = read(&rig.fire(N1, Timer::Deadline));
    assert_eq!(rig.observe(N1).role(), Role::Leader, "its workers are not told before it has released");
    rig.answer(N1, api, Answer::Record { asked: number, revision: 9, record: of_n2(1, 100) })
}

#[test]
fn client_go_releases_the_lease_of_another_by_what_it_saw_last() {
    let mut reference = rig(|config| config.release_on_cancel = true);
    let (_, ask) = one(&release_after_a_pause(&mut reference));
    assert!(matches!(ask, Ask::Release { expected: 9, transitions: 1, .. }), "{ask:?}");
    let mut mended = rig(|config| (config.release_on_cancel, config.release_check) = (true, ReleaseCheck::Fetched));
    let (_, ask) = one(&release_after_a_pause(&mut mended));
    assert!(matches!(ask, Ask::Read { .. }), "it does not release, and a new process begins: {ask:?}");
}

#[test]
fn an_order_to_stop_ends_the_work_first_and_a_new_process_comes_later() {
    let mut rig = rig(|config| config.release_on_cancel = true);
    let (api, record) = n1_leads(&mut rig);
    let (_, number) = read(&rig.deliver(N1, N1, Message::Cancel));
    assert_eq!(rig.observe(N1).authority(), Authority::None);
    let (_, ask) = one(&rig.answer(N1, api, Answer::Record { asked: number, revision: 2, record }));
    let Ask::Release { asked, own, .. } = ask else { panic!("{ask:?}") };
    assert_eq!(Some(own), record.grant());
    rig.answer(N1, api, Answer::Record { asked, revision: 3, record: Record { holder: None, ..record } });
    assert_eq!(armed(&rig, Timer::Retry), Some(Span::secs(10)));
}
