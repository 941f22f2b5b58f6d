//! Every algorithm in every scenario of the library: it plays, or the table says why it cannot. Printed as Markdown with
//! `cargo test --test matrix -- --nocapture`.

use std::fmt::Write;

use hustings::registry;
use scenarios::{Scenario, misfit, run_one};
use sim::Options;
use sim::outcome::{Judgement, Outcome, Severity, Verdict};
use sim::setup::Stop;

const SEEDS: u64 = 3;

/// What these runs of one algorithm amount to, in a word or a few.
fn cell(outcomes: &[Outcome]) -> String {
    let judgements = || outcomes.iter().flat_map(|outcome| &outcome.judgements);
    let violated = |judgement: &&Judgement| matches!(judgement.verdict, Verdict::Violated(_));
    let mut found: Vec<&str> =
        judgements().filter(violated).filter(|j| j.severity != Severity::Measurement).map(|j| j.invariant).collect();
    found.sort_unstable();
    found.dedup();
    if !found.is_empty() {
        return format!("**{}**", found.join(", "));
    }
    let measured = judgements().any(|judgement| violated(&judgement));
    String::from(if measured { "held; measured" } else { "held" })
}

#[test]
fn every_algorithm_plays_every_scenario_or_the_table_says_why_not() {
    let registry = registry();
    let mut table = String::from("| scenario |");
    registry.iter().for_each(|player| write!(table, " {} |", player.name()).expect("a string takes any text"));
    table.push_str("\n|---|");
    registry.iter().for_each(|_| table.push_str("---|"));
    let mut notes = String::new();
    for (name, text) in scenarios::library() {
        let scenario = Scenario::parse(text, name, &registry).unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
        write!(table, "\n| {name} |").expect("a string takes any text");
        for player in registry.iter() {
            let words = match misfit(&scenario.setup, player, scenario.settings_of(player.name())) {
                Some(why) => {
                    writeln!(notes, "- {} in {name}: {why}", player.name()).expect("a string takes any text");
                    String::from("n/a")
                }
                None => {
                    let outcomes: Vec<Outcome> =
                        (0..SEEDS).map(|seed| run_one(&scenario, player, seed, Options::default())).collect();
                    assert!(outcomes.iter().all(|outcome| outcome.events > 0), "{} does nothing in {name}", player.name());
                    let exercised = outcomes.iter().flat_map(|outcome| &outcome.judgements).any(|j| j.exercised > 0);
                    // What ends with the first leader or the first epoch, or asks for a figure, is there to be measured.
                    let whole = scenario.setup.stop == Stop::AtEnd && scenario.setup.measure.is_none();
                    assert!(exercised || !whole, "nothing is judged of {} in {name}", player.name());
                    if exercised { cell(&outcomes) } else { String::from("measured only") }
                }
            };
            write!(table, " {words} |").expect("a string takes any text");
        }
    }
    println!("{table}\n\n{notes}");
}
