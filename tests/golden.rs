//! About twenty runs whose fingerprints are committed: the same in debug and in release, in any process, on any platform. A change
//! that moves one of them is a change that users can see, and is said in CHANGELOG.md.
//!
//! `cargo test --test golden -- --ignored` writes the file anew; the diff is for review.

use std::fs;
use std::path::PathBuf;

use scenarios::Scenario;
use sim::registry::Options;

/// One line a run: scenario, algorithm, seed, fingerprint, number of events. The first three say what is run.
fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden-fingerprints.txt")
}

/// The line that this build would write for this line.
fn run_anew(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [scenario, algorithm, seed, ..] = words[..] else { panic!("`{line}` does not say scenario, algorithm and seed") };
    let registry = hustings::registry();
    let found = scenarios::find(scenario).unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
    let parsed = Scenario::parse(&found.text, &found.origin, &registry)
        .unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
    let player = registry.get(algorithm).unwrap_or_else(|| panic!("no algorithm `{algorithm}`"));
    let seed = seed.parse().expect("a seed");
    let outcome = player.run(&parsed.setup, parsed.settings_of(algorithm), seed, Options::default());
    format!("{scenario:24} {algorithm:8} {seed:4} {:032x} {}", outcome.fingerprint, outcome.events)
}

/// The committed lines and what this build makes of them; comments stay as they are.
fn lines() -> Vec<(String, String)> {
    let text = fs::read_to_string(file()).expect("the committed fingerprints");
    let anew = |line: &str| if line.starts_with('#') { String::from(line) } else { run_anew(line) };
    text.lines().map(|line| (String::from(line), anew(line))).collect()
}

#[test]
fn the_committed_fingerprints_are_those_of_this_build() {
    let lines = lines();
    assert!(lines.len() >= 20, "only {} lines", lines.len());
    let moved: Vec<String> =
        lines.into_iter().filter(|(was, is)| was != is).map(|(was, is)| format!("  was {was}\n  is  {is}")).collect();
    assert!(
        moved.is_empty(),
        "\n{}\nIf this is meant, say so in CHANGELOG.md and run `cargo test --test golden -- --ignored`.",
        moved.join("\n")
    );
}

#[test]
#[ignore = "writes tests/golden-fingerprints.txt anew"]
fn write_the_fingerprints_anew() {
    let text: String = lines().into_iter().map(|(_, is)| is + "\n").collect();
    fs::write(file(), text).expect("a writable file");
}
