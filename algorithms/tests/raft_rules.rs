//! Rules that the conformance table does not reach, one member at a time: hashicorp/raft's choices, and what etcd's do beyond it.

use algorithms::Raft;
use algorithms::raft::{Config, Message, Preset, Stable, Timer};
use sim::rig::{Effect, Rig};
use sim::{Algorithm, Config as _, Entry, Epoch, Initial, Item, NodeId, Promise, Role, Span};

const ME: NodeId = NodeId(0);
const TWO: NodeId = NodeId(1);
const THREE: NodeId = NodeId(2);

fn member(preset: Preset) -> Rig<Raft> {
    let mut rig = Rig::new(3, &Config::of(preset), 7);
    rig.start(ME);
    rig
}

fn heartbeat(term: u64) -> Message {
    Message::AppendEntries { term, previous: 0, previous_term: 0, commit: 0, entries: None }
}

fn request(term: u64) -> Message {
    Message::RequestVote { term, last_index: 9, last_term: 9, transfer: false }
}

fn leader(preset: Preset) -> Rig<Raft> {
    let mut rig = member(preset);
    rig.fire(ME, Timer::Election);
    rig.deliver(ME, ME, Message::PreVote { term: 1, granted: true });
    rig.deliver(ME, TWO, Message::PreVote { term: 1, granted: true });
    rig.deliver(ME, ME, Message::Vote { term: 1, candidate: ME, granted: true });
    rig.deliver(ME, TWO, Message::Vote { term: 1, candidate: ME, granted: true });
    assert_eq!(rig.mind(ME).role(), Role::Leader);
    rig
}

/// What it sends to n3 in answer to this.
fn answers(rig: &mut Rig<Raft>, message: Message) -> Vec<String> {
    let effects = rig.deliver(ME, THREE, message);
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Sent { to: THREE, message } => Some(format!("{message:?}")),
        _ => None,
    });
    sent.collect()
}

fn armed(rig: &Rig<Raft>, timer: Timer) -> Option<Span> {
    rig.armed(ME).iter().find(|(one, _)| *one == timer).map(|(_, left)| *left)
}

#[test]
fn hashicorp_refuses_while_it_names_a_leader_and_votes_when_its_timer_has_made_it_forget() {
    let mut rig = member(Preset::Hashicorp);
    rig.deliver(ME, TWO, heartbeat(1));
    // Far beyond the timeout: what counts is not time, but that it still names somebody.
    rig.advance(Span::secs(60));
    assert_eq!(answers(&mut rig, request(5)), ["Vote { term: 1, candidate: n3, granted: false }"]);
    assert_eq!(rig.mind(ME).term(), 1, "it takes no notice of the term");
    rig.fire(ME, Timer::Election);
    assert_eq!(answers(&mut rig, request(5)), ["Vote { term: 5, candidate: n3, granted: true }"]);
}

#[test]
fn hashicorp_votes_for_the_leader_that_it_names_and_for_whom_that_leader_wants() {
    let mut rig = member(Preset::Hashicorp);
    rig.deliver(ME, THREE, heartbeat(1));
    assert_eq!(answers(&mut rig, request(2)), ["Vote { term: 2, candidate: n3, granted: true }"]);
    let mut rig = member(Preset::Hashicorp);
    rig.deliver(ME, TWO, heartbeat(1));
    let wanted = Message::RequestVote { term: 2, last_index: 9, last_term: 9, transfer: true };
    assert_eq!(answers(&mut rig, wanted), ["Vote { term: 2, candidate: n3, granted: true }"]);
}

#[test]
fn etcd_does_not_answer_for_one_shortest_timeout_and_then_votes() {
    let mut rig = member(Preset::Etcd);
    rig.deliver(ME, TWO, heartbeat(1));
    rig.advance(Span::millis(999));
    assert_eq!(answers(&mut rig, request(5)), [""; 0]);
    assert_eq!(rig.mind(ME).term(), 1, "it takes no notice of the term");
    rig.advance(Span::millis(1));
    assert_eq!(answers(&mut rig, request(5)), ["Vote { term: 5, candidate: n3, granted: true }"]);
}

#[test]
fn the_paper_takes_the_term_and_decides_by_the_log() {
    let mut rig = Rig::new(3, &Config::of(Preset::Paper), 7);
    let entry = Entry { epoch: Epoch(4, 0), item: None };
    rig.set_durable(ME, Stable { term: 4, log: vec![entry], ..Stable::default() });
    rig.start(ME);
    rig.deliver(ME, TWO, heartbeat(4));
    let before = armed(&rig, Timer::Election);
    let shorter = Message::RequestVote { term: 5, last_index: 7, last_term: 3, transfer: false };
    assert_eq!(answers(&mut rig, shorter), ["Vote { term: 5, candidate: n3, granted: false }"]);
    assert_eq!(armed(&rig, Timer::Election), before, "a refused request does not restart the timer");
}

#[test]
fn a_lease_ends_at_most_ten_milliseconds_after_the_last_answers_have_become_too_old() {
    let mut rig = leader(Preset::Hashicorp);
    assert_eq!(armed(&rig, Timer::Quorum), Some(Span::millis(500)));
    rig.advance(Span::millis(400));
    rig.deliver(ME, TWO, Message::Appended { term: 1, index: 0, index_term: 0 });
    rig.advance(Span::millis(100));
    rig.fire(ME, Timer::Quorum);
    // n3, not heard for the whole 500 ms, is the oldest that still counts: the check comes again at once, 10 ms being once.
    assert_eq!(armed(&rig, Timer::Quorum), Some(Span::millis(10)));
    rig.advance(Span::millis(10));
    rig.fire(ME, Timer::Quorum);
    assert_eq!(armed(&rig, Timer::Quorum), Some(Span::millis(390)), "n2 answered 110 ms ago");
    rig.advance(Span::millis(390));
    rig.fire(ME, Timer::Quorum);
    rig.advance(Span::millis(10));
    rig.fire(ME, Timer::Quorum);
    assert_eq!(rig.mind(ME).role(), Role::Follower);
    assert_eq!(rig.mind(ME).leader(), None);
    assert!(armed(&rig, Timer::Election).is_some(), "it waits for another");
    assert_eq!(armed(&rig, Timer::Heartbeat), None);
}

#[test]
fn a_leader_counts_itself_only_when_its_disk_has_answered() {
    let mut rig = leader(Preset::Etcd);
    rig.slow_disk(ME);
    let effects = rig.propose(ME, Item(1));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Sent { .. })), "nothing of it leaves before it is stored");
    let waited = rig.disk_answers(ME);
    let own = |effect: &Effect<Message, Timer, sim::Never>| {
        matches!(effect, Effect::Sent { to: ME, message: Message::Appended { index: 2, .. } })
    };
    assert!(waited.iter().any(own));
}

#[test]
fn a_leader_acknowledges_its_own_items_when_a_majority_holds_them() {
    let mut rig = leader(Preset::Etcd);
    rig.propose(ME, Item(1));
    rig.propose(ME, Item(2));
    let appended = |index| Message::Appended { term: 1, index, index_term: 1 };
    rig.deliver(ME, ME, appended(3));
    assert_eq!(rig.mind(ME).commit(), 0);
    let acknowledged = |effects: Vec<Effect<Message, Timer, sim::Never>>| {
        let items = effects.into_iter().filter_map(|effect| match effect {
            Effect::Acknowledged { item } => Some(item.0),
            _ => None,
        });
        items.collect::<Vec<u64>>()
    };
    assert_eq!(acknowledged(rig.deliver(ME, THREE, appended(2))), [1], "the no-op is nobody's item");
    assert_eq!(acknowledged(rig.deliver(ME, TWO, appended(2))), [0; 0], "more copies change nothing");
    assert_eq!(acknowledged(rig.deliver(ME, TWO, appended(3))), [2]);
}

#[test]
fn a_wiped_follower_is_filled_up_again() {
    let mut rig = leader(Preset::Etcd);
    rig.propose(ME, Item(1));
    let appended = Message::Appended { term: 1, index: 2, index_term: 1 };
    rig.deliver(ME, THREE, appended);
    // It comes back with nothing, and refuses a heartbeat for what it had acknowledged.
    let sent = answers(&mut rig, Message::Refused { term: 1, previous: 2, hint: 0 });
    assert!(sent[0].contains("previous: 0") && sent[0].contains("item: Some(Item(1))"), "{sent:?}");
}

#[test]
fn a_restart_remembers_term_vote_and_log_and_nothing_of_a_leader() {
    let mut rig = member(Preset::Paper);
    rig.deliver(ME, TWO, heartbeat(3));
    rig.deliver(ME, THREE, Message::RequestVote { term: 4, last_index: 0, last_term: 0, transfer: false });
    rig.crash(ME);
    rig.start(ME);
    let raft = rig.mind(ME);
    assert_eq!((raft.term(), raft.leader(), raft.role()), (4, None, Role::Follower));
    assert_eq!(rig.durable(ME).vote, Some(THREE));
}

#[test]
fn an_initial_log_gives_the_term_of_its_last_entry() {
    let history = vec![Entry { epoch: Epoch(2, 0), item: None }, Entry { epoch: Epoch(5, 0), item: None }];
    let stable = Raft::initial(&Config::default(), &Initial { history, ineligible: false });
    assert_eq!((stable.term, stable.vote, stable.log.len()), (5, None, 2));
}

#[test]
fn what_is_promised_depends_on_the_switches() {
    use Promise::{BeliefOverlap, BoundedTermGrowth, ElectionSafety, EventualLeader, LeaderHasQuorum, Stability};
    let promises = |config: &Config, promise| Raft::claims(config).iter().any(|claim| claim.promise == promise);
    let cases = [(Preset::Paper, false), (Preset::Etcd, true), (Preset::Hashicorp, true)];
    for (preset, more) in cases {
        let config = Config::of(preset);
        assert!(promises(&config, ElectionSafety) && promises(&config, EventualLeader), "{preset:?}");
        for promise in [BeliefOverlap, BoundedTermGrowth, LeaderHasQuorum, Stability] {
            assert_eq!(promises(&config, promise), more, "{preset:?}: {promise:?}");
        }
    }
    let mut same = Config::of(Preset::Paper);
    same.set("election-timeout", &sim::Value::Range(Span::millis(200), Span::millis(200)));
    assert!(!promises(&same, EventualLeader), "timeouts that are all the same split votes for ever");
}
