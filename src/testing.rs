//! The test kit for authors of algorithms: one line in a `#[test]` puts an algorithm through the library and its random faults.
//!
//! ```no_run
//! # use hustings::sim::Algorithm;
//! # fn gate_of<Mine: Algorithm>() {
//! hustings::testing::gate::<Mine>().seeds(20).run();
//! # }
//! ```
//!
//! It passes when nothing was found, and when everything that the algorithm claims was exercised at least once. Otherwise it
//! panics: what was found, where, and in the last line the command that shows it again. The library is inside the crate, so
//! no file is needed; nothing is written.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use reports::words;
use scenarios::{Scenario, Sweep, misfit};
use sim::audit::catalogue;
use sim::outcome::{Judgement, Outcome, Severity, Standing, Verdict, Violation};
use sim::{Algorithm, Promise, Registry};

use crate::cast::{self, Cast};
use crate::failure::Failure;

/// Of each scenario, where the author does not say how many: enough to see a blunder, in the time for a test.
const SEEDS: u64 = 20;

/// A gate for this algorithm, which is known by its name beside those that are built in. It does nothing before
/// [`Gate::run`].
pub fn gate<A: Algorithm>() -> Gate {
    Gate {
        registry: crate::registry().with::<A>(),
        name: A::NAME,
        scenarios: Vec::new(),
        seeds: 0..SEEDS,
        set: Vec::new(),
        mutant: None,
        tolerated: Vec::new(),
        unexercised: Vec::new(),
    }
}

/// What is to be run, and what is known beforehand.
#[must_use = "a gate does nothing before `run`"]
pub struct Gate {
    registry: Registry,
    name: &'static str,
    /// Empty: the whole library.
    scenarios: Vec<String>,
    seeds: Range<u64>,
    set: Vec<String>,
    mutant: Option<String>,
    tolerated: Vec<Promise>,
    unexercised: Vec<Promise>,
}

/// What a gate that passed has seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Passed {
    /// Over all scenarios and seeds.
    pub runs: u64,
    /// Scenarios that the algorithm cannot play, and why.
    pub skipped: Vec<(String, String)>,
    /// By the invariant's name: situations, over all runs that kept to what the claim assumes, in which a wrong implementation
    /// could have failed. Only what the algorithm claims, and its own invariants.
    pub exercised: BTreeMap<&'static str, u64>,
}

impl Gate {
    /// So many seeds of each scenario, from 0 on; 20, if nothing is said.
    pub fn seeds(mut self, count: u64) -> Gate {
        self.seeds = 0..count;
        self
    }

    /// Only this one, by its name in the library or by its path; said again, one more.
    pub fn scenario(mut self, name: &str) -> Gate {
        self.scenarios.push(name.to_owned());
        self
    }

    /// Another value for one key of every scenario, or for a setting of an algorithm: as `--set` takes it.
    pub fn set(mut self, key_and_value: &str) -> Gate {
        self.set.push(key_and_value.to_owned());
        self
    }

    /// With this bug switched on, by its id: a gate that passes then is none.
    pub fn mutant(mut self, id: &str) -> Gate {
        self.mutant = Some(id.to_owned());
        self
    }

    /// Harm of this kind is known and no failure, as long as it lies outside of what the algorithm claims. Harm within its
    /// claims fails all the same.
    pub fn tolerates(mut self, promise: Promise) -> Gate {
        self.tolerated.push(promise);
        self
    }

    /// It is known that no scenario here exercises this claim. Otherwise a claim that was never exercised fails.
    pub fn leaves_unexercised(mut self, promise: Promise) -> Gate {
        self.unexercised.push(promise);
        self
    }

    /// Runs everything, on all cores; stops at the first scenario with a finding.
    ///
    /// # Panics
    /// When something was found: the first finding by scenario and seed, with the command that shows it again in the last line.
    /// When nothing could be played, a claim was never exercised, or a scenario, key or mutant is not known.
    #[track_caller]
    pub fn run(self) -> Passed {
        match self.look() {
            Ok(passed) => passed,
            Err(why) => panic!("{why}"),
        }
    }

    fn look(&self) -> Result<Passed, String> {
        let player = self.registry.get(self.name).expect("it was added");
        let mut passed = Passed::default();
        for name in self.selected() {
            let told = |failure: Failure| failure.render(false);
            let scenario = cast::scenario(&self.registry, name, &self.set).map_err(told)?;
            if let Some(why) = misfit(&scenario.setup, player, scenario.settings_of(self.name)) {
                passed.skipped.push((name.to_owned(), why));
                continue;
            }
            let cast = Cast::of(scenario, player, self.mutant.clone()).map_err(told)?;
            self.sweep(&cast, &mut passed)?;
        }
        if passed.runs == 0 {
            return Err(self.nothing_ran(&passed));
        }
        let never = self.never_exercised(&passed);
        if never.is_empty() { Ok(passed) } else { Err(self.not_shown(&never, &passed)) }
    }

    fn selected(&self) -> Vec<&str> {
        if self.scenarios.is_empty() {
            scenarios::library().iter().map(|(name, _)| *name).collect()
        } else {
            self.scenarios.iter().map(String::as_str).collect()
        }
    }

    /// All seeds of one scenario. The error is about the first that fails.
    fn sweep(&self, cast: &Cast<'_>, passed: &mut Passed) -> Result<(), String> {
        let stop = AtomicBool::new(false);
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        let mut failed = None;
        let claims = cast.player.claims(cast.scenario.settings_of(self.name)).into_iter();
        let own = cast.player.invariants().into_iter().map(|own| own.name);
        let claimed: Vec<&str> = claims.map(|claim| catalogue::name_of(claim.promise)).chain(own).collect();
        let run = |seed| {
            let _panics = TellsTheCommand { cast, seed };
            cast.run(seed, None)
        };
        Sweep { seeds: self.seeds.clone(), jobs, stop: &stop }.each(run, |_, outcome| {
            if failed.is_none() {
                passed.add(&outcome, &claimed);
                failed = self.complaint(cast, &outcome);
                stop.store(failed.is_some(), Ordering::Relaxed);
            }
        });
        failed.map_or(Ok(()), Err)
    }

    /// What speaks against this run.
    fn complaint(&self, cast: &Cast<'_>, outcome: &Outcome) -> Option<String> {
        let found: Vec<_> = outcome.judgements.iter().filter_map(|j| Some((j, self.finding(&cast.scenario, j)?))).collect();
        if found.is_empty() {
            return None;
        }
        let mut text = format!("{} fails in {}, seed {}:", self.name, cast.scenario.origin, outcome.seed);
        for (judgement, violation) in found {
            text.push_str(&finding(judgement, violation));
        }
        text.push_str(&format!("\n{}  # fingerprint {}", command(cast, outcome.seed), words::fingerprint(outcome.fingerprint)));
        Some(text)
    }

    /// The violation, where it is one that counts.
    fn finding<'o>(&self, scenario: &Scenario, judgement: &'o Judgement) -> Option<&'o Violation> {
        let Verdict::Violated(violation) = &judgement.verdict else { return None };
        let mut meant = scenario.expect.iter().filter(|(name, _)| name == self.name).flat_map(|(_, promises)| promises);
        let known = |promise: &Promise| catalogue::name_of(*promise) == judgement.invariant;
        let tolerated = judgement.standing != Standing::Promised && self.tolerated.iter().any(known);
        let counts = judgement.severity != Severity::Measurement && !tolerated && !meant.any(known);
        counts.then_some(violation)
    }

    /// What it claims and nothing tested.
    fn never_exercised(&self, passed: &Passed) -> Vec<&'static str> {
        let known = |name: &str| self.unexercised.iter().any(|promise| catalogue::name_of(*promise) == name);
        passed.exercised.iter().filter(|(name, times)| **times == 0 && !known(name)).map(|(name, _)| *name).collect()
    }

    fn nothing_ran(&self, passed: &Passed) -> String {
        let mut text = format!("{}: nothing ran, so nothing was shown", self.name);
        if self.seeds.is_empty() {
            text.push_str("\n  help: ask for at least one seed: .seeds(20)");
        }
        for (scenario, why) in &passed.skipped {
            text.push_str(&format!("\n  {scenario}: {why}"));
        }
        text
    }

    fn not_shown(&self, never: &[&str], passed: &Passed) -> String {
        format!(
            "{} claims what none of its runs put to the test ({} in all): {}\n  help: `explain {}` says what is counted; take more seeds or other \
             scenarios, or say that it is known: .leaves_unexercised(…)",
            self.name,
            passed.runs,
            never.join(", "),
            never[0],
        )
    }
}

impl Passed {
    fn add(&mut self, outcome: &Outcome, claimed: &[&str]) {
        self.runs += 1;
        for judgement in outcome.judgements.iter().filter(|judgement| claimed.contains(&judgement.invariant)) {
            // A run that breaks the assumption tests nothing of what was claimed.
            let tested = if judgement.standing == Standing::Promised { judgement.exercised } else { 0 };
            *self.exercised.entry(judgement.invariant).or_default() += tested;
        }
    }
}

/// One finding, as a line of a message.
fn finding(judgement: &Judgement, violation: &Violation) -> String {
    let who = if violation.nodes.is_empty() { String::new() } else { format!(" by {}", words::nodes(&violation.nodes)) };
    let times = if violation.times > 1 { format!(" ({} times)", violation.times) } else { String::new() };
    format!(
        "\n  {} violated at {}{who} ({}): {}{times}",
        judgement.invariant,
        words::span(violation.at.since(sim::Time::ZERO)),
        words::standing(judgement.standing),
        violation.saw,
    )
}

/// The author's program is run by cargo, and answers to the same words.
fn command(cast: &Cast<'_>, seed: u64) -> String {
    cast.command_of("cargo run --release --", seed)
}

/// An algorithm that panics does so in a thread that knows its seed.
struct TellsTheCommand<'c> {
    cast: &'c Cast<'c>,
    seed: u64,
}

impl Drop for TellsTheCommand<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            crate::output::talk(&format!("it panicked in this run:\n{}", command(self.cast, self.seed)));
        }
    }
}
