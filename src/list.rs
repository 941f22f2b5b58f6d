//! `hustings list`: what is built in.

use reports::catalogue;
use scenarios::Scenario;
use sim::Registry;

use crate::arguments::Listed;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::Data;

pub fn list(registry: &Registry, what: Option<Listed>, data: &mut Data) -> Result<Exit, Failure> {
    let text = match what {
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
    };
    data.write(&text)?;
    Ok(exit::AS_EXPECTED)
}

/// The built-in scenarios, read. With a registry that lacks an algorithm that a scenario has settings for, the complaint says
/// so.
fn scenarios(registry: &Registry) -> Result<Vec<Scenario>, Failure> {
    let read = |(name, text): &(&str, &str)| Scenario::parse(text, name, registry).map_err(Failure::from);
    scenarios::library().iter().map(read).collect()
}
