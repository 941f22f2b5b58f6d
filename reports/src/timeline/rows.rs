//! The rows above and below the lanes: faults, how many would act as leader, failovers in their parts, and what was found.

use sim::Time;
use sim::outcome::{Cause, Severity};

use super::draw::{Svg, width_of};
use super::labels::Rows;
use super::scale::Scale;
use super::{GUTTER, LINE, span};
use crate::story::{Finding, MomentKind, Story};

/// Rows of labels for faults, and for findings.
const FAULT_ROWS: usize = 3;
const FINDING_ROWS: usize = 6;
/// A word longer than this is cut short; the whole stands in what shows under the pointer.
const LONGEST: usize = 64;

fn name(svg: &mut Svg, y: f64, name: &str) {
    svg.text(GUTTER - 8.0, y, "name", name);
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return String::from(text);
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// Marks with as many labels as there is room for; where the marks are, and where the rows end.
pub fn faults(svg: &mut Svg, story: &Story, scale: &Scale, y: f64) -> (Vec<f64>, f64) {
    let faults = story.moments.iter().filter(|moment| moment.kind == MomentKind::Fault && scale.holds(moment.at));
    let mut rows = Rows::new(FAULT_ROWS, scale.right);
    let mut marks = Vec::new();
    let mut labels = Vec::new();
    for fault in faults {
        let x = scale.x(fault.at);
        let text = short(&fault.text);
        if let Some((row, left)) = rows.place(x, width_of(&text, 11.0)) {
            labels.push((row, left, text));
        }
        marks.push((x, format!("{} {}", fault.at, fault.text)));
    }
    if marks.is_empty() {
        return (Vec::new(), y);
    }
    let used = rows.used() as f64;
    let bottom = y + used * 14.0 + 10.0;
    name(svg, y + 11.0, "faults");
    for (row, left, text) in labels {
        svg.text(left, y + 11.0 + row as f64 * 14.0, "fault", &text);
    }
    for (x, words) in &marks {
        svg.area([x - 1.0, bottom - 8.0, 2.0, 8.0], "fault-mark", words);
    }
    (marks.iter().map(|(x, _)| *x).collect(), bottom)
}

/// How many would act as leader.
pub fn acting(svg: &mut Svg, story: &Story, scale: &Scale, y: f64) -> f64 {
    name(svg, y + 11.0, "acting leaders");
    let acting = story.acting();
    let ends = acting.iter().skip(1).map(|(at, _)| *at).chain([story.end]);
    for (&(from, count), until) in acting.iter().zip(ends).filter(|((from, _), until)| scale.meets(*from, *until)) {
        let (left, right) = (scale.x(from), scale.x(until));
        let (class, height) = match count {
            0 => ("none", 3.0),
            1 => ("one", 7.0),
            _ => ("many", 14.0),
        };
        let words = format!("{count} would act as leader, {from} to {until} ({})", span(until.since(from)));
        svg.area([left, y + 14.0 - height, right - left, height], class, &words);
        let label = count.to_string();
        if count > 1 && right - left > 14.0 {
            svg.text(left + 4.0, y + 11.0, "epoch on-leader", &label);
        }
    }
    y + 20.0
}

/// Each failover in its parts, with how long it took.
pub fn failovers(svg: &mut Svg, story: &Story, scale: &Scale, y: f64) -> f64 {
    let mut rows = Rows::new(2, scale.right);
    let mut drawn = false;
    for failover in &story.failovers {
        let over = story.over(failover);
        let end = over.unwrap_or(if failover.absorbed { failover.lost } else { story.end });
        if !scale.meets(failover.lost, end.max(Time(failover.lost.0 + 1))) {
            continue;
        }
        drawn = true;
        let mut from = failover.lost;
        for (class, until) in [("detection", failover.detected), ("election", failover.elected), ("takeover", over)] {
            let Some(until) = until.filter(|until| *until > from) else { continue };
            let (left, right) = (scale.x(from), scale.x(until));
            if scale.meets(from, until) {
                svg.area(
                    [left, y + 2.0, right - left, 8.0],
                    class,
                    &format!("{class}: {} ({from} to {until})", span(until.since(from))),
                );
            }
            from = until;
        }
        if over.is_none() && !failover.absorbed && scale.meets(from, story.end) {
            let words = format!("no recovery within {}", span(story.end.since(from)));
            svg.area([scale.x(from), y + 2.0, scale.x(story.end) - scale.x(from), 8.0], "never", &words);
        }
        let what = if failover.cause == Cause::Start { "first election" } else { failover.cause.name() };
        let text = match over {
            _ if failover.absorbed => format!("{what}: absorbed"),
            Some(over) => format!("{what}: {}", span(over.since(failover.lost))),
            None => format!("{what}: never over"),
        };
        if let Some((row, left)) = rows.place(scale.x(failover.lost), width_of(&text, 11.0)) {
            svg.text(left, y + 22.0 + row as f64 * 13.0, "small", &text);
        }
    }
    if !drawn {
        return y;
    }
    name(svg, y + 11.0, "failovers");
    y + 16.0 + rows.used() as f64 * 13.0
}

/// What the checkers found, with the kinds of split-brain first by name; overlapping authority wherever it is.
pub fn findings(svg: &mut Svg, story: &Story, scale: &Scale, y: f64) -> f64 {
    let mut marks: Vec<(Time, Option<Time>, String, bool)> = Vec::new();
    for (from, until) in story.overlaps() {
        if scale.meets(from, until) {
            marks.push((from, Some(until), format!("overlapping authority: {}", span(until.since(from))), true));
        }
    }
    let told = |finding: &&Finding| scale.holds(finding.at) && finding.split_brain != Some("overlapping-authority");
    for finding in story.findings.iter().filter(told) {
        let harm = finding.split_brain.is_some() || finding.severity == Severity::Safety;
        marks.push((finding.at, None, in_words(finding), harm));
    }
    if marks.is_empty() {
        return y;
    }
    marks.sort();
    name(svg, y + 11.0, "found");
    let mut rows = Rows::new(FINDING_ROWS, scale.right);
    let mut untold = 0;
    for (at, until, text, harm) in &marks {
        let x = scale.x(*at);
        let class = if *harm { "found" } else { "found-mild" };
        let text = short(text);
        let width = until.map_or(6.0, |until| (scale.x(until) - x).max(3.0));
        let Some((row, left)) = rows.place(x, width_of(&text, 11.0) + 10.0) else {
            untold += 1;
            svg.area([x, y + 1.0, 2.0, 4.0], class, &format!("{at} {text}"));
            continue;
        };
        let top = y + 2.0 + row as f64 * 17.0;
        svg.area([x, top, width.min(scale.right - x), 3.0], class, &format!("{at} {text}"));
        svg.text(left, top + 13.0, if *harm { "found-text" } else { "mild-text" }, &text);
    }
    let bottom = y + 4.0 + rows.used() as f64 * 17.0;
    if untold > 0 {
        svg.text(GUTTER, bottom + 11.0, "note", &format!("{untold} more marks have no room for words."));
        return bottom + LINE;
    }
    bottom
}

fn in_words(finding: &Finding) -> String {
    let times = if finding.times > 1 { format!(" ×{}", finding.times) } else { String::new() };
    match finding.split_brain {
        Some(kind) => format!("{}{times}", kind.replace('-', " ")),
        None => format!("{}{times}", finding.invariant),
    }
}
