//! Keeps a failure under `runs/`, for `hustings replay`.

use std::path::Path;

use scenarios::Saved;
use sim::outcome::Outcome;

use crate::build;
use crate::cast::Cast;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::talk;
use crate::program;

/// What runs write goes here.
const FOLDER: &str = "runs";

/// Keeps the failure and says how to see it again, or why it could not be kept; what that alone amounts to is given back.
pub fn and_tell(cast: &Cast<'_>, outcome: &Outcome) -> Exit {
    match failure(cast, outcome) {
        Ok(path) => {
            talk(&format!("saved: {} replay {}", program::name(), reports::words::shell(&path)));
            exit::AS_EXPECTED
        }
        Err(failure) => {
            talk(&failure.render(false));
            failure.exit()
        }
    }
}

/// The path of the file.
fn failure(cast: &Cast<'_>, outcome: &Outcome) -> Result<String, Failure> {
    let saved = Saved::new(&cast.scenario, outcome, cast.mutant(), reports::sections::findings(outcome), build::this());
    let written = saved.write(Path::new(FOLDER));
    written.map(|path| path.display().to_string()).map_err(|error| Failure::write(format!("the failure under {FOLDER}/"), error))
}
