//! `compare --raw-only`: the lines that `--raw` has, and nothing else; of a run that was written nothing is kept.

use std::fs;

use super::{folder, hustings, words};

const WHAT: [&str; 8] = ["compare", "leader-crash", "majority-split", "--algorithm", "raft,bully", "--seeds", "3..23", "--raw"];

#[test]
fn the_lines_are_those_of_a_comparison_and_there_is_nothing_else() {
    let folder = folder("only");
    let both = hustings(&folder, &[&WHAT[..], &["both.jsonl", "--out", "report"]].concat());
    assert!(both.status.success(), "{}", words(&both.stderr));
    fs::remove_dir_all(folder.join("report")).expect("it was written");
    let only = hustings(&folder, &[&WHAT[..], &["only.jsonl", "--raw-only", "-j", "2"]].concat());
    let piped = hustings(&folder, &[&WHAT[..], &["-", "--raw-only", "-j", "1"]].concat());
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("it was written");
    assert_eq!(read("only.jsonl"), read("both.jsonl"));
    assert_eq!(words(&piped.stdout), read("both.jsonl"), "standard output has the lines and nothing else");
    let found = |kind: &str| {
        let has = |line: &&str| {
            let run: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
            let verdicts = run["verdicts"].as_array().expect("a list").clone();
            verdicts.iter().any(|verdict| verdict["verdict"] == "violated" && verdict["standing"] == kind)
        };
        read("both.jsonl").lines().filter(has).count()
    };
    let said = words(&only.stdout);
    assert!(said.starts_with("raw: only.jsonl (80 runs, ") && said.lines().count() == 1, "{said}");
    let safety = found("outside-assumptions");
    assert!(safety > 0 && said.contains(&format!("{safety} with safety findings")), "bully in a split network: {safety}, {said}");
    assert_eq!(words(&piped.stderr), said.replace("only.jsonl", "standard output"));
    let names: Vec<_> =
        fs::read_dir(&folder).expect("the test's own folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names.len(), 2, "besides the two files of lines nothing was written: {names:?}");
}

#[test]
fn whoever_has_no_lines_is_named_with_the_reason() {
    let what = ["compare", "leader-transfer", "--algorithm", "raft,bully", "--seeds", "0..2", "--raw", "-", "--raw-only"];
    let output = hustings(&folder("only-absent"), &what);
    assert_eq!(words(&output.stdout).lines().count(), 2, "raft plays");
    let told = words(&output.stderr);
    assert!(told.contains("note: bully does not play leader-transfer: it orders a transfer of leadership"), "{told}");
}

#[test]
fn what_is_no_line_is_refused_with_what_to_leave_out() {
    let folder = folder("only-refused");
    for (arguments, why, help) in [
        ("--raw-only", "does not say where the lines go", "add --raw FILE"),
        ("--raw-only --raw raw --out here", "--out is about statistics", "leave out --out"),
        ("--raw-only --raw raw --format json", "--format is about statistics", "leave out --format"),
        ("--raw-only --raw raw --target-p99 2s", "--target-p99 is about statistics", "leave out --target-p99"),
        ("--raw-only --raw raw --target-false-per-day 1", "--target-false-per-day is about", "leave out --target-false-per-day"),
        ("--raw-only --raw no/such/folder", "cannot write no/such/folder", ""),
        ("--raw -", "standard output gets the tables", "add --raw-only"),
    ] {
        let arguments: Vec<&str> = "compare leader-crash --seeds 0..1000000".split(' ').chain(arguments.split(' ')).collect();
        let output = hustings(&folder, &arguments);
        let told = words(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(why) && told.contains(help), "{arguments:?}: {told}");
    }
    assert_eq!(fs::read_dir(&folder).expect("the test's own folder").count(), 0, "nothing was begun");
}

#[cfg(target_os = "linux")]
mod memory {
    use std::fs;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    /// More than a pipe and the program's own buffer hold: as long as so many lines are unread, the program waits to write them.
    const UNREAD: u64 = 100;

    /// The most memory that the program had while it wrote all but the last lines of so many seeds, in KiB.
    fn peak(seeds: u64) -> u64 {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
        command.args(["compare", "v1-split-fixed-latency", "--algorithm", "raft", "--raw", "-", "--raw-only", "-j", "1"]);
        let mut child = command
            .args(["--seeds", &format!("0..{seeds}")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        assert_eq!(lines.by_ref().take((seeds - UNREAD) as usize).filter(Result::is_ok).count() as u64, seeds - UNREAD);
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it is still there");
        assert_eq!(lines.filter(Result::is_ok).count() as u64, UNREAD);
        assert!(child.wait().is_ok_and(|status| status.success()));
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
        peak.expect("Linux says so")
    }

    #[test]
    fn fifteen_times_as_many_seeds_take_no_more_memory() {
        // A comparison keeps 64 bytes a seed: 1.7 MiB more. The heap of one and the same command differs by half a MiB on a busy machine.
        let (few, many) = (peak(2_000), peak(30_000));
        assert!(many <= few + 1_200, "{few} KiB for 2 000 seeds, {many} KiB for 30 000");
    }
}
