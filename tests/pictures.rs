//! Pictures of one run, as a process: they are written whole, are the same every time, and change nothing about the run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the test's own folder");
    folder
}

fn run(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
    command.args(["run", "leader-isolated", "--algorithm", "raft", "--seed", "3"]).args(more).current_dir(folder);
    command.output().expect("the program starts")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program writes text")
}

#[test]
fn pictures_are_the_same_every_time_and_change_nothing_about_the_run() {
    let folder = folder("same");
    let plain = run(&folder, &[]);
    let drawn = run(&folder, &["--timeline", "one.svg", "--perfetto", "one.json", "--check-determinism"]);
    assert!(words(&drawn.stdout).starts_with(&words(&plain.stdout)), "besides the line on determinism nothing is said");
    assert_eq!(drawn.status.code(), plain.status.code());
    run(&folder, &["--timeline", "two.svg", "--perfetto", "two.json"]);
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("it was written");
    assert!(read("one.svg").starts_with("<svg ") && read("one.json").starts_with("{\"traceEvents\":["));
    assert_eq!(read("one.svg"), read("two.svg"));
    assert_eq!(read("one.json"), read("two.json"));
    assert!(read("one.svg").contains("hustings run leader-isolated --algorithm raft --seed 3"));
}

#[test]
fn a_picture_that_cannot_be_written_is_told_before_anything_runs() {
    let folder = folder("unwritable");
    for path in ["nowhere/run.svg", "-"] {
        let output = run(&folder, &["--timeline", path]);
        assert_eq!(output.status.code(), Some(2), "{}", words(&output.stderr));
        assert!(!words(&output.stdout).contains("verdicts"), "nothing ran");
    }
    let both = run(&folder, &["--timeline", "run.svg", "--perfetto", "nowhere/run.json"]);
    assert_eq!(both.status.code(), Some(2));
    assert_eq!(fs::read_dir(&folder).expect("the test's own folder").count(), 0, "nothing half-written is left");
}

#[test]
fn of_many_seeds_there_is_no_one_picture() {
    let output = run(&folder("many"), &["--timeline", "run.svg"]);
    assert!(output.status.success());
    let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
    let output =
        command.args(["run", "leader-isolated", "--seeds", "0..3", "--timeline", "x.svg"]).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
}
