//! Candidates, each run as the file that it would be: what cannot be written down and read back is none.

use reports::words;
use scenarios::{PerAlgorithm, Scenario, suggest, write};
use sim::audit::catalogue;
use sim::outcome::{Outcome, Severity, Standing};
use sim::setup::Setup;
use sim::{Options, Player, Registry, Time, Value};

use crate::cast::Cast;
use crate::failure::Failure;
use crate::program;

/// What is to be found again, and when it was first seen.
pub struct Found {
    pub invariant: &'static str,
    pub standing: Standing,
    pub at: Time,
    pub saw: String,
}

pub struct Candidates<'r> {
    registry: &'r Registry,
    player: &'r dyn Player,
    settings: PerAlgorithm<(String, Value)>,
    seed: u64,
    mutant: Option<String>,
    fingerprint: u128,
    severity: Severity,
    invariant: &'static str,
    standing: Standing,
}

impl<'r> Candidates<'r> {
    /// Runs the whole, and takes the finding by this invariant. Where none is named: a broken promise before harm that nobody promised
    /// to avoid, of these safety before liveness, and of these the first.
    pub fn of(registry: &'r Registry, cast: &Cast<'r>, seed: u64, named: Option<&str>) -> Result<Candidates<'r>, Failure> {
        let outcome = cast.run(seed, None);
        let mut found = words::findings(&outcome, Severity::Safety);
        found.extend(words::findings(&outcome, Severity::Liveness));
        found.sort_by_key(|(judgement, _)| judgement.standing != Standing::Promised);
        let all: Vec<&str> = found.iter().map(|(judgement, _)| judgement.invariant).collect();
        let sought = found.iter().find(|(judgement, _)| named.is_none_or(|name| name == judgement.invariant));
        let Some((judgement, _)) = sought else { return Err(nothing(named, &all, &cast.command(seed))) };
        let name = cast.player.name();
        let settings = cast.scenario.settings.iter().filter(|(algorithm, _)| algorithm == name).cloned().collect();
        Ok(Candidates {
            registry,
            player: cast.player,
            settings,
            seed,
            mutant: cast.mutant().map(str::to_owned),
            fingerprint: outcome.fingerprint,
            severity: judgement.severity,
            invariant: judgement.invariant,
            standing: judgement.standing,
        })
    }

    pub const fn invariant(&self) -> &'static str {
        self.invariant
    }

    /// The same finding in this outcome: by the same invariant, with the same standing.
    pub fn sought(&self, outcome: &Outcome) -> Option<Found> {
        let found = words::findings(outcome, self.severity);
        let same =
            found.into_iter().find(|(judgement, _)| judgement.invariant == self.invariant && judgement.standing == self.standing);
        same.map(|(judgement, violation)| Found {
            invariant: judgement.invariant,
            standing: judgement.standing,
            at: violation.at,
            saw: violation.saw.clone(),
        })
    }

    /// The setup as a file.
    pub fn text(&self, setup: &Setup, about: &str, comments: &[String]) -> String {
        let mut setup = setup.clone();
        let name = self.player.name();
        setup.members.iter_mut().for_each(|member| member.settings.retain(|(algorithm, ..)| algorithm == name));
        write::scenario(&setup, about, &self.settings, comments)
    }

    /// Who plays what the file says.
    pub fn cast(&self, text: &str, origin: &str) -> Result<Cast<'r>, Failure> {
        Cast::of(Scenario::parse(text, origin, self.registry)?, self.player, self.mutant.clone())
    }

    /// The scenario written out, with nothing taken away yet: it must be the same run.
    pub fn found_in_plain(&self, plain: &Setup, seed: u64) -> Result<Found, Failure> {
        let cast = self.cast(&self.text(plain, "", &[]), "the scenario, written out")?;
        let outcome = cast.run(seed, None);
        let same = self.sought(&outcome).filter(|_| outcome.fingerprint == self.fingerprint);
        same.ok_or_else(|| Failure::Ours(format!("the scenario, written out, runs differently: {}", cast.command(seed))))
    }

    /// When the same is found in this candidate.
    pub fn still(&self, setup: &Setup) -> Option<Time> {
        let cast = self.cast(&self.text(setup, "", &[]), "candidate").ok()?;
        let outcome = cast.run_with(self.seed, Options { fingerprint: false, ..Options::default() });
        self.sought(&outcome).map(|found| found.at)
    }
}

/// The invariant of this name, or of the kind of split-brain that goes by it.
///
/// # Errors
/// Where there is none: nothing can be found by it in any run.
pub fn invariant(player: &dyn Player, name: &str) -> Result<&'static str, Failure> {
    let own: Vec<&'static str> = player.invariants().iter().map(|words| words.name).collect();
    if let Some(known) = catalogue::by_name(name) {
        return Ok(known.name);
    }
    if let Some(known) = own.iter().copied().find(|known| *known == name) {
        return Ok(known);
    }
    let kinds = catalogue::ALL.iter().filter_map(|known| known.kind());
    let known: Vec<&str> = catalogue::ALL.iter().map(|known| known.name).chain(kinds).chain(own).collect();
    let help = match suggest::closest(name, known) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("`{} list invariants` shows all names", program::name()),
    };
    Err(Failure::usage(format!("there is no invariant `{name}`"), help))
}

fn nothing(named: Option<&str>, found: &[&str], command: &str) -> Failure {
    Failure::Nothing(match named {
        Some(name) if !found.is_empty() => {
            format!(
                "`{name}` is not violated in this run, so there is nothing to shrink; what is: {}: {command}",
                found.join(", ")
            )
        }
        _ => format!("there is no finding in this run, so there is nothing to shrink: {command}"),
    })
}
