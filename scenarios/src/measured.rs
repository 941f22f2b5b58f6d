//! Delays as they were measured: quantiles that a monitoring system shows, or a file of either quantiles or single measurements.

use std::sync::Arc;

use sim::{Delay, Span};

use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::lowering::Lowering;

/// The finest step between quantiles: `p99.99` is the last that is told apart from `max`.
const FINEST: usize = 10_000;
/// What a list of named quantiles looks like.
const EXAMPLE: &str = r#"{ quantiles = { min = "1ms", p50 = "2ms", p99 = "80ms", max = "1s" } }"#;

/// A quantile, in steps of one ten-thousandth, and the length of time there.
type Known = (usize, Span);

impl Lowering<'_> {
    /// `table = [...]`: quantiles at equal steps of probability.
    pub fn even_quantiles(&mut self, node: &Node) -> Option<Delay> {
        let nodes = self.list(node, "lengths of time")?;
        let spans: Vec<Option<Span>> = nodes.iter().map(|node| self.span(node)).collect();
        let spans: Vec<Span> = spans.into_iter().collect::<Option<_>>()?;
        if spans.len() < 2 {
            let complaint = Diagnostic::error(node.place, "a table of quantiles has at least two values");
            self.complain(complaint.help("the first is the least and the last the largest delay, at equal steps of probability"));
            return None;
        }
        if let Some(at) = spans.windows(2).position(|pair| pair[0] > pair[1]) {
            let complaint = Diagnostic::error(nodes[at + 1].place, "quantiles do not fall");
            self.complain(
                complaint
                    .label("less than the value before")
                    .help("sort them; raw measurements belong into a file: { file = \"measurements.txt\" }"),
            );
            return None;
        }
        Some(Delay::Table(Arc::from(spans)))
    }

    /// `quantiles = { min = …, p50 = …, "p99.9" = …, max = … }`.
    pub fn named_quantiles(&mut self, node: &Node) -> Option<Delay> {
        let mut known = Vec::new();
        for entry in self.table(node, "quantiles")? {
            let span = self.span(&entry.node);
            match quantile(&entry.key) {
                Some(step) => known.push((step, span?)),
                None => {
                    let complaint = Diagnostic::error(entry.key_place, format!("`{}` is not a quantile", entry.key));
                    self.complain(complaint.help("write min, max, or p with percents: p50, \"p99.9\""));
                    return None;
                }
            }
        }
        self.table_of(node, known)
    }

    /// `file = "…"`: single measurements, one a line, in any order; or quantiles, `p99 80ms` a line. Empty lines and what follows
    /// a `#` do not count.
    pub fn measurements(&mut self, node: &Node) -> Option<Delay> {
        let name = self.text(node, "the name of a file")?;
        let read = self.read_file;
        let text = match self.files.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => text.clone(),
            None => {
                let text = self.kept(node, read(&name))?;
                self.files.push((name.clone(), text.clone()));
                text
            }
        };
        let (mut spans, mut known) = (Vec::new(), Vec::new());
        for (line, content) in text.lines().enumerate() {
            let content = content.split('#').next().unwrap_or("").trim();
            if content.is_empty() {
                continue;
            }
            let at = |why: String| format!("{name}:{}: {why}", line + 1);
            match content.split_once(char::is_whitespace).and_then(|(word, rest)| Some((quantile(word)?, rest.trim()))) {
                Some((step, rest)) => known.push((step, self.kept(node, Span::parse(rest).map_err(at))?)),
                None => spans.push(self.kept(node, Span::parse(content).map_err(at))?),
            }
        }
        match (spans.len(), known.len()) {
            (0, 1..) => self.table_of(node, known),
            (1.., 1..) => {
                let complaint = Diagnostic::error(node.place, format!("{name} mixes quantiles and single measurements"));
                self.complain(complaint.help("either every line is like `p99 80ms`, or none is"));
                None
            }
            (2.., 0) => {
                spans.sort_unstable();
                Some(Delay::Table(Arc::from(spans)))
            }
            _ => {
                let complaint = Diagnostic::error(node.place, format!("{name} holds fewer than two measurements"));
                self.complain(complaint.help("one delay a line, such as 1.3ms, or quantiles, such as p99 80ms"));
                None
            }
        }
    }

    /// Quantiles in any order, as the table of equal steps that the simulator draws from: between two, a straight line.
    fn table_of(&mut self, node: &Node, mut known: Vec<Known>) -> Option<Delay> {
        known.sort_unstable();
        let wrong = if let Some(pair) = known.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(format!("p{} stands there twice", pair[0].0 as f64 / 100.0))
        } else if known.windows(2).any(|pair| pair[0].1 > pair[1].1) {
            Some(String::from("a higher quantile is shorter than a lower one"))
        } else if known.len() < 2 || known.last().is_none_or(|(step, _)| *step != FINEST) {
            Some(String::from("the largest value is missing: nobody knows how long the longest is"))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.complain(Diagnostic::error(node.place, wrong).help(format!("such as {EXAMPLE}")));
            return None;
        }
        // Where no least is given, nothing is.
        if known[0].0 != 0 {
            known.insert(0, (0, Span::ZERO));
        }
        let step = known.iter().fold(FINEST, |step, (at, _)| common_divisor(step, *at));
        let mut spans = vec![known[0].1];
        for pair in known.windows(2) {
            let ((from, low), (to, high)) = (pair[0], pair[1]);
            let steps = ((to - from) / step) as u64;
            let between = |k: u64| u128::from(high.0 - low.0) * u128::from(k) / u128::from(steps);
            spans.extend((1..=steps).map(|k| Span(low.0 + between(k) as u64)));
        }
        Some(Delay::Table(Arc::from(spans)))
    }
}

/// `min`, `max`, `p50`, `p99.9`, in ten-thousandths.
fn quantile(word: &str) -> Option<usize> {
    match word {
        "min" => return Some(0),
        "max" => return Some(FINEST),
        _ => {}
    }
    let (whole, part) = word.strip_prefix('p')?.split_once('.').unwrap_or((word.strip_prefix('p')?, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let step = format!("{whole}{part:0<2}").parse::<usize>().ok()?;
    (step <= FINEST).then_some(step)
}

fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_have_the_names_that_monitoring_gives_them() {
        let steps = ["min", "p0", "p50", "p99", "p99.9", "p99.99", "p5.5", "p100", "max"].map(quantile);
        assert_eq!(steps, [0, 0, 5_000, 9_900, 9_990, 9_999, 550, 10_000, 10_000].map(Some));
        for wrong in ["", "p", "50", "p101", "p1000", "p99.999", "p-1", "pp", "p9x", "median"] {
            assert_eq!(quantile(wrong), None, "{wrong}");
        }
    }
}
