//! What is asked of a pair: is a measure worse in more seeds than it is better in, and does an invariant break in other seeds?

use sim::Span;

use super::Pair;
use crate::check::{Complaint, Records, Run};
use crate::quantile::{self, Sample};
use crate::statistics::binomial_test;
use crate::words;

/// The quantile of which a small sample says nothing, in thousandths.
pub(super) const P99: u32 = 990;
/// A quantile that went up by less than this, in thousandths of what it was, is where it was, however many seeds it moved in.
const LEAST_CHANGE: u128 = 1;

/// One question.
pub(super) struct Question {
    pub case: usize,
    pub about: String,
    pub words: String,
    /// Seeds in which it is worse than it was.
    pub seeds: Vec<u64>,
    /// The chance of as much, were nothing changed.
    pub p: f64,
    /// The least that this chance could have been, where that depends on how many seeds there are: p99.
    pub least: Option<f64>,
    /// It is about a verdict, and not about a measure; …
    pub of_verdict: bool,
    /// … which changed for the better.
    pub better: bool,
}

/// Seeds that changed.
struct Changed {
    worse: Vec<u64>,
    better: usize,
}

impl Changed {
    /// Of seeds, each with whether it got worse, and whether it got better. `None`: nothing changed, so nothing is asked.
    fn of(seeds: impl Iterator<Item = (u64, bool, bool)>) -> Option<Changed> {
        let mut changed = Changed { worse: Vec::new(), better: 0 };
        for (seed, worse, better) in seeds {
            if worse {
                changed.worse.push(seed);
            }
            changed.better += usize::from(better);
        }
        (!changed.worse.is_empty() || changed.better > 0).then_some(changed)
    }

    /// What got better is no regression, however sure that is; what got worse is held against both sides.
    fn p(&self) -> f64 {
        let (worse, better) = (self.worse.len(), self.better);
        if worse > better { binomial_test(worse as u64, (worse + better) as u64, 0.5) } else { 1.0 }
    }

    /// A measure is worse where the figure that stands for it is: that more seeds went up than down, by however little, is not enough.
    fn asks(self, case: usize, about: &str, words: String, rose: bool) -> Question {
        let p = if rose { self.p() } else { 1.0 };
        Question { case, about: about.to_owned(), words, seeds: self.worse, p, least: None, of_verdict: false, better: false }
    }
}

/// Whether a figure went up by what counts; what never came about is above everything, and never both times is no rise.
fn rose(then: Option<u64>, now: Option<u64>) -> bool {
    match (then, now) {
        (Some(then), Some(now)) => now > then && u128::from(now - then) * 1_000 >= u128::from(then) * LEAST_CHANGE,
        (then, now) => then.is_some() && now.is_none(),
    }
}

/// What stands for the time of a failover that never ended: it is above all that did.
const NEVER: u64 = u64::MAX;

/// The times of seeds in which a leader was lost both times: seed, now, then.
pub(super) struct Failovers(Vec<(u64, u64, u64)>);

impl Failovers {
    pub fn of(pairs: &[Pair<'_>]) -> Failovers {
        let time = |run: &Run| run.recovered_ns.unwrap_or(NEVER);
        let lost = pairs.iter().filter(|(now, then)| now.failover && then.failover);
        Failovers(lost.map(|(now, then)| (now.seed, time(now), time(then))).collect())
    }

    /// Those that a quantile is asked of: all, unless that of both times together is never. Then it cannot rise, and it is asked of those
    /// that ended both times. Which of a pair is now and which is then changes nothing of that choice, so the test stays exact.
    pub fn for_quantile(&self, per_mille: u32) -> Asked {
        let both = self.0.iter().flat_map(|&(_, now, then)| [finite(now), finite(then)]);
        let never = !self.0.is_empty() && Sample::new(both).at(per_mille).is_none();
        let all = self.0.iter().copied();
        if never {
            return Asked { times: all.filter(|&(_, now, then)| now != NEVER && then != NEVER).collect(), ended: true };
        }
        Asked { times: all.collect(), ended: false }
    }
}

fn finite(nanos: u64) -> Option<u64> {
    (nanos != NEVER).then_some(nanos)
}

/// What a quantile is asked of.
pub(super) struct Asked {
    pub times: Vec<(u64, u64, u64)>,
    /// Only of failovers that ended both times.
    pub ended: bool,
}

impl Asked {
    fn then(&self) -> Sample {
        Sample::new(self.times.iter().map(|&(_, _, then)| finite(then)))
    }

    fn now(&self) -> Sample {
        Sample::new(self.times.iter().map(|&(_, now, _)| finite(now)))
    }

    /// `failover p50`, and of which seeds where these are not all.
    fn name(&self, per_mille: u32) -> String {
        let of = if self.ended { " of seeds in which it ended both times" } else { "" };
        format!("failover {}{of}", words::quantile(per_mille))
    }
}

pub(super) fn measures(case: usize, pairs: &[Pair<'_>], failovers: &Failovers) -> Vec<Question> {
    let questions = [
        never(case, failovers),
        p50(case, &failovers.for_quantile(500)),
        p99(case, &failovers.for_quantile(P99)),
        messages(case, pairs),
    ];
    questions.into_iter().flatten().collect()
}

/// How many never ended, which no quantile says where it is never both times.
fn never(case: usize, failovers: &Failovers) -> Option<Question> {
    let is_worse = |now, then| now == NEVER && then != NEVER;
    let split = failovers.0.iter().map(|&(seed, now, then)| (seed, is_worse(now, then), is_worse(then, now)));
    let changed = Changed::of(split)?;
    let count = |of: &dyn Fn(&(u64, u64, u64)) -> u64| failovers.0.iter().filter(|times| of(times) == NEVER).count();
    let (then, now) = (count(&|times| times.2), count(&|times| times.1));
    let words = format!(
        "a failover never ended in {}, and now in {}: in {} that it did end in, and no longer in {}",
        seeds(then, failovers.0.len()),
        words::count(now),
        words::count(changed.worse.len()),
        words::count(changed.better)
    );
    Some(changed.asks(case, "failover-never", words, true))
}

fn time(nanos: Option<u64>) -> String {
    nanos.map_or_else(|| String::from("never"), |nanos| words::span(Span(nanos)))
}

fn p50(case: usize, asked: &Asked) -> Option<Question> {
    let changed = Changed::of(asked.times.iter().map(|&(seed, now, then)| (seed, now > then, now < then)))?;
    let (then, now) = (asked.then().median(), asked.now().median());
    let seeds = seeds(changed.worse.len(), asked.times.len());
    let name = asked.name(500);
    let words = format!("{name} went from {} to {}: slower in {seeds}, faster in {}", time(then), time(now), changed.better);
    Some(changed.asks(case, "failover-p50", words, rose(then, now)))
}

/// Both together have a 99th percentile that does not know which is which: are those above it evenly split?
fn p99(case: usize, asked: &Asked) -> Option<Question> {
    let (then, now) = (asked.then().quantile(P99).ok()?.value, asked.now().quantile(P99).ok()?.value);
    let times = || asked.times.iter().flat_map(|&(_, now, then)| [now, then]);
    let limit = Sample::new(times().map(finite)).at(P99)?;
    let above = |nanos: u64| nanos >= limit;
    let split = asked.times.iter().map(|&(seed, now, then)| (seed, above(now) && !above(then), above(then) && !above(now)));
    let changed = Changed::of(split)?;
    let words = format!(
        "{} went from {} to {}: it takes {} or more in {} that it did not, and no longer in {}",
        asked.name(P99),
        time(then),
        time(now),
        time(Some(limit)),
        seeds(changed.worse.len(), asked.times.len()),
        changed.better
    );
    let slowest = times().filter(|nanos| above(*nanos)).count() as u64;
    let least = Some(binomial_test(slowest, slowest, 0.5));
    Some(Question { least, ..changed.asks(case, "failover-p99", words, rose(then, now)) })
}

/// Failovers that it takes until p99 can be told apart in so large a family, at this chance of a false alarm in all of it: a fiftieth of
/// them, and one more, are above the 99th percentile of twice as many.
pub(super) fn fewest_for_p99(family: usize, chance: f64) -> usize {
    let enough = |above: &u32| binomial_test(u64::from(*above), u64::from(*above), 0.5) <= chance / family as f64;
    let above = (1..).find(enough).expect("each one more halves it");
    50 * (above as usize - 1)
}

fn messages(case: usize, pairs: &[Pair<'_>]) -> Option<Question> {
    let split = pairs.iter().map(|(now, then)| (now.seed, now.messages > then.messages, now.messages < then.messages));
    let changed = Changed::of(split)?;
    let median = |of: &dyn Fn(&Pair<'_>) -> u64| Sample::new(pairs.iter().map(|pair| Some(of(pair)))).median().unwrap_or(0);
    let (now, then) = (median(&|pair| pair.0.messages), median(&|pair| pair.1.messages));
    let words = format!(
        "messages of a run went from {} to {} (medians): more in {}, fewer in {}",
        words::count(then),
        words::count(now),
        seeds(changed.worse.len(), pairs.len()),
        changed.better
    );
    Some(changed.asks(case, "messages", words, rose(Some(then), Some(now))))
}

/// `570 of 1 000 seeds`.
fn seeds(some: usize, all: usize) -> String {
    format!("{} of {} seeds", words::count(some), words::count(all))
}

/// The same invariants, by name: an algorithm's own may have come and gone.
fn shared<'n>(now: &'n Records, then: &Records) -> Vec<(&'n str, usize, usize)> {
    let place = |name: &String| then.invariants.iter().position(|known| known == name);
    now.invariants.iter().enumerate().filter_map(|(at, name)| Some((name.as_str(), at, place(name)?))).collect()
}

/// Whether other seeds break an invariant than did, more of them or fewer: either says that something changed.
pub(super) fn verdicts(case: usize, now: &Records, then: &Records, pairs: &[Pair<'_>]) -> Vec<Question> {
    let question = |(name, at, was): (&str, usize, usize)| {
        let broken = |(now, then): &Pair<'_>| (now.violated >> at & 1 == 1, then.violated >> was & 1 == 1);
        let count = |of: &dyn Fn((bool, bool)) -> bool| pairs.iter().filter(|pair| of(broken(pair))).count() as u64;
        let (more, fewer) = (count(&|(now, then)| now && !then), count(&|(now, then)| then && !now));
        let p = if more + fewer == 0 { return None } else { binomial_test(more, more + fewer, 0.5) };
        let (was, is) = (count(&|(_, then)| then), count(&|(now, _)| now));
        // What is not put to the test any more did not become better.
        let untested = |pair: &Pair<'_>| broken(pair) == (false, true) && pair.0.tested >> at & 1 == 0;
        let untested = pairs.iter().filter(|pair| untested(pair)).count() as u64;
        let lost = match untested {
            0 => String::new(),
            _ => format!(", where it was not put to the test in {untested} of those in which it was violated then"),
        };
        let words = format!("{name} was violated in {was} of {} seeds, and now in {is}{lost}", pairs.len());
        let differs = pairs.iter().filter(|pair| broken(pair).0 != broken(pair).1);
        Some(Question {
            case,
            about: name.to_owned(),
            words,
            seeds: differs.map(|pair| pair.0.seed).collect(),
            p,
            least: None,
            of_verdict: true,
            better: fewer > more && 2 * untested < fewer,
        })
    };
    shared(now, then).into_iter().filter_map(question).collect()
}

/// What was put to the test in every seed, and never is any more: no chance brings that about.
pub(super) fn silent<'n>(now: &'n Records, then: &Records, pairs: &[Pair<'n>]) -> impl Iterator<Item = Complaint> {
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
