//! The diagram as SVG: time runs down, one row for everything that happens, so that no two labels meet; slanted lines are messages.

use std::fmt::Write;

use super::text::time;
use super::{Diagram, What};
use crate::escape::Escaped;

/// All in pixels.
const MARGIN: usize = 20;
const ROW: usize = 18;
const TOP: usize = 96;
/// Of the times at the left.
const TIMES: usize = 84;
/// From one line to the next.
const APART: usize = 84;
/// A letter of the labels is about so wide.
const LETTER: f64 = 7.4;

const STYLE: &str = "text{font:12px ui-monospace,SFMono-Regular,Menlo,monospace;fill:#1f2328}.title{font-size:16px;font-weight:bold}\
.note,.time{fill:#59636e}.time{text-anchor:end}.name{text-anchor:middle;font-weight:bold}.line{stroke:#8c959f}\
.message{stroke:#0969da;stroke-width:1.5}.head,.departure{fill:#0969da}.turn{fill:#8250df}.node{fill:#bc4c00}\
.fault{stroke:#bc4c00;stroke-dasharray:5 3}.finding{fill:#cf222e}.page{fill:#fff}text.finding{font-weight:bold;fill:#cf222e}\
text.fault{stroke:none;fill:#bc4c00}@media(prefers-color-scheme:dark){.page{fill:#0d1117}text{fill:#e6edf3}.note,.time{fill:#9198a1}\
.message{stroke:#58a6ff}.head,.departure{fill:#58a6ff}text.finding,.finding{fill:#ff7b72}text.fault{fill:#f0883e}}";

/// The picture, for light and for dark pages.
pub fn svg(diagram: &Diagram) -> String {
    let labels = MARGIN + TIMES + diagram.lines.len() * APART;
    let longest = diagram.marks.iter().map(|mark| label(&mark.what).chars().count()).max().unwrap_or(0);
    let head = diagram.remark().chars().count().max(diagram.title.chars().count() * 3 / 2);
    let letters = |count: usize| (count as f64 * LETTER).ceil() as usize;
    let width = (labels + letters(longest)).max(MARGIN + letters(head)) + MARGIN;
    let height = TOP + ROW * (diagram.marks.len() + 1) + MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
         <title>{title}</title><style>{STYLE}</style><rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"title\" x=\"{MARGIN}\" y=\"30\">{title}</text>\n\
         <text class=\"note\" x=\"{MARGIN}\" y=\"52\">{remark}</text>\n",
        title = Escaped(&diagram.title),
        remark = Escaped(&diagram.remark()),
    );
    for (line, name) in diagram.lines.iter().enumerate() {
        let (x, bottom) = (column(line), height - MARGIN);
        let _ = writeln!(out, "<text class=\"name\" x=\"{x}\" y=\"{}\">{}</text>", TOP - 12, Escaped(name));
        let _ = writeln!(out, "<line class=\"line\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{bottom}\"/>", TOP - 6);
    }
    for place in 0..diagram.marks.len() {
        mark(&mut out, diagram, place, labels);
    }
    out + "</svg>\n"
}

/// Where a line stands.
const fn column(line: usize) -> usize {
    MARGIN + TIMES + APART / 2 + line * APART
}

/// The middle of a row.
const fn row(place: usize) -> usize {
    TOP + ROW / 2 + place * ROW
}

fn label(what: &What) -> &str {
    match what {
        What::Sent { .. } => "",
        What::Fault { words }
        | What::Node { words, .. }
        | What::Turn { words, .. }
        | What::Unheard { words, .. }
        | What::Arrived { words, .. }
        | What::Finding { words, .. } => words,
    }
}

fn mark(out: &mut String, diagram: &Diagram, place: usize, labels: usize) {
    let mark = &diagram.marks[place];
    let y = row(place);
    let class = match &mark.what {
        What::Fault { .. } => "fault",
        What::Finding { .. } => "finding",
        _ => "said",
    };
    let text = |out: &mut String, class, x, words: &str| {
        let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{}\">{}</text>", y + 4, Escaped(words));
    };
    text(out, "time", MARGIN + TIMES - 12, &time(mark.at));
    let dot = |out: &mut String, class: &str, line: usize, radius: u8| {
        let _ = writeln!(out, "<circle class=\"{class}\" cx=\"{}\" cy=\"{y}\" r=\"{radius}\"/>", column(line));
    };
    match &mark.what {
        What::Fault { .. } => {
            let _ =
                writeln!(out, "<line class=\"fault\" x1=\"{}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\"/>", MARGIN + TIMES, labels - 8);
        }
        What::Node { line, .. } => dot(out, "node", *line, 5),
        What::Turn { line, .. } => dot(out, "turn", *line, 5),
        What::Sent { line, .. } | What::Unheard { line, .. } => dot(out, "departure", *line, 2),
        What::Arrived { message, from, to, .. } => {
            let departed = |other: &super::Mark| matches!(&other.what, What::Sent { message: sent, .. } if sent == message);
            let sent = diagram.marks.iter().position(departed).unwrap_or(place);
            arrow(out, (column(*from), row(sent)), (column(*to), y));
        }
        What::Finding { lines, .. } => lines.iter().for_each(|line| dot(out, "finding", *line, 7)),
    }
    text(out, class, labels, label(&mark.what));
}

/// A line that ends in a head.
fn arrow(out: &mut String, from: (usize, usize), to: (usize, usize)) {
    let ((x1, y1), (x2, y2)) = (from, to);
    let _ = writeln!(out, "<line class=\"message\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>");
    let (across, down) = (x2 as f64 - x1 as f64, y2 as f64 - y1 as f64);
    let length = (across * across + down * down).sqrt().max(1.0);
    let (along, aside) = ((across / length * 9.0, down / length * 9.0), (-down / length * 4.0, across / length * 4.0));
    let end = |side: f64| {
        let (x, y) = (x2 as f64 - along.0 + side * aside.0, y2 as f64 - along.1 + side * aside.1);
        format!("{x:.1},{y:.1}")
    };
    let _ = writeln!(out, "<polygon class=\"head\" points=\"{x2},{y2} {} {}\"/>", end(1.0), end(-1.0));
}
