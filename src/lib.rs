//! The face: words in, words out. Arguments, commands, terminal, exit codes.
//!
//! A program with an algorithm of its own is one line: `fn main() -> ExitCode { hustings::main(hustings::registry().with::<Mine>()) }`.
//!
//! The module list is a map of the code, in reading order.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use sim::Registry;

// For authors of algorithms.
pub mod testing;

// The commands.
mod check;
mod compare;
mod explain;
mod list;
mod many;
mod mutants;
mod replay;
mod reproduce;
mod run;
mod shrink;
mod swarm;
mod validate;

// What they share.
mod arguments;
mod build;
mod cast;
mod determinism;
mod pictures;
mod program;
mod progress;
mod report;
mod save;
mod script;
mod trace;
mod watch;

// How a program behaves.
mod crash;
pub mod exit;
mod failure;
mod interrupt;
mod output;

use arguments::{Arguments, Command};
use exit::Exit;
use failure::Failure;
use output::Data;

/// The world: the trait that an algorithm implements, and everything in its signatures. A crate with an algorithm needs to depend
/// on this one alone.
pub use sim;

/// The algorithms that are built in.
pub fn registry() -> Registry {
    scenarios::default_registry()
}

/// The whole program, for these algorithms: reads the command line, does what it says, and answers with an exit code of
/// [`exit`].
pub fn main(registry: Registry) -> ExitCode {
    crash::install();
    program::is_called();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are data and no mistake; a closed pipe is nobody's.
            let _ = error.print();
            return if error.use_stderr() { exit::USAGE.into() } else { exit::AS_EXPECTED.into() };
        }
    };
    let mut data = Data::stdout();
    let done = obey(&registry, arguments.command, &mut data).and_then(|exit| data.flush().map(|()| exit));
    let exit = done.unwrap_or_else(|failure| {
        // What was written before it comes first; should that fail too, the first failure is the one to tell.
        let _ = data.flush();
        output::talk(&failure.render(output::talk_in_colour()));
        failure.exit()
    });
    exit.into()
}

fn obey(registry: &Registry, command: Command, data: &mut Data) -> Result<Exit, Failure> {
    match command {
        Command::Run(arguments) => {
            let cast = cast::Cast::new(registry, &arguments.scenario, &arguments.player)?;
            cast.say_what_is_not_weighed();
            match arguments.seeds.clone() {
                Some(seeds) => many::seeds(&cast, seeds, &arguments, data),
                None => {
                    run::each_file_its_own(&arguments)?;
                    script::tell(registry, &cast, arguments.seed, arguments.write_script.as_deref())?;
                    run::one(&cast, &arguments, data)
                }
            }
        }
        Command::Check(arguments) => check::check(registry, &arguments, data),
        Command::Compare(arguments) => compare::compare(registry, &arguments, data),
        Command::Replay(arguments) => replay::replay(registry, &arguments, data),
        Command::Shrink(arguments) => shrink::shrink(registry, &arguments, data),
        Command::Reproduce(arguments) => reproduce::reproduce(registry, &arguments, data),
        Command::Mutants(arguments) => mutants::mutants(registry, &arguments, data),
        Command::Swarm(arguments) => swarm::swarm(registry, &arguments, data),
        Command::List(arguments) => list::list(registry, &arguments, data),
        Command::Explain { name } => explain::explain(registry, &name, data),
        Command::Validate { files } => validate::validate(registry, &files, data),
        Command::Schema => data.write(&format!("{:#}\n", scenarios::schema(registry))).map(|()| exit::AS_EXPECTED),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "hustings", &mut script);
            data.write(&String::from_utf8_lossy(&script)).map(|()| exit::AS_EXPECTED)
        }
    }
}
