//! The rules of the house that a review would forget: which way imports run, how long a file and a function may be, that every
//! file says what it is for, and words that have no place in finished work.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The workspace, lowest first. A package may use those before it, as far as its entry says.
const LAYERS: [(&str, &[&str]); 5] = [
    ("sim", &[]),
    ("algorithms", &["sim"]),
    ("scenarios", &["sim", "algorithms"]),
    // Not the algorithms: what a report shows comes out of an outcome, so that it works for anybody's algorithm.
    ("reports", &["sim", "scenarios"]),
    ("", &["sim", "algorithms", "scenarios", "reports"]),
];

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 70;
/// Of the crate to start from, its program included: whoever copies it wants to have read it first.
const MOST_TO_START_FROM: usize = 125;

/// The only files that may allow unsafe code: a global allocator that counts cannot be written without it.
const COUNTS_ALLOCATIONS: [&str; 1] = ["tests/no_allocation.rs"];

struct Source {
    /// From the root of the repository, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The lines without those that are only comments, with their numbers from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    for path in paths {
        if path.is_dir() {
            // What an example that was built on its own leaves behind is nobody's source.
            if path.file_name().is_some_and(|name| name != "target") {
                walk(&path, ending, found);
            }
        } else if path.extension().is_some_and(|extension| extension == ending) {
            let relative = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            found.push(Source { path: relative, text: fs::read_to_string(&path).expect("a text file") });
        }
    }
}

/// All Rust files of one package: `""` is the root package.
fn sources(package: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for part in ["src", "tests", "benches", "examples"] {
        walk(&root().join(package).join(part), "rs", &mut found);
    }
    found
}

fn all_sources() -> Vec<Source> {
    let found: Vec<Source> = LAYERS.iter().flat_map(|(package, _)| sources(package)).collect();
    assert!(found.len() > 20, "the sources are not where this test looks for them");
    found
}

/// The packages of this workspace that a manifest names in any of its dependency tables, by whatever name.
fn dependencies(manifest: &str) -> BTreeSet<&'static str> {
    let mut in_dependencies = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            in_dependencies = table.contains("dependencies") && !table.starts_with("workspace");
        } else if in_dependencies && !line.starts_with('#') {
            for (package, _) in &LAYERS[..4] {
                let key = line.split(['.', '=', ' ']).next().unwrap_or("").trim_matches('"');
                if key == *package || line.contains(&format!("\"hustings-{package}\"")) || key == format!("hustings-{package}") {
                    found.insert(*package);
                }
            }
        }
    }
    found
}

/// Whether this line of code names something inside that crate: `sim::…`, but not `crate::sim::…` or `my_sim::…`.
fn names(line: &str, package: &str) -> bool {
    let needle = format!("{package}::");
    line.match_indices(&needle).any(|(at, _)| {
        let before = &line[..at];
        let leading = before.strip_suffix("::").unwrap_or(before);
        let absolute = leading.len() != before.len() && !leading.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>');
        absolute || !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// Fails with one line for each complaint.
fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn imports_run_from_the_face_down_to_the_world_and_never_back() {
    let mut complaints = Vec::new();
    for (package, may_use) in LAYERS {
        let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).expect("a manifest");
        let uses = dependencies(&manifest);
        for (other, _) in &LAYERS[..4] {
            if *other == package || may_use.contains(other) {
                continue;
            }
            if uses.contains(other) {
                complaints.push(format!("{package}/Cargo.toml depends on {other}"));
            }
            for source in sources(package) {
                for (number, line) in source.code().filter(|(_, line)| names(line, other)) {
                    complaints.push(format!("{}:{number} uses {other}: {}", source.path, line.trim()));
                }
            }
        }
    }
    complain(&complaints);
}

#[test]
fn this_test_would_notice_an_import_that_runs_backwards() {
    assert!(names("use reports::html;", "reports"));
    assert!(names("    let x = ::reports::html(1);", "reports"));
    assert!(names("fn f(x: Vec<reports::Row>) {", "reports"));
    assert!(!names("use crate::reports::html;", "reports"));
    assert!(!names("use our_reports::html;", "reports"));
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nsim.workspace = true\n[dev-dependencies]\npicture = { package = \"hustings-reports\" }";
    assert_eq!(dependencies(manifest), BTreeSet::from(["reports", "sim"]));
    assert_eq!(dependencies("[workspace.dependencies]\nsim = { path = \"sim\" }"), BTreeSet::new());
}

#[test]
fn the_crate_to_start_from_is_read_in_a_few_minutes() {
    let mut found = Vec::new();
    walk(&root().join("examples/highest-ballot/src"), "rs", &mut found);
    let lines: usize = found.iter().map(|source| source.text.lines().count()).sum();
    assert!((50..=MOST_TO_START_FROM).contains(&lines), "examples/highest-ballot/src has {lines} lines");
}

#[test]
fn scenarios_touch_the_algorithms_in_one_file_only() {
    let touching: Vec<String> = sources("scenarios")
        .into_iter()
        .filter(|source| source.path.starts_with("scenarios/src/"))
        .filter(|source| source.code().any(|(_, line)| names(line, "algorithms")))
        .map(|source| source.path)
        .collect();
    assert_eq!(touching.len(), 1, "everything else takes a `&Registry`: {touching:?}");
}

#[test]
fn the_lower_layers_read_no_file_and_print_nothing() {
    let mut complaints = Vec::new();
    // The script reads files; the picture gives back bytes and leaves writing them to the face.
    let forbidden = [
        ("sim", &["std::fs", "std::io", "std::net", "std::process", "print!(", "println!("][..]),
        ("algorithms", &["std::fs", "std::io", "std::net", "std::process", "print!(", "println!("]),
        ("scenarios", &["std::process", "print!(", "println!("]),
        ("reports", &["std::fs", "std::net", "std::process", "print!(", "println!("]),
    ];
    for (package, words) in forbidden {
        for source in sources(package).into_iter().filter(|source| source.path.starts_with(&format!("{package}/src/"))) {
            for (number, line) in source.code() {
                if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                    complaints.push(format!("{}:{number} has {word}", source.path));
                }
            }
        }
    }
    complain(&complaints);
}

#[test]
fn every_file_opens_with_what_it_is_for_and_is_one_thing() {
    let mut complaints = Vec::new();
    for source in all_sources() {
        if !source.text.starts_with("//! ") {
            complaints.push(format!("{}: does not open with `//!` and what it is for", source.path));
        }
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            complaints.push(format!("{}: {lines} lines, more than {LONGEST_FILE}", source.path));
        }
    }
    complain(&complaints);
}

/// Functions of a formatted file that are too long: name, first line, length. A body ends with the first brace that stands as
/// far to the right as the line on which the function begins.
fn long_functions(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let word = line.trim_start();
        let Some(at) = word.find("fn ").filter(|at| is_before_a_function(&word[..*at])) else { continue };
        let indent = &line[..line.len() - word.len()];
        let name: String = word[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let ends = |line: &str| {
            line.strip_prefix(indent).is_some_and(|rest| rest == "}" || rest.ends_with(';') && !rest.starts_with(' '))
        };
        if line.ends_with(['}', ';']) {
            continue;
        }
        let Some(end) = (start + 1..lines.len()).find(|&index| ends(lines[index])) else { continue };
        let length = end - start + 1;
        if length > LONGEST_FUNCTION {
            found.push((name, start + 1, length));
        }
    }
    found
}

/// Only what may stand before `fn`: so that `fn` in a sentence or a type is not taken for a function.
fn is_before_a_function(words: &str) -> bool {
    words.split_whitespace().all(|word| {
        matches!(word, "pub" | "const" | "async" | "unsafe" | "extern" | "\"C\"")
            || (word.starts_with("pub(") && word.ends_with(')'))
    })
}

#[test]
fn no_function_is_longer_than_a_screen() {
    let mut complaints = Vec::new();
    for source in all_sources() {
        for (name, line, length) in long_functions(&source.text) {
            complaints.push(format!("{}:{line} `{name}` has {length} lines, more than {LONGEST_FUNCTION}", source.path));
        }
    }
    complain(&complaints);
}

#[test]
fn this_test_would_notice_a_long_function() {
    let body = "        work();\n".repeat(LONGEST_FUNCTION - 1);
    let text = format!(
        "impl X {{\n    pub(crate) const fn far(\n        a: u8,\n    ) -> u8 {{\n{body}    }}\n    fn near() {{\n    }}\n}}\n"
    );
    assert_eq!(long_functions(&text), [(String::from("far"), 2, LONGEST_FUNCTION + 3)]);
    assert_eq!(long_functions(&format!("trait X {{\n    fn f();\n{body}}}\n")), []);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together, so that this file does not find itself.
    let dead = [["to", "do!("], ["TO", "DO"], ["FIX", "ME"], ["XX", "X "], ["unimple", "mented!("], ["db", "g!("]]
        .map(|halves| halves.concat());
    let mut files = all_sources();
    for package in LAYERS.map(|(package, _)| package) {
        let path = root().join(package).join("Cargo.toml");
        files.push(Source { path: format!("{package}/Cargo.toml"), text: fs::read_to_string(path).expect("a manifest") });
    }
    walk(&root().join("scenarios/library"), "toml", &mut files);
    let mut complaints = Vec::new();
    for file in &files {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(word) = dead.iter().find(|word| line.contains(word.as_str())) {
                complaints.push(format!("{}:{} has `{word}`", file.path, index + 1));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn unsafe_code_is_allowed_only_where_allocations_are_counted() {
    // Put together for the same reason.
    let allows = [["allow(uns", "afe"].concat(), ["expect(uns", "afe"].concat()];
    for source in all_sources() {
        let allowed = COUNTS_ALLOCATIONS.contains(&source.path.as_str());
        assert!(
            allowed || !allows.iter().any(|words| source.text.contains(words.as_str())),
            "{} allows unsafe code",
            source.path
        );
    }
}

#[test]
fn every_package_takes_the_lints_of_the_workspace_and_forbidden_things_have_a_reason() {
    for (package, _) in LAYERS {
        let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true\n"), "{package}/Cargo.toml does not take the workspace's lints");
        // A second file would replace the one at the root, not add to it.
        assert!(
            package.is_empty() || !root().join(package).join("clippy.toml").exists(),
            "{package} has a clippy.toml of its own"
        );
    }
    let forbidden = fs::read_to_string(root().join("clippy.toml")).expect("clippy.toml");
    for line in forbidden.lines().filter(|line| line.contains("path = ")) {
        let reason = line.split("reason = \"").nth(1).unwrap_or("");
        assert!(reason.len() > 10, "no reason beside {line}");
    }
}
