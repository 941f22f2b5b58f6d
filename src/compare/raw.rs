//! `compare --raw-only`: every run goes out as a line and is forgotten, so that memory does not grow with the number of seeds. For those
//! who do their own statistics.

use std::collections::BTreeSet;
use std::path::Path;

use reports::compare::interrupted;
use reports::words;
use sim::Registry;

use super::programme::{self, Part, Programme, Scene};
use super::runs::{self, Counted};
use crate::arguments::{CompareArguments, CompareFormat};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, Whole, talk};

/// # Errors
/// Where something is asked for that is no line, the programme is out of order, or the lines cannot be written.
pub fn only(registry: &Registry, arguments: &CompareArguments, data: &mut Data) -> Result<Exit, Failure> {
    let path = wanted(arguments)?;
    let programme = programme::programme(registry, arguments)?;
    absent(&programme).iter().for_each(|note| talk(note));
    let mut lines = Lines::to(path, data)?;
    interrupt::listen();
    let counted = runs::stream(&programme, arguments, |line| lines.write(line))?;
    if counted.seeds == 0 {
        return Err(Failure::Nothing(String::from("interrupted before the first seed was over, so nothing was written")));
    }
    lines.finish(&counted)?;
    if !interrupt::asked() {
        return Ok(exit::AS_EXPECTED);
    }
    let seeds = &arguments.field.seeds;
    interrupted(counted.seeds, seeds.end - seeds.start).iter().for_each(|words| talk(words));
    Ok(exit::INTERRUPTED)
}

/// Who is missing among the lines, and why; once, not once for each value of what is varied.
fn absent(programme: &Programme<'_>) -> BTreeSet<String> {
    let parts = programme.scenes.iter().flat_map(|scene| scene.parts.iter().map(move |part| (scene, part)));
    let note = |(scene, part): (&Scene<'_>, &Part<'_>)| match part {
        Part::Misfit(name, why) => Some(format!("note: {name} does not play {}: {why}", scene.scenario.setup.name)),
        Part::Plays(_) => None,
    };
    parts.filter_map(note).collect()
}

/// Where the lines go; nothing else may be asked for.
fn wanted(arguments: &CompareArguments) -> Result<&Path, Failure> {
    let Some(path) = &arguments.raw else {
        let what = "--raw-only does not say where the lines go";
        return Err(Failure::usage(what, "add --raw FILE, or --raw - for standard output"));
    };
    let asked = [
        ("--out", arguments.out.is_some()),
        ("--format", arguments.format != CompareFormat::Human),
        ("--target-p99", arguments.target_p99.is_some()),
        ("--target-false-per-day", arguments.target_false_per_day.is_some()),
    ];
    match asked.into_iter().find(|(_, asked)| *asked) {
        Some((option, _)) => {
            let what = format!("{option} is about statistics, and with --raw-only there are none");
            Err(Failure::usage(what, format!("leave out {option} to have only the lines, or --raw-only to have both")))
        }
        None => Ok(path),
    }
}

/// Where the lines go. What is said at the end goes to standard output unless that has the lines.
enum Lines<'a> {
    Output(&'a mut Data),
    File { path: &'a Path, file: Whole, data: &'a mut Data },
}

impl<'a> Lines<'a> {
    fn to(path: &'a Path, data: &'a mut Data) -> Result<Lines<'a>, Failure> {
        if path == Path::new("-") {
            return Ok(Lines::Output(data));
        }
        Whole::create(path).map(|file| Lines::File { path, file, data })
    }

    fn write(&mut self, line: &str) -> Result<(), Failure> {
        match self {
            Lines::Output(data) => {
                data.write(line)?;
                // Where nobody reads the lines any more there is no need to go on making them.
                if data.closed() {
                    interrupt::stop();
                }
                Ok(())
            }
            Lines::File { path, file, .. } => file.write(line).map_err(|error| Failure::write(path.display(), error)),
        }
    }

    /// Says what was written, and how many of it would be worth looking at.
    fn finish(self, counted: &Counted) -> Result<(), Failure> {
        let [runs, safety, liveness] = [counted.runs, counted.safety, counted.liveness].map(words::count);
        let counts = format!("{runs} runs, {safety} with safety findings, {liveness} with liveness findings");
        match self {
            Lines::Output(data) => {
                data.flush()?;
                talk(&format!("raw: standard output ({counts})"));
                Ok(())
            }
            Lines::File { path, file, data } => {
                file.finish()?;
                data.write(&format!("raw: {} ({counts})\n", path.display()))?;
                data.flush()
            }
        }
    }
}
