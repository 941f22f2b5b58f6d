//! What only a process shows: how it answers to a bug of ours, a run that does not repeat itself, a reader that goes away, a
//! full disk, Ctrl-C. The test runs itself as a program with an algorithm that misbehaves on demand; that program is also the
//! proof that an algorithm from elsewhere needs one line.

#[path = "../misfit/mod.rs"]
mod misfit;

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

/// Set in the environment of the program, not of the test.
const PLAYS: &str = "HUSTINGS_TEST_PLAYS";

#[expect(clippy::disallowed_methods, reason = "the test tells its own program from itself by this")]
fn main() -> ExitCode {
    if std::env::var_os(PLAYS).is_some() {
        return hustings::main(hustings::registry().with::<misfit::Misfit<false>>());
    }
    let stories: [(&str, fn()); 14] = [
        ("a bug of ours answers 70 with seed and command", a_bug_of_ours_answers_70_with_seed_and_command),
        ("a bug in one of many seeds is told with its seed", a_bug_in_one_of_many_seeds_is_told_with_its_seed),
        ("a run that does not repeat itself is found", a_run_that_does_not_repeat_itself_is_found),
        ("a finding is saved and replayed", a_finding_is_saved_and_replayed),
        ("the first of many seeds with findings is saved too", the_first_of_many_seeds_with_findings_is_saved_too),
        ("what run does not weigh it says", what_run_does_not_weigh_it_says),
        ("what a swarm drew in vain is told and not weighed", what_a_swarm_drew_in_vain_is_told_and_not_weighed),
        ("a file that was tampered with is refused", a_file_that_was_tampered_with_is_refused),
        ("whatever the file holds, the answer is 2", whatever_the_file_holds_the_answer_is_2),
        ("a trace changes nothing", a_trace_changes_nothing),
        ("a reader that goes away is no error", a_reader_that_goes_away_is_no_error),
        ("the number of threads changes nothing", the_number_of_threads_changes_nothing),
        ("a full disk is told and leaves nothing half-written", a_full_disk_is_told_and_leaves_nothing_half_written),
        ("Ctrl-C ends with what there is", ctrl_c_ends_with_what_there_is),
    ];
    for (name, story) in stories {
        println!("{name}");
        story();
    }
    ExitCode::SUCCESS
}

fn program(arguments: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a running program has a path"));
    command.arg0("hustings").args(arguments.split(' ')).env(PLAYS, "").env("RUST_BACKTRACE", "0").current_dir(folder());
    command
}

/// Where the program writes its `runs/`.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("process");
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn run(arguments: &str) -> Output {
    program(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn last_line(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or("")
}

const MISFIT: &str = "--algorithm misfit --set duration=1s --set algorithm.misfit.mood";

fn a_bug_of_ours_answers_70_with_seed_and_command() {
    let output = run(&format!("run healthy {MISFIT}=broken --seed 17"));
    let talk = text(&output.stderr);
    assert_eq!(output.status.code(), Some(70), "{talk}");
    assert!(talk.contains("an assertion of ours does not hold"), "{talk}");
    assert!(talk.contains("neither a finding nor your mistake"), "{talk}");
    assert_eq!(
        last_line(&talk).trim(),
        "hustings run healthy --algorithm misfit --seed 17 --set duration=1s --set algorithm.misfit.mood=broken"
    );
    assert!(text(&output.stdout).starts_with("seed 17, scenario healthy"), "the seed is printed before anything can break");
}

fn a_bug_in_one_of_many_seeds_is_told_with_its_seed() {
    let output = run(&format!("run healthy {MISFIT}=broken --seeds 5..6 -j 2"));
    assert_eq!(output.status.code(), Some(70));
    assert!(text(&output.stderr).contains("--seed 5 "));
}

fn a_run_that_does_not_repeat_itself_is_found() {
    let output = run(&format!("run healthy {MISFIT}=forgetful --check-determinism"));
    let talk = text(&output.stderr);
    assert_eq!(output.status.code(), Some(70), "{talk}");
    assert!(talk.contains("differs"), "{talk}");
    assert!(talk.contains("0.100000s sent n1"), "the first event that differs is the first greeting: {talk}");
    assert!(talk.contains("Greeting(0)") || talk.contains("Greeting("), "{talk}");
    let output = run(&format!("run healthy {MISFIT}=forgetful --check-determinism --seeds 0..3"));
    assert_eq!(output.status.code(), Some(70));
}

/// Everybody leads and writes, so effects conflict.
fn a_finding_is_saved_and_replayed() {
    let output = run(&format!("run healthy {MISFIT}=calm --seed 3"));
    let data = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{data}");
    let command = "hustings run healthy --algorithm misfit --seed 3 --set duration=1s --set algorithm.misfit.mood=calm";
    let (told, fingerprint) = last_line(&data).split_once("  # fingerprint ").expect("the last line reproduces it");
    assert_eq!(told, command);
    let saved = format!("runs/healthy-misfit-3-{}.json", &fingerprint[..8]);
    assert!(text(&output.stderr).contains(&format!("saved: hustings replay {saved}\n")));
    let replayed = run(&format!("replay {saved}"));
    assert_eq!(replayed.status.code(), Some(1), "replay answers by what it finds");
    assert!(text(&replayed.stderr).contains("the fingerprint is the same"));
    assert!(last_line(&text(&replayed.stdout)).ends_with(fingerprint));
}

fn the_first_of_many_seeds_with_findings_is_saved_too() {
    let output = run(&format!("run healthy {MISFIT}=calm --seeds 8..10"));
    let talk = text(&output.stderr);
    let saved = talk.lines().find_map(|line| line.strip_prefix("saved: hustings replay ")).expect("it is saved");
    assert!(saved.starts_with("runs/healthy-misfit-8-"), "{talk}");
    let replayed = run(&format!("replay {saved}"));
    assert_eq!(last_line(&text(&replayed.stdout)), last_line(&text(&output.stdout)), "both end with the command for it");
}

fn a_file_that_was_tampered_with_is_refused() {
    let talk = text(&run(&format!("run healthy {MISFIT}=calm --seed 3")).stderr);
    let saved = talk.lines().find_map(|line| line.strip_prefix("saved: hustings replay ")).expect("it is saved");
    let whole = std::fs::read_to_string(folder().join(saved)).expect("what is saved can be read");
    for (name, tampered) in [
        ("seed", whole.replace("\"seed\": 3", "\"seed\": 4")),
        ("half", whole[..whole.len() / 2].to_owned()),
        ("empty", String::new()),
    ] {
        assert_ne!(tampered, whole);
        let file = format!("tampered-{name}.json");
        std::fs::write(folder().join(&file), tampered).expect("the test can write");
        let output = run(&format!("replay {file}"));
        assert_eq!(output.status.code(), Some(2), "{name}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains(&file), "{name}: the complaint names the file");
    }
}

fn what_a_swarm_drew_in_vain_is_told_and_not_weighed() {
    let one = run("run random-faults --algorithm raft --seed 0");
    assert!(text(&one.stdout).contains("it changed nothing"), "{}", text(&one.stdout));
    assert_eq!(one.status.code(), Some(0), "{}", text(&one.stdout));
    assert_eq!(run("run random-faults --algorithm raft --seeds 0..1").status.code(), Some(0));
}

fn what_run_does_not_weigh_it_says() {
    let scenario = "duration = \"1s\"\n[threshold.raft]\nfailover-max = \"1ms\"\n";
    std::fs::write(folder().join("demanding.toml"), scenario).expect("the test can write");
    let output = run("run demanding.toml");
    assert!(text(&output.stderr).contains("note: [threshold.raft] is not weighed by run"), "{}", text(&output.stderr));
    assert!(!text(&run("run demanding.toml --algorithm bully").stderr).contains("note"), "it is no demand on Bully");
}

/// What no editor writes: these files are made here.
fn whatever_the_file_holds_the_answer_is_2() {
    const DEEP: usize = 200_000;
    let binary: Vec<u8> = (0..4_096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let nested = [b"a = ".to_vec(), vec![b'['; DEEP], vec![b']'; DEEP]].concat();
    let tables = [b"[a".to_vec(), b".a".repeat(DEEP), b"]".to_vec()].concat();
    let objects = [b"{\"a\":".repeat(DEEP), b"1".to_vec(), vec![b'}'; DEEP]].concat();
    std::fs::create_dir_all(folder().join("a-folder.toml")).expect("the test can write");
    for (name, bytes) in [("binary", binary), ("nested", nested), ("tables", tables), ("objects", objects), ("empty", Vec::new())]
    {
        std::fs::write(folder().join(format!("{name}.toml")), bytes).expect("the test can write");
    }
    for name in ["binary", "nested", "tables", "objects", "empty", "a-folder", "nowhere"] {
        for command in ["run", "validate", "replay"] {
            let output = run(&format!("{command} {name}.toml"));
            let talk = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{command} {name}: {talk}");
            assert!(talk.starts_with("error: ") && talk.contains(name), "{command} {name}: {talk}");
            assert!(talk.len() < 10_000, "{command} {name}: a complaint is read by people: {} bytes", talk.len());
        }
    }
}

fn a_trace_changes_nothing() {
    let fingerprint = |extra: &str| {
        let line = text(&run(&format!("run leader-crash --seed 5 --format jsonl{extra}")).stdout);
        line.split("\"fingerprint\":\"").nth(1).map(|rest| rest[..32].to_owned()).expect("a run has a fingerprint")
    };
    let traced = fingerprint(" --trace trace.jsonl");
    assert_eq!(fingerprint(""), traced);
    let trace = std::fs::read_to_string(folder().join("trace.jsonl")).expect("a trace");
    assert!(trace.lines().count() > 1_000 && trace.lines().all(|line| line.starts_with("{\"at_ns\":")));
    let to_stdout = run("run leader-crash --seed 5 --trace -");
    assert_eq!(text(&to_stdout.stdout), trace, "the same events, and nothing else");
    assert!(text(&to_stdout.stderr).contains(&traced), "the report is talk then");
}

fn a_reader_that_goes_away_is_no_error() {
    let mut child = program("run healthy --seeds 0..200 --set duration=1s --format jsonl")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    lines.read_line(&mut first).expect("a line");
    assert!(first.starts_with("{\"schema\":1,"));
    drop(lines);
    let mut talk = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut talk).expect("text");
    let status = child.wait().expect("the program ends");
    assert_eq!((status.code(), talk.as_str()), (Some(0), ""), "quietly, and with the answer to what was seen");
}

fn the_number_of_threads_changes_nothing() {
    let with = |jobs: u32| run(&format!("run leader-crash --seeds 0..12 --set duration=6s --format jsonl -j {jobs}")).stdout;
    let one = with(1);
    assert_eq!(text(&one).lines().count(), 12);
    assert_eq!(text(&one), text(&with(3)));
}

/// A device that is always full stands for the disk.
fn a_full_disk_is_told_and_leaves_nothing_half_written() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let device = std::fs::OpenOptions::new().write(true).open(full).expect("anyone may write to it");
    let output = program("run healthy").stdout(device).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write to standard output"));
    let output = run("run healthy --trace /dev/full");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot write /dev/full"), "{}", text(&output.stderr));
    let output = run("run healthy --trace no-such-folder/trace.jsonl");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no-such-folder/trace.jsonl"));
    let left: Vec<_> = std::fs::read_dir(folder()).expect("a folder").filter_map(Result::ok).collect();
    assert!(left.iter().all(|entry| !entry.file_name().to_string_lossy().contains("partial")), "{left:?}");
}

/// By the `kill` of the system: without it there is no Ctrl-C to try either.
fn ctrl_c_ends_with_what_there_is() {
    let mut child = program("run healthy --seeds 0..1000000 --set duration=2s --format jsonl -j 2")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    lines.read_line(&mut first).expect("a line");
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    if !told.is_ok_and(|status| status.success()) {
        child.kill().expect("a child can be ended");
        child.wait().expect("a child that was ended ends");
        return;
    }
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("text");
    let status = child.wait().expect("the program ends");
    assert_eq!(status.code(), Some(130));
    assert!((first + &rest).lines().all(|line| line.starts_with('{') && line.ends_with('}')), "every line is whole");
}
