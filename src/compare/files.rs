//! The folder of a comparison: what it is called, whether it may be written, and its files, which appear all together or not at
//! all.

use std::fs;
use std::io::ErrorKind;
use std::iter;
use std::path::{Path, PathBuf};

use reports::charts::Chart;
use reports::choosing;
use reports::compare::{Comparison, csv, json, text};

use super::programme::Programme;
use crate::arguments::{CompareArguments, FieldArguments};
use crate::failure::Failure;
use crate::output::Whole;
use crate::run::VERSION;

/// What runs write goes here.
const FOLDER: &str = "runs";
/// A folder's name does not grow with the number of scenarios beyond this.
const MOST_NAMED: usize = 3;
/// By this file a folder is known for a comparison's.
const MARK: &str = "comparison.json";
/// For the eye: everything on one page.
pub const REPORT: &str = "report.html";
/// Below the folder of a comparison.
const CHARTS: &str = "charts";

/// What else may stand in a comparison's folder.
const OTHERS: [&str; 5] = ["seeds.csv", "comparison.md", "choosing.csv", CHARTS, REPORT];

/// A file's name and its text, piece by piece: of a million seeds nobody has the whole text in memory.
type Content<'c> = (String, Box<dyn Iterator<Item = String> + 'c>);

/// `runs/compare-leader-crash-0..1000`: nothing of the hour in it, so that the same command writes the same place; and of what else was
/// asked for eight digits, so that another command writes another.
pub fn folder(programme: &Programme<'_>, arguments: &CompareArguments) -> PathBuf {
    if let Some(folder) = &arguments.out {
        return folder.clone();
    }
    let mut names: Vec<&str> = programme.scenes.iter().map(|scene| scene.scenario.setup.name.as_str()).collect();
    names.dedup();
    let mut words: Vec<String> = iter::once("compare").chain(names.iter().take(MOST_NAMED).copied()).map(String::from).collect();
    if names.len() > MOST_NAMED {
        words.push(format!("and-{}-more", names.len() - MOST_NAMED));
    }
    words.extend(digits(arguments));
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = words.join("-").chars().map(plain).collect();
    Path::new(FOLDER).join(format!("{name}-{}..{}", arguments.field.seeds.start, arguments.field.seeds.end))
}

/// Of everything besides scenarios and seeds that changes what is written. None, if that is nothing.
fn digits(arguments: &CompareArguments) -> Option<String> {
    let CompareArguments { field, vary, target_p99, target_false_per_day, .. } = arguments;
    let FieldArguments { algorithm, set, .. } = field;
    let mut words: Vec<String> = Vec::new();
    for (option, values) in [("algorithm", algorithm), ("set", set), ("vary", vary)] {
        words.extend(values.iter().map(|value| format!("{option} {value}")));
    }
    words.extend(target_p99.map(|most| format!("p99 {most}")));
    words.extend(target_false_per_day.map(|most| format!("false {most}")));
    // FNV-1a: no secret, only a short name.
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    let hash = words.join("\n").bytes().fold(2_166_136_261, mix);
    (!words.is_empty()).then(|| format!("{hash:08x}"))
}

/// Folders that were made for a comparison; unless it is written they are taken away again, as far as they are empty.
pub struct Ready {
    made: Vec<PathBuf>,
}

impl Ready {
    /// There is something in them now.
    pub fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        for folder in &self.made {
            // What is not empty is somebody's, and stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The folder is there, takes files, and holds nothing that must not be replaced.
///
/// # Errors
/// Where it does not.
pub fn ready(folder: &Path) -> Result<Ready, Failure> {
    let made = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).map(PathBuf::from).collect();
    let ready = Ready { made };
    takes_files(folder).map(|()| ready)
}

fn takes_files(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::write(folder.display(), error))?;
    let mark = folder.join(MARK);
    match fs::read_to_string(&mark) {
        Ok(text) => match json::version_of(&text) {
            Some(version) if version == VERSION => {}
            Some(version) => {
                let what = format!("{} was written by version {version}, and this is {VERSION}", mark.display());
                return Err(Failure::usage(what, "keep it, and name another folder with --out; or remove it first"));
            }
            None => {
                let what = format!("{} is there already, and is no comparison", mark.display());
                return Err(Failure::usage(what, "name another folder with --out"));
            }
        },
        Err(error) if error.kind() == ErrorKind::NotFound => nobody_elses(folder)?,
        Err(error) => {
            return Err(Failure::usage(
                format!("{} is there already: {error}", mark.display()),
                "name another folder with --out",
            ));
        }
    }
    // A folder that can be read is not yet one that can be written.
    Whole::create(&mark).map(drop)
}

/// The file for the raw lines.
///
/// # Errors
/// Where it is none, or has the name of another file of the same comparison.
pub fn raw(path: &Path, folder: &Path) -> Result<Whole, Failure> {
    if path == Path::new("-") {
        let what = "--raw takes a file, and standard output gets the tables";
        let help = "name a file, such as --raw runs/raw.jsonl; or add --raw-only: then the lines are all that is written";
        return Err(Failure::usage(what, help));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let same = fs::canonicalize(parent).ok().zip(fs::canonicalize(folder).ok()).is_some_and(|(parent, folder)| parent == folder);
    let ours = iter::once(MARK).chain(OTHERS).any(|name| path.file_name().is_some_and(|file| file == name));
    if same && ours {
        let what = format!("--raw {} is the place of another file of this comparison", path.display());
        return Err(Failure::usage(what, "give it a name of its own, such as raw.jsonl"));
    }
    Whole::create(path)
}

/// Where there is no comparison yet, a file by the name of one of its files is somebody else's.
fn nobody_elses(folder: &Path) -> Result<(), Failure> {
    let theirs = OTHERS.map(|name| folder.join(name));
    match theirs.iter().find(|path| path.exists()) {
        Some(path) => {
            let what = format!("{} is there already, and belongs to no comparison", path.display());
            Err(Failure::usage(what, "name another folder with --out; or remove it first"))
        }
        None => Ok(()),
    }
}

/// Takes away the charts of an earlier comparison in the same folder that this one has not drawn.
fn clear(pictures: &Path, charts: &[Chart]) {
    let Ok(entries) = fs::read_dir(pictures) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_chart = Path::new(&name).extension().is_some_and(|extension| extension == "svg");
        if is_chart && !charts.iter().any(|chart| name.to_str() == Some(&chart.file)) {
            // What cannot be removed stays: the report does not name it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Every file of a comparison. Others are added here.
fn contents<'c>(comparison: &'c Comparison, report: &'c str, charts: &'c [Chart]) -> Vec<Content<'c>> {
    let mut files = vec![
        one(MARK, move || json::text(comparison)),
        (String::from("seeds.csv"), Box::new(csv::lines(comparison))),
        one("comparison.md", move || text::markdown(comparison) + &choosing::text::markdown(comparison)),
    ];
    if !comparison.wishes.is_empty() {
        files.push(one("choosing.csv", move || choosing::csv::text(comparison)));
    }
    files.extend(charts.iter().map(|chart| one(&format!("{CHARTS}/{}", chart.file), || chart.svg.clone())));
    files.push(one(REPORT, move || String::from(report)));
    files
}

/// A file in one piece, made when it is written.
fn one<'c>(name: &str, text: impl FnOnce() -> String + 'c) -> Content<'c> {
    (String::from(name), Box::new(iter::once_with(text)))
}

/// Writes them all beside their places, then puts them there; their names, the charts in one.
///
/// # Errors
/// Where one cannot be written: then none is.
pub fn write(comparison: &Comparison, report: &str, charts: &[Chart], folder: &Path) -> Result<Vec<String>, Failure> {
    let pictures = folder.join(CHARTS);
    fs::create_dir_all(&pictures).map_err(|error| Failure::write(pictures.display(), error))?;
    let (mut wholes, mut names) = (Vec::new(), Vec::new());
    for (name, pieces) in contents(comparison, report, charts) {
        let path = folder.join(&name);
        let failed = |error| Failure::write(path.display(), error);
        let mut file = Whole::create(&path)?;
        for piece in pieces {
            file.write(&piece).map_err(failed)?;
        }
        file.settle().map_err(failed)?;
        wholes.push(file);
        if path.parent() == Some(folder) {
            names.push(name);
        }
    }
    wholes.into_iter().try_for_each(Whole::finish)?;
    clear(&pictures, charts);
    if !charts.is_empty() {
        names.push(format!("{CHARTS}/ ({})", charts.len()));
    }
    Ok(names)
}
