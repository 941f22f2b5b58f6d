//! What a seed draws, told and written out as a plain scenario file.

use std::path::Path;

use scenarios::{Scenario, write};
use sim::outcome::Outcome;
use sim::{Options, Registry, swarm};

use crate::cast::Cast;
use crate::failure::Failure;
use crate::output::{Whole, talk};

/// Says which families of faults this seed draws, and writes the scenario with all of them to `path`, where there is one.
pub fn tell(registry: &Registry, cast: &Cast<'_>, seed: u64, path: Option<&Path>) -> Result<(), Failure> {
    let setup = &cast.scenario.setup;
    let plain = write::drawn(setup, seed);
    if let Some(swarm) = &setup.swarm {
        let families = swarm::describe(swarm, sim::random::salted(seed, setup.salt));
        let names: Vec<&str> = families.iter().map(|family| family.name()).collect();
        let events = plain.script.len() - setup.script.len();
        talk(&format!("drawn from seed {seed}: {}: {events} events", names.join(", ")));
    }
    let Some(path) = path else { return Ok(()) };
    let mut comments = vec![format!("As it is for seed {seed}: what was drawn from the seed stands here event by event.")];
    comments.push(format!("Written by: {}", cast.command(seed)));
    comments.extend(idle(&cast.run_with(seed, Options { fingerprint: false, ..Options::default() })));
    let text = write::scenario(&plain, &cast.scenario.about, &cast.scenario.settings, &comments);
    let origin = path.display().to_string();
    // What a swarm draws can be beyond what a file may say: more events than anyone writes by hand.
    Scenario::parse(&text, &origin, registry)?;
    let mut file = Whole::create(path)?;
    file.write(&text).map_err(|error| Failure::write(&origin, error))?;
    file.finish()?;
    talk(&format!("written: {origin}"));
    Ok(())
}

/// Events that come to nothing: they stay, because without them the run would be another one, with another fingerprint.
fn idle(outcome: &Outcome) -> Vec<String> {
    let never = outcome.not_exercised.iter().filter(|missed| !missed.fired);
    let mut lines: Vec<String> = never.map(|missed| format!("  {}: {}", missed.event, missed.why)).collect();
    if !lines.is_empty() {
        lines.insert(
            0,
            String::from(
                "Not all that is drawn comes about. These events come to nothing, and `run` and `check` of this file say so:",
            ),
        );
    }
    lines
}
