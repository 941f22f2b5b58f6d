//! Columns that line up, and Markdown tables: the same rows for both.

use crate::escape::Escaped;
use crate::paint::Paint;

/// Of a line, where it can be helped.
const WIDTH: usize = 120;
/// A last column is not made narrower than this: rather long lines than words in single file.
const NARROWEST: usize = 40;
const INDENT: usize = 2;
const GAP: usize = 2;

/// A cell: text and its colour. Widths are counted in characters.
#[derive(Clone, Debug)]
pub struct Cell {
    pub text: String,
    pub paint: Paint,
}

impl Cell {
    pub fn painted(text: impl Into<String>, paint: Paint) -> Cell {
        Cell { text: text.into(), paint }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::painted(text, Paint::Plain)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::painted(text, Paint::Plain)
    }
}

/// Rows under a head.
pub struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn new(head: &[&'static str]) -> Table {
        Table { head: head.to_vec(), rows: Vec::new() }
    }

    pub fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        assert_eq!(N, self.head.len(), "a row has as many cells as the head");
        self.rows.push(cells.into());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// An HTML table of this class.
    pub fn html(&self, class: &str) -> String {
        let head: String = self.head.iter().map(|head| format!("<th scope=\"col\">{}</th>", Escaped(head))).collect();
        let mut out = format!("<table class=\"{class}\"><thead><tr>{head}</tr></thead><tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for cell in row {
                let class = if cell.paint == Paint::Bad { " class=\"bad\"" } else { "" };
                out.push_str(&format!("<td{class}>{}</td>", Escaped(&cell.text)));
            }
            out.push_str("</tr>\n");
        }
        out + "</tbody></table>\n"
    }

    /// Columns two spaces apart, every line indented by two. Columns with nothing in them are left out; the last one goes on
    /// over several lines where it is long.
    pub fn text(&self) -> String {
        let width = |column: usize| self.rows.iter().map(|row| row[column].text.chars().count()).max().unwrap_or(0);
        let columns: Vec<(usize, usize)> = (0..self.head.len())
            .map(|column| (column, width(column)))
            .filter(|(_, width)| *width > 0)
            .map(|(column, width)| (column, width.max(self.head[column].chars().count())))
            .collect();
        let Some((&(last, _), before)) = columns.split_last() else { return String::new() };
        let margin = INDENT + before.iter().map(|(_, width)| width + GAP).sum::<usize>();
        let head: Vec<Cell> = self.head.iter().map(|head| Cell::painted(*head, Paint::Dim)).collect();
        let mut out = String::new();
        for row in std::iter::once(&head).chain(&self.rows) {
            let mut line = " ".repeat(INDENT);
            for &(column, width) in before {
                let Cell { text, paint } = &row[column];
                line.push_str(&paint.on(text));
                line.push_str(&" ".repeat(width - text.chars().count() + GAP));
            }
            let Cell { text, paint } = &row[last];
            for part in wrapped(text, WIDTH.saturating_sub(margin).max(NARROWEST)) {
                line.push_str(&paint.on(&part));
                out.push_str(line.trim_end());
                out.push('\n');
                line = " ".repeat(margin);
            }
        }
        out
    }

    pub fn markdown(&self) -> String {
        let escaped = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = line(self.head.iter().map(|head| escaped(head)).collect());
        out.push_str(&line(vec![String::from("---"); self.head.len()]));
        for row in &self.rows {
            out.push_str(&line(row.iter().map(|cell| escaped(&cell.text)).collect()));
        }
        out
    }
}

/// Words in lines of at most so many characters; at least one line.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Table {
        let mut table = Table::new(&["what", "n"]);
        table.row(["a|b".into(), Cell::painted("1", Paint::Bad)]);
        table.row(["longer than its head".into(), "22".into()]);
        table
    }

    #[test]
    fn columns_line_up_whatever_their_colour() {
        let text = example().text().replace("\x1b[1;31m", "").replace("\x1b[2m", "").replace("\x1b[0m", "");
        assert_eq!(text, "  what                  n\n  a|b                   1\n  longer than its head  22\n");
    }

    #[test]
    fn a_column_with_nothing_in_it_is_left_out_and_a_long_last_one_goes_on() {
        let mut table = Table::new(&["a", "nothing", "words"]);
        table.row(["1".into(), "".into(), "word ".repeat(40).trim_end().into()]);
        let text = table.text().replace("\x1b[2m", "").replace("\x1b[0m", "");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "  a  words");
        assert_eq!(lines.len(), 3);
        assert!(lines[2].starts_with("     word") && lines.iter().all(|line| line.len() <= WIDTH));
    }

    #[test]
    fn a_bar_in_a_markdown_cell_does_not_end_it() {
        assert!(example().markdown().contains("| a\\|b | 1 |"));
    }
}
