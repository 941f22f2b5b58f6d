//! How long a failover takes, as the distribution over the seeds of one scenario: the share of seeds in which work went on within
//! that time, in nines, because what hurts is the last percent.

use std::ops::Range;

use sim::Span;

use super::canvas::{Canvas, Chart, Figure, Label};
use super::distribution::{self, Curve};
use super::palette::{self, Colour, MUTED};
use super::{file_name, frame, text};
use crate::compare::{Figures, Row};
use crate::quantile::CONFIDENCE;
use crate::words;

/// An algorithm that lost a leader in some seed.
struct Line<'r> {
    algorithm: &'static str,
    figures: &'r Figures,
    colour: Colour,
    /// In the JSON.
    pointer: String,
}

impl Line<'_> {
    fn curve(&self) -> Curve<'_> {
        Curve { sample: &self.figures.failover, colour: self.colour, label: self.label() }
    }

    fn label(&self) -> Label {
        let sample = &self.figures.failover;
        let median = sample.median();
        let (mut said, mut figures) = (Vec::new(), Vec::new());
        // So few that the table and the JSON give none: then neither does the picture.
        if self.figures.quantiles[0].is_err() {
            said.push(String::from("too few for a median"));
        } else {
            said.extend(median.map(|ns| words::span(Span(ns))));
            figures.push(self.figure("failover_ns/0/value_ns", median.map_or_else(|| String::from("null"), |ns| ns.to_string())));
        }
        if sample.never() > 0 {
            let (never, all) = (text::grouped(sample.never()), text::grouped(sample.len()));
            figures.push(self.figure("failovers", sample.len().to_string()));
            if let Some(cut) = self.figures.cut_short {
                figures.push(self.figure("cut_short/seeds", cut.seeds.to_string()));
                let short = text::grouped(cut.seeds);
                said.push(match self.figures.stuck {
                    None => format!("{short} of {all} cut short"),
                    Some(_) => format!("{never} of {all} not over, {short} cut short"),
                });
            } else {
                said.push(format!("{never} of {all} never"));
            }
            if self.figures.stuck.is_some() {
                figures.push(self.figure("never", sample.never().to_string()));
            }
        }
        let text = format!("{}: {}", self.algorithm, said.join(", "));
        Label::new(text, (0.0, 0.0)).figures(figures)
    }

    fn figure(&self, name: &str, value: String) -> Figure {
        Figure { pointer: format!("{}/{name}", self.pointer), value }
    }
}

/// The chart of one scenario; `pointer` is where it stands in the JSON.
pub fn chart(row: &Row, pointer: &str, seeds: &Range<u64>) -> Chart {
    let heading = format!("{}: how long until work went on after the leader was lost", row.scenario);
    let mut canvas = Canvas::new(frame::WIDTH, 0.0);
    let top = frame::title(&mut canvas, &heading);
    let lines = lines(row, pointer);
    let bottom = if lines.is_empty() {
        let nothing = "No seed of any algorithm lost its leader, so there is no failover to draw.";
        canvas.label(Label::new(nothing, (frame::MARGIN, top + 20.0)).colour(MUTED));
        top + 44.0
    } else {
        let curves: Vec<Curve<'_>> = lines.iter().map(Line::curve).collect();
        let words = ("time from the loss of the leader until work went on", "share of the seeds, in nines");
        let plot = distribution::axes(&mut canvas, top, &curves, &[], words);
        distribution::bands(&mut canvas, &plot, &curves);
        distribution::draw(&mut canvas, &plot, curves);
        plot.bottom
    };
    frame::caption(&mut canvas, bottom, &caption(row, &lines, seeds));
    canvas.finish(file_name(&row.scenario, "failover"), heading)
}

fn lines<'r>(row: &'r Row, pointer: &str) -> Vec<Line<'r>> {
    let playing = row.columns.iter().enumerate().filter(|(_, column)| column.misfit.is_none());
    let lines = playing.map(|(place, column)| Line {
        algorithm: column.algorithm,
        figures: column.figures(),
        colour: palette::of(column.algorithm),
        pointer: format!("{pointer}/algorithms/{place}"),
    });
    lines.filter(|line| line.figures.lost > 0).collect()
}

fn caption(row: &Row, lines: &[Line<'_>], seeds: &Range<u64>) -> Vec<String> {
    let runs = lines.iter().map(|line| line.figures.runs).max().unwrap_or(0);
    let mut sentences = Vec::new();
    if !lines.is_empty() {
        let all_alike = lines.iter().all(|line| line.figures.lost == lines[0].figures.lost);
        let count = |line: &Line<'_>| format!("{} {}", line.algorithm, text::grouped(line.figures.lost));
        let n = if all_alike {
            text::grouped(lines[0].figures.lost)
        } else {
            lines.iter().map(count).collect::<Vec<String>>().join(", ")
        };
        sentences.push(format!(
            "n = {n} of {} seeds ({}..{}): those that lost a leader.",
            text::grouped(runs),
            seeds.start,
            seeds.end
        ));
        sentences.push(String::from(
            "A failover begins when the leader is lost and ends with the first item that is done under a new one (where there is no \
             work: when there is a new one). A seed counts with its first; one that never recovered stands above every time.",
        ));
        let medians = "Dots, and times beside the names: medians.";
        let bands = lines.iter().any(|line| line.curve().has_band());
        let shaded = format!(
            "Shaded: with {} % the true distribution lies within (DKW), as far as there are figures. ",
            CONFIDENCE * 100.0
        );
        sentences.push(if bands { shaded + medians } else { String::from(medians) });
    }
    let without = row.columns.iter().filter(|column| {
        column.misfit.is_none() && !column.seeds.is_empty() && !lines.iter().any(|line| line.algorithm == column.algorithm)
    });
    let without: Vec<&str> = without.map(|column| column.algorithm).collect();
    if !without.is_empty() {
        sentences.push(format!("Lost no leader in any seed: {}.", without.join(", ")));
    }
    let misfits: Vec<&str> = row.columns.iter().filter(|column| column.misfit.is_some()).map(|column| column.algorithm).collect();
    if !misfits.is_empty() {
        sentences.push(format!("Cannot play here: {}.", misfits.join(", ")));
    }
    sentences
}
