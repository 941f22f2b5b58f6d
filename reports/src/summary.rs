//! Many seeds in one table: what held, what did not, how often it was put to the test, and how long leaders were away.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;
use sim::Span;
use sim::outcome::{Judgement, Outcome, Severity, Verdict};

use crate::json::SCHEMA;
use crate::paint::Paint;
use crate::resource::{Resource, Sums};
use crate::table::{Cell, Table};
use crate::words;
use crate::{sections, statistics};

/// Seeds with findings that are named one by one.
const MOST_NAMED: usize = 10;

/// What is kept of many runs; outcomes are added in seed order.
#[derive(Default)]
pub struct Summary {
    runs: u64,
    events: u64,
    invariants: Vec<Invariant>,
    leader_changes: Vec<u64>,
    /// Runs at whose end somebody held authority.
    led_at_end: u64,
    /// From loss to recovery, where there was one.
    failovers: Vec<u64>,
    absorbed: u64,
    never: u64,
    /// Within what time the algorithm recovers by its own bound; zero: it states none.
    recovery: Span,
    /// Failovers of which the run left less than that: how many, and the least that was left.
    cut_short: u64,
    left: Option<Span>,
    kinds: Kinds,
    resource: Sums,
    failing: Vec<Failing>,
    /// Events of the script that never once found their target, and in how many runs.
    not_exercised: BTreeMap<String, u64>,
    /// The same for what swarms draw, by kind: the tenth fault of one seed has nothing to do with that of another.
    swarm_missed: BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct Invariant {
    invariant: &'static str,
    /// Of the gravest violation; before there is one, that of the first run.
    severity: &'static str,
    standing: &'static str,
    #[serde(skip)]
    gravest: Option<u8>,
    held: u64,
    violated: u64,
    not_exercised: u64,
    not_applicable: u64,
    exercised: u64,
}

/// Runs in which each kind of split-brain was seen.
#[derive(Default, Serialize)]
struct Kinds {
    same_epoch: u64,
    overlap: u64,
    longest_overlap_ns: u64,
    conflicting_effects: u64,
    lost_acknowledged: u64,
}

/// A seed with findings.
#[derive(Clone, Serialize)]
pub struct Failing {
    pub seed: u64,
    pub fingerprint: String,
    pub safety: Vec<&'static str>,
    pub liveness: Vec<&'static str>,
}

#[derive(Serialize)]
struct AsJson<'a> {
    schema: u32,
    scenario: &'a str,
    algorithm: &'a str,
    version: &'a str,
    runs: u64,
    events: u64,
    invariants: &'a [Invariant],
    split_brain_runs: &'a Kinds,
    leader_changes_median: Option<u64>,
    led_at_end: u64,
    failovers: Failovers,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Resource>,
    failing: &'a [Failing],
    not_exercised: &'a BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct Failovers {
    recovered: u64,
    median_ns: Option<u64>,
    longest_ns: Option<u64>,
    absorbed: u64,
    never: u64,
}

impl Summary {
    /// Of an algorithm that by its own bound recovers within this time; zero: it states none.
    pub fn recovering_within(recovery: Span) -> Summary {
        Summary { recovery, ..Summary::default() }
    }

    /// Counts one more run; all must be of one scenario and one algorithm.
    pub fn add(&mut self, outcome: &Outcome) {
        self.runs += 1;
        self.events += outcome.events;
        for (place, judgement) in outcome.judgements.iter().enumerate() {
            self.judge(place, judgement);
        }
        self.leader_changes.push(outcome.counters.leader_changes);
        self.led_at_end += u64::from(outcome.tenures.iter().any(|tenure| tenure.until.is_none()));
        for failover in &outcome.failovers {
            let end = if outcome.counters.proposed == 0 { failover.elected } else { failover.effective };
            match end {
                _ if failover.absorbed => self.absorbed += 1,
                Some(end) => self.failovers.push(end.since(failover.lost).0),
                None => self.never += 1,
            }
        }
        for left in sections::cut_short_with(outcome, self.recovery) {
            self.cut_short += 1;
            self.left = Some(self.left.map_or(left, |least| least.min(left)));
        }
        self.split_brain(outcome);
        self.resource.add(outcome);
        let names = |severity| words::findings(outcome, severity).iter().map(|(judgement, _)| judgement.invariant).collect();
        let (safety, liveness): (Vec<_>, Vec<_>) = (names(Severity::Safety), names(Severity::Liveness));
        if !safety.is_empty() || !liveness.is_empty() {
            let fingerprint = words::fingerprint(outcome.fingerprint);
            self.failing.push(Failing { seed: outcome.seed, fingerprint, safety, liveness });
        }
        let (drawn, scripted): (Vec<_>, Vec<_>) = outcome.not_exercised.iter().partition(|missed| missed.drawn);
        let never = scripted.into_iter().filter(|missed| !missed.fired).map(|missed| missed.event.as_str());
        for event in never.collect::<BTreeSet<&str>>() {
            *self.not_exercised.entry(event.to_owned()).or_default() += 1;
        }
        for kind in drawn.into_iter().map(|missed| kind(&missed.event)).collect::<BTreeSet<&str>>() {
            *self.swarm_missed.entry(format!("swarm: {kind}")).or_default() += 1;
        }
    }

    /// What is to be said of faults that never happened: those of the script, and the kinds that swarms drew in vain in most
    /// runs (that a drawn fault now and then finds no target is no news).
    fn missed(&self) -> Vec<(&str, u64)> {
        let drawn = self.swarm_missed.iter().filter(|(_, runs)| **runs > self.runs / 2);
        self.not_exercised.iter().chain(drawn).map(|(event, runs)| (event.as_str(), *runs)).collect()
    }

    /// Every run judges the same invariants in the same order.
    fn judge(&mut self, place: usize, judgement: &Judgement) {
        if place == self.invariants.len() {
            self.invariants.push(Invariant::new(judgement));
        }
        let count = &mut self.invariants[place];
        assert_eq!(count.invariant, judgement.invariant, "the order of judgements is fixed");
        count.exercised += judgement.exercised;
        match judgement.verdict {
            Verdict::Held => count.held += 1,
            Verdict::Violated(_) => {
                count.violated += 1;
                count.weigh(judgement);
            }
            Verdict::NotExercised => count.not_exercised += 1,
            Verdict::NotApplicable => count.not_applicable += 1,
        }
    }

    fn split_brain(&mut self, outcome: &Outcome) {
        let (seen, kinds) = (&outcome.split_brain, &mut self.kinds);
        kinds.same_epoch += u64::from(seen.same_epoch > 0);
        kinds.overlap += u64::from(seen.overlap > Span::ZERO);
        kinds.longest_overlap_ns = kinds.longest_overlap_ns.max(seen.longest_overlap.0);
        kinds.conflicting_effects += u64::from(seen.conflicting_effects > 0);
        kinds.lost_acknowledged += u64::from(seen.lost_acknowledged > 0);
    }

    /// How many were added.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// The seeds with findings, in the order in which their runs were added.
    pub fn failing(&self) -> &[Failing] {
        &self.failing
    }

    /// An event of the script that found no target in any run: what it was to show was never seen.
    pub fn never_exercised(&self) -> Option<&str> {
        self.not_exercised.iter().find(|(_, runs)| **runs == self.runs).map(|(event, _)| event.as_str())
    }

    /// For the terminal; `reproduce` gives the command for one seed.
    pub fn text(&self, reproduce: &dyn Fn(u64) -> String) -> String {
        let mut out = String::new();
        let mut line = |text: &str| writeln!(out, "{text}").expect("a string takes any text");
        line(&format!("{} runs, {} events", self.runs, self.events));
        line(&format!("\n{}", Paint::Bold.on("verdicts")));
        line(self.verdicts().text().trim_end_matches('\n'));
        line(&format!("\n{}", Paint::Bold.on("split-brain, by kind")));
        line(self.split_brain_table().text().trim_end_matches('\n'));
        line(&format!("\n{}", Paint::Bold.on("leadership")));
        self.leadership().iter().for_each(|text| line(&format!("  {text}")));
        let missed = self.missed();
        if !missed.is_empty() {
            line(&format!("\n{}", Paint::Bold.on("faults that never happened")));
            missed.iter().for_each(|(event, runs)| line(&format!("  {event}: in {runs} of {} runs", self.runs)));
        }
        if !self.failing.is_empty() {
            line(&format!("\n{}", Paint::Bad.on(&format!("{} of {} seeds have findings", self.failing.len(), self.runs))));
            for failing in self.failing.iter().take(MOST_NAMED) {
                let what = [failing.safety.as_slice(), &failing.liveness].concat().join(", ");
                line(&format!("  seed {}: {what}", failing.seed));
                line(&format!("    {}  # fingerprint {}", reproduce(failing.seed), failing.fingerprint));
            }
            if self.failing.len() > MOST_NAMED {
                line(&format!("  … and {} more; --format jsonl has them all", self.failing.len() - MOST_NAMED));
            }
        }
        out
    }

    /// As Markdown, under this title.
    pub fn markdown(&self, title: &str) -> String {
        let mut out = format!("# {title}\n\n{} runs, {} with findings.\n\n", self.runs, self.failing.len());
        out.push_str(&self.verdicts().markdown());
        out.push('\n');
        out.push_str(&self.split_brain_table().markdown());
        out.push('\n');
        self.leadership().iter().for_each(|text| out.push_str(&format!("- {text}\n")));
        for failing in self.failing.iter().take(MOST_NAMED) {
            let what = [failing.safety.as_slice(), &failing.liveness].concat().join(", ");
            out.push_str(&format!("- seed {}: {what}, fingerprint `{}`\n", failing.seed, failing.fingerprint));
        }
        out
    }

    /// One object, on many lines.
    pub fn json(&self, scenario: &str, algorithm: &str, version: &str) -> String {
        let json = AsJson {
            schema: SCHEMA,
            scenario,
            algorithm,
            version,
            runs: self.runs,
            events: self.events,
            invariants: &self.invariants,
            split_brain_runs: &self.kinds,
            leader_changes_median: statistics::median(&self.leader_changes),
            led_at_end: self.led_at_end,
            failovers: Failovers {
                recovered: self.failovers.len() as u64,
                median_ns: statistics::median(&self.failovers),
                longest_ns: self.failovers.iter().copied().max(),
                absorbed: self.absorbed,
                never: self.never,
            },
            resource: self.resource.json(),
            failing: &self.failing,
            not_exercised: &self.not_exercised,
        };
        serde_json::to_string_pretty(&json).expect("integers and text always fit JSON")
    }

    fn verdicts(&self) -> Table {
        let mut table =
            Table::new(&["invariant", "held", "violated", "not exercised", "exercised in all", "what that says (95 %)"]);
        for count in self.invariants.iter().filter(|count| count.not_applicable < self.runs) {
            let judged = count.held + count.violated;
            let (violated, says) = match (count.violated, judged) {
                (_, 0) => ("0".into(), Cell::painted("never put to the test", Paint::Noted)),
                (0, _) => {
                    let most = statistics::rule_of_three(judged) * 100.0;
                    ("0".into(), Cell::painted(format!("at most {most:.2} % of seeds"), Paint::Dim))
                }
                (n, _) => {
                    let paint = if count.severity == "measurement" { Paint::Noted } else { Paint::Bad };
                    (Cell::painted(n.to_string(), paint), Cell::painted(count.standing, paint))
                }
            };
            let number = |n: u64| Cell::from(n.to_string());
            let name = count.invariant.into();
            table.row([name, number(count.held), violated, number(count.not_exercised), number(count.exercised), says]);
        }
        table
    }

    fn split_brain_table(&self) -> Table {
        let mut table = Table::new(&["split-brain", "runs"]);
        let longest = words::span(Span(self.kinds.longest_overlap_ns));
        let overlap = match self.kinds.overlap {
            0 => String::from("0"),
            runs => format!("{runs} (the longest {longest})"),
        };
        table.row(["same-epoch leaders".into(), self.kinds.same_epoch.to_string().into()]);
        table.row(["overlapping authority".into(), overlap.into()]);
        table.row(["conflicting effects".into(), self.kinds.conflicting_effects.to_string().into()]);
        table.row(["divergence".into(), self.kinds.lost_acknowledged.to_string().into()]);
        table
    }

    fn leadership(&self) -> Vec<String> {
        let words = |nanos: Option<u64>| nanos.map_or_else(|| String::from("-"), |nanos| words::span(Span(nanos)));
        let changes = statistics::median(&self.leader_changes).map_or_else(|| String::from("-"), |median| median.to_string());
        let mut lines = vec![
            format!("leader changes a run: median {changes}"),
            format!("somebody leads at the end: {} of {} runs", self.led_at_end, self.runs),
            format!(
                "failovers: {} recovered (median {}, longest {}), {} absorbed, {} not over at the end",
                self.failovers.len(),
                words(statistics::median(&self.failovers)),
                words(self.failovers.iter().copied().max()),
                self.absorbed,
                self.never
            ),
        ];
        lines.extend(self.left.map(|left| {
            let (recovery, left) = (words::about(self.recovery), words::about(left));
            let cut = self.cut_short;
            format!(
                "too short to judge: {cut} of them had less left than the {recovery} that recovery may take (the least {left})"
            )
        }));
        lines.extend(self.resource.lines());
        lines
    }
}

/// The kind of a fault that a swarm drew: `crash` of `swarm 10: crash`.
fn kind(event: &str) -> &str {
    event.split_once(": ").map_or(event, |(_, kind)| kind)
}

impl Invariant {
    fn new(judgement: &Judgement) -> Invariant {
        Invariant {
            invariant: judgement.invariant,
            severity: words::severity(judgement.severity),
            standing: words::standing(judgement.standing),
            gravest: None,
            held: 0,
            violated: 0,
            not_exercised: 0,
            not_applicable: 0,
            exercised: 0,
        }
    }

    /// A violation weighs more or less from run to run, as its assumptions held or not.
    fn weigh(&mut self, judgement: &Judgement) {
        let gravity = match judgement.severity {
            Severity::Safety => 2,
            Severity::Liveness => 1,
            Severity::Measurement => 0,
        };
        if self.gravest.is_none_or(|known| known < gravity) {
            self.gravest = Some(gravity);
            self.severity = words::severity(judgement.severity);
            self.standing = words::standing(judgement.standing);
        }
    }
}

#[cfg(test)]
mod tests;
