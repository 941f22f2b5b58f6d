//! The whole program: every command of Hustings, for one algorithm more.

use std::process::ExitCode;

use majority_vote::MajorityVote;

fn main() -> ExitCode {
    hustings::main(hustings::registry().with::<MajorityVote>())
}
