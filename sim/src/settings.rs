//! Settings of an algorithm, described as data: one table gives the parser its types, `list` and `explain` their words, and
//! the editor schema its keys. (Serde's derive cannot both point at the offending line and be flattened by hand, see
//! DESIGN 8; a table can.)

use std::fmt::{self, Debug};

use crate::time::Span;

/// What kind of value a setting takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// One length of time: `"100ms"`.
    Span,
    /// Two lengths of time, the low and the high end of what is drawn uniformly: `["150ms", "300ms"]`.
    Range,
    /// A whole number.
    Count,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// A value that fits its [`Kind`]: whoever reads the file has checked that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// On or off.
    Switch(bool),
    /// One length of time.
    Span(Span),
    /// The low and the high end.
    Range(Span, Span),
    /// A whole number, without unit.
    Count(u64),
    /// One of the words that [`Kind::Choice`] lists.
    Choice(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Switch(on) => write!(f, "{on}"),
            Value::Span(span) => write!(f, "\"{span}\""),
            Value::Range(low, high) => write!(f, "[\"{low}\", \"{high}\"]"),
            Value::Count(count) => write!(f, "{count}"),
            Value::Choice(word) => write!(f, "\"{word}\""),
        }
    }
}

/// One setting: its key in scenario files, what it takes, and one sentence.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// As in `[algorithm.NAME]` and in `--set algorithm.NAME.KEY=VALUE`: `election-timeout`.
    pub key: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// One sentence for `explain` and for the editor schema.
    pub about: &'static str,
}

/// The settings of an algorithm.
pub trait Config: Clone + Default + Debug + 'static {
    /// Every key that [`Config::set`] knows. A key named `preset` is applied before all others.
    const SETTINGS: &'static [Setting];

    /// Takes over one value, of the kind that [`Config::SETTINGS`] states for this key.
    fn set(&mut self, key: &str, value: &Value);

    /// The value in force, for `explain` and for the record of a run.
    fn get(&self, key: &str) -> Value;

    /// Called when all keys have been set: do they fit together? The error names the key at fault and says what to write.
    fn check(&self) -> Result<(), (&'static str, String)> {
        Ok(())
    }

    /// What whoever chose these settings should know: what is in force in place of what was asked for, by whose rule.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// An algorithm without settings.
impl Config for () {
    const SETTINGS: &'static [Setting] = &[];
    fn set(&mut self, _key: &str, _value: &Value) {}
    fn get(&self, key: &str) -> Value {
        unreachable!("there is no setting `{key}`")
    }
}
