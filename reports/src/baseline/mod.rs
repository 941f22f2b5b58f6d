//! A check against an earlier one, seed by seed: has it become slower, does it send more, do other seeds break an invariant?
//!
//! Every question is an exact test of pairs: of the seeds that differ, how many got worse? Were nothing changed, either side would
//! be as likely. All questions of a check are one family, and S. Holm, *A simple sequentially rejective multiple test procedure*
//! (1979), keeps the chance of a single false alarm in all of it at [`FAMILY`].

mod questions;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use crate::check::{Case, Complaint, Kind, Ledger, Records, Run};
use crate::quantile;
use crate::words;
use questions::{Asked, Failovers, P99, Question, fewest_for_p99, measures, silent, verdicts};

/// The chance that anything at all is called a regression where nothing has changed.
pub const FAMILY: f64 = 0.05;

/// What came of it: complaints by the place of their case, and what could not be asked.
#[derive(Default)]
pub struct Judged {
    pub complaints: Vec<(usize, Complaint)>,
    pub notes: Vec<String>,
    /// How many questions were asked.
    pub family: usize,
    /// How many runs were held against the same of the baseline.
    pub held: usize,
}

type Pair<'r> = (&'r Run, &'r Run);

/// The records of a baseline, found by what they are of.
struct Known<'b> {
    by_name: BTreeMap<(&'b str, &'b str), &'b Records>,
    all: &'b [Records],
}

impl<'b> Known<'b> {
    fn of(baseline: &'b Ledger) -> Known<'b> {
        let named = |records: &'b Records| ((records.scenario.as_str(), records.algorithm.as_str()), records);
        Known { by_name: baseline.cases.iter().map(named).collect(), all: &baseline.cases }
    }

    /// The records of the same pair. A path can be written in several ways: the same text in a file of the same name is the same.
    fn get(&self, case: &Case) -> Option<&'b Records> {
        if let Some(records) = self.by_name.get(&(case.scenario.as_str(), case.algorithm)) {
            return Some(records);
        }
        let stem = |scenario: &str| Path::new(scenario).file_stem().map(std::ffi::OsStr::to_owned);
        let same = |records: &&Records| {
            records.algorithm == case.algorithm
                && records.digest == case.records.digest
                && stem(&records.scenario) == stem(&case.scenario)
        };
        let mut alike = self.all.iter().filter(same);
        alike.next().filter(|_| alike.next().is_none())
    }
}

/// Whether the baseline has a run of any of these cases under any of these seeds: one that has none says nothing about them.
pub fn shares_anything<'c>(mut cases: impl Iterator<Item = &'c Case>, seeds: &Range<u64>, baseline: &Ledger) -> bool {
    let known = Known::of(baseline);
    cases.any(|case| known.get(case).is_some_and(|then| then.runs.iter().any(|run| seeds.contains(&run.seed))))
}

/// What is to be said besides of a baseline: what was held against nothing, and why.
#[derive(Default)]
struct Remarks {
    new: Vec<String>,
    changed: Vec<String>,
    /// Seeds in common, of those that were run.
    fewer: Option<(usize, usize)>,
    /// Seeds with a failover then or now, and not both times.
    once: usize,
    /// Pairs with too few failovers for p99, and the most that any of these has; …
    few: (usize, usize),
    /// … the same where too few of them ended.
    few_ended: (usize, usize),
}

impl Remarks {
    /// Whether so few failovers are enough for p99.
    fn p99(&mut self, asked: &Asked) {
        let there = asked.times.len();
        if there < quantile::fewest(P99) && (there > 0 || asked.ended) {
            let few = if asked.ended { &mut self.few_ended } else { &mut self.few };
            *few = (few.0 + 1, few.1.max(there));
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.new.is_empty() {
            notes.push(format!("not in the baseline, so held against nothing: {}", words::first_of(&self.new)));
        }
        if !self.changed.is_empty() {
            let what = "the scenario is not what it was, or other keys are set, so that a difference may come of that";
            notes.push(format!("{what}: {}", words::first_of(&self.changed)));
        }
        if let Some((pairs, runs)) = self.fewer {
            notes.push(format!("of {runs} seeds {pairs} are in the baseline, and only those are held against it"));
        }
        if self.once > 0 {
            let seeds = words::count(self.once);
            notes.push(format!("there was a failover only then or only now in {seeds} runs: their times are not compared"));
        }
        let kinds = [(self.few, "failovers"), (self.few_ended, "failovers that ended both times, where so many never do")];
        for ((few, most), what) in kinds.into_iter().filter(|((few, _), _)| *few > 0) {
            let needed = quantile::fewest(P99);
            notes.push(format!("p99 is not compared in {few} pairs: it takes {needed} {what}, and there were {most} at most"));
        }
        notes
    }
}

/// Holds every case against the same one of the baseline.
pub fn judge(cases: &[Case], baseline: &Ledger) -> Judged {
    let known = Known::of(baseline);
    let (mut questions, mut judged) = (Vec::new(), Judged::default());
    let (mut remarks, mut used) = (Remarks::default(), BTreeSet::new());
    for (place, case) in cases.iter().enumerate().filter(|(_, case)| case.misfit.is_none()) {
        let name = format!("{} with {}", case.scenario, case.algorithm);
        let Some(then) = known.get(case) else {
            remarks.new.push(name);
            continue;
        };
        used.insert((&then.scenario, &then.algorithm));
        let pairs = pairs(&case.records.runs, &then.runs);
        if pairs.is_empty() {
            remarks.new.push(format!("{name} (no seed in common)"));
            continue;
        }
        judged.held += pairs.len();
        if then.digest != case.records.digest {
            remarks.changed.push(name);
        }
        if pairs.len() < case.records.runs.len() {
            remarks.fewer = Some((pairs.len(), case.records.runs.len()));
        }
        remarks.once += pairs.iter().filter(|(now, then)| now.failover != then.failover).count();
        let failovers = Failovers::of(&pairs);
        remarks.p99(&failovers.for_quantile(P99));
        questions.extend(measures(place, &pairs, &failovers));
        questions.extend(verdicts(place, &case.records, then, &pairs));
        judged.complaints.extend(silent(&case.records, then, &pairs).map(|complaint| (place, complaint)));
    }
    judged.notes = remarks.notes();
    judged.notes.extend(powerless(&questions));
    let gone = baseline.cases.iter().filter(|records| !used.contains(&(&records.scenario, &records.algorithm)));
    let gone: Vec<String> = gone.map(|records| format!("{} with {}", records.scenario, records.algorithm)).collect();
    if !gone.is_empty() {
        judged.notes.push(format!("in the baseline, and not checked now: {}", words::first_of(&gone)));
    }
    judged.family = questions.len();
    let (told, changes) = (rejected(&mut questions), changes(&questions, cases));
    if !changes.is_empty() {
        judged.notes.push(format!("so few seeds may be chance, but a verdict changed: {}", words::first_of(&changes)));
    }
    judged.complaints.extend(told.into_iter().map(|question| {
        let better = if question.better { ": a verdict that changed for the better, so save the baseline anew" } else { "" };
        let words = format!("{}{better} (p = {:.2e}, of a family of {})", question.words, question.p, judged.family);
        (question.case, Complaint::regression(&question.about, &words, question.seeds))
    }));
    judged
}

/// Verdicts that changed in too few seeds to be called a regression.
fn changes(questions: &[Question], cases: &[Case]) -> Vec<String> {
    let of_verdicts = questions.iter().filter(|question| question.of_verdict);
    let words = |question: &Question| {
        let case = &cases[question.case];
        format!("{} with {}: {}", case.scenario, case.algorithm, question.words)
    };
    of_verdicts.map(words).collect()
}

/// Where no change at all could be told from chance, because so many other questions are asked beside it.
fn powerless(questions: &[Question]) -> Option<String> {
    let family = questions.len();
    let blind = questions.iter().filter(|question| question.least.is_some_and(|least| least > FAMILY / family as f64)).count();
    (blind > 0).then(|| {
        let needed = fewest_for_p99(family, FAMILY);
        format!(
            "p99 of {blind} pairs cannot be told from chance, whatever it is, beside so many questions ({family}): it takes {needed} failovers"
        )
    })
}

/// Runs of the same seeds: now, and then.
fn pairs<'r>(now: &'r [Run], then: &'r [Run]) -> Vec<Pair<'r>> {
    let other = |run: &Run| then.binary_search_by_key(&run.seed, |other| other.seed).ok();
    now.iter().filter_map(|run| Some((run, &then[other(run)?]))).collect()
}

/// Holm: the smallest p is held against the level divided by all, the next by all but one, until one holds out.
/// What holds out stays.
fn rejected(questions: &mut Vec<Question>) -> Vec<Question> {
    let all = questions.len();
    questions.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.case.cmp(&b.case)).then(a.about.cmp(&b.about)));
    let out = questions.iter().enumerate().take_while(|(place, question)| question.p <= FAMILY / (all - place) as f64).count();
    questions.drain(..out).collect()
}

impl Complaint {
    fn regression(about: &str, words: &str, seeds: Vec<u64>) -> Complaint {
        Complaint { seeds, ..Complaint::new(Kind::Regression, about, words) }
    }
}

#[cfg(test)]
mod tests;
