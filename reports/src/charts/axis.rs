//! The two scales of these charts: time, and shares in nines.

use std::iter;

use super::canvas::{Anchor, Canvas, Label, Point};
use super::palette::{GRID, MUTED};
use super::text;

/// Size of the numbers at an axis.
pub const TICK: f64 = 11.0;
/// Between the numbers and the plot.
const AWAY: f64 = 8.0;
/// The middle of what an upright axis is called, from the edge of the picture.
const TITLE: f64 = 26.0;
/// From this ratio of longest to shortest on, equal distances are equal ratios.
const WIDE: f64 = 8.0;
/// The longest is at most so many times the shortest that there is a place for; what is shorter stands at the left end.
const WIDEST: u64 = 1_000_000;

/// Times from left to right.
pub struct TimeAxis {
    low: f64,
    high: f64,
    ratios: bool,
    left: f64,
    right: f64,
}

impl TimeAxis {
    /// For figures between these, in nanoseconds. Where all are alike or near each other the axis begins at 0.
    pub fn new(shortest: u64, longest: u64, left: f64, right: f64) -> TimeAxis {
        // Where something took no time at all a scale of ratios has to begin somewhere.
        let (shortest, longest) = (shortest.max(longest / WIDEST).max(1) as f64, longest.max(1) as f64);
        let ratios = longest / shortest > WIDE;
        let (low, high) = if ratios { (shortest / 1.15, longest * 1.1) } else { (0.0, longest * 1.06) };
        TimeAxis { low, high, ratios, left, right }
    }

    /// Whether equal distances are equal ratios, so that there is no place for 0.
    pub fn ratios(&self) -> bool {
        self.ratios
    }

    pub fn place(&self, nanos: u64) -> f64 {
        let along = |x: f64| if self.ratios { libm::log10(x) } else { x };
        let (low, high) = (along(self.low), along(self.high));
        let share = (along((nanos as f64).max(self.low)) - low) / (high - low);
        self.left + share * (self.right - self.left)
    }

    /// Round times along the axis, as many as there is room for.
    pub fn ticks(&self) -> Vec<u64> {
        let steps: &[&[f64]] = &[&[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        if self.ratios {
            let choices = steps.iter().map(|steps| self.decades(steps));
            return choices.into_iter().find(|ticks| self.fits(ticks)).unwrap_or_default();
        }
        let first = libm::floor(libm::log10(self.high / 20.0).max(0.0));
        let sizes = (0..).flat_map(|decade| [1.0, 2.0, 5.0].map(|step| step * power_of_ten(first + f64::from(decade))));
        let mut choices = sizes.map(|step| {
            let count = (self.high / step) as u64;
            (0..=count).map(|i| i * step as u64).collect::<Vec<u64>>()
        });
        choices.find(|ticks| self.fits(ticks)).expect("a large enough step leaves one tick")
    }

    fn decades(&self, steps: &[f64]) -> Vec<u64> {
        let first = libm::floor(libm::log10(self.low)).max(0.0);
        let decades = iter::successors(Some(first), |decade| Some(decade + 1.0)).map(power_of_ten);
        let decades = decades.take_while(|decade| *decade <= self.high);
        let all = decades.flat_map(|decade| steps.iter().map(move |step| step * decade));
        all.filter(|time| (self.low..=self.high).contains(time)).map(|time| time as u64).collect()
    }

    fn fits(&self, ticks: &[u64]) -> bool {
        let half = |time: u64| text::width(&time_label(time), TICK) / 2.0 + 6.0;
        ticks.windows(2).all(|pair| self.place(pair[1]) - half(pair[1]) > self.place(pair[0]) + half(pair[0]))
    }

    /// Lines from top to bottom, numbers below, and what they mean below these.
    pub fn draw(&self, canvas: &mut Canvas, top: f64, bottom: f64, title: &str) {
        for time in self.ticks() {
            let x = self.place(time);
            canvas.line((x, top), (x, bottom), GRID, 0.75);
            canvas.label(Label::new(time_label(time), (x, bottom + 12.0)).anchor(Anchor::Middle).size(TICK).colour(MUTED));
        }
        let middle = (self.left + self.right) / 2.0;
        canvas.label(Label::new(title, (middle, bottom + 30.0)).anchor(Anchor::Middle).colour(MUTED));
    }
}

fn power_of_ten(exponent: f64) -> f64 {
    libm::rint(libm::pow(10.0, exponent))
}

/// A round time: `150 ms`, `1.5 s`.
pub fn time_label(nanos: u64) -> String {
    let (unit, name) = match nanos {
        0 => return String::from("0"),
        1_000_000_000.. => (1_000_000_000, "s"),
        1_000_000.. => (1_000_000, "ms"),
        1_000.. => (1_000, "µs"),
        _ => (1, "ns"),
    };
    let (whole, rest) = (nanos / unit, nanos % unit);
    let digits = unit.ilog10() as usize;
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:0digits$}") };
    format!("{whole}{}\u{a0}{name}", fraction.trim_end_matches('0'))
}

/// Shares from bottom to top, in nines: 90 %, 99 % and 99.9 % are equally far apart. The scale ends where so many figures can tell
/// shares apart; what all of them are below stands on a line of its own above it.
pub struct Nines {
    /// Nines at the end of the scale.
    most: f64,
    bottom: f64,
    top: f64,
}

impl Nines {
    /// For so many figures.
    pub fn new(figures: usize, top: f64, bottom: f64) -> Nines {
        Nines { most: libm::log10(figures.max(2) as f64), bottom, top }
    }

    /// Where the scale ends: the rest of the height is for "all".
    fn end(&self) -> f64 {
        self.top + (self.bottom - self.top) * 0.08
    }

    pub fn place(&self, share: f64) -> f64 {
        if share >= 1.0 {
            return self.top;
        }
        let nines = -libm::log10(1.0 - share.max(0.0));
        self.bottom - (nines / self.most).min(1.0) * (self.bottom - self.end())
    }

    /// The shares that have a line, and what is written at it.
    fn ticks(&self) -> Vec<(f64, String)> {
        let mut ticks = vec![(0.0, String::from("0\u{a0}%")), (0.5, String::from("50\u{a0}%"))];
        // Where there are very many nines a half is next to nothing.
        if self.place(0.0) - self.place(0.5) < 1.5 * TICK {
            ticks.pop();
        }
        let mut name = String::from("90");
        for nines in (1..).take_while(|nines| f64::from(*nines) <= self.most) {
            ticks.push((1.0 - libm::pow(0.1, f64::from(nines)), format!("{name}\u{a0}%")));
            name = match nines {
                1 => String::from("99"),
                2 => String::from("99.9"),
                _ => name + "9",
            };
        }
        ticks.push((1.0, String::from("all")));
        ticks
    }

    /// How much room the axis takes left of the plot, from the edge of the picture.
    pub fn room(&self) -> f64 {
        let widest = self.ticks().iter().map(|(_, name)| text::width(name, TICK)).fold(0.0, f64::max);
        TITLE + 10.0 + widest + AWAY
    }

    /// Lines from left to right, and their shares.
    pub fn draw(&self, canvas: &mut Canvas, left: f64, right: f64, title: &str) {
        for (share, name) in self.ticks() {
            let y = self.place(share);
            canvas.line((left, y), (right, y), GRID, 0.75);
            canvas.label(Label::new(name, (left - AWAY, y)).anchor(Anchor::Right).size(TICK).colour(MUTED));
        }
        let middle: Point = (left - self.room() + TITLE, (self.top + self.bottom) / 2.0);
        canvas.label(Label::new(title, middle).anchor(Anchor::Middle).colour(MUTED).upright());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_inside_the_axis_and_their_numbers_do_not_touch() {
        for (shortest, longest) in [(1, 1), (150_000_000, 310_000_000), (1_000, 90_000_000_000), (0, 7_000_000_000), (5, 60)] {
            let axis = TimeAxis::new(shortest, longest, 70.0, 760.0);
            let ticks = axis.ticks();
            assert!((2..30).contains(&ticks.len()) || longest == 1, "{shortest} to {longest}: {ticks:?}");
            assert!(axis.fits(&ticks));
            assert!(ticks.iter().all(|tick| (69.9..=760.1).contains(&axis.place(*tick))), "{ticks:?}");
        }
    }

    #[test]
    fn times_are_named_in_the_unit_that_makes_them_short() {
        let named = |nanos| time_label(nanos).replace('\u{a0}', " ");
        assert_eq!(named(1_500_000_000), "1.5 s");
        assert_eq!(named(150_000_000), "150 ms");
        assert_eq!(named(1_050_000_000), "1.05 s");
        assert_eq!(named(0), "0");
    }

    #[test]
    fn every_nine_is_as_far_from_the_last_and_nothing_reaches_all_but_all() {
        let nines = Nines::new(1_000, 0.0, 300.0);
        let (one, two, three) = (nines.place(0.9), nines.place(0.99), nines.place(0.999));
        assert!(((one - two) - (two - three)).abs() < 1e-6);
        assert!(three > nines.place(1.0) + 10.0);
        // More nines than the figures can tell apart end where the scale ends.
        assert!((nines.place(0.99999) - three).abs() < 1e-6);
        assert!((nines.place(0.0) - 300.0).abs() < 1e-9);
    }
}
