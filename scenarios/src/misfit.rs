//! Whether an algorithm can play a scenario at all: what its events are aimed at must be there, and what they order must mean
//! something to it.

use sim::fault::{Fault, Target};
use sim::{Player, Setup, Value};

use crate::shrink::faults;

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
fn targets(setup: &Setup) -> Vec<Target> {
    let mut all: Vec<Target> = setup.links.iter().flat_map(|link| [link.from.clone(), link.to.clone()]).collect();
    for event in &setup.script {
        all.extend(faults::targets(&mut event.fault.clone()).into_iter().map(|target| target.clone()));
    }
    all
}
