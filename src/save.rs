//! Keeps a failure under `runs/`, for `hustings replay`.

use std::path::Path;

use scenarios::Saved;
use sim::outcome::Outcome;

use crate::cast::Cast;
use crate::failure::Failure;

/// What runs write goes here.
const FOLDER: &str = "runs";

/// The path of the file.
pub fn failure(cast: &Cast<'_>, outcome: &Outcome) -> Result<String, Failure> {
    let saved = Saved::new(&cast.scenario, outcome, cast.mutant(), reports::sections::findings(outcome));
    let written = saved.write(Path::new(FOLDER));
    written.map(|path| path.display().to_string()).map_err(|error| Failure::write(format!("the failure under {FOLDER}/"), error))
}
