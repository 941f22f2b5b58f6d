//! What is wrong with the world right now: partition, cuts, degradations, pauses, clocks; and what follows for who can reach
//! a majority. Changes only with faults, so nothing here is hot.

use std::rc::Rc;

use crate::algorithm::{Algorithm, NodeId};
use crate::audit::Conditions;
use crate::delay::{Delay, LinkPatch, LinkSettings};
use crate::engine::Engine;
use crate::engine::host::Host;
use crate::engine::node::Power;
use crate::observer::Happening;
use crate::outcome::Cause;
use crate::random::Stream;
use crate::ratio::Ratio;
use crate::time::Time;

/// Links with other settings for a while.
pub struct Degradation {
    pub number: u32,
    /// In order: there may be a million.
    pub pairs: Vec<(NodeId, NodeId)>,
    pub patch: LinkPatch,
}

/// Links that go down and up by themselves.
pub struct Flapping {
    pub number: u32,
    pub pairs: Vec<(NodeId, NodeId)>,
    pub down: Delay,
    pub up: Delay,
    pub until: Time,
    pub is_down: bool,
    pub stream: Stream,
}

pub struct Topology {
    /// The settings of every link without faults, from × to.
    pub base: Vec<Rc<LinkSettings>>,
    pub partitioned: bool,
    /// The links that were cut when an observer was last told.
    pub told: Vec<(NodeId, NodeId)>,
    /// One-way and two-way cuts in force, as pairs.
    pub cuts: Vec<(NodeId, NodeId)>,
    pub degradations: Vec<Degradation>,
    pub flaps: Vec<Flapping>,
    /// Counts degradations and flaps, so that an end can find its beginning.
    pub numbered: u32,
    /// Until when each member stands still at least; where pauses overlap, the latest end.
    pub paused_until: Vec<Time>,
    pub suspended_clock: Vec<bool>,
    /// Who stands still although nothing is wrong: everyday pauses are no trouble of the world.
    pub hiccup: Vec<bool>,
    /// What the scenario says of each clock's rate.
    pub usual_rates: Vec<Ratio>,
    pub running: Vec<bool>,
    pub up: Vec<bool>,
    pub quorum_connected: Vec<bool>,
    pub calm: bool,
    /// The core that was healed while the rest stays broken.
    pub core: Option<Core>,
    /// Who is up, of those for whom liveness is judged.
    pub judged: Vec<bool>,
    pub disturbed_at: Time,
    pub ever_disturbed: bool,
}

/// Members whose links were healed while the rest stays cut off from them.
pub struct Core {
    /// By member.
    members: Vec<bool>,
    /// The cuts that keep the rest away: with any other, something is wrong with the core as well.
    cuts: usize,
}

impl<A: Algorithm> Engine<'_, A> {
    /// To be called after every fault and every end of one: who reaches whom, and is anything still wrong?
    pub(super) fn world_changed(&mut self) {
        let topology = &self.topology;
        let flapping = topology.flaps.iter().any(|flap| flap.is_down);
        self.wire.any_cut = topology.partitioned || !topology.cuts.is_empty() || flapping;
        self.tell_cuts();
        self.connect();
        self.weigh();
        let core_is_right = self.weigh_core();
        let topology = &self.topology;
        if self.wire.audit.on {
            let conditions = Conditions {
                running: &topology.running,
                up: &topology.judged,
                quorum_connected: &topology.quorum_connected,
                // No bound on recovery is promised to whom a pause of any length may hold up.
                calm: (topology.calm || core_is_right) && self.setup.pauses.is_none(),
            };
            self.wire.audit.conditions(self.wire.now, conditions);
        }
        self.set_alarm();
    }

    /// Tells an observer which links are cut, where that has changed.
    fn tell_cuts(&mut self) {
        if self.observer.is_none() {
            return;
        }
        let parts = self.wire.parts;
        let ends = |place: usize| (NodeId((place / parts) as u16), NodeId((place % parts) as u16));
        let cut = self.wire.links.iter().enumerate().filter(|(_, link)| link.cut).map(|(place, _)| ends(place));
        let links: Vec<(NodeId, NodeId)> = cut.collect();
        if links != self.topology.told {
            self.tell(&Happening::Cuts { links: &links });
            self.topology.told = links;
        }
    }

    /// Who runs, and who reaches a majority both ways; a leader that lost it, or has it again, opens or ends a failover.
    fn connect(&mut self) {
        for (i, node) in self.nodes.iter().enumerate() {
            self.topology.running[i] = node.power == Power::Running || self.topology.hiccup[i];
            self.topology.up[i] = node.power != Power::Down;
        }
        let leader = self.reigns.leader();
        let running = self.topology.running.iter().filter(|running| **running).count();
        // Without cuts and services everybody reaches all that run: the usual case has short code of its own.
        let alike = !self.wire.any_cut && self.hosts.is_empty();
        for i in 0..self.nodes.len() {
            let enough = if alike { 2 * running > self.nodes.len() } else { self.reaches_enough(i) };
            let running = self.topology.running[i];
            let connected = running && enough;
            let was = std::mem::replace(&mut self.topology.quorum_connected[i], connected);
            // Only what happened to links: a crash or a pause of the leader itself has a cause of its own.
            if leader == Some(i) && running && was != connected {
                let (now, node) = (self.wire.now, NodeId(i as u16));
                if connected {
                    self.reigns.failovers.condition_ended(now, node);
                } else {
                    self.reigns.failovers.lost(now, node, Cause::Cut);
                }
            }
        }
    }

    /// Whether this member reaches, both ways, a majority of those who run. Whoever stands on services needs most of them
    /// instead, and no other member.
    #[inline(never)]
    fn reaches_enough(&self, i: usize) -> bool {
        let (members, services) = (self.nodes.len(), self.hosts.len());
        let open = |a: usize, b: usize| !self.wire.links[a * self.wire.parts + b].cut;
        let both_ways = |other: usize| open(i, other) && open(other, i);
        if services == 0 {
            let reached = |&j: &usize| j == i || (self.topology.running[j] && both_ways(j));
            2 * (0..members).filter(reached).count() > members
        } else {
            let served = |host: &&Host<A>| host.works(self.wire.now) && both_ways(host.id.index());
            2 * self.hosts.iter().filter(served).count() > services
        }
    }

    /// Is anything wrong?
    fn weigh(&mut self) {
        let topology = &mut self.topology;
        let up = topology.up.iter().filter(|up| **up).count();
        let nodes_right = self.nodes.iter().zip(&topology.usual_rates).zip(&topology.hiccup).all(|((node, rate), hiccup)| {
            let stands_still = node.power == Power::Paused && !hiccup;
            !stands_still && node.disk.troubles.is_empty() && node.clock.rate() == *rate
        });
        let now = self.wire.now;
        let services_right = self.hosts.iter().all(|host| host.works(now) && host.clock.rate() == Ratio::ONE);
        let needed = if self.hosts.is_empty() { self.nodes.len() / 2 + 1 } else { 1 };
        topology.calm = nodes_right
            && services_right
            && !topology.partitioned
            && topology.cuts.is_empty()
            && topology.flaps.is_empty()
            && topology.degradations.is_empty()
            && up >= needed;
        if self.wire.now > Time::ZERO {
            topology.disturbed_at = self.wire.now;
            topology.ever_disturbed = true;
        }
    }

    /// Mends all links, but for those between this core (and all services) and the other members.
    pub(super) fn heal_core(&mut self, core: &[NodeId]) {
        self.heal();
        let count = self.nodes.len();
        let members: Vec<bool> = (0..count).map(|i| core.contains(&NodeId(i as u16))).collect();
        let services = self.hosts.iter().map(|host| host.id);
        let inside: Vec<NodeId> = (0..count).filter(|&i| members[i]).map(|i| NodeId(i as u16)).chain(services).collect();
        let outside = (0..count).filter(|&i| !members[i]).map(|i| NodeId(i as u16));
        let mut pairs: Vec<(NodeId, NodeId)> = outside.flat_map(|a| inside.iter().flat_map(move |&b| [(a, b), (b, a)])).collect();
        pairs.sort_unstable();
        if !pairs.is_empty() {
            self.cut(&pairs);
        }
        self.topology.core = Some(Core { members, cuts: self.topology.cuts.len() });
    }

    /// Whether nothing is wrong with the core, where one was healed; and for whom liveness is judged.
    pub(super) fn weigh_core(&mut self) -> bool {
        let topology = &mut self.topology;
        topology.judged.copy_from_slice(&topology.up);
        let Some(core) = &topology.core else { return false };
        let now = self.wire.now;
        let inside = || core.members.iter().enumerate().filter(|(_, inside)| **inside).map(|(i, _)| i);
        let right = inside().all(|i| {
            let (node, stands_still) = (&self.nodes[i], self.nodes[i].power == Power::Paused && !topology.hiccup[i]);
            !stands_still && node.disk.troubles.is_empty() && node.clock.rate() == topology.usual_rates[i]
        });
        let services_right = self.hosts.iter().all(|host| host.works(now) && host.clock.rate() == Ratio::ONE);
        let needed = if self.hosts.is_empty() { self.nodes.len() / 2 + 1 } else { 1 };
        let links_right = topology.cuts.len() == core.cuts
            && !topology.partitioned
            && topology.flaps.is_empty()
            && topology.degradations.is_empty();
        let right = right && services_right && links_right && inside().filter(|&i| topology.up[i]).count() >= needed;
        if right {
            topology.judged.iter_mut().zip(&core.members).for_each(|(judged, inside)| *judged &= inside);
        }
        right
    }

    pub(super) fn cut(&mut self, pairs: &[(NodeId, NodeId)]) {
        for &(from, to) in pairs {
            self.topology.cuts.push((from, to));
            self.hold_down(&[(from, to)], true);
        }
        self.wire.broken.links = true;
    }

    pub(super) fn hold_down(&mut self, pairs: &[(NodeId, NodeId)], down: bool) {
        for &(from, to) in pairs {
            let link = self.wire.link(from, to);
            if down {
                link.held_down += 1
            } else {
                link.held_down -= 1
            }
            link.classify();
        }
    }

    /// Lays the degradations in force over the settings of these links, oldest first.
    pub(super) fn settle_links(&mut self, pairs: &[(NodeId, NodeId)]) {
        for &(from, to) in pairs {
            let in_force = self.topology.degradations.iter().filter(|d| d.pairs.binary_search(&(from, to)).is_ok());
            let place = from.index() * self.wire.parts + to.index();
            self.wire.links[place].set(&self.topology.base[place], in_force.map(|d| &d.patch));
        }
    }

    pub(super) fn restore_links(&mut self, number: u32) {
        let degradations = &mut self.topology.degradations;
        if let Some(place) = degradations.iter().position(|d| d.number == number) {
            let ended = degradations.remove(place);
            self.settle_links(&ended.pairs);
            self.script.spare.push(ended.pairs);
            self.world_changed();
        }
    }

    /// A flap turns over, or has lasted long enough.
    pub(super) fn flap(&mut self, number: u32) {
        let now = self.wire.now;
        let Some(place) = self.topology.flaps.iter().position(|f| f.number == number) else { return };
        let pairs = std::mem::take(&mut self.topology.flaps[place].pairs);
        self.take_in_acknowledgements_between(&pairs);
        let flap = &mut self.topology.flaps[place];
        if now >= flap.until {
            let was_down = self.topology.flaps.remove(place).is_down;
            if was_down {
                self.hold_down(&pairs, false);
            }
            self.doubt_acknowledgements_between(&pairs);
            self.script.spare.push(pairs);
        } else {
            flap.is_down = !flap.is_down;
            let lasts = if flap.is_down { flap.stream.span(&flap.down) } else { flap.stream.span(&flap.up) };
            // At least a nanosecond, or a flap of zero length would never get anywhere.
            let turns = (now + crate::time::Span(lasts.0.max(1))).min(flap.until);
            let is_down = flap.is_down;
            self.wire.queue.schedule(turns, super::Job::Flap(number));
            self.hold_down(&pairs, is_down);
            self.doubt_acknowledgements_between(&pairs);
            self.topology.flaps[place].pairs = pairs;
        }
        self.wire.broken.links = true;
        self.world_changed();
    }

    /// Ends everything that is wrong with links, and nothing else.
    pub(super) fn heal(&mut self) {
        self.topology.core = None;
        self.topology.partitioned = false;
        self.topology.cuts.clear();
        self.script.spare.extend(self.topology.flaps.drain(..).map(|flap| flap.pairs));
        let mut degraded = std::mem::take(&mut self.topology.degradations);
        for link in &mut self.wire.links {
            link.parted = false;
            link.held_down = 0;
            link.classify();
        }
        for degradation in degraded.drain(..) {
            self.settle_links(&degradation.pairs);
            self.script.spare.push(degradation.pairs);
        }
        self.topology.degradations = degraded;
    }
}
