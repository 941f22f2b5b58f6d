//! Columns that line up, and Markdown tables: the same rows for both.

use crate::paint::Paint;

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

    /// Columns two spaces apart, every line indented by two.
    pub fn text(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].text.chars().count());
            cells.chain([self.head[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let line = |cells: &mut dyn Iterator<Item = (&str, Paint)>| {
            let mut line = String::from("  ");
            let mut owed = 0;
            for ((text, paint), width) in cells.zip(&widths) {
                line.push_str(&" ".repeat(owed));
                line.push_str(&paint.on(text));
                owed = width - text.chars().count() + 2;
            }
            line.trim_end().to_owned() + "\n"
        };
        let mut out = line(&mut self.head.iter().map(|head| (*head, Paint::Dim)));
        for row in &self.rows {
            out.push_str(&line(&mut row.iter().map(|cell| (cell.text.as_str(), cell.paint))));
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
    fn a_bar_in_a_markdown_cell_does_not_end_it() {
        assert!(example().markdown().contains("| a\\|b | 1 |"));
    }
}
