//! Points in time and lengths of time, in whole nanoseconds. Three kinds of "when" that must never be mixed up: true time,
//! which only the world knows, and the two clocks that a node can read.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// True simulated time since the start of the run. No algorithm can name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Time(pub u64);

/// A length of time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(pub u64);

/// A reading of a node's monotonic clock: it may run fast or slow, it never jumps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LocalTime(pub u64);

/// A reading of a node's wall clock: it may be off, and it jumps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct WallTime(pub u64);

impl Time {
    /// The start of the run.
    pub const ZERO: Time = Time(0);
    /// Later than anything that happens.
    pub const NEVER: Time = Time(u64::MAX);

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Span> for Time {
    type Output = Time;
    /// Saturates at [`Time::NEVER`].
    #[inline(always)]
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl LocalTime {
    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: LocalTime) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Span> for LocalTime {
    type Output = LocalTime;
    #[inline(always)]
    fn add(self, span: Span) -> LocalTime {
        LocalTime(self.0.saturating_add(span.0))
    }
}

impl WallTime {
    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: WallTime) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Span> for WallTime {
    type Output = WallTime;
    fn add(self, span: Span) -> WallTime {
        WallTime(self.0.saturating_add(span.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// The longest span that a scenario may name: about 11 days. It keeps every sum of a run far from overflow.
    pub const LONGEST: Span = Span(1_000_000_000_000_000);

    /// So many nanoseconds.
    pub const fn nanos(n: u64) -> Span {
        Span(n)
    }
    /// So many microseconds.
    pub const fn micros(n: u64) -> Span {
        Span(n * 1_000)
    }
    /// So many milliseconds.
    pub const fn millis(n: u64) -> Span {
        Span(n * 1_000_000)
    }
    /// So many seconds.
    pub const fn secs(n: u64) -> Span {
        Span(n * 1_000_000_000)
    }
    /// This many times as long, saturating.
    pub const fn times(self, n: u64) -> Span {
        Span(self.0.saturating_mul(n))
    }
    /// `numerator / denominator` of it, rounded down.
    pub const fn fraction(self, numerator: u64, denominator: u64) -> Span {
        Span((self.0 as u128 * numerator as u128 / denominator as u128) as u64)
    }

    /// Reads `"900ms"`, `"1.5s"`, `"250us"`, `"10ns"`, `"2m"`, `"1h"`; the error says what to write instead.
    pub fn parse(text: &str) -> Result<Span, String> {
        const UNITS: [(&str, u64); 7] = [
            ("ns", 1),
            ("us", 1_000),
            ("µs", 1_000),
            ("ms", 1_000_000),
            ("s", 1_000_000_000),
            ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ];
        let text = text.trim();
        if text.starts_with('-') {
            return Err(format!("a length of time cannot be negative: `{text}`"));
        }
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = (&text[..split], text[split..].trim());
        let advice = "write a number and a unit (ns, us, ms, s, m, h), such as \"150ms\" or \"1.5s\"";
        if number.is_empty() {
            return Err(format!("`{text}` is not a length of time: {advice}"));
        }
        if unit.is_empty() {
            return Err(format!("`{text}` has no unit: {advice}"));
        }
        let Some(&(_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!("`{unit}` is not a unit of time: {advice}"));
        };
        let too_long = || format!("`{text}` is too long: at most {} (about 11 days)", Span::LONGEST);
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || part.contains('.') || (number.contains('.') && part.is_empty()) {
            return Err(format!("`{number}` is not a number: {advice}"));
        }
        let whole: u64 = whole.parse().map_err(|_| too_long())?;
        let mut total = whole.checked_mul(nanos).ok_or_else(too_long)?;
        let mut place = nanos;
        for digit in part.bytes() {
            if place % 10 != 0 {
                return Err(format!("`{text}` is finer than a nanosecond, which is the unit of simulated time"));
            }
            place /= 10;
            total = total.checked_add(u64::from(digit - b'0') * place).ok_or_else(too_long)?;
        }
        if total > Span::LONGEST.0 {
            return Err(too_long());
        }
        Ok(Span(total))
    }
}

impl Add for Span {
    type Output = Span;
    #[inline(always)]
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Span;
    /// Saturates at zero.
    #[inline(always)]
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// The shortest exact form, which [`Span::parse`] reads back: `150ms`, `1.5s`, `0s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0 => return f.write_str("0s"),
            n if n >= 1_000_000_000 => (1_000_000_000, "s"),
            n if n >= 1_000_000 => (1_000_000, "ms"),
            n if n >= 1_000 => (1_000, "us"),
            _ => (1, "ns"),
        };
        let (whole, part) = (self.0 / unit, self.0 % unit);
        if part == 0 {
            return write!(f, "{whole}{name}");
        }
        let digits = unit.ilog10() as usize;
        let part = format!("{part:0digits$}");
        write!(f, "{whole}.{}{name}", part.trim_end_matches('0'))
    }
}

/// Seconds with six places, as the live log prints it: `2.104331s`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}s", self.0 / 1_000_000_000, self.0 % 1_000_000_000 / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_displayed_is_read_back() {
        for nanos in [0, 1, 999, 1_000, 1_500, 150_000_000, 1_500_000_000, 60_000_000_000, 123_456_789_012] {
            assert_eq!(Span::parse(&Span(nanos).to_string()), Ok(Span(nanos)), "{nanos}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_advice() {
        for (text, word) in [
            ("", "not a length"),
            ("5", "no unit"),
            ("-5ms", "negative"),
            ("5 parsecs", "not a unit"),
            ("99999999999999999999s", "too long"),
            ("12d", "not a unit"),
            ("0.5ns", "finer"),
            ("1..5s", "not a number"),
        ] {
            let complaint = Span::parse(text).unwrap_err();
            assert!(complaint.contains(word), "{text}: {complaint}");
        }
    }
}
