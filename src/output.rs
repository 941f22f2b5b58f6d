//! Data goes to standard output, talk to standard error, and files appear whole or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anstream::{AutoStream, ColorChoice};

use crate::exit::{self, Exit};
use crate::failure::Failure;

/// Standard output. When its reader has gone away (`| head`), what follows is dropped without complaint: the reader has seen
/// what it wanted, and the exit code still tells the verdict.
pub struct Data {
    stream: BufWriter<AutoStream<Stdout>>,
    closed: bool,
}

impl Data {
    pub fn stdout() -> Data {
        Data { stream: BufWriter::new(AutoStream::auto(io::stdout())), closed: false }
    }

    /// Colours in `text` are stripped where they are not wanted.
    pub fn write(&mut self, text: &str) -> Result<(), Failure> {
        let written = if self.closed { Ok(()) } else { self.stream.write_all(text.as_bytes()) };
        self.unless_closed(written)
    }

    pub fn flush(&mut self) -> Result<(), Failure> {
        let flushed = if self.closed { Ok(()) } else { self.stream.flush() };
        self.unless_closed(flushed)
    }

    /// Nobody reads any more.
    pub const fn closed(&self) -> bool {
        self.closed
    }

    fn unless_closed(&mut self, result: io::Result<()>) -> Result<(), Failure> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => Err(Failure::write("to standard output", error)),
            Ok(()) => Ok(()),
        }
    }
}

/// A line for the user, on standard error. If that is gone there is nobody to tell.
pub fn talk(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Says why something could not be written, where the rest goes on without it; what that amounts to is given back.
pub fn told(written: Result<(), Failure>) -> Exit {
    let Err(failure) = written else { return exit::AS_EXPECTED };
    talk(&failure.render(talk_in_colour()));
    failure.exit()
}

/// Whether standard error takes colours.
pub fn talk_in_colour() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Whether somebody watches standard error.
pub fn watched() -> bool {
    io::stderr().is_terminal()
}

/// What has been begun and is not finished: files beside their places, under other names. Whoever ends the process at once takes
/// them away. No file is made, put in its place or taken away without holding this.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // Nobody leaves it in disorder: a panic elsewhere is no reason to leave files behind.
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process at once, and leaves nothing half-written behind. (The handler of Ctrl-C is no signal handler but a thread of
/// its own, which may lock and remove files.)
#[expect(clippy::exit, reason = "whoever asks for this waits for nobody")]
pub fn end_at_once(exit: Exit) -> ! {
    let unfinished = unfinished();
    for partial in unfinished.iter() {
        // One that cannot be removed stays: there is nobody left to tell.
        let _ = fs::remove_file(partial);
    }
    // The lock is held until the end, so that nobody begins another.
    std::process::exit(i32::from(exit.code()))
}

/// Two outputs in one file would leave only the later one, or none. `-` is no file.
///
/// # Errors
/// Where two of these options name the same.
pub fn each_its_own<'a>(named: impl IntoIterator<Item = (&'static str, Option<&'a Path>)>) -> Result<(), Failure> {
    let mut seen: Vec<(&str, PathBuf)> = Vec::new();
    for (option, path) in named.into_iter().filter_map(|(option, path)| Some((option, path.filter(|path| *path != "-")?))) {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == whole) {
            let what = format!("{other} and {option} both name {}", path.display());
            return Err(Failure::usage(what, "give each a file of its own"));
        }
        seen.push((option, whole));
    }
    Ok(())
}

/// A file that is there only when it is complete: written beside its place under another name, then renamed. What is no
/// regular file (a pipe, a device) is written as it is: there is nothing to be put in its place.
pub struct Whole {
    path: PathBuf,
    partial: Option<PathBuf>,
    file: BufWriter<File>,
}

impl Whole {
    pub fn create(path: &Path) -> Result<Whole, Failure> {
        let failed = |error| Failure::write(path.display(), error);
        // A link stays a link: the file that it points to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
            let file = OpenOptions::new().write(true).open(&path).map_err(failed)?;
            return Ok(Whole { path, partial: None, file: BufWriter::new(file) });
        }
        let name = path.file_name().ok_or_else(|| {
            Failure::usage(format!("`{}` is not the name of a file", path.display()), "name a file that is to be written")
        })?;
        let partial = path.with_file_name(format!(".{}.{}.partial", name.to_string_lossy(), std::process::id()));
        let mut unfinished = unfinished();
        let file = File::create(&partial).map_err(failed)?;
        unfinished.insert(partial.clone());
        Ok(Whole { path, partial: Some(partial), file: BufWriter::new(file) })
    }

    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())
    }

    /// Writes this, and puts the file in its place.
    pub fn complete(mut self, text: &str) -> Result<(), Failure> {
        self.write(text).map_err(|error| Failure::write(self.path.display(), error))?;
        self.finish()
    }

    /// All that was written is on the disk.
    pub fn settle(&mut self) -> io::Result<()> {
        self.file.flush()?;
        if self.partial.is_some() { self.file.get_ref().sync_all() } else { Ok(()) }
    }

    /// Puts the file in its place.
    pub fn finish(mut self) -> Result<(), Failure> {
        let finished = self.settle().and_then(|()| match &self.partial {
            Some(partial) => {
                let _unfinished = unfinished();
                fs::rename(partial, &self.path)
            }
            None => Ok(()),
        });
        finished.map_err(|error| Failure::write(self.path.display(), error))
    }
}

impl Drop for Whole {
    /// After [`Whole::finish`] there is nothing left to remove.
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            let mut unfinished = unfinished();
            let _ = fs::remove_file(partial);
            unfinished.remove(partial);
        }
    }
}
