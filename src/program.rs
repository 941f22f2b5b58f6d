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

/// The name of an author's program. Ours with a version (`hustings-0.1.0`) is ours, so that its files are the same bytes; one that only
/// begins as ours does (`hustings-mine`) knows algorithms that ours does not.
fn own_name(path: &Path) -> Option<String> {
    let file = path.file_name()?.to_string_lossy();
    let name = file.strip_suffix(".exe").unwrap_or(&file);
    let version = name.strip_prefix(OURS).and_then(|rest| rest.strip_prefix('-'));
    let ours = name == OURS || version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()));
    (!ours).then(|| reports::words::shell(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authors_program_is_called_by_its_own_name_and_ours_is_ours_wherever_it_lies() {
        assert_eq!(own_name(Path::new("target/release/majority-vote")).as_deref(), Some("majority-vote"));
        assert_eq!(own_name(Path::new("my vote.exe")).as_deref(), Some("'my vote'"));
        assert_eq!(own_name(Path::new("bin/zab.v2")).as_deref(), Some("zab.v2"), "a dot is a part of a name");
        assert_eq!(own_name(Path::new("bin/hustings-mine")).as_deref(), Some("hustings-mine"));
        assert_eq!(own_name(Path::new("hustingsvote")).as_deref(), Some("hustingsvote"));
        for ours in ["/opt/bin/hustings-0.1.0", "hustings", "target/release/hustings.exe"] {
            assert_eq!(own_name(Path::new(ours)), None, "{ours}");
        }
        assert_eq!(name(), OURS);
    }
}
