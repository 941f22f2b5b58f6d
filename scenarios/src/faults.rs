//! What an event of the script does: one fault, by its key.

use sim::Span;
use sim::fault::{ClockDuring, Fault, Shape, Target};
use sim::{Delay, LinkPatch};

use crate::diagnostic::Diagnostic;
use crate::document::{Data, Entry, Node};
use crate::keys;
use crate::lowering::{Fields, Lowering};
use crate::targets::Whom;

/// Links that flap faster than this cost more events than the algorithm does.
const FASTEST_FLAP: Span = Span::micros(100);

/// Both sides of a fault of links.
struct Sides {
    from: Vec<Target>,
    to: Vec<Target>,
    both: bool,
}

impl Lowering<'_> {
    pub fn fault(&mut self, entry: &Entry) -> Option<Fault> {
        let node = &entry.node;
        let (nodes, processes) = (Whom::Nodes, Whom::Processes);
        match entry.key.as_str() {
            "partition" => self.shape(entry).map(Fault::Partition),
            "cut" => {
                let fields = self.fields(node, entry.key_place, &keys::CUT)?;
                let Sides { from, to, both } = self.sides(&fields)?;
                Some(Fault::Cut { from, to, both })
            }
            "flap" => self.flap(entry),
            "degrade" => self.degrade(entry),
            "heal" if matches!(node.data, Data::Text(_) | Data::List(_)) => self.targets(node, Whom::Nodes).map(Fault::HealCore),
            "heal" => match self.switch(node)? {
                true => Some(Fault::Heal),
                false => {
                    self.complain(
                        Diagnostic::error(node.place, "an event that does not heal does nothing").help("write heal = true"),
                    );
                    None
                }
            },
            "crash" => self.targets(node, Whom::Stoppable).map(Fault::Crash),
            "restart" => self.targets(node, Whom::Stoppable).map(Fault::Restart),
            "wipe" => self.targets(node, processes).map(Fault::Wipe),
            "resume" => self.targets(node, processes).map(Fault::Resume),
            "pause" => match node.data {
                Data::Table(_) => {
                    let fields = self.fields(node, entry.key_place, &keys::PAUSE)?;
                    let (who, lasting) = self.who_for(&fields, processes)?;
                    Some(Fault::Pause { who, lasting })
                }
                _ => self.targets(node, processes).map(|who| Fault::Pause { who, lasting: None }),
            },
            "suspend" => self.suspend(entry),
            "stall-disk" => self.stall_disk(entry),
            "slow-disk" => {
                let fields = self.fields(node, entry.key_place, &keys::SLOW_DISK)?;
                let latency = fields.get("latency").and_then(|node| self.delay(node));
                let (who, lasting) = self.who_for(&fields, Whom::Nodes)?;
                Some(Fault::SlowDisk { who, latency: latency?, lasting: lasting? })
            }
            "clock-rate" => {
                let fields = self.fields(node, entry.key_place, &keys::CLOCK_RATE)?;
                let who = fields.get("who").and_then(|node| self.targets(node, processes));
                let rate = fields.get("rate").and_then(|node| self.rate(node));
                Some(Fault::ClockRate { who: who?, rate: rate? })
            }
            "clock-jump" => {
                let fields = self.fields(node, entry.key_place, &keys::CLOCK_JUMP)?;
                let who = fields.get("who").and_then(|node| self.targets(node, processes));
                let by = fields.get("by").and_then(|node| self.signed_span(node));
                Some(Fault::ClockJump { who: who?, by: by? })
            }
            "outage" => {
                let fields = self.fields(node, entry.key_place, &keys::OUTAGE)?;
                let (who, lasting) = self.who_for(&fields, Whom::Services)?;
                Some(Fault::Outage { who, lasting: lasting? })
            }
            "service-leader-change" => self.targets(node, Whom::Services).map(Fault::ServiceLeaderChange),
            "transfer" => self.target(node, nodes).map(|to| Fault::Transfer { to }),
            other => unreachable!("`{other}` is in the table of faults, and has no lowering"),
        }
    }

    /// Whom, and for how long.
    fn who_for(&mut self, fields: &Fields<'_>, whom: Whom) -> Option<(Vec<Target>, Option<Span>)> {
        let who = fields.get("who").and_then(|node| self.targets(node, whom));
        let lasting = match fields.get("for") {
            Some(node) => Some(self.some_time(node, Span::nanos(1))?),
            None => None,
        };
        Some((who?, lasting))
    }

    fn sides(&mut self, fields: &Fields<'_>) -> Option<Sides> {
        let from = fields.get("from").and_then(|node| self.targets(node, Whom::Ends));
        let to = fields.get("to").and_then(|node| self.targets(node, Whom::Ends));
        let both = match fields.get("both") {
            Some(node) => self.switch(node)?,
            None => false,
        };
        let (from, to) = (from?, to?);
        let alone = |target: &Target| matches!(target, Target::Member(_) | Target::Leader | Target::Part(_) | Target::Named(_));
        if from.len() == 1 && from == to && alone(&from[0]) {
            let complaint = Diagnostic::error(fields.place, "both sides are the same");
            self.complain(complaint.help("for everything else than a node, write to = \"all\""));
            return None;
        }
        Some(Sides { from, to, both })
    }

    fn flap(&mut self, entry: &Entry) -> Option<Fault> {
        let fields = self.fields(&entry.node, entry.key_place, &keys::FLAP)?;
        let sides = self.sides(&fields);
        let down: Option<Delay> = fields.get("down").and_then(|node| self.repeating(node, FASTEST_FLAP));
        let up = fields.get("up").and_then(|node| self.repeating(node, FASTEST_FLAP));
        let lasting = fields.get("for").and_then(|node| self.some_time(node, Span::nanos(1)));
        let Sides { from, to, both } = sides?;
        Some(Fault::Flap { from, to, both, down: down?, up: up?, lasting: lasting? })
    }

    fn degrade(&mut self, entry: &Entry) -> Option<Fault> {
        let fields = self.fields(&entry.node, entry.key_place, &keys::DEGRADE)?;
        let sides = self.sides(&fields);
        let lasting = fields.get("for").and_then(|node| self.some_time(node, Span::nanos(1)));
        let before = self.complaints.len();
        let patch = self.patch(&fields);
        if patch == LinkPatch::default() {
            if self.complaints.len() == before {
                let complaint = Diagnostic::error(entry.key_place, "nothing gets worse here");
                self.complain(complaint.help("add a setting of links, such as loss = \"1/5\" or delay = \"200ms\""));
            }
            return None;
        }
        let Sides { from, to, both } = sides?;
        Some(Fault::Degrade { from, to, both, patch, lasting: lasting? })
    }

    fn suspend(&mut self, entry: &Entry) -> Option<Fault> {
        let Data::Table(_) = entry.node.data else {
            let who = self.targets(&entry.node, Whom::Processes)?;
            return Some(Fault::Suspend { who, lasting: None, clock: ClockDuring::Stops });
        };
        let fields = self.fields(&entry.node, entry.key_place, &keys::SUSPEND)?;
        let clock = match fields.get("clock") {
            Some(node) => match self.choice(node, &["runs", "stops"])? {
                "runs" => ClockDuring::Runs,
                _ => ClockDuring::Stops,
            },
            None => ClockDuring::Stops,
        };
        let (who, lasting) = self.who_for(&fields, Whom::Processes)?;
        Some(Fault::Suspend { who, lasting, clock })
    }

    fn stall_disk(&mut self, entry: &Entry) -> Option<Fault> {
        let fields = self.fields(&entry.node, entry.key_place, &keys::STALL_DISK)?;
        let (who, lasting) = self.who_for(&fields, Whom::Nodes)?;
        Some(Fault::StallDisk { who, lasting: lasting? })
    }

    fn shape(&mut self, entry: &Entry) -> Option<Shape> {
        match &entry.node.data {
            Data::List(_) => self.groups(&entry.node).map(Shape::Groups),
            Data::Text(_) => self.choice(&entry.node, &["ring"]).map(|_| Shape::Ring),
            _ => {
                let fields = self.fields(&entry.node, entry.key_place, &keys::SHAPE)?;
                let [only] = fields.entries() else {
                    let complaint = Diagnostic::error(entry.node.place, "a partition has exactly one shape");
                    self.complain(complaint.help("write one of groups, bridge, ring, chain, star"));
                    return None;
                };
                match only.key.as_str() {
                    "groups" => self.groups(&only.node).map(Shape::Groups),
                    "bridge" => self.target(&only.node, Whom::Nodes).map(Shape::Bridge),
                    "star" => self.target(&only.node, Whom::Nodes).map(Shape::Star),
                    "chain" => self.targets(&only.node, Whom::Nodes).map(Shape::Chain),
                    "ring" => self.switch(&only.node).map(|_| Shape::Ring),
                    // Complained about already.
                    _ => None,
                }
            }
        }
    }

    fn groups(&mut self, node: &Node) -> Option<Vec<Vec<Target>>> {
        let nodes = self.list(node, "groups")?;
        if nodes.is_empty() {
            let complaint = Diagnostic::error(node.place, "this partition has no groups");
            self.complain(complaint.help("for example [[\"leader\"], [\"others\"]]"));
            return None;
        }
        let groups = self.groups_of_targets(node)?;
        for (at, group) in groups.iter().enumerate() {
            for (before, other) in groups[..at].iter().enumerate() {
                if let Some(overlap) = overlap(group, other) {
                    let complaint = Diagnostic::error(nodes[at].place, format!("groups of a partition overlap: {overlap}"));
                    self.complain(
                        complaint
                            .label("this group")
                            .also(nodes[before].place, "and this one")
                            .help("every member stands in one group; members not listed form one more"),
                    );
                    return None;
                }
            }
        }
        Some(groups)
    }
}

/// What two groups have in common, as far as one can know before the run.
fn overlap(one: &[Target], two: &[Target]) -> Option<&'static str> {
    let with_leader = |t: &Target| matches!(t, Target::Leader | Target::QuorumWithLeader | Target::MinorityWithLeader);
    let drawn = |t: &Target| matches!(t, Target::Follower | Target::Random);
    if one.iter().chain(two).any(|target| *target == Target::All) {
        return Some("all leaves nobody for another group");
    }
    if one.iter().any(|target| !drawn(target) && two.contains(target)) {
        return Some("one target stands in both");
    }
    if one.iter().any(with_leader) && two.iter().any(with_leader) {
        return Some("the leader is in both");
    }
    None
}
