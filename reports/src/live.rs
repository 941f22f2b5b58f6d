//! The live log: what the nodes think, one column a node, one line a change, faults across all columns as they happen.
//! Heartbeats and other messages are not shown. Where there are more nodes than columns fit, a line names the nodes.

use std::collections::BTreeSet;

use sim::observer::{Happening, NodeEvent, Observer};
use sim::{Epoch, NodeId, Role, Time};

use crate::bounded::Lines;
use crate::column::{Mind, Node, State};
use crate::paint::Paint;
use crate::words;

/// Width of a line, and of the time at its left.
const WIDTH: usize = 100;
const TIME_WIDTH: usize = 13;
/// A column narrower than this cannot hold `C 12 >n9`.
const NARROWEST: usize = 9;
const WIDEST: usize = 17;

pub struct Live {
    nodes: Vec<Node>,
    /// `None`: too many nodes for columns.
    column: Option<usize>,
    /// Nodes that something happened to, at this time; shown once the time moves on.
    pending: Vec<usize>,
    pending_at: Time,
    /// What the checkers found at this time: shown after what the nodes did.
    found: Vec<String>,
    /// Without columns: the line that goes on while the same happens to more nodes.
    group: Option<(Time, String, Paint, Vec<NodeId>)>,
    violated: BTreeSet<&'static str>,
    lines: Lines,
}

impl Live {
    /// A log for a cluster of so many members, with a column for each if they fit.
    pub fn new(nodes: u16) -> Live {
        let count = usize::from(nodes.max(1));
        let width = ((WIDTH - TIME_WIDTH) / count).min(WIDEST);
        let mind = Mind { role: Role::Follower, epoch: Epoch::default(), leader: None, acts: false };
        let node = Node { state: State::Runs, mind, shown: None, served: false, fenced: false, note: None };
        Live {
            nodes: vec![node; count],
            column: (width >= NARROWEST).then_some(width),
            pending: Vec::new(),
            pending_at: Time::ZERO,
            found: Vec::new(),
            group: None,
            violated: BTreeSet::new(),
            lines: Lines::default(),
        }
    }

    /// The log, with its legend.
    pub fn finish(mut self) -> String {
        self.flush();
        self.flush_group();
        let mut out = String::from("\n");
        let legend = "L leader, C candidate, P pre-candidate, f follower, with epoch and >whom it follows";
        out.push_str(&Paint::Dim.on(legend));
        out.push('\n');
        if let Some(width) = self.column {
            out.push_str(&Paint::Dim.on("| runs, # would act as leader, : stands still, blank is down"));
            out.push_str("\n\n");
            let names = (0..self.nodes.len()).map(|i| format!("{:<width$}", NodeId(i as u16).to_string()));
            let head = format!("{:>TIME_WIDTH$}{}", "time  ", names.collect::<String>());
            out.push_str(&Paint::Bold.on(head.trim_end()));
        }
        out.push('\n');
        self.lines.write(&mut out);
        out
    }

    /// Time has come to this; what was pending is written if that is later.
    fn now(&mut self, at: Time) {
        if at != self.pending_at {
            self.flush();
            self.pending_at = at;
        }
    }

    /// Something may have changed about this node: shown when the time moves on.
    fn touch(&mut self, at: Time, node: NodeId) -> Option<&mut Node> {
        self.now(at);
        let index = node.index();
        if index < self.nodes.len() && !self.pending.contains(&index) {
            self.pending.push(index);
        }
        self.nodes.get_mut(index)
    }

    /// Writes what is pending, if it says anything new.
    fn flush(&mut self) {
        let mut touched = std::mem::take(&mut self.pending);
        touched.retain(|&i| self.nodes[i].news());
        touched.sort_unstable();
        if !touched.is_empty() {
            match self.column {
                Some(width) => self.row(width, &touched),
                None => touched.iter().for_each(|&i| self.join_group(i)),
            }
        }
        for i in touched {
            let node = &mut self.nodes[i];
            node.shown = Some((node.state, node.mind));
            node.note = None;
        }
        for found in std::mem::take(&mut self.found) {
            self.flush_group();
            self.lines.push(time(self.pending_at) + &Paint::Bad.on(&found));
        }
    }

    fn row(&mut self, width: usize, touched: &[usize]) {
        let mut line = time(self.pending_at);
        let mut owed = 0;
        for (i, node) in self.nodes.iter().enumerate() {
            line.push_str(&" ".repeat(owed));
            let (text, paint) = if touched.contains(&i) { node.cell(width - 1) } else { (node.mark().to_owned(), Paint::Dim) };
            owed = width - text.chars().count();
            line.push_str(&paint.on(&text));
        }
        self.lines.push(line.trim_end().to_owned());
    }

    fn join_group(&mut self, index: usize) {
        let (text, paint) = self.nodes[index].cell(WIDTH);
        let node = NodeId(index as u16);
        match &mut self.group {
            Some((_, words, _, nodes)) if *words == text => nodes.push(node),
            _ => {
                self.flush_group();
                self.group = Some((self.pending_at, text, paint, vec![node]));
            }
        }
    }

    fn flush_group(&mut self) {
        if let Some((at, text, paint, nodes)) = self.group.take() {
            let who = if nodes.len() > 1 { format!(" ({} nodes)", nodes.len()) } else { String::new() };
            self.lines.push(format!("{}{}  {}{who}", time(at), paint.on(&text), words::node_ranges(&nodes)));
        }
    }

    /// A line across all columns, before what it does to the nodes at that time (whichever is told first).
    fn fault(&mut self, at: Time, text: &str) {
        self.now(at);
        self.flush_group();
        self.lines.push(time(at) + &Paint::Noted.on(text));
    }

    fn node_event(&mut self, at: Time, node: NodeId, event: NodeEvent) {
        let Some(node) = self.touch(at, node) else { return };
        let (state, note) = match event {
            NodeEvent::Crashed => (State::Down, "crashed"),
            NodeEvent::Wiped => (State::Down, "wiped"),
            NodeEvent::Restarted => (State::Runs, "started"),
            NodeEvent::Paused => (State::Still, "paused"),
            NodeEvent::Suspended => (State::Still, "suspended"),
            NodeEvent::Resumed => (State::Runs, "resumed"),
            NodeEvent::DiskStalled => (node.state, "disk stalls"),
            NodeEvent::DiskSlowed => (node.state, "disk slow"),
            NodeEvent::DiskRestored => (node.state, "disk well"),
            NodeEvent::ClockChanged => (node.state, "clock"),
            // Of services, which have no column: the fault that did it is told.
            NodeEvent::OutOfService | NodeEvent::BackInService | NodeEvent::LeaderChanged => return,
        };
        node.state = state;
        node.note = Some(note);
    }
}

impl Observer for Live {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        match *what {
            Happening::Observed { node, is, .. } => {
                if let Some(node) = self.touch(at, node) {
                    node.observe(is);
                }
            }
            Happening::TenureBegan { node, .. } | Happening::TenureEnded { node, .. } => {
                let acts = matches!(what, Happening::TenureBegan { .. });
                if let Some(node) = self.touch(at, node) {
                    node.mind.acts = acts;
                    (node.served, node.fenced) = (false, false);
                }
            }
            Happening::Acknowledged { node, .. } if self.nodes.get(node.index()).is_some_and(|n| n.mind.acts && !n.served) => {
                if let Some(node) = self.touch(at, node) {
                    node.served = true;
                    node.note = Some("serves");
                }
            }
            Happening::Applied { node, accepted: false, .. } if self.nodes.get(node.index()).is_some_and(|n| !n.fenced) => {
                if let Some(node) = self.touch(at, node) {
                    node.fenced = true;
                    node.note = Some("fenced off");
                }
            }
            Happening::Fault { event, text } => self.fault(at, &format!("~~ {event}: {text}")),
            Happening::Granted { name, grant, .. } => {
                let token = grant.token.map_or(String::new(), |token| format!(", token {token}"));
                self.fault(at, &format!("-- {name} grants to {}{token}", grant.holder));
            }
            Happening::Node { node, event } => self.node_event(at, node, event),
            Happening::Violated { invariant, nodes, saw } if self.violated.insert(invariant) => {
                let who = if nodes.is_empty() { String::new() } else { format!(" by {}", words::nodes(nodes)) };
                self.now(at);
                self.found.push(format!("!! {invariant} violated{who}: {saw}"));
            }
            _ => {}
        }
    }
}

fn time(at: Time) -> String {
    format!("{:>width$}  ", at.to_string(), width = TIME_WIDTH - 2)
}

#[cfg(test)]
mod tests {
    use sim::Observation;

    use super::*;

    fn seen(role: Role, epoch: u64, leader: Option<u16>) -> Observation {
        Observation::new(role, Epoch(epoch, 0)).with_leader(leader.map(NodeId))
    }

    /// What the log says of a leader that is cut off and replaced, in a cluster of so many.
    fn story(nodes: u16) -> String {
        let mut live = Live::new(nodes);
        let at = |millis: u64| Time(millis * 1_000_000);
        let nobody = seen(Role::Follower, 0, None);
        let mut tell = |millis: u64, happening: Happening<'_>| live.happened(at(millis), &happening);
        let changed = |node: u16, is: &Observation, tell: &mut dyn FnMut(u64, Happening<'_>), millis: u64| {
            tell(millis, Happening::Observed { node: NodeId(node), was: &nobody, is });
        };
        changed(0, &seen(Role::Candidate, 1, None), &mut tell, 100);
        changed(0, &seen(Role::Leader, 1, Some(0)), &mut tell, 110);
        tell(110, Happening::TenureBegan { node: NodeId(0), epoch: Epoch(1, 0) });
        for follower in 1..nodes {
            changed(follower, &seen(Role::Follower, 1, Some(0)), &mut tell, 112);
        }
        tell(115, Happening::Acknowledged { node: NodeId(0), item: sim::Item(1) });
        tell(120, Happening::Acknowledged { node: NodeId(0), item: sim::Item(2) });
        tell(500, Happening::Fault { event: "cut", text: "partition [n1] | [n2 n3]" });
        tell(600, Happening::Node { node: NodeId(2), event: NodeEvent::Crashed });
        changed(1, &seen(Role::Leader, 2, Some(1)), &mut tell, 700);
        tell(700, Happening::TenureBegan { node: NodeId(1), epoch: Epoch(2, 0) });
        tell(710, Happening::Violated { invariant: "belief-overlap", nodes: &[NodeId(0), NodeId(1)], saw: "both act" });
        tell(720, Happening::Violated { invariant: "belief-overlap", nodes: &[NodeId(0), NodeId(1)], saw: "again" });
        tell(800, Happening::TenureEnded { node: NodeId(0), epoch: Epoch(1, 0) });
        changed(0, &seen(Role::Follower, 2, Some(1)), &mut tell, 800);
        plain(&live.finish())
    }

    fn plain(text: &str) -> String {
        let mut out = String::new();
        let mut escape = false;
        for letter in text.chars() {
            match letter {
                '\x1b' => escape = true,
                'm' if escape => escape = false,
                _ if escape => {}
                _ => out.push(letter),
            }
        }
        out
    }

    #[test]
    fn every_node_has_a_column_and_faults_go_across() {
        let log = story(3);
        let told: Vec<&str> = log.lines().skip_while(|line| !line.contains("time")).collect();
        assert_eq!(
            told,
            [
                "       time  n1               n2               n3",
                "  0.100000s  C 1              |                |",
                "  0.110000s  L 1              |                |",
                "  0.112000s  #                f 1 >n1          f 1 >n1",
                "  0.115000s  L 1 serves       |                |",
                "  0.500000s  ~~ cut: partition [n1] | [n2 n3]",
                "  0.600000s  #                |                crashed",
                "  0.700000s  #                L 2",
                "  0.710000s  !! belief-overlap violated by n1, n2: both act",
                "  0.800000s  f 2 >n2          #",
            ]
        );
    }

    #[test]
    fn five_nodes_fit_a_hundred_columns_and_ninety_nine_become_a_list() {
        assert!(story(5).lines().all(|line| line.chars().count() <= WIDTH));
        let many = story(99);
        assert!(many.contains("  0.112000s  f 1 >n1  n2-n99 (98 nodes)\n"), "{many}");
        assert!(many.contains("  0.700000s  L 2  n2\n"), "{many}");
    }
}
