//! The whole program: every command of Hustings, for one algorithm more.

fn main() -> std::process::ExitCode {
    hustings::main(hustings::registry().with::<highest_ballot::HighestBallot>())
}
