//! `hustings check`: scenarios held against what they expect and allow, runs that failed once, and a baseline. What a pipeline needs.

mod arguments;
mod kept;
mod outputs;
mod programme;
mod replays;
mod runs;

use std::fs;
use std::ops::Range;
use std::path::Path;

pub use arguments::CheckArguments;
use reports::baseline::{self, Judged};
use reports::check::{Case, Check, Kept, Ledger, weigh};
use reports::words;
use sim::Registry;

use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Data, talk};
use crate::run::VERSION;
use outputs::Outputs;
use programme::{Asked, Programme};

pub fn check(registry: &Registry, arguments: &CheckArguments, data: &mut Data) -> Result<Exit, Failure> {
    let merged = (!arguments.merge.is_empty()).then(|| merged(&arguments.merge)).transpose()?;
    let (asked, seeds) = match &merged {
        Some(whole) => (of_ledger(whole), whole.seeds.0..whole.seeds.1),
        None => (of_arguments(arguments), arguments.field.seeds.clone()),
    };
    if seeds.is_empty() {
        return Err(Failure::Nothing(format!("{}..{} holds no seed, so nothing ran", seeds.start, seeds.end)));
    }
    let baseline = arguments.baseline.as_deref().map(read).transpose()?;
    let mut programme = Programme::new(registry, &asked)?;
    programme.parts.iter_mut().for_each(|part| part.case.harm_fails = arguments.no_harm);
    if let (Some(path), Some(was)) = (&arguments.baseline, &baseline) {
        meets(&programme, &seeds, was, path)?;
    }
    let mut outputs = Outputs::open(arguments)?;
    interrupt::listen();
    let limit = arguments.max_time.map(runs::stop_after);
    let kept = match &arguments.failures {
        Some(folder) => kept::replay(registry, folder, &mut programme)?,
        None => Vec::new(),
    };
    let done = match merged {
        Some(whole) => take(&mut programme, whole).map(|()| seeds.end - seeds.start)?,
        None => runs::run(&mut programme, &seeds, arguments.shard, arguments.field.threads.count())?,
    };
    drop(limit);
    let mut exit = programme.exit.unwrap_or(exit::AS_EXPECTED).or(cut_short(done, &mut programme));
    if done == 0 && runs::cut_short() && arguments.shard.is_some() {
        return Ok(exit);
    }
    let whole = ledger(&programme, &asked, &seeds, arguments.shard);
    if arguments.shard.is_some() {
        outputs.keep(&whole)?;
        talk(&format!("{done} seeds of each of {} pairs; --merge judges all shards together", programme.casts().count()));
        return Ok(exit);
    }
    judge(&mut programme, baseline.as_ref());
    let words = format!("{}..{}", seeds.start, seeds.start + done);
    exit = exit.or(replays::fill(&mut programme.parts, &asked, &words, arguments));
    let check = finished(programme, kept, seeds.start..seeds.start + done, seeds);
    exit = check.complaints().fold(exit, |exit, (_, complaint)| exit.or(replays::exit_of(complaint)));
    Ok(exit.or(outputs.tell(&check, &whole, arguments, data)))
}

/// What it amounts to that somebody pressed Ctrl-C, or that time was up. Where not one seed was over by then no scenario is judged; what is
/// known of files, and of runs that were kept, is told all the same.
fn cut_short(done: u64, programme: &mut Programme<'_>) -> Exit {
    let (asked, up) = (interrupt::asked(), runs::time_is_up());
    if done == 0 && runs::cut_short() {
        let why = if asked { "interrupted" } else { "time was up" };
        talk(&format!("{why} before the first seed was over, so no scenario is judged"));
        programme.parts.clear();
    } else if up {
        talk("time is up: what follows is about the seeds that were run by now");
    }
    match asked {
        true => exit::INTERRUPTED,
        false if done == 0 && up => exit::NOT_EXERCISED,
        false => exit::AS_EXPECTED,
    }
}

fn of_arguments(arguments: &CheckArguments) -> Asked {
    let CheckArguments { scenarios, field, .. } = arguments;
    Asked { scenarios: scenarios.clone(), algorithms: field.algorithm.clone(), set: field.set.clone() }
}

fn of_ledger(ledger: &Ledger) -> Asked {
    Asked { scenarios: ledger.scenarios.clone(), algorithms: ledger.algorithms.clone(), set: ledger.set.clone() }
}

/// A baseline or a shard. One that another version wrote is taken, and that is said: to see what a new version changes is what a
/// baseline is for. So is one of the days before there were checksums; one that was changed is refused.
fn read(path: &Path) -> Result<Ledger, Failure> {
    let help = "`hustings check --save-baseline FILE` writes one";
    let text =
        fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display()), help))?;
    let ledger =
        Ledger::read(&text).map_err(|wrong| Failure::usage(format!("{}: {}", path.display(), wrong.what), wrong.help))?;
    if ledger.version != VERSION {
        talk(&format!(
            "{} was written by version {}, this is {VERSION}: runs may differ by that alone",
            path.display(),
            ledger.version
        ));
    }
    if ledger.checksum.is_empty() {
        talk(&format!(
            "{} has no checksum, as files of earlier versions: whether it was changed since it was written cannot be told",
            path.display()
        ));
    }
    if ledger.shard.is_none() && ledger.cases.iter().all(|records| records.runs.is_empty()) {
        return Err(Failure::usage(format!("{} holds no run", path.display()), help));
    }
    Ok(ledger)
}

/// A baseline that has nothing of what is checked would be green for ever.
fn meets(programme: &Programme<'_>, seeds: &Range<u64>, was: &Ledger, path: &Path) -> Result<(), Failure> {
    if let Some((number, of)) = was.shard {
        let what = format!("{} is shard {number} of {of}, and no baseline", path.display());
        return Err(Failure::usage(what, "put the shards together: `hustings check --merge FILE... --save-baseline FILE`"));
    }
    let cases = programme.parts.iter().map(|part| &part.case);
    if programme.casts().count() == 0 || baseline::shares_anything(cases, seeds, was) {
        return Ok(());
    }
    let what = format!("{} has no run of any of these scenarios and algorithms under these seeds", path.display());
    Err(Failure::Nothing(format!("{what}, so nothing would be held against it")))
}

fn merged(files: &[std::path::PathBuf]) -> Result<Ledger, Failure> {
    let parts = files.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    if let Some(other) = parts.iter().find(|part| part.version != VERSION) {
        let what = format!("the shards were run by version {}, and this is {VERSION}", other.version);
        return Err(Failure::usage(what, "put them together with the version that ran them"));
    }
    for (path, part) in files.iter().zip(&parts).filter(|(_, part)| !part.cases.is_empty()) {
        let Some(shard) = part.shard else { continue };
        let (there, whole) = (part.seeds_run(), runs::seeds_of(&(part.seeds.0..part.seeds.1), shard));
        if there < whole {
            let what = format!("{}: this shard was cut short: it has {there} seeds of {whole}", path.display());
            return Err(Failure::usage(what, "run it anew, to its end"));
        }
    }
    let help = "give every file of one `hustings check --shard` once";
    Ledger::merge(parts).map_err(|what| Failure::usage(what, help))
}

/// The runs of the shards in place of runs of our own.
fn take(programme: &mut Programme<'_>, whole: Ledger) -> Result<(), Failure> {
    for records in whole.cases {
        let same = |case: &Case| {
            let known = &case.records;
            (&known.scenario, &known.algorithm, &known.digest) == (&records.scenario, &records.algorithm, &records.digest)
        };
        let Some(part) = programme.parts.iter_mut().find(|part| same(&part.case)) else {
            let what = format!("{} is not what the shards were run with", records.scenario);
            return Err(Failure::usage(what, "put them together where the same files are"));
        };
        part.case.records = records;
    }
    match programme.parts.iter().find(|part| part.cast.is_some() && part.case.records.runs.is_empty()) {
        None => Ok(()),
        Some(part) => {
            let what = format!("{} with {} is not in the shards", part.case.scenario, part.case.algorithm);
            Err(Failure::usage(what, "run the shards anew: what is checked has changed since"))
        }
    }
}

fn ledger(programme: &Programme<'_>, asked: &Asked, seeds: &Range<u64>, shard: Option<(u64, u64)>) -> Ledger {
    let mut ledger = Ledger::new(VERSION, &asked.scenarios, &asked.algorithms, &asked.set, (seeds.start, seeds.end));
    ledger.shard = shard;
    ledger.cases = programme.parts.iter().filter(|part| part.cast.is_some()).map(|part| part.case.records.clone()).collect();
    ledger
}

/// Weighs every pair, and holds all of them against the baseline.
fn judge(programme: &mut Programme<'_>, against: Option<&Ledger>) {
    for part in &mut programme.parts {
        part.case.complaints = weigh(&part.case);
    }
    let Some(against) = against.filter(|_| !programme.parts.is_empty()) else { return };
    let cases: Vec<Case> = programme.parts.iter().map(|part| part.case.clone()).collect();
    let judged = baseline::judge(&cases, against);
    let held = held_against(&judged);
    for (place, complaint) in judged.complaints {
        programme.parts[place].case.complaints.push(complaint);
    }
    programme.notes.extend(judged.notes);
    programme.notes.push(held);
}

/// How much was held against the baseline. Where nothing at all differs, there is nothing to be asked.
fn held_against(judged: &Judged) -> String {
    let runs = words::count(judged.held);
    match judged.family {
        0 => format!("all {runs} runs that were held against the baseline are as they were then"),
        1 => format!("{runs} runs were held against the baseline, and 1 question was asked of what differs"),
        family => format!("{runs} runs were held against the baseline, and {family} questions were asked of what differs"),
    }
}

fn finished(programme: Programme<'_>, kept: Vec<Kept>, seeds: Range<u64>, asked: Range<u64>) -> Check {
    let cases = programme.parts.into_iter().map(|part| part.case).collect();
    Check { version: VERSION, seeds, asked, cases, broken: programme.broken, kept, notes: programme.notes }
}
