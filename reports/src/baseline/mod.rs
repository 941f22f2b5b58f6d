//! A check against an earlier one, seed by seed: has it become slower, does it send more, do other seeds break an invariant?
//!
//! Every question is an exact test of pairs: of the seeds that differ, how many got worse? Were nothing changed, either side would
//! be as likely. All questions of a check are one family, and S. Holm, *A simple sequentially rejective multiple test procedure*
//! (1979), keeps the chance of a single false alarm in all of it at [`FAMILY`].

use std::collections::BTreeMap;

use crate::check::{Case, Complaint, Kind, Ledger, Records, Run};
use crate::quantile::{self, Sample};
use crate::statistics::binomial_test;
use crate::words;
use sim::Span;

/// The chance that anything at all is called a regression where nothing has changed.
pub const FAMILY: f64 = 0.05;
/// The quantile of which a small sample says nothing, in thousandths.
const P99: u32 = 990;

/// One question.
struct Question {
    case: usize,
    about: String,
    words: String,
    /// Seeds in which it is worse than it was.
    seeds: Vec<u64>,
    /// The chance of as much, were nothing changed.
    p: f64,
}

/// What came of it: complaints by the place of their case, and what could not be asked.
#[derive(Default)]
pub struct Judged {
    pub complaints: Vec<(usize, Complaint)>,
    pub notes: Vec<String>,
    /// How many questions were asked.
    pub family: usize,
}

type Pair<'r> = (&'r Run, &'r Run);

/// Holds every case against the same one of the baseline.
pub fn judge(cases: &[Case], baseline: &Ledger) -> Judged {
    let known: BTreeMap<(&str, &str), &Records> =
        baseline.cases.iter().map(|records| ((records.scenario.as_str(), records.algorithm.as_str()), records)).collect();
    let (mut questions, mut judged) = (Vec::new(), Judged::default());
    let (mut new, mut few, mut most) = (Vec::new(), 0, 0);
    let (mut changed, mut fewer) = (Vec::new(), None);
    for (place, case) in cases.iter().enumerate().filter(|(_, case)| case.misfit.is_none()) {
        let Some(then) = known.get(&(case.scenario.as_str(), case.algorithm)) else {
            new.push(format!("{} with {}", case.scenario, case.algorithm));
            continue;
        };
        let pairs = pairs(&case.records.runs, &then.runs);
        if pairs.is_empty() {
            new.push(format!("{} with {} (no seed in common)", case.scenario, case.algorithm));
            continue;
        }
        if then.digest != case.records.digest {
            changed.push(format!("{} with {}", case.scenario, case.algorithm));
        }
        if pairs.len() < case.records.runs.len() {
            fewer = Some((pairs.len(), case.records.runs.len()));
        }
        let failovers = failovers(&pairs);
        if !failovers.is_empty() && failovers.len() < quantile::fewest(P99) {
            (few, most) = (few + 1, most.max(failovers.len()));
        }
        questions.extend(measures(place, &pairs, &failovers));
        questions.extend(verdicts(place, &case.records, then, &pairs));
        judged.complaints.extend(silent(&case.records, then, &pairs).map(|complaint| (place, complaint)));
    }
    if !new.is_empty() {
        judged.notes.push(format!("not in the baseline, so held against nothing: {}", named(&new)));
    }
    if !changed.is_empty() {
        let what = "the scenario is not what it was, or other keys are set, so that a difference may come of that";
        judged.notes.push(format!("{what}: {}", named(&changed)));
    }
    if let Some((pairs, runs)) = fewer {
        judged.notes.push(format!("of {runs} seeds {pairs} are in the baseline, and only those are held against it"));
    }
    if few > 0 {
        let needed = quantile::fewest(P99);
        judged
            .notes
            .push(format!("p99 is not compared in {few} pairs: it takes {needed} failovers, and there were {most} at most"));
    }
    judged.family = questions.len();
    judged.complaints.extend(rejected(questions).into_iter().map(|question| {
        let words = format!("{} (p = {:.2e}, of a family of {})", question.words, question.p, judged.family);
        (question.case, Complaint::regression(&question.about, &words, question.seeds))
    }));
    judged
}

/// The first of them, and how many more.
fn named(all: &[String]) -> String {
    const MOST_NAMED: usize = 3;
    let named = all.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Runs of the same seeds: now, and then.
fn pairs<'r>(now: &'r [Run], then: &'r [Run]) -> Vec<Pair<'r>> {
    let other = |run: &Run| then.binary_search_by_key(&run.seed, |other| other.seed).ok();
    now.iter().filter_map(|run| Some((run, &then[other(run)?]))).collect()
}

/// Times of the seeds in which a leader was lost both times; what never ended is above all that did.
fn failovers(pairs: &[Pair<'_>]) -> Vec<(u64, u64, u64)> {
    let time = |run: &Run| run.recovered_ns.unwrap_or(u64::MAX);
    let lost = pairs.iter().filter(|(now, then)| now.failover && then.failover);
    lost.map(|(now, then)| (now.seed, time(now), time(then))).collect()
}

fn measures(case: usize, pairs: &[Pair<'_>], failovers: &[(u64, u64, u64)]) -> Vec<Question> {
    let mut questions = Vec::new();
    let time = |nanos: Option<u64>| nanos.map_or_else(|| String::from("never"), |nanos| words::span(Span(nanos)));
    let sample = |of: &dyn Fn(&(u64, u64, u64)) -> u64| {
        Sample::new(failovers.iter().map(of).map(|nanos| (nanos != u64::MAX).then_some(nanos)))
    };
    let (now, then) = (sample(&|triple| triple.1), sample(&|triple| triple.2));
    if let Some((seeds, p)) = worse(failovers.iter().map(|&(seed, now, then)| (seed, now > then, now < then))) {
        let words = format!("failover p50 went from {} to {}", time(then.median()), time(now.median()));
        questions.push(Question { case, about: String::from("failover-p50"), words, seeds, p });
    }
    if let (Ok(now), Ok(then)) = (now.quantile(P99), then.quantile(P99)) {
        // Both together have a 99th percentile that does not know which is which: are those above it evenly split?
        let both = Sample::new(failovers.iter().flat_map(|&(_, now, then)| [now, then]).map(Some));
        let limit = both.quantile(P99).ok().and_then(|quantile| quantile.value).unwrap_or(u64::MAX);
        let above = |nanos: u64| nanos >= limit;
        let split = failovers.iter().map(|&(seed, now, then)| (seed, above(now) && !above(then), above(then) && !above(now)));
        if let Some((seeds, p)) = worse(split) {
            let words = format!("failover p99 went from {} to {}", time(then.value), time(now.value));
            questions.push(Question { case, about: String::from("failover-p99"), words, seeds, p });
        }
    }
    let messages = pairs.iter().map(|(now, then)| (now.seed, now.messages > then.messages, now.messages < then.messages));
    if let Some((seeds, p)) = worse(messages) {
        let median = |of: &dyn Fn(&Pair<'_>) -> u64| Sample::new(pairs.iter().map(|pair| Some(of(pair)))).median().unwrap_or(0);
        let (now, then) = (median(&|pair| pair.0.messages), median(&|pair| pair.1.messages));
        let words = format!("messages of a run went from {} to {} (medians)", words::count(then), words::count(now));
        questions.push(Question { case, about: String::from("messages"), words, seeds, p });
    }
    questions
}

/// Seeds that got worse, and the chance of so many of those that changed. `None`: nothing changed, so nothing is asked.
fn worse(pairs: impl Iterator<Item = (u64, bool, bool)>) -> Option<(Vec<u64>, f64)> {
    let (mut seeds, mut better) = (Vec::new(), 0u64);
    for (seed, worse, is_better) in pairs {
        if worse {
            seeds.push(seed);
        }
        better += u64::from(is_better);
    }
    let changed = seeds.len() as u64 + better;
    if changed == 0 {
        return None;
    }
    // What got better is no regression, however sure that is; what got worse is held against both sides.
    let p = if seeds.len() as u64 > better { binomial_test(seeds.len() as u64, changed, 0.5) } else { 1.0 };
    Some((seeds, p))
}

/// The same invariants, by name: an algorithm's own may have come and gone.
fn shared<'n>(now: &'n Records, then: &Records) -> Vec<(&'n str, usize, usize)> {
    let place = |name: &String| then.invariants.iter().position(|known| known == name);
    now.invariants.iter().enumerate().filter_map(|(at, name)| Some((name.as_str(), at, place(name)?))).collect()
}

/// Whether other seeds break an invariant than did, more of them or fewer: either says that something changed.
fn verdicts(case: usize, now: &Records, then: &Records, pairs: &[Pair<'_>]) -> Vec<Question> {
    let question = |(name, at, was): (&str, usize, usize)| {
        let broken = |(now, then): &Pair<'_>| (now.violated >> at & 1 == 1, then.violated >> was & 1 == 1);
        let count = |of: &dyn Fn((bool, bool)) -> bool| pairs.iter().filter(|pair| of(broken(pair))).count() as u64;
        let (more, fewer) = (count(&|(now, then)| now && !then), count(&|(now, then)| then && !now));
        let p = if more + fewer == 0 { return None } else { binomial_test(more, more + fewer, 0.5) };
        let (was, is) = (count(&|(_, then)| then), count(&|(now, _)| now));
        let words = format!("{name} was violated in {was} of {} seeds, and now in {is}", pairs.len());
        let differs = pairs.iter().filter(|pair| broken(pair).0 != broken(pair).1);
        Some(Question { case, about: name.to_owned(), words, seeds: differs.map(|pair| pair.0.seed).collect(), p })
    };
    shared(now, then).into_iter().filter_map(question).collect()
}

/// What was put to the test in every seed, and never is any more: no chance brings that about.
fn silent<'n>(now: &'n Records, then: &Records, pairs: &[Pair<'n>]) -> impl Iterator<Item = Complaint> {
    let gone = |(name, at, was): (&str, usize, usize)| {
        let tested = |of: &dyn Fn(&Pair<'_>) -> bool| pairs.iter().filter(|pair| of(pair)).count();
        let then = tested(&|(_, then)| then.tested >> was & 1 == 1);
        let now = tested(&|(now, _)| now.tested >> at & 1 == 1);
        (then == pairs.len() && now == 0 && then >= quantile::fewest(500)).then(|| {
            let words = format!("{name} was put to the test in all of {then} seeds, and now in none");
            Complaint::regression(name, &words, Vec::new())
        })
    };
    shared(now, then).into_iter().filter_map(gone).collect::<Vec<_>>().into_iter()
}

/// Holm: the smallest p is held against the level divided by all, the next by all but one, until one holds out.
fn rejected(mut questions: Vec<Question>) -> Vec<Question> {
    let all = questions.len();
    questions.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.case.cmp(&b.case)).then(a.about.cmp(&b.about)));
    let out = questions.iter().enumerate().take_while(|(place, question)| question.p <= FAMILY / (all - place) as f64).count();
    questions.truncate(out);
    questions
}

impl Complaint {
    fn regression(about: &str, words: &str, seeds: Vec<u64>) -> Complaint {
        Complaint { seeds, ..Complaint::new(Kind::Regression, about, words) }
    }
}

#[cfg(test)]
mod tests;
