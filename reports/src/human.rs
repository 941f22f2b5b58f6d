//! One run for the terminal.

use std::fmt::Write;

use sim::Span;
use sim::outcome::Outcome;
use sim::setup::Measure;

use crate::paint::Paint;
use crate::{sections, words};

/// The first line of all output about one run, or about many: `seed 42`, `seeds 0..100`.
pub fn head(seeds: &str, scenario: &str, algorithm: &str, nodes: u16, duration: Span) -> String {
    format!("{seeds}, scenario {scenario}, algorithm {algorithm}, {nodes} nodes, {duration}\n")
}

/// Everything after the live log: verdicts, split-brain, failovers, counters, faults that did not happen, fingerprint, and
/// the findings last. `measure` is the figure that the scenario asks for, `recovery` what the algorithm may take to recover by its own
/// bound (zero: it states none).
pub fn report(outcome: &Outcome, measure: Option<&Measure>, recovery: Span) -> String {
    let mut out = String::new();
    let verdicts = sections::verdicts(outcome);
    if !verdicts.is_empty() {
        heading(&mut out, "verdicts");
        out.push_str(&verdicts.text());
        let missing = sections::not_applicable(outcome);
        if !missing.is_empty() {
            let words = format!("  not applicable here: {}", missing.join(", "));
            line(&mut out, &Paint::Dim.on(&words));
        }
    }
    heading(&mut out, "split-brain, by kind");
    out.push_str(&sections::split_brain(outcome).text());
    let failovers = sections::failovers(outcome);
    if !failovers.is_empty() {
        heading(&mut out, "failovers");
        out.push_str(&failovers.text());
        sections::cut_short(outcome, recovery).iter().for_each(|words| line(&mut out, &format!("  {words}")));
    }
    heading(&mut out, "counters");
    for (subject, words) in sections::counters(outcome) {
        line(&mut out, &format!("  {subject:<11} {words}"));
    }
    if let Some(measure) = measure {
        line(&mut out, &format!("  measured    {}", words::measured(measure, outcome.measured)));
    }
    if !outcome.not_exercised.is_empty() {
        heading(&mut out, "faults that never happened");
        for missed in &outcome.not_exercised {
            line(&mut out, &format!("  {}: {}", Paint::Noted.on(&missed.event), missed.why));
        }
    }
    line(&mut out, &format!("\nfingerprint {}", words::fingerprint(outcome.fingerprint)));
    let findings = sections::findings(outcome);
    if !findings.is_empty() {
        heading(&mut out, "findings");
        for finding in findings {
            line(&mut out, &format!("  {}", Paint::Bad.on(&finding)));
        }
    }
    out
}

fn heading(out: &mut String, words: &str) {
    line(out, &format!("\n{}", Paint::Bold.on(words)));
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn a_finding_says_what_who_when_and_its_standing() {
        let report = report(&example::outcome(), Some(&Measure::Failover), Span::ZERO);
        assert!(report.contains(
            "safety: effective-split-brain violated at 2.600000s by n1, n3 (outside the algorithm's assumptions): item 41"
        ));
    }

    #[test]
    fn the_four_kinds_of_split_brain_have_a_line_each() {
        let report = report(&example::outcome(), Some(&Measure::Failover), Span::ZERO);
        for kind in ["same-epoch leaders", "overlapping authority", "conflicting effects", "divergence"] {
            assert_eq!(report.matches(kind).count(), 1, "{kind}");
        }
    }

    #[test]
    fn a_failover_that_the_run_cut_short_is_not_said_never_to_end() {
        let mut outcome = example::outcome();
        outcome.failovers.iter_mut().for_each(|failover| (failover.elected, failover.effective) = (None, None));
        let left = outcome.end.since(outcome.failovers[0].lost);
        let short = report(&outcome, None, left + Span::nanos(1));
        assert!(short.contains("too short to judge:") && short.contains("example may take"), "{short}");
        assert!(
            short.contains(&format!("not in {}", words::span(left))) && !sections::failovers(&outcome).text().contains("never"),
            "{short}"
        );
        assert!(!report(&outcome, None, Span::ZERO).contains("too short to judge"), "it states no bound");
    }

    #[test]
    fn what_was_asked_for_and_did_not_come_about_is_said_to_be_so() {
        assert!(
            report(&example::outcome(), Some(&Measure::Failover), Span::ZERO)
                .contains("measured    failover: it did not come about")
        );
    }

    #[test]
    fn a_fault_that_found_no_target_is_not_passed_over() {
        assert!(report(&example::outcome(), Some(&Measure::Failover), Span::ZERO).contains("no leader within 2s"));
    }
}
