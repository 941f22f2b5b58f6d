//! Lines that are kept of something that may go on for ever: the first ones and the last ones.

use std::collections::VecDeque;

use crate::paint::Paint;

/// So many from the start …
const FIRST: usize = 2_000;
/// … and so many from the end.
const LAST: usize = 500;

/// Lines, bounded: a run may be as long as it likes.
#[derive(Default)]
pub struct Lines {
    first: Vec<String>,
    last: VecDeque<String>,
    left_out: u64,
}

impl Lines {
    pub fn push(&mut self, line: String) {
        if self.first.len() < FIRST {
            self.first.push(line);
            return;
        }
        self.last.push_back(line);
        if self.last.len() > LAST {
            self.last.pop_front();
            self.left_out += 1;
        }
    }

    pub fn write(&self, out: &mut String) {
        let mut line = |line: &str| {
            out.push_str(line);
            out.push('\n');
        };
        self.first.iter().for_each(|text| line(text));
        if self.left_out > 0 {
            line(&Paint::Dim.on(&format!("… {} lines left out (--trace FILE writes every event)", self.left_out)));
        }
        self.last.iter().for_each(|text| line(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_without_end_is_kept_short_and_says_so() {
        let mut lines = Lines::default();
        (0..10_000).for_each(|i| lines.push(i.to_string()));
        let mut out = String::new();
        lines.write(&mut out);
        assert!(out.starts_with("0\n1\n") && out.ends_with("9998\n9999\n"));
        assert!(out.contains("7500 lines left out"));
        assert_eq!(out.lines().count(), FIRST + LAST + 1);
    }
}
