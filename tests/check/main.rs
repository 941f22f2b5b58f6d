//! `hustings check` as a process: every exit code, what stands in its files, shards, baselines, and what is wrong with what it was
//! given. The test runs itself as a program with an algorithm that does not keep what it promises.

mod baselines;
mod cut_short;
#[path = "../misfit/mod.rs"]
mod misfit;
mod verdicts;

use std::fs;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

/// Set in the environment of the program, not of the test.
const PLAYS: &str = "HUSTINGS_TEST_BRAGS";

#[expect(clippy::disallowed_methods, reason = "the test tells its own program from itself by this")]
fn main() -> ExitCode {
    if let Some(version) = std::env::var_os(PLAYS) {
        misfit::MENDED.store(version == "mended", Ordering::Relaxed);
        return hustings::main(hustings::registry().with::<misfit::Misfit<true>>());
    }
    for (name, story) in verdicts::STORIES.iter().chain(cut_short::STORIES).chain(baselines::STORIES) {
        println!("{name}");
        story();
    }
    ExitCode::SUCCESS
}

type Story = (&'static str, fn());

/// An empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the test's own folder");
    folder
}

fn program(folder: &Path, arguments: &str) -> Command {
    words(Command::new(std::env::current_exe().expect("a running program has a path")), folder, arguments)
}

fn words(mut program: Command, folder: &Path, arguments: &str) -> Command {
    program.arg0("hustings").args(arguments.split(' ')).env(PLAYS, "as it is").env("RUST_BACKTRACE", "0").current_dir(folder);
    program
}

/// What came of a command.
struct Said {
    code: i32,
    data: String,
    talk: String,
}

impl Said {
    /// It ended so, with these words among the data and those among the talk.
    fn assert(&self, code: i32, shown: &[&str], told: &[&str]) {
        let Said { code: ended, data, talk } = self;
        let all = shown.iter().all(|words| data.contains(words)) && told.iter().all(|words| talk.contains(words));
        assert!(*ended == code && all, "{ended}, not {code} with {shown:?} and {told:?}: {data}{talk}");
    }

    fn last(&self) -> &str {
        self.data.trim_end().lines().last().unwrap_or("")
    }
}

fn said(output: &Output) -> Said {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code().unwrap_or(-1), data: text(&output.stdout), talk: text(&output.stderr) }
}

fn run(folder: &Path, arguments: &str) -> Said {
    said(&program(folder, arguments).output().expect("the program starts"))
}

/// The same in the version in which the bug is mended: another program.
fn run_mended(folder: &Path, arguments: &str) -> Said {
    static OTHER: OnceLock<PathBuf> = OnceLock::new();
    let other = OTHER.get_or_init(|| {
        let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mended{}", std::env::consts::EXE_SUFFIX));
        fs::copy(std::env::current_exe().expect("a running program has a path"), &other).expect("room for it");
        // What follows the program in its file is not run.
        let mut file = fs::OpenOptions::new().append(true).open(&other).expect("the test's own file");
        file.write_all(b"mended").expect("room for it");
        other
    });
    said(&words(Command::new(other), folder, arguments).env(PLAYS, "mended").output().expect("the program starts"))
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the test's own folder");
    fs::write(path, text).expect("the test's own file");
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
