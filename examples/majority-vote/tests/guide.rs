//! The guide shows this crate: its blocks of code stand here, and its transcripts are what the commands above them write.

use std::process::Command;

const GUIDE: &str = include_str!("../../../docs/writing-an-algorithm.md");
const FILES: [&str; 6] = [
    include_str!("../Cargo.toml"),
    include_str!("../src/main.rs"),
    include_str!("../src/lib.rs"),
    include_str!("../src/message.rs"),
    include_str!("../src/invariants.rs"),
    include_str!("gate.rs"),
];

/// The fenced blocks: kind and text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let fences: Vec<&str> = GUIDE.split("```").collect();
    fences.chunks_exact(2).filter_map(|pair| pair[1].split_once('\n')).collect()
}

/// As the block stands inside `impl …`.
fn indented(block: &str) -> String {
    block.lines().map(|line| if line.is_empty() { String::from("\n") } else { format!("    {line}\n") }).collect()
}

/// What one of the guide's commands writes, run as it is written but for the word cargo.
fn said_by(command: &str) -> String {
    let arguments = command.strip_prefix("cargo run --release -- ").expect("a command of this program");
    let output = Command::new(env!("CARGO_BIN_EXE_majority-vote"))
        .args(arguments.split(' '))
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the program starts");
    String::from_utf8(output.stdout).expect("the program writes text")
}

#[test]
fn every_block_of_code_in_the_guide_stands_in_this_crate() {
    let code: Vec<_> = blocks().into_iter().filter(|(kind, _)| ["rust", "toml"].contains(kind)).collect();
    assert!(code.len() > 15, "the guide shows the crate");
    for (_, block) in code {
        let stands = |file: &&str| file.contains(block) || file.contains(&indented(block));
        assert!(FILES.iter().any(stands), "this stands nowhere in the crate:\n{block}");
    }
}

#[test]
fn every_command_of_the_guide_writes_what_is_shown_under_it() {
    let mut said = String::new();
    let mut commands = 0;
    for (kind, block) in blocks() {
        match kind {
            // The test itself is one of the guide's commands.
            "sh" if block.trim() != "cargo test --release" => {
                said = said_by(block.trim());
                commands += 1;
            }
            "text" if !block.contains(" fails in ") => {
                let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
                for line in block.lines().filter(|line| line.trim() != "…") {
                    assert!(lines.contains(&line.trim_end()), "no command says any more: {line}\n\n{said}");
                }
            }
            _ => {}
        }
    }
    assert_eq!(commands, 4, "a run, a comparison, a check, and a run with a bug");
}

#[test]
fn the_message_of_the_failing_gate_is_the_one_that_is_shown() {
    let gate = hustings::testing::gate::<majority_vote::MajorityVote>().seeds(20).set("work.fencing=at-least");
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| gate.mutant("votes-twice").run()));
    let said = *panic.expect_err("it is caught").downcast::<String>().expect("a panic with words");
    let shown = blocks().into_iter().find(|(_, block)| block.contains(" fails in ")).expect("the guide shows it").1;
    assert_eq!(shown.trim_end(), said);
}
