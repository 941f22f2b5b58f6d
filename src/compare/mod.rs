//! `hustings compare`: many paired seeds of several scenarios and algorithms, in a table of words and numbers, and in files.

mod files;
mod programme;
mod raw;
mod runs;
mod vary;

use std::path::Path;

use reports::charts;
use reports::choosing;
use reports::compare::{Comparison, csv, json, text};
use reports::html::size_in_words;
use sim::Registry;

use crate::arguments::{CompareArguments, CompareFormat};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, talk};
use crate::report;

pub fn compare(registry: &Registry, arguments: &CompareArguments, data: &mut Data) -> Result<Exit, Failure> {
    let seeds = arguments.field.seeds.clone();
    if seeds.is_empty() {
        return Err(Failure::Nothing(format!("{}..{} holds no seed, so nothing ran", seeds.start, seeds.end)));
    }
    if arguments.raw_only {
        return raw::only(registry, arguments, data);
    }
    let programme = programme::programme(registry, arguments)?;
    let folder = files::folder(&programme, arguments);
    // Before anything has run, so that hours are not lost for want of a folder.
    let ready = files::ready(&folder)?;
    let mut raw = arguments.raw.as_deref().map(|path| files::raw(path, &folder)).transpose()?;
    interrupt::listen();
    let comparison = runs::run(&programme, arguments, raw.as_mut())?;
    if let Some(raw) = raw {
        raw.finish()?;
    }
    if comparison.seeds.is_empty() {
        return Err(Failure::Nothing(String::from("interrupted before the first seed was over, so nothing was written")));
    }
    let charts = charts::all(&comparison);
    let page = report::page(&comparison, &charts, arguments.field.threads.count(), |row, column| programme.cast(row, column));
    let written = files::write(&comparison, &page, &charts, &folder)?;
    ready.keep();
    data.write(&shown(&comparison, arguments.format))?;
    data.flush()?;
    talk(&format!("written to {}: {}", folder.display(), written.join(", ")));
    comparison.interrupted().iter().for_each(|words| talk(words));
    last_line(&folder.join(files::REPORT), page.len(), arguments.format, data)?;
    Ok(if interrupt::asked() { exit::INTERRUPTED } else { exit::AS_EXPECTED })
}

/// What standard output gets. Where something was varied, a table for each pair of values would bury the one that matters.
fn shown(comparison: &Comparison, format: CompareFormat) -> String {
    match format {
        CompareFormat::Human if comparison.wishes.axes.is_empty() => text::human(comparison) + &choosing::text::human(comparison),
        CompareFormat::Human => choosing::text::human(comparison),
        CompareFormat::Json => json::text(comparison),
        CompareFormat::Markdown => text::markdown(comparison) + &choosing::text::markdown(comparison),
        CompareFormat::Csv => csv::lines(comparison).collect(),
    }
}

/// Where the report is. Among data for programs a sentence has no place.
fn last_line(report: &Path, bytes: usize, format: CompareFormat, data: &mut Data) -> Result<(), Failure> {
    let line = format!("report: {} ({})", report.display(), size_in_words(bytes));
    if format == CompareFormat::Human {
        data.write(&format!("\n{line}\n"))?;
        return data.flush();
    }
    talk(&line);
    Ok(())
}
