//! The bugs of the service itself, numbered as in the catalogue of bugs, and the rules that they break: each rule is one function, and
//! nothing else asks for a bug. The algorithms that stand on the service have them in their tables.

use sim::{Desk, LocalTime};

use super::LockService;

/// The real service with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    L18,
    L19,
    L20,
}

/// L18. Revisions, which are the tokens, are counted on when the last key is gone. With the bug the count is the key's, as etcd's `version` of
/// a key and ZooKeeper's sequence number are: both begin anew with the key, or with the node above it.
pub(super) fn count_on(desk: &mut Desk<'_, LockService>) {
    if desk.bug(Mutant::L18) && desk.durable().keys().is_empty() {
        desk.durable().count_anew();
    }
}

/// L19. Only whoever leads the service ends sessions. With the bug its former leader does so too, by the ends that it knew of, because
/// nobody keeps sessions alive with it any more (etcd #15247: its disk hung, the others elected another, and its lessor never heard of
/// that).
pub(super) fn still_ended_by_the_former(desk: &mut Desk<'_, LockService>) -> Vec<(u64, LocalTime)> {
    if desk.bug(Mutant::L19) {
        return desk.durable().sessions().map(|session| (session.id, session.expires)).collect();
    }
    Vec::new()
}

/// L20. Another leader of the service gives every session its full time again (etcd's `Promote`, ZooKeeper's `SessionTrackerImpl`): that
/// one was kept alive is known to nobody but the leader who heard it. With the bug a session is as old as the log of the cluster says, by
/// which nothing has kept it alive since it was opened.
pub(super) fn begin_anew(desk: &mut Desk<'_, LockService>) {
    let (rules, now) = (desk.config().clone(), desk.now());
    if desk.bug(Mutant::L20) {
        desk.durable().sessions().for_each(|session| session.expires = rules.expiry(session.ttl, session.opened));
    } else {
        LockService::refresh(desk.durable(), &rules, now);
    }
}
