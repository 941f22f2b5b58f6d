//! One run as Markdown, for a pull request or a notebook.

use std::fmt::Write;

use sim::Span;
use sim::outcome::Outcome;

use crate::{sections, words};

/// The whole report; `recovery` is what the algorithm may take to recover by its own bound (zero: it states none).
pub fn report(outcome: &Outcome, recovery: Span) -> String {
    let mut out = format!("# Seed {}, {}, {}\n\n", outcome.seed, outcome.scenario, outcome.algorithm);
    let mut add = |text: &str| out.write_str(text).expect("a string takes any text");
    let findings = sections::findings(outcome);
    if findings.is_empty() {
        add("No findings.\n");
    }
    for finding in findings {
        add(&format!("- {finding}\n"));
    }
    add("\n## Verdicts\n\n");
    add(&sections::verdicts(outcome).markdown());
    let missing = sections::not_applicable(outcome);
    if !missing.is_empty() {
        add(&format!("\nNot applicable here: {}.\n", missing.join(", ")));
    }
    add("\n## Split-brain\n\n");
    add(&sections::split_brain(outcome).markdown());
    let failovers = sections::failovers(outcome);
    if !failovers.is_empty() {
        add("\n## Failovers\n\n");
        add(&failovers.markdown());
        sections::cut_short(outcome, recovery).iter().for_each(|words| add(&format!("\n{words}\n")));
    }
    add("\n## Counters\n\n");
    for (subject, words) in sections::counters(outcome) {
        add(&format!("- {subject}: {words}\n"));
    }
    for missed in &outcome.not_exercised {
        add(&format!("- never happened: {}: {}\n", missed.event, missed.why));
    }
    add(&format!("\nFingerprint `{}`.\n", words::fingerprint(outcome.fingerprint)));
    out
}

#[cfg(test)]
mod tests {
    use crate::example;

    #[test]
    fn markdown_holds_no_colours() {
        let report = super::report(&example::outcome(), sim::Span::ZERO);
        assert!(!report.contains('\x1b'));
        assert!(report.starts_with("# Seed 42, leader-isolated, example\n"));
        assert!(report.contains("| effective-split-brain | violated | outside-assumptions | 9 |"));
    }
}
