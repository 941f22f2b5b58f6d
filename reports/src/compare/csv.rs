//! One line a seed, for spreadsheets and statistics programs. Times are nanoseconds; what never came about is empty.

use std::fmt::Write;

use super::Comparison;

const HEAD: &str = "scenario,algorithm,seed,lost_ns,detection_ns,election_ns,takeover_ns,failover_ns,false_failovers,overlap_ns,\
                    conflicting_effects,lost_acknowledged,leaderless_ns,messages,safety,liveness\n";

pub fn text(comparison: &Comparison) -> String {
    let mut out = String::from(HEAD);
    let number = |figure: Option<u64>| figure.map_or_else(String::new, |figure| figure.to_string());
    for row in &comparison.rows {
        for column in &row.columns {
            for seed in &column.seeds {
                let first = seed.first;
                let names = |mask: u64| {
                    let hit = column.invariants.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
                    hit.map(|(_, name)| *name).collect::<Vec<&str>>().join(" ")
                };
                writeln!(
                    out,
                    "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
                    quoted(&row.scenario),
                    column.algorithm,
                    seed.seed,
                    number(first.map(|first| first.lost_ns)),
                    number(first.and_then(|first| first.detection)),
                    number(first.and_then(|first| first.election)),
                    number(first.and_then(|first| first.takeover)),
                    number(first.and_then(|first| first.total())),
                    seed.false_failovers,
                    seed.overlap_ns,
                    seed.conflicting_effects,
                    seed.lost_acknowledged,
                    seed.leaderless_ns,
                    seed.messages,
                    names(seed.safety),
                    names(seed.liveness),
                )
                .expect("a string takes any text");
            }
        }
    }
    out
}

/// As RFC 4180 has it, where that is needed.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { String::from(text) }
}
