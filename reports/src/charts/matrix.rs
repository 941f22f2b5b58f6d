//! Who was safe where: a cell for every scenario and algorithm.

use super::canvas::{Anchor, Canvas, Chart, Figure, Label, Point};
use super::palette::{self, Colour, GRID, MUTED};
use super::{frame, text};
use crate::compare::{Column, Comparison, Found};

const NAME: f64 = 12.0;
const WORD: f64 = 10.0;
const COUNT: f64 = 9.5;
const CELL_HEIGHT: f64 = 40.0;
const WIDEST_CELL: f64 = 130.0;
/// With more algorithms than fit the picture is wider than the others.
const NARROWEST_CELL: f64 = 76.0;
const APART: f64 = 8.0;

/// What came of one algorithm in one scenario; the gravest that holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Finding,
    Late,
    Measured,
    Safe,
    NotExercised,
    DoesNotPlay,
    NotRun,
}

impl Verdict {
    const LEGEND: [(Verdict, &'static str); 6] = [
        (Verdict::Finding, "a safety invariant was violated; the number is that of the seeds with the most frequent one"),
        (Verdict::Late, "none was, but something did not come about within its bound"),
        (Verdict::Measured, "what was violated counts for nothing here: it is not promised, or an assumption was broken"),
        (Verdict::Safe, "nothing was violated"),
        (Verdict::NotExercised, "in no seed did the scenario's script take place, and nobody lost a leader"),
        (Verdict::DoesNotPlay, "the note says why"),
    ];

    const fn word(self) -> &'static str {
        match self {
            Verdict::Finding => "finding",
            Verdict::Late => "late",
            Verdict::Measured => "measured",
            Verdict::Safe => "safe",
            Verdict::NotExercised => "not exercised",
            Verdict::DoesNotPlay => "does not play",
            Verdict::NotRun => "not run",
        }
    }

    /// Told apart by how dark they are, not by their hue alone.
    const fn colour(self) -> Option<Colour> {
        match self {
            Verdict::Finding => Some((0x8E, 0x15, 0x1B)),
            Verdict::Late => Some((0xD9, 0x73, 0x1A)),
            Verdict::Measured => Some((0xF4, 0xD4, 0x7C)),
            Verdict::Safe => Some((0xD5, 0xEC, 0xF6)),
            Verdict::NotExercised => Some((0xC3, 0xC7, 0xCB)),
            Verdict::DoesNotPlay | Verdict::NotRun => None,
        }
    }
}

struct Cell {
    verdict: Verdict,
    /// Below the word.
    count: Option<String>,
    /// What was violated.
    invariants: Vec<&'static str>,
    figures: Vec<Figure>,
}

impl Cell {
    fn bare(verdict: Verdict) -> Cell {
        Cell { verdict, count: None, invariants: Vec::new(), figures: Vec::new() }
    }
}

/// `None`: there is nobody in it.
pub fn chart(comparison: &Comparison) -> Option<Chart> {
    let columns = &comparison.rows.first()?.columns;
    let title = "Who was safe where";
    let names = comparison.rows.iter().map(|row| text::width(&row.title(), NAME));
    let left = frame::MARGIN + names.fold(0.0, f64::max) + APART;
    let cell = ((frame::WIDTH - left - frame::MARGIN) / columns.len().max(1) as f64).clamp(NARROWEST_CELL, WIDEST_CELL);
    let mut canvas = Canvas::new(frame::WIDTH.max((left + frame::MARGIN + cell * columns.len() as f64).ceil()), 0.0);
    let top = frame::title(&mut canvas, title);
    let top = headings(&mut canvas, columns, (left, top), cell);
    let mut notes: Vec<String> = Vec::new();
    let mut seen: Vec<(Verdict, Vec<&str>)> = Vec::new();
    for (line, row) in comparison.rows.iter().enumerate() {
        let y = top + line as f64 * CELL_HEIGHT;
        canvas.label(Label::new(row.title(), (left - APART, y + CELL_HEIGHT / 2.0)).anchor(Anchor::Right));
        for (place, column) in row.columns.iter().enumerate() {
            let one = judge(column, &format!("/scenarios/{line}/algorithms/{place}"), &mut notes);
            seen.push((one.verdict, one.invariants.clone()));
            fill(&mut canvas, (left + place as f64 * cell, y), cell, one);
        }
    }
    let bottom = top + comparison.rows.len() as f64 * CELL_HEIGHT + 12.0;
    let mut caption = vec![format!(
        "Seeds {}..{}. \"None in n\" is no proof: with 95 % at most 3/n of all seeds have a finding (rule of three).",
        comparison.seeds.start, comparison.seeds.end
    )];
    caption.extend(legend(&seen));
    caption.extend(notes.iter().enumerate().map(|(number, note)| format!("({}) {note}", number + 1)));
    frame::caption(&mut canvas, bottom, &caption);
    Some(canvas.finish("verdicts.svg", title))
}

/// What the words mean that are there, and of which invariants they are said.
fn legend(seen: &[(Verdict, Vec<&str>)]) -> Vec<String> {
    let there = Verdict::LEGEND.iter().filter(|(verdict, _)| seen.iter().any(|(one, _)| one == verdict));
    let sentence = |(verdict, means): &(Verdict, &str)| {
        let mut invariants: Vec<&str> =
            seen.iter().filter(|(one, _)| one == verdict).flat_map(|(_, names)| names).copied().collect();
        invariants.sort_unstable();
        invariants.dedup();
        let named = if invariants.is_empty() { String::new() } else { format!(" ({})", invariants.join(", ")) };
        format!("{}: {means}{named}.", verdict.word())
    };
    there.map(sentence).collect()
}

/// Names of the algorithms, upright where they would not fit side by side; gives back where the cells begin.
fn headings(canvas: &mut Canvas, columns: &[Column], (left, top): Point, cell: f64) -> f64 {
    let widest = columns.iter().map(|column| text::width(column.algorithm, NAME) * 1.12).fold(0.0, f64::max);
    let upright = widest > cell - 6.0;
    let bottom = top + if upright { widest + APART } else { 22.0 };
    for (place, column) in columns.iter().enumerate() {
        let x = left + (place as f64 + 0.5) * cell;
        let label = Label::new(column.algorithm, (x, bottom - if upright { 6.0 } else { 11.0 })).bold();
        canvas.label(if upright { label.upright() } else { label.anchor(Anchor::Middle) });
    }
    bottom
}

fn judge(column: &Column, pointer: &str, notes: &mut Vec<String>) -> Cell {
    if let Some(why) = &column.misfit {
        let note = format!("{} does not play: {why}", column.algorithm);
        let number = notes.iter().position(|known| *known == note).unwrap_or_else(|| {
            notes.push(note);
            notes.len() - 1
        });
        return Cell { count: Some(format!("({})", number + 1)), ..Cell::bare(Verdict::DoesNotPlay) };
    }
    let figures = column.figures();
    let runs = || Figure { pointer: format!("{pointer}/runs"), value: figures.runs.to_string() };
    let of = |verdict: Verdict, member: &str, found: &[Found]| {
        let (place, most) = found.iter().enumerate().max_by_key(|(place, one)| (one.seeds, usize::MAX - place))?;
        let figure = Figure { pointer: format!("{pointer}/{member}/{place}/seeds"), value: most.seeds.to_string() };
        let count = format!("{} of {}", text::grouped(most.seeds), text::grouped(figures.runs));
        let invariants = found.iter().map(|one| one.invariant).collect();
        Some(Cell { verdict, count: Some(count), invariants, figures: vec![figure, runs()] })
    };
    if figures.runs == 0 {
        return Cell::bare(Verdict::NotRun);
    }
    of(Verdict::Finding, "safety", &figures.safety)
        .or_else(|| of(Verdict::Late, "liveness", &figures.liveness))
        .or_else(|| (figures.exercised == 0 && figures.lost == 0).then(|| Cell::bare(Verdict::NotExercised)))
        .or_else(|| of(Verdict::Measured, "measured", &figures.measured))
        .unwrap_or_else(|| Cell {
            count: Some(format!("none in {}", text::grouped(figures.runs))),
            figures: vec![runs()],
            ..Cell::bare(Verdict::Safe)
        })
}

fn fill(canvas: &mut Canvas, (x, y): Point, width: f64, cell: Cell) {
    let (from, to) = ((x + 1.0, y + 1.0), (x + width - 1.0, y + CELL_HEIGHT - 1.0));
    let ink = match cell.verdict.colour() {
        Some(colour) => {
            canvas.filled(from, to, colour);
            palette::readable_on(colour)
        }
        None => {
            canvas.outlined(from, to, GRID);
            MUTED
        }
    };
    let (middle, centre) = (x + width / 2.0, y + CELL_HEIGHT / 2.0);
    let word = |dy: f64| Label::new(cell.verdict.word(), (middle, centre + dy)).anchor(Anchor::Middle).size(WORD).colour(ink);
    match cell.count {
        Some(count) => {
            canvas.label(word(-7.5));
            let label = Label::new(count, (middle, centre + 8.0)).anchor(Anchor::Middle).size(COUNT).colour(ink);
            canvas.label(label.figures(cell.figures));
        }
        None => canvas.label(word(0.0)),
    }
}
