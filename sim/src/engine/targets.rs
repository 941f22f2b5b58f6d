//! Whom the events of the fault script mean, at the moment when they are acted out: roles become nodes, sides become links,
//! shapes become a partition.

use crate::algorithm::{Algorithm, NodeId};
use crate::engine::Engine;
use crate::engine::node::Power;
use crate::fault::{Shape, Target};

impl<A: Algorithm> Engine<'_, A> {
    /// Whether it changed anything for any of them; `None`: a target is missing.
    pub(super) fn each(&mut self, event: usize, who: &[Target], mut act: impl FnMut(&mut Self, usize) -> bool) -> Option<bool> {
        let mut acted = false;
        let mut nodes = std::mem::take(&mut self.script.meant);
        let found = who.iter().try_for_each(|target| self.resolve(event, target, &mut nodes));
        if found.is_some() {
            for node in &nodes {
                if node.index() < self.nodes.len() {
                    acted |= act(self, node.index());
                }
            }
        }
        self.script.meant = nodes;
        found.map(|()| acted)
    }

    pub(super) fn resolve_all(&mut self, event: usize, targets: &[Target]) -> Option<Vec<NodeId>> {
        let mut all = Vec::new();
        targets.iter().try_for_each(|target| self.resolve(event, target, &mut all))?;
        Some(all)
    }

    /// Adds whom a target means now, each once; `None`: there is nobody of that role.
    pub(super) fn resolve(&mut self, event: usize, target: &Target, all: &mut Vec<NodeId>) -> Option<()> {
        let members = self.nodes.len();
        let mut add = |node: NodeId| {
            if !all.contains(&node) {
                all.push(node);
            }
        };
        let mut add_index = |i: usize| add(NodeId(i as u16));
        let leader = self.reigns.leader().or(self.reigns.newest());
        match target {
            Target::Leader => add_index(leader?),
            Target::Others => (0..members).filter(|i| Some(*i) != leader).for_each(add_index),
            Target::All => (0..members).for_each(add_index),
            Target::Member(number) => add(NodeId(*number)),
            Target::Part(name) => add_index(members + self.script.parts.iter().position(|part| part == name)?),
            Target::Named(name) => self.script.bound.iter().find(|(bound, _)| bound == name)?.1.iter().copied().for_each(add),
            Target::Random => add_index(self.script.draw_below(self.seed, event, members)),
            Target::Follower => {
                let runs = |i: &usize| Some(*i) != leader && self.nodes[*i].power == Power::Running;
                let candidates = (0..members).filter(runs).count();
                if candidates == 0 {
                    return None;
                }
                let drawn = self.script.draw_below(self.seed, event, candidates);
                add_index((0..members).filter(runs).nth(drawn)?);
            }
            Target::QuorumWithLeader => self.leader_and(event, leader?, members / 2).into_iter().for_each(add_index),
            Target::MinorityWithLeader => {
                let others = (members - 1) / 2 - usize::from(members > 2);
                self.leader_and(event, leader?, others).into_iter().for_each(add_index);
            }
        }
        Some(())
    }

    /// The leader and so many others, drawn.
    pub(super) fn leader_and(&mut self, event: usize, leader: usize, others: usize) -> Vec<usize> {
        let mut rest: Vec<usize> = (0..self.nodes.len()).filter(|i| *i != leader).collect();
        let mut chosen = vec![leader];
        for _ in 0..others.min(rest.len()) {
            let drawn = self.script.draw_below(self.seed, event, rest.len());
            chosen.push(rest.remove(drawn));
        }
        chosen.sort_unstable();
        chosen
    }

    /// Every directed link from one side to the other (and back), in order.
    pub(super) fn pairs(&mut self, event: usize, from: &[Target], to: &[Target], both: bool) -> Option<Vec<(NodeId, NodeId)>> {
        let from = self.resolve_all(event, from)?;
        let to = self.resolve_all(event, to)?;
        self.script.meant.extend(from.iter().copied());
        let mut pairs = Vec::new();
        for &a in &from {
            for &b in &to {
                if a != b {
                    pairs.push((a, b));
                    pairs.extend(both.then_some((b, a)));
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        Some(pairs)
    }

    /// Replaces the partition in force.
    pub(super) fn partition(&mut self, event: usize, shape: &Shape) -> Option<()> {
        let members = self.nodes.len();
        let reach: Box<dyn Fn(usize, usize) -> bool> = match shape {
            Shape::Groups(groups) => {
                let group_of = self.groups(event, groups)?;
                Box::new(move |a, b| group_of[a].is_none() || group_of[b].is_none() || group_of[a] == group_of[b])
            }
            Shape::Bridge(bridge) => {
                let bridge = self.one(event, bridge)?;
                let rest: Vec<usize> = (0..members).filter(|i| *i != bridge).collect();
                let half = rest.len() / 2;
                let side: Vec<bool> = (0..members).map(|i| rest[half..].contains(&i)).collect();
                Box::new(move |a, b| a == bridge || b == bridge || side[a] == side[b])
            }
            Shape::Star(hub) => {
                let hub = self.one(event, hub)?;
                Box::new(move |a, b| a == hub || b == hub)
            }
            Shape::Ring => Box::new(move |a, b| a.abs_diff(b) == 1 || a.abs_diff(b) == members - 1),
            Shape::Chain(first) => {
                let first = self.resolve_all(event, first)?;
                self.script.meant.extend(first.iter().copied());
                let mut order: Vec<usize> = first.iter().map(|n| n.index()).collect();
                let rest: Vec<usize> = (0..members).filter(|i| !order.contains(i)).collect();
                order.extend(rest);
                let mut place = vec![0; members];
                for (at, i) in order.iter().enumerate() {
                    place[*i] = at;
                }
                Box::new(move |a, b| place[a].abs_diff(place[b]) == 1)
            }
        };
        let grouped = matches!(shape, Shape::Groups(_));
        let parts = self.wire.parts;
        for a in 0..parts {
            for b in 0..parts {
                // Parts beside the members are reached from everywhere, but for groups that name them.
                let judged = a != b && (grouped || (a < members && b < members));
                let link = &mut self.wire.links[a * parts + b];
                link.parted = judged && !reach(a, b);
                link.classify();
            }
        }
        self.topology.partitioned = true;
        self.wire.broken.links = true;
        Some(())
    }

    pub(super) fn one(&mut self, event: usize, target: &Target) -> Option<usize> {
        let node = *self.resolve_all(event, std::slice::from_ref(target))?.first()?;
        self.script.meant.push(node);
        Some(node.index())
    }

    /// The group of every part of the cluster; `None` for a part that no group names.
    pub(super) fn groups(&mut self, event: usize, groups: &[Vec<Target>]) -> Option<Vec<Option<usize>>> {
        let members = self.nodes.len();
        let mut group_of: Vec<Option<usize>> = vec![None; self.wire.parts];
        for (number, group) in groups.iter().enumerate() {
            for target in group.iter().filter(|target| **target != Target::Others) {
                for node in self.resolve_all(event, std::slice::from_ref(target))? {
                    group_of[node.index()].get_or_insert(number);
                    self.script.meant.push(node);
                }
            }
        }
        // `others` takes all that no other group names; without it, they form one more group.
        let others = groups.iter().position(|group| group.contains(&Target::Others)).unwrap_or(groups.len());
        for group in group_of.iter_mut().take(members) {
            group.get_or_insert(others);
        }
        Some(group_of)
    }
}
