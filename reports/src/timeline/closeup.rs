//! What deserves a close look: the first failover; its election, where that is a small part of it; and the first safety finding if
//! it lies elsewhere.

use sim::outcome::{Cause, Failover, Severity};
use sim::{Span, Time};

use super::span;
use crate::story::Story;

/// Of a failover's length, this share is shown on either side.
const AROUND: u64 = 6;
/// An election that is no larger a part of its failover than this gets a panel of its own.
const SMALL: u64 = 5;
/// Around a finding, and where a failover has no end: so much of the run, and within these bounds.
const SHARE: u64 = 100;
const LEAST: Span = Span::millis(5);
const MOST: Span = Span::millis(500);

/// Titles and stretches of time.
pub fn windows(story: &Story) -> Vec<(String, Time, Time)> {
    let mut windows = Vec::new();
    let real = |failover: &&Failover| failover.cause != Cause::Start && !failover.absorbed;
    let failover = story.failovers.iter().find(real).or_else(|| story.failovers.first().filter(|first| !first.absorbed));
    windows.extend(failover.map(|failover| of_failover(story, failover)));
    windows.extend(failover.and_then(of_election).map(|(title, from, until)| (title, from, until.min(story.end))));
    let found = story.findings.iter().find(|finding| finding.severity == Severity::Safety && finding.at < story.end);
    if let Some(finding) = found
        && !windows.iter().any(|(_, from, until)| *from <= finding.at && finding.at <= *until)
    {
        let around = around(story);
        let title = format!("{} at {}, closely", finding.invariant, finding.at);
        windows.push((title, earlier(finding.at, around), (finding.at + around).min(story.end)));
    }
    windows
}

fn of_failover(story: &Story, failover: &Failover) -> (String, Time, Time) {
    let what = match failover.cause {
        Cause::Start => String::from("The first election"),
        cause => format!("The first failover ({})", cause.name()),
    };
    let over = failover.effective.or(failover.elected);
    let end = over.unwrap_or_else(|| failover.lost + Span(around(story).0.saturating_mul(2)));
    let title = match over {
        Some(over) => format!("{what}: {}, closely", span(over.since(failover.lost))),
        None => format!("{what}, which is never over: its beginning"),
    };
    let around = Span((end.since(failover.lost).0 / AROUND).max(LEAST.0));
    (title, earlier(failover.lost, around), (end + around).min(story.end))
}

/// From the moment when somebody stood.
fn of_election(failover: &Failover) -> Option<(String, Time, Time)> {
    let (detected, over) = (failover.detected?, failover.effective.or(failover.elected)?);
    let length = over.since(detected);
    let around = Span(length.0 / SMALL);
    let small = length.0 * SMALL < over.since(failover.lost).0 && length > Span::ZERO;
    small.then(|| (format!("Its election and takeover: {}", span(length)), earlier(detected, around), over + around))
}

fn around(story: &Story) -> Span {
    Span((story.end.0 / SHARE).clamp(LEAST.0, MOST.0))
}

fn earlier(at: Time, by: Span) -> Time {
    Time(at.0.saturating_sub(by.0))
}
