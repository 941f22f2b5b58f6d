//! The pictures of the README are what the tool draws today.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The pictures in `docs/pictures` and the comparison that they are from, as the README gives it.
const COMPARISON: [&str; 4] = ["compare", "leader-crash", "--seeds", "0..100"];
const PICTURES: [&str; 1] = ["leader-crash-failover.svg"];

#[test]
fn the_first_picture_of_the_readme_is_what_its_command_draws() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("a README");
    assert!(readme.contains(&COMPARISON.join(" ")), "the README does not say how its picture was made");
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
        assert!(readme.contains(&format!("docs/pictures/{picture}")), "{picture} is not in the README");
        let drawn = fs::read(folder.join("charts").join(picture)).expect("it was drawn");
        let committed = fs::read(root.join("docs/pictures").join(picture)).expect("it is committed");
        assert!(
            drawn == committed,
            "docs/pictures/{picture} is not what the tool draws now: look at {}, and copy it if it is right",
            folder.join("charts").join(picture).display()
        );
    }
}
