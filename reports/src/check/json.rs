//! What a gate says as JSON, schema 1.

use serde::Serialize;

use super::{Check, Complaint};
use crate::json::SCHEMA;

#[derive(Serialize)]
struct AsJson<'a> {
    schema: u32,
    version: &'a str,
    seeds: Seeds,
    cases: Vec<OneCase<'a>>,
    kept: Vec<OneKept<'a>>,
    broken: Vec<OneBroken<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Seeds {
    first: u64,
    /// The one after the last that was run, and the one after the last that was asked for.
    end: u64,
    asked_end: u64,
}

#[derive(Serialize)]
struct OneCase<'a> {
    scenario: &'a str,
    algorithm: &'a str,
    runs: usize,
    found_as_meant: Vec<Meant>,
    /// Harm that the algorithm does not promise to avoid and the scenario does not expect.
    harm: Vec<Meant>,
    complaints: Vec<OneComplaint<'a>>,
}

#[derive(Serialize)]
struct Meant {
    invariant: &'static str,
    seeds: usize,
}

#[derive(Serialize)]
struct OneComplaint<'a> {
    kind: &'static str,
    about: &'a str,
    words: &'a str,
    seeds: &'a [u64],
    line: Option<usize>,
    evidence: Option<&'a str>,
    replay: &'a str,
}

#[derive(Serialize)]
struct OneKept<'a> {
    file: &'a str,
    run: &'a str,
    complaint: Option<OneComplaint<'a>>,
}

#[derive(Serialize)]
struct OneBroken<'a> {
    file: &'a str,
    line: Option<usize>,
    title: &'a str,
}

impl<'a> OneComplaint<'a> {
    fn of(complaint: &'a Complaint) -> OneComplaint<'a> {
        OneComplaint {
            kind: complaint.kind.name(),
            about: &complaint.about,
            words: &complaint.words,
            seeds: &complaint.seeds,
            line: complaint.line,
            evidence: complaint.evidence.as_deref(),
            replay: &complaint.replay,
        }
    }
}

/// One object on many lines.
pub fn text(check: &Check) -> String {
    let cases = check.cases.iter().map(|case| OneCase {
        scenario: &case.scenario,
        algorithm: case.algorithm,
        runs: case.records.runs.len(),
        found_as_meant: case.found_as_meant().into_iter().map(|(invariant, seeds)| Meant { invariant, seeds }).collect(),
        harm: case.harm().into_iter().map(|(invariant, seeds)| Meant { invariant, seeds }).collect(),
        complaints: case.complaints.iter().map(OneComplaint::of).collect(),
    });
    let kept = check.kept.iter().map(|kept| OneKept {
        file: &kept.file,
        run: &kept.words,
        complaint: kept.complaint.as_ref().map(OneComplaint::of),
    });
    let broken = check.broken.iter().map(|broken| OneBroken { file: &broken.file, line: broken.line, title: &broken.title });
    let json = AsJson {
        schema: SCHEMA,
        version: check.version,
        seeds: Seeds { first: check.seeds.start, end: check.seeds.end, asked_end: check.asked.end },
        cases: cases.collect(),
        kept: kept.collect(),
        broken: broken.collect(),
        notes: &check.notes,
    };
    serde_json::to_string_pretty(&json).expect("integers and text always fit JSON") + "\n"
}
