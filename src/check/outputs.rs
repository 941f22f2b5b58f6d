//! The files of a check. They are opened before anything runs, so that minutes are not lost for want of a folder.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use reports::check::{Check, Ledger, json, text};
use reports::{github, junit};

use super::arguments::{CheckArguments, CheckFormat};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, Whole, each_its_own, talk, talk_in_colour};

/// What runs write goes here.
const FOLDER: &str = "runs";

pub struct Outputs {
    junit: Option<Whole>,
    summary: Option<(PathBuf, File)>,
    records: Option<(PathBuf, Whole)>,
}

impl Outputs {
    /// # Errors
    /// Where one of them cannot be written.
    pub fn open(arguments: &CheckArguments) -> Result<Outputs, Failure> {
        each_its_own([
            ("--junit", arguments.junit.as_deref()),
            ("--summary", arguments.summary.as_deref()),
            ("--baseline", arguments.baseline.as_deref()),
            ("--save-baseline", arguments.save_baseline.as_deref()),
            ("--shard-file", arguments.shard_file.as_deref()),
        ])?;
        let junit = arguments.junit.as_deref().map(Whole::create).transpose()?;
        let summary = arguments.summary.as_deref().map(appended).transpose()?;
        let records = match (&arguments.save_baseline, arguments.shard) {
            (Some(path), _) => Some(path.clone()),
            (None, Some(shard)) => Some(shard_file(arguments, shard)?),
            (None, None) => None,
        };
        let records = records.map(|path| Whole::create(&path).map(|whole| (path, whole))).transpose()?;
        Ok(Outputs { junit, summary, records })
    }

    /// A baseline, or a shard.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep(&mut self, ledger: &Ledger) -> Result<(), Failure> {
        let Some((path, mut whole)) = self.records.take() else { return Ok(()) };
        let why = match ledger.shard {
            None if interrupt::asked() => Some("half a check is no baseline"),
            None if ledger.seeds_run() == 0 => Some("a check without a run is no baseline"),
            _ => None,
        };
        if let Some(why) = why {
            talk(&format!("{} is not written: {why}", path.display()));
            return Ok(());
        }
        whole.write(&ledger.json()).map_err(|error| Failure::write(path.display(), error))?;
        whole.finish()?;
        let (runs, asked) = (ledger.seeds_run(), ledger.seeds.1 - ledger.seeds.0);
        let short = if ledger.shard.is_none() && runs < asked { format!(": {runs} seeds of {asked}") } else { String::new() };
        talk(&format!("written to {}{short}", path.display()));
        Ok(())
    }

    /// What was found, to everybody who is to hear of it. What took minutes is not lost because one of them cannot: that is told as well,
    /// and what it amounts to is given back.
    pub fn tell(mut self, check: &Check, ledger: &Ledger, arguments: &CheckArguments, data: &mut Data) -> Exit {
        if arguments.github {
            github::annotations(check).lines().for_each(talk);
        }
        let wrong = [
            say(check, arguments, data),
            self.junit.take().map_or(Ok(()), |mut junit| {
                junit.write(&junit::xml(check)).map_err(|error| Failure::write("the JUnit file", error))?;
                junit.finish()
            }),
            self.summary.take().map_or(Ok(()), |(path, mut summary)| {
                let written = summary.write_all(text::markdown(check).as_bytes());
                written.map_err(|error| Failure::write(path.display(), error))
            }),
            self.keep(ledger),
        ];
        if let Some(gravest) = check.gravest().filter(|_| arguments.format != CheckFormat::Human) {
            talk(&gravest.replay);
        }
        let told = wrong.into_iter().filter_map(Result::err).map(|failure| {
            talk(&failure.render(talk_in_colour()));
            failure.exit()
        });
        told.fold(exit::AS_EXPECTED, Exit::or)
    }
}

fn say(check: &Check, arguments: &CheckArguments, data: &mut Data) -> Result<(), Failure> {
    data.write(&match arguments.format {
        CheckFormat::Human => text::human(check),
        CheckFormat::Json => json::text(check),
        CheckFormat::Markdown => text::markdown(check),
    })?;
    data.flush()
}

/// What is there already stays: a step of a pipeline may have several summaries.
fn appended(path: &Path) -> Result<(PathBuf, File), Failure> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.map(|file| (path.to_owned(), file)).map_err(|error| Failure::write(path.display(), error))
}

fn shard_file(arguments: &CheckArguments, (number, of): (u64, u64)) -> Result<PathBuf, Failure> {
    if let Some(path) = &arguments.shard_file {
        return Ok(path.clone());
    }
    fs::create_dir_all(FOLDER).map_err(|error| Failure::write(FOLDER, error))?;
    Ok(Path::new(FOLDER).join(format!("check-{number}-of-{of}.json")))
}
