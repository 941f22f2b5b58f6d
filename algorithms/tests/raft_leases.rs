//! Reads by lease, one member at a time: what a pledge forbids, for how long a lease lasts, and what ends it.

use algorithms::Raft;
use algorithms::raft::{Config, Message, Mutant, Reads, Stable, Timer};
use sim::rig::{Effect, Rig};
use sim::{Algorithm, Entry, Epoch, Item, NodeId, Role, Span};

const ME: NodeId = NodeId(0);
const TWO: NodeId = NodeId(1);
const THREE: NodeId = NodeId(2);

/// etcd's settings: shortest election timeout 1 s, margin 100 ms.
fn config() -> Config {
    Config { reads: Reads::Lease, ..Config::default() }
}

fn member() -> Rig<Raft> {
    let mut rig = Rig::new(3, &config(), 7);
    rig.start(ME);
    rig
}

/// A member that follows n2 in term 1 and has pledged itself to it just now.
fn pledged() -> Rig<Raft> {
    let mut rig = member();
    rig.deliver(ME, TWO, Message::AppendEntries { term: 1, previous: 0, previous_term: 0, commit: 0, entries: None });
    let sent = rig.now(TWO);
    assert_eq!(answers(&mut rig, TWO, Message::AskPledge { term: 1, sent }).len(), 1);
    rig
}

/// A leader in term 1, of whose first entry, a no-op, nobody has said that it has it.
fn elected() -> Rig<Raft> {
    let mut rig = member();
    rig.fire(ME, Timer::Election);
    for voter in [ME, TWO] {
        rig.deliver(ME, voter, Message::PreVote { term: 1, granted: true });
    }
    for voter in [ME, TWO] {
        rig.deliver(ME, voter, Message::Vote { term: 1, candidate: ME, granted: true });
    }
    assert_eq!((rig.mind(ME).role(), rig.mind(ME).commit()), (Role::Leader, 0));
    rig
}

/// The same, when n2 has it.
fn leader() -> Rig<Raft> {
    let mut rig = elected();
    for member in [ME, TWO] {
        rig.deliver(ME, member, Message::Appended { term: 1, index: 1, index_term: 1 });
    }
    assert_eq!(rig.mind(ME).commit(), 1);
    rig
}

/// What it sends to that member in answer to this.
fn answers(rig: &mut Rig<Raft>, to: NodeId, message: Message) -> Vec<Message> {
    let sent = rig.deliver(ME, to, message).into_iter().filter_map(|effect| match effect {
        Effect::Sent { to: receiver, message } if receiver == to => Some(message),
        _ => None,
    });
    sent.collect()
}

fn asks_vote(term: u64, transfer: bool) -> Message {
    Message::RequestVote { term, last_index: 9, last_term: 9, transfer }
}

fn votes(rig: &mut Rig<Raft>, from: NodeId, message: Message) -> bool {
    let granted =
        |message: &Message| matches!(message, Message::Vote { granted: true, .. } | Message::PreVote { granted: true, .. });
    answers(rig, from, message).iter().any(granted)
}

/// n2 pledges itself in answer to the question that was asked so long ago.
fn pledge(rig: &mut Rig<Raft>, ago: Span) {
    let sent = sim::LocalTime(rig.now(ME).0 - ago.0);
    rig.deliver(ME, TWO, Message::Pledge { term: 1, sent, lasting: Span::secs(1) });
}

#[test]
fn a_pledge_is_kept_for_the_shortest_election_timeout_whatever_term_comes() {
    let mut rig = pledged();
    rig.advance(Span::millis(999));
    // That somebody is in a later term it learns by an answer to a question of its own; n2 is no longer its leader then.
    rig.deliver(ME, THREE, Message::Vote { term: 5, candidate: THREE, granted: false });
    assert_eq!((rig.mind(ME).term(), rig.mind(ME).leader()), (5, None));
    for term in [5, 6] {
        assert!(!votes(&mut rig, THREE, asks_vote(term, false)), "term {term}");
    }
    assert!(!votes(&mut rig, THREE, Message::RequestPreVote { term: 6, last_index: 9, last_term: 9 }));
    rig.advance(Span::millis(1));
    assert!(votes(&mut rig, THREE, Message::RequestPreVote { term: 6, last_index: 9, last_term: 9 }));
    assert!(votes(&mut rig, THREE, asks_vote(6, false)));
}

#[test]
fn a_pledge_does_not_bind_against_whom_the_leader_itself_wants_to_follow_it() {
    assert!(votes(&mut pledged(), THREE, asks_vote(2, true)));
}

#[test]
fn whoever_starts_with_a_term_has_pledged_itself_to_somebody_it_does_not_remember() {
    let stable = Stable { term: 1, vote: None, commit: 0, log: vec![Entry { epoch: Epoch(1, 0), item: None }] };
    let restarted = |mutant: Option<Mutant>| {
        let mut rig = Rig::<Raft>::new(3, &config(), 7);
        mutant.into_iter().for_each(|mutant| rig.mutate(mutant));
        rig.set_durable(ME, stable.clone());
        rig.start(ME);
        rig
    };
    let mut rig = restarted(None);
    assert!(!votes(&mut rig, THREE, asks_vote(2, false)));
    assert_eq!(rig.mind(ME).pledged_to(TWO), rig.mind(ME).pledged_to(THREE), "to anyone");
    rig.advance(Span::secs(1));
    assert!(votes(&mut rig, THREE, asks_vote(2, false)));
    assert!(votes(&mut restarted(Some(Mutant::R18d)), THREE, asks_vote(2, false)), "the bug forgets");
    assert!(votes(&mut member(), THREE, asks_vote(2, false)), "whoever has never been in any term owes nobody anything");
}

#[test]
fn a_lease_counts_from_when_it_was_asked_for_and_leaves_a_margin_for_clocks() {
    let ago = Span::millis(300);
    for (mutant, left) in [(None, 600), (Some(Mutant::R18a), 900), (Some(Mutant::R18b), 700)] {
        let mut rig = leader();
        mutant.into_iter().for_each(|mutant| rig.mutate(mutant));
        rig.advance(Span::secs(2));
        assert_eq!(rig.read(ME, Item(1)).0, None, "nobody has pledged anything yet: through the log");
        pledge(&mut rig, ago);
        assert_eq!(rig.read(ME, Item(2)).0, Some(rig.now(ME) + Span::millis(left)), "{mutant:?}");
        rig.advance(Span::millis(left));
        let (lease, effects) = rig.read(ME, Item(3));
        assert_eq!(lease, None);
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Sent { message: Message::AppendEntries { .. }, .. })));
    }
}

#[test]
fn no_lease_is_left_to_whoever_has_begun_to_hand_over_not_even_when_it_has_given_that_up() {
    let mut rig = leader();
    pledge(&mut rig, Span::ZERO);
    assert!(rig.read(ME, Item(1)).0.is_some());
    rig.deliver(ME, ME, Message::TransferLeader { to: TWO });
    assert_eq!(rig.read(ME, Item(2)).0, None);
    rig.fire(ME, Timer::Transfer);
    pledge(&mut rig, Span::ZERO);
    assert_eq!((rig.mind(ME).transferee(), rig.read(ME, Item(3)).0), (None, None), "its word may still be on its way");
}

#[test]
fn a_leader_reads_nothing_before_an_entry_of_its_own_term_is_committed() {
    let mut rig = elected();
    pledge(&mut rig, Span::ZERO);
    assert_eq!(rig.read(ME, Item(1)).0, None);
    rig.mutate(Mutant::R23);
    assert!(rig.read(ME, Item(1)).0.is_some(), "the bug does");
}
