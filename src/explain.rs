//! `hustings explain NAME`: what an invariant, an algorithm or a scenario means.

use reports::catalogue;
use scenarios::{Scenario, suggest};
use sim::audit::catalogue as invariants;
use sim::{Player, Registry};

use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::Data;

pub fn explain(registry: &Registry, name: &str, data: &mut Data) -> Result<Exit, Failure> {
    let text = if let Some(invariant) = invariants::by_name(name) {
        catalogue::invariant(invariant, registry)
    } else if let Some(player) = registry.get(name) {
        catalogue::algorithm(player)
    } else if let Some((name, text)) = scenarios::library().iter().find(|(known, _)| *known == name) {
        catalogue::scenario(&Scenario::parse(text, name, registry)?)
    } else {
        let known: Vec<&str> = invariants::ALL
            .iter()
            .map(|invariant| invariant.name)
            .chain(registry.iter().map(Player::name))
            .chain(scenarios::library().iter().map(|(name, _)| *name))
            .collect();
        let help = match suggest::closest(name, known) {
            Some(close) => format!("did you mean `{close}`?"),
            None => String::from("`hustings list` shows all names"),
        };
        return Err(Failure::usage(format!("there is nothing called `{name}`"), help));
    };
    data.write(&text)?;
    Ok(exit::AS_EXPECTED)
}
