//! `hustings shrink FILE`: the smallest scenario in which the same is still found, as a file, and its story.

mod candidates;
mod page;

use std::fs;
use std::path::{Path, PathBuf};

use reports::diagram::{self, Diagram};
use reports::story::Limits;
use reports::words;
use scenarios::shrink::{End, Limits as Patience, Shrunk};
use scenarios::{Saved, shrink as steps, write};
use sim::Registry;

use crate::arguments::{PlayerArguments, ShrinkArguments};
use crate::cast::{self, Cast};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, Whole, each_its_own, talk, told};
use crate::pictures;
use candidates::Candidates;
use page::Page;

/// Where the result goes unless it is said.
const FOLDER: &str = "runs";

pub fn shrink(registry: &Registry, arguments: &ShrinkArguments, data: &mut Data) -> Result<Exit, Failure> {
    let (cast, seed) = subject(registry, arguments)?;
    let path = arguments.out.clone().unwrap_or_else(|| default_path(&cast, seed));
    each_its_own([("--out", Some(path.as_path())), ("--diagram", arguments.diagram.as_deref())])?;
    let named = arguments.invariant.as_deref().map(|name| candidates::invariant(cast.player, name)).transpose()?;
    let candidates = Candidates::of(registry, &cast, seed, named)?;
    let plain = write::drawn(&cast.scenario.setup, seed);
    let found = candidates.found_in_plain(&plain, seed)?;
    interrupt::listen_and_say("finishing the scenario that is tried; the smallest so far is written");
    data.write(&cast.head(&format!("seed {seed}")))?;
    data.write(&format!("shrinking {} ({}): every step is a run\n", found.invariant, words::standing(found.standing)))?;
    data.flush()?;
    let patience = Patience { most: arguments.runs, stop: interrupt::stopped() };
    let (file, picture) = (created(&path)?, arguments.diagram.as_deref().map(created).transpose()?);
    let shrunk = steps::shrink(plain.clone(), found.at, patience, &mut |setup| candidates.still(setup));
    let page = Page { cast: &cast, seed, candidates: &candidates, before: &plain, shrunk: &shrunk, path: &path };
    let text = page.text();
    let smallest = candidates.cast(&text, &path.display().to_string())?;
    let (diagram, fingerprint) = story(&smallest, &candidates, seed, arguments.messages)?;
    data.write(&format!("{}\n{}", page.summary(), diagram::text(&diagram)))?;
    data.flush()?;
    remarks(&shrunk);
    let mut exit = if interrupt::asked() { exit::INTERRUPTED } else { exit::AS_EXPECTED };
    let written = file.complete(&text);
    if written.is_ok() {
        talk(&format!("written: {}", path.display()));
    }
    exit = exit.or(told(written));
    if let Some(picture) = picture {
        exit = exit.or(told(picture.complete(&diagram::svg(&diagram))));
    }
    data.write(&format!("\n{}  # fingerprint {}\n", smallest.command(seed), words::fingerprint(fingerprint)))?;
    Ok(exit)
}

/// Who plays what, and with which seed.
fn subject<'r>(registry: &'r Registry, arguments: &ShrinkArguments) -> Result<(Cast<'r>, u64), Failure> {
    let path = Path::new(&arguments.file);
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("json")) {
        let algorithm = arguments.algorithm.clone().unwrap_or_else(|| String::from("raft"));
        let player = PlayerArguments { algorithm, set: arguments.set.clone(), mutant: arguments.mutant.clone() };
        return Ok((Cast::new(registry, &arguments.file, &player)?, arguments.seed.unwrap_or(0)));
    }
    if arguments.algorithm.is_some() || arguments.seed.is_some() || arguments.mutant.is_some() || !arguments.set.is_empty() {
        let what = "a saved failure says itself who plays, with which seed, mutant and settings";
        return Err(Failure::usage(what, "leave --algorithm, --seed, --mutant and --set out, or name the scenario instead"));
    }
    let saved = Saved::read(path)?;
    let player = cast::player(registry, &saved.algorithm)?;
    Ok((Cast::of(saved.scenario(registry)?, player, saved.mutant.clone())?, saved.seed))
}

/// `runs/random-faults-raft-R1-7-shrunk.toml`.
fn default_path(cast: &Cast<'_>, seed: u64) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    let mutant = cast.mutant().map_or_else(String::new, |mutant| format!("-{mutant}"));
    let name = format!("{}-{}{mutant}-{seed}-shrunk", cast.scenario.setup.name, cast.player.name());
    Path::new(FOLDER).join(format!("{}.toml", name.chars().map(plain).collect::<String>()))
}

/// Opened before the work begins, so that minutes are not lost for want of a folder.
fn created(path: &Path) -> Result<Whole, Failure> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| Failure::write(path.display(), error))?;
    }
    Whole::create(path)
}

/// Runs what stands in the file, for its story and its fingerprint.
fn story(smallest: &Cast<'_>, candidates: &Candidates<'_>, seed: u64, most: usize) -> Result<(Diagram, u128), Failure> {
    let outcome = smallest.run(seed, None);
    let lost = || Failure::Ours(String::from("the written scenario does not show what was found before it was written"));
    candidates.sought(&outcome).ok_or_else(lost)?;
    let story = pictures::story(smallest, seed, &Limits::ALONE);
    let diagram = diagram::of(&story, smallest.mutant(), candidates.invariant(), most).ok_or_else(lost)?;
    Ok((diagram, outcome.fingerprint))
}

fn remarks(shrunk: &Shrunk) {
    match shrunk.end {
        End::Minimal => {}
        End::UsedUp => talk("the runs were used up: what is left may not be the smallest; allow more with --runs"),
        End::Stopped => {
            talk("interrupted: this is the smallest so far; the finding is in it, but events that it does not need may be, too")
        }
    }
}
