//! Choosing a timeout: both halves of it, held against a count of the raw lines, and against seeds that were not there when it was
//! chosen.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{folder, hustings, same_on_any_number_of_threads, words};

const TIMEOUT: &str = "algorithm.raft.election-timeout";

/// False failovers and days for each value, counted from the lines that `--raw` wrote, by nothing of what compare figures.
fn counted(raw: &str) -> BTreeMap<String, (u64, f64)> {
    let mut counts: BTreeMap<String, (u64, f64)> = BTreeMap::new();
    for line in raw.lines() {
        let run: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        if run["scenario"] == "healthy" {
            let entry = counts.entry(run["varied"][TIMEOUT].as_str().expect("it was varied").to_owned()).or_default();
            let failovers = run["failovers"].as_array().expect("a list").iter();
            entry.0 += failovers.filter(|failover| failover["cause"] == "unprovoked").count() as u64;
            entry.1 += run["end_ns"].as_u64().expect("a number") as f64 / 86_400e9;
        }
    }
    counts
}

/// As a user would have measured it: mostly short, a few very long.
const PAUSES: &str = "# of one server, in a week\nmin 50us\np50 2ms\np90 12ms\np99 90ms\np99.9 400ms\nmax 900ms\n";

#[test]
fn false_failovers_fall_as_the_timeout_grows_and_the_recommended_one_holds_on_fresh_seeds() {
    let folder = folder("timeouts");
    fs::write(folder.join("pauses.txt"), PAUSES).expect("the test's own folder");
    // The scenario healthy of the library, on servers that pause as measured.
    let servers = ["--set", "pauses.every={ exponential = 2s }", "--set", "pauses.for={ file = pauses.txt }"];
    let servers =
        [&servers[..], &["--set", "duration=2m", "--set", "work.interval=1s", "--set", "algorithm.raft.preset=paper"]].concat();
    let targets = ["--target-p99", "4s", "--target-false-per-day", "10"];
    let chosen = [
        &["compare", "leader-crash", "healthy", "--seeds", "0..400", "--raw", "raw.jsonl", "--out", "chosen"][..],
        &["--vary", "algorithm.raft.election-timeout=1s..2s,150ms..300ms,400ms..800ms"],
        &servers,
        &targets,
    ];
    let output = hustings(&folder, &chosen.concat());
    let text = words(&output.stdout);
    assert!(output.status.success(), "{}", words(&output.stderr));
    assert!(text.contains("raft: failovers from leader-crash, false failovers from healthy"), "{text}");
    assert!(text.contains("election-timeout=1s..2s is the smallest that meets both targets"), "{text}");

    let counts = counted(&fs::read_to_string(folder.join("raw.jsonl")).expect("it was written"));
    let table = fs::read_to_string(folder.join("chosen/choosing.csv")).expect("it was written");
    let mut rates = Vec::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (count, days) = counts[cells[1]];
        assert_eq!(cells[7].parse(), Ok(count), "{line}");
        let said: f64 = cells[9].parse().expect("a number");
        assert!((said - count as f64 / days).abs() < 1e-9 * said.max(1.0), "{line}: {count} in {days} days");
        rates.push((cells[1].to_owned(), said));
    }
    let values: Vec<&str> = rates.iter().map(|(value, _)| value.as_str()).collect();
    assert_eq!(values, ["150ms..300ms", "400ms..800ms", "1s..2s"], "the smallest comes first");
    assert!(rates.windows(2).all(|pair| pair[0].1 > pair[1].1) && rates[0].1 > 100.0, "{rates:?}");

    let again = [
        &["compare", "leader-crash", "healthy", "--algorithm", "raft", "--seeds", "5000..5400", "--out", "fresh"][..],
        &["--set", "algorithm.raft.election-timeout=[1s, 2s]"],
        &servers,
        &targets,
    ];
    let output = hustings(&folder, &again.concat());
    assert!(words(&output.stdout).contains("raft: what it is set to meets both targets"), "{}", words(&output.stdout));
}

#[test]
fn what_is_varied_changes_nothing_of_being_the_same_on_any_number_of_threads() {
    let arguments = [
        &["compare", "leader-crash", "healthy-with-pauses", "--seeds", "0..4", "--set", "duration=20s"][..],
        &[
            "--vary",
            "nodes=3,5",
            "--vary",
            "network.delay=1ms..5ms,20ms",
            "--algorithm",
            "raft,zab",
            "--target-false-per-day",
            "9",
        ],
    ];
    let files = same_on_any_number_of_threads("varied", &arguments.concat());
    let lines = words(&files[Path::new("raw.jsonl")]).lines().count();
    assert_eq!(lines, 4 * 2 * 2 * 2 * 2, "seeds, scenarios, algorithms, members, delays");
    assert!(files.keys().any(|path| path.ends_with("choosing.csv")), "{:?}", files.keys());
}

#[test]
fn a_value_is_refused_before_anything_runs_and_said_what_to_write() {
    let folder = folder("refused");
    for (arguments, why) in [
        ("--vary nodes=3", "has one value, and nothing to compare it with"),
        ("--vary nodes=3,3", "has 3 twice"),
        ("--vary nodes=3,many", "--vary nodes=many"),
        ("--vary nodes=3,5 --set nodes=4", "both say what `nodes` is"),
        ("--vary nodes=3,5 --vary nodes=5,7", "both say what `nodes` is"),
        ("--vary nodes=3,5 --vary network.loss=0,1/9 --vary disk.latency=1ms,2ms", "3 settings are varied"),
        ("--vary nodes", "does not say what to vary"),
        ("--vary algorithm.raft.election-timeout=150ms..300ms,10ms..20ms", "do not fit together"),
        ("--vary algorithm.raft.election-timeout=150ms,300ms", "150ms"),
        ("--vary algorithm.draft.election-timeout=1s..2s,2s..3s", "did you mean `raft`?"),
        ("--vary algorithm.raft.election-timeout=1s..2s,2s..3s --algorithm bully", "a setting of raft, which does not play"),
        ("--raw -", "--raw takes a file"),
        ("--raw here/seeds.csv --out here", "the place of another file of this comparison"),
        ("--target-p99 0s", "nothing is over at once"),
        ("--target-false-per-day 0", "no number of seeds can show"),
        ("--target-false-per-day -1", "no number of seeds can show"),
        ("--target-false-per-day 1", "something goes wrong"),
    ] {
        let arguments: Vec<&str> = "compare leader-crash --seeds 0..1000000".split(' ').chain(arguments.split(' ')).collect();
        let output = hustings(&folder, &arguments);
        let told = words(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
    let few = hustings(&folder, &["compare", "leader-crash", "--seeds", "0..300", "--target-p99", "2s"]);
    assert!(words(&few.stderr).contains("takes 368 failovers"), "{}", words(&few.stderr));
    assert!(!folder.join("runs").exists() && !folder.join("here").exists(), "nothing was begun, and no empty folder is left");
}
