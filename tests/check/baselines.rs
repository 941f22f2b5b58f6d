//! Shards that are put together, and checks against an earlier one.

use reports::check::Ledger;

use crate::{Story, folder, read, run, write};

pub const STORIES: &[Story] = &[
    ("four shards put together are one check, byte for byte", four_shards_put_together_are_one_check_byte_for_byte),
    ("what a shard does not judge is said beside the merge", what_a_shard_does_not_judge_is_said_beside_the_merge),
    ("a shard without a seed is a shard all the same", a_shard_without_a_seed_is_a_shard_all_the_same),
    ("what no shard ran is not ok", what_no_shard_ran_is_not_ok),
    ("who is named twice plays once", who_is_named_twice_plays_once),
    ("a baseline of something else is none", a_baseline_of_something_else_is_none),
    ("the same program is no regression", the_same_program_is_no_regression),
    ("a slower timeout answers 5", a_slower_timeout_answers_5),
    ("a bad baseline answers 2 before anything runs", a_bad_baseline_answers_2_before_anything_runs),
    ("what was changed since it was written answers 2", what_was_changed_since_it_was_written_answers_2),
    ("another version's baseline is taken and that is said", another_versions_baseline_is_taken_and_that_is_said),
];

fn four_shards_put_together_are_one_check_byte_for_byte() {
    let folder = folder("shards");
    let what = "leader-crash lease-holder-paused --algorithm raft,bully,kubernetes-lease --seeds 3..17";
    let outputs = |name: &str| format!("--format json --junit {name}.xml --summary {name}.md --save-baseline {name}.json");
    let one = run(&folder, &format!("check {what} {}", outputs("one")));
    assert_eq!(one.code, 0, "{}{}", one.data, one.talk);
    for number in 1..=4 {
        let shard = run(&folder, &format!("check {what} --shard {number}/4 --shard-file part-{number}.json"));
        assert!(shard.code == 0 && shard.data.is_empty(), "{}{}", shard.data, shard.talk);
    }
    let parts = "part-3.json part-1.json part-4.json part-2.json";
    let merged = run(&folder, &format!("check {} --merge {parts}", outputs("merged")));
    assert_eq!((merged.code, &merged.data), (one.code, &one.data), "{}", merged.talk);
    for ending in ["xml", "md", "json"] {
        assert!(read(&folder, &format!("one.{ending}")) == read(&folder, &format!("merged.{ending}")), "{ending}");
    }
    let short = run(&folder, "check --merge part-1.json part-2.json part-3.json");
    assert!(short.code == 2 && short.talk.contains("shard 4/4 is missing"), "{}", short.talk);
    let short = "check healthy --algorithm raft --seeds 0..100000000 --shard 2/4 --max-time 500ms --shard-file cut.json";
    assert_eq!(run(&folder, short).code, 0);
    let cut = run(&folder, "check --merge part-1.json cut.json part-3.json part-4.json");
    assert!(cut.code == 2 && cut.talk.contains("cut.json: this shard was cut short: it has "), "{}", cut.talk);
    assert!(cut.talk.contains("help: run it anew, to its end"), "{}", cut.talk);
    let default = run(&folder, "check healthy --algorithm raft --seeds 0..4 --shard 2/2");
    assert!(default.code == 0 && read(&folder, "runs/check-2-of-2.json").contains("\"shard\":[2,2]"), "{}", default.talk);
}

/// A shard judges nothing: a word on how to judge would be lost there, and is refused.
fn what_a_shard_does_not_judge_is_said_beside_the_merge() {
    let folder = folder("harm-of-shards");
    let what = "check leader-isolated --algorithm bully --seeds 0..4";
    let refused = run(&folder, &format!("{what} --no-harm --shard 1/2"));
    assert!(refused.code == 2 && refused.talk.contains("'--no-harm' cannot be used with '--shard"), "{}", refused.talk);
    for number in [1, 2] {
        let shard = run(&folder, &format!("{what} --shard {number}/2"));
        assert_eq!(shard.code, 0, "{}", shard.talk);
    }
    let merged = run(&folder, "check --merge runs/check-1-of-2.json runs/check-2-of-2.json --no-harm");
    let one = run(&folder, &format!("{what} --no-harm"));
    assert_eq!((merged.code, merged.data), (1, one.data), "{}", merged.talk);
}

fn a_shard_without_a_seed_is_a_shard_all_the_same() {
    let folder = folder("empty-shard");
    let what = "check leader-crash --algorithm raft --seeds 0..3";
    let parts: Vec<String> = (1..=4).map(|number| format!("runs/check-{number}-of-4.json")).collect();
    for number in 1..=4 {
        let shard = run(&folder, &format!("{what} --shard {number}/4"));
        assert_eq!(shard.code, 0, "{}", shard.talk);
    }
    let merged = run(&folder, &format!("check --merge {}", parts.join(" ")));
    assert_eq!((merged.code, merged.data), (0, run(&folder, what).data), "{}", merged.talk);
}

fn what_no_shard_ran_is_not_ok() {
    let folder = folder("not-in-the-shards");
    let quiet = "duration = \"2s\"\nnodes = 3\n";
    write(&folder, "all/a.toml", quiet);
    for number in [1, 2] {
        run(&folder, &format!("check all --algorithm raft --seeds 0..4 --shard {number}/2"));
    }
    write(&folder, "all/b.toml", quiet);
    let merged = run(&folder, "check --merge runs/check-1-of-2.json runs/check-2-of-2.json");
    merged.assert(2, &[], &["all/b.toml with raft is not in the shards"]);
}

fn who_is_named_twice_plays_once() {
    let folder = folder("twice");
    let what = "check leader-crash --seeds 0..2";
    let twice = run(&folder, &format!("{what} --algorithm raft,bully,raft"));
    assert_eq!((twice.code, twice.data), (0, run(&folder, &format!("{what} --algorithm raft,bully")).data), "{}", twice.talk);
}

fn a_baseline_of_something_else_is_none() {
    let folder = folder("something-else");
    let what = "check mine/calm.toml --algorithm raft --seeds 0..4";
    write(&folder, "mine/calm.toml", "duration = \"2s\"\nnodes = 3\n");
    assert_eq!(run(&folder, &format!("{what} --save-baseline was.json")).code, 0);
    for (other, says) in [("mine", "--seeds 4..8"), ("healthy", "--seeds 0..4")] {
        let said = run(&folder, &format!("check {other} --algorithm raft {says} --baseline was.json"));
        assert!(said.code == 4 && said.talk.contains("nothing would be held against it"), "{other}: {}", said.talk);
    }
    let spelled = run(&folder, "check ./mine/calm.toml --algorithm raft --seeds 0..4 --baseline was.json");
    assert!(spelled.code == 0 && !spelled.data.contains("held against nothing"), "{}{}", spelled.data, spelled.talk);
    run(&folder, &format!("{what} --shard 1/2 --shard-file part.json"));
    let part = run(&folder, &format!("{what} --baseline part.json"));
    assert!(part.code == 2 && part.talk.contains("is shard 1 of 2, and no baseline"), "{}", part.talk);
    let over = run(&folder, &format!("{what} --baseline was.json --save-baseline ./was.json"));
    assert!(over.code == 2 && over.talk.contains("--baseline and --save-baseline both name ./was.json"), "{}", over.talk);
    let same = run(&folder, &format!("{what} --save-baseline new --junit ./new"));
    assert!(same.code == 2 && same.talk.contains("--junit and --save-baseline both name new"), "{}", same.talk);
}

fn the_same_program_is_no_regression() {
    let folder = folder("same");
    let what = "check leader-crash --algorithm raft,bully --seeds 0..30";
    assert_eq!(run(&folder, &format!("{what} --save-baseline was.json")).code, 0);
    let again = run(&folder, &format!("{what} --baseline was.json"));
    assert_eq!(again.code, 0, "{}", again.data);
    assert!(again.data.contains("p99 is not compared in 2 pairs: it takes 368 failovers"), "{}", again.data);
    let note = "note: all 60 runs that were held against the baseline are as they were then";
    assert!(again.data.contains(note), "{}", again.data);
}

fn a_slower_timeout_answers_5() {
    let folder = folder("slower");
    let what = "check leader-crash --algorithm raft,bully --seeds 0..60";
    let fast = "--set algorithm.raft.election-timeout=[\"1s\",\"2s\"]";
    let slow = "--set algorithm.raft.election-timeout=[\"1200ms\",\"2400ms\"]";
    let was = run(&folder, &format!("{what} {fast} --save-baseline was.json"));
    assert_eq!(was.code, 0, "{}{}", was.data, was.talk);
    let said = run(&folder, &format!("{what} {slow} --baseline was.json"));
    assert_eq!(said.code, 5, "{}{}", said.data, said.talk);
    assert!(said.data.contains("leader-crash, raft: regression: failover p50 went from "), "{}", said.data);
    assert!(said.data.contains("other keys are set, so that a difference may come of that"), "{}", said.data);
    assert!(!said.data.contains("leader-crash, bully: "), "nothing of it is changed: {}", said.data);
    assert!(
        said.last().ends_with("--baseline was.json") && said.last().starts_with("hustings check leader-crash "),
        "{}",
        said.data
    );
}

fn a_bad_baseline_answers_2_before_anything_runs() {
    let folder = folder("bad");
    write(&folder, "no.json", "{\"schema\": 1}");
    write(&folder, "text.json", "not at all");
    write(&folder, "null.json", "null\n");
    write(&folder, "list.json", "[1]");
    write(&folder, "case.json", &half_a_case());
    write(&folder, "future.json", "{\"schema\": 7, \"kind\": \"hustings check\"}");
    for (file, says) in [
        ("no.json", "no records of a check"),
        ("text.json", "no records of a check"),
        ("null.json", "no records of a check: the file holds `null`, and no object"),
        ("list.json", "no records of a check: the file holds a list, and no object"),
        ("case.json", "expected the runs of one algorithm in one scenario"),
        ("future.json", "format 7"),
        ("gone.json", "cannot read gone.json"),
    ] {
        let said = run(&folder, &format!("check healthy --baseline {file}"));
        assert!(said.code == 2 && said.talk.contains(says) && said.data.is_empty(), "{file}: {}", said.talk);
        assert!(!said.talk.contains("struct "), "what we call it says nothing to a reader: {}", said.talk);
    }
}

/// Records of a check, but for one of its cases.
fn half_a_case() -> String {
    let empty = Ledger::new("0.1.0", &[], &[], &[], (0, 1)).json();
    empty.replace("\"cases\":[]", "\"cases\":[null]")
}

fn what_was_changed_since_it_was_written_answers_2() {
    let folder = folder("changed");
    let what = "check healthy --algorithm raft --seeds 0..6";
    assert_eq!(run(&folder, &format!("{what} --save-baseline was.json")).code, 0);
    // One message fewer in the first run.
    let written = read(&folder, "was.json");
    let was = Ledger::read(&written).expect("a baseline");
    let messages = was.cases[0].runs[0].messages;
    let changed = written.replacen(&format!(",{messages},"), &format!(",{},", messages - 1), 1);
    assert_ne!(changed, written);
    write(&folder, "was.json", &changed);
    let said = run(&folder, &format!("{what} --baseline was.json"));
    assert!(said.code == 2 && said.talk.contains("was.json: this file was changed since it was written"), "{}", said.talk);
    assert!(said.talk.contains("restore it, or write it anew") && said.data.is_empty(), "{}{}", said.data, said.talk);
    for number in [1, 2] {
        assert_eq!(run(&folder, &format!("{what} --shard {number}/2 --shard-file part-{number}.json")).code, 0);
    }
    write(&folder, "part-2.json", &read(&folder, "part-2.json").replacen("[[1,", "[[3,", 1));
    let said = run(&folder, "check --merge part-1.json part-2.json");
    assert!(said.code == 2 && said.talk.contains("part-2.json: this file was changed since it was written"), "{}", said.talk);
}

fn another_versions_baseline_is_taken_and_that_is_said() {
    let folder = folder("version");
    let what = "check healthy --algorithm raft --seeds 0..6";
    assert_eq!(run(&folder, &format!("{what} --save-baseline was.json")).code, 0);
    let was = Ledger::read(&read(&folder, "was.json")).expect("a baseline");
    write(&folder, "was.json", &Ledger { version: String::from("0.0.0-old"), ..was }.json());
    let said = run(&folder, &format!("{what} --baseline was.json"));
    assert!(said.code == 0 && said.talk.contains("was written by version 0.0.0-old"), "{}{}", said.data, said.talk);
    assert!(!said.talk.contains("checksum"), "{}", said.talk);
    let written = read(&folder, "was.json");
    let (before, _) = written.split_once(",\"checksum\"").expect("it stands last");
    write(&folder, "was.json", &format!("{before}}}"));
    let said = run(&folder, &format!("{what} --baseline was.json"));
    assert!(said.code == 0 && said.talk.contains("was.json has no checksum, as files of earlier versions"), "{}", said.talk);
}
