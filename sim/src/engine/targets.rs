//! Whom the events of the fault script mean, at the moment when they are acted out: roles become nodes, sides become links,
//! shapes become a partition.

use crate::algorithm::{Algorithm, NodeId};
use crate::engine::Engine;
use crate::engine::node::Power;
use crate::fault::{Shape, Target};

/// The place of someone whom a partition does not touch.
pub(super) const EVERYWHERE: usize = usize::MAX;

impl<A: Algorithm> Engine<'_, A> {
    /// Whether it changed anything for any of them; `None`: a target is missing.
    pub(super) fn each(&mut self, event: usize, who: &[Target], mut act: impl FnMut(&mut Self, usize) -> bool) -> Option<bool> {
        let mut acted = false;
        let mut nodes = std::mem::take(&mut self.script.meant);
        let found = who.iter().try_for_each(|target| self.resolve(event, target, &mut nodes));
        if found.is_some() {
            for node in &nodes {
                acted |= act(self, node.index());
            }
        }
        self.script.meant = nodes;
        found.map(|()| acted)
    }

    /// The same for what only members have.
    pub(super) fn each_member(&mut self, event: usize, who: &[Target], mut act: impl FnMut(&mut Self, usize)) -> Option<bool> {
        self.each(event, who, |engine, i| {
            let member = i < engine.nodes.len();
            if member {
                act(engine, i);
            }
            member
        })
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
            Target::Services => {
                let first = members + super::build::PARTS.len();
                (first..first + self.hosts.len()).for_each(add_index);
            }
            Target::Member(number) => add(NodeId(*number)),
            Target::Part(name) => add_index(members + self.script.parts.iter().position(|part| part == name)?),
            Target::There => add(self.script.there?),
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
            Target::QuorumWithLeader => self.leader_and(event, leader?, members / 2, add_index),
            Target::MinorityWithLeader => {
                self.leader_and(event, leader?, (members - 1) / 2 - usize::from(members > 2), add_index);
            }
        }
        Some(())
    }

    /// The leader and so many others, drawn; by number.
    fn leader_and(&mut self, event: usize, leader: usize, others: usize, add: impl FnMut(usize)) {
        let members = self.nodes.len();
        let mut chosen = 1u128 << leader;
        for taken in 1..=others.min(members - 1) {
            let drawn = self.script.draw_below(self.seed, event, members - taken);
            let left = (0..members).filter(|i| chosen & 1 << i == 0).nth(drawn);
            chosen |= 1 << left.expect("so many are left");
        }
        (0..members).filter(|i| chosen & 1 << i != 0).for_each(add);
    }

    /// Every directed link from one side to the other (and back), in order. To be given back to [`Script::spare`].
    ///
    /// [`Script::spare`]: super::script::Script::spare
    pub(super) fn pairs(&mut self, event: usize, from: &[Target], to: &[Target], both: bool) -> Option<Vec<(NodeId, NodeId)>> {
        let (mut sources, mut ends) = std::mem::take(&mut self.script.sides);
        sources.clear();
        ends.clear();
        let found = from.iter().try_for_each(|target| self.resolve(event, target, &mut sources));
        let found = found.and_then(|()| to.iter().try_for_each(|target| self.resolve(event, target, &mut ends)));
        let pairs = found.map(|()| {
            self.script.meant.extend_from_slice(&sources);
            let mut pairs = self.script.spare.pop().unwrap_or_default();
            pairs.clear();
            let across = sources.iter().flat_map(|&a| ends.iter().map(move |&b| (a, b))).filter(|(a, b)| a != b);
            pairs.extend(across.flat_map(|(a, b)| [Some((a, b)), both.then_some((b, a))]).flatten());
            pairs.sort_unstable();
            pairs.dedup();
            pairs
        });
        self.script.sides = (sources, ends);
        pairs
    }

    /// Replaces the partition in force.
    pub(super) fn partition(&mut self, event: usize, shape: &Shape) -> Option<()> {
        let mut places = std::mem::take(&mut self.script.places);
        let found = self.place(event, shape, &mut places);
        if found.is_some() {
            self.part(shape, &places);
        }
        self.script.places = places;
        found
    }

    /// Where everyone stands in this shape: the number of a group, or, in a ring or a chain, of a place.
    fn place(&mut self, event: usize, shape: &Shape, places: &mut Vec<usize>) -> Option<()> {
        let members = self.nodes.len();
        places.clear();
        places.resize(self.wire.parts, EVERYWHERE);
        match shape {
            Shape::Groups(groups) => self.group(event, groups, places)?,
            Shape::Bridge(bridge) => {
                let bridge = self.one(event, bridge)?;
                let half = (members - 1) / 2;
                let others = (0..members).filter(|i| *i != bridge);
                others.enumerate().for_each(|(number, i)| places[i] = usize::from(number >= half));
            }
            Shape::Star(hub) => {
                let hub = self.one(event, hub)?;
                (0..members).filter(|i| *i != hub).for_each(|i| places[i] = i);
            }
            Shape::Ring => (0..members).for_each(|i| places[i] = i),
            Shape::Chain(first) => {
                let before = self.script.meant.len();
                for target in first {
                    self.mean(event, target)?;
                }
                let first = &self.script.meant[before..];
                first.iter().enumerate().for_each(|(place, node)| places[node.index()] = place);
                let rest = places[..members].iter_mut().filter(|place| **place == EVERYWHERE);
                rest.zip(first.len()..).for_each(|(place, next)| *place = next);
            }
        }
        Some(())
    }

    /// Cuts what does not reach each other from these places.
    fn part(&mut self, shape: &Shape, places: &[usize]) {
        let (members, parts) = (self.nodes.len(), self.wire.parts);
        let grouped = matches!(shape, Shape::Groups(_));
        let reach = |a: usize, b: usize| {
            let apart = places[a].abs_diff(places[b]);
            match shape {
                Shape::Chain(_) => apart == 1,
                Shape::Ring => apart == 1 || apart == members - 1,
                _ => apart == 0 || places[a] == EVERYWHERE || places[b] == EVERYWHERE,
            }
        };
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
    }

    /// Adds whom a target means to what the event means, each once.
    fn mean(&mut self, event: usize, target: &Target) -> Option<()> {
        let mut meant = std::mem::take(&mut self.script.meant);
        let found = self.resolve(event, target, &mut meant);
        self.script.meant = meant;
        found
    }

    pub(super) fn one(&mut self, event: usize, target: &Target) -> Option<usize> {
        let (mut all, unused) = std::mem::take(&mut self.script.sides);
        all.clear();
        let found = self.resolve(event, target, &mut all).and_then(|()| all.first().copied());
        self.script.sides = (all, unused);
        self.script.meant.extend(found);
        found.map(|node| node.index())
    }

    /// The group of every part of the cluster that a group names.
    fn group(&mut self, event: usize, groups: &[Vec<Target>], places: &mut [usize]) -> Option<()> {
        for (number, group) in groups.iter().enumerate() {
            for target in group.iter().filter(|target| **target != Target::Others) {
                let before = self.script.meant.len();
                self.mean(event, target)?;
                for node in &self.script.meant[before..] {
                    places[node.index()] = number;
                }
            }
        }
        // `others` takes all that no other group names; without it, they form one more group.
        let members = self.nodes.len();
        let others = groups.iter().position(|group| group.contains(&Target::Others)).unwrap_or(groups.len());
        for place in places.iter_mut().take(members).filter(|place| **place == EVERYWHERE) {
            *place = others;
        }
        // Services that no group names stand with a majority of the members, or alone.
        let majority =
            (0..=groups.len()).find(|group| 2 * places[..members].iter().filter(|place| *place == group).count() > members);
        for host in &self.hosts {
            if places[host.id.index()] == EVERYWHERE {
                places[host.id.index()] = majority.unwrap_or(groups.len() + 1);
            }
        }
        Some(())
    }
}
