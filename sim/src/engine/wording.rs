//! Faults in words, for the live log: only when somebody watches.

use crate::algorithm::NodeId;
use crate::engine::targets::EVERYWHERE;
use crate::fault::{Fault, Shape};

/// `places` are those of a partition into groups. `crash n2`, `partition n1 | n2 n3 n4 n5`, `one-way cut n1 → n2`.
pub fn in_words(fault: &Fault, meant: &[NodeId], places: &[usize], members: u16, parts: &[&str]) -> String {
    let list = |nodes: &mut dyn Iterator<Item = NodeId>| {
        let words: Vec<String> = nodes.map(|n| in_a_word(n, members, parts)).collect();
        words.join(" ")
    };
    let who = list(&mut meant.iter().copied());
    let sides = |both: bool| if both { "" } else { "one-way " };
    match fault {
        Fault::Partition(Shape::Groups(_)) => {
            let mut groups: Vec<usize> = places.iter().copied().filter(|place| *place != EVERYWHERE).collect();
            groups.sort_unstable();
            groups.dedup();
            let stand = |group: usize| (0u16..).map(NodeId).zip(places).filter(move |(_, place)| **place == group);
            let sides = groups.into_iter().map(|group| list(&mut stand(group).map(|(node, _)| node)));
            format!("partition {}", sides.collect::<Vec<_>>().join(" | "))
        }
        Fault::Partition(Shape::Bridge(_)) => format!("partition with bridge {who}"),
        Fault::Partition(Shape::Star(_)) => format!("partition: star around {who}"),
        Fault::Partition(Shape::Ring) => String::from("partition: ring"),
        Fault::Partition(Shape::Chain(_)) => format!("partition: chain {who}"),
        Fault::Cut { both, .. } => format!("{}cut from {who}", sides(*both)),
        Fault::Flap { both, lasting, .. } => format!("{}flapping links from {who} for {lasting}", sides(*both)),
        Fault::Degrade { both, lasting, .. } => format!("{}degraded links from {who} for {lasting}", sides(*both)),
        Fault::Heal => String::from("heal all links"),
        Fault::HealCore(_) => format!("heal the links of {who}, the others stay cut off"),
        Fault::Crash(_) => format!("crash {who}"),
        Fault::Restart(_) => format!("restart {who}"),
        Fault::Wipe(_) => format!("crash {who} and wipe its disk"),
        Fault::Pause { lasting, .. } => format!("pause {who}{}", for_a_while(*lasting)),
        Fault::Suspend { lasting, .. } => format!("suspend {who}{}", for_a_while(*lasting)),
        Fault::Resume(_) => format!("resume {who}"),
        Fault::StallDisk { lasting, .. } => format!("stall the disk of {who} for {lasting}"),
        Fault::SlowDisk { lasting, .. } => format!("slow the disk of {who} for {lasting}"),
        Fault::ClockRate { rate, .. } => format!("clock of {who} at rate {rate}"),
        Fault::ClockJump { by, .. } => format!("wall clock of {who} jumps by {}ms", by / 1_000_000),
        Fault::Outage { lasting, .. } => format!("outage of {who} for {lasting}"),
        Fault::ServiceLeaderChange(_) => format!("another replica leads {who}"),
        Fault::Transfer { .. } => format!("transfer leadership to {who}"),
    }
}

/// A member by its number, another part by its name.
fn in_a_word(node: NodeId, members: u16, parts: &[&str]) -> String {
    match node.0.checked_sub(members).and_then(|part| parts.get(usize::from(part))) {
        Some(part) => String::from(*part),
        None => node.to_string(),
    }
}

fn for_a_while(lasting: Option<crate::time::Span>) -> String {
    lasting.map_or_else(String::new, |span| format!(" for {span}"))
}
