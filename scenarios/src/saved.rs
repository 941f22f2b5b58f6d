//! A failure kept for later: everything that is needed to see it again. One JSON file a failure, with a checksum (`records`).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sim::Registry;
use sim::outcome::Outcome;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use crate::files;
use crate::records;
use crate::scenario::Scenario;

/// The version of the format.
const SCHEMA: u32 = 1;
/// So many digits of the fingerprint stand in the name of the file.
const FINGERPRINT_IN_NAME: usize = 8;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    pub schema: u32,
    /// Of the program that wrote it.
    pub version: String,
    /// Tells programs of one version apart; empty: it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub build: String,
    /// What the scenario was read from: a path, or the name of a library scenario.
    pub scenario: String,
    pub algorithm: String,
    pub seed: u64,
    /// A bug that was switched on.
    pub mutant: Option<String>,
    /// As 32 hexadecimal digits.
    pub fingerprint: String,
    /// What was found: names of invariants, and in words what was seen.
    pub findings: Vec<String>,
    /// Settings of the algorithm in force, as they would be written in a file.
    pub settings: Vec<(String, String)>,
    /// Keys that were set on the command line.
    pub overrides: Vec<(String, String)>,
    /// The scenario file.
    pub text: String,
    /// Files that it names, with what was in them.
    pub files: Vec<(String, String)>,
    /// Over all of the above.
    pub checksum: String,
}

impl Saved {
    /// What is to be kept of this run, by the program of this build; `findings` are in words, one text each.
    pub fn new(scenario: &Scenario, outcome: &Outcome, mutant: Option<&str>, findings: Vec<String>, build: &str) -> Saved {
        let mut saved = Saved {
            schema: SCHEMA,
            version: String::from(env!("CARGO_PKG_VERSION")),
            build: String::from(build),
            scenario: scenario.origin.clone(),
            algorithm: outcome.algorithm.to_owned(),
            seed: outcome.seed,
            mutant: mutant.map(str::to_owned),
            fingerprint: format!("{:032x}", outcome.fingerprint),
            findings,
            settings: outcome.settings.clone(),
            overrides: scenario.overrides.clone(),
            text: scenario.text.clone(),
            files: scenario.files.clone(),
            checksum: String::new(),
        };
        saved.checksum = saved.sum();
        saved
    }

    /// Written by a program of this version?
    pub fn is_of_this_version(&self) -> bool {
        self.version == env!("CARGO_PKG_VERSION")
    }

    /// Written by this very program? Another one may run it differently, and rightly.
    pub fn is_of_this_build(&self, build: &str) -> bool {
        self.is_of_this_version() && !build.is_empty() && self.build == build
    }

    /// Writes it under this directory, whole or not at all, and says where.
    ///
    /// # Errors
    /// As the file system gives them.
    pub fn write(&self, directory: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(directory)?;
        let mutant = self.mutant.as_ref().map_or_else(String::new, |mutant| format!("-{mutant}"));
        // The same seed under other settings is another failure, and must not take the place of this one.
        let run: String = self.fingerprint.chars().take(FINGERPRINT_IN_NAME).collect();
        let name = format!("{}-{}{mutant}-{}-{run}", self.short_name(), self.algorithm, self.seed);
        let (unfinished, file) = new_file(directory, &name)?;
        let path = directory.join(format!("{name}.json"));
        let written = self.write_to(file).and_then(|()| fs::rename(&unfinished, &path));
        if let Err(error) = written {
            // The first error is the one that counts; there may be nothing to remove.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        Ok(path)
    }

    fn write_to(&self, mut file: File) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        file.sync_all()
    }

    /// Reads one back.
    ///
    /// # Errors
    /// Where there is no such file, it is not a saved failure, or was changed since it was written.
    pub fn read(path: &Path) -> Result<Saved, Diagnostics> {
        let origin = path.display().to_string();
        let help = "`hustings replay` takes the file that a run saved when it found something: the path after `saved:`, such as \
                    runs/leader-isolated-bully-42-0a1b2c3d.json";
        let text = files::read_text(path, LARGEST_SAVED).map_err(|why| Diagnostics::about_file(&origin, why, help))?;
        let saved = Saved::from_json(&text).map_err(|complaint| {
            let complaint = if complaint.help.is_none() { complaint.help(help) } else { complaint };
            Diagnostics { sources: vec![Source { origin: origin.clone(), text: text.clone() }], list: vec![complaint] }
        })?;
        Ok(saved)
    }

    fn from_json(text: &str) -> Result<Saved, Diagnostic> {
        #[derive(Deserialize)]
        struct OnlySchema {
            schema: u32,
        }
        let wrong = |error: serde_json::Error| {
            let place = place_of(text, error.line(), error.column());
            Diagnostic::error(place, format!("this is not a saved failure: {error}"))
        };
        if let Some(what) = records::other_than_an_object(text) {
            let start = text.len() - text.trim_start().len();
            let first = Place { source: 0, start, end: start + 1 };
            return Err(Diagnostic::error(first, format!("this is not a saved failure: it holds {what}, and no object")));
        }
        let OnlySchema { schema } = serde_json::from_str(text).map_err(wrong)?;
        if schema != SCHEMA {
            let at = text.find("\"schema\"").unwrap_or(0);
            let place = Place { source: 0, start: at, end: at + "\"schema\"".len() };
            let complaint = Diagnostic::error(place, format!("this file has the format {schema}, this version reads {SCHEMA}"));
            return Err(complaint.help("use the version that wrote it"));
        }
        let saved: Saved = serde_json::from_str(text).map_err(wrong)?;
        if saved.checksum != saved.sum() {
            let at = text.find("\"checksum\"").unwrap_or(0);
            let place = Place { source: 0, start: at, end: at + "\"checksum\"".len() };
            let complaint = Diagnostic::error(place, "this file was changed since it was written");
            return Err(
                complaint.help("to try something else, run the scenario with --set; to see this failure, restore the file")
            );
        }
        Ok(saved)
    }

    /// The scenario in it, with the settings that were in force then, should defaults have changed since.
    ///
    /// # Errors
    /// Where this version does not understand the scenario any more.
    pub fn scenario(&self, registry: &Registry) -> Result<Scenario, Diagnostics> {
        let kept = |name: &str| match self.files.iter().find(|(known, _)| known == name) {
            Some((_, text)) => Ok(text.clone()),
            None => Err(format!("the saved failure does not hold {name}")),
        };
        let parse =
            |overrides: &[(String, String)]| Scenario::parse_using(&self.text, &self.scenario, registry, overrides, &kept);
        let scenario = parse(&self.overrides)?;
        let now = registry.get(&self.algorithm).map(|player| player.in_force(scenario.settings_of(&self.algorithm)));
        let Some(Ok(now)) = now else { return Ok(scenario) };
        let changed = self
            .settings
            .iter()
            .filter(|(key, value)| now.iter().any(|(known, current)| known == key && current.to_string() != *value));
        let changed: Vec<(String, String)> =
            changed.map(|(key, value)| (format!("algorithm.{}.{key}", self.algorithm), value.clone())).collect();
        if changed.is_empty() { Ok(scenario) } else { parse(&[&self.overrides[..], &changed].concat()) }
    }

    /// The scenario's name, fit for a file's.
    fn short_name(&self) -> String {
        let stem = Path::new(&self.scenario).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let fit = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
        let name: String = stem.chars().map(fit).take(60).collect();
        if name.is_empty() { String::from("scenario") } else { name }
    }

    /// The checksum of everything but itself.
    fn sum(&self) -> String {
        records::checksum(&Saved { checksum: String::new(), ..self.clone() })
    }
}

/// A file that nobody else writes to, however many processes save the same failure at once.
fn new_file(directory: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let mut number = 0;
    loop {
        let path = directory.join(format!(".{name}.{number}"));
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            // Another's, or left behind by one that was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1_000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// A scenario and the files that it names fit, as JSON.
const LARGEST_SAVED: usize = 64 << 20;

/// The place of a line and a column from 1, as serde_json counts them (in bytes).
fn place_of(text: &str, line: usize, column: usize) -> Place {
    let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let at = (start + column.saturating_sub(1)).min(text.len());
    Place { source: 0, start: at, end: at + 1 }
}
