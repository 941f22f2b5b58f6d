//! The pictures in the documentation are what the tool draws today.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The comparison that the pictures are from, as the README gives it.
const COMPARISON: [&str; 4] = ["compare", "leader-crash", "--seeds", "0..100"];
const PICTURES: [&str; 5] = [
    "verdicts.svg",
    "leader-crash-failover.svg",
    "leader-crash-parts.svg",
    "leader-crash-ratios.svg",
    "leader-crash-availability.svg",
];

#[test]
fn the_pictures_in_the_documentation_are_what_their_command_draws() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("a README");
    let explained = fs::read_to_string(root.join("docs/charts.md")).expect("a page on the charts");
    for page in [&readme, &explained] {
        assert!(page.contains(&COMPARISON.join(" ")), "nobody says how the pictures were made");
    }
    assert!(readme.contains("](docs/pictures/leader-crash-failover.svg)"), "the README shows no picture");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("picture");
    let _ = fs::remove_dir_all(&folder);
    let output = Command::new(env!("CARGO_BIN_EXE_hustings"))
        .args(COMPARISON)
        .arg("--out")
        .arg(&folder)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for picture in PICTURES {
        assert!(explained.contains(&format!("](pictures/{picture})")), "docs/charts.md does not show {picture}");
        let drawn = fs::read(folder.join("charts").join(picture)).expect("it was drawn");
        let committed = fs::read(root.join("docs/pictures").join(picture)).expect("it is committed");
        assert!(
            drawn == committed,
            "docs/pictures/{picture} is not what the tool draws now: look at {}, and copy it if it is right",
            folder.join("charts").join(picture).display()
        );
    }
}
