//! Probabilities and rates as exact fractions, so that no platform's floating point decides anything.

use std::fmt;

/// `numerator / denominator`. A probability when at most one; a clock rate otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ratio {
    pub numerator: u32,
    /// Never zero.
    pub denominator: u32,
}

impl Ratio {
    /// As a probability: never.
    pub const ZERO: Ratio = Ratio { numerator: 0, denominator: 1 };
    /// As a probability: always; as a rate: right.
    pub const ONE: Ratio = Ratio { numerator: 1, denominator: 1 };

    /// # Panics
    /// When the denominator is zero.
    pub const fn new(numerator: u32, denominator: u32) -> Ratio {
        assert!(denominator != 0, "a ratio needs a denominator");
        Ratio { numerator, denominator }
    }

    /// Whether it is zero, however written.
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Whether it is greater.
    pub const fn exceeds(self, other: Ratio) -> bool {
        self.numerator as u64 * other.denominator as u64 > other.numerator as u64 * self.denominator as u64
    }

    /// Whether this rate is more than `times` that of another.
    pub const fn outruns(self, other: Ratio, times: Ratio) -> bool {
        let (fast, slow) =
            (self.numerator as u128 * other.denominator as u128, self.denominator as u128 * other.numerator as u128);
        fast * times.denominator as u128 > slow * times.numerator as u128
    }

    /// Whether it can be a probability.
    pub const fn at_most_one(self) -> bool {
        self.numerator <= self.denominator
    }

    /// How many of the 2^32 values of a random word count as a hit: 0 for never, 2^32 for always. At most one.
    pub const fn threshold(self) -> u64 {
        let hits = ((self.numerator as u64) << 32) / self.denominator as u64;
        if hits > 1 << 32 { 1 << 32 } else { hits }
    }

    /// Reads `"1/100"`, `"0"`, `"1"`; the error says what to write instead.
    pub fn parse(text: &str) -> Result<Ratio, String> {
        let advice = "write a fraction of whole numbers, such as \"1/100\"";
        let number = |part: &str| {
            let part = part.trim();
            if part.starts_with('-') {
                return Err(format!("a ratio cannot be negative: `{text}`"));
            }
            part.parse::<u32>().map_err(|_| format!("`{text}` is not a ratio: {advice}"))
        };
        let (numerator, denominator) = match text.split_once('/') {
            Some((above, below)) => (number(above)?, number(below)?),
            None => (number(text)?, 1),
        };
        if denominator == 0 {
            return Err(format!("`{text}` divides by zero: {advice}"));
        }
        Ok(Ratio { numerator, denominator })
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_is_certain_and_never_is_never() {
        assert!(u64::from(u32::MAX) < Ratio::ONE.threshold());
        assert_eq!(Ratio::ZERO.threshold(), 0);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "a", "1/0", "-1/2", "1/-2", "0.5", "1/2/3", "99999999999/1"] {
            assert!(Ratio::parse(text).is_err(), "{text}");
        }
        assert_eq!(Ratio::parse("3 / 2"), Ok(Ratio::new(3, 2)));
    }
}
