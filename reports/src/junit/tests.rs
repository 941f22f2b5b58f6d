//! The structure that Jenkins demands, read by a parser that is not the writer's.

use roxmltree::{Document, Node};

use crate::check::tests::{case, check, run};
use crate::check::{Broken, Case, Check, Kept, Run, Scripted, Wanted};

/// Its name, the attributes that it must have, those that it may have, and its children.
type Element = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// What Jenkins' schema (xunit plugin, `types/model/xsd/junit-10.xsd`) allows, of the elements that are written here.
const ELEMENTS: [Element; 6] = [
    ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "version"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    (
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        &["skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out", "system-err"],
    ),
    ("failure", &[], &["type", "message"], &[]),
    ("error", &[], &["type", "message"], &[]),
    ("skipped", &[], &["type", "message"], &[]),
];

fn complaints(node: Node<'_, '_>, found: &mut Vec<String>) {
    let name = node.tag_name().name();
    let Some((_, required, allowed, children)) = ELEMENTS.iter().find(|(known, ..)| *known == name) else {
        found.push(format!("there is no element <{name}>"));
        return;
    };
    found.extend(required.iter().filter(|key| node.attribute(**key).is_none()).map(|key| format!("<{name}> lacks {key}")));
    let known = |key: &str| required.contains(&key) || allowed.contains(&key);
    found.extend(node.attributes().filter(|a| !known(a.name())).map(|a| format!("<{name}> has {}", a.name())));
    for child in node.children().filter(Node::is_element) {
        if !children.contains(&child.tag_name().name()) {
            found.push(format!("<{}> in <{name}>", child.tag_name().name()));
        }
        complaints(child, found);
    }
}

fn against_the_schema(xml: &str) -> Vec<String> {
    let document = Document::parse(xml).expect("XML");
    let mut found = Vec::new();
    if document.root_element().tag_name().name() != "testsuites" {
        found.push(String::from("the root is no <testsuites>"));
    }
    complaints(document.root_element(), &mut found);
    // Counts are what a reader shows first.
    for suite in document.root_element().children().filter(Node::is_element) {
        let cases: Vec<Node<'_, '_>> = suite.children().filter(|child| child.has_tag_name("testcase")).collect();
        let with = |tag: &str| cases.iter().filter(|case| case.children().any(|child| child.has_tag_name(tag))).count();
        for (key, count) in [("tests", cases.len()), ("failures", with("failure")), ("errors", with("error"))] {
            if suite.attribute(key) != Some(&*count.to_string()) {
                found.push(format!("{key} is not {count}"));
            }
        }
    }
    found
}

fn mixed() -> Check {
    let broken = case((0..20).map(|seed| Run { safety: u64::from(seed == 4), violated: 1, ..run(seed) }).collect());
    let name = String::from("<cut> & \u{1b}[1m\"heal\"");
    let untested = case(vec![Run { missed: vec![name.clone()], ..run(0) }]);
    let untested = Case { events: vec![Scripted { name, line: None, moment: None }], ..untested };
    let cases = vec![case(vec![run(0)]), Case { algorithm: "bully", ..broken }, Case { algorithm: "zab", ..untested }];
    let file = Broken {
        wanted: Wanted::Scenario,
        file: String::from("some/broken.toml"),
        line: Some(3),
        title: String::from("unknown key"),
    };
    let kept = Kept { file: String::from("kept/a.json"), words: String::from("no longer fails"), complaint: None };
    Check { broken: vec![file], kept: vec![kept], ..check(cases) }
}

#[test]
fn what_is_written_is_what_jenkins_takes() {
    let xml = super::xml(&mixed());
    assert_eq!(against_the_schema(&xml), Vec::<String>::new(), "{xml}");
    let document = Document::parse(&xml).expect("XML");
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("one failed");
    assert_eq!(failure.attribute("type"), Some("safety"));
    let message = failure.attribute("message").expect("a message");
    assert!(message.contains("1 of 20 seeds (4)") && message.ends_with("--algorithm bully --seed 4"), "{message}");
    assert!(failure.text().is_some_and(|text| text.contains("seeds: 4\n")), "{xml}");
    let case = failure.parent().expect("in a test case");
    assert_eq!((case.attribute("name"), case.attribute("classname")), (Some("bully"), Some("some/leader-crash.toml")));
    assert!(super::xml(&mixed()) == xml, "no times: the same check gives the same bytes");
}

/// The writer's own crate has no part in this reader.
#[test]
fn a_common_reader_reads_it_back() {
    let xml = super::xml(&mixed());
    let report = junit_parser::from_reader(xml.as_bytes()).expect("it is read");
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (5, 1, 2, 0));
    let names: Vec<&str> = report.suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names, ["runs that failed once", "some/leader-crash.toml", "some/broken.toml"]);
    let cases = &report.suites[1].cases;
    assert!(cases[0].status.is_success(), "{cases:?}");
    let failure = cases[1].status.failure_as_ref();
    assert!(failure.failure_type == "safety" && failure.message.ends_with("--algorithm bully --seed 4"), "{failure:?}");
    assert!(failure.text.contains("seeds: 4\n"), "{failure:?}");
    let error = cases[2].status.error_as_ref();
    assert!(error.message.contains("<cut> & ") && error.message.contains("\"heal\""), "what XML escapes is read back: {error:?}");
}

#[test]
fn this_test_would_notice_what_jenkins_refuses() {
    let suite = "<testsuite name='a' tests='1' failures='0' errors='0'><testcase colour='red'><banana/></testcase></testsuite>";
    let wrong = format!("<testsuites skipped='0'>{suite}</testsuites>");
    let complaints = against_the_schema(&wrong);
    let expected = [
        "<testsuites> has skipped",
        "<testcase> lacks name",
        "<testcase> has colour",
        "<banana> in <testcase>",
        "there is no element <banana>",
    ];
    assert_eq!(complaints, expected);
}
