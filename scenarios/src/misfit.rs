//! Whether an algorithm can play a scenario at all: what its events are aimed at must be there, and what they order must mean
//! something to it.

use sim::fault::{Fault, Shape, Target};
use sim::{Player, Setup, Value};

/// Why this algorithm cannot play this scenario; `None`: it can.
pub fn misfit(setup: &Setup, player: &dyn Player, settings: &[(String, Value)]) -> Option<String> {
    let name = player.name();
    let services = player.services(settings);
    for target in targets(setup) {
        match target {
            Target::Services if services.is_empty() => {
                return Some(format!("it is about services, and {name} stands on its members alone"));
            }
            Target::Part(part) if part != "resource" && !services.contains(&part.as_str()) => {
                return Some(format!("it names `{part}`, a service that {name} does not bring along"));
            }
            _ => {}
        }
    }
    let drawn = setup.swarm.iter().flat_map(|swarm| &swarm.families).any(|family| family.is_of_services());
    if drawn && services.is_empty() {
        return Some(format!("its random faults are of services too, and {name} stands on its members alone"));
    }
    let orders = setup.script.iter().any(|event| matches!(event.fault, Fault::Transfer { .. }));
    if orders && !player.hands_over() {
        return Some(format!("it orders a transfer of leadership, which {name} does not know"));
    }
    if setup.first_leader.is_some() && !player.campaigns() {
        return Some(format!("it begins with a given leader, and nobody can make a member of {name} campaign"));
    }
    None
}

/// Everything that links and faults are aimed at.
fn targets(setup: &Setup) -> Vec<&Target> {
    let mut all: Vec<&Target> = setup.links.iter().flat_map(|link| [&link.from, &link.to]).collect();
    for event in &setup.script {
        match &event.fault {
            Fault::Partition(Shape::Groups(groups)) => all.extend(groups.iter().flatten()),
            Fault::Partition(Shape::Bridge(one) | Shape::Star(one)) | Fault::Transfer { to: one } => all.push(one),
            Fault::Partition(Shape::Chain(who))
            | Fault::Crash(who)
            | Fault::Restart(who)
            | Fault::Wipe(who)
            | Fault::Resume(who)
            | Fault::HealCore(who)
            | Fault::ServiceLeaderChange(who)
            | Fault::Pause { who, .. }
            | Fault::Suspend { who, .. }
            | Fault::StallDisk { who, .. }
            | Fault::SlowDisk { who, .. }
            | Fault::ClockRate { who, .. }
            | Fault::ClockJump { who, .. }
            | Fault::Outage { who, .. } => all.extend(who),
            Fault::Cut { from, to, .. } | Fault::Flap { from, to, .. } | Fault::Degrade { from, to, .. } => {
                all.extend(from.iter().chain(to));
            }
            Fault::Partition(Shape::Ring) | Fault::Heal => {}
        }
    }
    all
}
