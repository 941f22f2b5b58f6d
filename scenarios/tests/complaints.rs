//! What is wrong with a file is said with its line, and with what to write instead.

mod common;

use scenarios::{Diagnostics, Scenario};

fn complaints(text: &str) -> Diagnostics {
    match Scenario::parse(text, "test.toml", &common::registry()) {
        Err(complaints) => complaints,
        Ok(_) => panic!("this was accepted:\n{text}"),
    }
}

/// Text, the line that is pointed at, words of the complaint, words of the advice.
type Row<'a> = (&'a str, usize, &'a str, &'a str);

fn each_is_pointed_at_with_advice(rows: &[Row<'_>]) {
    for (text, line, says, advises) in rows {
        let found = complaints(text);
        let all = found.to_string();
        let first = &found.list[0];
        assert!(first.title.contains(says) || first.label.contains(says), "for\n{text}\nit says\n{all}");
        assert!(all.contains(advises), "for\n{text}\nthe advice is\n{all}");
        assert_eq!(found.line_and_column(first.place).0, *line, "for\n{text}\nit points at\n{all}");
        assert!(all.contains(&format!("test.toml:{line}:")), "{all}");
    }
}

#[test]
fn wrong_keys_and_values_are_pointed_at_with_advice() {
    each_is_pointed_at_with_advice(&[
        ("durration = \"10s\"\n", 1, "unknown key `durration`", "did you mean `duration`?"),
        ("duration = \"10 parsecs\"\n", 1, "not a unit", ""),
        ("duration = 10\n", 1, "needs a unit", "\"10ms\" or \"10s\""),
        ("duration = \"-1s\"\n", 1, "negative", ""),
        ("duration = \"99999999999999999999s\"\n", 1, "too long", ""),
        ("nodes = 0\n", 1, "out of range", "from 1 to 128"),
        ("nodes = 5000\n", 1, "out of range", "from 1 to 128"),
        ("nodes = \"five\"\n", 1, "a whole number belongs here", ""),
        ("\n[network]\nloss = \"3/2\"\n", 3, "more than one", "2/3"),
        ("[network]\nloss = 0.01\n", 2, "ratios are exact", "\"1/100\""),
        ("[network]\ndelay = { unifrom = [\"1ms\", \"5ms\"] }\n", 2, "not a distribution", "uniform"),
        ("[network]\ndelay = { uniform = [\"5ms\", \"1ms\"] }\n", 2, "above the upper", "[\"1ms\", \"5ms\"]"),
        ("[network]\ndelay = { table = [\"5ms\", \"1ms\"] }\n", 2, "do not fall", "sort"),
        ("[network]\ndelay = { file = \"no-such-file.txt\" }\n", 2, "cannot read no-such-file.txt", ""),
        ("[netwrok]\n", 1, "unknown key `netwrok`", "network"),
        ("nodes = 5\nname = abc\n", 2, "not TOML", ""),
        ("nodes = 5\nnodes = 6\n", 2, "not TOML", ""),
    ]);
}

#[test]
fn faults_that_make_no_sense_are_pointed_at_with_advice() {
    let rows: &[Row<'_>] = &[
        ("crash = \"n9\"", 3, "no member n9", "n1 to n5"),
        ("crash = 3", 3, "written with an n", "\"n3\""),
        ("crash = 9", 3, "no member 9", "this cluster has n1 to n5"),
        ("crash = 0", 3, "no member 0", "this cluster has n1 to n5"),
        ("crash = [1, \"leader\", 2]", 3, "written with an n", "write [\"n1\", \"leader\", \"n2\"]"),
        ("partition = [[1, 2], [2, 3]]", 3, "written with an n", "write [[\"n1\", \"n2\"], [\"n2\", \"n3\"]]"),
        ("crash = \"laeder\"", 3, "`laeder`", "leader"),
        ("crash = \"L\"", 3, "no event binds it", "as = \"L\""),
        ("wipe = \"resource\"", 3, "can be crashed, restarted and cut off", "members or roles"),
        ("pause = \"resource\"", 3, "and nothing else", "members or roles"),
        ("partition = [[\"n1\", \"n2\"], [\"n2\", \"n3\"]]", 3, "overlap", "one group"),
        ("partition = [[\"leader\"], [\"quorum-with-leader\"]]", 3, "overlap", "one group"),
        ("partition = []", 3, "no groups", "[[\"leader\"], [\"others\"]]"),
        ("crash = \"leader\"\nheal = true", 4, "two things", "an event for each"),
        ("# nothing", 1, "does nothing", "partition, cut"),
        ("heal = false", 3, "does nothing", "heal = true"),
        ("heal = [\"n1\", \"n9\"]", 3, "no member n9", "n1 to n5"),
        ("cut = { from = \"n1\", to = \"n1\" }", 3, "both sides are the same", "all"),
        ("degrade = { from = \"n1\", to = \"all\", for = \"1s\" }", 3, "nothing gets worse", "loss"),
        ("stall-disk = { who = \"leader\" }", 3, "needs the key `for`", "How long"),
        ("clock-rate = { who = \"n1\", rate = \"0/1\" }", 3, "no clock", "101/100"),
        ("clock-jump = { who = \"n1\", by = \"-2\" }", 3, "no unit", ""),
    ];
    for (fault, line, says, advises) in rows {
        each_is_pointed_at_with_advice(&[(&format!("[[event]]\nat = \"1s\"\n{fault}\n"), *line, says, advises)]);
    }
}

#[test]
fn scripts_that_never_happen_are_pointed_at_with_advice() {
    each_is_pointed_at_with_advice(&[
        ("[[event]]\ncrash = \"leader\"\n", 1, "when does this event fire?", "at ="),
        ("[[event]]\nat = \"1s\"\nafter = \"x\"\ncrash = \"leader\"\n", 3, "both `at` and `after`", "delay"),
        (
            "[[event]]\nname = \"cut\"\nat = \"1s\"\ncrash = \"n1\"\n[[event]]\nafter = \"cu\"\nheal = true\n",
            6,
            "no event is called `cu`",
            "cut",
        ),
        (
            "[[event]]\nname = \"a\"\nafter = \"b\"\ncrash = \"n1\"\n[[event]]\nname = \"b\"\nafter = \"a\"\nheal = true\n",
            3,
            "circle",
            "`at`",
        ),
        (
            "[[event]]\nname = \"a\"\nat = \"1s\"\nheal = true\n[[event]]\nname = \"a\"\nat = \"1s\"\nheal = true\n",
            6,
            "two events",
            "",
        ),
        ("[[event]]\nat = \"1s\"\nevery = \"1ns\"\ncrash = \"n1\"\n", 3, "too fast", "1ms"),
        ("[event]\nat = \"1s\"\n", 1, "several times", "[[event]]"),
        ("[[event]]\nat = \"1s\"\nwhen = \"between-write\"\ncrash = \"there\"\n", 3, "not known here", "between-writes"),
        ("[[event]]\nat = \"1s\"\ncrash = \"there\"\n", 3, "at whose moment", "when = \"between-writes\""),
        (
            "[[event]]\nname = \"a\"\nat = \"1s\"\ncrash = \"n1\"\n[[event]]\nafter = \"a\"\nwhen = \"between-writes\"\ncrash = \"n2\"\n",
            7,
            "`when` belongs to `at`",
            "at = \"0s\"",
        ),
    ]);
}

#[test]
fn wrong_members_links_and_algorithms_are_pointed_at_with_advice() {
    each_is_pointed_at_with_advice(&[
        ("[algorithm.rfat]\n", 1, "no algorithm `rfat`", "raft"),
        ("[algorithm.raft]\nprevote = true\n", 2, "no setting `prevote`", "pre-vote"),
        ("[algorithm.raft]\npre-vote = 1\n", 2, "true or false", ""),
        ("[algorithm.raft]\npreset = \"papper\"\n", 2, "not known", "paper"),
        ("[algorithm.raft]\nelection-timeout = \"150ms\"\n", 2, "list of two lengths", ""),
        ("[algorithm.raft]\nheartbeat = \"5s\"\n", 2, "do not fit together", "election timeout"),
        ("[[node]]\nid = \"n2\"\nalgorithm.raft.heartbeat = \"5s\"\n", 3, "do not fit together", "election timeout"),
        ("[[node]]\nid = \"n7\"\n", 2, "no member n7", "n1 to n5"),
        ("[[node]]\nid = \"n1\"\n[[node]]\nid = \"n1\"\n", 3, "two [[node]] tables", "one"),
        ("[[node]]\nid = \"n1\"\nlog = [2, 1]\n", 3, "do not fall", ""),
        ("[[node]]\nid = \"n1\"\nlog = [1, 2]\n[[node]]\nid = \"n2\"\nlog = [2, 2]\n", 1, "logs of n1 and n2", "epoch"),
        ("first-leader = \"n2\"\ndown = [\"n2\"]\n", 1, "cannot be the first leader", "up and eligible"),
        ("[[link]]\nfrom = \"leader\"\nto = \"n1\"\nloss = \"1/2\"\n", 2, "before the run", "degrade"),
        ("[[link]]\nfrom = \"n2\"\nto = \"n1\"\n", 1, "nothing is different", "loss"),
        ("[session]\ntimeout = \"100ms\"\n", 1, "before the first retransmission", "shorter"),
        ("measure = \"failver\"\n", 1, "not known", "failover"),
        (
            "[expect.raft]\nfinds = [\"effective-split-brian\"]\n",
            2,
            "no invariant `effective-split-brian`",
            "effective-split-brain",
        ),
        ("[threshold.raft]\nfailover-p98 = \"1s\"\n", 2, "unknown key", "failover-p9"),
        ("[swarm]\nfrom = \"1s\"\nuntil = \"1s\"\nevery = \"1s\"\nlasting = [\"1s\", \"2s\"]\n", 3, "before it begins", ""),
    ]);
}

#[test]
fn work_that_makes_no_sense_is_pointed_at_with_advice() {
    let rows: &[Row<'_>] = &[
        ("fencing = \"at-most\"", 2, "`at-most` is not known here", "`at-least`"),
        ("fencing = \"at-least\"\nhigh-water = \"durrable\"", 3, "not known here", "`durable`"),
        ("fencing = \"at-least\"\nchecked = []", 3, "checks nothing enforces nothing", "fencing = \"none\""),
        ("fencing = \"at-least\"\nchecked = [\"write\", \"raed\"]", 3, "`raed` is not known here", "`read`"),
        ("fencing = \"at-least\"\nchecked = \"write\"", 3, "a list of operations belongs here", ""),
        ("fencing = \"equal\"\ntake-over = false", 3, "no token is ever the current one", "at-least"),
        ("job = \"0s\"", 2, "too short", "at least 1ms"),
        ("job = 10", 2, "needs a unit", "\"10s\""),
        ("operations = [\"read\"]", 2, "never change anything", "a write or a delete"),
        ("operations = []", 2, "never change anything", "a write or a delete"),
        ("operations = [\"job\"]", 2, "`job` is not known here", "`write`"),
        ("operations = [\"write\", \"read\"]\nreads = \"memory\"", 3, "nothing in its memory", "take-over = true"),
    ];
    for (work, line, says, advises) in rows {
        each_is_pointed_at_with_advice(&[(&format!("[work]\n{work}\n"), *line, says, advises)]);
    }
}

#[test]
fn work_that_means_nothing_is_warned_of() {
    for (work, says, advises) in [
        ("high-water = \"volatile\"", "enforces no tokens", "at-least"),
        ("checked = [\"write\"]", "enforces no tokens", "at-least"),
        ("idempotent = true", "no job", "job = \"10s\""),
        ("reads = \"resource\"", "nobody reads", "operations"),
    ] {
        let scenario = Scenario::parse(&format!("[work]\n{work}\n"), "test.toml", &common::registry()).unwrap();
        let warnings = scenario.warnings.to_string();
        assert!(warnings.contains(says) && warnings.contains(advises), "{warnings}");
    }
}

#[test]
fn several_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let found = complaints("nodes = 0\ndurration = \"5s\"\n[network]\nloss = \"3/2\"\ndelay = \"5\"\n");
    let lines: Vec<usize> = found.list.iter().map(|c| found.line_and_column(c.place).0).collect();
    assert_eq!(lines, [1, 2, 4, 5]);
}

#[test]
fn a_complaint_looks_as_a_compiler_would_write_it() {
    let found = complaints("nodes = 5\n\n[[event]]\nat = \"1s\"\ncrash = \"n9\"\n");
    let expected = "error: there is no member n9
 --> test.toml:5:9
  |
5 | crash = \"n9\"
  |         ^^^^
  |
  = help: this cluster has n1 to n5";
    assert_eq!(found.to_string(), expected);
}

#[test]
fn an_event_after_the_end_of_the_run_is_only_a_warning() {
    let text = "duration = \"5s\"\n[[event]]\nname = \"a\"\nat = \"4s\"\ncrash = \"n1\"\n[[event]]\nafter = \"a\"\ndelay = \"2s\"\nheal = true\n";
    let scenario = Scenario::parse(text, "test.toml", &common::registry()).unwrap();
    let warning = scenario.warnings.to_string();
    assert!(warning.starts_with("warning: `heal` never fires: it comes at 6s, and the run ends at 5s"), "{warning}");
}

#[test]
fn whatever_is_no_scenario_at_all_is_refused_cleanly() {
    for (text, says) in [
        (String::new(), "empty"),
        ("# only a comment\n".into(), "empty"),
        ("\u{0}\u{1}\u{2}\u{7f}garbage\u{0}".into(), "not TOML"),
        ("[".repeat(200_000), "nested"),
        ("a = ".to_string() + &"[".repeat(200_000), "nested"),
        ("x".repeat(2 << 20), "bytes long"),
    ] {
        let found = complaints(&text).to_string();
        assert!(found.contains(says), "{found}");
        assert!(found.len() < 5_000, "a short word, not {} bytes", found.len());
    }
    let directory = scenarios::find(".").unwrap_err().to_string();
    assert!(directory.contains("directory"), "{directory}");
    let missing = scenarios::find("leader-isolatd").unwrap_err().to_string();
    assert!(missing.contains("did you mean the library scenario `leader-isolated`"), "{missing}");
}

#[test]
fn members_written_as_numbers_are_one_mistake_and_hide_no_other() {
    let at = |what: &str| complaints(&format!("[[event]]\nat = \"1s\"\n{what}\n"));
    assert_eq!(at("crash = [1, 2, 3]").errors(), 1);
    assert_eq!(at("crash = [1, 8, 9]").errors(), 1);
    assert_eq!(at("partition = [[1, 2], [3, 4]]").errors(), 1);
    let overlapping = at("partition = [[1, 2], [2, 3]]");
    assert_eq!(overlapping.errors(), 2, "{overlapping}");
    assert!(overlapping.to_string().contains("one target stands in both"), "{overlapping}");
}

#[test]
fn an_error_is_not_followed_by_warnings_about_what_it_left_undone() {
    let text = "[swarm]\nfrom = \"1s\"\nuntil = \"20s\"\nevery = \"1s\"\nlasting = [\"1s\", \"2s\"]\n";
    let found = complaints(&format!("duration = 5\n{text}"));
    assert_eq!(found.list.len(), 1, "{found}");
}

#[test]
fn a_complaint_about_an_override_names_the_override() {
    for (key, value, says, advises) in [
        ("nodes", "0", "out of range", "1 to 128"),
        ("network.loss", "3/2", "more than one", "2/3"),
        ("netwrok.loss", "1/50", "unknown key `netwrok`", "network"),
        ("nodes.x", "1", "nothing below", "last part"),
        ("event.cute.delay", "1s", "no `cute`", "cut"),
        ("algorithm.raft.pre-vote", "maybe", "true or false", ""),
        ("", "1", "not a key", "dots"),
        ("nodes", "x", "a whole number belongs here", "from 1 to 128"),
        ("nodes", "", "a whole number belongs here", "from 1 to 128"),
        ("work", "false", "must be a table", "did you mean work.on=false?"),
        ("network", "1/50", "must be a table", "its keys are `delay`"),
        ("link.1.loss", "1/50", "may stand several times", "link=[{ from = n1, to = n2, loss = 1/50 }]"),
        ("node.n9.clock-rate", "101/100", "no member n9", "n1 to n5"),
    ] {
        let text = scenarios::library().iter().find(|(name, _)| *name == "leader-isolated").unwrap().1;
        let overrides = [(key.to_owned(), value.to_owned())];
        let found = Scenario::parse_with(text, "leader-isolated", &common::registry(), &overrides).unwrap_err().to_string();
        assert!(found.contains(&format!("--> --set {key}={value}")), "{found}");
        assert!(found.contains(says) && found.contains(advises), "{found}");
    }
}

#[test]
fn a_member_of_which_the_scenario_says_nothing_can_be_set_all_the_same() {
    let overrides = ["node.n2.clock-rate=101/100", "node.n2.down=true"].map(|text| scenarios::overrides::split(text).unwrap());
    let scenario = Scenario::parse_with("duration = \"10s\"\n", "x.toml", &common::registry(), &overrides).unwrap();
    let [member] = &scenario.setup.members[..] else { panic!("one member differs: {:?}", scenario.setup.members) };
    assert_eq!((member.member, member.clock_rate, member.down), (1, sim::Ratio::new(101, 100), true));
}
