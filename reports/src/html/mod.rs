//! `report.html`: a comparison as one page that needs nothing else. No network, no other file: styles, scripts, charts and the
//! stories of the runs worth showing are all inside. What comes from scenario files is escaped wherever it stands.

mod index;
mod matrix;
pub mod picks;

use crate::choosing;
use crate::compare::{Comparison, text};
use crate::escape::Escaped;
use crate::story::Story;

/// How the page looks, what it says of its figures, and what makes it move.
const STYLE: &str = include_str!("page.css");
const DEFINITIONS: &str = include_str!("definitions.html");
const STAGE: &str = include_str!("stage.html");
const SCRIPTS: [&str; 4] = [include_str!("story.js"), include_str!("draw.js"), include_str!("view.js"), include_str!("page.js")];
/// Before anything is painted, so that a dark page is never light for a moment.
const EARLY: &str =
    "document.documentElement.toggleAttribute(\"data-dark\", window.matchMedia(\"(prefers-color-scheme: dark)\").matches);";
/// Even a mistake in this page could load nothing from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                      form-action 'none'";
/// Room for the size of the file: as wide as what replaces it, so that the size stays what it says.
const ROOM: &str = "        ";

/// A run that the page shows.
pub struct Kept {
    /// Which row and column of the comparison it belongs to.
    pub row: usize,
    pub column: usize,
    /// What it is shown for.
    pub why: Vec<String>,
    pub story: Story,
}

/// Everything that the page is made of.
pub struct Report<'a> {
    pub comparison: &'a Comparison,
    /// In the order in which they are offered.
    pub runs: &'a [Kept],
    /// Titles, and whole SVG elements.
    pub charts: &'a [(String, String)],
    /// CSS declarations that hold for charts on a dark page.
    pub dark_charts: &'a str,
}

/// The page.
pub fn html(report: &Report<'_>) -> String {
    let mut page = String::new();
    let room = head(&mut page, report);
    page.push_str("<main>\n");
    matrix(&mut page, report);
    charts(&mut page, report);
    figures(&mut page, report);
    runs(&mut page, report);
    definitions(&mut page, report);
    page.push_str("</main>\n");
    foot(&mut page, report);
    let size = format!("{:<width$}", size_in_words(page.len()), width = ROOM.len());
    page.replace_range(room..room + ROOM.len(), &size);
    page
}

/// `1.9 MB`.
pub fn size_in_words(bytes: usize) -> String {
    // Half a tenth more, so that the division rounds.
    let tenths = (bytes + 50_000) / 100_000;
    if tenths == 0 { format!("{} kB", bytes.div_ceil(1_000)) } else { format!("{}.{} MB", tenths / 10, tenths % 10) }
}

fn push(page: &mut String, words: std::fmt::Arguments<'_>) {
    std::fmt::Write::write_fmt(page, words).expect("a string takes any text");
}

/// Where there is room for the size of the file.
fn head(page: &mut String, report: &Report<'_>) -> usize {
    let Report { comparison, runs, .. } = report;
    let mut names: Vec<&str> = comparison.rows.iter().map(|row| row.scenario.as_str()).collect();
    names.dedup();
    let title = names.join(", ");
    let seeds = &comparison.seeds;
    push(
        page,
        format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n\
             <title>Hustings: {0}</title>\n<style>\n{STYLE}:root[data-dark] figure {{ {1} }}\n</style>\n<script>{EARLY}</script>\n\
             </head>\n<body>\n<header><div><h1>{0}</h1>\n<p class=\"faint\">Hustings {2}, seeds {3}..{4}: every algorithm met the \
             same seeds.{6} {5} runs are kept to be looked at. This file needs no network; its size: ",
            Escaped(&title),
            report.dark_charts,
            Escaped(comparison.version),
            seeds.start,
            seeds.end,
            runs.len(),
            comparison.interrupted().map_or_else(String::new, |words| format!(" <strong>{words}</strong>")),
        ),
    );
    let room = page.len();
    let charts = if report.charts.is_empty() { "" } else { "<a href=\"#charts\">Charts</a>" };
    push(
        page,
        format_args!(
            "{ROOM}</p>\n<nav><a href=\"#verdicts\">Verdicts</a>{charts}\
             <a href=\"#figures\">Figures</a><a href=\"#runs\">Runs</a><a href=\"#definitions\">What the numbers mean</a></nav>\
             </div>\n<button id=\"theme\" type=\"button\" title=\"light, dark, or as the system\"></button></header>\n"
        ),
    );
    room
}

fn matrix(page: &mut String, report: &Report<'_>) {
    page.push_str(
        "<h2 id=\"verdicts\">Verdicts</h2>\n<p>Did anything happen that must never happen, and how long was the median failover? \
         Press a cell to see its runs.</p>\n",
    );
    page.push_str(&matrix::html(report.comparison));
}

fn charts(page: &mut String, report: &Report<'_>) {
    if report.charts.is_empty() {
        return;
    }
    page.push_str("<h2 id=\"charts\">Charts</h2>\n");
    for (title, svg) in report.charts {
        // What stands before the element itself has no place inside a page.
        let element = svg.find("<svg").map_or("", |at| &svg[at..]);
        push(page, format_args!("<figure aria-label=\"{}\">\n{element}\n</figure>\n", Escaped(title)));
    }
}

fn figures(page: &mut String, report: &Report<'_>) {
    page.push_str("<h2 id=\"figures\">Figures</h2>\n");
    page.push_str(&choosing::text::html(report.comparison));
    for row in &report.comparison.rows {
        push(page, format_args!("<h3>{}</h3>\n<p>{}</p>\n<div class=\"wide\">\n", Escaped(&row.title()), Escaped(&row.about)));
        page.push_str(&text::table(row).html("figures"));
        page.push_str("</div>\n<ul>\n");
        for line in text::said(row) {
            push(page, format_args!("<li>{}</li>\n", Escaped(&line)));
        }
        page.push_str("</ul>\n");
    }
}

fn runs(page: &mut String, report: &Report<'_>) {
    page.push_str("<h2 id=\"runs\">Runs</h2>\n");
    if report.runs.is_empty() {
        page.push_str("<p>No run was kept.</p>\n");
        return;
    }
    push(
        page,
        format_args!(
            "<p>Kept of each scenario and algorithm, as far as there are such runs: the worst failover, the median one, the first \
             seed with each kind of finding, the longest overlap, the first false failover. {} runs in all; every other seed runs \
             again by its command.</p>\n",
            report.runs.len()
        ),
    );
    page.push_str(STAGE);
}

fn definitions(page: &mut String, report: &Report<'_>) {
    page.push_str("<h2 id=\"definitions\">What the numbers mean, and how sure they are</h2>\n");
    page.push_str(DEFINITIONS);
    let found = matrix::found(report.comparison);
    if found.is_empty() {
        return;
    }
    page.push_str("<h3>What was found</h3>\n<dl>\n");
    for invariant in found {
        let known = sim::audit::catalogue::by_name(invariant);
        let sentence = known.map_or("An invariant of the algorithm's own: see hustings explain.", |known| known.sentence);
        let citation = known.map_or(String::new(), |known| format!(" ({})", known.citation));
        push(page, format_args!("<dt>{}</dt><dd>{}{}</dd>\n", Escaped(invariant), Escaped(sentence), Escaped(&citation)));
    }
    page.push_str("</dl>\n");
}

fn foot(page: &mut String, report: &Report<'_>) {
    page.push_str(
        "<footer>Beside this file: comparison.json (all figures, for programs), seeds.csv (one line a seed).</footer>\n",
    );
    page.push_str("<div id=\"tip\" role=\"tooltip\" hidden></div>\n");
    push(page, format_args!("<script type=\"application/json\" id=\"index\">{}</script>\n", index::json(report)));
    for (number, kept) in report.runs.iter().enumerate() {
        let story = index::inside_script(&crate::story::page::json(&kept.story));
        push(page, format_args!("<script type=\"application/json\" id=\"run-{number}\">{story}</script>\n"));
    }
    page.push_str("<script>\n(() => {\n\"use strict\";\n");
    for script in SCRIPTS {
        page.push_str(script);
    }
    page.push_str("})();\n</script>\n</body>\n</html>\n");
}

#[cfg(test)]
mod tests;
