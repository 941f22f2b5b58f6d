//! Searching for findings by random faults, shrinking them with the command, and judging what it wrote without it.

use std::fmt::Write;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use scenarios::Scenario;
use scenarios::zoo::{self, Ordeal};
use sim::outcome::{Outcome, Severity, Standing, Verdict};
use sim::registry::Options;
use sim::resource_bugs::resource_mutants;

/// Seeds in which a mutant is searched.
const MOST_SEEDS: u64 = 400;

/// A finding of a mutant by random faults.
pub struct Subject {
    algorithm: &'static str,
    mutant: &'static str,
    /// Random faults, with the settings under which the mutant breaks a rule that matters.
    ordeal: Ordeal,
    seed: u64,
    found: (&'static str, Standing),
}

/// What came of one.
#[derive(Debug)]
pub struct Row {
    pub mutant: String,
    /// What is set: of the algorithm, without its name, and of the work.
    pub with: String,
    pub seed: u64,
    pub invariant: &'static str,
    /// Before and after.
    pub events: (usize, usize),
    pub nodes: (u16, u16),
    pub seconds: f64,
    /// In the story, how many found no room there, and how many of the causal past brought no news.
    pub messages: usize,
    pub left_out: usize,
    pub without_news: usize,
}

/// What the command holds on to: a broken promise before other harm, safety before liveness, what was first before what came later.
fn found(outcome: &Outcome) -> Option<(&'static str, Standing)> {
    let judged = outcome.judgements.iter().filter(|judgement| judgement.severity != Severity::Measurement);
    let ranked = judged.filter_map(|judgement| match &judgement.verdict {
        Verdict::Violated(violation) => {
            Some(((judgement.standing != Standing::Promised, judgement.severity != Severity::Safety, violation.at), judgement))
        }
        _ => None,
    });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, judgement)| (judgement.invariant, judgement.standing))
}

fn finds(outcome: &Outcome, sought: (&'static str, Standing)) -> bool {
    let mut judgements = outcome.judgements.iter();
    judgements.any(|it| (it.invariant, it.standing) == sought && matches!(it.verdict, Verdict::Violated(_)))
}

fn read(ordeal: &Ordeal) -> Scenario {
    ordeal.read(&hustings::registry()).unwrap_or_else(|complaints| panic!("{}", complaints.render(false)))
}

fn run(scenario: &Scenario, algorithm: &str, mutant: Option<&str>, seed: u64) -> Outcome {
    let registry = hustings::registry();
    let player = registry.get(algorithm).expect("it is built in");
    scenarios::run_one(scenario, player, seed, Options { mutant, ..Options::default() })
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shrink");
    fs::create_dir_all(&folder).expect("a folder for tests");
    folder
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
    command.current_dir(folder()).args(arguments);
    command
}

pub fn hustings(arguments: &[&str]) -> Output {
    command(arguments).output().expect("it runs")
}

/// The number before these words, in this text; digits stand in groups.
fn number_before(text: &str, words: &str) -> Option<usize> {
    let before = &text[..text.find(words)?];
    let number = before.rsplit(|c: char| !(c.is_ascii_digit() || c == ' ')).next()?;
    number.replace(' ', "").parse().ok()
}

impl Subject {
    /// The first seed in which the mutant breaks a promise and the algorithm without it does not.
    pub fn search(algorithm: &'static str, mutant: &'static str, seeds: u64) -> Option<Subject> {
        let registry = hustings::registry();
        let player = registry.get(algorithm).expect("it is built in");
        let ordeal = zoo::ordeals(player, mutant).first()?.by_swarm(player);
        let scenario = read(&ordeal);
        (0..seeds).find_map(|seed| {
            let found = found(&run(&scenario, algorithm, Some(mutant), seed))?;
            let promised = found.1 == Standing::Promised && !finds(&run(&scenario, algorithm, None, seed), found);
            promised.then(|| Subject { algorithm, mutant, ordeal: ordeal.clone(), seed, found })
        })
    }

    /// Shrinks it, and judges the written file by itself.
    pub fn shrink(&self) -> Row {
        let Subject { algorithm, mutant, ref ordeal, seed, found } = *self;
        let file = format!("{algorithm}-{mutant}.toml");
        let picture = format!("{algorithm}-{mutant}.svg");
        let words = seed.to_string();
        let mut arguments = vec!["shrink", &ordeal.scenario, "--algorithm", algorithm, "--mutant", mutant, "--seed", &words];
        arguments.extend(["--out", &file, "--diagram", &picture]);
        arguments.extend(ordeal.set.iter().flat_map(|set| ["--set", set]));
        #[expect(clippy::disallowed_methods, reason = "how long the command takes is what is asked")]
        let begun = Instant::now();
        let output = hustings(&arguments);
        let seconds = begun.elapsed().as_secs_f64();
        let (told, talk) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{algorithm} {mutant} {seed}\n{told}\n{talk}");
        let before = scenarios::write::drawn(&read(ordeal).setup, seed);
        let after =
            Scenario::parse(&fs::read_to_string(folder().join(&file)).expect("it was written"), &file, &hustings::registry())
                .unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
        let outcome = run(&after, algorithm, Some(mutant), seed);
        assert!(finds(&outcome, found), "{file} does not show {found:?}");
        assert!(told.contains(&format!("{:032x}", outcome.fingerprint)), "the fingerprint is told\n{told}");
        for event in 0..after.setup.script.len() {
            let mut fewer = after.clone();
            fewer.setup.script = scenarios::shrink::without(&after.setup.script, event..event + 1);
            let lost = !finds(&run(&fewer, algorithm, Some(mutant), seed), found);
            assert!(lost, "{file} shows {} without `{}` too", found.0, after.setup.script[event].name);
        }
        Row {
            mutant: format!("{algorithm} {mutant}"),
            with: ordeal
                .set
                .iter()
                .map(|set| set.trim_start_matches(&format!("algorithm.{algorithm}.")))
                .collect::<Vec<_>>()
                .join(" "),
            seed,
            invariant: found.0,
            events: (before.script.len(), after.setup.script.len()),
            nodes: (before.nodes, after.setup.nodes),
            seconds,
            messages: number_before(&told, " message").expect("the story counts its messages"),
            left_out: ["s", ""]
                .iter()
                .find_map(|s| number_before(&told, &format!(" message{s} before them found no room")))
                .unwrap_or(0),
            without_news: number_before(&told, " more in its causal past").unwrap_or(0),
        }
    }
}

/// A finding of every mutant that random faults find, each of another kind; dealt: the first of each algorithm, the second of each, and
/// so on.
pub fn found_by_random_faults() -> Vec<Subject> {
    let registry = hustings::registry();
    let mut subjects: Vec<(usize, Subject)> = Vec::new();
    for player in registry.iter() {
        let of_resource = if player.facts(&[]).history { Vec::new() } else { resource_mutants() };
        let mut turn = 0;
        for mutant in player.mutants().into_iter().chain(of_resource).filter(|mutant| mutant.caught_by.is_some()) {
            if subjects.iter().any(|(_, subject)| subject.mutant == mutant.id) {
                continue;
            }
            if let Some(subject) = Subject::search(player.name(), mutant.id, MOST_SEEDS) {
                subjects.push((turn, subject));
                turn += 1;
            }
        }
    }
    subjects.sort_by_key(|(turn, _)| *turn);
    subjects.into_iter().map(|(_, subject)| subject).collect()
}

/// As Markdown. Who has a row is 1-minimal and fails in the same way: else it would have failed the test.
pub fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| mutant | with | seed | invariant | events | nodes | 1-minimal | same when replayed | seconds | messages | without news |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let Row { mutant, with, seed, invariant, events, nodes, seconds, messages, left_out, without_news } = row;
        let more = if *left_out > 0 { format!(" (+{left_out})") } else { String::new() };
        let _ = writeln!(
            out,
            "| {mutant} | {with} | {seed} | {invariant} | {} → {} | {} → {} | yes | yes | {seconds:.1} | {messages}{more} | {without_news} |",
            events.0, events.1, nodes.0, nodes.1
        );
    }
    out
}

/// A run saves its failure, and what is shrunk from that is what is shrunk from the scenario.
pub fn saved_failure_shrinks() {
    let run = hustings(&["run", "leader-isolated", "--algorithm", "bully", "--seed", "1"]);
    assert_eq!(run.status.code(), Some(1));
    let talk = String::from_utf8_lossy(&run.stderr).into_owned();
    let saved = talk.lines().find_map(|line| line.strip_prefix("saved: hustings replay ")).expect("it was saved");
    let from_saved = hustings(&["shrink", saved, "--out", "from-saved.toml"]);
    assert!(from_saved.status.success(), "{}", String::from_utf8_lossy(&from_saved.stderr));
    let arguments = ["shrink", "leader-isolated", "--algorithm", "bully", "--seed", "1", "--out", "from-scenario.toml"];
    assert!(hustings(&arguments).status.success());
    let read = |name: &str| fs::read_to_string(folder().join(name)).expect("it was written");
    let same = |text: String| text.replace("from-saved", "from-scenario");
    assert_eq!(same(read("from-saved.toml")), read("from-scenario.toml"));
}

/// A run in which work without fencing did harm before a promise was broken: the promise comes first, and the harm can be asked for.
pub fn promises_come_first() {
    let run = ["random-service-faults", "--algorithm", "kubernetes-lease", "--seed", "1", "--mutant", "L7", "--runs", "40"];
    let settings = ["release-on-cancel=true", "release-check=fetched"].map(|set| format!("algorithm.kubernetes-lease.{set}"));
    let shrunk = |invariant: &[&str]| {
        let set = settings.iter().flat_map(|set| ["--set", set]);
        let words: Vec<&str> = ["shrink"].into_iter().chain(run).chain(set).chain(invariant.iter().copied()).collect();
        let output = hustings(&words);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
    };
    let (_, promised) = shrunk(&[]);
    assert!(promised.contains("shrinking release-own-only (promised)"), "{promised}");
    let (_, harm) = shrunk(&["--invariant", "effective-split-brain"]);
    assert!(harm.contains("shrinking effective-split-brain (not-promised)"), "{harm}");
    let (code, held) = shrunk(&["--invariant", "election-safety"]);
    assert!(code == Some(4) && held.contains("what is: release-own-only, "), "{held}");
    let (_, kind) = shrunk(&["--invariant", "conflicting-effects"]);
    assert!(kind.contains("shrinking effective-split-brain (not-promised)"), "a kind of split-brain is a name, too: {kind}");
    for (slip, meant) in
        [("release-own-onyl", "did you mean `release-own-only`?"), ("nosuch", "`hustings list invariants` shows")]
    {
        let (code, told) = shrunk(&["--invariant", slip]);
        assert!(code == Some(2) && told.contains(&format!("there is no invariant `{slip}`")) && told.contains(meant), "{told}");
    }
}

/// What was found is told even where the disk is full, and a place that takes no file is told before anything runs.
#[cfg(target_os = "linux")]
pub fn unwritable() {
    let run = ["shrink", "leader-isolated", "--algorithm", "bully", "--seed", "1", "--diagram", "drawn.svg", "--out"];
    let full = hustings(&[&run[..], &["/dev/full"]].concat());
    let (told, talk) = (String::from_utf8_lossy(&full.stdout), String::from_utf8_lossy(&full.stderr));
    assert_eq!(full.status.code(), Some(2), "{told}{talk}");
    assert!(told.contains("1-minimal") && talk.contains("/dev/full"), "{told}{talk}");
    let nowhere = hustings(&[&run[..], &["/proc/none/x.toml"]].concat());
    assert!(nowhere.status.code() == Some(2) && !String::from_utf8_lossy(&nowhere.stdout).contains("1-minimal"));
    let once = hustings(&[&run[..], &["./drawn.svg"]].concat());
    let talk = String::from_utf8_lossy(&once.stderr);
    assert!(once.status.code() == Some(2) && once.stdout.is_empty(), "before anything runs: {talk}");
    assert!(talk.contains("--out and --diagram both name drawn.svg"), "{talk}");
    let both = hustings(&["run", "healthy", "--timeline", "one", "--write-script", "./one"]);
    let talk = String::from_utf8_lossy(&both.stderr);
    assert!(both.status.code() == Some(2) && talk.contains("--write-script and --timeline both name one"), "{talk}");
}

#[cfg(not(target_os = "linux"))]
pub fn unwritable() {}

/// Ctrl-C while it is at work: what it has by then is written, still fails in the same way, and says what it is. By the `kill` of
/// the system: without it there is no Ctrl-C to try either.
pub fn interrupted() {
    let who = ["--algorithm", "raft", "--mutant", "R2", "--seed", "36"];
    // It takes some seconds.
    let whole =
        [&["shrink", "random-faults", "--set", "algorithm.raft.preset=paper", "--out", "interrupted.toml"][..], &who].concat();
    let mut child = command(&whole).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map(|line| line.expect("text"));
    assert!(lines.any(|line| line.starts_with("shrinking ")), "it says when it begins");
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    if !told.is_ok_and(|status| status.success()) {
        child.kill().expect("a child can be ended");
        child.wait().expect("a child that was ended ends");
        return;
    }
    let last = lines.last().unwrap_or_default();
    let mut talk = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut talk).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{talk}");
    assert!(talk.contains("interrupted: finishing the scenario that is tried") && !talk.contains("seeds"), "{talk}");
    assert!(talk.contains("interrupted: this is the smallest so far"), "{talk}");
    let text = fs::read_to_string(folder().join("interrupted.toml")).expect("it was written");
    assert!(text.contains("# Not known to be minimal: it was interrupted."), "{text}");
    let run = hustings(&[&["run", "interrupted.toml"][..], &who].concat());
    assert_eq!(run.status.code(), Some(1));
    let fingerprint = last.rsplit(' ').next().expect("a word");
    assert!(String::from_utf8_lossy(&run.stdout).trim_end().ends_with(fingerprint), "{last}");
}
