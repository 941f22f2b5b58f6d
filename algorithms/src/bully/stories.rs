//! One member at a time, driven by hand.

use sim::rig::{Effect, Effects, Rig};
use sim::{Authority, Epoch, LocalTime, NodeId, Role};

use super::messages::{Bearing, Group, Message, Promised, Timer};
use super::{Bully, Config, Mutant};

const N1: NodeId = NodeId(0);
const N2: NodeId = NodeId(1);
const N3: NodeId = NodeId(2);
const FIT: Bearing = Bearing { leads: false, fit: true, free: true };

fn plain(members: u16) -> Rig<Bully> {
    Rig::new(members, &Config::default(), 1)
}

fn safe(members: u16) -> Rig<Bully> {
    Rig::new(members, &Config { quorum_and_epoch: true, ..Config::default() }, 1)
}

/// What left, to whom.
fn sent(effects: &Effects<Bully>) -> Vec<(NodeId, Message)> {
    let messages = effects.iter().filter_map(|effect| match effect {
        Effect::Sent { to, message } => Some((*to, message.clone())),
        _ => None,
    });
    messages.collect()
}

fn kinds(effects: &Effects<Bully>) -> Vec<(NodeId, &'static str)> {
    sent(effects).iter().map(|(to, message)| (*to, sim::Message::kind(message))).collect()
}

fn halted_group(effects: &Effects<Bully>) -> Group {
    let group = sent(effects).iter().find_map(|(_, message)| match message {
        Message::Halt { group, .. } => Some(*group),
        _ => None,
    });
    group.expect("a Halt")
}

fn epoch(epoch: u64) -> Group {
    Group { epoch, number: 0 }
}

/// Follows n3 in this group.
fn follow_n3(rig: &mut Rig<Bully>, member: NodeId, group: Group) {
    rig.deliver(member, N3, Message::Halt { group, candidate: N3 });
    rig.deliver(member, N3, Message::NewCoordinator { group });
    rig.deliver(member, N3, Message::Ready { group });
    assert_eq!(rig.observe(member).leader(), Some(N3));
}

/// The highest number comes up and everybody halts and accepts; the effects of its first Halt are given back.
fn n3_leads(rig: &mut Rig<Bully>) -> Group {
    let mut effects = rig.start(N3);
    if kinds(&effects).contains(&(N1, "AreYouThere")) {
        let Message::AreYouThere { asked, .. } = sent(&effects)[0].1 else { unreachable!() };
        for from in [N1, N2] {
            rig.deliver(N3, from, Message::Here { asked, epoch: 0, bearing: FIT });
        }
        effects = rig.fire(N3, Timer::Answer);
    }
    let group = halted_group(&effects);
    for from in [N1, N2] {
        rig.deliver(N3, from, Message::Halted { group, candidate: N3, promised: group.epoch > 0 });
    }
    assert_eq!(rig.observe(N3).role(), Role::Candidate, "it waits for the whole answer-timeout");
    assert_eq!(kinds(&rig.fire(N3, Timer::Answer)), [(N1, "NewCoordinator"), (N2, "NewCoordinator")]);
    rig.deliver(N3, N1, Message::Accepted { group });
    assert_eq!(rig.observe(N3).role(), Role::Candidate, "n2 has not accepted yet");
    rig.deliver(N3, N2, Message::Accepted { group });
    assert_eq!(rig.observe(N3).authority(), Authority::UntilItSays);
    group
}

#[test]
fn a_member_that_comes_up_asks_only_higher_numbers_and_waits_when_one_is_there() {
    let mut rig = plain(3);
    let asked = sent(&rig.start(N2));
    let [(N3, Message::AreYouThere { asked, .. })] = asked[..] else { panic!("{asked:?}") };
    rig.deliver(N2, N3, Message::Here { asked, epoch: 0, bearing: FIT });
    assert_eq!(kinds(&rig.fire(N2, Timer::Answer)), [], "it does not stand");
    assert!(rig.armed(N2).iter().any(|(timer, _)| *timer == Timer::Coordinator), "but it does not wait for ever");
    assert_eq!(kinds(&rig.fire(N2, Timer::Coordinator)), [(N3, "AreYouThere")]);
    assert_eq!(kinds(&rig.fire(N2, Timer::Answer)), [(N1, "Halt")], "now nobody higher is there");
}

#[test]
fn a_coordinator_that_is_halted_by_a_higher_number_stops_in_the_same_step() {
    let mut rig = plain(3);
    rig.start(N2);
    let group = halted_group(&rig.fire(N2, Timer::Answer));
    rig.deliver(N2, N1, Message::Halted { group, candidate: N2, promised: false });
    rig.fire(N2, Timer::Answer);
    rig.deliver(N2, N1, Message::Accepted { group });
    assert_eq!(rig.observe(N2).role(), Role::Leader);
    let answer = rig.deliver(N2, N3, Message::Halt { group: Group { epoch: 0, number: 7 }, candidate: N3 });
    assert_eq!(kinds(&answer), [(N3, "Halted")]);
    assert_eq!(rig.observe(N2).authority(), Authority::None);
}

#[test]
fn the_late_rest_of_an_old_election_is_not_accepted() {
    let (old, new) = (Group { epoch: 0, number: 5 }, Group { epoch: 0, number: 6 });
    let accepts = |mutant: Option<Mutant>| {
        let mut rig = plain(3);
        mutant.into_iter().for_each(|mutant| rig.mutate(mutant));
        rig.start(N1);
        rig.deliver(N1, N2, Message::Halt { group: old, candidate: N2 });
        rig.deliver(N1, N3, Message::Halt { group: new, candidate: N3 });
        !kinds(&rig.deliver(N1, N2, Message::NewCoordinator { group: old })).is_empty()
    };
    assert!(!accepts(None));
    assert!(accepts(Some(Mutant::B4)));
}

#[test]
fn a_lower_number_is_neither_halted_for_nor_followed() {
    let mut rig = plain(3);
    let group = n3_leads(&mut rig);
    let lower = Group { number: group.number + 1, ..group };
    assert_eq!(kinds(&rig.deliver(N3, N2, Message::Halt { group: lower, candidate: N2 })), []);
    rig.deliver(N3, N2, Message::AreYouNormal { group: lower, sent: LocalTime(1) });
    assert_eq!(rig.observe(N3).leader(), Some(N3));
}

#[test]
fn a_member_that_recovers_is_taken_into_the_group_without_a_new_election() {
    let mut rig = plain(3);
    let group = n3_leads(&mut rig);
    let answer = rig.deliver(N3, N1, Message::AreYouThere { asked: 1, epoch: 0 });
    assert_eq!(kinds(&answer), [(N1, "Here"), (N1, "Halt")]);
    let answer = rig.deliver(N3, N1, Message::Halted { group, candidate: N3, promised: false });
    assert_eq!(kinds(&answer), [(N1, "NewCoordinator")]);
    assert_eq!(kinds(&rig.deliver(N3, N1, Message::Accepted { group })), [(N1, "Ready")]);
    assert_eq!(rig.observe(N3).role(), Role::Leader, "it has led all the time");
}

#[test]
fn a_silent_coordinator_is_asked_before_it_is_given_up() {
    let mut rig = plain(3);
    rig.start(N1);
    follow_n3(&mut rig, N1, Group { epoch: 0, number: 5 });
    let asked = sent(&rig.fire(N1, Timer::Silence));
    let [(N3, Message::AreYouThere { asked, .. })] = asked[..] else { panic!("{asked:?}") };
    rig.deliver(N1, N3, Message::Here { asked, epoch: 0, bearing: FIT });
    assert_eq!(rig.observe(N1).leader(), Some(N3), "it was there");
    rig.fire(N1, Timer::Silence);
    assert_eq!(kinds(&rig.fire(N1, Timer::Answer)), [(N2, "AreYouThere"), (N3, "AreYouThere")]);
    assert_eq!(rig.observe(N1).leader(), None);
}

#[test]
fn an_epoch_is_promised_once_and_a_crash_does_not_undo_it() {
    let mut rig = safe(3);
    rig.start(N1);
    let answer = sent(&rig.deliver(N1, N2, Message::Halt { group: epoch(4), candidate: N2 }));
    assert_eq!(answer, [(N2, Message::Halted { group: epoch(4), candidate: N2, promised: true })]);
    rig.crash(N1);
    rig.start(N1);
    let answer = sent(&rig.deliver(N1, N3, Message::Halt { group: epoch(4), candidate: N3 }));
    assert_eq!(answer, [(N3, Message::Halted { group: epoch(4), candidate: N3, promised: false })]);
    let answer = sent(&rig.deliver(N1, N3, Message::Halt { group: epoch(3), candidate: N3 }));
    assert_eq!(answer, [], "an older Halt of the same candidate");
    let answer = sent(&rig.deliver(N1, N2, Message::Halt { group: epoch(3), candidate: N2 }));
    assert_eq!(answer, [], "it waits for a higher number");
}

#[test]
fn a_promise_leaves_only_when_the_disk_has_it() {
    let mut rig = safe(3);
    rig.start(N1);
    rig.slow_disk(N1);
    let halt = Message::Halt { group: epoch(1), candidate: N3 };
    assert_eq!(kinds(&rig.deliver(N1, N3, halt)), []);
    assert_eq!(*rig.disk(N1), Promised::default());
    assert_eq!(kinds(&rig.disk_answers(N1)), [(N3, "Halted")]);
    assert_eq!(*rig.disk(N1), Promised { epoch: 1, to: Some(N3) });
}

#[test]
fn the_token_of_a_coordinator_is_its_epoch_and_without_answers_it_stops() {
    let mut rig = safe(3);
    n3_leads(&mut rig);
    assert_eq!((rig.observe(N3).epoch(), rig.observe(N3).token()), (Epoch(1, 0), Some(1)));
    rig.advance(Config::default().ping_timeout);
    rig.fire(N3, Timer::StepDown);
    assert_eq!(rig.observe(N3).authority(), Authority::None);
}

#[test]
fn who_is_not_answered_by_a_majority_does_not_stand_and_lets_a_lower_number_lead() {
    let mut rig = safe(3);
    rig.start(N3);
    assert_eq!(kinds(&rig.fire(N3, Timer::Answer)), [], "it neither stands nor touches its epoch");
    assert_eq!(rig.durable(N3).epoch, 0);
    let answer = sent(&rig.deliver(N3, N2, Message::AreYouThere { asked: 9, epoch: 0 }));
    let [(N2, Message::Here { bearing: Bearing { leads: false, fit: false, free: true }, .. })] = answer[..] else {
        panic!("{answer:?}")
    };
    assert_eq!(kinds(&rig.deliver(N3, N2, Message::Halt { group: epoch(1), candidate: N2 })), [(N2, "Halted")]);
}

#[test]
fn promises_of_less_than_a_majority_make_nobody_a_coordinator() {
    let mut rig = safe(5);
    let asked = sent(&rig.start(NodeId(4)));
    let Message::AreYouThere { asked, .. } = asked[0].1 else { unreachable!() };
    for from in [N1, N2] {
        rig.deliver(NodeId(4), from, Message::Here { asked, epoch: 0, bearing: FIT });
    }
    let group = halted_group(&rig.fire(NodeId(4), Timer::Answer));
    rig.deliver(NodeId(4), N1, Message::Halted { group, candidate: NodeId(4), promised: true });
    rig.deliver(NodeId(4), N2, Message::Halted { group, candidate: NodeId(4), promised: false });
    let effects = rig.fire(NodeId(4), Timer::Answer);
    assert_eq!(rig.observe(NodeId(4)).authority(), Authority::None);
    assert_eq!(kinds(&effects)[0], (N1, "AreYouThere"), "it starts over, in a newer epoch if it comes to that");
}

#[test]
fn a_follower_that_hears_its_coordinator_does_not_help_a_number_below_it() {
    let mut rig = safe(3);
    rig.start(N1);
    follow_n3(&mut rig, N1, epoch(1));
    let effects = rig.deliver(N1, N2, Message::AreYouThere { asked: 3, epoch: 1 });
    let answer = sent(&effects).remove(0);
    assert!(matches!(answer, (N2, Message::Here { bearing: Bearing { free: false, .. }, .. })), "{answer:?}");
    assert_eq!(kinds(&effects)[1..], [(N3, "AreYouThere")]);
    rig.fire(N1, Timer::Answer);
    assert_eq!(rig.observe(N1).leader(), None, "but it looks after its coordinator, and n3 is gone");
}

#[test]
fn a_message_is_no_larger_than_half_a_cache_line() {
    assert!(std::mem::size_of::<Message>() <= 32);
}
