//! The words for what a run gives back, the same in every format.

use sim::audit::catalogue;
use sim::outcome::{Judgement, Liveness, Outcome, Severity, Standing, Verdict, Violation};
use sim::setup::Measure;
use sim::{NodeId, Promise, Span};

use crate::paired::Interval;

/// In JSON and in tables: `not-exercised`.
pub const fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Held => "held",
        Verdict::Violated(_) => "violated",
        Verdict::NotExercised => "not-exercised",
        Verdict::NotApplicable => "not-applicable",
    }
}

/// In JSON and in tables: `outside-assumptions`.
pub const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Promised => "promised",
        Standing::OutsideAssumptions => "outside-assumptions",
        Standing::NotPromised => "not-promised",
    }
}

/// In JSON and in tables: `safety`.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Safety => "safety",
        Severity::Liveness => "liveness",
        Severity::Measurement => "measurement",
    }
}

/// In JSON and in tables: `slow`.
pub const fn liveness(liveness: Liveness) -> &'static str {
    match liveness {
        Liveness::Slow => "slow",
        Liveness::Stuck => "stuck",
        Liveness::Late => "late",
    }
}

/// The name of a promise as `hustings explain` knows it.
pub const fn promise(promise: Promise) -> &'static str {
    catalogue::name_of(promise)
}

/// `n1, n3`.
pub fn nodes(nodes: &[NodeId]) -> String {
    nodes.iter().map(NodeId::to_string).collect::<Vec<_>>().join(", ")
}

/// Runs of neighbours as ranges, in order of number: `n1 n3-n7 n9`.
pub fn node_ranges(nodes: &[NodeId]) -> String {
    let mut sorted = nodes.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut ranges: Vec<(NodeId, NodeId)> = Vec::new();
    for node in sorted {
        match ranges.last_mut() {
            Some((_, last)) if last.0 + 1 == node.0 => *last = node,
            _ => ranges.push((node, node)),
        }
    }
    let range = |&(first, last): &(NodeId, NodeId)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    ranges.iter().map(range).collect::<Vec<_>>().join(" ")
}

/// Hex text, 32 digits.
pub fn fingerprint(fingerprint: u128) -> String {
    format!("{fingerprint:032x}")
}

/// What a scenario asks for, and whether that is a time; a count otherwise.
pub fn measure(measure: &Measure) -> (&'static str, bool) {
    match measure {
        Measure::FirstCandidacy => ("first candidacy", true),
        Measure::FirstLeader { .. } => ("first leader", true),
        Measure::StableLeader => ("stable leader", true),
        Measure::Failover => ("failover", true),
        Measure::FirstTermSplit => ("first term split", false),
        Measure::MessagesToFirstLeader => ("messages to first leader", false),
    }
}

/// The figure that a scenario asks for.
pub fn measured(what: &Measure, figure: Option<u64>) -> String {
    let (name, is_time) = measure(what);
    match figure {
        Some(nanos) if is_time => format!("{name}: {}", span(Span(nanos))),
        Some(count) => format!("{name}: {count}"),
        None => format!("{name}: it did not come about"),
    }
}

/// For tables: milliseconds or seconds, three places, half up; nanoseconds where that would look like nothing. (The exact value is in
/// the JSON.)
pub fn span(span: Span) -> String {
    let thousandths = |unit: u64| span.0 / unit * 1_000 + (span.0 % unit + unit / 2_000) / (unit / 1_000);
    let (thousandths, name) = match span.0 {
        0 => return String::from("0"),
        1..500 => return format!("{} ns", span.0),
        500..999_999_500 => (thousandths(1_000_000), "ms"),
        _ => (thousandths(1_000_000_000), "s"),
    };
    format!("{}.{:03} {name}", thousandths / 1_000, thousandths % 1_000)
}

/// For sentences: three digits, `214 ms`, `1.08 s`.
pub fn about(span: Span) -> String {
    let (nanos, unit, name) = match span.0 {
        0 => return String::from("0"),
        n @ ..1_000_000 => (n, 1_000, "us"),
        n @ ..1_000_000_000 => (n, 1_000_000, "ms"),
        n => (n, 1_000_000_000, "s"),
    };
    let places = if nanos >= 100 * unit { 0 } else { 1 + u32::from(nanos < 10 * unit) };
    // In whole numbers, half up: what a float would make of a half differs from case to case.
    let step = unit / 10u64.pow(places);
    let steps = nanos / step + u64::from(nanos % step >= step.div_ceil(2));
    let (whole, part) = (steps / 10u64.pow(places), steps % 10u64.pow(places));
    if places == 0 {
        format!("{} {name}", count(whole))
    } else {
        format!("{whole}.{part:0width$} {name}", width = places as usize)
    }
}

/// The first of them, and how many more.
pub fn first_of(all: &[impl AsRef<str>]) -> String {
    const MOST_NAMED: usize = 3;
    let named = all.iter().take(MOST_NAMED).map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
    match all.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Digits in groups of three: `1 000 000`.
pub fn count(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A factor with its interval, to as many places as its width makes sense of: `1.8`, `1.7`, `1.9`.
pub fn factor(factor: Interval) -> [String; 3] {
    let width = factor.high - factor.low;
    // One more where an end would be written as one and is not.
    let looks_like_one = |end: f64, unit: f64| end != 1.0 && (end - 1.0).abs() < unit / 2.0;
    let fits = |unit: f64| width >= unit && !looks_like_one(factor.low, unit) && !looks_like_one(factor.high, unit);
    let places = [0.1, 0.01].iter().position(|&unit| fits(unit)).map_or(3, |place| place + 1);
    [factor.value, factor.low, factor.high].map(|end| format!("{end:.places$}"))
}

/// `p50`, `p99.9`: a quantile in thousandths.
pub fn quantile(per_mille: u32) -> String {
    match per_mille % 10 {
        0 => format!("p{}", per_mille / 10),
        rest => format!("p{}.{rest}", per_mille / 10),
    }
}

/// The violations of a run that count as findings of this severity, first by time.
pub fn findings(outcome: &Outcome, severity: Severity) -> Vec<(&Judgement, &Violation)> {
    let mut found: Vec<_> = outcome
        .judgements
        .iter()
        .filter(|judgement| judgement.severity == severity)
        .filter_map(|judgement| match &judgement.verdict {
            Verdict::Violated(violation) => Some((judgement, violation)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(_, violation)| violation.at);
    found
}

/// A word as one argument of a shell, quoted where it must be.
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_written_as_ranges() {
        let nodes: Vec<NodeId> = [8, 0, 3, 2, 4, 2].into_iter().map(NodeId).collect();
        assert_eq!(node_ranges(&nodes), "n1 n3-n5 n9");
        assert_eq!(node_ranges(&[]), "");
    }

    #[test]
    fn spans_are_rounded_for_the_eye_only() {
        assert_eq!(span(Span::ZERO), "0");
        assert_eq!(span(Span::nanos(1_234_567)), "1.235 ms");
        assert_eq!(span(Span::nanos(1_234_499)), "1.234 ms");
        assert_eq!([span(Span::nanos(499)), span(Span::nanos(500))], ["499 ns", "0.001 ms"], "more than nothing");
        assert_eq!([span(Span::nanos(999_999_499)), span(Span::nanos(999_999_500))], ["999.999 ms", "1.000 s"]);
        assert_eq!([span(Span::nanos(1_713_660_000)), span(Span(u64::MAX))], ["1.714 s", "18446744073.710 s"]);
        assert_eq!(span(Span::millis(2_104)), "2.104 s");
    }

    #[test]
    fn sentences_have_three_digits() {
        let cases = [
            (214_499_999, "214 ms"),
            (214_500_000, "215 ms"),
            (1_084_999_999, "1.08 s"),
            (31_250_000, "31.3 ms"),
            (999_999, "1 000 us"),
            (1_234_000_000_000, "1 234 s"),
            (0, "0"),
        ];
        for (nanos, words) in cases {
            assert_eq!(about(Span(nanos)), words);
        }
        assert_eq!([count(7), count(1_000), count(123_456_789)], ["7", "1 000", "123 456 789"]);
    }

    #[test]
    fn a_factor_is_as_exact_as_its_interval() {
        let words = |value, low, high| factor(Interval { value, low, high }).join(" ");
        assert_eq!(words(1.8, 1.74, 1.9), "1.8 1.7 1.9");
        assert_eq!(words(1.3, 1.04, 1.6), "1.30 1.04 1.60", "an end above one is not written as one");
        assert_eq!(words(34.25, 30.0, 36.0), "34.2 30.0 36.0");
        assert_eq!(words(1.0504, 1.0412, 1.0604), "1.05 1.04 1.06");
        assert_eq!(words(2.5, 1.4, f64::INFINITY), "2.5 1.4 inf");
    }

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(shell("algorithm.raft.pre-vote=true"), "algorithm.raft.pre-vote=true");
        assert_eq!(shell("a b"), "'a b'");
        assert_eq!(shell("it's"), "'it'\\''s'");
        assert_eq!(shell(""), "''");
    }
}
