//! What this program is called: in the commands that it tells, whoever wrote an algorithm finds the program that knows it.

use std::path::Path;
use std::sync::OnceLock;

/// Ours, under whatever name it was installed.
const OURS: &str = "hustings";

static NAME: OnceLock<String> = OnceLock::new();

/// Takes the name from the command line. Without this, it is ours.
pub fn is_called() {
    let named = std::env::args_os().next().and_then(|path| own_name(Path::new(&path)));
    NAME.get_or_init(|| named.unwrap_or_else(|| String::from(OURS)));
}

/// As a word for a shell.
pub fn name() -> &'static str {
    NAME.get().map_or(OURS, String::as_str)
}

/// The name of an author's program; what begins as ours does is ours (`hustings-0.1.0`), so that its files are the same bytes.
fn own_name(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy();
    (!stem.starts_with(OURS)).then(|| reports::words::shell(&stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authors_program_is_called_by_its_own_name_and_ours_is_ours_wherever_it_lies() {
        assert_eq!(own_name(Path::new("target/release/majority-vote")).as_deref(), Some("majority-vote"));
        assert_eq!(own_name(Path::new("my vote.exe")).as_deref(), Some("'my vote'"));
        assert_eq!(own_name(Path::new("/opt/bin/hustings-0.1.0")), None);
        assert_eq!(name(), OURS);
    }
}
