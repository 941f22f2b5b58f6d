//! The tables of one run, which the terminal and Markdown share.

use sim::outcome::{Failover, Judgement, Outcome, Severity, Standing, Verdict};
use sim::{Span, Time};

use crate::paint::Paint;
use crate::table::{Cell, Table};
use crate::{resource, words};

/// Every invariant that could be judged.
pub fn verdicts(outcome: &Outcome) -> Table {
    let mut table = Table::new(&["invariant", "verdict", "standing", "exercised", "what was seen"]);
    for judgement in &outcome.judgements {
        if judgement.verdict == Verdict::NotApplicable {
            continue;
        }
        let standing = Cell::painted(words::standing(judgement.standing), Paint::Dim);
        let name = judgement.invariant.into();
        table.row([name, verdict(judgement), standing, judgement.exercised.to_string().into(), seen(judgement).into()]);
    }
    table
}

fn verdict(judgement: &Judgement) -> Cell {
    let paint = match &judgement.verdict {
        Verdict::Held => Paint::Good,
        Verdict::Violated(_) if judgement.severity == Severity::Measurement => Paint::Noted,
        Verdict::Violated(_) => Paint::Bad,
        Verdict::NotExercised | Verdict::NotApplicable => Paint::Dim,
    };
    let word = words::verdict(&judgement.verdict);
    match judgement.liveness {
        Some(liveness) => Cell::painted(format!("{word} ({})", words::liveness(liveness)), paint),
        None => Cell::painted(word, paint),
    }
}

fn seen(judgement: &Judgement) -> String {
    match &judgement.verdict {
        Verdict::Violated(violation) => {
            let who = if violation.nodes.is_empty() { String::new() } else { format!(" {}", words::nodes(&violation.nodes)) };
            let often = if violation.times > 1 { format!(" ({} times)", violation.times) } else { String::new() };
            format!("{}{who}: {}{often}", violation.at, violation.saw)
        }
        _ => String::new(),
    }
}

/// Names of the invariants for which the algorithm offers no facts, or the scenario no occasion.
pub fn not_applicable(outcome: &Outcome) -> Vec<&'static str> {
    let missing = outcome.judgements.iter().filter(|judgement| judgement.verdict == Verdict::NotApplicable);
    missing.map(|judgement| judgement.invariant).collect()
}

/// The four kinds, never merged.
pub fn split_brain(outcome: &Outcome) -> Table {
    let found = &outcome.split_brain;
    let mut table = Table::new(&["split-brain", "seen", "what it means"]);
    let mut row = |kind: &str, seen: Option<String>, paint: Paint, meaning: &str| {
        let cell = seen.map_or_else(|| Cell::from("none"), |text| Cell::painted(text, paint));
        table.row([kind.into(), cell, Cell::painted(meaning, Paint::Dim)]);
    };
    let count = |count: u64| (count > 0).then(|| count.to_string());
    let overlap = (found.overlap > Span::ZERO)
        .then(|| format!("{} in all, the longest {}", words::span(found.overlap), words::span(found.longest_overlap)));
    row("same-epoch leaders", count(found.same_epoch), Paint::Bad, "two nodes led in one epoch");
    row("overlapping authority", overlap, Paint::Noted, "two nodes would have acted as leader at the same time");
    row("conflicting effects", count(found.conflicting_effects), Paint::Bad, "older work took hold after newer work");
    row("divergence", count(found.lost_acknowledged), Paint::Bad, "acknowledged items that the kept history lacks");
    table
}

/// From the loss of a leader to the first acknowledged item, in its parts.
pub fn failovers(outcome: &Outcome) -> Table {
    let mut table = Table::new(&["leader lost", "cause", "detection", "election", "takeover", "total"]);
    for failover in &outcome.failovers {
        let Failover { lost, cause, detected, elected, effective, absorbed } = *failover;
        let part = |from: Option<Time>, to: Option<Time>| match (from, to) {
            (Some(from), Some(to)) => words::span(to.since(from)).into(),
            _ => Cell::painted("-", Paint::Dim),
        };
        let last = if outcome.counters.proposed == 0 { elected } else { effective };
        let total = match last {
            _ if absorbed => Cell::painted("absorbed", Paint::Dim),
            Some(end) => words::span(end.since(lost)).into(),
            None => Cell::painted(format!("not in {}", words::span(outcome.end.since(lost))), Paint::Noted),
        };
        let began = lost.to_string().into();
        let (detection, election) = (part(Some(lost), detected), part(detected, elected));
        table.row([began, cause.name().into(), detection, election, part(elected, effective), total]);
    }
    table
}

/// That a failover was not over when the run ended says nothing, where less time was left than the algorithm may take by its own
/// bound; `recovery` zero: it states none.
pub fn cut_short(outcome: &Outcome, recovery: Span) -> Option<String> {
    let left = cut_short_with(outcome, recovery).min()?;
    let (recovery, left) = (words::about(recovery), words::about(left));
    Some(format!("too short to judge: {left} are left of the run, and {} may take {recovery} to recover", outcome.algorithm))
}

/// By failover that was cut short: how much time was left.
pub fn cut_short_with(outcome: &Outcome, recovery: Span) -> impl Iterator<Item = Span> + '_ {
    let works = outcome.counters.proposed > 0;
    let unended = outcome.failovers.iter().filter(move |failover| {
        let over = if works { failover.effective } else { failover.elected };
        over.is_none() && !failover.absorbed
    });
    unended.map(|failover| outcome.end.since(failover.lost)).filter(move |left| *left < recovery)
}

/// `messages 900 sent, 850 delivered …`: one line a subject.
pub fn counters(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let c = &outcome.counters;
    let messages = format!("{} sent, {} delivered, {} dropped, {} duplicated", c.sent, c.delivered, c.dropped, c.duplicated);
    let elections = format!(
        "{} candidacies, {} leader changes, {} without a leader",
        c.elections,
        c.leader_changes,
        words::span(c.leaderless)
    );
    let mut lines = vec![
        ("messages", messages),
        ("timers", format!("{} fired", c.timers)),
        ("elections", elections),
        ("work", format!("{} items proposed, {} acknowledged", c.proposed, c.acknowledged)),
    ];
    lines.extend(resource::lines(outcome));
    lines.push(("events", format!("{} in {}", outcome.events, outcome.end)));
    lines
}

/// What, who, when, standing: one line a finding, safety before liveness.
pub fn findings(outcome: &Outcome) -> Vec<String> {
    [(Severity::Safety, "safety"), (Severity::Liveness, "liveness")]
        .into_iter()
        .flat_map(|(severity, word)| words::findings(outcome, severity).into_iter().map(move |found| (word, found)))
        .map(|(word, (judgement, violation))| {
            let who = if violation.nodes.is_empty() { String::new() } else { format!(" by {}", words::nodes(&violation.nodes)) };
            let standing = match judgement.standing {
                Standing::Promised => "promised",
                Standing::OutsideAssumptions => "outside the algorithm's assumptions",
                Standing::NotPromised => "not promised by the algorithm",
            };
            format!("{word}: {} violated at {}{who} ({standing}): {}", judgement.invariant, violation.at, violation.saw)
        })
        .collect()
}
