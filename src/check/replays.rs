//! What shows a complaint again: the run of its first seed, with the fingerprint; or, where no single run does, the check.

use reports::check::{Complaint, Kind};
use reports::{sections, words};
use sim::outcome::Outcome;

use super::arguments::CheckArguments;
use super::programme::{Asked, Part};
use crate::cast::Cast;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::{talk, talk_in_colour};
use crate::program;
use crate::save;

/// Saved failures: of more than this nobody looks at all.
const MOST_SAVED: usize = 40;

/// Gives every complaint the command that shows it again, and keeps the first failing run of every pair for `hustings replay`. What
/// it amounts to that one could not be kept is given back.
pub fn fill(parts: &mut [Part<'_>], asked: &Asked, seeds: &str, arguments: &CheckArguments) -> Exit {
    let (mut exit, mut saved) = (exit::AS_EXPECTED, 0);
    for part in parts {
        let mut kept = false;
        for complaint in &mut part.case.complaints {
            let first = complaint.seeds.first().copied().filter(|_| complaint.kind != Kind::Regression);
            let (Some(cast), Some(seed)) = (&part.cast, first) else {
                complaint.replay = again(&part.case.scenario, part.case.algorithm, asked, seeds, arguments, complaint.kind);
                continue;
            };
            let outcome = cast.run(seed, None);
            complaint.replay = command(cast, &outcome);
            complaint.evidence = match complaint.kind {
                Kind::NotExercised => missed(&outcome, &complaint.about),
                _ => evidence(&outcome, &complaint.about),
            };
            let fails = matches!(complaint.kind, Kind::Safety | Kind::Liveness);
            if fails && complaint.evidence.is_none() {
                let what = format!(
                    "{}: {} is not violated this time: the run did not repeat itself",
                    cast.command(seed),
                    complaint.about
                );
                talk(&Failure::Ours(what).render(talk_in_colour()));
                exit = exit.or(exit::OURS);
                continue;
            }
            if fails && !kept && saved < MOST_SAVED {
                (kept, saved) = (true, saved + 1);
                exit = exit.or(save::and_tell(cast, &outcome));
            }
        }
    }
    exit
}

fn command(cast: &Cast<'_>, outcome: &Outcome) -> String {
    format!("{}  # fingerprint {}", cast.command(outcome.seed), words::fingerprint(outcome.fingerprint))
}

/// What was seen of this invariant, in one line.
pub fn evidence(outcome: &Outcome, invariant: &str) -> Option<String> {
    let violated = violated(invariant);
    sections::findings(outcome).into_iter().find(|line| line.contains(&violated))
}

/// Why this event came to nothing, in the words of `hustings run`.
fn missed(outcome: &Outcome, event: &str) -> Option<String> {
    let missed = outcome.not_exercised.iter().find(|missed| missed.event == event)?;
    Some(format!("in seed {} {}", outcome.seed, missed.why))
}

/// What stands in the words of each finding by this invariant.
pub fn violated(invariant: &str) -> String {
    format!(" {invariant} violated at ")
}

/// The check of one pair.
fn again(scenario: &str, algorithm: &str, asked: &Asked, seeds: &str, arguments: &CheckArguments, kind: Kind) -> String {
    let word = words::shell;
    let mut command = format!("{} check {} --algorithm {algorithm} --seeds {seeds}", program::name(), word(scenario));
    asked.set.iter().for_each(|set| command.push_str(&format!(" --set {}", word(set))));
    if let Some(baseline) = arguments.baseline.as_ref().filter(|_| kind == Kind::Regression) {
        command.push_str(&format!(" --baseline {}", word(&baseline.display().to_string())));
    }
    command
}

/// What the process answers to a complaint.
pub fn exit_of(complaint: &Complaint) -> Exit {
    match complaint.kind {
        Kind::Safety => exit::SAFETY,
        Kind::Liveness | Kind::Missing | Kind::Threshold => exit::LIVENESS,
        Kind::Regression => exit::REGRESSION,
        Kind::NotExercised => exit::NOT_EXERCISED,
    }
}
