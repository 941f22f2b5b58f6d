//! A check that is cut short, by Ctrl-C or by its own limit on time.

use crate::{Story, folder, program, read, run, said, write};

pub const STORIES: &[Story] = &[
    ("Ctrl-C answers 130 and judges what there is", ctrl_c_answers_130_and_judges_what_there_is),
    ("a second Ctrl-C leaves nothing half-written", a_second_ctrl_c_leaves_nothing_half_written),
    ("what is known is told although not one seed was over", what_is_known_is_told_although_not_one_seed_was_over),
    ("a limit on time makes a smaller check", a_limit_on_time_makes_a_smaller_check),
];

const QUIET: &str = "duration = \"2s\"\nnodes = 3\n";

#[cfg(unix)]
fn ctrl_c_answers_130_and_judges_what_there_is() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let folder = folder("interrupt");
    // What is said of the files comes before the runs: from there on it listens.
    write(&folder, "all/a.toml", "noodles = 1");
    write(&folder, "was.json", "the whole of it");
    let mut child = program(&folder, "check all healthy --algorithm raft --seeds 0..100000000 -j 2 --save-baseline was.json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut talk = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains("noodles") {
        line.clear();
        assert!(talk.read_line(&mut line).expect("text") > 0, "it says what is wrong with the file");
    }
    // Until it listens, a signal just ends it.
    std::thread::park_timeout(std::time::Duration::from_millis(700));
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()), "the signal is sent");
    let drained = std::io::read_to_string(talk).expect("text");
    let said = said(&child.wait_with_output().expect("the program ends"));
    assert_eq!(said.code, 130, "{drained}");
    assert!(said.data.contains("ok    healthy") && said.data.contains("(of 0..100000000)"), "{}", said.data);
    assert!(drained.contains("was.json is not written") && read(&folder, "was.json") == "the whole of it", "{drained}");
}

#[cfg(not(unix))]
fn ctrl_c_answers_130_and_judges_what_there_is() {}

#[cfg(unix)]
fn a_second_ctrl_c_leaves_nothing_half_written() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let folder = folder("interrupted-twice");
    // One seed that nobody waits for.
    write(&folder, "long.toml", "duration = \"240h\"\n");
    write(&folder, "kept.xml", "of an earlier check");
    let files = || {
        let entries = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        entries.map(|name| name.to_string_lossy().into_owned()).collect::<std::collections::BTreeSet<String>>()
    };
    let at_first = files();
    let outputs = "--junit kept.xml --save-baseline was.json";
    let mut child = program(&folder, &format!("check long.toml --algorithm raft --seeds 0..4 -j 1 {outputs}"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let id = child.id().to_string();
    let interrupt = || Command::new("kill").args(["-INT", &id]).status();
    let wait = || std::thread::park_timeout(std::time::Duration::from_millis(700));
    while files().iter().filter(|name| name.ends_with(".partial")).count() < 2 {
        wait();
    }
    wait();
    assert!(interrupt().is_ok_and(|status| status.success()), "the signal is sent");
    let mut talk = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains("again to stop at once") {
        line.clear();
        assert!(talk.read_line(&mut line).expect("text") > 0, "it says that it goes on with this seed");
    }
    // What comes sooner is the same Ctrl-C.
    wait();
    assert_eq!(files().len(), at_first.len() + 2, "it is at work still");
    assert!(interrupt().is_ok_and(|status| status.success()), "the signal is sent");
    assert_eq!(child.wait().expect("the program ends").code(), Some(130));
    assert_eq!(files(), at_first);
    assert_eq!(read(&folder, "kept.xml"), "of an earlier check");
}

#[cfg(not(unix))]
fn a_second_ctrl_c_leaves_nothing_half_written() {}

fn what_is_known_is_told_although_not_one_seed_was_over() {
    let folder = folder("no-seed-over");
    write(&folder, "quiet.toml", QUIET);
    assert_eq!(run(&folder, "check quiet.toml --algorithm braggart --seeds 0..1").code, 1);
    std::fs::rename(folder.join("runs"), folder.join("once")).expect("the test's own folder");
    // A seed is over when both have been through it, and the first of them takes longer than there is time.
    write(&folder, "long.toml", "duration = \"30000s\"\n");
    let limited = "check long.toml --algorithm raft,bully --seeds 0..3 -j 1 --max-time 250ms --save-baseline was.json";
    let kept = run(&folder, &format!("{limited} --failures once --junit out.xml"));
    assert!(kept.code == 1 && kept.data.contains("still fails"), "a promise that is broken: {}{}", kept.data, kept.talk);
    assert!(kept.last().starts_with("hustings replay once/") && read(&folder, "out.xml").contains("once/"), "{}", kept.data);
    assert!(kept.talk.contains("time was up before the first seed was over, so no scenario is judged"), "{}", kept.talk);
    assert!(kept.talk.contains("was.json is not written: a check without a run") && !folder.join("was.json").exists());
    write(&folder, "broken.toml", "noodles = 1");
    let broken = run(&folder, &limited.replacen("long.toml", "long.toml broken.toml", 1));
    assert!(broken.code == 2 && broken.data.contains("broken.toml:1: unknown key `noodles`"), "{}{}", broken.data, broken.talk);
    assert_eq!(run(&folder, limited).code, 4, "nothing was selected");
}

fn a_limit_on_time_makes_a_smaller_check() {
    let folder = folder("max-time");
    let said = run(&folder, "check healthy --algorithm raft --seeds 0..100000000 --max-time 1s --save-baseline short.json");
    assert!(said.talk.contains("written to short.json: ") && said.talk.contains(" seeds of 100000000"), "{}", said.talk);
    assert_eq!(said.code, 0, "{}{}", said.data, said.talk);
    assert!(said.talk.contains("time is up") && said.data.contains("(of 0..100000000)"), "{}", said.data);
}
