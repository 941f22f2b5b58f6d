//! Pictures of one run, into files: its timeline, and a trace for viewers of traces.

use std::path::Path;

use reports::story::{Collector, Limits, Story};
use reports::{perfetto, timeline};
use sim::observer::Observer;
use sim::outcome::Outcome;

use crate::arguments::PictureArguments;
use crate::cast::Cast;
use crate::failure::Failure;
use crate::output::Whole;

type Draw = fn(&Story) -> String;

/// A picture, and where it goes.
struct Picture<'a> {
    path: &'a Path,
    file: Whole,
    draw: Draw,
}

/// All pictures that are wanted of a run, and who watches it for them.
pub struct Pictures<'a> {
    pictures: Vec<Picture<'a>>,
    collector: Collector,
}

impl<'a> Pictures<'a> {
    /// Opens the files, before anything has run; `None`: no picture is wanted.
    pub fn wanted(arguments: &'a PictureArguments, cast: &Cast<'_>) -> Result<Option<Pictures<'a>>, Failure> {
        let kinds = [(&arguments.timeline, timeline::svg as Draw), (&arguments.perfetto, perfetto::json)];
        let mut pictures = Vec::new();
        for (path, draw) in kinds {
            let Some(path) = path.as_deref() else { continue };
            if path.as_os_str() == "-" {
                return Err(Failure::usage("a picture goes to a file", "name it: --timeline run.svg, --perfetto run.json"));
            }
            pictures.push(Picture { path, file: Whole::create(path)?, draw });
        }
        let collector = collector(cast);
        Ok((!pictures.is_empty()).then_some(Pictures { pictures, collector }))
    }

    /// Who is to watch the run.
    pub fn watcher(&mut self) -> &mut (dyn Observer + 'a) {
        &mut self.collector
    }

    /// The run is over: draws and writes them all.
    pub fn finish(self, cast: &Cast<'_>, outcome: &Outcome) -> Result<(), Failure> {
        let story = self.collector.finish(outcome, cast.command(outcome.seed), &Limits::ALONE);
        for Picture { path, mut file, draw } in self.pictures {
            file.write(&draw(&story)).map_err(|error| Failure::write(path.display(), error))?;
            file.finish()?;
        }
        Ok(())
    }
}

/// Runs a seed again, for its story.
pub fn story(cast: &Cast<'_>, seed: u64, limits: &Limits) -> Story {
    let mut collector = collector(cast);
    let outcome = cast.run(seed, Some(&mut collector));
    collector.finish(&outcome, cast.command(seed), limits)
}

fn collector(cast: &Cast<'_>) -> Collector {
    let setup = &cast.scenario.setup;
    let settings = cast.scenario.settings_of(cast.player.name());
    Collector::new(setup.nodes, &cast.player.services(settings))
}
