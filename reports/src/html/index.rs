//! What the page's script is told of the runs that it holds.

use serde::Serialize;

use super::Report;
use crate::compare::Row;

/// `page.js` reads these names.
#[derive(Serialize)]
struct Index<'a> {
    scenarios: Vec<String>,
    algorithms: Vec<&'a str>,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
struct Run<'a> {
    scenario: usize,
    algorithm: usize,
    /// As text: a script's numbers end at 2^53.
    seed: String,
    why: &'a [String],
    command: &'a str,
}

/// The object, ready to stand in a script element.
pub fn json(report: &Report<'_>) -> String {
    let algorithms = algorithms(report);
    let runs = report.runs.iter().map(|kept| Run {
        scenario: kept.row,
        algorithm: algorithms.iter().position(|name| *name == kept.story.algorithm).unwrap_or(0),
        seed: kept.story.seed.to_string(),
        why: &kept.why,
        command: &kept.story.command,
    });
    let scenarios = report.comparison.rows.iter().map(Row::title).collect();
    let index = Index { scenarios, runs: runs.collect(), algorithms: algorithms.clone() };
    inside_script(&serde_json::to_string(&index).expect("numbers and text always fit JSON"))
}

fn algorithms<'a>(report: &Report<'a>) -> Vec<&'a str> {
    super::matrix::algorithms(report.comparison)
}

/// JSON that no `</script>` or `<!--` inside a text can end or change: a reader of JSON sees the same.
pub fn inside_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}
