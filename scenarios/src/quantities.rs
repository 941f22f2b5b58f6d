//! Ratios and distributions.

use sim::{Delay, Ratio, Span};

use crate::diagnostic::Diagnostic;
use crate::document::{Data, Node};
use crate::lowering::Lowering;
use crate::suggest;

/// The distributions, as files name them.
pub(crate) const DISTRIBUTIONS: &[&str] =
    &["constant", "uniform", "normal", "exponential", "log-normal", "pareto", "table", "quantiles", "file"];

/// A clock may run at most so many times too fast or too slow.
const WORST_CLOCK: u64 = 100;

impl Lowering<'_> {
    fn ratio(&mut self, node: &Node) -> Option<Ratio> {
        let parsed = match &node.data {
            Data::Text(text) => Ratio::parse(text),
            Data::Integer(number) => Ratio::parse(&number.to_string()),
            Data::Float(number) => {
                let complaint = Diagnostic::error(node.place, "ratios are exact: a fraction belongs here, not a decimal number");
                let fraction = as_fraction(number).unwrap_or_else(|| String::from("1/100"));
                self.complain(complaint.help(format!("write \"{fraction}\"")));
                return None;
            }
            _ => Err(String::from("a fraction such as \"1/100\" belongs here")),
        };
        self.kept(node, parsed)
    }

    pub fn probability(&mut self, node: &Node) -> Option<Ratio> {
        let ratio = self.ratio(node)?;
        if !ratio.at_most_one() {
            let complaint = Diagnostic::error(node.place, format!("a probability of {ratio} is more than one"));
            self.complain(complaint.help(format!("did you mean \"{}/{}\"?", ratio.denominator, ratio.numerator)));
            return None;
        }
        Some(ratio)
    }

    /// The rate of a clock.
    pub fn rate(&mut self, node: &Node) -> Option<Ratio> {
        let ratio = self.ratio(node)?;
        let (above, below) = (u64::from(ratio.numerator), u64::from(ratio.denominator));
        if above > below * WORST_CLOCK || below > above * WORST_CLOCK {
            let complaint = Diagnostic::error(node.place, format!("a clock that runs at {ratio} of the right rate is no clock"));
            self.complain(
                complaint.help(format!("1/1 is right, 101/100 one percent fast; between 1/{WORST_CLOCK} and {WORST_CLOCK}/1")),
            );
            return None;
        }
        Some(ratio)
    }

    /// A length of time, or a distribution of them.
    pub fn delay(&mut self, node: &Node) -> Option<Delay> {
        let Data::Table(entries) = &node.data else {
            return self.span(node).map(Delay::Constant);
        };
        let [entry] = entries.as_slice() else {
            let complaint = Diagnostic::error(node.place, "exactly one distribution belongs here");
            self.complain(complaint.help("for example { uniform = [\"1ms\", \"5ms\"] }"));
            return None;
        };
        let value = &entry.node;
        match entry.key.as_str() {
            "constant" => self.span(value).map(Delay::Constant),
            "uniform" => self.span_pair(value).map(|(low, high)| Delay::Uniform(low, high)),
            "normal" => {
                let (mean, deviation) = self.two(value, "mean", "deviation", Self::span, Self::span)?;
                Some(Delay::Normal { mean, deviation })
            }
            "exponential" => match &value.data {
                Data::Table(_) => self.one(value, "mean").map(|mean| Delay::Exponential { mean }),
                _ => self.span(value).map(|mean| Delay::Exponential { mean }),
            },
            "log-normal" => {
                let (median, sigma) = self.two(value, "median", "sigma", Self::span, Self::ratio)?;
                Some(Delay::LogNormal { median, sigma })
            }
            "pareto" => {
                let (scale, shape) = self.two(value, "scale", "shape", Self::span, Self::positive)?;
                Some(Delay::Pareto { scale, shape })
            }
            "table" => self.even_quantiles(value),
            "quantiles" => self.named_quantiles(value),
            "file" => self.measurements(value),
            unknown => {
                let complaint = Diagnostic::error(entry.key_place, format!("`{unknown}` is not a distribution"));
                self.complain(complaint.help(suggest::advice(unknown, DISTRIBUTIONS.iter().copied())));
                None
            }
        }
    }

    /// A delay that is at least this long in half of the cases: for what repeats, so that a run comes to an end.
    pub fn repeating(&mut self, node: &Node, least: Span) -> Option<Delay> {
        let delay = self.delay(node)?;
        if sim::random::quantile(&delay, u64::MAX / 2) < least {
            let complaint = Diagnostic::error(node.place, "this repeats too fast");
            self.complain(complaint.help(format!("at least {least}, or a distribution with such a median")));
            return None;
        }
        Some(delay)
    }

    fn positive(&mut self, node: &Node) -> Option<Ratio> {
        let ratio = self.ratio(node)?;
        if ratio.is_zero() {
            self.complain(Diagnostic::error(node.place, "this must be more than zero"));
            return None;
        }
        Some(ratio)
    }

    fn one(&mut self, node: &Node, key: &'static str) -> Option<Span> {
        self.two(node, key, key, Self::span, Self::span).map(|(value, _)| value)
    }

    /// The two parameters of a distribution.
    fn two<A, B>(
        &mut self,
        node: &Node,
        first: &'static str,
        second: &'static str,
        lower_first: impl Fn(&mut Self, &Node) -> Option<A>,
        lower_second: impl Fn(&mut Self, &Node) -> Option<B>,
    ) -> Option<(A, B)> {
        for entry in self.table(node, "this distribution")? {
            if entry.key != first && entry.key != second {
                let complaint = Diagnostic::error(entry.key_place, format!("unknown parameter `{}`", entry.key));
                self.complain(complaint.help(suggest::advice(&entry.key, [first, second])));
            }
        }
        let (Some(one), Some(two)) = (node.entry(first), node.entry(second)) else {
            let complaint = Diagnostic::error(node.place, "a parameter of this distribution is missing");
            self.complain(complaint.help(if first == second {
                format!("it needs `{first}`")
            } else {
                format!("it needs `{first}` and `{second}`")
            }));
            return None;
        };
        let (one, two) = (lower_first(self, &one.node), lower_second(self, &two.node));
        Some((one?, two?))
    }
}

/// `0.01` is `1/100`.
fn as_fraction(number: &str) -> Option<String> {
    let (whole, part) = number.split_once('.')?;
    if part.len() > 8 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let below = 10u64.pow(part.len() as u32);
    let above = whole.parse::<u64>().ok()?.checked_mul(below)?.checked_add(part.parse().ok()?)?;
    let (mut a, mut b) = (above, below);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = a.max(1);
    Some(format!("{}/{}", above / divisor, below / divisor))
}
