//! The command, with the algorithms that come with it.

fn main() -> std::process::ExitCode {
    hustings::main(hustings::registry())
}
