//! `hustings run` with one seed: watch it, tell it, save it if something was found.

use std::path::Path;

use reports::live::Live;
use reports::{human, markdown, words};
use sim::outcome::{Outcome, Severity};

use crate::arguments::{Format, PictureArguments, RunArguments};
use crate::cast::Cast;
use crate::determinism;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::{self, Data, talk};
use crate::pictures::Pictures;
use crate::save;
use crate::trace::Trace;
use crate::watch::Watchers;

/// The version that stands in everything that is written.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How a run is to be shown.
pub struct Showing<'a> {
    pub format: Format,
    pub trace: Option<&'a Path>,
    pub pictures: &'a PictureArguments,
    pub check_determinism: bool,
}

/// # Errors
/// Where two of what is to be written would go to one file.
pub fn each_file_its_own(arguments: &RunArguments) -> Result<(), Failure> {
    let RunArguments { write_script, trace, pictures, .. } = arguments;
    let PictureArguments { timeline, perfetto } = pictures;
    let named = [("--write-script", write_script), ("--trace", trace), ("--timeline", timeline), ("--perfetto", perfetto)];
    output::each_its_own(named.map(|(option, path)| (option, path.as_deref())))
}

pub fn one(cast: &Cast<'_>, arguments: &RunArguments, data: &mut Data) -> Result<Exit, Failure> {
    let showing = Showing {
        format: arguments.format,
        trace: arguments.trace.as_deref(),
        pictures: &arguments.pictures,
        check_determinism: arguments.check_determinism,
    };
    let seed = arguments.seed;
    let told = show(cast, seed, &showing, data)?;
    if !told.found {
        return Ok(told.exit);
    }
    let saved = save::and_tell(cast, &told.outcome);
    last_line(
        &format!("{}  # fingerprint {}\n", cast.command(seed), words::fingerprint(told.outcome.fingerprint)),
        &showing,
        data,
    )?;
    Ok(told.exit.or(saved))
}

/// A run that has been shown, and what the process is to answer.
pub struct Told {
    pub outcome: Outcome,
    /// There are safety or liveness findings.
    pub found: bool,
    pub exit: Exit,
}

/// Runs one seed and writes what is to be seen of it.
pub fn show(cast: &Cast<'_>, seed: u64, showing: &Showing<'_>, data: &mut Data) -> Result<Told, Failure> {
    let for_eyes = showing.format == Format::Human;
    let trace_on_stdout = showing.trace.is_some_and(|path| path.as_os_str() == "-");
    if trace_on_stdout && !for_eyes {
        let what = "the trace and the result cannot both go to standard output";
        return Err(Failure::usage(what, "name a file: --trace events.jsonl"));
    }
    let print = |data: &mut Data, text: &str| {
        if trace_on_stdout {
            talk(text.trim_end_matches('\n'));
            return Ok(());
        }
        data.write(text)
    };
    if for_eyes {
        print(data, &cast.head(&format!("seed {seed}")))?;
        data.flush()?;
    }
    let mut live = Live::new(cast.scenario.setup.nodes);
    let mut pictures = Pictures::wanted(showing.pictures, cast)?;
    let mut trace = Trace::to(showing.trace, data)?;
    let outcome = {
        let mut watchers = Watchers::default().and(&mut live);
        if !matches!(trace, Trace::Off) {
            watchers = watchers.and(&mut trace);
        }
        if let Some(pictures) = &mut pictures {
            watchers = watchers.and(pictures.watcher());
        }
        if showing.check_determinism {
            determinism::check(|observer| cast.run(seed, Some(observer)), watchers).map_err(Failure::Ours)?
        } else {
            cast.run(seed, Some(&mut watchers))
        }
    };
    trace.finish()?;
    pictures.map_or(Ok(()), |pictures| pictures.finish(cast, &outcome))?;
    let exit = verdict(&outcome);
    let text = match showing.format {
        Format::Human => live.finish() + &human::report(&outcome, cast.scenario.setup.measure.as_ref(), cast.recovery()),
        Format::Json => cast.as_json(&outcome).pretty() + "\n",
        Format::Jsonl => cast.as_json(&outcome).line() + "\n",
        Format::Markdown => markdown::report(&outcome, cast.recovery()),
    };
    print(data, &text)?;
    if showing.check_determinism && for_eyes {
        print(data, "determinism: two runs, every event the same\n")?;
    }
    data.flush()?;
    let found = exit == exit::SAFETY || exit == exit::LIVENESS;
    Ok(Told { outcome, found, exit })
}

/// The last line of a failure: for the eye it ends the data, elsewhere it is talk.
pub fn last_line(line: &str, showing: &Showing<'_>, data: &mut Data) -> Result<(), Failure> {
    let data_ends_with_it = showing.format == Format::Human && showing.trace.is_none_or(|path| path.as_os_str() != "-");
    if !data_ends_with_it {
        talk(line.trim_end_matches('\n'));
        return Ok(());
    }
    data.write("\n")?;
    data.write(line)?;
    data.flush()
}

/// What one run amounts to. An event of the script that never once found its target leaves unseen what it was to show; what a
/// swarm drew has no such purpose.
fn verdict(outcome: &Outcome) -> Exit {
    let mut exit = exit::AS_EXPECTED;
    if outcome.not_exercised.iter().any(|missed| !missed.fired && !missed.drawn) {
        exit = exit.or(exit::NOT_EXERCISED);
    }
    exit.or(findings(outcome))
}

/// Safety before liveness.
pub fn findings(outcome: &Outcome) -> Exit {
    let found = |severity| !words::findings(outcome, severity).is_empty();
    match (found(Severity::Safety), found(Severity::Liveness)) {
        (true, _) => exit::SAFETY,
        (false, true) => exit::LIVENESS,
        (false, false) => exit::AS_EXPECTED,
    }
}
