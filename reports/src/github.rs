//! Annotations of GitHub Actions: one workflow command a complaint, which points at the line of the scenario that it is about.
//!
//! GitHub, *Workflow commands for GitHub Actions*: in a message `%`, carriage return and line feed are written as `%25`, `%0D` and
//! `%0A`; in a property `:` and `,` as `%3A` and `%2C` as well.

use crate::check::{Case, Check, Complaint, Kind};

/// GitHub shows no more than ten errors a step.
const MOST_SHOWN: usize = 10;

/// One line each: files that are not what they were taken for, then what is wrong, the gravest first, as far as GitHub shows it.
pub fn annotations(check: &Check) -> String {
    let broken = check.broken.iter().map(|broken| {
        let file = broken.line.map(|_| broken.file.as_str());
        command(file, broken.line, &format!("{} {}", broken.file, broken.wanted.is_not()), &broken.title)
    });
    let kept = check.kept.iter().filter_map(|kept| {
        let complaint = kept.complaint.as_ref()?;
        Some((complaint.kind, command(Some(&kept.file), None, &kept.words, &message(complaint))))
    });
    let of_case = |case: &Case, complaint: &Complaint| {
        let line = case.file.is_some().then(|| complaint.line.unwrap_or(1));
        let title = format!("{} with {}", case.scenario, case.algorithm);
        (complaint.kind, command(case.file.as_deref(), line, &title, &message(complaint)))
    };
    let cases = check.cases.iter().flat_map(|case| case.complaints.iter().map(move |complaint| of_case(case, complaint)));
    let mut wrong: Vec<(Kind, String)> = kept.chain(cases).collect();
    wrong.sort_by_key(|(kind, _)| *kind);
    broken.chain(wrong.into_iter().map(|(_, line)| line)).take(MOST_SHOWN).collect()
}

fn message(complaint: &Complaint) -> String {
    let evidence = complaint.evidence.as_ref().map_or_else(String::new, |evidence| format!("\n{evidence}"));
    format!("{}: {}{evidence}\n{}", complaint.kind.name(), complaint.words, complaint.replay)
}

fn command(file: Option<&str>, line: Option<usize>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    properties.extend(file.map(|file| format!("file={}", property(file))));
    properties.extend(line.map(|line| format!("line={line}")));
    properties.push(format!("title={}", property(title)));
    format!("::error {}::{}\n", properties.join(","), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::{case, check, run};
    use crate::check::{Broken, Wanted};

    #[test]
    fn the_gravest_are_among_the_ten_that_are_shown_and_the_command_line_is_no_place_in_a_file() {
        let mut cases: Vec<Case> = (0..12).map(|_| case(vec![run(0)])).collect();
        for (place, case) in cases.iter_mut().enumerate() {
            case.complaints = vec![Complaint::new(if place == 11 { Kind::Safety } else { Kind::Threshold }, "x", "y")];
        }
        let mut check = check(Vec::new());
        check.cases = cases;
        check.broken = vec![Broken {
            wanted: Wanted::Scenario,
            file: String::from("here"),
            line: None,
            title: String::from("--set a=b: wrong"),
        }];
        let lines = annotations(&check);
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!((lines.len(), lines[0]), (10, "::error title=here is no scenario::--set a=b: wrong"));
        assert!(lines[1].contains("::safety: "), "{}", lines[1]);
    }

    #[test]
    fn what_github_would_take_for_its_own_is_escaped() {
        let line = command(Some("a,b:c.toml"), Some(7), "50 %", "one: two\nthree");
        assert_eq!(line, "::error file=a%2Cb%3Ac.toml,line=7,title=50 %25::one: two%0Athree\n");
    }
}
