//! Whatever text comes in, the parser answers with a scenario or with complaints that can be shown; it never panics.

mod common;

use std::fmt::Write;

use proptest::prelude::*;
use scenarios::{Scenario, library, schema};

/// Parses, and shows what is wrong: rendering must not fail either.
fn survives(text: &str, overrides: &[(String, String)]) {
    let nowhere = |_: &str| Ok(String::from("1ms\n2ms\n"));
    match Scenario::parse_using(text, "any.toml", &common::registry(), overrides, &nowhere) {
        Ok(scenario) => drop(scenario.warnings.render(true)),
        Err(complaints) => {
            assert!(complaints.errors() > 0, "refused without a reason");
            for complaint in &complaints.list {
                let (line, column) = complaints.line_and_column(complaint.place);
                assert!(line >= 1 && column >= 1);
            }
            assert!(complaints.render(false).contains("error"));
            drop(complaints.render(true));
        }
    }
}

/// Keys and values as scenarios have them, and as they should not.
const WORDS: &[&str] = &[
    "nodes",
    "duration",
    "name",
    "network",
    "delay",
    "loss",
    "burst",
    "event",
    "at",
    "after",
    "every",
    "until",
    "as",
    "partition",
    "cut",
    "flap",
    "degrade",
    "from",
    "to",
    "both",
    "for",
    "crash",
    "restart",
    "pause",
    "who",
    "heal",
    "node",
    "id",
    "log",
    "logs",
    "down",
    "link",
    "swarm",
    "families",
    "lasting",
    "algorithm",
    "raft",
    "preset",
    "election-timeout",
    "heartbeat",
    "expect",
    "finds",
    "threshold",
    "failover-p99",
    "measure",
    "offset",
    "stop",
    "work",
    "interval",
    "disk",
    "latency",
    "session",
    "timeout",
    "clock-rate",
    "rate",
    "clock-jump",
    "by",
    "transfer",
    "uniform",
    "normal",
    "mean",
    "deviation",
    "table",
    "file",
    "é",
    "",
    ".",
];

const VALUES: &[&str] = &[
    "0",
    "1",
    "-1",
    "5",
    "128",
    "129",
    "99999999999999999999999999999999999999999999",
    "true",
    "false",
    "1.5",
    "nan",
    "-inf",
    "\"\"",
    "\"leader\"",
    "\"others\"",
    "\"n1\"",
    "\"n0\"",
    "\"n99999999999\"",
    "\"random\"",
    "\"resource\"",
    "\"L\"",
    "\"5ms\"",
    "\"-5ms\"",
    "\"0s\"",
    "\"1ns\"",
    "\"99999999h\"",
    "\"1/2\"",
    "\"3/2\"",
    "\"1/0\"",
    "\"0/1\"",
    "\"4294967295/1\"",
    "\"é\"",
    "[]",
    "{}",
    "[[]]",
    "[\"n1\", \"n1\"]",
    "[[\"n1\"], [\"n2\"]]",
    "[[\"leader\"], [\"others\"]]",
    "[\"1ms\", \"5ms\"]",
    "[\"5ms\", \"1ms\"]",
    "{ uniform = [\"1s\", \"2s\"] }",
    "{ normal = { mean = \"0s\", deviation = \"0s\" } }",
    "{ pareto = { scale = \"1s\", shape = \"1/1000\" } }",
    "{ table = [\"1ms\", \"1ms\"] }",
    "{ file = \"x\" }",
    "{ from = \"n1\", to = \"all\", for = \"1s\", loss = \"1/2\" }",
    "{ who = \"leader\", for = \"1s\" }",
    "{ bridge = \"n1\" }",
    "[1, 1, 2]",
    "[2, 1]",
    "1979-05-27",
    "\"\"\"a\nb\"\"\"",
    "\"first-leader\"",
];

fn line() -> impl Strategy<Value = String> {
    let word = || proptest::sample::select(WORDS);
    let value = || proptest::sample::select(VALUES);
    prop_oneof![
        4 => (word(), value()).prop_map(|(key, value)| format!("{key} = {value}")),
        1 => (word(), word(), value()).prop_map(|(one, two, value)| format!("{one}.{two} = {value}")),
        1 => word().prop_map(|word| format!("[{word}]")),
        2 => proptest::sample::select(&["event", "node", "link"]).prop_map(|word| format!("[[{word}]]")),
        1 => (word(), word()).prop_map(|(one, two)| format!("[{one}.{two}]")),
    ]
}

/// A scenario of the library, with some stretches replaced.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (
        any::<prop::sample::Index>(),
        0usize..12,
        prop_oneof![
            proptest::sample::select(VALUES).prop_map(String::from),
            proptest::sample::select(WORDS).prop_map(String::from),
            ".{0,4}",
            line().prop_map(|line| format!("\n{line}\n")),
        ],
    );
    (proptest::sample::select(library()), proptest::collection::vec(edit, 1..6)).prop_map(|((_, text), edits)| {
        let mut letters: Vec<char> = text.chars().collect();
        for (at, length, with) in edits {
            let at = at.index(letters.len() + 1);
            let end = (at + length).min(letters.len());
            letters.splice(at..end, with.chars());
        }
        letters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(text in "(?s).{0,300}") {
        survives(&text, &[]);
    }

    #[test]
    fn no_toml_of_our_words_makes_the_parser_panic(lines in proptest::collection::vec(line(), 0..14)) {
        survives(&lines.join("\n"), &[]);
    }

    #[test]
    fn no_change_to_a_scenario_makes_the_parser_panic(text in mutated()) {
        survives(&text, &[]);
    }

    #[test]
    fn no_override_makes_the_parser_panic(
        keys in proptest::collection::vec((proptest::sample::select(WORDS), proptest::sample::select(WORDS)), 1..4),
        value in prop_oneof![proptest::sample::select(VALUES).prop_map(String::from), "(?s).{0,20}", "[\\[\\]{}=,a1 ]{0,30}"],
        (_, text) in proptest::sample::select(library()),
    ) {
        let overrides: Vec<(String, String)> = keys.iter().map(|(one, two)| (format!("{one}.{two}"), value.clone())).collect();
        survives(text, &overrides);
        let overrides: Vec<(String, String)> = keys.iter().map(|(one, _)| ((*one).to_owned(), value.clone())).collect();
        survives(text, &overrides);
    }
}

#[test]
fn every_key_of_the_schema_takes_every_odd_value_without_a_panic() {
    let schema = schema(&common::registry());
    let mut paths = Vec::new();
    collect(&schema, &schema, "", &mut paths);
    assert!(paths.len() > 150, "{} keys", paths.len());
    for path in paths {
        for value in VALUES {
            let mut text = String::from(
                "nodes = 5\n[[event]]\nname = \"x\"\nat = \"1s\"\n[[node]]\nid = \"n2\"\n[[link]]\nfrom = \"n1\"\nto = \"n2\"\n",
            );
            write!(text, "[algorithm.raft]\nbatch = 1\n").unwrap();
            survives(&text, &[(path.clone(), (*value).to_owned())]);
        }
    }
}

/// Every key, as `--set` writes it.
fn collect(node: &serde_json::Value, root: &serde_json::Value, path: &str, paths: &mut Vec<String>) {
    for one in node["anyOf"].as_array().into_iter().flatten() {
        collect(one, root, path, paths);
    }
    if node["items"].is_object() && node["items"]["properties"].is_object() {
        collect(&node["items"], root, &format!("{path}1."), paths);
    }
    if let Some(reference) = node["$ref"].as_str() {
        collect(root.pointer(&reference[1..]).unwrap(), root, path, paths);
    }
    for (key, inside) in node["properties"].as_object().into_iter().flatten() {
        paths.push(format!("{path}{key}"));
        collect(inside, root, &format!("{path}{key}."), paths);
    }
}
