//! `hustings validate FILE…`: is my file right?

use scenarios::{Diagnostics, Scenario};
use sim::Registry;

use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::{Data, talk, talk_in_colour};

/// All files are looked at, whatever is wrong with the first.
pub fn validate(registry: &Registry, files: &[String], data: &mut Data) -> Result<Exit, Failure> {
    let mut exit = exit::AS_EXPECTED;
    for file in files {
        match read(registry, file) {
            Ok(scenario) => {
                if !scenario.warnings.is_empty() {
                    talk(&scenario.warnings.render(talk_in_colour()));
                }
                data.write(&format!("{file}: ok\n"))?;
            }
            Err(complaints) => {
                data.flush()?;
                talk(&complaints.render(talk_in_colour()));
                exit = exit.or(exit::USAGE);
            }
        }
    }
    Ok(exit)
}

fn read(registry: &Registry, file: &str) -> Result<Scenario, Diagnostics> {
    let found = scenarios::find(file)?;
    Scenario::parse(&found.text, &found.origin, registry)
}
