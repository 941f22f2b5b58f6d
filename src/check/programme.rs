//! What is checked: every scenario that can be read, with everybody who may play it. A file that cannot be read is told, and the
//! others are checked all the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reports::check::{Broken, Case, Records, Scripted, Wanted};
use scenarios::{Scenario, late_answers, misfit};
use sim::algorithm::Promise;
use sim::audit::catalogue;
use sim::fault::{ScriptEvent, When};
use sim::setup::Measure;
use sim::{Player, Registry};

use crate::cast::{self, Cast};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::{talk, talk_in_colour};

/// What was asked for, by whatever means.
pub struct Asked {
    pub scenarios: Vec<String>,
    pub algorithms: Vec<String>,
    pub set: Vec<String>,
}

/// A pair that is judged. Who cannot play is judged too where something is demanded of it.
pub struct Part<'r> {
    pub case: Case,
    pub cast: Option<Cast<'r>>,
}

#[derive(Default)]
pub struct Programme<'r> {
    pub parts: Vec<Part<'r>>,
    pub broken: Vec<Broken>,
    /// What is to be said besides.
    pub notes: Vec<String>,
    /// What the files that cannot be read amount to.
    pub exit: Option<Exit>,
}

impl<'r> Programme<'r> {
    /// # Errors
    /// Where an algorithm is unknown, or nothing was selected.
    pub fn new(registry: &'r Registry, asked: &Asked) -> Result<Programme<'r>, Failure> {
        let players = cast::players(registry, &asked.algorithms)?;
        let mut programme = Programme::default();
        let names = programme.names(&asked.scenarios);
        let mut unplayed = Vec::new();
        for name in &names {
            let everybody = asked.algorithms.is_empty() || asked.scenarios.contains(name);
            match parts(registry, name, &asked.set, &players, everybody) {
                Ok(parts) if parts.is_empty() => unplayed.push(name.as_str()),
                Ok(parts) => programme.parts.extend(parts),
                Err(failure) => programme.tell(Wanted::Scenario, name, &failure),
            }
        }
        // Of what is built in, everybody plays what is for them; a folder is somebody's own, and should be known to be looked at.
        if !unplayed.is_empty() && !asked.scenarios.is_empty() {
            let all = reports::words::first_of(&unplayed);
            programme.notes.push(format!("none of these algorithms can play {all}: not checked"));
        }
        if programme.parts.is_empty() && programme.broken.is_empty() {
            let what = if names.is_empty() { "there is no scenario there" } else { "none of these algorithms can play" };
            return Err(Failure::Nothing(format!("{what}, so nothing ran")));
        }
        Ok(programme)
    }

    /// Each scenario once, folders in the order of their names.
    fn names(&mut self, asked: &[String]) -> Vec<String> {
        let mut names = Vec::new();
        for name in asked {
            if !Path::new(name).is_dir() {
                names.push(name.clone());
                continue;
            }
            match files(Path::new(name), "toml") {
                Ok(files) if files.is_empty() => {
                    let what = format!("there is no scenario in {name}, so nothing of it ran");
                    self.tell(Wanted::Folder, name, &Failure::Nothing(what));
                }
                Ok(files) => names.extend(files.iter().map(|file| file.display().to_string())),
                Err(failure) => self.tell(Wanted::Folder, name, &failure),
            }
        }
        if asked.is_empty() {
            names.extend(scenarios::library().iter().map(|(name, _)| String::from(*name)));
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// Says what is wrong with a file that was to be this, and remembers it.
    pub fn tell(&mut self, wanted: Wanted, file: &str, failure: &Failure) {
        talk(&failure.render(talk_in_colour()));
        let (line, title) = match failure {
            Failure::Scenario(complaints) => match complaints.list.first() {
                Some(first) if first.place.source == 0 => {
                    (Some(complaints.line_and_column(first.place).0), first.title.to_string())
                }
                Some(first) => (None, format!("{}: {}", complaints.sources[first.place.source].origin, first.title)),
                None => (Some(1), String::from("it cannot be read")),
            },
            other if wanted == Wanted::Folder => (None, other.render(false)),
            other => (Some(1), other.render(false)),
        };
        self.broken.push(Broken { wanted, file: file.to_owned(), line, title });
        self.exit = Some(failure.exit().or(self.exit.unwrap_or(exit::AS_EXPECTED)));
    }

    /// Those that run.
    pub fn casts(&self) -> impl Iterator<Item = (usize, &Cast<'r>)> {
        self.parts.iter().enumerate().filter_map(|(place, part)| Some((place, part.cast.as_ref()?)))
    }
}

/// The files with this ending in a folder and below it, in the order of their names.
///
/// # Errors
/// Where a folder cannot be read.
pub fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Failure> {
    below(folder, ending, &mut BTreeSet::new())
}

/// A link may lead back up: every folder is entered once.
fn below(folder: &Path, ending: &str, entered: &mut BTreeSet<PathBuf>) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::usage(format!("cannot read {}: {error}", folder.display()), "name a folder that is there and can be read")
    };
    if !entered.insert(fs::canonicalize(folder).map_err(failed)?) {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(below(&path, ending, entered)?);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    Ok(found)
}

/// One scenario with everybody who can play it, or of whom it demands something. Where that is nobody, and it was asked for by name or of
/// everybody, those who cannot are judged for it: a key that was added must not take a scenario out of the gate.
fn parts<'r>(
    registry: &'r Registry,
    name: &str,
    set: &[String],
    players: &[&'r dyn Player],
    must_be_played: bool,
) -> Result<Vec<Part<'r>>, Failure> {
    let scenario = cast::scenario(registry, name, set)?;
    if !scenario.warnings.is_empty() {
        talk(&scenario.warnings.render(talk_in_colour()));
    }
    let events = events(&scenario);
    let (mut parts, mut unfit) = (Vec::new(), Vec::new());
    for player in players {
        let mut case = case(&scenario, player.name(), &events);
        case.misfit = misfit(&scenario.setup, *player, scenario.settings_of(player.name()));
        match &case.misfit {
            Some(_) if case.is_demanding() => parts.push(Part { case, cast: None }),
            Some(_) => unfit.push(Part { case, cast: None }),
            None => {
                let cast = Cast::of(scenario.clone(), *player, None)?;
                for note in late_answers(&scenario.setup, *player, scenario.settings_of(player.name())) {
                    talk(&format!("note: {}: {note}", scenario.origin));
                }
                case.recovery_beyond_run = Some(cast.recovery()).filter(|recovery| *recovery > scenario.setup.duration);
                parts.push(Part { case, cast: Some(cast) });
            }
        }
    }
    Ok(if parts.is_empty() && must_be_played { unfit } else { parts })
}

/// What the scenario demands of this algorithm.
fn case(scenario: &Scenario, algorithm: &'static str, events: &[Scripted]) -> Case {
    let mine = |(name, _): &&(String, Vec<Promise>)| name == algorithm;
    let promises = scenario.expect.iter().find(mine).map_or(&[][..], |(_, promises)| promises);
    let thresholds = scenario.threshold.iter().find(|(name, _)| name == algorithm).map_or(&[][..], |(_, all)| all);
    let line = |key: &'static str| scenario.line_of(&["threshold", algorithm, key]);
    Case {
        scenario: scenario.origin.clone(),
        file: file(scenario),
        algorithm,
        misfit: None,
        expects: promises.iter().map(|promise| catalogue::name_of(*promise)).collect(),
        expects_line: scenario.line_of(&["expect", algorithm, "finds"]),
        thresholds: thresholds.iter().map(|threshold| (threshold.clone(), line(threshold.key))).collect(),
        harm_fails: false,
        measures_failover: matches!(scenario.setup.measure, Some(Measure::Failover)),
        measure_line: scenario.line_of(&["measure"]),
        recovery_beyond_run: None,
        events: events.to_vec(),
        records: Records {
            scenario: scenario.origin.clone(),
            algorithm: algorithm.to_owned(),
            digest: digest(scenario),
            ..Records::default()
        },
        complaints: Vec::new(),
    }
}

fn events(scenario: &Scenario) -> Vec<Scripted> {
    let of = |event: &ScriptEvent| Scripted {
        name: event.name.clone(),
        line: scenario.line_of_event(&event.name),
        moment: match &event.when {
            When::Moment(_, moment) => Some(moment.name()),
            When::At(_) | When::After(..) => None,
        },
    };
    scenario.setup.script.iter().map(of).collect()
}

/// The file to point at. In the project itself a built-in scenario is one of its files too.
fn file(scenario: &Scenario) -> Option<String> {
    let of_project = format!("scenarios/library/{}.toml", scenario.origin);
    let built_in = scenarios::library().iter().any(|(name, _)| *name == scenario.origin);
    match fs::read_to_string(&of_project) {
        Ok(text) if built_in && text == scenario.text => Some(of_project),
        _ if built_in => None,
        _ => Some(scenario.origin.clone()),
    }
}

/// Over everything that the scenario says. FNV-1a: no secret, only a short name.
fn digest(scenario: &Scenario) -> String {
    let mut hash = 14_695_981_039_346_656_037u64;
    let mut mix = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211);
        }
    };
    mix(&scenario.text);
    for (key, value) in scenario.overrides.iter().chain(&scenario.files) {
        mix(key);
        mix(value);
    }
    format!("{hash:016x}")
}
