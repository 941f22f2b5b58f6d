//! One line a seed, for spreadsheets and statistics programs. Times are nanoseconds; what never came about is empty.

use super::seed::Seed;
use super::{Column, Comparison};

const BEFORE: &str = "scenario";
const AFTER: &str = "algorithm,seed,lost_ns,detection_ns,election_ns,takeover_ns,failover_ns,false_failovers,overlap_ns,\
                     conflicting_effects,lost_acknowledged,leaderless_ns,messages,safety,liveness";
/// In nanoseconds or a count, where a scenario asks for a figure.
const MEASURE: &str = ",measure";

/// Line by line: of a million seeds nobody needs the whole text at once. What `--vary` varied has a column of its own.
pub fn lines(comparison: &Comparison) -> impl Iterator<Item = String> + '_ {
    let settings = comparison.wishes.axes.iter().map(|axis| format!(",{}", quoted(&axis.setting)));
    let measures = comparison.rows.iter().any(|row| row.measure.is_some());
    let head = format!("{BEFORE}{},{AFTER}{}\n", settings.collect::<String>(), if measures { MEASURE } else { "" });
    let seeds = comparison.rows.iter().flat_map(move |row| {
        let before: String = std::iter::once(&row.scenario).chain(&row.varied).map(|text| quoted(text) + ",").collect();
        row.columns.iter().flat_map(move |column| {
            let before = before.clone();
            column.seeds.iter().map(move |seed| line(&before, column, &seed, measures) + "\n")
        })
    });
    std::iter::once(head).chain(seeds)
}

fn line(before: &str, column: &Column, seed: &Seed, measures: bool) -> String {
    let number = |figure: Option<u64>| figure.map_or_else(String::new, |figure| figure.to_string());
    let first = seed.first;
    let names = |mask: u64| {
        let hit = column.invariants.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
        hit.map(|(_, name)| *name).collect::<Vec<&str>>().join(" ")
    };
    let line = format!(
        "{before}{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
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
    );
    if measures { format!("{line},{}", number(seed.measure)) } else { line }
}

/// As RFC 4180 has it, where that is needed.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { String::from(text) }
}
