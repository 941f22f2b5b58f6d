//! Raft against the table of 50 conformance rows that etcd-io/raft and raft-rs test themselves by.
//!
//! Each row is a script beside this file, `NN-….txt`. It drives the shipped [`algorithms::Raft`] through nothing but
//! `on_message`, `on_timer` and `on_propose`, and holds the transcript of all that happened below each command:
//!
//! ```text
//! row 22: TestDuelingCandidates          which rows of the table it covers, and etcd's name for them
//! # a comment
//! > hup 1                                a command (cluster.rs says which there are)
//!     1>2 RequestVote term=1 last=0/0    what happened
//! ! 1 L@1                                what the table demands of the state or the last command
//! ```
//!
//! `UPDATE_EXPECT=1 cargo test -p hustings-algorithms --test conformance` rewrites what happened. It never touches the lines
//! with `!`, which are written by hand and asserted first: so a transcript cannot be renewed over a violation.
//! `cargo test -p hustings-algorithms --test conformance -- --nocapture` prints the rows.

mod cluster;
mod demands;
mod script;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use script::Script;

/// How many rows the table has.
const ROWS: u32 = 50;

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let entries = std::fs::read_dir(&folder).expect("the folder of this test");
    let mut scripts: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    scripts.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    scripts.sort();
    scripts
}

#[test]
fn raft_does_what_the_table_says() {
    let mut rows: BTreeMap<u32, String> = BTreeMap::new();
    let mut complaints = Vec::new();
    let mut renewed = Vec::new();
    for path in scripts() {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a script is text");
        let script = Script::parse(&name, &text);
        for (row, about) in &script.rows {
            assert!(rows.insert(*row, about.clone()).is_none(), "{name}: row {row} has another script");
        }
        let ran = script.run();
        complaints.extend(ran.complaints.into_iter().map(|complaint| format!("{name}: {complaint}")));
        renewed.push((path, ran.text));
    }
    let demanded = |row: u32| rows.get(&row).map_or("not run: no script", String::as_str);
    for row in 1..=ROWS {
        println!("{row:>3}  {}", demanded(row));
    }
    println!("{} of {ROWS} rows run", rows.len());
    assert!(complaints.is_empty(), "what the table demands did not come about:\n{}", complaints.join("\n"));
    for (path, text) in renewed {
        expect_test::expect_file![path].assert_eq(&text);
    }
    assert!(rows.len() >= 40, "only {} rows run", rows.len());
}
