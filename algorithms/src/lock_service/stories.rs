//! What the service answers, and whom it tells what, question by question.

use sim::{Authority, Grant, LocalTime, NodeId, Service, Span};

use super::{Answer, Ask, Expected, Identity, Key, LockService, Record, Rules, Store};

const N1: NodeId = NodeId(0);
const N2: NodeId = NodeId(1);
const N3: NodeId = NodeId(2);

/// A service and its clock, driven by hand.
struct Desk {
    service: LockService,
    store: Store,
    rules: Rules,
    now: LocalTime,
    said: Vec<(NodeId, Answer)>,
}

impl Desk {
    fn new(rules: Rules) -> Desk {
        Desk { service: LockService::default(), store: Store::default(), rules, now: at(0), said: Vec::new() }
    }

    fn ask(&mut self, from: NodeId, ask: Ask) -> Answer {
        let said = &mut self.said;
        self.service.handle((&mut self.store, &self.rules, self.now), from, ask, |to, answer| said.push((to, answer)));
        let (to, answer) = self.said.remove(0);
        assert_eq!(to, from, "whoever asks is answered first");
        answer
    }

    fn open(&mut self, from: NodeId, ttl: Span) -> u64 {
        match self.ask(from, Ask::Open { asked: 0, ttl }) {
            Answer::Session { session, .. } => session,
            other => panic!("{other:?}"),
        }
    }

    fn create(&mut self, from: NodeId, session: u64) -> Key {
        match self.ask(from, Ask::Create { asked: 0, session, tag: 0, once: true }) {
            Answer::Key { key, .. } => key,
            other => panic!("{other:?}"),
        }
    }

    fn look(&mut self) {
        let said = &mut self.said;
        self.service.sweep(&mut self.store, self.now, |to, answer| said.push((to, answer)));
    }

    fn holder(&self) -> Option<NodeId> {
        self.grant().map(|grant| grant.holder)
    }

    fn grant(&self) -> Option<Grant> {
        self.service.grant(&self.store)
    }

    /// The notices that nobody asked for.
    fn notices(&mut self) -> Vec<(NodeId, u64)> {
        let key_of = |answer: Answer| if let Answer::Gone { key } = answer { key } else { panic!("{answer:?}") };
        self.said.drain(..).map(|(to, answer)| (to, key_of(answer))).collect()
    }
}

fn at(millis: u64) -> LocalTime {
    LocalTime(0) + Span::millis(millis)
}

fn etcd() -> Desk {
    Desk::new(Rules::etcd(Span::secs(1)))
}

fn held_by(node: NodeId, transitions: u32) -> Record {
    Record { holder: Some(Identity { node, process: 1 }), seconds: 15, transitions, renewed: 0 }
}

#[test]
fn the_oldest_key_holds_until_its_session_is_over_and_its_watcher_is_told() {
    let mut etcd = etcd();
    let (first, second) = (etcd.open(N1, Span::secs(5)), etcd.open(N2, Span::secs(5)));
    let (oldest, next) = (etcd.create(N1, first), etcd.create(N2, second));
    let until = Authority::Until(at(5_000));
    assert_eq!(etcd.grant(), Some(Grant { holder: N1, id: oldest.created, token: Some(oldest.created), until }));
    let before = etcd.ask(N2, Ask::Before { asked: 7, key: next.created });
    assert!(matches!(before, Answer::Key { asked: 7, key } if key == oldest), "{before:?}");
    etcd.ask(N2, Ask::Watch { asked: 8, key: oldest.created });
    etcd.now = at(4_999);
    etcd.ask(N2, Ask::KeepAlive { asked: 0, session: second });
    etcd.look();
    assert_eq!((etcd.holder(), etcd.notices()), (Some(N1), vec![]), "a millisecond is left");
    etcd.now = at(5_000);
    etcd.look();
    assert_eq!((etcd.holder(), etcd.notices()), (Some(N2), vec![(N2, oldest.created)]));
    assert!(next.created > oldest.created, "tokens rise");
}

#[test]
fn a_session_creates_one_key_and_none_when_it_is_over() {
    let mut etcd = etcd();
    let session = etcd.open(N1, Span::secs(5));
    let key = etcd.create(N1, session);
    assert_eq!(etcd.create(N1, session), key);
    etcd.now = at(6_000);
    let late = etcd.ask(N1, Ask::KeepAlive { asked: 3, session });
    assert!(matches!(late, Answer::NoSession { asked: 3, .. }), "its time was over before the loop looked: {late:?}");
    let refused = etcd.ask(N1, Ask::Create { asked: 4, session, tag: 0, once: true });
    assert!(matches!(refused, Answer::NoSession { asked: 4, .. }), "{refused:?}");
    assert_eq!(etcd.holder(), None);
}

#[test]
fn a_watch_on_a_key_that_is_gone_is_answered_at_once() {
    let mut etcd = etcd();
    let session = etcd.open(N1, Span::secs(5));
    let key = etcd.create(N1, session).created;
    assert!(matches!(etcd.ask(N1, Ask::Delete { asked: 1, key }), Answer::Done { asked: 1 }));
    assert!(matches!(etcd.ask(N2, Ask::Watch { asked: 2, key }), Answer::Gone { .. }));
    assert!(matches!(etcd.ask(N1, Ask::Get { asked: 3, key }), Answer::NoKey { asked: 3 }));
    assert_eq!(LockService::releases(&Ask::Delete { asked: 1, key }), Some(key));
}

#[test]
fn a_short_ttl_is_extended_to_the_minimum_of_one_and_a_half_election_timeouts() {
    let mut etcd = etcd();
    let answer = etcd.ask(N1, Ask::Open { asked: 0, ttl: Span::secs(1) });
    assert!(matches!(answer, Answer::Session { ttl, .. } if ttl == Span::secs(2)), "{answer:?}");
    assert_eq!(Rules::etcd(Span::secs(3)).shortest, Span::secs(5), "4.5 s, in whole seconds");
}

#[test]
fn another_leader_of_etcd_gives_full_times_and_an_election_timeout_on_top() {
    let mut etcd = etcd();
    let session = etcd.open(N1, Span::secs(5));
    etcd.create(N1, session);
    etcd.now = at(4_000);
    LockService::refresh(&mut etcd.store, &etcd.rules, etcd.now);
    assert_eq!(etcd.grant().map(|grant| grant.until), Some(Authority::Until(at(10_000))));
}

#[test]
fn zookeeper_rounds_up_to_the_next_tick_and_lists_what_there_is() {
    let mut zookeeper = Desk::new(Rules::zookeeper(Span::secs(2)));
    zookeeper.now = at(1_000);
    let session = zookeeper.open(N1, Span::secs(5));
    assert_eq!(zookeeper.store.expiry(session), Some(at(8_000)), "6 s, and the bucket after it");
    assert_eq!(zookeeper.rules.next_look(zookeeper.now), Some(Span::secs(1)));
    let second = zookeeper.open(N3, Span::secs(60));
    assert_eq!(zookeeper.store.expiry(second), Some(at(42_000)), "at most 20 ticks");
    for (from, session, tag) in [(N1, session, 11), (N3, second, 33), (N1, session, 12)] {
        zookeeper.ask(from, Ask::Create { asked: 0, session, tag, once: false });
    }
    let keys = zookeeper.ask(N3, Ask::Keys { asked: 9 });
    let Answer::Keys { asked: 9, keys: Some(keys) } = keys else { panic!("{keys:?}") };
    assert_eq!(keys.iter().map(|key| key.tag).collect::<Vec<_>>(), [11, 33, 12]);
    zookeeper.now = at(8_000);
    zookeeper.look();
    assert_eq!(zookeeper.holder(), Some(N3), "both keys of the session are gone");
}

#[test]
fn a_record_is_swapped_only_by_who_knows_its_revision() {
    let mut api = Desk::new(Rules::kubernetes(Span::secs(12)));
    assert!(matches!(api.ask(N1, Ask::Read { asked: 1 }), Answer::NoRecord { asked: 1 }));
    let create = Ask::Swap { asked: 2, expected: Expected::Nothing, record: held_by(N1, 0) };
    let Answer::Record { revision, .. } = api.ask(N1, create.clone()) else { panic!() };
    assert!(matches!(api.ask(N2, create), Answer::Conflict { asked: 2 }), "it is there by now");
    let first = api.grant().expect("a grant");
    assert_eq!((first.holder, first.token, first.until), (N1, Some(revision), Authority::Until(at(12_000))));
    assert_eq!(Some(first.id), held_by(N1, 0).grant());

    api.now = at(2_000);
    let renew = Ask::Swap { asked: 3, expected: Expected::Revision(revision), record: Record { renewed: 2, ..held_by(N1, 0) } };
    let Answer::Record { revision: renewed, .. } = api.ask(N1, renew.clone()) else { panic!() };
    let grant = api.grant().expect("a grant");
    assert_eq!((grant.id, grant.token), (first.id, Some(revision)), "the same");
    assert_eq!(grant.until, Authority::Until(at(14_000)), "for longer");
    assert!(matches!(api.ask(N1, renew), Answer::Conflict { .. }));

    let take = Ask::Swap { asked: 4, expected: Expected::Revision(renewed), record: held_by(N2, 1) };
    assert!(matches!(api.ask(N2, take), Answer::Record { .. }));
    let second = api.grant().expect("a grant");
    assert!(second.holder == N2 && second.id != first.id && second.token > first.token, "{second:?}");
}

#[test]
fn a_release_leaves_a_record_without_holder_that_keeps_the_count() {
    let mut api = Desk::new(Rules::kubernetes(Span::secs(12)));
    let create = Ask::Swap { asked: 2, expected: Expected::Anything, record: held_by(N1, 4) };
    let Answer::Record { revision, .. } = api.ask(N1, create) else { panic!() };
    let release = Ask::Release { asked: 5, expected: revision, transitions: 4, renewed: 0, own: 5 };
    assert_eq!(LockService::releases(&release), Some(5));
    let Answer::Record { record, .. } = api.ask(N1, release) else { panic!() };
    assert_eq!((record.holder, record.transitions, api.holder()), (None, 4, None));
}

#[test]
fn a_question_is_no_larger_than_a_cache_line() {
    assert!(std::mem::size_of::<Ask>() <= 64);
    assert!(std::mem::size_of::<Answer>() <= 64);
}
