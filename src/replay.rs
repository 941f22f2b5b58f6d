//! `hustings replay FILE`: a saved failure, once more.

use reports::words;
use scenarios::Saved;
use sim::Registry;

use crate::arguments::{PictureArguments, ReplayArguments};
use crate::build;
use crate::cast::{self, Cast};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Data, talk};
use crate::run::{self, Showing, VERSION};

/// The same program must give the same fingerprint. Another one may run it differently, and rightly (that is how one sees
/// that a fix worked): it says so, and answers by what it finds.
pub fn replay(registry: &Registry, arguments: &ReplayArguments, data: &mut Data) -> Result<Exit, Failure> {
    let saved = Saved::read(&arguments.file)?;
    let player = cast::player(registry, &saved.algorithm)?;
    let cast = Cast::of(saved.scenario(registry)?, player, saved.mutant.clone())?;
    cast.remarks().iter().for_each(|remark| talk(remark));
    let same_build = saved.is_of_this_build(build::this());
    if !saved.is_of_this_version() {
        talk(&format!("saved by version {}, this is {VERSION}: it may run differently", saved.version));
    } else if !same_build {
        talk(&format!("saved by another build of version {VERSION}: it may run differently"));
    }
    let showing = Showing {
        format: arguments.format,
        trace: arguments.trace.as_deref(),
        pictures: &PictureArguments::default(),
        check_determinism: false,
    };
    let told = run::show(&cast, saved.seed, &showing, data)?;
    let fingerprint = words::fingerprint(told.outcome.fingerprint);
    if fingerprint == saved.fingerprint {
        talk("replayed: the fingerprint is the same");
    } else if same_build {
        let what = "this program saved the failure with another fingerprint: the run did not repeat itself";
        return Err(Failure::Ours(format!("{what}\n  saved: {}\n  now:   {fingerprint}", saved.fingerprint)));
    } else {
        talk(&format!("replayed: another fingerprint ({}, saved {})", fingerprint, saved.fingerprint));
    }
    if !told.found && !saved.findings.is_empty() {
        talk("it no longer fails: nothing is found in this run any more");
    }
    if told.found {
        run::last_line(&format!("{}  # fingerprint {fingerprint}\n", cast.command(saved.seed)), &showing, data)?;
    }
    Ok(told.exit)
}
