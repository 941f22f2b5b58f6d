//! What a gate says, for the terminal and as Markdown (the summary of a step).

use std::fmt::Write;

use super::{Case, Check, Complaint, Wanted};
use crate::paint::Paint;
use crate::table::Table;
use crate::words;

/// Complaints that are told in full; a gate that is wrong in more places is wrong in one.
const MOST_TOLD: usize = 40;

/// For the terminal. The last line, should anything be wrong, is the command that shows the gravest of it again.
pub fn human(check: &Check) -> String {
    let mut out = format!("{}\n", head(check));
    for kept in &check.kept {
        let word = if kept.complaint.is_none() { Paint::Good.on("ok  ") } else { Paint::Bad.on("FAIL") };
        writeln!(out, "{word}  {}: {}", kept.file, kept.words).expect("a string takes any text");
    }
    for of_scenario in check.cases.chunk_by(|a, b| a.scenario == b.scenario) {
        out.push_str(&scenario(of_scenario));
    }
    for broken in &check.broken {
        writeln!(out, "{}  {}: {}", Paint::Bad.on("FAIL"), broken.place(), broken.title).expect("a string takes any text");
    }
    let complaints = check.gravest_first();
    for (about, complaint) in complaints.iter().take(MOST_TOLD) {
        out.push_str(&told(about, complaint));
    }
    out.extend(untold(&complaints).map(|more| format!("\n{more}\n")));
    check.notes.iter().for_each(|note| writeln!(out, "\nnote: {note}").expect("a string takes any text"));
    let paint = if complaints.is_empty() && check.broken.is_empty() { Paint::Good } else { Paint::Bad };
    writeln!(out, "\n{}", paint.on(&sum(check, complaints.len()))).expect("a string takes any text");
    if let Some(gravest) = check.gravest() {
        writeln!(out, "\n{}", gravest.replay).expect("a string takes any text");
    }
    out
}

/// What found no room, where there is such.
fn untold(complaints: &[(String, &Complaint)]) -> Option<String> {
    let more = complaints.len().checked_sub(MOST_TOLD).filter(|more| *more > 0)?;
    Some(format!("… and {more} more, none of them graver; --format json has them all"))
}

fn head(check: &Check) -> String {
    let seeds = format!("seeds {}..{}", check.seeds.start, check.seeds.end);
    let all =
        if check.seeds == check.asked { String::new() } else { format!(" (of {}..{})", check.asked.start, check.asked.end) };
    Paint::Bold.on(&format!("{seeds}{all}, {}", what(check)))
}

/// `3 scenarios, 12 pairs with an algorithm`.
fn what(check: &Check) -> String {
    let scenarios = check.cases.chunk_by(|a, b| a.scenario == b.scenario).count();
    let several = |count: usize| if count == 1 { "" } else { "s" };
    let pairs = check.cases.len();
    format!("{scenarios} scenario{}, {pairs} pair{} with an algorithm", several(scenarios), several(pairs))
}

/// One line: how it stands, and what was found as it was meant to be.
fn scenario(cases: &[Case]) -> String {
    let name = cases.first().map_or("", |case| case.scenario.as_str());
    let failing: Vec<&str> = cases.iter().filter(|case| !case.complaints.is_empty()).map(|case| case.algorithm).collect();
    let mut line = if failing.is_empty() {
        let algorithms = if cases.len() == 1 { "algorithm" } else { "algorithms" };
        format!("{}  {name}: {} {algorithms}", Paint::Good.on("ok  "), cases.len())
    } else {
        format!("{}  {name}: {} of {} algorithms: {}", Paint::Bad.on("FAIL"), failing.len(), cases.len(), failing.join(", "))
    };
    for case in cases {
        let found: Vec<String> = case.found_as_meant().into_iter().filter(|(_, seeds)| *seeds > 0).map(meant).collect();
        if !found.is_empty() {
            line.push_str(&Paint::Dim.on(&format!("; as meant, {}: {}", case.algorithm, found.join(", "))));
        }
        if let Some(harm) = harm(case) {
            line.push_str(&Paint::Dim.on(&format!("; harm that nobody promised to avoid, {}: {harm}", case.algorithm)));
        }
    }
    line + "\n"
}

fn meant((invariant, seeds): (&'static str, usize)) -> String {
    format!("{invariant} in {seeds} seeds")
}

/// What did harm and is no complaint.
fn harm(case: &Case) -> Option<String> {
    let harm: Vec<String> = case.harm().into_iter().filter(|_| !case.harm_fails).map(meant).collect();
    (!harm.is_empty()).then(|| harm.join(", "))
}

fn told(about: &str, complaint: &Complaint) -> String {
    let mut out = format!("\n{}: {}: {}\n", Paint::Bold.on(about), Paint::Bad.on(complaint.kind.name()), complaint.words);
    if let Some(evidence) = &complaint.evidence {
        writeln!(out, "  {evidence}").expect("a string takes any text");
    }
    writeln!(out, "  {}", complaint.replay).expect("a string takes any text");
    out
}

/// `all 812 pairs are as they should be`.
fn sum(check: &Check, complaints: usize) -> String {
    let runs: usize = check.cases.iter().map(|case| case.records.runs.len()).sum();
    let of = format!("{} run{}", words::count(runs), if runs == 1 { "" } else { "s" });
    let in_runs = match complaints {
        _ if runs == 0 && complaints == 0 => String::from("nothing ran"),
        0 => format!("nothing is wrong in {of}"),
        1 => format!("1 thing is wrong in {of}"),
        more => format!("{more} things are wrong in {of}"),
    };
    let times = |wanted| check.broken.iter().filter(|broken| broken.wanted == wanted).count();
    let kinds = [Wanted::Scenario, Wanted::Folder, Wanted::Kept].into_iter().map(|wanted| (wanted, times(wanted)));
    let mut parts: Vec<String> = kinds.filter(|(_, times)| *times > 0).map(|(wanted, times)| wanted.missing(times)).collect();
    parts.push(in_runs);
    parts.join("; ")
}

/// As Markdown, for the summary of a step.
pub fn markdown(check: &Check) -> String {
    let complaints = check.gravest_first();
    let mut out = format!("# hustings check\n\n{}.\n", sum(check, complaints.len()));
    write!(out, "\nSeeds {}..{}, {}.\n", check.seeds.start, check.seeds.end, what(check)).expect("a string takes any text");
    if !complaints.is_empty() {
        let mut table = Table::new(&["where", "what", "in words", "shown again by"]);
        for (about, complaint) in complaints.iter().take(MOST_TOLD) {
            let command = format!("`{}`", complaint.replay);
            table.row([about.as_str().into(), complaint.kind.name().into(), complaint.words.as_str().into(), command.into()]);
        }
        write!(out, "\n{}", table.markdown()).expect("a string takes any text");
        out.extend(untold(&complaints).map(|more| format!("\n{more}.\n")));
    }
    let broken = check.broken.iter().map(|broken| format!("\n- `{}`: {}\n", broken.place(), broken.title));
    out.extend(broken);
    let harm = check.cases.iter().filter_map(|case| Some((case, harm(case)?)));
    out.extend(harm.map(|(case, harm)| {
        format!("\nNote: harm that nobody promised to avoid, {}, {}: {harm}.\n", case.scenario, case.algorithm)
    }));
    out.extend(check.notes.iter().map(|note| format!("\nNote: {note}.\n")));
    out
}
