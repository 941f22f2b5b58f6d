//! What a check finds, and what it answers.

use std::os::unix::process::CommandExt as _;

use crate::{Story, folder, program, read, run, run_mended, said, write};

pub const STORIES: &[Story] = &[
    ("what goes as it should answers 0", what_goes_as_it_should_answers_0),
    ("a broken promise answers 1 and ends with what replays it", a_broken_promise_answers_1_and_ends_with_what_replays_it),
    ("an author's program is called by its own name", an_authors_program_is_called_by_its_own_name),
    ("harm that nobody promised to avoid is told", harm_that_nobody_promised_to_avoid_is_told),
    ("a full disk does not swallow the verdict", a_full_disk_does_not_swallow_the_verdict),
    ("after a fix the kept file no longer fails", after_a_fix_the_kept_file_no_longer_fails),
    ("a canary has to fail", a_canary_has_to_fail),
    ("a script says which of its events come to nothing", a_script_says_which_of_its_events_come_to_nothing),
    ("an event that repeats must fire once", an_event_that_repeats_must_fire_once),
    ("a missed threshold answers 3 and points at its line", a_missed_threshold_answers_3_and_points_at_its_line),
    ("what was to be found and is not answers 3", what_was_to_be_found_and_is_not_answers_3),
    ("what is never exercised answers 4 and says which", what_is_never_exercised_answers_4_and_says_which),
    ("no seed and no scenario answer 4", no_seed_and_no_scenario_answer_4),
    ("a scenario that nobody can play is not green", a_scenario_that_nobody_can_play_is_not_green),
    ("one broken file answers 2 and the others still run", one_broken_file_answers_2_and_the_others_still_run),
    ("a bug of ours answers 70", a_bug_of_ours_answers_70),
    ("a folder that leads back to itself is checked once", a_folder_that_leads_back_to_itself_is_checked_once),
];

const QUIET: &str = "duration = \"2s\"\nnodes = 3\n";

fn what_goes_as_it_should_answers_0() {
    let folder = folder("as-it-should");
    let text = "check leader-crash healthy --algorithm raft,bully --seeds 0..3";
    let said = run(&folder, text);
    assert_eq!(said.code, 0, "{}{}", said.data, said.talk);
    assert!(said.data.contains("ok    leader-crash: 2 algorithms"), "{}", said.data);
    assert_eq!(said.last(), "nothing is wrong in 12 runs");
    assert_eq!(run(&folder, &format!("{text} -j 1")).data, run(&folder, &format!("{text} -j 3")).data);
}

fn a_broken_promise_answers_1_and_ends_with_what_replays_it() {
    let folder = folder("broken-promise");
    write(&folder, "quiet.toml", QUIET);
    let said = run(&folder, "check quiet.toml --algorithm braggart --seeds 3..6 --junit out.xml --github --summary step.md");
    assert_eq!(said.code, 1, "{}{}", said.data, said.talk);
    let (command, fingerprint) = said.last().split_once("  # fingerprint ").expect("the last line replays it");
    assert_eq!(command, "hustings run quiet.toml --algorithm braggart --seed 3");
    let again = run(&folder, command.strip_prefix("hustings ").expect("our own command"));
    assert!(again.code == 1 && again.last().ends_with(fingerprint), "{}", again.data);
    let saved = said.talk.lines().find_map(|line| line.strip_prefix("saved: hustings ")).expect("it is saved");
    let replayed = run(&folder, saved);
    assert!(replayed.code == 1 && replayed.talk.contains("the fingerprint is the same"), "{}", replayed.talk);
    // The file alone is enough: where nothing else of this is, it runs as it did here.
    let clone = self::folder("broken-promise-elsewhere");
    std::fs::copy(folder.join(saved.strip_prefix("replay ").expect("a replay")), clone.join("failure.json"))
        .expect("it is there");
    let replayed = run(&clone, "replay failure.json");
    assert!(replayed.code == 1 && replayed.last().ends_with(fingerprint), "{}{}", replayed.data, replayed.talk);
    assert!(said.talk.contains("::error file=quiet.toml,line=1,title=quiet.toml with braggart::safety: "), "{}", said.talk);
    assert!(read(&folder, "out.xml").contains("--algorithm braggart --seed 3"), "{}", read(&folder, "out.xml"));
    assert!(read(&folder, "step.md").contains("| quiet.toml, braggart | safety |"), "{}", read(&folder, "step.md"));
    // It is no accident of one seed, so a scenario that expects it is content.
    write(&folder, "meant.toml", &format!("{QUIET}[expect.braggart]\nfinds = [\"effective-split-brain\"]\n"));
    let meant = run(&folder, "check meant.toml --algorithm braggart --seeds 3..6");
    assert!(meant.code == 0 && meant.data.contains("as meant, braggart: effective-split-brain in 3 seeds"), "{}", meant.data);
}

fn an_authors_program_is_called_by_its_own_name() {
    let folder = folder("own-name");
    write(&folder, "quiet.toml", QUIET);
    let mut program = program(&folder, "check quiet.toml --algorithm braggart --seeds 3..6 --junit out.xml");
    let said = said(&program.arg0("/home/me/target/release/braggarts").output().expect("the program starts"));
    assert!(said.last().starts_with("braggarts run quiet.toml --algorithm braggart --seed 3  # fingerprint "), "{}", said.last());
    assert!(said.talk.contains("saved: braggarts replay runs/"), "{}", said.talk);
    assert!(read(&folder, "out.xml").contains("braggarts run quiet.toml"), "{}", read(&folder, "out.xml"));
}

/// Bully has no epoch that a resource could go by, and the one that is cut off leads on.
fn harm_that_nobody_promised_to_avoid_is_told() {
    let folder = folder("harm");
    let said = run(&folder, "check leader-isolated --algorithm bully --seeds 0..3");
    assert_eq!(said.code, 0, "{}{}", said.data, said.talk);
    let words = "harm that nobody promised to avoid, bully: effective-split-brain in 3 seeds";
    assert!(said.data.contains(words), "{}", said.data);
    let said = run(&folder, "check leader-isolated --algorithm bully --seeds 0..3 --no-harm");
    assert_eq!(said.code, 1, "{}{}", said.data, said.talk);
    assert!(said.last().starts_with("hustings run leader-isolated --algorithm bully --seed 0  # fingerprint "), "{}", said.data);
}

fn a_full_disk_does_not_swallow_the_verdict() {
    let folder = folder("full-disk");
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    write(&folder, "quiet.toml", QUIET);
    for file in ["--junit", "--summary", "--save-baseline"] {
        let said = run(&folder, &format!("check quiet.toml --algorithm braggart --seeds 3..6 {file} /dev/full"));
        assert_eq!(said.code, 2, "{}{}", said.data, said.talk);
        assert!(said.last().starts_with("hustings run quiet.toml --algorithm braggart --seed 3"), "{file}: {}", said.data);
        assert!(said.talk.contains("cannot write"), "{file}: {}", said.talk);
    }
}

fn after_a_fix_the_kept_file_no_longer_fails() {
    let folder = folder("kept");
    write(&folder, "quiet.toml", QUIET);
    let found = run(&folder, "check quiet.toml --algorithm braggart --seeds 0..1");
    assert_eq!(found.code, 1, "{}", found.data);
    std::fs::rename(folder.join("runs"), folder.join("once")).expect("the test's own folder");
    let still = run(&folder, "check healthy --algorithm raft --seeds 0..1 --failures once");
    assert!(still.code == 1 && still.data.contains("still fails"), "{}", still.data);
    assert!(still.last().starts_with("hustings replay once/"), "{}", still.data);
    let kept = still.last().split(' ').nth(2).expect("the file stands in the command");
    let replayed = run_mended(&folder, &format!("replay {kept}"));
    replayed.assert(0, &[], &["saved by another build", "it no longer fails"]);
    let mended = run_mended(&folder, "check quiet.toml --algorithm braggart --seeds 0..1 --failures once");
    mended.assert(0, &["quiet, braggart, seed 0: no longer fails"], &[]);
}

fn a_canary_has_to_fail() {
    let folder = folder("canary");
    let canary = run(&folder, "run random-faults --algorithm raft --mutant R1 --seeds 0..5 --format jsonl");
    assert_eq!(canary.code, 1, "a mutant is found: {}", canary.talk);
    let saved = canary.talk.lines().find_map(|line| line.strip_prefix("saved: hustings replay ")).expect("it is saved");
    std::fs::create_dir_all(folder.join("canaries")).expect("the test's own folder");
    std::fs::copy(folder.join(saved), folder.join("canaries/one.json")).expect("it is there");
    let alive = run(&folder, "check healthy --algorithm raft --seeds 0..1 --failures canaries");
    assert!(alive.code == 0 && alive.data.contains("with mutant R1"), "a canary has to fail: {}{}", alive.data, alive.talk);
    write(&folder, "canaries/two.json", "{}");
    let bad = run(&folder, "check healthy --algorithm raft --seeds 0..1 --failures canaries");
    assert!(bad.code == 2 && bad.data.contains("ok    healthy") && bad.data.contains("canaries/two.json"), "{}", bad.data);
    assert_eq!(bad.last(), "1 file is no saved run; nothing is wrong in 1 run");
    assert_eq!(run(&folder, "check healthy --failures nowhere").code, 2);
    // Kept for harm that Bully does not promise to avoid: that is what has to be found again.
    assert_eq!(run(&folder, "run zoo/leader-cut-off-unfenced --algorithm bully --mutant L10 --seed 0").code, 1);
    std::fs::remove_dir_all(folder.join("canaries")).expect("it is there");
    std::fs::create_dir_all(folder.join("canaries")).expect("the test's own folder");
    let none = run(&folder, "check healthy --algorithm raft --seeds 0..1 --failures canaries");
    assert!(none.code == 0 && none.data.contains("there is no kept run in canaries, so none was replayed"), "{}", none.data);
    for file in std::fs::read_dir(folder.join("runs")).expect("it is there").map(|file| file.expect("readable").path()) {
        if file.display().to_string().contains("-bully-L10-") {
            std::fs::rename(&file, folder.join("canaries/harm.json")).expect("the test's own folder");
        }
    }
    let harm = run(&folder, "check healthy --algorithm raft --seeds 0..1 --failures canaries");
    assert!(harm.code == 0 && harm.data.contains("with mutant L10, seed 0: still fails"), "{}{}", harm.data, harm.talk);
}

fn a_missed_threshold_answers_3_and_points_at_its_line() {
    let folder = folder("threshold");
    write(
        &folder,
        "slow.toml",
        "duration = \"20s\"\n[[event]]\nat = \"5s\"\ncrash = \"leader\"\n\n[threshold.raft]\nfailover-max = \"1ms\"\nfailover-p50 = \"15s\"\n",
    );
    let said = run(&folder, "check slow.toml --seeds 0..8 --algorithm raft --github");
    assert_eq!(said.code, 3, "{}{}", said.data, said.talk);
    assert!(said.talk.contains("::error file=slow.toml,line=7,"), "{}", said.talk);
    assert!(!said.talk.contains("line=8,"), "the other one is met: {}", said.talk);
    assert!(said.last().starts_with("hustings run slow.toml --algorithm raft --seed "), "{}", said.data);
}

fn what_was_to_be_found_and_is_not_answers_3() {
    let folder = folder("missing");
    write(&folder, "calm.toml", &format!("{QUIET}\n[expect.raft]\nfinds = [\"effective-split-brain\"]\n"));
    let said = run(&folder, "check calm.toml --algorithm raft --seeds 0..3 --github --format json");
    assert_eq!(said.code, 3, "{}{}", said.data, said.talk);
    assert!(said.talk.contains("::error file=calm.toml,line=5,"), "{}", said.talk);
    let json: serde_json::Value = serde_json::from_str(&said.data).expect("JSON");
    assert_eq!(json["cases"][0]["complaints"][0]["kind"], "expectation");
    let last = said.talk.trim_end().lines().last();
    assert_eq!(last, Some("hustings check calm.toml --algorithm raft --seeds 0..3"), "among data a command has no place");
}

fn what_is_never_exercised_answers_4_and_says_which() {
    let folder = folder("not-exercised");
    let text =
        "duration = \"3s\"\nnodes = 3\ndown = [\"n1\", \"n2\"]\n[[event]]\nname = \"blow\"\nat = \"1s\"\ncrash = \"leader\"\n";
    write(&folder, "leaderless.toml", text);
    let said = run(&folder, "check leaderless.toml --algorithm raft --seeds 0..3");
    assert_eq!(said.code, 4, "{}{}", said.data, said.talk);
    assert!(said.data.contains("the event `blow` came to nothing in all of 3 seeds\n  in seed 0 "), "{}", said.data);
    // The target is there, and is like that already: that is another reason, and the words of a run say it.
    write(&folder, "asleep.toml", "duration = \"4s\"\nnodes = 3\n[[event]]\nname = \"wake\"\nat = \"2s\"\nrestart = \"n1\"\n");
    let said = run(&folder, "check asleep.toml --algorithm raft --seeds 5..6");
    let words = "`wake` came to nothing in the only seed\n  in seed 5 it changed nothing: whom it meant was like that already";
    assert!(said.code == 4 && said.data.contains(words), "{}", said.data);
}

/// Of what a swarm draws not all comes about: the plain file says of what, because there it is an event that the file is to show.
fn a_script_says_which_of_its_events_come_to_nothing() {
    let folder = folder("drawn");
    run(&folder, "run random-faults --algorithm raft --seed 2 --write-script drawn.toml --format jsonl");
    let idle = |text: String| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("#   swarm ").map(str::to_owned));
        lines.collect()
    };
    let idle = idle(read(&folder, "drawn.toml"));
    assert!(
        idle.iter().any(|line| line.ends_with(" crash: it changed nothing: whom it meant was like that already")),
        "{idle:?}"
    );
    let said = run(&folder, "check drawn.toml --algorithm raft --seeds 2..3");
    assert_eq!((said.code, said.data.matches("came to nothing in the only seed").count()), (4, idle.len()), "{}", said.data);
}

fn an_event_that_repeats_must_fire_once() {
    let folder = folder("repeats");
    let down = "down = [\"n1\", \"n2\"]\n";
    let text = |more: &str, who: &str| {
        let event = format!("[[event]]\nname = \"blow\"\nat = \"4s\"\nevery = \"1s\"\nwithin = \"10ms\"\ncrash = \"{who}\"\n");
        format!("duration = \"8s\"\nnodes = 3\n{more}{event}")
    };
    write(&folder, "never.toml", &text(down, "leader"));
    let never = run(&folder, "check never.toml --algorithm raft --seeds 0..3 --github");
    assert!(never.talk.contains("::error file=never.toml,line=4,"), "{}", never.talk);
    assert!(never.code == 4 && never.data.contains("the event `blow` came to nothing in all of 3 seeds"), "{}", never.data);
    assert!(never.last().starts_with("hustings run never.toml --algorithm raft --seed 0"), "{}", never.data);
    write(&folder, "once.toml", &text("", "n3"));
    let once = run(&folder, "check once.toml --algorithm raft --seeds 0..3");
    assert_eq!(once.code, 0, "the second time there is nobody left to be crashed: {}", once.data);
}

fn no_seed_and_no_scenario_answer_4() {
    let folder = folder("nothing");
    let none = run(&folder, "check healthy --seeds 5..5");
    assert!(none.code == 4 && none.talk.contains("5..5 holds no seed"), "{}", none.talk);
    std::fs::create_dir_all(folder.join("empty")).expect("the test's own folder");
    let empty = run(&folder, "check empty");
    assert!(empty.code == 4 && empty.talk.contains("no scenario"), "{}", empty.talk);
}

fn a_scenario_that_nobody_can_play_is_not_green() {
    let folder = folder("unplayed");
    let of_service = format!("{QUIET}[[event]]\nat = \"1s\"\nservice-leader-change = \"etcd\"\n");
    write(&folder, "all/a.toml", QUIET);
    write(&folder, "all/b.toml", &of_service);
    let named = run(&folder, "check all/a.toml all/b.toml --algorithm raft --seeds 0..2 --junit out.xml");
    assert_eq!(named.code, 4, "{}{}", named.data, named.talk);
    let words = "all/b.toml, raft: not-exercised: raft cannot play it, and nobody else does: ";
    assert!(named.data.contains(words) && named.data.contains("ok    all/a.toml"), "{}", named.data);
    assert!(read(&folder, "out.xml").contains("all/b.toml"), "{}", read(&folder, "out.xml"));
    // In a folder there may be scenarios for others than those who were asked for.
    let among = run(&folder, "check all --algorithm raft --seeds 0..2");
    let note = "note: none of these algorithms can play all/b.toml: not checked";
    assert!(among.code == 0 && among.data.contains(note), "{}{}", among.data, among.talk);
    std::fs::create_dir_all(folder.join("empty")).expect("the test's own folder");
    let empty = run(&folder, "check empty all/a.toml --algorithm raft --seeds 0..2");
    assert!(empty.code == 4 && empty.data.contains("there is no scenario in empty"), "{}{}", empty.data, empty.talk);
    assert!(empty.data.contains("ok    all/a.toml") && empty.last().starts_with("1 folder has no scenario; "), "{}", empty.data);
}

fn one_broken_file_answers_2_and_the_others_still_run() {
    let folder = folder("one-broken");
    write(&folder, "all/a.toml", QUIET);
    write(&folder, "all/b.toml", "duration = \"2s\"\n\nnoodles = 3\n");
    write(&folder, "all/deeper/c.toml", QUIET);
    let said = run(&folder, "check all --algorithm raft --seeds 0..2 --github --junit out.xml");
    assert_eq!(said.code, 2, "{}{}", said.data, said.talk);
    assert!(said.talk.contains("--> all/b.toml:3:1") && said.talk.contains("::error file=all/b.toml,line=3,"), "{}", said.talk);
    assert!(said.data.contains("ok    all/a.toml") && said.data.contains("ok    all/deeper/c.toml"), "{}", said.data);
    assert!(said.data.contains("all/b.toml:3: unknown key `noodles`"), "{}", said.data);
    assert!(read(&folder, "out.xml").contains("<error"), "{}", read(&folder, "out.xml"));
    assert_eq!(said.last(), "1 file is no scenario; nothing is wrong in 4 runs");
    let set = run(&folder, "check healthy --algorithm raft --set nodes=0 --github");
    assert_eq!((set.code, set.last()), (2, "1 file is no scenario; nothing ran"), "{}", set.data);
    assert!(
        set.data.contains("FAIL  healthy: --set nodes=0: ") && set.talk.contains("::error title=healthy is no"),
        "{}",
        set.talk
    );
    let nowhere = run(&folder, "check all/a.toml --algorithm raft --seeds 0..2 --junit no/such/folder/out.xml");
    assert!(nowhere.code == 2 && nowhere.talk.contains("no/such/folder") && nowhere.data.is_empty(), "{}", nowhere.talk);
}

fn a_bug_of_ours_answers_70() {
    let folder = folder("ours");
    let said = run(&folder, "check healthy --algorithm braggart --set algorithm.braggart.mood=broken --seeds 7..9");
    assert_eq!(said.code, 70, "{}", said.talk);
    assert!(said.talk.contains("an assertion of ours does not hold"), "{}", said.talk);
    // What is found is run again for its fingerprint: should it not be found then, the run does not repeat itself.
    let fickle = run(&folder, "check healthy --algorithm braggart --set algorithm.braggart.mood=fickle --seeds 7..8 -j 1");
    assert_eq!(fickle.code, 70, "{}{}", fickle.data, fickle.talk);
    assert!(fickle.talk.contains("--seed 7 ") && fickle.talk.contains("did not repeat itself"), "{}", fickle.talk);
}

#[cfg(unix)]
fn a_folder_that_leads_back_to_itself_is_checked_once() {
    let folder = folder("circle");
    write(&folder, "all/a.toml", QUIET);
    std::os::unix::fs::symlink(folder.join("all"), folder.join("all/again")).expect("the test's own folder");
    let said = run(&folder, "check all --algorithm raft --seeds 0..2");
    assert!(said.code == 0 && said.data.contains("1 scenario, 1 pair"), "{}", said.data);
}

#[cfg(not(unix))]
fn a_folder_that_leads_back_to_itself_is_checked_once() {}
