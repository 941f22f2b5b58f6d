//! A saved failure is read back as it was written, and not otherwise.

mod common;

use std::path::{Path, PathBuf};

use scenarios::{Saved, Scenario};
use sim::Time;
use sim::outcome::{Counters, Outcome, SplitBrain};

fn outcome() -> Outcome {
    Outcome {
        scenario: "leader-isolated".into(),
        algorithm: "raft",
        seed: 42,
        settings: vec![("preset".into(), "\"etcd\"".into()), ("heartbeat".into(), "\"70ms\"".into())],
        fingerprint: 0x00c0_ffee << 96 | 7,
        events: 0,
        end: Time::ZERO,
        judgements: Vec::new(),
        split_brain: SplitBrain::default(),
        tenures: Vec::new(),
        failovers: Vec::new(),
        counters: Counters::default(),
        resource: None,
        not_exercised: Vec::new(),
        measured: None,
    }
}

fn saved() -> Saved {
    let (name, text) = scenarios::library().iter().find(|(name, _)| *name == "leader-isolated").unwrap();
    let overrides = [("nodes".to_owned(), "7".to_owned())];
    let scenario = Scenario::parse_with(text, name, &common::registry(), &overrides).unwrap();
    Saved::new(&scenario, &outcome(), Some("R1"), vec!["effective-split-brain: n1 and n2".into()], "b1")
}

/// A directory of this test's own.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&directory);
    directory
}

#[test]
fn what_is_written_is_read_back_and_nothing_else_is_left_behind() {
    let directory = directory("read-back");
    let path = saved().write(&directory).unwrap();
    assert_eq!(path.file_name().unwrap(), "leader-isolated-raft-R1-42-00c0ffee.json");
    assert_eq!(Saved::read(&path).unwrap(), saved());
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
    assert!(saved().is_of_this_version() && saved().is_of_this_build("b1"));
    assert!(!saved().is_of_this_build("b2"), "another program may run it differently");
    assert!(!Saved { build: String::new(), ..saved() }.is_of_this_build(""), "two that are not known may be two");
}

#[test]
fn the_same_seed_under_other_settings_does_not_take_its_place() {
    let directory = directory("other-settings");
    let other = Saved { fingerprint: format!("{:032x}", 7), ..saved() };
    assert_ne!(saved().write(&directory).unwrap(), other.write(&directory).unwrap());
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 2);
}

#[test]
fn the_scenario_in_it_runs_with_the_settings_that_were_in_force() {
    let scenario = saved().scenario(&common::registry()).unwrap();
    assert_eq!(scenario.setup.nodes, 7);
    // The default of today is 100ms; the failure was seen with 70ms.
    let heartbeat = scenario.settings_of("raft").iter().find(|(key, _)| key == "heartbeat").unwrap();
    assert_eq!(heartbeat.1, sim::Value::Span(sim::Span::millis(70)));
    assert!(!scenario.settings_of("raft").iter().any(|(key, _)| key == "preset"), "what is the default anyway is left alone");
}

#[test]
fn a_changed_or_broken_file_is_refused_with_its_place() {
    let directory = directory("broken");
    let path = saved().write(&directory).unwrap();
    let good = std::fs::read_to_string(&path).unwrap();
    for (bad, says, line) in [
        (good.replace("\"seed\": 42", "\"seed\": 43"), "was changed since", good.lines().count() - 1),
        (good.replace("etcd", "paper"), "was changed since", good.lines().count() - 1),
        (good[..good.len() / 2].to_owned(), "not a saved failure", 0),
        (good.replace("\"schema\": 1", "\"schema\": 2"), "has the format 2", 2),
        (good.replace("\"seed\": 42", "\"seed\": -1"), "not a saved failure", 7),
        (good.replace("\"seed\": 42,", "\"seed\": 42, \"more\": 1,"), "unknown field `more`", 7),
        ("[".repeat(200_000), "not a saved failure", 1),
        (String::new(), "not a saved failure", 1),
        ("null".into(), "it holds `null`, and no object", 1),
        ("\n[{}]\n".into(), "it holds a list, and no object", 2),
        ("3".into(), "it holds a number, and no object", 1),
        ("nodes = 5\n".into(), "not a saved failure", 1),
    ] {
        std::fs::write(&path, &bad).unwrap();
        let found = Saved::read(&path).unwrap_err();
        let text = found.to_string();
        assert!(text.contains(says), "{text}");
        assert!(line == 0 || found.line_and_column(found.list[0].place).0 == line, "{text}");
        assert!(text.len() < 4_000 && text.contains("help:"), "{text}");
        assert!(!text.contains("struct "), "what we call it says nothing to a reader: {text}");
    }
    std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert!(Saved::read(&path).unwrap_err().to_string().contains("not a text file"));
    assert!(Saved::read(&directory).unwrap_err().to_string().contains("directory"));
    assert!(Saved::read(&directory.join("no.json")).unwrap_err().to_string().contains("no such file"));
}
