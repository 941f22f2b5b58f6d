//! What there is, and what it means: the words of `list` and `explain`.

use std::fmt::Write;

use scenarios::Scenario;
use sim::algorithm::{Assumption, Bounds, Claim, Sum, total};
use sim::audit::catalogue::{self, Invariant};
use sim::invariant::OwnWords;
use sim::registry::MutantWords;
use sim::resource_bugs::resource_mutants;
use sim::settings::{Kind, Setting};
use sim::{Player, Registry, Setup, Value};

use crate::paint::Paint;
use crate::table::{Cell, Table, wrapped};
use crate::words;

/// Whose the bugs are that can be switched on under any algorithm that acts on the protected resource.
pub const RESOURCE: &str = "resource";

/// Names and what they are about.
pub fn scenarios(all: &[Scenario]) -> String {
    let mut table = Table::new(&["scenario", "about"]);
    for scenario in all {
        table.row([Cell::painted(scenario.origin.as_str(), Paint::Bold), scenario.about.as_str().into()]);
    }
    table.text()
}

/// A table of the algorithms, as `list` shows it.
pub fn algorithms(registry: &Registry) -> String {
    let mut table = Table::new(&["algorithm", "settings", "mutants", "about"]);
    for player in registry.iter() {
        let name = Cell::painted(player.name(), Paint::Bold);
        let settings = player.settings().len().to_string();
        table.row([name, settings.into(), player.mutants().len().to_string().into(), player.about().into()]);
    }
    table.text()
}

/// A table of the common invariants, in the order of verdicts.
pub fn invariants() -> String {
    let mut table = Table::new(&["invariant", "kind", "what must be true"]);
    for invariant in &catalogue::ALL {
        table.row([
            Cell::painted(invariant.name, Paint::Bold),
            words::severity(invariant.severity).into(),
            invariant.sentence.into(),
        ]);
    }
    table.text()
}

/// A table of the bugs that can be switched on, algorithm by algorithm.
pub fn mutants(registry: &Registry) -> String {
    let mut table = Table::new(&["mutant", "algorithm", "caught by", "rule that it breaks"]);
    let mut row = |mutant: MutantWords, whose: &'static str| {
        let caught = match mutant.caught_by {
            Some(promise) => words::promise(promise).into(),
            None => Cell::painted("none: it is equivalent", Paint::Dim),
        };
        table.row([Cell::painted(mutant.id, Paint::Bold), whose.into(), caught, mutant.breaks.into()]);
    };
    for player in registry.iter() {
        player.mutants().into_iter().for_each(|mutant| row(mutant, player.name()));
    }
    resource_mutants().into_iter().for_each(|mutant| row(mutant, RESOURCE));
    table.text()
}

/// Everything about an invariant of one algorithm's own.
pub fn own_invariant(words: &OwnWords, player: &dyn Player) -> String {
    let mut out = format!("{}: {}\n\n", Paint::Bold.on(words.name), words.sentence);
    let mut add = |subject: &str, words: &str| writeln!(out, "{subject:<11} {words}").expect("a string takes any text");
    add("source:", words.citation);
    add("exercised:", words.exercised);
    add("of:", player.name());
    out
}

/// Everything about an invariant, and which of the algorithms promise it by default.
pub fn invariant(invariant: &Invariant, registry: &Registry) -> String {
    let mut out = format!("{}: {}\n\n", Paint::Bold.on(invariant.name), invariant.sentence);
    let mut add = |subject: &str, words: &str| writeln!(out, "{subject:<11} {words}").expect("a string takes any text");
    add("source:", invariant.citation);
    add("exercised:", invariant.exercised);
    add("kind:", words::severity(invariant.severity));
    if !invariant.needs.is_empty() {
        let mut needs: Vec<&str> = invariant.needs.iter().map(|fact| fact.name()).collect();
        if invariant.is_of_voters_lease() {
            needs.push("or a log whose leaders answer reads by a lease");
        }
        add("needs:", &format!("{} (without them it is not applicable)", needs.join(", ")));
    }
    if let Some(given) = invariant.resource_promise() {
        add("resource:", &format!("promised by the resource itself, given {given}"));
    }
    for player in registry.iter() {
        let claim = player.claims(&[]).into_iter().find(|claim| claim.promise == invariant.promise);
        let words = match claim {
            Some(claim) => format!("promised, given {}", claim.given.name()),
            None if !invariant.applies(player.facts(&[])) => String::from("not applicable"),
            None => String::from("not promised"),
        };
        add(&format!("{}:", player.name()), &words);
    }
    for player in registry.iter() {
        for mutant in player.mutants().iter().filter(|mutant| mutant.caught_by == Some(invariant.promise)) {
            add("catches:", &format!("{} of {}: {}", mutant.id, player.name(), mutant.breaks));
        }
    }
    for mutant in resource_mutants().iter().filter(|mutant| mutant.caught_by == Some(invariant.promise)) {
        add("catches:", &format!("{} of the resource: {}", mutant.id, mutant.breaks));
    }
    out
}

/// A bug that can be switched on: whose it is, which rule it breaks, what catches it, and how to see it.
pub fn mutant(mutant: &MutantWords, player: &dyn Player) -> String {
    bug(mutant, player.name(), &format!("--algorithm {}", player.name()))
}

/// The same of a bug of the protected resource or its client.
pub fn resource_mutant(mutant: &MutantWords) -> String {
    bug(mutant, "the protected resource or its client", "--algorithm ALGORITHM --set work.fencing=at-least")
}

fn bug(mutant: &MutantWords, whose: &str, arguments: &str) -> String {
    let mut out = format!("{}: a bug of {whose}, to switch on\n\n", Paint::Bold.on(mutant.id));
    let mut add = |subject: &str, words: &str| writeln!(out, "{subject:<12} {words}").expect("a string takes any text");
    add("broken rule:", mutant.breaks);
    match mutant.caught_by.map(catalogue::of) {
        Some(invariant) => add("caught by:", &format!("{}: {}", invariant.name, invariant.sentence)),
        None => add("caught by:", "nothing: it is equivalent, and an invariant that catches it is wrong"),
    }
    let command = format!("hustings run SCENARIO {arguments} --mutant {}", mutant.id);
    add("try:", &command);
    out
}

/// Everything about an algorithm, under the settings that it has by itself.
pub fn algorithm(player: &dyn Player) -> String {
    let mut out = format!("{}: {}\n\nsource: {}\n", Paint::Bold.on(player.name()), player.about(), player.citation());
    let services = player.services(&[]);
    if !services.is_empty() {
        writeln!(out, "stands on: {}, which it brings along", services.join(", ")).expect("a string takes any text");
    }
    heading(&mut out, "settings");
    out.push_str(&settings(player));
    heading(&mut out, "promises, by default");
    out.push_str(&claims(&player.claims(&[])));
    let own = player.invariants();
    if !own.is_empty() {
        heading(&mut out, "invariants of its own");
        let mut table = Table::new(&["invariant", "what must be true"]);
        own.iter().for_each(|words| table.row([words.name.into(), words.sentence.into()]));
        out.push_str(&table.text());
    }
    let setup = Setup::default();
    let network = setup.network();
    heading(&mut out, &format!("bounds, by default: {} members, delay up to {}", network.members, network.max_delay));
    out.push_str(&bounds(&player.bounds(&[], &setup)));
    let mutants = player.mutants();
    if !mutants.is_empty() {
        heading(&mut out, "mutants: bugs to switch on with --mutant");
        let mut table = Table::new(&["mutant", "caught by", "rule that it breaks"]);
        for mutant in mutants {
            let caught = mutant.caught_by.map_or("none: it is equivalent", words::promise);
            table.row([mutant.id.into(), caught.into(), mutant.breaks.into()]);
        }
        out.push_str(&table.text());
    }
    out
}

fn settings(player: &dyn Player) -> String {
    let defaults = player.in_force(&[]).unwrap_or_default();
    let default = |key: &str| defaults.iter().find(|(known, _)| *known == key).map(|(_, value)| value);
    let mut table = Table::new(&["setting", "takes", "default", "about"]);
    for Setting { key, kind, about } in player.settings() {
        let value = default(key).map_or_else(String::new, Value::to_string);
        table.row([(*key).into(), takes(*kind).into(), value.into(), (*about).into()]);
    }
    if table.is_empty() { String::from("  none\n") } else { table.text() }
}

fn takes(kind: Kind) -> String {
    match kind {
        Kind::Switch => String::from("true or false"),
        Kind::Span => String::from("a time, \"100ms\""),
        Kind::Range => String::from("two times, [\"1s\", \"2s\"]"),
        Kind::Count => String::from("a whole number"),
        Kind::Choice(words) => words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "),
    }
}

/// What is promised, grouped by what must be true of the world for it.
fn claims(claims: &[Claim]) -> String {
    let mut out = String::new();
    let all = [
        Assumption::Asynchrony,
        Assumption::BoundedDrift,
        Assumption::SteadyWall,
        Assumption::NoPause,
        Assumption::BoundedDelay,
        Assumption::Synchrony,
    ];
    for given in all {
        let promised: Vec<&str> =
            claims.iter().filter(|claim| claim.given == given).map(|claim| words::promise(claim.promise)).collect();
        if !promised.is_empty() {
            writeln!(out, "  given {}:\n    {}", given.name(), wrapped(&promised.join(", "), 90).join("\n    "))
                .expect("a string takes any text");
        }
    }
    if out.is_empty() { String::from("  nothing\n") } else { out }
}

fn bounds(bounds: &Bounds) -> String {
    let mut out = String::new();
    let mut add = |name: &str, meaning: &str, sum: Option<&Sum>| {
        let Some(sum) = sum else {
            out.push_str(&format!("  {name}: not promised ({meaning})\n"));
            return;
        };
        out.push_str(&format!("  {name}: {} ({meaning})\n", total(sum)));
        for (span, what) in sum {
            out.push_str(&format!("    {:>10}  {what}\n", span.to_string()));
        }
    };
    add("recovery", "from a whole network with a majority up, to an established leader", Some(&bounds.recovery));
    if bounds.handover.is_some() {
        add("handover", "from a leader that goes by itself to the next one at work", bounds.handover.as_ref());
    }
    add("step-down", "from the loss of the majority to the end of the leader's authority", bounds.step_down.as_ref());
    add("overlap", "two nodes that believe they lead, without a pause", bounds.overlap.as_ref());
    out
}

/// Everything about a scenario: what it is about, and the file itself, to start one's own from.
pub fn scenario(scenario: &Scenario) -> String {
    format!("{}: {}\n\n{}\n", Paint::Bold.on(&scenario.origin), scenario.about, scenario.text.trim_end())
}

fn heading(out: &mut String, text: &str) {
    writeln!(out, "\n{}", Paint::Bold.on(text)).expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_is_told_whatever_it_is_given_for() {
        let default = scenarios::default_registry();
        for player in default.iter() {
            let told = claims(&player.claims(&[])).replace(char::is_whitespace, "");
            for claim in player.claims(&[]) {
                assert!(told.contains(words::promise(claim.promise)), "{}: {:?} is not in {told}", player.name(), claim);
            }
        }
    }
}
