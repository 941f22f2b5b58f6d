//! Links, sessions, disks, and everyday pauses.

use sim::delay::{Burst, Reorder};
use sim::setup::{LinkOverride, Pauses, SessionSettings, Setup};
use sim::{LinkPatch, Span};

use crate::diagnostic::Diagnostic;
use crate::document::{Entry, Node};
use crate::keys;
use crate::lowering::{Fields, Lowering};
use crate::targets::Whom;

/// Shorter than this, the mean of a good or bad stretch would cost more events than messages do.
const SHORTEST_STRETCH: Span = Span::micros(100);
/// More pauses than that would cost more events than messages do.
const FASTEST_PAUSES: Span = Span::millis(1);

impl Lowering<'_> {
    pub fn network(&mut self, node: &Node, heading: &Entry, setup: &mut Setup) {
        let Some(fields) = self.fields(node, heading.key_place, &keys::NETWORK) else { return };
        let patch = self.patch(&fields);
        setup.link = setup.link.patched(&patch);
    }

    /// The link settings that are written here.
    pub fn patch(&mut self, fields: &Fields<'_>) -> LinkPatch {
        LinkPatch {
            delay: fields.get("delay").and_then(|node| self.delay(node)),
            floor: fields.get("floor").and_then(|node| self.span(node)),
            extra: fields.get("extra").and_then(|node| self.span(node)),
            loss: fields.get("loss").and_then(|node| self.probability(node)),
            burst: fields.entry("burst").and_then(|entry| self.burst(entry)),
            duplicate: fields.get("duplicate").and_then(|node| self.probability(node)),
            reorder: fields.entry("reorder").and_then(|entry| self.reorder(entry)),
        }
    }

    fn burst(&mut self, entry: &Entry) -> Option<Burst> {
        let fields = self.fields(&entry.node, entry.key_place, &keys::BURST)?;
        let good = fields.get("good").and_then(|node| self.some_time(node, SHORTEST_STRETCH));
        let bad = fields.get("bad").and_then(|node| self.some_time(node, SHORTEST_STRETCH));
        let loss = fields.get("loss").and_then(|node| self.probability(node));
        Some(Burst { good: good?, bad: bad?, loss: loss? })
    }

    fn reorder(&mut self, entry: &Entry) -> Option<Reorder> {
        let fields = self.fields(&entry.node, entry.key_place, &keys::REORDER)?;
        let chance = fields.get("chance").and_then(|node| self.probability(node));
        let by = fields.get("by").and_then(|node| self.delay(node));
        Some(Reorder { chance: chance?, by: by? })
    }

    pub fn link(&mut self, fields: &Fields<'_>) -> Option<LinkOverride> {
        let from = fields.get("from").and_then(|node| self.target(node, Whom::Fixed));
        let to = fields.get("to").and_then(|node| self.target(node, Whom::Fixed));
        let both = fields.get("both").and_then(|node| self.switch(node)).unwrap_or(false);
        let cut = fields.get("cut").and_then(|node| self.switch(node)).unwrap_or(false);
        let before = self.complaints.len();
        let patch = self.patch(fields);
        let (from, to) = (from?, to?);
        if from == to && from != sim::fault::Target::All {
            self.complain(Diagnostic::error(fields.place, "this link leads from a node to itself"));
        }
        if !cut && patch == LinkPatch::default() && self.complaints.len() == before {
            let complaint = Diagnostic::error(fields.place, "nothing is different on this link");
            self.complain(complaint.help("add a setting, such as delay = \"50ms\" or loss = \"1/50\", or cut = true"));
        }
        Some(LinkOverride { from, to, both, patch, cut })
    }

    pub fn session(&mut self, node: &Node, heading: &Entry) -> SessionSettings {
        let mut session = SessionSettings::default();
        let Some(fields) = self.fields(node, heading.key_place, &keys::SESSION) else { return session };
        if let Some(timeout) = fields.get("timeout").and_then(|node| self.some_time(node, Span::millis(1))) {
            session.timeout = timeout;
        }
        if let Some(retransmit) = fields.get("retransmit").and_then(|node| self.some_time(node, Span::micros(100))) {
            session.retransmit = retransmit;
        }
        if session.retransmit >= session.timeout {
            let title =
                format!("a session ends after {}, before the first retransmission at {}", session.timeout, session.retransmit);
            self.complain(Diagnostic::error(heading.key_place, title).help("make `retransmit` shorter than `timeout`"));
        }
        session
    }

    pub fn pauses(&mut self, node: &Node, heading: &Entry) -> Option<Pauses> {
        let fields = self.fields(node, heading.key_place, &keys::PAUSES)?;
        let every = fields.get("every").and_then(|node| self.repeating(node, FASTEST_PAUSES));
        let lasting = fields.get("for").and_then(|node| self.delay(node));
        Some(Pauses { every: every?, lasting: lasting? })
    }

    pub fn disk(&mut self, node: &Node, heading: &Entry, setup: &mut Setup) {
        let Some(fields) = self.fields(node, heading.key_place, &keys::DISK) else { return };
        if let Some(latency) = fields.get("latency").and_then(|node| self.delay(node)) {
            setup.disk = latency;
        }
    }
}
