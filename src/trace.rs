//! Writes every event of a run as a JSON line, to a file or to standard output.

use std::io;
use std::path::{Path, PathBuf};

use sim::Time;
use sim::observer::{Happening, Observer};

use crate::failure::Failure;
use crate::output::{Data, Whole};

pub enum Trace<'a> {
    Off,
    Stdout { data: &'a mut Data, failure: Option<Failure> },
    File { file: Whole, path: PathBuf, error: Option<io::Error> },
}

impl<'a> Trace<'a> {
    /// `-` is standard output.
    pub fn to(path: Option<&Path>, data: &'a mut Data) -> Result<Trace<'a>, Failure> {
        match path {
            None => Ok(Trace::Off),
            Some(path) if path.as_os_str() == "-" => Ok(Trace::Stdout { data, failure: None }),
            Some(path) => Ok(Trace::File { file: Whole::create(path)?, path: path.to_owned(), error: None }),
        }
    }

    /// The run is over: puts the file in its place, or says why there is none.
    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Trace::Off | Trace::Stdout { failure: None, .. } => Ok(()),
            Trace::Stdout { failure: Some(failure), .. } => Err(failure),
            Trace::File { file, error: None, .. } => file.finish(),
            Trace::File { path, error: Some(error), .. } => Err(Failure::write(path.display(), error)),
        }
    }
}

/// An observer cannot stop the run: after the first failure nothing more is written, and [`Trace::finish`] tells it.
impl Observer for Trace<'_> {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        let line = || reports::trace::line(at, what) + "\n";
        match self {
            Trace::Off | Trace::Stdout { failure: Some(_), .. } | Trace::File { error: Some(_), .. } => {}
            Trace::Stdout { data, failure } => *failure = data.write(&line()).err(),
            Trace::File { file, error, .. } => *error = file.write(&line()).err(),
        }
    }
}
