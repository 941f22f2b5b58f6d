//! A lock service: one linearizable node across the network, as etcd, ZooKeeper and the Kubernetes API server are to whoever
//! elects a leader through them. It keeps one record, which is compared and swapped by revision; and sessions with a time to
//! live, to which keys belong that are gone when their session is. Keys are numbered by the revision at which they were
//! created, can be watched, and the oldest is the one that is elected.
//!
//! **Sources.** etcd `server/lease/lessor.go` (a loop looks every 500 ms for leases whose time is over; a shorter TTL than the
//! minimum is extended to it; `Promote`: whoever comes to lead the cluster refreshes all leases to their full TTL and the
//! election timeout on top; `Renew` of a lease whose time is over fails); ZooKeeper `ExpiryQueue` and `SessionTrackerImpl` (a
//! session ends with the tick bucket after its timeout; a timeout is brought between 2 and 20 ticks; a new leader gives every
//! session its full timeout again). The Kubernetes API server compares the resource version of an update, and knows nothing of
//! what the record means.
//!
//! **Deviations.** One node stands for the cluster behind it: it is linearizable, its log is not modelled, and a change of its
//! leader takes no time. A lease that is kept alive after its time is ended there and then, not with the next look of the loop.
//! A watch is kept by key and member until the key goes or the service stops: whoever may have missed its notice asks anew.

mod messages;
mod mutants;
mod store;
#[cfg(test)]
mod stories;

use sim::{Authority, Desk, Encode, Encoder, Grant, LocalTime, NodeId, Service, Shelf, Span};

pub use messages::{Answer, Ask, Expected, Identity, Key, Record, Revision};
pub use mutants::Mutant;
pub use store::Store;

/// When sessions end whose time is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sweep {
    /// There are no sessions.
    Never,
    /// A loop looks this often (etcd: 500 ms).
    Every(Span),
    /// Time-outs are rounded up to the next multiple of this (ZooKeeper: a tick of 2 s).
    Buckets(Span),
}

/// The rules of one service.
#[derive(Clone, Debug)]
pub struct Rules {
    /// When sessions end.
    pub sweep: Sweep,
    /// A session that asks for less gets this.
    pub shortest: Span,
    /// A session that asks for more gets this.
    pub longest: Span,
    /// Another leader of the service gives every session its full time again, and this on top.
    pub grace: Span,
    /// For how long after a write the record is its holder's. The service itself takes it from nobody: this is what holders
    /// and challengers make of it.
    pub record_lasts: Span,
}

impl Rules {
    /// etcd: the minimum TTL is one and a half election timeouts, in whole seconds, rounded up (`server.go`: with the election
    /// timeout of 1 s, 2 s).
    pub fn etcd(election_timeout: Span) -> Rules {
        let one_and_a_half = election_timeout.fraction(3, 2);
        let shortest = Span::secs(one_and_a_half.0.div_ceil(Span::secs(1).0));
        Rules {
            sweep: Sweep::Every(Span::millis(500)),
            shortest,
            longest: Span::LONGEST,
            grace: election_timeout,
            record_lasts: Span::ZERO,
        }
    }

    /// ZooKeeper: between 2 and 20 ticks (`QuorumPeerConfig`).
    pub fn zookeeper(tick: Span) -> Rules {
        Rules {
            sweep: Sweep::Buckets(tick),
            shortest: tick.times(2),
            longest: tick.times(20),
            grace: Span::ZERO,
            record_lasts: Span::ZERO,
        }
    }

    /// The Kubernetes API server: a record and no sessions.
    pub fn kubernetes(record_lasts: Span) -> Rules {
        Rules { sweep: Sweep::Never, shortest: Span::ZERO, longest: Span::LONGEST, grace: Span::ZERO, record_lasts }
    }

    /// When the time of a session is over that is kept alive now.
    fn expiry(&self, ttl: Span, now: LocalTime) -> LocalTime {
        let over = now + ttl;
        match self.sweep {
            Sweep::Buckets(tick) => LocalTime((over.0 / tick.0 + 1) * tick.0),
            Sweep::Never | Sweep::Every(_) => over,
        }
    }

    /// How long until sessions are looked at again.
    fn next_look(&self, now: LocalTime) -> Option<Span> {
        match self.sweep {
            Sweep::Never => None,
            Sweep::Every(interval) => Some(interval),
            Sweep::Buckets(tick) => Some(Span(tick.0 - now.0 % tick.0)),
        }
    }
}

/// The only timer: sessions are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look;

impl Encode for Look {
    fn encode(&self, to: &mut Encoder) {
        to.words([1]);
    }
}

/// What a crash takes: who watches what.
#[derive(Default, Debug)]
pub struct LockService {
    watches: Vec<(NodeId, Revision)>,
    /// Keys that have gone in this step.
    gone: Vec<Revision>,
    /// Sessions and their ends as whoever led the service before knew them, where it goes on ending them.
    former: Vec<(u64, LocalTime)>,
    shelf: Shelf<Key>,
}

impl LockService {
    /// Handles one question. `say` takes the answers and notices, in order.
    fn handle(
        &mut self,
        (store, rules, now): (&mut Store, &Rules, LocalTime),
        from: NodeId,
        ask: Ask,
        mut say: impl FnMut(NodeId, Answer),
    ) {
        let answer = match ask {
            Ask::Read { .. } | Ask::Swap { .. } | Ask::Release { .. } => Self::of_record(store, now + rules.record_lasts, ask),
            Ask::Open { .. } | Ask::KeepAlive { .. } | Ask::Close { .. } => self.of_session(store, rules, now, ask),
            _ => self.of_key(store, from, ask),
        };
        say(from, answer);
        self.notify(say);
    }

    fn of_record(store: &mut Store, until: LocalTime, ask: Ask) -> Answer {
        let (asked, kept) = match ask {
            Ask::Swap { asked, expected, record } => (asked, store.swap(expected, record, until)),
            Ask::Release { asked, expected, transitions, renewed, .. } => {
                let record = Record { holder: None, seconds: 1, transitions, renewed };
                (asked, store.swap(Expected::Revision(expected), record, until))
            }
            Ask::Read { asked } => match store.record() {
                None => return Answer::NoRecord { asked },
                Some(kept) => (asked, Some(*kept)),
            },
            _ => unreachable!("{ask:?} is not of the record"),
        };
        match kept {
            Some(kept) => Answer::Record { asked, revision: kept.revision, record: kept.record },
            None => Answer::Conflict { asked },
        }
    }

    fn of_session(&mut self, store: &mut Store, rules: &Rules, now: LocalTime, ask: Ask) -> Answer {
        match ask {
            Ask::Open { asked, ttl } => {
                let ttl = ttl.clamp(rules.shortest, rules.longest);
                let session = store.open(ttl, now, rules.expiry(ttl, now));
                Answer::Session { asked, session: session.id, ttl }
            }
            Ask::KeepAlive { asked, session: id } => match store.session(id) {
                Some(session) if session.expires > now => {
                    session.expires = rules.expiry(session.ttl, now);
                    Answer::Session { asked, session: id, ttl: session.ttl }
                }
                _ => {
                    store.end(id, &mut self.gone);
                    Answer::NoSession { asked, session: id }
                }
            },
            Ask::Close { asked, session, .. } => {
                store.end(session, &mut self.gone);
                Answer::Done { asked }
            }
            _ => unreachable!("{ask:?} is not of sessions"),
        }
    }

    fn of_key(&mut self, store: &mut Store, from: NodeId, ask: Ask) -> Answer {
        let (asked, key) = match ask {
            Ask::Create { asked, session, tag, once } => {
                let own = store.keys().iter().find(|key| once && key.session == session).copied();
                if store.session(session).is_none() {
                    return Answer::NoSession { asked, session };
                }
                (asked, Some(own.unwrap_or_else(|| store.create(session, tag, from))))
            }
            Ask::Delete { asked, key } => {
                if store.delete(key) {
                    self.gone.push(key);
                }
                return Answer::Done { asked };
            }
            Ask::Get { asked, key } => (asked, store.keys().iter().find(|there| there.created == key).copied()),
            Ask::Before { asked, key } => (asked, store.keys().iter().rfind(|there| there.created < key).copied()),
            Ask::Watch { asked, key } => {
                let Some(there) = store.keys().iter().find(|there| there.created == key) else { return Answer::Gone { key } };
                if !self.watches.contains(&(from, key)) {
                    self.watches.push((from, key));
                }
                (asked, Some(*there))
            }
            Ask::Keys { asked } => {
                let keys = store.keys();
                return Answer::Keys { asked, keys: (!keys.is_empty()).then(|| self.shelf.list(keys)) };
            }
            _ => unreachable!("{ask:?} is not of keys"),
        };
        key.map_or(Answer::NoKey { asked }, |key| Answer::Key { asked, key })
    }

    /// Tells those who watched the keys that have gone, in the order in which they began to.
    fn notify(&mut self, mut say: impl FnMut(NodeId, Answer)) {
        for key in self.gone.drain(..) {
            self.watches.retain(|&(watcher, watched)| {
                if watched == key {
                    say(watcher, Answer::Gone { key });
                }
                watched != key
            });
        }
    }

    /// Ends the sessions whose time is over.
    fn sweep(&mut self, store: &mut Store, now: LocalTime, say: impl FnMut(NodeId, Answer)) {
        while let Some(id) = store.expired(now) {
            store.end(id, &mut self.gone);
        }
        self.former.retain(|&(id, over)| {
            if over <= now {
                store.end(id, &mut self.gone);
            }
            over > now
        });
        self.notify(say);
    }

    /// Another leader begins with full times.
    fn refresh(store: &mut Store, rules: &Rules, now: LocalTime) {
        for session in store.sessions() {
            session.expires = rules.expiry(session.ttl + rules.grace, now);
        }
    }
}

impl Service for LockService {
    type Config = Rules;
    type Durable = Store;
    type Ask = Ask;
    type Answer = Answer;
    type Timer = Look;
    type Mutant = Mutant;

    /// A cluster that comes up elects a leader, which begins with full times.
    fn start(desk: &mut Desk<'_, Self>) -> Self {
        let service = LockService::default();
        mutants::begin_anew(desk);
        if let Some(wait) = desk.config().next_look(desk.now()) {
            desk.arm(Look, wait);
        }
        service
    }

    fn on_ask(&mut self, from: NodeId, ask: Ask, desk: &mut Desk<'_, Self>) {
        mutants::count_on(desk);
        let mut store = std::mem::take(desk.durable());
        let (rules, now) = (desk.config().clone(), desk.now());
        self.handle((&mut store, &rules, now), from, ask, |to, answer| desk.answer(to, answer));
        *desk.durable() = store;
    }

    fn on_timer(&mut self, _look: Look, desk: &mut Desk<'_, Self>) {
        let mut store = std::mem::take(desk.durable());
        let now = desk.now();
        self.sweep(&mut store, now, |to, answer| desk.answer(to, answer));
        *desk.durable() = store;
        if let Some(wait) = desk.config().next_look(now) {
            desk.arm(Look, wait);
        }
    }

    fn on_leader_change(&mut self, desk: &mut Desk<'_, Self>) {
        self.former = mutants::still_ended_by_the_former(desk);
        mutants::begin_anew(desk);
    }

    /// The owner of the oldest key; where there are no keys, the holder by the record. A grant by a key is named by its
    /// revision, which is its token, too; one by the record by [`Record::grant`], and its token is the revision at which it
    /// began.
    fn grant(&self, store: &Store) -> Option<Grant> {
        if let Some(key) = store.keys().first() {
            let until = Authority::Until(store.expiry(key.session)?);
            return Some(Grant { holder: key.holder, id: key.created, token: Some(key.created), until });
        }
        let (kept, holder) = store.holder()?;
        let id = kept.record.grant()?;
        Some(Grant { holder: holder.node, id, token: Some(kept.granted), until: Authority::Until(kept.until) })
    }

    fn releases(ask: &Ask) -> Option<u64> {
        match *ask {
            Ask::Release { own, .. } | Ask::Close { own, .. } => Some(own),
            Ask::Delete { key, .. } => Some(key),
            _ => None,
        }
    }
}
