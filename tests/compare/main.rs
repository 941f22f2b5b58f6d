//! `hustings compare`, as a process: the same files whatever the number of threads, everybody who can plays, and an error before
//! anything has run where something is out of order.

mod choosing;
mod files;
mod raw;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compare").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the test's own folder");
    folder
}

fn hustings(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hustings")).args(arguments).current_dir(folder).output().expect("the program starts")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program writes text")
}

/// Every file of a folder and of the folders in it, by its name.
fn all_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the test's own folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(all_files(&path));
        } else {
            let content = fs::read(&path).expect("it was written");
            found.insert(path, content);
        }
    }
    found
}

/// What this command writes, to standard output and into files, by their places in a folder of their own.
fn written(name: &str, arguments: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = folder(name);
    let output = hustings(&folder, arguments);
    assert!(output.status.success(), "{}", words(&output.stderr));
    let files = all_files(&folder).into_iter();
    let mut files: BTreeMap<PathBuf, Vec<u8>> =
        files.map(|(path, content)| (path.strip_prefix(&folder).expect("it is inside").to_owned(), content)).collect();
    files.insert(PathBuf::from("standard output"), output.stdout);
    files
}

/// The same command on one thread, on two, and on two again.
fn same_on_any_number_of_threads(name: &str, arguments: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
    let with = |jobs: &str, again: &str| {
        written(&format!("{name}-{jobs}{again}"), &[arguments, &["--raw", "raw.jsonl", "-j", jobs]].concat())
    };
    let (one, two, again) = (with("1", ""), with("2", ""), with("2", "-again"));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&one), names(&two));
    for (path, content) in &one {
        assert!(two[path] == *content, "{} differs between one thread and two", path.display());
        assert!(again[path] == *content, "{} differs between two runs", path.display());
        assert!(!content.is_empty(), "{} is empty", path.display());
    }
    one
}

#[test]
fn the_files_are_the_same_whatever_the_number_of_threads() {
    let files = same_on_any_number_of_threads("same", &["compare", "leader-crash", "leader-isolated", "--seeds", "0..12"]);
    let folder = Path::new("runs/compare-leader-crash-leader-isolated-0..12");
    let lines = |path: PathBuf| words(&files[&path]).lines().count();
    let (raw, seeds) = (lines(PathBuf::from("raw.jsonl")), lines(folder.join("seeds.csv")) - 1);
    assert!(raw == seeds && seeds >= 2 * 12 * 9, "{raw} lines and {seeds} seeds of nine algorithms in two scenarios");
    let last = words(&files[Path::new("standard output")]).lines().last().map(str::to_owned).unwrap_or_default();
    let report = last
        .strip_prefix("report: ")
        .and_then(|rest| rest.split(" (").next())
        .unwrap_or_else(|| panic!("the last line names the report: {last}"));
    assert!(files.contains_key(Path::new(report)), "{report} is not there");
}

#[test]
fn raw_lines_come_seed_by_seed() {
    let files =
        written("order", &["compare", "leader-crash", "healthy", "--algorithm", "raft,bully", "--seeds", "3..6", "--raw", "raw"]);
    let raw = words(&files[Path::new("raw")]);
    let order: Vec<(String, String, u64)> = raw
        .lines()
        .map(|line| {
            let run: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
            let word = |key: &str| run[key].as_str().expect("a word").to_owned();
            (word("scenario"), word("algorithm"), run["seed"].as_u64().expect("a number"))
        })
        .collect();
    let mut expected = Vec::new();
    for seed in 3..6 {
        for scenario in ["leader-crash", "healthy"] {
            expected.extend(["raft", "bully"].map(|algorithm| (scenario.to_owned(), algorithm.to_owned(), seed)));
        }
    }
    assert_eq!(order, expected);
}

#[test]
fn what_a_scenario_measures_is_told_and_agrees_with_a_count_of_the_raw_lines() {
    let what = ["compare", "v1-split-fixed-latency", "--algorithm", "raft", "--seeds", "0..400", "--out", "out"];
    let files = written("measure", &[&what[..], &["--raw", "raw.jsonl"]].concat());
    let raw = words(&files[Path::new("raw.jsonl")]);
    let split = |line: &&str| {
        let run: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        assert_eq!(run["measure"]["what"], "first-term-split");
        run["measure"]["value"] == 1
    };
    let splits = raw.lines().filter(split).count();
    assert!(splits > 0, "one in nineteen, by the formula");
    let told = words(&files[Path::new("standard output")]);
    assert!(told.contains(&format!("raft: first term split: in {splits} of 400 seeds, ")), "{told}");
    assert!(!told.contains("crash the leader"), "nobody asked for failovers: {told}");
    let json: serde_json::Value = serde_json::from_slice(&files[Path::new("out/comparison.json")]).expect("it is JSON");
    assert_eq!(json["scenarios"][0]["algorithms"][0]["measure"]["mean"], splits as f64 / 400.0);
    let table = words(&files[Path::new("out/seeds.csv")]);
    assert!(table.lines().next().is_some_and(|head| head.ends_with(",liveness,measure")), "{table}");
    assert_eq!(table.lines().filter(|line| line.ends_with(",1")).count(), splits);
    assert!(words(&files[Path::new("out/report.html")]).contains("first term split: in "), "the page says so too");
}

#[test]
fn everybody_who_can_plays_and_the_others_are_told_why_not() {
    let folder = folder("misfits");
    let output = hustings(&folder, &["compare", "leader-transfer", "--seeds", "0..3"]);
    let text = words(&output.stdout);
    assert!(output.status.success(), "{}", words(&output.stderr));
    assert!(text.contains("bully does not play: it orders a transfer of leadership, which bully does not know"), "{text}");
    assert!(folder.join("runs/compare-leader-transfer-0..3/comparison.json").exists());
}

#[test]
fn a_quantile_that_so_few_seeds_cannot_support_says_how_many_it_takes() {
    let output = hustings(&folder("few"), &["compare", "leader-crash", "--algorithm", "raft,bully", "--seeds", "0..40"]);
    let text = words(&output.stdout);
    assert!(text.contains("needs 368") && text.contains("x faster than raft") && text.contains("40 paired seeds"), "{text}");
}

#[test]
fn nothing_to_play_is_said_and_exits_4() {
    let output = hustings(&folder("nobody"), &["compare", "redlock-clock-jump", "--algorithm", "raft", "--seeds", "0..3"]);
    assert_eq!(output.status.code(), Some(4), "{}", words(&output.stderr));
    let output = hustings(&folder("no-seed"), &["compare", "leader-crash", "--seeds", "3..3"]);
    assert_eq!(output.status.code(), Some(4), "{}", words(&output.stderr));
}
