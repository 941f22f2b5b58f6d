//! The rules of ZAB, one at a time: members driven by hand. n1 is the one that is looked at.

use algorithms::Zab;
use algorithms::zab::{Config, Message, Notification, PeerState, Phase, Stable, Timer, Vote, Zxid};
use sim::rig::{Effect, Rig};
use sim::{Entry, Epoch, Item, LinkState, NodeId, Role, Span};

/// One thing that a member did.
type Step = Effect<Message, Timer, sim::Never>;

const ME: NodeId = NodeId(0);
const TWO: NodeId = NodeId(1);
const THREE: NodeId = NodeId(2);

fn history(zxids: &[(u64, u64)]) -> Vec<Entry> {
    zxids.iter().map(|&(epoch, counter)| Entry { epoch: Epoch(epoch, counter), item: None }).collect()
}

/// One of three, with this on its disk, and sessions with the others.
fn member_with(config: &Config, stable: Stable) -> Rig<Zab> {
    let mut rig: Rig<Zab> = Rig::new(3, config, 7);
    rig.set_durable(ME, stable);
    rig.start(ME);
    rig.link(ME, TWO, LinkState::Up);
    rig.link(ME, THREE, LinkState::Up);
    rig
}

fn member(stable: Stable) -> Rig<Zab> {
    member_with(&Config::default(), stable)
}

fn vote(leader: NodeId, epoch: u64, zxid: (u64, u64)) -> Vote {
    Vote { leader: Some(leader), epoch, zxid: Epoch(zxid.0, zxid.1) }
}

fn said(vote: Vote, round: u64, state: PeerState) -> Message {
    Message::Notification(Notification { vote, round, state })
}

fn looking(vote: Vote, round: u64) -> Message {
    said(vote, round, PeerState::Looking)
}

/// What it sends to this member, in words.
fn sent(effects: &[Step], receiver: NodeId) -> Vec<String> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Sent { to, message } if *to == receiver => Some(format!("{message:?}")),
        _ => None,
    });
    sent.collect()
}

fn kinds(effects: &[Step], receiver: NodeId) -> Vec<&'static str> {
    let kinds = effects.iter().filter_map(|effect| match effect {
        Effect::Sent { to, message } if *to == receiver => Some(sim::Message::kind(message)),
        _ => None,
    });
    kinds.collect()
}

fn armed(rig: &Rig<Zab>, timer: Timer) -> Option<Span> {
    rig.armed(ME).iter().find(|(one, _)| *one == timer).map(|(_, left)| *left)
}

/// n1 has decided to follow n3, and connected for the first time.
fn follower(stable: Stable) -> Rig<Zab> {
    let mut rig = member(stable);
    let newest = vote(THREE, 9, (9, 9));
    rig.deliver(ME, THREE, looking(newest, 1));
    let effects = rig.fire(ME, Timer::Finalize);
    assert_eq!(kinds(&effects, THREE), ["FollowerInfo"]);
    rig
}

/// n1 has decided to lead.
fn elected(config: &Config, stable: Stable) -> Rig<Zab> {
    let mut rig = member_with(config, stable);
    let own = rig.mind(ME).vote();
    rig.deliver(ME, TWO, looking(own, 1));
    rig.fire(ME, Timer::Finalize);
    assert_eq!(rig.mind(ME).state(), PeerState::Leading);
    rig
}

// ---------------------------------------------------------------------------------------------------- the election

#[test]
fn it_begins_with_a_vote_for_itself_and_sends_it_to_whoever_can_be_reached() {
    let mut rig: Rig<Zab> = Rig::new(3, &Config::default(), 7);
    rig.set_durable(ME, Stable { accepted: 5, current: 4, history: history(&[(4, 1)]) });
    assert_eq!(sent(&rig.start(ME), TWO), [""; 0], "there is no session yet");
    let own = format!("{:?}", looking(vote(ME, 4, (4, 1)), 1));
    assert_eq!(sent(&rig.link(ME, TWO, LinkState::Up), TWO), [own], "its current epoch, not the one that it agreed to");
}

#[test]
fn a_better_vote_is_taken_over_and_told_to_everybody_and_a_worse_one_is_not() {
    let mut rig = member(Stable { accepted: 2, current: 2, history: history(&[(2, 1)]) });
    for worse in [vote(TWO, 1, (1, 9)), vote(TWO, 2, (1, 9))] {
        let effects = rig.deliver(ME, TWO, looking(worse, 1));
        assert_eq!(sent(&effects, THREE), [""; 0], "{worse:?}");
    }
    let better = vote(TWO, 2, (2, 1));
    let effects = rig.deliver(ME, TWO, looking(better, 1));
    assert_eq!(sent(&effects, THREE), [format!("{:?}", looking(better, 1))], "equal but for the number");
}

#[test]
fn a_higher_round_forgets_the_votes_and_what_they_had_led_to() {
    let mut rig: Rig<Zab> = Rig::new(5, &Config::default(), 7);
    rig.start(ME);
    for peer in 1..5 {
        rig.link(ME, NodeId(peer), LinkState::Up);
    }
    let favourite = vote(NodeId(4), 0, (0, 0));
    rig.deliver(ME, NodeId(4), looking(favourite, 1));
    rig.deliver(ME, NodeId(3), looking(vote(NodeId(3), 0, (0, 0)), 2));
    assert_eq!(rig.mind(ME).round(), 2);
    assert_eq!(rig.mind(ME).vote(), vote(NodeId(3), 0, (0, 0)), "compared with its own first vote, not with the favourite");
    rig.deliver(ME, NodeId(3), looking(favourite, 2));
    assert_eq!(armed(&rig, Timer::Finalize), None, "n5's vote of the first round does not make three");
    rig.deliver(ME, NodeId(4), looking(favourite, 2));
    assert!(armed(&rig, Timer::Finalize).is_some());
}

#[test]
fn a_vote_of_a_lower_round_counts_for_nothing_and_is_answered() {
    let mut rig = member(Stable::default());
    rig.deliver(ME, TWO, looking(vote(TWO, 0, (0, 0)), 5));
    let effects = rig.deliver(ME, THREE, looking(vote(THREE, 7, (7, 7)), 4));
    assert_eq!(rig.mind(ME).vote(), vote(TWO, 0, (0, 0)));
    assert_eq!(sent(&effects, THREE), [format!("{:?}", looking(vote(TWO, 0, (0, 0)), 5))]);
}

#[test]
fn a_better_vote_within_the_last_wait_reopens_the_election() {
    let mut rig = member(Stable::default());
    rig.deliver(ME, TWO, looking(vote(TWO, 0, (0, 0)), 1));
    assert_eq!(armed(&rig, Timer::Finalize), Some(Span::millis(200)));
    rig.advance(Span::millis(150));
    rig.deliver(ME, THREE, looking(vote(ME, 0, (0, 0)), 1));
    assert_eq!(armed(&rig, Timer::Finalize), Some(Span::millis(200)), "what is not better only starts the wait anew");
    let better = vote(THREE, 0, (0, 0));
    let effects = rig.deliver(ME, THREE, looking(better, 1));
    assert_eq!(sent(&effects, TWO), [format!("{:?}", looking(better, 1))]);
    assert_eq!(rig.mind(ME).state(), PeerState::Looking, "with n3 it is a quorum again, and waits again");
    rig.fire(ME, Timer::Finalize);
    assert_eq!(rig.mind(ME).state(), PeerState::Following);
}

#[test]
fn silence_is_broken_at_intervals_that_double_up_to_a_minute() {
    let mut rig = member(Stable::default());
    let mut intervals = vec![armed(&rig, Timer::Silence).unwrap()];
    for _ in 0..10 {
        let effects = rig.fire(ME, Timer::Silence);
        assert_eq!(kinds(&effects, TWO), ["Notification"]);
        intervals.push(armed(&rig, Timer::Silence).unwrap());
    }
    let millis = [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000];
    assert_eq!(intervals, millis.map(Span::millis));
}

#[test]
fn a_late_joiner_needs_a_quorum_and_the_word_of_the_leader_itself() {
    let mut rig: Rig<Zab> = Rig::new(5, &Config::default(), 7);
    rig.start(ME);
    let led = vote(NodeId(4), 3, (2, 8));
    for peer in 1..5 {
        rig.link(ME, NodeId(peer), LinkState::Up);
    }
    for follower in 1..4 {
        rig.deliver(ME, NodeId(follower), said(led, 17, PeerState::Following));
        assert_eq!(rig.mind(ME).state(), PeerState::Looking, "n5 has not said that it leads");
    }
    rig.deliver(ME, NodeId(4), said(led, 17, PeerState::Leading));
    assert_eq!((rig.mind(ME).state(), rig.mind(ME).round()), (PeerState::Following, 17));
    let mut alone = member(Stable::default());
    alone.deliver(ME, THREE, said(vote(THREE, 3, (2, 8)), 17, PeerState::Leading));
    assert_eq!(alone.mind(ME).state(), PeerState::Looking, "one of three is no quorum");
}

// ---------------------------------------------------------------------------------------------------- the learner

#[test]
fn a_new_epoch_is_stored_before_it_is_agreed_to_and_an_equal_one_does_not_count() {
    let mut rig = follower(Stable { accepted: 4, current: 3, history: history(&[(3, 1)]) });
    rig.slow_disk(ME);
    let effects = rig.deliver(ME, THREE, Message::LeaderInfo { connection: 1, epoch: 5 });
    assert_eq!(sent(&effects, THREE), [""; 0]);
    let agreed = sent(&rig.disk_answers(ME), THREE);
    assert!(agreed[0].contains("current: Some(3)") && agreed[0].contains("last: Epoch(3, 1)"), "{agreed:?}");
    assert_eq!(rig.disk(ME).accepted, 5);

    let mut rig = follower(Stable { accepted: 5, current: 3, history: history(&[(3, 1)]) });
    let effects = rig.deliver(ME, THREE, Message::LeaderInfo { connection: 1, epoch: 5 });
    assert!(sent(&effects, THREE)[0].contains("current: None"));
}

#[test]
fn a_leader_of_an_earlier_epoch_is_left() {
    let mut rig = follower(Stable { accepted: 6, ..Stable::default() });
    let effects = rig.deliver(ME, THREE, Message::LeaderInfo { connection: 1, epoch: 5 });
    assert_eq!(kinds(&effects, THREE), ["Close", "Notification"]);
    assert_eq!(rig.mind(ME).state(), PeerState::Looking);
}

#[test]
fn history_then_epoch_then_the_answer() {
    let mut rig = follower(Stable { accepted: 1, current: 1, history: history(&[(1, 1), (1, 2), (1, 3)]) });
    rig.deliver(ME, THREE, Message::LeaderInfo { connection: 1, epoch: 3 });
    rig.slow_disk(ME);
    let entries = Some(history(&[(2, 1), (2, 2)]).into());
    rig.deliver(ME, THREE, Message::Diff { connection: 1, epoch: 3, keep: Epoch(1, 2), entries });
    let effects = rig.deliver(ME, THREE, Message::NewLeader { connection: 1, epoch: 3 });
    assert_eq!(sent(&effects, THREE), [""; 0], "nothing is said before it is stored");
    assert_eq!(rig.disk(ME).current, 1);
    assert_eq!(kinds(&rig.disk_answers(ME), THREE), ["AckNewLeader"]);
    let disk = rig.disk(ME);
    assert_eq!((disk.current, disk.history.clone()), (3, history(&[(1, 1), (1, 2), (2, 1), (2, 2)])));
}

#[test]
fn what_belongs_to_a_closed_connection_is_not_heeded() {
    let mut rig = follower(Stable::default());
    for _ in 0..4 {
        let connection = rig.mind(ME).connection();
        rig.deliver(ME, THREE, Message::Refused { connection });
        rig.fire(ME, Timer::Connect);
    }
    rig.deliver(ME, THREE, Message::LeaderInfo { connection: 1, epoch: 5 });
    assert_eq!(rig.durable(ME).accepted, 0, "that was the first connection; this is the fifth");
    let effects = rig.deliver(ME, THREE, Message::Refused { connection: 5 });
    assert_eq!(rig.mind(ME).state(), PeerState::Looking, "five attempts are enough");
    assert_eq!(kinds(&effects, TWO), ["Notification"]);
}

#[test]
fn it_leaves_at_once_when_the_session_ends_and_after_sync_limit_ticks_of_silence() {
    let mut rig = follower(Stable::default());
    assert_eq!(armed(&rig, Timer::Leader), Some(Span::secs(20)), "initLimit ticks in discovery");
    rig.deliver(ME, THREE, Message::LeaderInfo { connection: 1, epoch: 1 });
    rig.deliver(ME, THREE, Message::Diff { connection: 1, epoch: 1, keep: Zxid::default(), entries: None });
    rig.deliver(ME, THREE, Message::NewLeader { connection: 1, epoch: 1 });
    assert_eq!(rig.observe(ME).leader(), None, "it does not know yet that the leader is established");
    rig.deliver(ME, THREE, Message::UpToDate { connection: 1, epoch: 1, committed: Zxid::default() });
    assert_eq!((rig.mind(ME).phase(), rig.observe(ME).leader()), (Phase::Broadcast, Some(THREE)));
    assert_eq!(armed(&rig, Timer::Leader), Some(Span::secs(10)), "syncLimit ticks in broadcast");
    rig.link(ME, THREE, LinkState::Down);
    assert_eq!(rig.mind(ME).state(), PeerState::Looking);
}

// ---------------------------------------------------------------------------------------------------- the leader

#[test]
fn the_epoch_is_above_all_that_a_quorum_has_agreed_to() {
    let mut rig = elected(&Config::default(), Stable { accepted: 3, ..Stable::default() });
    let effects = rig.deliver(ME, TWO, Message::FollowerInfo { connection: 1, accepted: 6 });
    assert_eq!(sent(&effects, TWO), ["LeaderInfo { connection: 1, epoch: 7 }"]);
    assert_eq!(rig.durable(ME).accepted, 7);
    assert_eq!(rig.observe(ME).role(), Role::Candidate);
}

#[test]
fn who_is_ahead_is_not_led_and_does_not_count() {
    let stable = Stable { accepted: 3, current: 2, history: history(&[(2, 4)]) };
    let ahead = [(3, Epoch(1, 1)), (2, Epoch(2, 5))];
    for (current, last) in ahead {
        let mut rig = elected(&Config::default(), stable.clone());
        rig.deliver(ME, TWO, Message::FollowerInfo { connection: 1, accepted: 3 });
        let own = Message::AckEpoch { connection: 0, leader: ME, epoch: 4, current: Some(2), last: Epoch(2, 4) };
        rig.deliver(ME, ME, own);
        let ack = Message::AckEpoch { connection: 1, leader: ME, epoch: 4, current: Some(current), last };
        assert_eq!(kinds(&rig.deliver(ME, TWO, ack), TWO), ["Close"]);
        assert_eq!(rig.mind(ME).phase(), Phase::Discovery);
    }
}

/// n1 has been elected, and n2 has agreed to epoch 1.
fn synchronising(stable: Stable, last: Zxid) -> (Rig<Zab>, Vec<Step>) {
    let newness = (stable.current, stable.history.last().map_or(Zxid::default(), |entry| entry.epoch));
    let mut rig = elected(&Config::default(), stable);
    rig.deliver(ME, TWO, Message::FollowerInfo { connection: 1, accepted: 0 });
    let epoch = rig.durable(ME).accepted;
    let own = Message::AckEpoch { connection: 0, leader: ME, epoch, current: Some(newness.0), last: newness.1 };
    rig.deliver(ME, ME, own);
    let effects = rig.deliver(ME, TWO, Message::AckEpoch { connection: 1, leader: ME, epoch, current: Some(0), last });
    (rig, effects)
}

#[test]
fn a_learner_is_sent_what_it_lacks_or_the_whole_where_it_has_something_else() {
    let stable = Stable { accepted: 5, current: 5, history: history(&[(1, 1), (1, 2), (4, 1), (5, 1)]) };
    let cases = [
        (Epoch(0, 0), "Diff", ["keep: Epoch(0, 0)", "(1, 1)"]),
        (Epoch(1, 2), "Diff", ["keep: Epoch(1, 2)", "(4, 1)"]),
        // It has more of that epoch than is left: cut off.
        (Epoch(1, 9), "Diff", ["keep: Epoch(1, 2)", "(4, 1)"]),
        // An epoch that came to nothing: what the two share is not known.
        (Epoch(3, 1), "Snap", ["(1, 1)", "(5, 1)"]),
    ];
    for (last, kind, contents) in cases {
        let (_, effects) = synchronising(stable.clone(), last);
        assert_eq!(kinds(&effects, TWO), [kind, "NewLeader"], "{last:?}");
        let text = &sent(&effects, TWO)[0];
        assert!(contents.iter().all(|part| text.contains(part)), "{last:?}: {text}");
    }
}

#[test]
fn it_leads_only_when_a_quorum_has_taken_over_its_history() {
    let (mut rig, _) = synchronising(Stable { accepted: 1, current: 1, history: history(&[(1, 1)]) }, Zxid::default());
    rig.deliver(ME, ME, Message::AckLeader { connection: 0, epoch: 2 });
    assert_eq!((rig.observe(ME).role(), rig.observe(ME).committed()), (Role::Candidate, 0));
    let effects = rig.deliver(ME, TWO, Message::AckLeader { connection: 1, epoch: 2 });
    assert_eq!(kinds(&effects, TWO), ["UpToDate"]);
    assert_eq!((rig.observe(ME).role(), rig.observe(ME).committed()), (Role::Leader, 1));
    assert_eq!(rig.mind(ME).vote().epoch, 2, "those who look for a leader hear of the epoch that came of it");
}

/// n1 leads n2 in epoch 1.
fn leader() -> Rig<Zab> {
    let (mut rig, _) = synchronising(Stable::default(), Zxid::default());
    rig.deliver(ME, ME, Message::AckLeader { connection: 0, epoch: 1 });
    rig.deliver(ME, TWO, Message::AckLeader { connection: 1, epoch: 1 });
    rig
}

#[test]
fn a_proposal_leaves_before_the_leaders_disk_has_it_and_is_committed_by_a_quorum_of_disks() {
    let mut rig = leader();
    rig.slow_disk(ME);
    let effects = rig.propose(ME, Item(1));
    assert_eq!((kinds(&effects, TWO), kinds(&effects, THREE)), (vec!["Propose"], vec![]), "n3 is not synchronised");
    let zxid = Epoch(1, 1);
    assert_eq!(kinds(&rig.deliver(ME, TWO, Message::Ack { connection: 1, zxid }), TWO), [""; 0], "one disk is no quorum");
    assert_eq!(kinds(&rig.disk_answers(ME), ME), ["Ack"]);
    let effects = rig.deliver(ME, ME, Message::Ack { connection: 0, zxid });
    assert_eq!(kinds(&effects, TWO), ["Commit"]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Acknowledged { item: Item(1) })));
}

#[test]
fn without_a_word_for_sync_limit_ticks_it_steps_down_in_the_tick_after() {
    let mut rig = leader();
    for half in 1..=11 {
        rig.advance(Span::secs(1));
        rig.fire(ME, Timer::HalfTick);
        assert_eq!(rig.observe(ME).role(), Role::Leader, "half a tick number {half}");
        assert_eq!(armed(&rig, Timer::HalfTick), Some(Span::secs(1)));
    }
    rig.advance(Span::secs(1));
    rig.fire(ME, Timer::HalfTick);
    assert_eq!(rig.mind(ME).state(), PeerState::Looking);
}

#[test]
fn a_follower_of_a_later_epoch_stays_outside_unless_the_leader_yields() {
    for yields in [false, true] {
        let mut rig = leader();
        let config = Config { yields_to_later_epoch: yields, ..Config::default() };
        rig.configure(ME, config);
        let effects = rig.deliver(ME, THREE, Message::FollowerInfo { connection: 1, accepted: 4 });
        if yields {
            assert_eq!(rig.mind(ME).state(), PeerState::Looking);
            assert_eq!(kinds(&effects, TWO), ["Close", "Notification"]);
        } else {
            assert_eq!(sent(&effects, THREE), ["LeaderInfo { connection: 1, epoch: 1 }"], "which n3 must refuse, as before");
        }
    }
}

#[test]
fn a_restart_remembers_epochs_and_history_and_nothing_else() {
    let mut rig = leader();
    rig.propose(ME, Item(1));
    rig.crash(ME);
    rig.start(ME);
    let zab = rig.mind(ME);
    assert_eq!((zab.state(), zab.round(), rig.observe(ME).committed()), (PeerState::Looking, 1, 0));
    let durable = rig.durable(ME);
    assert_eq!((durable.accepted, durable.current, durable.history.len()), (1, 1, 1));
}
