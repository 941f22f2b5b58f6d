//! What an observer is told of, and when. Cold: mostly nobody watches.

use crate::algorithm::{Algorithm, Message, NodeId};
use crate::engine::wire::Sent;
use crate::engine::{Engine, tag};
use crate::observer::{Happening, NodeEvent};
use crate::outcome::Violation;

impl<A: Algorithm> Engine<'_, A> {
    #[inline(never)]
    pub(super) fn tell_delivery(&mut self, from: NodeId, to: NodeId, place: u32) {
        if let Some(observer) = &mut self.observer {
            let message = self.wire.queue.lying(place);
            observer.happened(self.wire.now, &Happening::Delivered { from, to, kind: message.kind(), message });
        }
    }

    /// Tells the observer of the messages of this step.
    pub(super) fn tell_sent(&mut self) {
        if self.wire.sent.is_empty() {
            return;
        }
        let sent = std::mem::take(&mut self.wire.sent);
        for one in &sent {
            match one {
                Sent::Departed { from, to, message } => {
                    self.tell(&Happening::Sent { from: *from, to: *to, kind: message.kind(), message });
                }
                Sent::Dropped { from, to, message, why } => {
                    self.tell(&Happening::Dropped { from: *from, to: *to, kind: message.kind(), why: *why });
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn tell(&mut self, what: &Happening<'_>) {
        if self.observer.is_some() {
            self.tell_observer(what);
        }
    }

    #[inline(never)]
    fn tell_observer(&mut self, what: &Happening<'_>) {
        if let Some(observer) = &mut self.observer {
            // What the checkers have found since the last time comes first: it is older.
            let audit = &self.wire.audit;
            for &promise in &audit.found()[self.told..] {
                let Violation { nodes, saw, .. } = audit.violation(promise).expect("what was found has a violation");
                let invariant = crate::audit::catalogue::name_of(promise);
                observer.happened(self.wire.now, &Happening::Violated { invariant, nodes, saw });
            }
            self.told = audit.found().len();
            observer.happened(self.wire.now, what);
        }
    }

    /// Something happened to a node as such: into the fingerprint, and told.
    pub(super) fn tell_node(&mut self, i: usize, event: NodeEvent) {
        if self.wire.fingerprint {
            self.wire.encoder.words([self.wire.now.0, tag::NODE | i as u64, event as u64]);
        }
        self.tell(&Happening::Node { node: NodeId(i as u16), event });
    }
}
