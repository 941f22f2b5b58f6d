//! One member at a time, driven by hand.

use sim::rig::{Effect, Effects, Rig};
use sim::{Authority, NodeId, Role, Span};

use super::{Config, Message, Mutant, NaiveLowestId, Timer};

const N1: NodeId = NodeId(0);
const N2: NodeId = NodeId(1);
const N3: NodeId = NodeId(2);

fn rig(config: &Config) -> Rig<NaiveLowestId> {
    Rig::new(3, config, 1)
}

fn plain() -> Rig<NaiveLowestId> {
    rig(&Config::default())
}

fn view_quorum() -> Rig<NaiveLowestId> {
    rig(&Config { view_quorum: true, ..Config::default() })
}

fn join_quorum() -> Rig<NaiveLowestId> {
    rig(&Config { join_quorum: true, ..Config::default() })
}

/// What left, to whom.
fn sent(effects: &Effects<NaiveLowestId>) -> Vec<(NodeId, Message)> {
    let messages = effects.iter().filter_map(|effect| match effect {
        Effect::Sent { to, message } => Some((*to, message.clone())),
        _ => None,
    });
    messages.collect()
}

/// The round of the pings that a step sent.
fn round(effects: &Effects<NaiveLowestId>) -> u64 {
    let round = sent(effects).iter().find_map(|(_, message)| match message {
        Message::Ping { round, .. } => Some(*round),
        Message::Pong { .. } => None,
    });
    round.expect("a ping")
}

fn answers(rig: &mut Rig<NaiveLowestId>, member: NodeId, round: u64, from: &[NodeId], names: Option<NodeId>) {
    for peer in from {
        rig.deliver(member, *peer, Message::Pong { round, turn: 0, names, eligible: true });
    }
}

/// Comes up, is answered by these, who follow nobody yet, and has listened for its time; the round that they answered.
fn up(rig: &mut Rig<NaiveLowestId>, member: NodeId, seen: &[NodeId]) -> u64 {
    let first = round(&rig.start(member));
    answers(rig, member, first, seen, None);
    rig.advance(Config::default().patience());
    rig.fire(member, Timer::Listened);
    first
}

#[test]
fn the_lowest_number_leads_and_the_others_follow_it() {
    let mut rig = plain();
    up(&mut rig, N1, &[N2, N3]);
    assert_eq!((rig.observe(N1).role(), rig.observe(N1).authority()), (Role::Leader, Authority::UntilItSays));
    up(&mut rig, N3, &[N1, N2]);
    assert_eq!((rig.observe(N3).role(), rig.observe(N3).leader()), (Role::Follower, Some(N1)));
}

#[test]
fn a_newcomer_listens_however_soon_all_have_answered() {
    for (mutant, leads) in [(None, false), (Some(Mutant::B1), true)] {
        let mut rig = plain();
        mutant.into_iter().for_each(|mutant| rig.mutate(mutant));
        let first = round(&rig.start(N1));
        answers(&mut rig, N1, first, &[N2, N3], Some(N2));
        assert_eq!(rig.observe(N1).role() == Role::Leader, leads, "{mutant:?}");
    }
}

#[test]
fn a_leader_that_sees_a_lower_number_stops_in_the_same_step() {
    let mut rig = plain();
    let first = up(&mut rig, N2, &[N3]);
    assert_eq!(rig.observe(N2).role(), Role::Leader);
    // n1 is not seen: it is answered, and pinged back, but not when it pings back itself.
    let reply = sent(&rig.deliver(N2, N1, Message::Ping { round: 9, back: false }));
    let pong = (N1, Message::Pong { round: 9, turn: first + 1, names: Some(N2), eligible: true });
    assert_eq!(reply, [pong.clone(), (N1, Message::Ping { round: first, back: true })]);
    assert_eq!(sent(&rig.deliver(N2, N1, Message::Ping { round: 9, back: true })), [pong]);
    answers(&mut rig, N2, first, &[N1], None);
    assert_eq!((rig.observe(N2).authority(), rig.observe(N2).leader()), (Authority::None, Some(N1)));
}

#[test]
fn a_member_is_given_up_after_three_pings_in_a_row_that_it_has_not_answered() {
    let mut rig = plain();
    up(&mut rig, N2, &[N1, N3]);
    for unanswered in 1..=3 {
        rig.fire(N2, Timer::Ping);
        assert_eq!(rig.observe(N2).leader(), Some(N1), "{unanswered} of which the last may yet be answered");
    }
    rig.fire(N2, Timer::Ping);
    assert_eq!(rig.observe(N2).role(), Role::Leader);
}

#[test]
fn a_member_that_has_stood_still_gives_nobody_up_for_it() {
    let mut rig = plain();
    up(&mut rig, N2, &[N1, N3]);
    rig.advance(Span::secs(60));
    rig.fire(N2, Timer::Ping);
    assert_eq!(rig.observe(N2).leader(), Some(N1), "it is its own fault that nothing was answered: one ping only");
}

#[test]
fn an_answer_to_an_old_ping_tells_nothing_new() {
    let mut rig = plain();
    let first = up(&mut rig, N2, &[N1]);
    let later = round(&rig.fire(N2, Timer::Ping));
    rig.deliver(N2, N1, Message::Pong { round: later, turn: 1, names: Some(N1), eligible: true });
    answers(&mut rig, N2, first, &[N1], None);
    let n1 = rig.mind(N2).peers[0];
    assert_eq!((n1.answered, n1.names), (Some(later), Some(N1)));
    rig.crash(N2);
    rig.advance(Span::millis(1));
    rig.start(N2);
    rig.fire(N2, Timer::Listened);
    answers(&mut rig, N2, later, &[N1], Some(N1));
    assert_eq!(rig.observe(N2).leader(), Some(N2), "nor does an answer to a ping of an earlier life");
}

#[test]
fn with_view_quorum_who_sees_too_few_neither_leads_nor_follows() {
    let mut rig = view_quorum();
    up(&mut rig, N1, &[]);
    assert_eq!((rig.observe(N1).role(), rig.observe(N1).leader()), (Role::PreCandidate, None));
    let mut rig = plain();
    up(&mut rig, N1, &[]);
    assert_eq!(rig.observe(N1).role(), Role::Leader, "without it, one is enough");
}

#[test]
fn with_view_quorum_who_sees_enough_again_listens_as_a_newcomer_does() {
    let mut rig = view_quorum();
    up(&mut rig, N2, &[N1, N3]);
    for _ in 0..4 {
        rig.fire(N2, Timer::Ping);
    }
    assert_eq!((rig.observe(N2).role(), rig.armed(N2).len()), (Role::PreCandidate, 1), "it pings, and waits for nothing else");
    let now = round(&rig.fire(N2, Timer::Ping));
    answers(&mut rig, N2, now, &[N3], Some(N1));
    assert_eq!(rig.observe(N2).role(), Role::PreCandidate, "n1, which n3 follows, may be there too");
    answers(&mut rig, N2, now, &[N1], Some(N1));
    rig.fire(N2, Timer::Listened);
    assert_eq!(rig.observe(N2).leader(), Some(N1));
}

#[test]
fn with_view_quorum_the_same_member_is_counted_by_two() {
    let mut rig = view_quorum();
    up(&mut rig, N1, &[N3]);
    up(&mut rig, N2, &[N3]);
    assert_eq!((rig.observe(N1).role(), rig.observe(N2).role()), (Role::Leader, Role::Leader));
}

#[test]
fn with_join_quorum_it_is_counted_by_the_one_that_it_follows() {
    let mut rig = join_quorum();
    let first = up(&mut rig, N1, &[N3]);
    assert_eq!(rig.observe(N1).role(), Role::PreCandidate, "n3 follows nobody yet");
    answers(&mut rig, N1, first, &[N3], Some(N1));
    let second = up(&mut rig, N2, &[N3]);
    answers(&mut rig, N2, second, &[N3], Some(N1));
    assert_eq!((rig.observe(N1).role(), rig.observe(N2).role()), (Role::Leader, Role::PreCandidate));
}

#[test]
fn a_member_that_never_campaigns_is_seen_but_not_nominated() {
    let mut rig = view_quorum();
    let first = round(&rig.start(N2));
    rig.deliver(N2, N1, Message::Pong { round: first, turn: 0, names: None, eligible: false });
    rig.fire(N2, Timer::Listened);
    assert_eq!(rig.observe(N2).leader(), Some(N2), "two of three are in view, and n1 does not lead");
}

#[test]
fn a_dead_member_is_forgotten_although_others_still_name_it() {
    for (mutant, leader) in [(None, Some(N2)), (Some(Mutant::B15), Some(N1))] {
        let mut rig = plain();
        mutant.into_iter().for_each(|mutant| rig.mutate(mutant));
        up(&mut rig, N2, &[N1, N3]);
        for _ in 0..8 {
            let now = round(&rig.fire(N2, Timer::Ping));
            answers(&mut rig, N2, now, &[N3], Some(N1));
        }
        assert_eq!(rig.observe(N2).leader(), leader, "{mutant:?}");
    }
}

#[test]
fn a_message_is_no_larger_than_half_a_cache_line() {
    assert!(std::mem::size_of::<Message>() <= 32);
}
