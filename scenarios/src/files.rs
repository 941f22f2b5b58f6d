//! Reading scenarios: from a path, from the library or from the zoo, with a clean word for everything that is not one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::diagnostic::Diagnostics;
use crate::library;
use crate::scenario::LARGEST_FILE;
use crate::suggest;
use crate::zoo;

/// A scenario as text, and what to call it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The path, or the name in the library.
    pub origin: String,
    pub text: String,
}

/// Finds a scenario: a name of the library, or a path.
///
/// # Errors
/// Where there is no such scenario, or the file is no text.
pub fn find(scenario: &str) -> Result<Found, Diagnostics> {
    if let Some((name, text)) = library::library().iter().chain(zoo::worlds()).find(|(name, _)| *name == scenario) {
        return Ok(Found { origin: (*name).to_owned(), text: (*text).to_owned() });
    }
    let path = Path::new(scenario);
    if !path.exists() {
        let names = library::library().iter().chain(zoo::worlds()).map(|(name, _)| *name);
        let looks_like_path = scenario.contains(['/', '\\']) || scenario.ends_with(".toml");
        let help = match suggest::closest(scenario, names) {
            Some(close) => format!("did you mean the library scenario `{close}`?"),
            None if looks_like_path => String::from("check the path; `hustings list` shows the scenarios that are built in"),
            None => String::from("`hustings list` shows the scenarios that are built in; a file is named by its path"),
        };
        return Err(Diagnostics::about_file(scenario, "there is no such file, and no scenario of this name", help));
    }
    let text =
        read_text(path, LARGEST_FILE).map_err(|why| Diagnostics::about_file(scenario, why, "a scenario is a TOML file"))?;
    Ok(Found { origin: scenario.to_owned(), text })
}

/// A file that a scenario names, beside it.
pub(crate) fn read_named(beside: &Path, name: &str) -> Result<String, String> {
    read_text(&beside.join(name), LARGEST_FILE).map_err(|why| format!("cannot read {name}: {why}"))
}

/// A file of text, of at most so many bytes.
pub(crate) fn read_text(path: &Path, most: usize) -> Result<String, String> {
    let about = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => String::from("there is no such file"),
        _ => error.to_string(),
    })?;
    if about.is_dir() {
        return Err(String::from("this is a directory, not a file"));
    }
    if !about.is_file() {
        return Err(String::from("this is not a regular file"));
    }
    let mut bytes = Vec::new();
    // One byte more than allowed: enough to see that it is too long, whatever its length is said to be.
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > most {
        return Err(format!("this file is larger than {most} bytes"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("this is not a text file (no UTF-8 in line {line})")
    })
}
