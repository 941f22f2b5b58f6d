//! `hustings compare`, as a process: the same files whatever the number of threads, everybody who can plays, and an error before
//! anything has run where nothing can be written.

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

#[test]
fn the_files_are_the_same_whatever_the_number_of_threads() {
    let files = ["one/comparison.json", "one/seeds.csv", "one/comparison.md", "raw.jsonl", "one/report.html"];
    let of = |jobs: &str| -> Vec<Vec<u8>> {
        let folder = folder(&format!("jobs-{jobs}"));
        let arguments =
            ["compare", "leader-crash", "leader-isolated", "--seeds", "0..12", "--out", "one", "--raw", "raw.jsonl", "-j", jobs];
        let output = hustings(&folder, &arguments);
        assert!(output.status.success(), "{}", words(&output.stderr));
        files.iter().map(|file| fs::read(folder.join(file)).expect("it was written")).chain([output.stdout]).collect()
    };
    let (one, two) = (of("1"), of("2"));
    assert_eq!(one, two);
    let lines = words(&one[3]).lines().count();
    let seeds = words(&one[1]).lines().count() - 1;
    assert!(lines == seeds && seeds >= 2 * 12 * 9, "{lines} lines and {seeds} seeds of nine algorithms in two scenarios");
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
fn where_nothing_can_be_written_nothing_runs() {
    let folder = folder("unwritable");
    fs::write(folder.join("runs"), "not a folder").expect("the test's own folder");
    let output = hustings(&folder, &["compare", "leader-crash", "--seeds", "0..1000000"]);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output.stderr));
    assert!(words(&output.stderr).contains("runs/compare-leader-crash-0..1000000"), "{}", words(&output.stderr));
}

#[test]
fn nothing_to_play_is_said_and_exits_4() {
    let output = hustings(&folder("nobody"), &["compare", "redlock-clock-jump", "--algorithm", "raft", "--seeds", "0..3"]);
    assert_eq!(output.status.code(), Some(4), "{}", words(&output.stderr));
    let output = hustings(&folder("no-seed"), &["compare", "leader-crash", "--seeds", "3..3"]);
    assert_eq!(output.status.code(), Some(4), "{}", words(&output.stderr));
}
