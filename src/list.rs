//! `hustings list`: what is built in.

use reports::{catalogue, inventory::Inventory};
use scenarios::Scenario;
use sim::Registry;

use crate::arguments::{ListArguments, ListFormat, Listed};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::Data;

pub fn list(registry: &Registry, arguments: &ListArguments, data: &mut Data) -> Result<Exit, Failure> {
    let text = match arguments.format {
        ListFormat::Human => for_the_eye(registry, arguments.what)?,
        ListFormat::Json => json(registry, arguments.what)?,
    };
    data.write(&text)?;
    Ok(exit::AS_EXPECTED)
}

/// All but the mutants, where nothing is named: as for the eye.
fn json(registry: &Registry, what: Option<Listed>) -> Result<String, Failure> {
    let wanted = |listed| what.map_or(listed != Listed::Mutants, |what| what == listed);
    let mut inventory = Inventory::default();
    if wanted(Listed::Scenarios) {
        inventory = inventory.with_scenarios(&scenarios(registry)?);
    }
    if wanted(Listed::Algorithms) {
        inventory = inventory.with_algorithms(registry);
    }
    if wanted(Listed::Invariants) {
        inventory = inventory.with_invariants();
    }
    if wanted(Listed::Mutants) {
        inventory = inventory.with_mutants(registry);
    }
    Ok(inventory.pretty() + "\n")
}

fn for_the_eye(registry: &Registry, what: Option<Listed>) -> Result<String, Failure> {
    Ok(match what {
        Some(Listed::Scenarios) => catalogue::scenarios(&scenarios(registry)?),
        Some(Listed::Algorithms) => catalogue::algorithms(registry),
        Some(Listed::Invariants) => catalogue::invariants(),
        Some(Listed::Mutants) => catalogue::mutants(registry),
        None => [
            catalogue::scenarios(&scenarios(registry)?),
            catalogue::algorithms(registry),
            catalogue::invariants(),
            String::from("`hustings explain NAME` says more of each; `hustings list mutants` lists the built-in bugs.\n"),
        ]
        .join("\n"),
    })
}

/// The built-in scenarios, read. With a registry that lacks an algorithm that a scenario has settings for, the complaint says
/// so.
fn scenarios(registry: &Registry) -> Result<Vec<Scenario>, Failure> {
    let read = |(name, text): &(&str, &str)| Scenario::parse(text, name, registry).map_err(Failure::from);
    scenarios::library().iter().map(read).collect()
}
