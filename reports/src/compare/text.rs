//! A comparison in words and tables, for the eye and as Markdown.

use std::fmt::Write;
use std::iter;

use sim::Span;
use sim::setup::Measure;

use super::{Column, Comparison, Figures, Found, Row, Unended, measure};
use crate::paint::Paint;
use crate::paired;
use crate::quantile::{Quantile, TooFew};
use crate::statistics;
use crate::table::{Cell, Table};
use crate::words;

/// Below this share of the seeds with a failover the figures say little, and the reader is told what to do.
const FEW: f64 = 0.5;

/// All scenarios, one after the other.
pub fn human(comparison: &Comparison) -> String {
    let mut out = String::new();
    for row in &comparison.rows {
        writeln!(out, "\n{}: {}\n", Paint::Bold.on(&row.title()), row.about).expect("a string takes any text");
        out.push_str(&table(row).text());
        said(row).iter().for_each(|line| writeln!(out, "  {line}").expect("a string takes any text"));
    }
    out
}

/// The same as Markdown.
pub fn markdown(comparison: &Comparison) -> String {
    let seeds = &comparison.seeds;
    let mut out = format!("# Comparison, seeds {}..{}, version {}\n", seeds.start, seeds.end, comparison.version);
    if let Some(words) = comparison.interrupted() {
        write!(out, "\n{words}\n").expect("a string takes any text");
    }
    for row in &comparison.rows {
        write!(out, "\n## {}\n\n{}\n\n", row.title(), row.about).expect("a string takes any text");
        out.push_str(&table(row).markdown());
        out.push('\n');
        said(row).iter().for_each(|line| writeln!(out, "- {line}").expect("a string takes any text"));
    }
    out
}

/// Every algorithm that plays, with its figures.
pub(crate) fn table(row: &Row) -> Table {
    let head = ["algorithm", "failovers", "median", "p90", "p99", "never", "false a day", "overlap", "findings"];
    let mut table = Table::new(&head);
    for column in row.columns.iter().filter(|column| column.misfit.is_none()) {
        let figures = column.figures();
        let [p50, p90, p99] = figures.quantiles;
        let overlap = match figures.overlapped {
            0 => String::from("none"),
            seeds => format!("{seeds} seeds, up to {}", words::span(Span(figures.longest_overlap_ns))),
        };
        let paint = if figures.safety.is_empty() { Paint::Plain } else { Paint::Bad };
        table.row([
            Cell::painted(column.algorithm, Paint::Bold),
            format!("{} of {}", figures.lost, figures.runs).into(),
            quantile(p50, true, figures.left_ns).into(),
            quantile(p90, false, figures.left_ns).into(),
            quantile(p99, false, figures.left_ns).into(),
            never(figures).into(),
            rate(figures.false_a_day()).into(),
            overlap.into(),
            Cell::painted(findings(figures), paint),
        ]);
    }
    table
}

/// `3`; where runs were too short to see it recover, they are not among them: `0, 50 cut short`.
fn never(figures: &Figures) -> String {
    let stuck = figures.stuck.map_or(0, |stuck| stuck.seeds);
    figures.cut_short.map_or_else(|| stuck.to_string(), |cut| format!("{stuck}, {} cut short", cut.seeds))
}

fn rate(rate: f64) -> String {
    if rate == 0.0 { String::from("0") } else { format!("{rate:.1}") }
}

/// `214.030 ms (210.112 ms to 219.871 ms)`; above all finite figures, at least the time that was left: `≥ 12.5 s`.
fn quantile(quantile: Result<Quantile, TooFew>, with_interval: bool, left_ns: Option<u64>) -> String {
    let never = || format!("≥ {}", words::span(Span(left_ns.unwrap_or(0))));
    let time = |figure: Option<u64>| figure.map_or_else(never, |ns| words::span(Span(ns)));
    match quantile {
        Ok(found) if with_interval => format!("{} ({} to {})", time(found.value), time(found.low), time(found.high)),
        Ok(found) => time(found.value),
        Err(TooFew { there: 0, .. }) => String::from("-"),
        Err(TooFew { needed, .. }) => format!("needs {needed}"),
    }
}

fn findings(figures: &Figures) -> String {
    let named =
        |found: &[Found]| -> Vec<String> { found.iter().map(|one| format!("{} ({})", one.invariant, one.seeds)).collect() };
    let all: Vec<String> = named(&figures.safety).into_iter().chain(named(&figures.liveness)).collect();
    if all.is_empty() { String::from("none") } else { all.join(", ") }
}

/// What the figures amount to, each a sentence.
pub(crate) fn said(row: &Row) -> Vec<String> {
    let mut lines = Vec::new();
    let playing: Vec<&Column> = row.columns.iter().filter(|column| column.misfit.is_none() && !column.seeds.is_empty()).collect();
    lines.extend(clean(&playing));
    lines.extend(row.measure.iter().flat_map(|what| playing.iter().map(move |column| measure::sentence(what, column))));
    lines.extend(fastest(&playing));
    lines.extend(playing.iter().flat_map(|column| [unrecovered(column), cut_short(column)]).flatten());
    // Where something else is measured, failovers are not what the scenario is for.
    if matches!(row.measure, None | Some(Measure::Failover)) {
        lines.extend(rare(&playing));
    }
    lines.extend(too_few(&playing));
    lines.extend(
        row.columns.iter().filter_map(|column| Some(format!("{} does not play: {}", column.algorithm, column.misfit.as_ref()?))),
    );
    lines
}

/// Nothing seen is not nothing there.
fn clean(playing: &[&Column]) -> Option<String> {
    let clean: Vec<&str> =
        playing.iter().filter(|column| column.figures().safety.is_empty()).map(|column| column.algorithm).collect();
    let runs = playing.first()?.seeds.len();
    let bound = statistics::rule_of_three(runs as u64) * 100.0;
    // In so many seeds that it is less than a tenth of a per cent, it is still not nothing.
    let places = 1 + iter::successors(Some(10.0 * bound), |tenfold| Some(10.0 * tenfold)).take_while(|&unit| unit < 0.5).count();
    (!clean.is_empty()).then(|| {
        format!(
            "no safety finding in {} seeds of {}: with 95 % at most {bound:.places$} % of seeds have one",
            words::count(runs),
            clean.join(", ")
        )
    })
}

/// The fastest against each of the others.
fn fastest(playing: &[&Column]) -> Vec<String> {
    let lost: Vec<(&Column, &Figures)> =
        playing.iter().map(|column| (*column, column.figures())).filter(|(_, figures)| figures.lost > 0).collect();
    let by_median = |(_, figures): &&(&Column, &Figures)| figures.failover.median().unwrap_or(u64::MAX);
    let Some((best, figures)) = lost.iter().min_by_key(by_median) else { return Vec::new() };
    let Some(median) = figures.failover.median() else {
        let name = best.algorithm;
        return vec![if figures.is_mostly_stuck() {
            format!("nobody recovers in most seeds, not even {name}")
        } else {
            format!("in most seeds the run is too short to see anybody recover, even {name}")
        }];
    };
    let others = lost.iter().filter(|(other, _)| other.algorithm != best.algorithm);
    others.filter_map(|(other, _)| Some(against(best, median, other, &best.against(other)?))).collect()
}

/// One pair; said the way round in which the factor is above one.
fn against(best: &Column, median: u64, other: &Column, compared: &paired::Comparison) -> String {
    let stuck = other.figures().is_mostly_stuck();
    let (best, other, pairs) = (best.algorithm, other.algorithm, words::count(compared.pairs));
    let time = words::about(Span(median));
    let Some(slower) = compared.swapped().ratio else {
        if !stuck {
            return format!(
                "{best}: median failover {time}, where most of {pairs} paired seeds are too short to see {other} recover"
            );
        }
        return format!("{best}: median failover {time}, where {other} does not recover in most of {pairs} paired seeds");
    };
    let [factor, low, high] = words::factor(slower);
    let range = if slower.high.is_finite() { format!("{low}–{high}") } else { format!("at least {low}") };
    if compared.differs() {
        return format!("{best}: median failover {time}, {factor}x faster than {other} (95 %: {range}, {pairs} paired seeds)");
    }
    let won = format!("{:.0} % to {:.0} % of seeds", compared.won.value * 100.0, compared.lost.value * 100.0);
    format!(
        "{best} and {other}: no difference that {pairs} paired seeds could show (medians {factor}x apart, 95 %: {range}; faster in {won})"
    )
}

/// Runs that never recovered are above every figure, and what that means.
fn unrecovered(column: &Column) -> Option<String> {
    let figures = column.figures();
    let Unended { seeds, first, left } = figures.stuck?;
    Some(format!(
        "{}: work never went on in {} of {} seeds that lost a leader; they count above every time (the least had {} left), the first is seed {first}: look at it, or lengthen the run",
        column.algorithm,
        words::count(seeds),
        words::count(figures.lost),
        words::about(left),
    ))
}

/// Runs that were too short for what the algorithm may take by its own bound: nothing is known of them, and what would help.
fn cut_short(column: &Column) -> Option<String> {
    let figures = column.figures();
    let Unended { seeds, first, left } = figures.cut_short?;
    Some(format!(
        "{}: too short to judge: in {} of {} seeds that lost a leader the run ends before its recovery bound of {} has passed (the least had {} left, the first is seed {first}); they count above every time: lengthen the run by {}",
        column.algorithm,
        words::count(seeds),
        words::count(figures.lost),
        words::about(column.recovery),
        words::about(left),
        words::about(Span::secs((column.recovery - left).0.div_ceil(1_000_000_000))),
    ))
}

/// What would make failovers more frequent.
fn rare(playing: &[&Column]) -> Vec<String> {
    const ADVICE: &str = "crash the leader or lengthen the run";
    let few = |column: &&&Column| (column.figures().lost as f64) < FEW * column.seeds.len() as f64;
    let (none, some): (Vec<&Column>, Vec<&Column>) =
        playing.iter().filter(few).copied().partition(|column| column.figures().lost == 0);
    let mut lines = Vec::new();
    if let Some(runs) = none.first().map(|column| words::count(column.seeds.len())) {
        let names: Vec<&str> = none.iter().map(|column| column.algorithm).collect();
        lines.push(format!("none of {runs} seeds caused a failover of {}: {ADVICE}", names.join(", ")));
    }
    lines.extend(some.iter().map(|column| {
        let (lost, runs) = (words::count(column.figures().lost), words::count(column.seeds.len()));
        format!("{}: only {lost} of {runs} seeds caused a failover: {ADVICE}", column.algorithm)
    }));
    lines
}

/// How many seeds it takes for every quantile of everybody who lost leaders at all.
fn too_few(playing: &[&Column]) -> Option<String> {
    let figures = playing.iter().map(|column| column.figures()).filter(|figures| figures.lost > 0);
    let seeds = |figures: &Figures| {
        let needed = figures.quantiles.iter().filter_map(|quantile| quantile.err()).map(|few| few.needed).max()?;
        Some((needed * figures.runs).div_ceil(figures.lost))
    };
    let needed = figures.filter_map(seeds).max()?;
    Some(format!("quantiles are left out that so few failovers do not support: {} seeds would do", words::count(needed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{First, Seed};

    /// One column; seed by seed its failover in milliseconds: none at all, one that never ends, or this long.
    fn column(algorithm: &'static str, failovers: impl IntoIterator<Item = Option<Option<u64>>>) -> Column {
        let mut column = Column::new(algorithm, None);
        for (seed, failover) in (0u64..).zip(failovers) {
            let nothing = Seed::new(&crate::example::outcome());
            let first = failover.map(|time| First {
                lost_ns: 2_000_000_000,
                detection: Some(0),
                election: time.map(|time| time * 1_000_000),
                takeover: time.map(|_| 0),
            });
            column.seeds.push(Seed { seed, first, safety: 0, ..nothing });
        }
        column
    }

    /// Evenly from half of `middle` to half as much again; another `stride` takes the seeds in another order.
    fn around(middle: u64, stride: u64, seeds: u64) -> impl Iterator<Item = Option<Option<u64>>> {
        (0..seeds).map(move |seed| Some(Some(middle / 2 + seed * stride % seeds * middle / seeds)))
    }

    fn said_of(columns: Vec<Column>) -> Vec<String> {
        said(&Row {
            scenario: String::from("leader-crash"),
            about: String::new(),
            faults: true,
            measure: None,
            varied: Vec::new(),
            columns,
        })
    }

    #[test]
    fn the_fastest_is_told_with_its_median_the_factor_its_interval_and_the_pairs() {
        let lines = said_of(vec![column("zab", around(386, 37, 1_000)), column("raft", around(215, 53, 1_000))]);
        assert_eq!(lines[1], "raft: median failover 214 ms, 1.8x faster than zab (95 %: 1.7–1.9, 1 000 paired seeds)");
        assert!(lines[0].ends_with("with 95 % at most 0.3 % of seeds have one"), "{}", lines[0]);
        assert_eq!(lines.len(), 2, "{lines:?}");
    }

    #[test]
    fn what_so_many_seeds_bound_is_small_and_not_nothing() {
        let quiet = |seeds| said_of(vec![column("raft", (0..seeds).map(|_| None))]).remove(0);
        assert!(quiet(400).ends_with("at most 0.8 % of seeds have one"), "{}", quiet(400));
        assert!(quiet(10_000).ends_with("at most 0.03 % of seeds have one"), "{}", quiet(10_000));
    }

    #[test]
    fn what_could_be_chance_is_told_as_no_difference_with_what_may_hide_in_it() {
        let lines = said_of(vec![column("raft", around(300, 37, 40)), column("zab", around(306, 7, 40))]);
        let start = "raft and zab: no difference that 40 paired seeds could show (medians 1.0x apart, 95 %: 0.8–1.3;";
        assert!(lines[1].starts_with(start) && lines[1].ends_with(" of seeds)"), "{}", lines[1]);
        assert_eq!(lines[2], "quantiles are left out that so few failovers do not support: 368 seeds would do");
    }

    #[test]
    fn few_failovers_are_advised_on_and_none_at_all_in_one_line_for_all() {
        let rarely = (0..1_000).map(|seed| (seed % 80 == 0).then_some(Some(200)));
        let never = || (0..1_000).map(|_| None);
        let lines = said_of(vec![column("raft", rarely), column("bully", never()), column("zab", never())]);
        let advice = "crash the leader or lengthen the run";
        assert!(lines.contains(&format!("raft: only 13 of 1 000 seeds caused a failover: {advice}")), "{lines:?}");
        assert!(lines.contains(&format!("none of 1 000 seeds caused a failover of bully, zab: {advice}")), "{lines:?}");
        assert!(
            lines.contains(&String::from("quantiles are left out that so few failovers do not support: 28 308 seeds would do")),
            "{lines:?}"
        );
    }

    #[test]
    fn runs_that_never_recover_are_above_every_quantile_and_the_first_is_named() {
        let stuck = |seed: u64| if seed % 10 == 7 { None } else { Some(300) };
        let raft = column("raft", (0..400).map(|seed| Some(stuck(seed))));
        assert_eq!(quantile(raft.figures().quantiles[2], false, raft.figures().left_ns), "≥ 8.000 s");
        let lines = said_of(vec![raft, column("zab", (0..400).map(|_| Some(None)))]);
        assert_eq!(lines[1], "raft: median failover 300 ms, where zab does not recover in most of 360 paired seeds");
        assert_eq!(
            lines[2],
            "raft: work never went on in 40 of 400 seeds that lost a leader; they count above every time (the least had 8.00 s left), the first is seed 7: look at it, or lengthen the run"
        );
        assert_eq!(said_of(vec![column("zab", (0..400).map(|_| Some(None)))])[1], "nobody recovers in most seeds, not even zab");
    }

    #[test]
    fn runs_that_end_before_the_bound_are_not_said_never_to_recover() {
        // Eight seconds are left.
        let bounded = |mut column: Column, seconds| {
            column.recovery = Span::secs(seconds);
            column
        };
        let slow = || column("zab", (0..400).map(|_| Some(None)));
        let lines = said_of(vec![column("raft", around(300, 37, 400)), bounded(slow(), 20)]);
        assert_eq!(lines[1], "raft: median failover 299 ms, where most of 400 paired seeds are too short to see zab recover");
        assert_eq!(
            lines[2],
            "zab: too short to judge: in 400 of 400 seeds that lost a leader the run ends before its recovery bound of 20.0 s has passed (the least had 8.00 s left, the first is seed 0); they count above every time: lengthen the run by 12.0 s"
        );
        assert!(!lines.iter().any(|line| line.contains("never")), "{lines:?}");
        assert_eq!(never(bounded(slow(), 20).figures()), "0, 400 cut short");
        assert_eq!(said_of(vec![bounded(slow(), 20)])[1], "in most seeds the run is too short to see anybody recover, even zab");
        // It had all the time that it may take by its own bound.
        assert!(said_of(vec![bounded(slow(), 8)])[2].starts_with("zab: work never went on in 400 of 400 seeds"));
        assert_eq!(never(bounded(slow(), 8).figures()), "400");
    }
}
