//! Searching for findings by random faults, shrinking them with the command, and judging what it wrote without it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use scenarios::Scenario;
use sim::outcome::{Outcome, Severity, Standing, Verdict};
use sim::registry::Options;
use sim::resource_bugs::resource_mutants;

/// Seeds in which a mutant is searched.
const MOST_SEEDS: u64 = 400;

/// A finding of a mutant by random faults.
pub struct Subject {
    algorithm: &'static str,
    mutant: &'static str,
    scenario: &'static str,
    seed: u64,
    found: (&'static str, Standing),
}

/// What came of one.
#[derive(Debug)]
pub struct Row {
    pub mutant: String,
    pub seed: u64,
    pub invariant: &'static str,
    /// Before and after.
    pub events: (usize, usize),
    pub nodes: (u16, u16),
    pub seconds: f64,
    /// In the story, and how many found no room there.
    pub messages: usize,
    pub left_out: usize,
}

/// The first safety finding.
fn found(outcome: &Outcome) -> Option<(&'static str, Standing)> {
    let violated = outcome.judgements.iter().filter(|judgement| judgement.severity == Severity::Safety);
    let at = violated.filter_map(|judgement| match &judgement.verdict {
        Verdict::Violated(violation) => Some((violation.at, judgement)),
        _ => None,
    });
    at.min_by_key(|(at, _)| *at).map(|(_, judgement)| (judgement.invariant, judgement.standing))
}

fn finds(outcome: &Outcome, sought: (&'static str, Standing)) -> bool {
    let mut judgements = outcome.judgements.iter();
    judgements.any(|it| (it.invariant, it.standing) == sought && matches!(it.verdict, Verdict::Violated(_)))
}

fn scenario(name: &str) -> Scenario {
    let found = scenarios::find(name).unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
    Scenario::parse(&found.text, &found.origin, &hustings::registry())
        .unwrap_or_else(|complaints| panic!("{}", complaints.render(false)))
}

fn run(scenario: &Scenario, algorithm: &str, mutant: &str, seed: u64) -> Outcome {
    let registry = hustings::registry();
    let player = registry.get(algorithm).expect("it is built in");
    scenarios::run_one(scenario, player, seed, Options { mutant: Some(mutant), ..Options::default() })
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shrink");
    fs::create_dir_all(&folder).expect("a folder for tests");
    folder
}

pub fn hustings(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hustings")).current_dir(folder()).args(arguments).output().expect("it runs")
}

/// The number before this word, in this text.
fn number_before(text: &str, word: &str) -> Option<usize> {
    let before = text[..text.find(word)?].trim_end();
    before.rsplit(char::is_whitespace).next()?.parse().ok()
}

impl Subject {
    /// The first seed in which the mutant is found and the algorithm without it is not.
    pub fn search(algorithm: &'static str, mutant: &'static str, scenario: &'static str, seeds: u64) -> Option<Subject> {
        let read = self::scenario(scenario);
        (0..seeds).find_map(|seed| {
            let found = found(&run(&read, algorithm, mutant, seed))?;
            (found.1 == Standing::Promised).then_some(Subject { algorithm, mutant, scenario, seed, found })
        })
    }

    /// Shrinks it, and judges the written file by itself.
    pub fn shrink(&self) -> Row {
        let Subject { algorithm, mutant, scenario: name, seed, found } = *self;
        let file = format!("{algorithm}-{mutant}.toml");
        let picture = format!("{algorithm}-{mutant}.svg");
        let words = seed.to_string();
        #[expect(clippy::disallowed_methods, reason = "how long the command takes is what is asked")]
        let begun = Instant::now();
        let arguments = ["--algorithm", algorithm, "--mutant", mutant, "--seed", &words, "--out", &file, "--diagram", &picture];
        let output = hustings(&[&["shrink", name][..], &arguments[..]].concat());
        let seconds = begun.elapsed().as_secs_f64();
        let (told, talk) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{algorithm} {mutant} {seed}\n{told}\n{talk}");
        let before = scenarios::write::drawn(&self::scenario(name).setup, seed);
        let after =
            Scenario::parse(&fs::read_to_string(folder().join(&file)).expect("it was written"), &file, &hustings::registry())
                .unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
        let outcome = run(&after, algorithm, mutant, seed);
        assert!(finds(&outcome, found), "{file} does not show {found:?}");
        assert!(told.contains(&format!("{:032x}", outcome.fingerprint)), "the fingerprint is told\n{told}");
        for event in 0..after.setup.script.len() {
            let mut fewer = after.clone();
            fewer.setup.script = scenarios::shrink::without(&after.setup.script, event..event + 1);
            let lost = !finds(&run(&fewer, algorithm, mutant, seed), found);
            assert!(lost, "{file} shows {} without `{}` too", found.0, after.setup.script[event].name);
        }
        Row {
            mutant: format!("{algorithm} {mutant}"),
            seed,
            invariant: found.0,
            events: (before.script.len(), after.setup.script.len()),
            nodes: (before.nodes, after.setup.nodes),
            seconds,
            messages: number_before(&told, " message").expect("the story counts its messages"),
            left_out: number_before(&told, " messages of the causal past").unwrap_or(0),
        }
    }
}

/// The first so many mutants that random faults find, each of another kind.
pub fn found_by_random_faults(most: usize) -> Vec<Subject> {
    let registry = hustings::registry();
    let mut subjects = Vec::new();
    for player in registry.iter() {
        for name in ["random-faults", "random-service-faults"] {
            let scenario = scenario(name);
            let settings = scenario.settings_of(player.name());
            if scenarios::misfit(&scenario.setup, player, settings).is_some() {
                continue;
            }
            let of_resource = if player.facts(settings).history { Vec::new() } else { resource_mutants() };
            for mutant in player.mutants().into_iter().chain(of_resource).filter(|mutant| mutant.caught_by.is_some()) {
                let new = |subject: &Subject| subject.mutant != mutant.id;
                if subjects.len() < most && subjects.iter().all(new) {
                    subjects.extend(Subject::search(player.name(), mutant.id, name, MOST_SEEDS));
                }
            }
        }
    }
    subjects
}

/// As Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut out =
        String::from("| mutant | seed | invariant | events | nodes | seconds | messages |\n|---|---|---|---|---|---|---|\n");
    for row in rows {
        let Row { mutant, seed, invariant, events, nodes, seconds, messages, left_out } = row;
        let more = if *left_out > 0 { format!(" (+{left_out})") } else { String::new() };
        let _ = writeln!(
            out,
            "| {mutant} | {seed} | {invariant} | {} → {} | {} → {} | {seconds:.1} | {messages}{more} |",
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
