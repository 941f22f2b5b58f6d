//! `report.html` in a real browser, headless: it opens without a console error or a request to anybody, and everything on it that
//! can be pressed, turned or pointed at does what it says. Needs Chromium, so it runs only when asked for, as `.ci/run` does:
//! `cargo test --release --test browser -- --ignored --test-threads 1`.

mod devtools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use devtools::Page;
use serde_json::Value;

/// What an opened report may take until it shows something, in milliseconds.
const FIRST_PAINT: f64 = 2_000.0;
/// What it may take from choosing a run until its timeline is drawn.
const RUN_SHOWN: f64 = 1_000.0;
/// Everybody in five scenarios. How many runs a page keeps, and how much of each, depends little on the number of seeds: the page
/// of 1 000 seeds is hardly larger than this one, and this one is made in seconds.
const SCENARIOS: [&str; 5] = ["leader-crash", "leader-isolated", "lock-holder-paused", "random-faults", "flapping-link"];
const SEEDS: &str = "0..40";

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(name);
    fs::create_dir_all(&folder).expect("the test's own folder");
    folder
}

/// The report, made once for all tests; or the one that is named in the environment, such as a larger one.
#[expect(clippy::disallowed_methods, reason = "a test of what somebody else's report does in a browser is asked for by hand")]
fn report() -> &'static Path {
    static REPORT: OnceLock<PathBuf> = OnceLock::new();
    REPORT.get_or_init(|| {
        if let Some(path) = std::env::var_os("HUSTINGS_REPORT") {
            return PathBuf::from(path);
        }
        let folder = folder("report");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hustings"));
        command.arg("compare").args(SCENARIOS).args(["--seeds", SEEDS, "--out"]).arg(&folder);
        let output = command.output().expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder.join("report.html")
    })
}

/// The report in a browser of its own.
fn opened(name: &str) -> Page {
    let mut page = Page::start(&folder(name));
    page.open(report());
    page
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// Nothing was complained of, and nothing asked for but the file itself.
fn is_clean(page: &Page) {
    for event in &page.events {
        let parameters = &event["params"];
        match event["method"].as_str().unwrap_or("") {
            "Runtime.exceptionThrown" | "Log.entryAdded" => panic!("{parameters}"),
            "Runtime.consoleAPICalled" => panic!("the page wrote to the console: {parameters}"),
            "Network.requestWillBeSent" => {
                let url = parameters["request"]["url"].as_str().unwrap_or("");
                let own = url.starts_with("file://") && url.ends_with("/report.html");
                assert!(own || url.starts_with("data:"), "the page asked for {url}");
            }
            _ => {}
        }
    }
    let asked = page.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent").count();
    assert!(asked >= 1, "the page itself must have been seen, or nothing would have been");
}

/// From and until of what is shown, in microseconds.
fn shown(page: &mut Page) -> (f64, f64) {
    let value = page.after_drawing("[lanes.dataset.from, lanes.dataset.until].map(Number)");
    (number(&value[0]), number(&value[1]))
}

/// Chooses the first run of that scenario and algorithm, by hand as it were.
fn choose(page: &mut Page, scenario: &str, algorithm: &str) {
    for (select, name) in [("scenario", scenario), ("algorithm", algorithm)] {
        let found = page.value(&format!(
            "(select => {{ const option = [...select.options].find(it => it.text === '{name}'); if (!option) return false; \
             select.value = option.value; select.dispatchEvent(new Event('change')); return true; }})(document.getElementById('{select}'))"
        ));
        assert_eq!(found, true, "{name} is offered");
    }
}

#[test]
#[ignore = "needs chromium"]
fn it_opens_within_two_seconds_and_asks_nobody_for_anything() {
    let mut page = opened("opens");
    let paint = page.after_drawing("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    let runs = page.value("JSON.parse(document.getElementById('index').textContent).runs.length");
    let bytes = fs::metadata(report()).expect("it was written").len();
    println!("first paint after {:.0} ms: {runs} runs, {:.1} MB", number(&paint), bytes as f64 / 1e6);
    assert!(number(&paint) < FIRST_PAINT);
    assert!(number(&runs) > 60.0);
    // The size that the page gives is the size that it has.
    let said = text(&page.value("document.querySelector('header p').textContent"));
    assert!(said.contains(&format!("its size: {:.1} MB", bytes as f64 / 1e6)), "{said}");
    is_clean(&page);
}

#[test]
#[ignore = "needs chromium"]
fn every_run_that_is_offered_can_be_shown_and_none_takes_long() {
    let mut page = opened("runs");
    let expression = "(async () => { let worst = 0; const runs = JSON.parse(index.textContent).runs.length; \
                      for (let k = 0; k < runs; k++) { const before = performance.now(); document.getElementById('next').click(); \
                      await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); \
                      worst = Math.max(worst, performance.now() - before); \
                      if (stage.dataset.run != (k + 1) % runs) throw new Error('run ' + k); \
                      if (events.children.length === 0) throw new Error('run ' + k + ' has no events'); } return worst; })()";
    let worst = number(&page.value(&expression.replace("index.", "document.getElementById('index').")));
    println!("a run is shown after at most {worst:.0} ms");
    assert!(worst < RUN_SHOWN);
    is_clean(&page);
}

#[test]
#[ignore = "needs chromium"]
fn a_run_is_picked_by_scenario_algorithm_and_seed() {
    let mut page = opened("picks");
    choose(&mut page, "leader-isolated", "bully");
    let command = text(&page.value("command.textContent"));
    assert!(command.starts_with("hustings run leader-isolated --algorithm bully --seed "), "{command}");
    // A seed that is not kept is given as a command.
    page.value("seed.value = '123456789012345678'; seed.dispatchEvent(new Event('input'))");
    let command = text(&page.value("command.textContent"));
    assert!(command.contains(" --seed 123456789012345678 --timeline run.svg"), "{command}");
    // A cell of the matrix leads to its runs.
    page.press("button.cell.safety");
    let why = text(&page.value("why.textContent"));
    assert!(why.contains("safety finding") || why.contains("failover"), "{why}");
    is_clean(&page);
}

#[test]
#[ignore = "needs chromium"]
fn the_timeline_zooms_moves_and_scrubs() {
    let mut page = opened("zooms");
    choose(&mut page, "leader-isolated", "raft");
    page.value("lanes.scrollIntoView({ block: 'center' })");
    let (from, until) = shown(&mut page);
    assert_eq!(from, 0.0);
    page.press("#zoom-in");
    let closer = shown(&mut page);
    assert!((closer.1 - closer.0) * 1.9 < until, "half of it is shown: {closer:?}");
    page.value("lanes.scrollIntoView({ block: 'center' })");
    let place = page.after_drawing("(box => [box.x, box.y, box.width, box.height])(lanes.getBoundingClientRect())");
    let (x, y, width, height) = (number(&place[0]), number(&place[1]), number(&place[2]), number(&place[3]));
    let (middle, row) = (x + width / 2.0, y + height / 3.0);
    page.pointer("mouseWheel", middle, row, -600.0);
    let wheeled = shown(&mut page);
    assert!(wheeled.1 - wheeled.0 < (closer.1 - closer.0) / 2.0, "the wheel zooms: {wheeled:?}");
    page.pointer("mousePressed", middle, row, 0.0);
    page.pointer("mouseMoved", middle - 200.0, row, 0.0);
    page.pointer("mouseReleased", middle - 200.0, row, 0.0);
    let dragged = shown(&mut page);
    assert!(dragged.0 > wheeled.0 && (dragged.1 - dragged.0 - wheeled.1 + wheeled.0).abs() < 2.0, "a drag moves: {dragged:?}");
    // The strip above: to its right end.
    let strip = page.value("(box => [box.right - 20, box.y + 20])(scrub.getBoundingClientRect())");
    page.pointer("mousePressed", number(&strip[0]), number(&strip[1]), 0.0);
    page.pointer("mouseReleased", number(&strip[0]), number(&strip[1]), 0.0);
    let scrubbed = shown(&mut page);
    assert!((scrubbed.1 - until).abs() < 1.0, "scrubbed to the end: {scrubbed:?}");
    assert!(text(&page.value("now.textContent")).contains("acting leaders: 1"));
    page.press("#zoom-all");
    assert_eq!(shown(&mut page), (from, until));
    // Keys.
    page.value("lanes.focus()");
    page.call("Input.dispatchKeyEvent", serde_json::json!({ "type": "keyDown", "key": "+" }));
    assert!(shown(&mut page).1 < until);
    is_clean(&page);
}

#[test]
#[ignore = "needs chromium"]
fn what_a_message_says_shows_under_the_pointer() {
    let mut page = opened("hovers");
    choose(&mut page, "leader-isolated", "raft");
    page.value("[...events.querySelectorAll('button')].find(it => it.textContent.includes('leader lost')).click()");
    page.value("lanes.scrollIntoView({ block: 'center' })");
    let place = page.after_drawing("(box => [box.x, box.y, box.width, box.height])(lanes.getBoundingClientRect())");
    let (x, y, width, height) = (number(&place[0]), number(&place[1]), number(&place[2]), number(&place[3]));
    let mut said = String::new();
    // Along a line between two lanes, where messages cross.
    for step in 0..400 {
        page.pointer("mouseMoved", x + 110.0 + f64::from(step) * (width - 130.0) / 400.0, y + height * 0.27, 0.0);
        let tip = page.value("tip.hidden ? '' : tip.textContent");
        said = text(&tip);
        if said.contains(" → ") && said.contains(" {") {
            break;
        }
    }
    assert!(said.contains(" → ") && said.contains("sent ") && said.contains(" {"), "a message with its content: {said:?}");
    is_clean(&page);
}

#[test]
#[ignore = "needs chromium"]
fn dark_follows_the_system_until_somebody_presses_the_switch() {
    let mut page = opened("dark");
    let background = "getComputedStyle(document.body).backgroundColor";
    // Of the background of the first lane, from a copy that is made to be read.
    let pixel = "(() => { const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true }); \
                 pen.drawImage(lanes, -106, -30); const at = pen.getImageData(0, 0, 1, 1).data; return at[0] + at[1] + at[2]; })()";
    let system = |page: &mut Page, scheme: &str| {
        let feature = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        page.call("Emulation.setEmulatedMedia", feature);
    };
    system(&mut page, "light");
    assert_eq!(page.after_drawing(background), "rgb(255, 255, 255)");
    let light = number(&page.after_drawing(pixel));
    system(&mut page, "dark");
    assert_eq!(page.after_drawing(background), "rgb(20, 24, 29)");
    assert!(number(&page.after_drawing(pixel)) < light, "the timeline is drawn again in dark colours");
    page.press("#theme");
    assert_eq!(page.after_drawing(background), "rgb(255, 255, 255)", "light, whatever the system says");
    page.press("#theme");
    assert_eq!(page.after_drawing(background), "rgb(20, 24, 29)");
    is_clean(&page);
}

#[test]
#[ignore = "needs chromium"]
fn the_command_is_copied() {
    let mut page = opened("copies");
    page.call(
        "Browser.grantPermissions",
        serde_json::json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] }),
    );
    let command = text(&page.value("command.textContent"));
    page.press("#copy");
    // The browser takes as long as it likes to write to the clipboard.
    let answered = "new Promise(done => {
        const look = () => copy.textContent === 'Copy' ? setTimeout(look, 10) : done(copy.textContent);
        look();
    })";
    assert_eq!(text(&page.value(answered)), "Copied");
    assert_eq!(text(&page.value("navigator.clipboard.readText()")), command);
    is_clean(&page);
}
