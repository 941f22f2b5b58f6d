//! The bug zoo as JSON, for programs: integers in nanoseconds, names end in `_ns`, null = never.

use serde::Serialize;

use super::{Effort, Row};
use crate::json::SCHEMA;

#[derive(Serialize)]
struct Zoo<'a> {
    schema: u32,
    version: &'a str,
    sweeps: u64,
    budget: u64,
    quiet: u64,
    mutants: Vec<Inmate<'a>>,
}

#[derive(Serialize)]
struct Inmate<'a> {
    algorithm: &'a str,
    mutant: &'a str,
    breaks: &'a str,
    fate: &'a str,
    /// Null: it is an equivalent.
    caught_by: Option<&'a str>,
    condition: Option<&'a str>,
    scenarios: &'a [String],
    /// Of each sweep; null: more than the budget.
    seeds_needed: &'a [Option<u64>],
    seeds_median: Option<u64>,
    seeds_worst: Option<u64>,
    runs: u64,
    simulated_ns: u64,
    /// Null: nobody asked; it differs from run to run.
    took_ns: Option<u64>,
    wreckage: &'a [String],
    false_alarms: &'a [String],
    command: Option<&'a str>,
}

/// One object.
pub fn pretty(rows: &[Row], effort: Effort, version: &str) -> String {
    let Effort { sweeps, budget, quiet } = effort;
    let zoo = Zoo { schema: SCHEMA, version, sweeps, budget, quiet, mutants: rows.iter().map(inmate).collect() };
    serde_json::to_string_pretty(&zoo).expect("plain data becomes JSON") + "\n"
}

fn inmate(row: &Row) -> Inmate<'_> {
    Inmate {
        algorithm: &row.algorithm,
        mutant: &row.mutant,
        breaks: &row.breaks,
        fate: row.fate().name(),
        caught_by: row.caught_by,
        condition: row.condition,
        scenarios: &row.scenarios,
        seeds_needed: &row.seeds_needed,
        seeds_median: row.median(),
        seeds_worst: row.worst(),
        runs: row.runs,
        simulated_ns: row.simulated.0,
        took_ns: row.took.map(|took| took.0),
        wreckage: &row.wreckage,
        false_alarms: &row.false_alarms,
        command: row.command.as_deref(),
    }
}
