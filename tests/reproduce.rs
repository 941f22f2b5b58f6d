//! `hustings reproduce`, as a process: the results that the documentation shows are those that the program compares, a few runs
//! already meet them, and the curves are drawn where they were asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PAGE: &str = include_str!("../docs/reproduce.md");

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reproduce").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the test's own folder");
    folder
}

fn reproduce(folder: &Path, arguments: &[&str]) -> (Output, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
    let output = command.arg("reproduce").args(arguments).current_dir(folder).output().expect("the program starts");
    let text = String::from_utf8(output.stdout.clone()).expect("the program writes text");
    (output, text)
}

/// The setting and the target of each line of a table.
fn settings(markdown: &str) -> Vec<(String, String)> {
    let cells = |line: &str| -> Vec<String> { line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect() };
    let rows = markdown.lines().filter(|line| line.ends_with("| met |")).map(cells);
    rows.map(|cells| (cells[cells.len() - 5].clone(), cells[cells.len() - 4].clone())).collect()
}

#[test]
fn the_page_shows_what_the_program_compares_and_few_runs_already_meet_it() {
    let folder = folder("page");
    let (output, text) = reproduce(&folder, &["V5", "V6", "--trials", "2000", "--format", "markdown", "--charts", "here"]);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let (shown, compared) = (settings(PAGE), settings(&text));
    assert_eq!(shown.len(), 24, "{shown:?}");
    // 2 000 runs do not support the quantile of one in a thousand.
    let supported: Vec<&(String, String)> = shown.iter().filter(|(setting, _)| !setting.ends_with("p99.9")).collect();
    assert_eq!(compared.iter().collect::<Vec<_>>(), supported);
    let svg = fs::read_to_string(folder.join("here/v5-wan-election.svg")).expect("the chart was drawn");
    assert!(svg.starts_with("<svg") && svg.contains("n = 2\u{a0}000"), "{}", &svg[..200]);
}

#[test]
fn a_result_that_has_no_curve_is_not_drawn_and_one_that_cannot_be_drawn_is_not_run() {
    let folder = folder("nothing");
    let (output, _) = reproduce(&folder, &["V2", "--trials", "100", "--charts", "here"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("only V5 is a curve"));
    assert_eq!(fs::read_dir(folder.join("here")).expect("the folder was made").count(), 0);
    fs::write(folder.join("file"), "in the way").expect("the test's own folder");
    let (output, text) = reproduce(&folder, &["V5", "--trials", "100000000", "--charts", "file"]);
    assert_eq!((output.status.code(), text.as_str()), (Some(2), ""));
}
