//! What the README shows is what the program says: its transcripts are held against its own commands. When this fails because
//! the program rightly says something else, the lines of the README are to be taken from it anew.

use std::collections::BTreeSet;
use std::process::Command;

/// Lines of the README between fences of this kind, with their numbers.
fn lines_of<'t>(readme: &'t str, kind: &str) -> Vec<(usize, &'t str)> {
    let (mut inside, mut lines) = (None, Vec::new());
    for (number, line) in readme.lines().enumerate() {
        match (line.strip_prefix("```"), inside) {
            (Some(opened), None) => inside = Some(opened),
            (Some(_), Some(_)) => inside = None,
            (None, Some(opened)) if opened == kind => lines.push((number + 1, line)),
            _ => {}
        }
    }
    lines
}

/// What the command of this line of the README writes where nobody watches.
fn said_by(line: &str) -> Option<String> {
    let arguments = line.strip_prefix("cargo run --release -- ")?;
    let output = Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(arguments.split(' '))
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the program starts");
    Some(String::from_utf8(output.stdout).expect("the program writes text"))
}

#[test]
fn every_line_that_the_readme_shows_is_written_by_the_commands_that_it_names() {
    let readme = include_str!("../README.md");
    let outputs: Vec<String> = lines_of(readme, "sh").iter().filter_map(|(_, line)| said_by(line)).collect();
    assert_eq!(outputs.len(), 4, "the README names a run of Raft, one of Bully, and two of a lease");
    let said: BTreeSet<&str> = outputs.iter().flat_map(|output| output.lines()).map(str::trim_end).collect();
    let shown = lines_of(readme, "text");
    assert!(shown.len() > 30, "the README shows a run");
    let left_out = |line: &str| line.trim() == "…";
    let stale: Vec<String> = shown
        .iter()
        .filter(|(_, line)| !left_out(line) && !said.contains(line.trim_end()))
        .map(|(number, line)| format!("README.md:{number}: {line}"))
        .collect();
    assert!(stale.is_empty(), "no command says any more:\n{}", stale.join("\n"));
}
