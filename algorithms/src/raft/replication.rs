//! The log: a leader appends, followers copy, a majority commits (dissertation, sections 3.5 and 3.6.2).

use sim::{Context, Entry, Epoch, Item, List, LocalTime, NodeId, Role};

use super::Raft;
use super::durable::Write;
use super::messages::{Message, Timer};
use super::mutants::Mutant;

/// What a leader knows of one member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// Up to here its log equals the leader's, durably.
    pub matched: u64,
    /// What to send next; unless probing, everything before has been sent.
    pub next: u64,
    /// Where its log ends to agree is not known yet: send no more until an answer shows it.
    pub probing: bool,
    /// It was sent something again since the last heartbeat, because an answer showed no progress. Once is enough: where
    /// messages are doubled, a question for each answer would breed without end.
    pub asked: bool,
    /// It has answered since the last check of the majority …
    pub active: bool,
    /// … and this is when it last did.
    pub contact: LocalTime,
}

impl Raft {
    /// The follower's side. The short way through is a heartbeat of the leader it knows.
    #[inline]
    pub(super) fn on_append_entries(
        &mut self,
        from: NodeId,
        term: u64,
        (previous, previous_term): (u64, u64),
        commit: u64,
        entries: Option<List<Entry>>,
        ctx: &mut Context<'_, Raft>,
    ) {
        let known = term == self.term && self.leader == Some(from) && self.role == Role::Follower;
        if !known && !self.accepts_leader(from, term, ctx) {
            return self.refuse_leader(from, term, ctx);
        }
        self.restart_election_timer(ctx);
        if ctx.durable().term_at(previous) != Some(previous_term) {
            return self.refuse(from, previous, previous_term, ctx);
        }
        let (index, index_term) = match entries {
            None => (previous, previous_term),
            Some(entries) => take(previous, entries, ctx),
        };
        if commit > self.commit {
            self.learn_commit(commit, index, ctx);
        }
        ctx.send(from, Message::Appended { term, index, index_term });
    }

    /// Whether the sender leads the term that this member is in now.
    #[cold]
    fn accepts_leader(&mut self, from: NodeId, term: u64, ctx: &mut Context<'_, Raft>) -> bool {
        if term > self.term {
            self.step_down(term, Some(from), ctx);
            return true;
        }
        match self.role {
            _ if term < self.term => false,
            // Two leaders in one term: none of ours, but a member must bear it.
            Role::Leader => false,
            Role::Follower => {
                self.leader = Some(from);
                true
            }
            Role::Candidate | Role::PreCandidate => {
                let follows = !ctx.bug(Mutant::R26);
                if follows {
                    self.step_down(term, Some(from), ctx);
                }
                follows
            }
        }
    }

    /// A leader of the past learns the term of today.
    #[cold]
    fn refuse_leader(&mut self, from: NodeId, term: u64, ctx: &mut Context<'_, Raft>) {
        if term < self.term {
            ctx.send(from, Message::Refused { term: self.term, previous: 0, hint: 0 });
        }
    }

    /// The entry before the new ones is not there. The last entry whose term is not above the leader's may be right.
    #[cold]
    fn refuse(&mut self, from: NodeId, previous: u64, previous_term: u64, ctx: &mut Context<'_, Raft>) {
        let log = &ctx.durable().log;
        let before = &log[..log.len().min(previous as usize - 1)];
        let hint = before.partition_point(|entry| entry.epoch.0 <= previous_term) as u64;
        ctx.send(from, Message::Refused { term: self.term, previous, hint });
    }

    /// The leader has committed so much, of which this member has verified its own log up to `verified`.
    #[cold]
    fn learn_commit(&mut self, leader_commit: u64, verified: u64, ctx: &mut Context<'_, Raft>) {
        let bound = if ctx.bug(Mutant::R11) { ctx.durable().last_index() } else { verified };
        self.raise_commit(leader_commit.min(bound), ctx);
    }

    /// Remembered without haste: a restart that has lost it only learns it again.
    fn raise_commit(&mut self, index: u64, ctx: &mut Context<'_, Raft>) {
        if index > self.commit {
            self.commit = index;
            if !ctx.bug(Mutant::Q1) {
                ctx.write(Write::Commit { index });
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ the leader's side

    pub(super) fn forget_progress(&mut self, ctx: &Context<'_, Raft>) {
        let next = ctx.durable().last_index() + 1;
        let unknown = Progress { matched: 0, next, probing: true, asked: false, active: false, contact: ctx.now() };
        self.peers.clear();
        self.peers.extend(ctx.members().map(|_| unknown));
        self.active = 0;
    }

    /// Appends one entry of its own term and sends it. It counts itself when the entry is durable.
    pub(super) fn append(&mut self, item: Option<Item>, ctx: &mut Context<'_, Raft>) {
        let index = ctx.durable().last_index() + 1;
        ctx.persist(Write::Append { index, entry: Entry { epoch: Epoch(self.term, 0), item } });
        let me = ctx.id();
        ctx.send(me, Message::Appended { term: self.term, index, index_term: self.term });
        self.replicate(index, ctx);
    }

    /// Sends the entry at the end of the log to everyone who is waiting for exactly that. Who is further behind gets it
    /// when an answer shows what is missing.
    fn replicate(&mut self, last: u64, ctx: &mut Context<'_, Raft>) {
        let entries = self.room.shelf.list(&ctx.durable().log[last as usize - 1..]);
        for to in ctx.members() {
            let peer = &mut self.peers[to.index()];
            if to == ctx.id() || peer.next != last {
                continue;
            }
            if !peer.probing {
                peer.next = last + 1;
            }
            self.send_entries(to, last, Some(entries.clone()), ctx);
        }
    }

    /// Sends one member all that follows what it has got; if that is nothing, the question whether it has got it.
    pub(super) fn catch_up(&mut self, to: NodeId, ctx: &mut Context<'_, Raft>) {
        let last = ctx.durable().last_index();
        let peer = &mut self.peers[to.index()];
        let next = peer.next;
        let entries = (next <= last).then(|| self.room.shelf.list(&ctx.durable().log[next as usize - 1..]));
        if !peer.probing {
            peer.next = last + 1;
        }
        self.send_entries(to, next, entries, ctx);
    }

    /// After the disk, like everything that a member says of its log; though the followers could take it earlier (Q5).
    fn send_entries(&self, to: NodeId, next: u64, entries: Option<List<Entry>>, ctx: &mut Context<'_, Raft>) {
        let message = self.append_entries(next - 1, entries, ctx);
        if ctx.bug(Mutant::Q5) { ctx.send_at_once(to, message) } else { ctx.send(to, message) }
    }

    #[inline(always)]
    fn append_entries(&self, previous: u64, entries: Option<List<Entry>>, ctx: &Context<'_, Raft>) -> Message {
        // A leader's log is as long as what it knows of anyone's, unless its disk was wiped under it.
        let previous_term = ctx.durable().term_at(previous).unwrap_or(0);
        Message::AppendEntries { term: self.term, previous, previous_term, commit: self.commit, entries }
    }

    pub(super) fn arm_heartbeat(&self, ctx: &mut Context<'_, Raft>) {
        let (interval, jitter) = (ctx.config().heartbeat, ctx.config().heartbeat_jitter);
        let after = if jitter.0 == 0 { interval } else { ctx.between(interval, interval + jitter) };
        ctx.arm(Timer::Heartbeat, after);
    }

    /// A heartbeat is about what the follower is known to have or, while that is not known, about what it may have. It asserts
    /// nothing but the term, which was durable before anyone voted: it need not wait for the disk.
    #[inline]
    pub(super) fn on_heartbeat_timer(&mut self, ctx: &mut Context<'_, Raft>) {
        if self.role != Role::Leader {
            return;
        }
        for to in ctx.members() {
            if to != ctx.id() {
                let peer = &mut self.peers[to.index()];
                peer.asked = false;
                let previous = if peer.probing { peer.next - 1 } else { peer.matched };
                let heartbeat = self.append_entries(previous, None, ctx);
                ctx.send_at_once(to, heartbeat);
            }
        }
        self.arm_heartbeat(ctx);
    }

    /// A member has the leader's log up to `index`. The short way through is a heartbeat's answer from one that has all.
    #[inline]
    pub(super) fn on_appended(&mut self, from: NodeId, term: u64, index: u64, ctx: &mut Context<'_, Raft>) {
        if term != self.term || self.role != Role::Leader {
            if term > self.term {
                self.on_higher_term_in_reply(term, ctx);
            }
            return;
        }
        self.note_contact(from, ctx);
        let peer = &self.peers[from.index()];
        let idle = index <= peer.matched && peer.matched == ctx.durable().last_index() && !peer.probing;
        if !idle {
            self.on_progress(from, index, ctx);
        }
    }

    #[inline(never)]
    fn on_progress(&mut self, from: NodeId, index: u64, ctx: &mut Context<'_, Raft>) {
        let last = ctx.durable().last_index();
        let peer = &mut self.peers[from.index()];
        let progress = index > peer.matched;
        peer.matched = peer.matched.max(index);
        let found = peer.probing && index + 1 >= peer.next;
        peer.next = peer.next.max(index + 1);
        peer.probing &= !found;
        let behind = peer.matched < last && if progress { peer.next <= last } else { !peer.asked };
        peer.asked |= !progress;
        if progress {
            self.advance_commit(ctx);
        }
        if from == ctx.id() {
            return;
        }
        // No progress and yet behind: something got lost, or is still on its way.
        if behind {
            self.catch_up(from, ctx);
        }
        if progress && self.transferee == Some(from) {
            self.hand_over_if_ready(ctx);
        }
    }

    /// The follower lacks what the leader thought it had: go back to where they may agree, and probe from there.
    #[cold]
    pub(super) fn on_refused(&mut self, from: NodeId, term: u64, previous: u64, hint: u64, ctx: &mut Context<'_, Raft>) {
        if term != self.term || self.role != Role::Leader {
            if term > self.term {
                self.on_higher_term_in_reply(term, ctx);
            }
            return;
        }
        self.note_contact(from, ctx);
        let peer = &mut self.peers[from.index()];
        let current = previous + 1 == peer.next || !peer.probing && previous > peer.matched;
        if current {
            peer.probing = true;
            peer.next = previous.min(hint + 1).max(1);
            self.catch_up(from, ctx);
        }
    }

    /// What a majority has is committed if it is of this term; everything before it is, then, too (figure 3.7 shows why
    /// older entries must not be counted).
    fn advance_commit(&mut self, ctx: &mut Context<'_, Raft>) {
        let (quorum, ahead) = (Raft::quorum(ctx), self.peers.iter().filter(|peer| peer.matched > self.commit).count());
        if ahead < quorum {
            return;
        }
        self.room.scratch.clear();
        self.room.scratch.extend(self.peers.iter().map(|peer| peer.matched));
        let index = held_by(quorum, &mut self.room.scratch);
        let own_term = ctx.durable().term_at(index) == Some(self.term) || ctx.bug(Mutant::R10);
        if !own_term {
            return;
        }
        let committed = self.commit as usize..index as usize;
        self.raise_commit(index, ctx);
        for position in committed {
            let entry = ctx.durable().log[position];
            if let (true, Some(item)) = (entry.epoch.0 == self.term, entry.item) {
                ctx.acknowledge(item);
            }
        }
    }
}

/// Takes over the entries that follow `previous`, from the first one on that differs. Gives index and term of the last entry that
/// is now known to equal the leader's.
#[inline(never)]
fn take(previous: u64, entries: List<Entry>, ctx: &mut Context<'_, Raft>) -> (u64, u64) {
    let end = (previous + entries.len() as u64, entries.last().map_or(0, |entry| entry.epoch.0));
    let agreeing = agreeing(&ctx.durable().log[previous as usize..], &entries);
    let skip = if ctx.bug(Mutant::R22) { 0 } else { agreeing };
    if skip < entries.len() {
        ctx.persist(Write::Splice { keep: previous + skip as u64, skip: skip as u64, entries });
    }
    end
}

/// How many entries are the same: one term has one leader, which wrote one entry at each place.
fn agreeing(mine: &[Entry], theirs: &[Entry]) -> usize {
    mine.iter().zip(theirs).take_while(|(mine, theirs)| mine.epoch == theirs.epoch).count()
}

/// The highest index that so many members hold.
fn held_by(quorum: usize, matched: &mut [u64]) -> u64 {
    *matched.select_nth_unstable_by(quorum - 1, |a, b| b.cmp(a)).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::Stable;

    #[test]
    fn a_majority_holds_the_middle_index() {
        for (matched, held) in [
            (&mut [5u64][..], 5),
            (&mut [5, 3], 3),
            (&mut [5, 3, 0], 3),
            (&mut [9, 8, 3, 1], 3),
            (&mut [0, 9, 0, 9, 7], 7),
            (&mut [10, 8, 3, 6, 2], 6),
        ] {
            let shown = format!("{matched:?}");
            assert_eq!(held_by(matched.len() / 2 + 1, matched), held, "{shown}");
        }
    }

    #[test]
    fn only_what_conflicts_is_cut_off() {
        for (mine, theirs, same) in [
            (&[][..], &[1u64][..], 0),
            (&[1, 1], &[1], 1),
            (&[1, 1], &[1, 2], 1),
            (&[1, 1, 1], &[2, 2], 0),
            (&[1, 2, 2], &[1, 2, 2, 3], 3),
        ] {
            assert_eq!(agreeing(&Stable::holding(mine).log, &Stable::holding(theirs).log), same, "{mine:?} and {theirs:?}");
        }
    }
}
