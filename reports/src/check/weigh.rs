//! Weighs what was found against what a scenario says: what is promised must hold, what is meant to be found must be found, and
//! what is to be shown must have happened.

use sim::audit::catalogue::{self, Invariant};

use super::run::Run;
use super::{Case, Complaint, Kind, seeds_in_words, thresholds};

/// Everything that is wrong with a case, the gravest first.
pub fn weigh(case: &Case) -> Vec<Complaint> {
    if let Some(why) = &case.misfit {
        let why_judged = if case.is_demanding() { "though something is demanded of it" } else { "and nobody else does" };
        let words = format!("{} cannot play it, {why_judged}: {why}", case.algorithm);
        return vec![Complaint::new(Kind::NotExercised, case.algorithm, words).at(case.line())];
    }
    let mut all: Vec<Complaint> = promises(case).collect();
    all.extend(case.expects.iter().filter_map(|invariant| expectation(case, invariant)));
    for (threshold, line) in &case.thresholds {
        all.extend(
            thresholds::judge(threshold, &case.records.runs, case.recovery_beyond_run).map(|complaint| complaint.at(*line)),
        );
    }
    all.extend(exercised(case));
    all.sort_by_key(|complaint| complaint.kind);
    all
}

impl Case {
    /// The line of what the scenario says of this algorithm.
    pub fn line(&self) -> Option<usize> {
        self.expects_line.or_else(|| self.thresholds.iter().find_map(|(_, line)| *line))
    }

    /// The scenario says what this algorithm must show or may take.
    pub fn is_demanding(&self) -> bool {
        !self.expects.is_empty() || !self.thresholds.is_empty()
    }

    fn seeds(&self, holds: impl Fn(&Run) -> bool) -> Vec<u64> {
        self.records.runs.iter().filter(|run| holds(run)).map(|run| run.seed).collect()
    }

    /// Harm that the algorithm does not promise to avoid here and the scenario does not expect, and in how many seeds it was done.
    pub fn harm(&self) -> Vec<(&'static str, usize)> {
        let known = self.records.invariants.iter().enumerate();
        let harm = known.filter(|(_, name)| catalogue::by_name(name).is_some_and(Invariant::is_harm) && !self.is_meant(name));
        let seeds = harm.filter_map(|(place, name)| {
            let seeds = self.seeds(|run| (run.violated & !run.safety) >> place & 1 == 1).len();
            catalogue::by_name(name).filter(|_| seeds > 0).map(|known| (known.name, seeds))
        });
        seeds.collect()
    }

    fn is_meant(&self, invariant: &str) -> bool {
        self.expects.contains(&invariant)
    }

    /// What was meant to be found, and in how many seeds it was.
    pub fn found_as_meant(&self) -> Vec<(&'static str, usize)> {
        let found = |invariant: &&'static str| {
            let place = self.records.invariants.iter().position(|known| known == invariant)?;
            Some((*invariant, self.seeds(|run| run.violated >> place & 1 == 1).len()))
        };
        self.expects.iter().filter_map(found).collect()
    }
}

/// What is promised, and was violated without being meant to.
fn promises(case: &Case) -> impl Iterator<Item = Complaint> + '_ {
    let of = case.records.runs.len();
    case.records.invariants.iter().enumerate().flat_map(move |(place, invariant)| {
        let meant = case.is_meant(invariant);
        let harm = case.harm_fails && catalogue::by_name(invariant).is_some_and(Invariant::is_harm);
        let broken = |kind: Kind, set: &dyn Fn(&Run) -> u64| {
            let seeds = case.seeds(|run| set(run) >> place & 1 == 1);
            let words = || format!("{invariant} was violated in {} of {of} seeds ({})", seeds.len(), seeds_in_words(&seeds));
            let complaint = (!meant && !seeds.is_empty()).then(|| Complaint::new(kind, invariant, words()));
            complaint.map(|complaint| complaint.seen_in(seeds).at(case.line()))
        };
        let safety = broken(Kind::Safety, &|run| if harm { run.violated } else { run.safety });
        safety.into_iter().chain(broken(Kind::Liveness, &|run| run.liveness)).collect::<Vec<_>>()
    })
}

/// What is meant to be found, and was not.
fn expectation(case: &Case, invariant: &'static str) -> Option<Complaint> {
    let of = case.records.runs.len();
    let place = case.records.invariants.iter().position(|known| known == invariant);
    let tested = place.map_or(0, |place| case.seeds(|run| run.tested >> place & 1 == 1).len());
    if place.is_some_and(|place| case.records.runs.iter().any(|run| run.violated >> place & 1 == 1)) {
        return None;
    }
    let words = match tested {
        0 => format!("{invariant} was to be violated, and was never put to the test in {of} seeds"),
        _ => format!("{invariant} was to be violated, and held in all of the {tested} of {of} seeds that put it to the test"),
    };
    Some(Complaint::new(Kind::Missing, invariant, words).at(case.expects_line))
}

/// What the scenario is there to show, and never happened.
fn exercised(case: &Case) -> Vec<Complaint> {
    let runs = &case.records.runs;
    let Some(first) = runs.first() else { return Vec::new() };
    let never = case.events.iter().filter(|event| runs.iter().all(|run| run.missed.contains(&event.name)));
    let mut all: Vec<Complaint> = never
        .map(|event| {
            let name = &event.name;
            let seeds = if runs.len() == 1 { String::from("the only seed") } else { format!("all of {} seeds", runs.len()) };
            let moment = event.moment.map_or_else(String::new, |moment| {
                format!(": its moment ({moment}) did not come in time, or there was nobody then whom it would have changed")
            });
            let words = format!("the event `{name}` came to nothing in {seeds}{moment}");
            Complaint::new(Kind::NotExercised, name, words).seen_in(vec![first.seed]).at(event.line)
        })
        .collect();
    if case.measures_failover && runs.iter().all(|run| !run.lost) {
        let words = format!("no leader was lost in {} seeds, and the scenario is there to measure that", runs.len());
        all.push(Complaint::new(Kind::NotExercised, "failover", words).seen_in(vec![first.seed]).at(case.measure_line));
    }
    all
}
