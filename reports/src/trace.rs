//! Every event of a run as one JSON line. Points in time are absolute true time; nodes are numbered from 1.

use std::fmt::Debug;

use serde::Serialize;
use sim::observer::{Dropped, Happening, NodeEvent};
use sim::{NodeId, Observation, Time};

#[derive(Serialize)]
struct Line<'a> {
    at_ns: u64,
    #[serde(flatten)]
    what: What<'a>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum What<'a> {
    Sent { from: u32, to: u32, kind: &'a str, message: String },
    Delivered { from: u32, to: u32, kind: &'a str, message: String },
    Dropped { from: u32, to: u32, kind: &'a str, why: &'static str },
    Timer { node: u32, timer: String },
    Synced { node: u32, writes: u64 },
    Observed { node: u32, was: Mind, is: Mind },
    Link { node: u32, peer: u32, up: bool },
    Fault { name: &'a str, text: &'a str },
    Cuts { links: Vec<[u32; 2]> },
    Node { node: u32, what: &'static str },
    Proposed { node: u32, item: u64 },
    Acknowledged { node: u32, item: u64 },
    Applied { node: u32, item: u64, operation: &'static str, token: Option<u64>, accepted: bool },
    Granted { node: u32, name: &'a str, holder: u32, token: Option<u64> },
    TenureBegan { node: u32, epoch: String },
    TenureEnded { node: u32, epoch: String },
    Violated { invariant: &'a str, nodes: Vec<u32>, saw: &'a str },
}

/// What a node shows of itself.
#[derive(Serialize)]
struct Mind {
    role: &'static str,
    epoch: String,
    leader: Option<u32>,
    authority: String,
    token: Option<u64>,
    committed: u64,
}

/// The line, without its end.
pub fn line(at: Time, happening: &Happening<'_>) -> String {
    serde_json::to_string(&Line { at_ns: at.0, what: what(happening) }).expect("integers and text always fit JSON")
}

fn what<'a>(happening: &Happening<'a>) -> What<'a> {
    match *happening {
        Happening::Sent { from, to, kind, message } => {
            What::Sent { from: number(from), to: number(to), kind, message: debug(message) }
        }
        Happening::Delivered { from, to, kind, message } => {
            What::Delivered { from: number(from), to: number(to), kind, message: debug(message) }
        }
        Happening::Dropped { from, to, kind, why } => {
            What::Dropped { from: number(from), to: number(to), kind, why: dropped(why) }
        }
        Happening::TimerFired { node, timer } => What::Timer { node: number(node), timer: debug(timer) },
        Happening::Synced { node, writes } => What::Synced { node: number(node), writes },
        Happening::Observed { node, was, is } => What::Observed { node: number(node), was: Mind::of(was), is: Mind::of(is) },
        Happening::Link { node, peer, up } => What::Link { node: number(node), peer: number(peer), up },
        Happening::Fault { event, text } => What::Fault { name: event, text },
        Happening::Cuts { links } => What::Cuts { links: links.iter().map(|&(from, to)| [number(from), number(to)]).collect() },
        Happening::Node { node, event } => What::Node { node: number(node), what: node_event(event) },
        Happening::Proposed { node, item } => What::Proposed { node: number(node), item: item.0 },
        Happening::Acknowledged { node, item } => What::Acknowledged { node: number(node), item: item.0 },
        Happening::Granted { service, name, grant } => {
            What::Granted { node: number(service), name, holder: number(grant.holder), token: grant.token }
        }
        Happening::Applied { node, item, operation, token, accepted } => {
            What::Applied { node: number(node), item: item.0, operation: operation.name(), token, accepted }
        }
        Happening::TenureBegan { node, epoch } => What::TenureBegan { node: number(node), epoch: epoch.to_string() },
        Happening::TenureEnded { node, epoch } => What::TenureEnded { node: number(node), epoch: epoch.to_string() },
        Happening::Violated { invariant, nodes, saw } => {
            What::Violated { invariant, nodes: nodes.iter().copied().map(number).collect(), saw }
        }
    }
}

impl Mind {
    fn of(observation: &Observation) -> Mind {
        Mind {
            role: observation.role().name(),
            epoch: observation.epoch().to_string(),
            leader: observation.leader().map(number),
            authority: debug(&observation.authority()),
            token: observation.token(),
            committed: observation.committed(),
        }
    }
}

fn number(node: NodeId) -> u32 {
    u32::from(node.0) + 1
}

fn debug(value: &dyn Debug) -> String {
    format!("{value:?}")
}

const fn dropped(why: Dropped) -> &'static str {
    match why {
        Dropped::CutWhenSent => "cut-when-sent",
        Dropped::CutOnArrival => "cut-on-arrival",
        Dropped::Lost => "lost",
        Dropped::ReceiverDown => "receiver-down",
        Dropped::SessionDown => "session-down",
        Dropped::StaleSession => "stale-session",
    }
}

const fn node_event(event: NodeEvent) -> &'static str {
    match event {
        NodeEvent::Crashed => "crashed",
        NodeEvent::Wiped => "wiped",
        NodeEvent::Restarted => "restarted",
        NodeEvent::Paused => "paused",
        NodeEvent::Suspended => "suspended",
        NodeEvent::Resumed => "resumed",
        NodeEvent::DiskStalled => "disk-stalled",
        NodeEvent::DiskSlowed => "disk-slowed",
        NodeEvent::DiskRestored => "disk-restored",
        NodeEvent::ClockChanged => "clock-changed",
        NodeEvent::OutOfService => "out-of-service",
        NodeEvent::BackInService => "back-in-service",
        NodeEvent::LeaderChanged => "leader-changed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_with_its_time_first() {
        let sent = Happening::Sent { from: NodeId(0), to: NodeId(4), kind: "RequestVote", message: &"a \"quoted\" word" };
        assert_eq!(
            line(Time(7), &sent),
            r#"{"at_ns":7,"event":"sent","from":1,"to":5,"kind":"RequestVote","message":"\"a \\\"quoted\\\" word\""}"#
        );
    }
}
