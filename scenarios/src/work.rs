//! `[work]`: what leaders do, and the rules of the protected resource on which they do it.

use sim::Span;
use sim::setup::{Fencing, Operation, Reads, Work};

use crate::diagnostic::Diagnostic;
use crate::document::{Entry, Node};
use crate::keys;
use crate::lowering::{Fields, Lowering};

/// Work faster than this costs more events than anything else.
const FASTEST_WORK: Span = Span::micros(10);
/// So does a job.
const FASTEST_JOB: Span = Span::millis(1);

impl Lowering<'_> {
    pub fn work(&mut self, entry: &Entry) -> Work {
        let mut work = Work::default();
        let Some(fields) = self.fields(&entry.node, entry.key_place, &keys::WORK) else { return work };
        if let Some(on) = fields.get("on").and_then(|node| self.switch(node)) {
            work.on = on;
        }
        if let Some(interval) = fields.get("interval").and_then(|node| self.some_time(node, FASTEST_WORK)) {
            work.interval = interval;
        }
        if let Some(think) = fields.get("think").and_then(|node| self.delay(node)) {
            work.think = think;
        }
        if let Some(lock_delay) = fields.get("lock-delay").and_then(|node| self.span(node)) {
            work.lock_delay = lock_delay;
        }
        self.operations(&fields, &mut work);
        self.fence(&fields, &mut work);
        self.job(&fields, &mut work);
        self.take_over(&fields, &mut work);
        work
    }

    fn operations(&mut self, fields: &Fields<'_>, work: &mut Work) {
        if let Some(node) = fields.get("operations")
            && let Some(operations) = self.list_of_operations(node, &Operation::ITEMS, keys::OPERATIONS)
        {
            if operations.iter().any(|operation| operation.changes_state()) {
                work.operations = operations;
            } else {
                let complaint = Diagnostic::error(node.place, "these leaders never change anything");
                self.complain(
                    complaint.help("at least one operation must be a write or a delete, such as [\"write\", \"read\"]"),
                );
            }
        }
        if let Some(node) = fields.get("reads")
            && let Some(reads) = self.choice(node, keys::READS)
        {
            work.reads = if reads == "memory" { Reads::Memory } else { Reads::Resource };
            if !work.operations.contains(&Operation::Read) {
                let warning = Diagnostic::warning(node.place, "nobody reads here");
                self.complain(warning.help("say that they do: operations = [\"write\", \"read\"]"));
            }
        }
    }

    fn fence(&mut self, fields: &Fields<'_>, work: &mut Work) {
        if let Some(fencing) = fields.get("fencing").and_then(|node| self.choice(node, keys::FENCING)) {
            work.fencing = match fencing {
                "at-least" => Fencing::AtLeast,
                "equal" => Fencing::Equal,
                "transaction" => Fencing::Transaction,
                _ => Fencing::None,
            };
        }
        if let Some(mark) = fields.get("high-water").and_then(|node| self.choice(node, keys::HIGH_WATER)) {
            work.durable_mark = mark == "durable";
        }
        if let Some(node) = fields.get("checked")
            && let Some(checked) = self.list_of_operations(node, &Operation::CHECKABLE, keys::CHECKABLE)
        {
            if checked.is_empty() {
                let complaint = Diagnostic::error(node.place, "a resource that checks nothing enforces nothing");
                self.complain(
                    complaint.help("write fencing = \"none\", or name what is checked, such as [\"write\", \"delete\"]"),
                );
            }
            work.checked = checked;
        }
        let of_a_fence = ["high-water", "checked"].into_iter().find_map(|key| fields.entry(key));
        if let (Fencing::None, Some(entry)) = (work.fencing, of_a_fence) {
            let warning = Diagnostic::warning(entry.key_place, "this resource enforces no tokens, so this means nothing");
            self.complain(warning.help("write fencing = \"at-least\""));
        }
    }

    fn job(&mut self, fields: &Fields<'_>, work: &mut Work) {
        if let Some(node) = fields.get("job") {
            work.job = self.some_time(node, FASTEST_JOB);
        }
        if let Some(node) = fields.get("idempotent") {
            work.idempotent = self.switch(node).unwrap_or(false);
            if work.idempotent && fields.get("job").is_none() {
                let warning = Diagnostic::warning(node.place, "there is no job that could be run twice");
                self.complain(warning.help("write job = \"10s\""));
            }
        }
    }

    fn take_over(&mut self, fields: &Fields<'_>, work: &mut Work) {
        if let Some(node) = fields.get("take-over") {
            work.take_over = self.switch(node);
            if work.fencing == Fencing::Equal && work.take_over == Some(false) {
                let complaint = Diagnostic::error(node.place, "without taking over, no token is ever the current one");
                self.complain(complaint.help("leave it out, or write fencing = \"at-least\""));
            }
        }
        if let Some(node) = fields.get("reads")
            && work.reads == Reads::Memory
            && !work.takes_over()
        {
            let complaint = Diagnostic::error(node.place, "a leader that never takes over has nothing in its memory");
            self.complain(complaint.help("write take-over = true"));
        }
    }

    /// Some of these kinds of operations, named by these words.
    fn list_of_operations(&mut self, node: &Node, kinds: &[Operation], words: &[&str]) -> Option<Vec<Operation>> {
        let named = self.list(node, "operations")?.iter().map(|item| {
            let word = self.choice(item, words)?;
            kinds.iter().copied().find(|kind| kind.name() == word)
        });
        // Every wrong word is complained about, not only the first.
        let named: Vec<Option<Operation>> = named.collect();
        named.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_table_are_the_names_of_the_operations() {
        assert_eq!(keys::OPERATIONS, Operation::ITEMS.map(Operation::name));
        assert_eq!(keys::CHECKABLE, Operation::CHECKABLE.map(Operation::name));
    }
}
