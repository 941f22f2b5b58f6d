//! What a gate says as JUnit XML, in the form that Jenkins reads: a suite a scenario, a test case an algorithm. No times: the same
//! check gives the same bytes.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::check::{Case, Check, Complaint, Kind};

const NAME: &str = "hustings check";

/// The whole file.
pub fn xml(check: &Check) -> String {
    let mut report = Report::new(NAME);
    if !check.kept.is_empty() {
        let mut suite = TestSuite::new("runs that failed once");
        for kept in &check.kept {
            let complaints: Vec<&Complaint> = kept.complaint.iter().collect();
            suite.add_test_case(case("runs that failed once", &kept.file, &complaints));
        }
        report.add_test_suite(suite);
    }
    for cases in check.cases.chunk_by(|a, b| a.scenario == b.scenario) {
        report.add_test_suite(suite(cases));
    }
    for broken in &check.broken {
        let mut suite = TestSuite::new(&*broken.file);
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        let line = broken.line.map_or_else(String::new, |line| format!("line {line}: "));
        status.set_message(format!("{line}{}", broken.title)).set_type("scenario");
        let mut case = TestCase::new(broken.wanted.is(), status);
        case.set_classname(&*broken.file);
        suite.add_test_case(case);
        report.add_test_suite(suite);
    }
    let xml = report.to_string().expect("text without times always fits XML");
    for_jenkins(&xml)
}

/// The writer counts what was skipped at the root too, where Jenkins' schema knows no such attribute, and refuses the file. Nothing
/// here is ever skipped.
fn for_jenkins(xml: &str) -> String {
    xml.replacen(" skipped=\"0\"", "", 1)
}

fn suite(cases: &[Case]) -> TestSuite {
    let name = cases.first().map_or("", |case| case.scenario.as_str());
    let mut suite = TestSuite::new(name);
    for one in cases {
        suite.add_test_case(case(name, one.algorithm, &one.complaints.iter().collect::<Vec<_>>()));
    }
    suite
}

/// One status is all that the format has: the gravest gives its kind, and all are told.
fn case(class: &str, name: &str, complaints: &[&Complaint]) -> TestCase {
    let status = match complaints.iter().min_by_key(|complaint| complaint.kind) {
        None => TestCaseStatus::success(),
        Some(gravest) => {
            let kind = if gravest.kind == Kind::NotExercised { NonSuccessKind::Error } else { NonSuccessKind::Failure };
            let mut status = TestCaseStatus::non_success(kind);
            let all: Vec<String> = complaints.iter().map(|complaint| told(complaint)).collect();
            status.set_type(gravest.kind.name()).set_message(format!("{}; {}", gravest.words, gravest.replay));
            status.set_description(all.join("\n"));
            status
        }
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(class);
    case
}

fn told(complaint: &Complaint) -> String {
    let seeds = complaint.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    let seeds = if seeds.is_empty() { seeds } else { format!("\nseeds: {seeds}") };
    let evidence = complaint.evidence.as_ref().map_or_else(String::new, |evidence| format!("\n{evidence}"));
    format!("{}: {}{seeds}{evidence}\n{}", complaint.kind.name(), complaint.words, complaint.replay)
}

#[cfg(test)]
mod tests;
