//! Why a command could not do what it was asked. A finding is none of these: it is a result.

use std::fmt;
use std::io;

use scenarios::diagnostic::Diagnostics;

use crate::exit::{self, Exit};

pub enum Failure {
    /// The user's mistake, outside of scenario files: what is wrong, and what to write instead.
    Usage {
        what: String,
        help: Option<String>,
    },
    /// The user's mistake in a scenario: it points at the line.
    Scenario(Diagnostics),
    /// Nothing was selected, so nothing was shown.
    Nothing(String),
    Write {
        what: String,
        error: io::Error,
    },
    /// A run that did not repeat itself.
    Ours(String),
}

impl Failure {
    pub fn usage(what: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure::Usage { what: what.into(), help: Some(help.into()) }
    }

    pub fn write(what: impl fmt::Display, error: io::Error) -> Failure {
        Failure::Write { what: what.to_string(), error }
    }

    pub const fn exit(&self) -> Exit {
        match self {
            Failure::Usage { .. } | Failure::Scenario(_) | Failure::Write { .. } => exit::USAGE,
            Failure::Nothing(_) => exit::NOT_EXERCISED,
            Failure::Ours(_) => exit::OURS,
        }
    }

    /// For the user's eyes, on standard error.
    pub fn render(&self, colour: bool) -> String {
        match self {
            Failure::Usage { what, help: Some(help) } => format!("error: {what}\n  help: {help}"),
            Failure::Usage { what, help: None } | Failure::Nothing(what) => format!("error: {what}"),
            Failure::Scenario(diagnostics) => diagnostics.render(colour),
            Failure::Write { what, error } => format!("error: cannot write {what}: {error}"),
            Failure::Ours(what) => format!("error: {what}\n  This is a bug of ours: please report it with the lines above."),
        }
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Failure {
        Failure::Scenario(diagnostics)
    }
}
