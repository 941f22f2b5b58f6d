//! Runs that failed once and were kept in a folder: each is run again, and none may fail as it did. One that was kept with a
//! built-in bug is a canary: it has to fail, or the gate is blind.

use std::path::Path;

use reports::check::{Complaint, Kept, Kind, Wanted};
use reports::words;
use scenarios::Saved;
use sim::Registry;
use sim::audit::catalogue;
use sim::outcome::{Outcome, Severity, Standing};

use super::programme::{self, Programme};
use super::{replays, runs};
use crate::build;
use crate::cast::{self, Cast};
use crate::failure::Failure;
use crate::program;

/// Replays the folder. A file that cannot be read is told among the programme's, and the others are replayed all the same.
///
/// # Errors
/// Where there is no such folder.
pub fn replay(registry: &Registry, folder: &Path, programme: &mut Programme<'_>) -> Result<Vec<Kept>, Failure> {
    let mut all = Vec::new();
    let files = programme::files(folder, "json")?;
    if files.is_empty() {
        programme.notes.push(format!("there is no kept run in {}, so none was replayed", folder.display()));
    }
    let there = files.len();
    for (replayed, path) in files.into_iter().enumerate() {
        if runs::cut_short() {
            programme.notes.push(format!("{} of {there} kept runs were not replayed: there was no time", there - replayed));
            break;
        }
        match one(registry, &path) {
            Ok(kept) => all.push(kept),
            Err(failure) => programme.tell(Wanted::Kept, &path.display().to_string(), &failure),
        }
    }
    Ok(all)
}

fn one(registry: &Registry, path: &Path) -> Result<Kept, Failure> {
    let saved = Saved::read(path)?;
    let player = cast::player(registry, &saved.algorithm)?;
    let cast = Cast::of(saved.scenario(registry)?, player, saved.mutant.clone())?;
    let outcome = cast.run(saved.seed, None);
    let file = path.display().to_string();
    let fingerprint = words::fingerprint(outcome.fingerprint);
    if fingerprint != saved.fingerprint && saved.is_of_this_build(build::this()) {
        let what = format!("{file}: this program saved it with another fingerprint: the run did not repeat itself");
        return Err(Failure::Ours(what));
    }
    let replay = format!("{} replay {}  # fingerprint {fingerprint}", program::name(), words::shell(&file));
    let complaint = complaint(&cast, &outcome, &saved).map(|complaint| Complaint { replay, ..complaint });
    let mutant = saved.mutant.as_ref().map_or_else(String::new, |mutant| format!(" with mutant {mutant}"));
    let now = match (&complaint, &saved.mutant) {
        (None, None) => "no longer fails",
        (None, Some(_)) | (Some(_), None) => "still fails",
        (Some(_), Some(_)) => "is not caught any more",
    };
    let words = format!("{}, {}{mutant}, seed {}: {now}", cast.scenario.setup.name, saved.algorithm, saved.seed);
    Ok(Kept { file, words, complaint })
}

fn complaint(cast: &Cast<'_>, outcome: &Outcome, saved: &Saved) -> Option<Complaint> {
    let meant = |invariant: &str| {
        let expect = &cast.scenario.expect;
        let mine = expect.iter().filter(|(algorithm, _)| algorithm == cast.player.name());
        mine.flat_map(|(_, promises)| promises).any(|promise| catalogue::name_of(*promise) == invariant)
    };
    let kinds = [(Severity::Safety, Kind::Safety), (Severity::Liveness, Kind::Liveness)];
    let mut found = kinds.into_iter().flat_map(|(severity, kind)| {
        let findings = words::findings(outcome, severity).into_iter();
        findings.map(move |(judgement, _)| (kind, judgement.invariant, judgement.standing))
    });
    let seeds = vec![outcome.seed];
    if let Some(mutant) = &saved.mutant {
        // Harm that nobody promised to avoid befalls this run without the bug, too, unless it is what it was kept for.
        let caught = found.any(|(_, invariant, standing)| standing == Standing::Promised || kept_for(saved, invariant));
        let words = format!("what the bug {mutant} did is not found any more, and a canary has to fail");
        return (!caught).then(|| Complaint { seeds, ..Complaint::new(Kind::Missing, mutant, words) });
    }
    let (kind, invariant, _) = found.find(|(_, invariant, _)| !meant(invariant))?;
    let words = format!("{invariant} is violated again in a run that failed once");
    let evidence = replays::evidence(outcome, invariant);
    Some(Complaint { seeds, evidence, ..Complaint::new(kind, invariant, words) })
}

/// Whether it was saved because of this one.
fn kept_for(saved: &Saved, invariant: &str) -> bool {
    let violated = replays::violated(invariant);
    saved.findings.iter().any(|finding| finding.contains(&violated))
}
