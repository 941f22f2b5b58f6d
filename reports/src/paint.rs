//! Four colours and bold, as ANSI escapes. Whoever prints the text decides whether they stay.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paint {
    Plain,
    /// What a heading or a leader is.
    Bold,
    /// What one may overlook.
    Dim,
    Good,
    Bad,
    /// Neither good nor bad: a fault, a measurement.
    Noted,
}

impl Paint {
    const fn escape(self) -> &'static str {
        match self {
            Paint::Plain => "",
            Paint::Bold => "\x1b[1m",
            Paint::Dim => "\x1b[2m",
            Paint::Good => "\x1b[32m",
            Paint::Bad => "\x1b[1;31m",
            Paint::Noted => "\x1b[33m",
        }
    }

    pub fn on(self, text: &str) -> String {
        if self == Paint::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("{}{text}\x1b[0m", self.escape())
    }
}
