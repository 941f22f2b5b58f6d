//! What a lock service keeps: one record, sessions, and keys that live as long as their sessions.

use sim::{LocalTime, NodeId, Span};

use super::messages::{Expected, Identity, Key, Record, Revision};

/// The record, and what the service knows of it.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    pub record: Record,
    /// When it was last changed.
    pub revision: Revision,
    /// Until when it is its holder's, by the clock of the service, if nothing changes it.
    pub until: LocalTime,
    /// The revision at which its holder came to hold it.
    pub granted: Revision,
}

/// A session.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    pub id: u64,
    pub ttl: Span,
    /// When it was opened, by the clock of the service.
    pub opened: LocalTime,
    /// When its time is over, by the clock of the service, if it is not kept alive.
    pub expires: LocalTime,
}

/// All that survives a crash. Lists are as long as there are members with something in them, and keep their room.
#[derive(Clone, Default, Debug)]
pub struct Store {
    revision: Revision,
    sessions_opened: u64,
    record: Option<Kept>,
    sessions: Vec<Session>,
    /// Oldest first.
    keys: Vec<Key>,
}

impl Store {
    fn change(&mut self) -> Revision {
        self.revision += 1;
        self.revision
    }

    /// The record.
    pub fn record(&self) -> Option<&Kept> {
        self.record.as_ref()
    }

    /// Puts `record` in the place of what is there, if that is as expected; it is its holder's until then.
    pub fn swap(&mut self, expected: Expected, record: Record, until: LocalTime) -> Option<Kept> {
        let fits = match expected {
            Expected::Anything => true,
            Expected::Nothing => self.record.is_none(),
            Expected::Revision(revision) => self.record.is_some_and(|kept| kept.revision == revision),
        };
        if !fits {
            return None;
        }
        let revision = self.change();
        let holds = |kept: &Kept| kept.record.holder == record.holder && kept.record.transitions == record.transitions;
        let granted = self.record.filter(holds).map_or(revision, |kept| kept.granted);
        self.record = Some(Kept { record, revision, until, granted });
        self.record
    }

    /// Counts changes from the beginning again.
    pub fn count_anew(&mut self) {
        self.revision = 0;
    }

    /// Opens a session.
    pub fn open(&mut self, ttl: Span, opened: LocalTime, expires: LocalTime) -> Session {
        self.sessions_opened += 1;
        let session = Session { id: self.sessions_opened, ttl, opened, expires };
        self.sessions.push(session);
        session
    }

    /// A session that has not ended.
    pub fn session(&mut self, id: u64) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }

    /// All sessions that have not ended.
    pub fn sessions(&mut self) -> impl Iterator<Item = &mut Session> {
        self.sessions.iter_mut()
    }

    /// A session whose time is over.
    pub fn expired(&self, now: LocalTime) -> Option<u64> {
        self.sessions.iter().find(|session| session.expires <= now).map(|session| session.id)
    }

    /// Ends a session; its keys go into `gone`, oldest first.
    pub fn end(&mut self, id: u64, gone: &mut Vec<Revision>) {
        self.sessions.retain(|session| session.id != id);
        let before = gone.len();
        gone.extend(self.keys.iter().filter(|key| key.session == id).map(|key| key.created));
        self.keys.retain(|key| key.session != id);
        self.revision += u64::from(gone.len() > before);
    }

    /// Creates a key, newer than all others.
    pub fn create(&mut self, session: u64, tag: u64, holder: NodeId) -> Key {
        let key = Key { created: self.change(), session, tag, holder };
        self.keys.push(key);
        key
    }

    /// Deletes a key; false: there was none.
    pub fn delete(&mut self, created: Revision) -> bool {
        let place = self.keys.iter().position(|key| key.created == created);
        if let Some(place) = place {
            self.keys.remove(place);
            self.change();
        }
        place.is_some()
    }

    /// All keys, oldest first.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The holder by the record, where it names one.
    pub fn holder(&self) -> Option<(&Kept, Identity)> {
        self.record.as_ref().and_then(|kept| kept.record.holder.map(|holder| (kept, holder)))
    }

    /// When the time of this session is over.
    pub fn expiry(&self, id: u64) -> Option<LocalTime> {
        self.sessions.iter().find(|session| session.id == id).map(|session| session.expires)
    }
}
