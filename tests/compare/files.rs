//! The files of a comparison are whole or not there: no folder, a full disk, a reader that is gone, another version, Ctrl-C.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{all_files, folder, hustings, words};

#[test]
fn where_nothing_can_be_written_nothing_runs() {
    let folder = folder("unwritable");
    fs::write(folder.join("runs"), "not a folder").expect("the test's own folder");
    // A million seeds would take minutes.
    let output = hustings(&folder, &["compare", "leader-crash", "--seeds", "0..1000000"]);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output.stderr));
    assert!(words(&output.stderr).contains("runs/compare-leader-crash-0..1000000"), "{}", words(&output.stderr));
}

#[test]
fn where_the_raw_lines_cannot_be_written_nothing_runs() {
    let folder = folder("no-raw");
    let output =
        hustings(&folder, &["compare", "leader-crash", "--seeds", "0..1000000", "--raw", "there/is/no/such/folder.jsonl"]);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output.stderr));
    assert!(words(&output.stderr).contains("there/is/no/such/folder.jsonl"), "{}", words(&output.stderr));
}

/// A shell that lets no file grow beyond so many blocks: to the program, a disk that is full. Unix only.
fn on_a_full_disk(folder: &Path, blocks: u32, arguments: &str) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {arguments}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_hustings")]).current_dir(folder);
    shell.output().expect("a shell starts")
}

#[test]
#[cfg(unix)]
fn on_a_full_disk_the_report_of_before_stays_as_it_is_and_nothing_is_half_written() {
    let folder = folder("full");
    let arguments = "compare leader-crash --algorithm raft,bully --seeds 0..40 --out report";
    let output = hustings(&folder, &arguments.replace("0..40", "0..8").split(' ').collect::<Vec<_>>());
    assert!(output.status.success(), "{}", words(&output.stderr));
    let before = all_files(&folder);
    assert!(before.values().any(|content| content.len() > 1_024), "some file has no room in two blocks");
    let output = on_a_full_disk(&folder, 2, arguments);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output.stderr));
    let told = words(&output.stderr);
    assert!(told.contains("error: cannot write report/") && told.contains("File too large"), "{told}");
    // Among them the small files that there was room for.
    assert_eq!(all_files(&folder), before);
}

#[test]
#[cfg(unix)]
fn raw_lines_on_a_full_disk_end_the_comparison_and_leave_nothing_behind() {
    let folder = folder("full-raw");
    let output = on_a_full_disk(&folder, 8, "compare healthy --algorithm raft --seeds 0..100000 --raw raw.jsonl");
    assert_eq!(output.status.code(), Some(2), "{}", words(&output.stderr));
    assert!(words(&output.stderr).contains("error: cannot write"), "{}", words(&output.stderr));
    assert!(all_files(&folder).is_empty(), "{:?}", all_files(&folder).keys());
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_told_and_the_files_are_there_all_the_same() {
    let folder = folder("full-output");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
    let arguments = ["compare", "leader-crash", "--algorithm", "raft", "--seeds", "0..8", "--out", "report"];
    let output = command.args(arguments).current_dir(&folder).stdout(full).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2), "{}", words(&output.stderr));
    assert!(words(&output.stderr).contains("error: cannot write to standard output"), "{}", words(&output.stderr));
    assert!(folder.join("report/comparison.json").exists());
}

#[test]
fn a_reader_that_has_gone_away_is_no_error_and_the_files_are_there() {
    let folder = folder("closed");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
    command.args(["compare", "leader-crash", "--algorithm", "raft", "--seeds", "0..8", "--out", "report"]).current_dir(&folder);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", words(&output.stderr));
    assert!(folder.join("report/seeds.csv").exists() && folder.join("report/comparison.json").exists());
}

#[test]
fn a_report_of_another_version_is_not_replaced() {
    let folder = folder("version");
    let arguments = ["compare", "leader-crash", "--algorithm", "raft", "--seeds", "0..8", "--out", "report"];
    assert!(hustings(&folder, &arguments).status.success());
    assert!(hustings(&folder, &arguments).status.success(), "one of the same version is");
    let path = folder.join("report/comparison.json");
    let this = fs::read_to_string(&path).expect("it was written");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(this.contains(&version), "{this}");
    let other = this.replace(&version, "\"version\": \"0.0.9\"");
    fs::write(&path, &other).expect("the test's own folder");
    let before = all_files(&folder);
    let output = hustings(&folder, &arguments);
    let told = words(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("was written by version 0.0.9") && told.contains("--out"), "{told}");
    assert_eq!(all_files(&folder), before);
    fs::write(&path, "my own notes").expect("the test's own folder");
    let output = hustings(&folder, &arguments);
    assert!(words(&output.stderr).contains("is no comparison"), "{}", words(&output.stderr));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn other_settings_write_another_folder() {
    let folder = folder("another");
    for more in [&["--set", "nodes=3"][..], &["--set", "nodes=7"], &[]] {
        let arguments = [&["compare", "leader-crash", "--seeds", "0..3", "--algorithm", "raft"][..], more].concat();
        assert!(hustings(&folder, &arguments).status.success());
    }
    let folders = fs::read_dir(folder.join("runs")).expect("it was written").count();
    assert_eq!(folders, 3);
}

/// Until some seeds have been run.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "another process runs in real time")]
fn wait_for_lines(folder: &Path) {
    let long = || all_sizes(folder).into_iter().any(|size| size > 100_000);
    while !long() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Of the files that lie there now, whole or not.
#[cfg(unix)]
fn all_sizes(folder: &Path) -> Vec<u64> {
    let entries = fs::read_dir(folder).expect("the test's own folder");
    entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|about| about.len()).collect()
}

/// By the `kill` of the system: without it there is no Ctrl-C to try either.
#[test]
#[cfg(unix)]
fn ctrl_c_writes_the_seeds_that_everybody_has_met() {
    let folder = folder("interrupted");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
    command.args(["compare", "leader-crash", "healthy", "--algorithm", "raft,bully", "--seeds", "5..1000000"]);
    command.args(["--raw", "raw.jsonl", "--out", "report"]).current_dir(&folder);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    wait_for_lines(&folder);
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()), "kill was obeyed");
    let output = child.wait_with_output().expect("it ends");
    let told = words(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("of the 999995 seeds that were asked for"), "{told}");
    let json = fs::read_to_string(folder.join("report/comparison.json")).expect("it was written");
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let (first, end) = (json["seeds"][0].as_u64().expect("a number"), json["seeds"][1].as_u64().expect("a number"));
    assert!(first == 5 && end > 6, "{first}..{end}");
    assert_eq!(json["interrupted_of"], 999_995);
    for file in ["report/comparison.md", "report/report.html"] {
        let text = fs::read_to_string(folder.join(file)).expect("it was written");
        assert!(text.contains("of the 999995 seeds that were asked for"), "{file} is silent on the interruption");
    }
    let raw = fs::read_to_string(folder.join("raw.jsonl")).expect("it was written");
    assert_eq!(raw.lines().count() as u64, (end - first) * 4, "everybody has met every seed");
    for row in json["scenarios"].as_array().expect("a list") {
        for algorithm in row["algorithms"].as_array().expect("a list") {
            assert_eq!(algorithm["runs"], end - first);
        }
    }
}
