//! The diagram in letters: a row for everything that happens, a column for every line.

use std::fmt::Write;

use sim::Time;

use super::{Diagram, Mark, What};
use crate::words;

/// Of the time at the left.
const TIME: usize = 11;
/// Columns are at least so far apart.
const NARROWEST: usize = 8;

/// Ends with a line end.
pub fn text(diagram: &Diagram) -> String {
    let longest = diagram.lines.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let width = (longest + 2).max(NARROWEST);
    let mut out = format!("{}\n{}\n\n{:TIME$}  ", diagram.title, diagram.remark(), "");
    for name in &diagram.lines {
        let _ = write!(out, "{name:width$}");
    }
    let mut out = out.trim_end().to_owned() + "\n";
    for mark in &diagram.marks {
        if let Some((row, words)) = row(diagram, mark, width) {
            let line = format!("{:>TIME$}  {row}  {words}", time(mark.at));
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
    out
}

/// The columns of a row, and what stands beside them. Departures have no row: the arrival tells when it was.
fn row(diagram: &Diagram, mark: &Mark, width: usize) -> Option<(String, String)> {
    let lines = diagram.lines.len();
    let mut letters: Vec<char> = vec![' '; lines * width];
    (0..lines).for_each(|line| letters[line * width] = '|');
    let words = match &mark.what {
        What::Sent { .. } => return None,
        What::Fault { words } => {
            letters.iter_mut().step_by(2).for_each(|letter| *letter = if *letter == '|' { '|' } else { '~' });
            words.clone()
        }
        What::Node { line, words } => {
            letters[line * width] = '!';
            words.clone()
        }
        What::Turn { line, words } => {
            letters[line * width] = '*';
            words.clone()
        }
        What::Unheard { line, words } => {
            letters[line * width] = 'o';
            words.clone()
        }
        What::Arrived { from, to, sent, words, .. } => {
            let (first, last) = ((from * width).min(to * width), (from * width).max(to * width));
            letters[first + 1..last].iter_mut().for_each(|letter| *letter = if *letter == '|' { '+' } else { '-' });
            letters[from * width] = 'o';
            letters[if from < to { last - 1 } else { first + 1 }] = if from < to { '>' } else { '<' };
            letters[to * width] = '|';
            format!("{words}  (sent {})", time(*sent))
        }
        What::Finding { lines, words } => {
            lines.iter().for_each(|line| letters[line * width] = 'X');
            format!("FOUND {words}")
        }
    };
    Some((letters.into_iter().collect(), words))
}

/// As in other tables: `2.104 s`.
pub fn time(at: Time) -> String {
    words::span(at.since(Time::ZERO))
}
