//! What single members start with: down or up, eligible or not, their clocks, disks, logs and settings.

use sim::setup::{MemberSetup, Setup};
use sim::{Entry as LogEntry, Epoch, Value};

use crate::diagnostic::Diagnostic;
use crate::document::{Data, Node};
use crate::keys;
use crate::lowering::{Fields, Lowering};
use crate::players::PerAlgorithm;

/// Entries that a member may start with; more would say nothing new.
const LONGEST_LOG: usize = 1_000;

impl Lowering<'_> {
    /// The keys of the scenario itself that set up members, then `[[node]]`, which goes before them.
    pub fn members_of(&mut self, scenario: &Fields<'_>, setup: &mut Setup, base: &PerAlgorithm<(String, Value)>) {
        if let Some(down) = scenario.get("down").and_then(|node| self.members(node)) {
            for member in down {
                setup_of(setup, member).down = true;
            }
        }
        if let Some(eligible) = scenario.get("eligible").and_then(|node| self.members(node)) {
            for member in (0..self.nodes).filter(|member| !eligible.contains(member)) {
                setup_of(setup, member).ineligible = true;
            }
        }
        if let Some(node) = scenario.get("logs") {
            self.logs(node, setup);
        }
        let mut seen = Vec::new();
        if let Some(entry) = scenario.entry("node") {
            for fields in self.tables(entry, &keys::NODE) {
                self.single(&fields, setup, base, &mut seen);
            }
            self.check_logs(setup, entry.key_place);
        }
        if let Some(node) = scenario.get("first-leader") {
            self.first_leader(node, setup);
        }
        setup.members.sort_by_key(|member| member.member);
    }

    fn logs(&mut self, node: &Node, setup: &mut Setup) {
        match &node.data {
            Data::List(_) => {
                let Some(log) = self.log(node) else { return };
                for member in 0..self.nodes {
                    setup_of(setup, member).log.clone_from(&log);
                }
            }
            _ => {
                if self.choice(node, &["equal", "distinct"]) == Some("distinct") {
                    for member in 0..self.nodes {
                        setup_of(setup, member).log = vec![entry_of(1); usize::from(member)];
                    }
                }
            }
        }
    }

    /// A log, as the epochs of its entries, which never fall.
    fn log(&mut self, node: &Node) -> Option<Vec<LogEntry>> {
        let nodes = self.list(node, "epochs, such as [1, 1, 2],")?;
        if nodes.len() > LONGEST_LOG {
            self.complain(Diagnostic::error(node.place, format!("a log of more than {LONGEST_LOG} entries says nothing new")));
            return None;
        }
        let epochs: Vec<Option<u64>> = nodes.iter().map(|node| self.count(node, 1, u64::from(u32::MAX))).collect();
        let epochs: Vec<u64> = epochs.into_iter().collect::<Option<_>>()?;
        if let Some(at) = epochs.windows(2).position(|pair| pair[0] > pair[1]) {
            let complaint = Diagnostic::error(nodes[at + 1].place, "epochs do not fall along a log");
            self.complain(complaint.label("less than the epoch before"));
            return None;
        }
        Some(epochs.into_iter().map(entry_of).collect())
    }

    fn single(&mut self, fields: &Fields<'_>, setup: &mut Setup, base: &PerAlgorithm<(String, Value)>, seen: &mut Vec<u16>) {
        let Some(member) = fields.get("id").and_then(|node| self.member(node)) else { return };
        if seen.contains(&member) {
            let complaint = Diagnostic::error(fields.place, format!("n{} has two [[node]] tables", member + 1));
            self.complain(complaint.help("write all of its settings into one"));
            return;
        }
        seen.push(member);
        let here = setup_of(setup, member);
        if let Some(rate) = fields.get("clock-rate").and_then(|node| self.rate(node)) {
            here.clock_rate = rate;
        }
        if let Some(offset) = fields.get("wall-offset").and_then(|node| self.signed_span(node)) {
            here.wall_offset = offset;
        }
        here.start_offset = fields.get("start-offset").and_then(|node| self.delay(node));
        here.disk = fields.get("disk").and_then(|node| self.delay(node));
        if let Some(down) = fields.get("down").and_then(|node| self.switch(node)) {
            here.down = down;
        }
        if let Some(ineligible) = fields.get("ineligible").and_then(|node| self.switch(node)) {
            here.ineligible = ineligible;
        }
        if let Some(log) = fields.get("log").and_then(|node| self.log(node)) {
            here.log = log;
        }
        if let Some(entry) = fields.entry("algorithm") {
            for (algorithm, values) in self.settings(entry, base) {
                here.settings.extend(values.into_iter().map(|(key, value)| (algorithm.clone(), key, value)));
            }
        }
    }

    /// Logs that no history can produce would be reported as the algorithm's fault: where two logs have an entry of one
    /// epoch at one position, they must be equal up to there.
    fn check_logs(&mut self, setup: &Setup, place: crate::diagnostic::Place) {
        for (at, one) in setup.members.iter().enumerate() {
            for two in &setup.members[..at] {
                let same = one.log.iter().zip(&two.log).rposition(|(a, b)| a.epoch == b.epoch);
                let Some(same) = same else { continue };
                if one.log[..same] != two.log[..same] {
                    let (one, two) = (one.member + 1, two.member + 1);
                    let title = format!("the logs of n{two} and n{one} agree at entry {} but not before it", same + 1);
                    let complaint = Diagnostic::error(place, title);
                    self.complain(complaint.help("no leader ever wrote such logs; give one of the entries another epoch"));
                    return;
                }
            }
        }
    }

    fn first_leader(&mut self, node: &Node, setup: &mut Setup) {
        let Some(member) = self.member(node) else { return };
        let state = setup.members.iter().find(|known| known.member == member);
        if state.is_some_and(|state| state.down || state.ineligible) {
            let complaint = Diagnostic::error(node.place, format!("n{} cannot be the first leader", member + 1));
            self.complain(complaint.label("down, or not eligible").help("name a member that is up and eligible"));
            return;
        }
        setup.first_leader = Some(member);
    }
}

/// An entry without work in it, as a no-op: work items are numbered by the run.
fn entry_of(epoch: u64) -> LogEntry {
    LogEntry { epoch: Epoch(epoch, 0), item: None }
}

/// The setup of this member, made if it has none yet.
fn setup_of(setup: &mut Setup, member: u16) -> &mut MemberSetup {
    let at = setup.members.iter().position(|known| known.member == member).unwrap_or_else(|| {
        setup.members.push(MemberSetup::of(member));
        setup.members.len() - 1
    });
    &mut setup.members[at]
}
