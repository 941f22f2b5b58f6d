//! What the process answers. Scripts and CI lean on these numbers: a number never changes its meaning.

use std::process::ExitCode;

/// An exit code, and with it what happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exit(u8);

/// Everything went as it should.
pub const AS_EXPECTED: Exit = Exit(0);
/// A safety invariant was violated.
pub const SAFETY: Exit = Exit(1);
/// The command line, a scenario file or a saved failure is wrong, or a file could not be written.
pub const USAGE: Exit = Exit(2);
/// A liveness invariant was violated; or an expectation, a threshold or a published result was not met.
pub const LIVENESS: Exit = Exit(3);
/// Nothing was selected, or what had to be exercised never was.
pub const NOT_EXERCISED: Exit = Exit(4);
/// Worse than the baseline.
pub const REGRESSION: Exit = Exit(5);
/// A bug of ours, or a run that did not repeat itself.
pub const OURS: Exit = Exit(70);
/// Interrupted: running seeds were finished and what there was has been written.
pub const INTERRUPTED: Exit = Exit(130);

/// Where several hold, the first of these is told.
const PRECEDENCE: [Exit; 8] = [OURS, INTERRUPTED, USAGE, SAFETY, LIVENESS, REGRESSION, NOT_EXERCISED, AS_EXPECTED];

impl Exit {
    /// Of two, the one that takes precedence.
    #[must_use]
    pub fn or(self, other: Exit) -> Exit {
        let first = PRECEDENCE.into_iter().find(|exit| *exit == self || *exit == other);
        first.expect("every code has its place")
    }

    pub const fn code(self) -> u8 {
        self.0
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_bug_is_told_before_a_finding_and_safety_before_liveness() {
        assert_eq!(SAFETY.or(OURS), OURS);
        assert_eq!(LIVENESS.or(SAFETY), SAFETY);
        assert_eq!(USAGE.or(SAFETY), USAGE);
        assert_eq!(USAGE.or(INTERRUPTED), INTERRUPTED);
        assert_eq!(NOT_EXERCISED.or(AS_EXPECTED), NOT_EXERCISED);
        assert_eq!(NOT_EXERCISED.or(REGRESSION), REGRESSION);
    }
}
