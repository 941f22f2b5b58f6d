//! The recipe itself: create, list, lead or watch the one before, and look again.

use sim::{Context, Span};

use super::{Phase, ZookeeperRecipe, mutants};
use crate::lock_service::{Ask, Key, Revision};

impl ZookeeperRecipe {
    /// In contact (again), or without an answer: has it a node?
    pub(super) fn enter(&mut self, ctx: &mut Context<'_, Self>) {
        if mutants::may_have_a_node(self.guid, self.node, ctx) {
            self.list(ctx);
        } else {
            self.create(ctx);
        }
    }

    fn create(&mut self, ctx: &mut Context<'_, Self>) {
        let Some(session) = self.session else { return };
        let asked = ctx.now().0;
        self.guid = 1 + ctx.between(Span::ZERO, Span::LONGEST).0;
        self.node = None;
        self.phase = Phase::Creating { asked };
        ctx.ask(Self::service(ctx), Ask::Create { asked, session: session.id, tag: self.guid, once: false });
    }

    fn list(&mut self, ctx: &mut Context<'_, Self>) {
        let asked = ctx.now().0;
        self.phase = Phase::Listing { asked };
        ctx.ask(Self::service(ctx), Ask::Keys { asked });
    }

    pub(super) fn watch(&mut self, watched: Revision, ctx: &mut Context<'_, Self>) {
        self.phase = Phase::Waiting { watched };
        ctx.ask(Self::service(ctx), Ask::Watch { asked: ctx.now().0, key: watched });
    }

    pub(super) fn on_created(&mut self, key: Key, ctx: &mut Context<'_, Self>) {
        self.have(key);
        self.list(ctx);
    }

    /// All nodes, smallest first. Its own is known by its GUID.
    pub(super) fn on_list(&mut self, keys: &[Key], ctx: &mut Context<'_, Self>) {
        let own = keys.iter().position(|key| key.tag == self.guid && key.holder == self.me);
        match own {
            None => self.create(ctx),
            Some(place) if !mutants::is_own(&keys[place], self.session.map(|session| session.id), ctx) => {
                // It goes when its session does, which is not ours to keep alive.
                ctx.ask(Self::service(ctx), Ask::Delete { asked: ctx.now().0, key: keys[place].created });
                self.create(ctx);
            }
            Some(0) => {
                self.have(keys[0]);
                self.phase = Phase::Leading;
            }
            Some(place) => {
                self.have(keys[place]);
                self.watch(keys[mutants::watched(place, ctx)].created, ctx);
            }
        }
    }

    /// What it watched is gone, which need not have been the leader's.
    pub(super) fn on_gone(&mut self, ctx: &mut Context<'_, Self>) {
        if mutants::leads_without_looking(ctx) {
            self.phase = Phase::Leading;
        } else {
            self.list(ctx);
        }
    }

    fn have(&mut self, key: Key) {
        self.node = Some(key);
        self.epoch = key.created;
    }
}
