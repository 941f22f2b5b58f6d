//! From times to places.

use sim::{Span, Time};

/// A stretch of time and where it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub from: Time,
    pub until: Time,
    pub left: f64,
    pub right: f64,
}

/// At most so many marks on an axis.
const MOST_TICKS: u64 = 12;

impl Scale {
    pub fn new(from: Time, until: Time, left: f64, right: f64) -> Scale {
        // A run of no length at all has a picture too.
        Scale { from, until: until.max(Time(from.0 + 1)), left, right }
    }

    /// Where this time is, in pixels; what lies outside is moved to the border.
    pub fn x(&self, at: Time) -> f64 {
        let within = at.max(self.from).min(self.until);
        self.left + (within.0 - self.from.0) as f64 * (self.right - self.left) / self.length().0 as f64
    }

    pub fn length(&self) -> Span {
        self.until.since(self.from)
    }

    pub fn holds(&self, at: Time) -> bool {
        self.from <= at && at <= self.until
    }

    /// Whether anything of this stretch is to be seen.
    pub fn meets(&self, from: Time, until: Time) -> bool {
        from < self.until && until > self.from
    }

    /// Round times with their words, all with the same number of digits.
    pub fn ticks(&self) -> Vec<(Time, String)> {
        let step = step(self.length().0);
        let first = self.from.0.div_ceil(step) * step;
        let digits = (0..9).find(|digits| step.is_multiple_of(10u64.pow(9 - digits))).unwrap_or(9) as usize;
        let words = |at: u64| {
            let fraction = format!("{:09}", at % 1_000_000_000);
            let point = if digits > 0 { "." } else { "" };
            format!("{}{point}{} s", at / 1_000_000_000, &fraction[..digits])
        };
        (0..).map(|k| first + k * step).take_while(|at| *at <= self.until.0).map(|at| (Time(at), words(at))).collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that makes few enough ticks.
fn step(length: u64) -> u64 {
    let powers = (0..19).map(|power| 10u64.pow(power));
    let steps = powers.flat_map(|power| [1, 2, 5].map(|times| power.saturating_mul(times)));
    steps.into_iter().find(|step| length / step < MOST_TICKS).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few_and_have_as_many_digits_as_they_need() {
        let words = |from, until| -> Vec<String> {
            Scale::new(Time(from), Time(until), 0.0, 1.0).ticks().into_iter().map(|(_, words)| words).collect()
        };
        assert_eq!(words(0, 10_000_000_000).len(), 11);
        assert_eq!(words(0, 10_000_000_000)[10], "10 s");
        assert_eq!(words(4_371_000_000, 4_391_000_000)[..2], ["4.372 s", "4.374 s"]);
        assert_eq!(words(5, 5), ["0.000000005 s", "0.000000006 s"]);
    }

    #[test]
    fn what_lies_outside_is_drawn_at_the_border() {
        let scale = Scale::new(Time(100), Time(200), 10.0, 110.0);
        assert_eq!([50, 100, 150, 900].map(|at| scale.x(Time(at))), [10.0, 10.0, 60.0, 110.0]);
        assert!(scale.meets(Time(0), Time(101)) && !scale.meets(Time(0), Time(100)) && !scale.meets(Time(200), Time(300)));
    }
}
