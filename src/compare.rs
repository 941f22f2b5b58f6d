//! `hustings compare`: many paired seeds of several scenarios and algorithms, in a table of words and numbers, and in files.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use reports::charts;
use reports::compare::{Column, Comparison, Row, Seed, csv, json, text};
use reports::json::Run;
use scenarios::{Scenario, Sweep, misfit};
use sim::{Player, Registry};

use crate::arguments::{CompareArguments, CompareFormat, PlayerArguments};
use crate::cast::{self, Cast};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, Whole, talk};
use crate::progress;
use crate::report;
use crate::run::{VERSION, findings};

/// What runs write goes here.
const FOLDER: &str = "runs";
/// Below the folder of a comparison.
const CHARTS: &str = "charts";
const REPORT: &str = "report.html";
/// A folder's name does not grow with the number of scenarios beyond this.
const MOST_NAMED: usize = 3;

/// A pair that plays, or the reason why it does not.
enum Part<'r> {
    Plays(Box<Cast<'r>>),
    Misfit(&'static str, String),
}

pub fn compare(registry: &Registry, arguments: &CompareArguments, data: &mut Data) -> Result<Exit, Failure> {
    let seeds = arguments.seeds.clone();
    if seeds.is_empty() {
        return Err(Failure::Nothing(format!("{}..{} holds no seed, so nothing ran", seeds.start, seeds.end)));
    }
    let programme = programme(registry, arguments)?;
    let playing = programme.iter().flat_map(|(_, parts)| parts).filter(|part| matches!(part, Part::Plays(_))).count();
    if playing == 0 {
        return Err(Failure::Nothing(String::from("none of these algorithms can play any of these scenarios, so nothing ran")));
    }
    let folder = arguments.out.clone().unwrap_or_else(|| default_folder(&programme, &seeds));
    // Before anything has run, so that hours are not lost for want of a folder.
    fs::create_dir_all(&folder).map_err(|error| Failure::write(folder.display(), error))?;
    let mut raw = arguments.raw.as_deref().map(Whole::create).transpose()?;
    interrupt::listen();
    let bar = progress::bar((seeds.end - seeds.start) * playing as u64);
    let mut comparison = Comparison { version: VERSION, seeds: seeds.clone(), rows: Vec::new() };
    for (scenario, parts) in &programme {
        let mut columns = Vec::new();
        for part in parts {
            columns.push(match part {
                Part::Misfit(algorithm, why) => Column::new(algorithm, Some(why.clone())),
                Part::Plays(cast) => column(cast, seeds.clone(), arguments, raw.as_mut(), &bar)?,
            });
        }
        let (name, about) = (scenario.setup.name.clone(), scenario.about.clone());
        comparison.rows.push(Row { scenario: name, about, columns });
    }
    bar.finish_and_clear();
    if let Some(raw) = raw {
        raw.finish()?;
    }
    let report = report::page(&comparison, arguments.threads.count(), |row, column| match programme.get(row)?.1.get(column)? {
        Part::Plays(cast) => Some(&**cast),
        Part::Misfit(..) => None,
    });
    let written = write(&comparison, &report, &folder)?;
    data.write(&match arguments.format {
        CompareFormat::Human => text::human(&comparison),
        CompareFormat::Json => json::text(&comparison),
        CompareFormat::Markdown => text::markdown(&comparison),
        CompareFormat::Csv => csv::text(&comparison),
    })?;
    data.flush()?;
    talk(&format!("written: {}", written.join(", ")));
    talk(&format!("report: {} ({})", folder.join(REPORT).display(), reports::html::size_in_words(report.len())));
    Ok(if interrupt::asked() { exit::INTERRUPTED } else { exit::AS_EXPECTED })
}

/// Every scenario with everybody who may play it.
fn programme<'r>(registry: &'r Registry, arguments: &CompareArguments) -> Result<Vec<(Scenario, Vec<Part<'r>>)>, Failure> {
    let players: Vec<&dyn Player> = if arguments.algorithm.is_empty() {
        registry.iter().collect()
    } else {
        arguments.algorithm.iter().map(|name| cast::player(registry, name)).collect::<Result<_, _>>()?
    };
    let mut programme = Vec::new();
    for name in &arguments.scenarios {
        let mut parts = Vec::new();
        let scenario = cast::scenario(registry, name, &arguments.set)?;
        for player in &players {
            parts.push(match misfit(&scenario.setup, *player, scenario.settings_of(player.name())) {
                Some(why) => Part::Misfit(player.name(), why),
                None => {
                    let algorithm = player.name().to_owned();
                    let set = arguments.set.clone();
                    let arguments = PlayerArguments { algorithm, set, mutant: None };
                    Part::Plays(Box::new(Cast::new(registry, name, &arguments)?))
                }
            });
        }
        programme.push((scenario, parts));
    }
    Ok(programme)
}

/// All seeds of one pair.
fn column(
    cast: &Cast<'_>,
    seeds: Range<u64>,
    arguments: &CompareArguments,
    mut raw: Option<&mut Whole>,
    bar: &indicatif::ProgressBar,
) -> Result<Column, Failure> {
    let mut column = Column::new(cast.player.name(), None);
    let mut failure = None;
    let mut found = 0u64;
    let wants_lines = raw.is_some();
    let sweep = Sweep { seeds, jobs: arguments.threads.count(), stop: interrupt::stopped() };
    sweep.each(
        |seed| {
            let outcome = cast.run(seed, None);
            let line = wants_lines.then(|| Run::new(&outcome, VERSION).line() + "\n");
            let names: Vec<&'static str> = outcome.judgements.iter().map(|judgement| judgement.invariant).collect();
            (Seed::new(&outcome), findings(&outcome) == exit::SAFETY, names, line)
        },
        |_, (seed, unsafe_run, names, line)| {
            bar.inc(1);
            found += u64::from(unsafe_run);
            if unsafe_run {
                bar.set_message(format!("{} in {}: {found} with safety findings", cast.player.name(), cast.scenario.setup.name));
            }
            if column.invariants.is_empty() {
                column.invariants = names;
            }
            column.seeds.push(seed);
            if let (Some(raw), Some(line)) = (raw.as_deref_mut(), line)
                && let Err(error) = raw.write(&line)
            {
                failure = Some(Failure::write("the raw lines", error));
                interrupt::stop();
            }
        },
    );
    failure.map_or(Ok(column), Err)
}

/// `runs/compare-leader-crash-0..1000`: nothing of the hour in it, so that the same command writes the same place.
fn default_folder(programme: &[(Scenario, Vec<Part<'_>>)], seeds: &Range<u64>) -> PathBuf {
    let mut name = String::from("compare");
    for (scenario, _) in programme.iter().take(MOST_NAMED) {
        name.push('-');
        name.extend(scenario.setup.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }));
    }
    if programme.len() > MOST_NAMED {
        name.push_str(&format!("-and-{}-more", programme.len() - MOST_NAMED));
    }
    Path::new(FOLDER).join(format!("{name}-{}..{}", seeds.start, seeds.end))
}

/// The files, each whole or not at all; their names.
fn write(comparison: &Comparison, report: &str, folder: &Path) -> Result<Vec<String>, Failure> {
    let files = [
        ("comparison.json", json::text(comparison)),
        ("seeds.csv", csv::text(comparison)),
        ("comparison.md", text::markdown(comparison)),
        (REPORT, String::from(report)),
    ];
    let charts = charts::all(comparison);
    let pictures = folder.join(CHARTS);
    fs::create_dir_all(&pictures).map_err(|error| Failure::write(pictures.display(), error))?;
    let files = files.into_iter().map(|(name, content)| (folder.join(name), content));
    let drawn = charts.iter().map(|chart| (pictures.join(&chart.file), chart.svg.clone()));
    let mut names = Vec::new();
    for (path, content) in files.chain(drawn) {
        let mut file = Whole::create(&path)?;
        file.write(&content).map_err(|error| Failure::write(path.display(), error))?;
        file.finish()?;
        names.push(path.display().to_string());
    }
    names.truncate(names.len() - charts.len());
    names.push(format!("{} ({} pictures)", pictures.display(), charts.len()));
    Ok(names)
}
