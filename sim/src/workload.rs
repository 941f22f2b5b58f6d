//! What there is to do for a leader, and the rules of the protected resource on which it is done: data only; the engine works
//! it off.

use crate::delay::Delay;
use crate::time::Span;

/// Whether the protected resource enforces fencing tokens, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fencing {
    /// Applies whatever arrives.
    None,
    /// Applies a token that is at least the highest accepted before, which then is the highest.
    AtLeast,
    /// Applies only the token that is current, which only a take-over replaces, by one that is at least as high.
    Equal,
    /// The resource is the coordination service itself: the token is compared, where it is issued, with the newest that was.
    Transaction,
}

/// One kind of operation on the protected resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Operation {
    /// Replaces the state; it is based on the version that the writer knows.
    Write = 0,
    /// Removes from the state; otherwise as a write.
    Delete = 1,
    /// A client of the leader wants to know the state.
    Read = 2,
    /// The job of one period.
    Job = 3,
    /// What a new leader does first: it presents its token, which the resource keeps, and learns the version of the state.
    TakeOver = 4,
    /// Learns the version without presenting a token; nobody should need it (it is what bug L16 does).
    Look = 5,
}

impl Operation {
    /// What items may be; a leader gets them in turn.
    pub const ITEMS: [Operation; 3] = [Operation::Write, Operation::Delete, Operation::Read];
    /// What an enforcing resource may check or not; a take-over it always checks.
    pub const CHECKABLE: [Operation; 4] = [Operation::Write, Operation::Delete, Operation::Read, Operation::Job];

    /// As in scenario files: `take-over`.
    pub const fn name(self) -> &'static str {
        match self {
            Operation::Write => "write",
            Operation::Delete => "delete",
            Operation::Read => "read",
            Operation::Job => "job",
            Operation::TakeOver => "take-over",
            Operation::Look => "look",
        }
    }

    /// Whether the state is another one afterwards.
    pub const fn changes_state(self) -> bool {
        matches!(self, Operation::Write | Operation::Delete)
    }

    /// Whether it has an effect that a second leader's could contradict.
    pub const fn has_effect(self) -> bool {
        self.changes_state() || matches!(self, Operation::Job)
    }
}

/// Where a leader that is asked for the state looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// At the resource, with its token: check, think, send, apply, as with all else.
    Resource,
    /// Into its own memory: what it learned when it took over, and its own writes since. Check, think, answer.
    Memory,
}

/// The work load: a leader exists to do something.
#[derive(Clone, PartialEq, Debug)]
pub struct Work {
    /// Whether there are items.
    pub on: bool,
    /// Every member that believes it leads gets an item this often, a new leader one at once.
    pub interval: Span,
    /// Between check and send, where work goes to the protected resource.
    pub think: Delay,
    /// What the items are, in turn; a replicated log takes them all for writes, but for reads that its leaders answer by themselves
    /// ([`Algorithm::on_read`](crate::Algorithm::on_read)). At least one changes the state.
    pub operations: Vec<Operation>,
    /// Where leaders look when one of them is a read.
    pub reads: Reads,
    /// How long a new leader waits before its first item, hoping that its predecessor notices (Consul's lock-delay).
    pub lock_delay: Span,
    /// Whether a new leader first takes over at the resource; `None`: where the resource enforces tokens.
    pub take_over: Option<bool>,
    /// What the protected resource does with tokens.
    pub fencing: Fencing,
    /// Whether the resource still knows the highest token (or the current one) after a crash. Its state it always keeps.
    pub durable_mark: bool,
    /// The operations of which it checks the token.
    pub checked: Vec<Operation>,
    /// Whoever holds authority when its wall clock passes a multiple of this runs the job of that period.
    pub job: Option<Span>,
    /// The resource runs the job of a period once, however often it is asked to.
    pub idempotent: bool,
}

impl Default for Work {
    fn default() -> Work {
        Work {
            on: true,
            interval: Span::millis(50),
            think: Delay::Constant(Span::millis(1)),
            operations: vec![Operation::Write],
            reads: Reads::Resource,
            lock_delay: Span::ZERO,
            take_over: None,
            fencing: Fencing::None,
            durable_mark: true,
            checked: Operation::CHECKABLE.to_vec(),
            job: None,
            idempotent: false,
        }
    }
}

impl Work {
    /// Whether a new leader's first operation is to take over.
    pub fn takes_over(&self) -> bool {
        self.take_over.unwrap_or(self.fencing != Fencing::None)
    }

    /// Whether nothing with an effect gets past the fence unchecked, and the fence outlives a crash: only then is it one.
    pub fn fences_everything(&self) -> bool {
        let used = |operation: &Operation| match operation {
            Operation::Job => self.job.is_some(),
            operation => self.on && self.operations.contains(operation),
        };
        let effects = Operation::CHECKABLE.iter().filter(|operation| operation.has_effect() && used(operation));
        self.fencing != Fencing::None && self.durable_mark && effects.into_iter().all(|effect| self.checked.contains(effect))
    }

    /// What the n-th item is, counted from 1.
    pub fn operation(&self, item: u64) -> Operation {
        let place = item.wrapping_sub(1) % (self.operations.len() as u64).max(1);
        self.operations.get(place as usize).copied().unwrap_or(Operation::Write)
    }

    /// The longest time that an item needs with a leader that has just begun, on a network on which an answer takes this long.
    pub fn one_item(&self, there_and_back: Span) -> Span {
        let once = self.think.longest() + there_and_back;
        // Items that are reads from memory get nothing done: the next one that is not counts.
        let in_vain = if self.reads == Reads::Memory { self.operations.len() as u64 } else { 1 };
        let take_over = if self.takes_over() { once + self.interval } else { Span::ZERO };
        self.lock_delay + self.interval.times(in_vain) + once + take_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_of_every_kind_in_turn() {
        let work = Work { operations: vec![Operation::Write, Operation::Read, Operation::Delete], ..Work::default() };
        let kinds: Vec<&str> = (1..=4).map(|item| work.operation(item).name()).collect();
        assert_eq!(kinds, ["write", "read", "delete", "write"]);
    }

    #[test]
    fn a_fence_with_a_hole_is_none() {
        let fence = Work { fencing: Fencing::AtLeast, ..Work::default() };
        assert!(fence.fences_everything());
        assert!(!Work { durable_mark: false, ..fence.clone() }.fences_everything());
        let only_writes = Work { checked: vec![Operation::Write], ..fence };
        assert!(only_writes.fences_everything(), "nothing but writes is done");
        let with_job = Work { job: Some(Span::secs(1)), ..only_writes };
        assert!(!with_job.fences_everything(), "the job goes unchecked");
    }

    #[test]
    fn by_default_only_an_enforcing_resource_is_taken_over() {
        assert!(!Work::default().takes_over());
        assert!(Work { fencing: Fencing::Equal, ..Work::default() }.takes_over());
        assert!(Work { take_over: Some(true), ..Work::default() }.takes_over());
    }
}
