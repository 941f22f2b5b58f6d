//! A browser by its DevTools protocol, over a pair of pipes: no driver, no port, no socket. Chromium with
//! `--remote-debugging-pipe` reads commands from descriptor 3 and answers on 4, each a JSON text that ends with a zero byte.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// Names under which Debian and others install it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// One page of a headless browser of its own, with a profile of its own.
pub struct Page {
    browser: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: Option<String>,
    number: u64,
    /// What the page told unasked, in order.
    pub events: Vec<Value>,
}

impl Page {
    /// An empty page.
    pub fn start(profile: &Path) -> Page {
        let name = NAMES.iter().find(|name| Command::new(name).arg("--version").output().is_ok());
        let name = name.expect("no chromium on this machine: `apt-get install chromium`, or run what .ci/run does");
        let flags = "--headless --remote-debugging-pipe --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
                     --disable-background-networking --disable-component-update --disable-sync --mute-audio \
                     --window-size=1400,1000";
        // The shell moves our ends of the pipes to where the browser looks for them.
        let line = format!("exec {name} {flags} --user-data-dir=\"$0\" about:blank 3<&0 4>&1 </dev/null >/dev/null 2>&1");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).arg(profile).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut browser = command.spawn().expect("there is a shell");
        let input = browser.stdin.take().expect("it is piped");
        let output = BufReader::new(browser.stdout.take().expect("it is piped"));
        let mut page = Page { browser, input, output, session: None, number: 0, events: Vec::new() };
        let target = page.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = page.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        page.session = attached["sessionId"].as_str().map(String::from);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        page
    }

    /// Sends a command and waits for its answer.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = Value::from(session.as_str());
        }
        self.input.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let answer = self.read();
            if answer["id"] == self.number {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn read(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.output.read_until(0, &mut bytes).expect("the browser answers");
        assert_eq!(bytes.pop(), Some(0), "the browser ended before it answered");
        serde_json::from_slice(&bytes).expect("the browser speaks JSON")
    }

    /// Opens a file and waits until it has loaded.
    pub fn open(&mut self, path: &Path) {
        let loaded = |event: &Value| event["method"] == "Page.loadEventFired";
        let before = self.events.iter().filter(|event| loaded(event)).count();
        self.call("Page.navigate", json!({ "url": format!("file://{}", path.display()) }));
        while self.events.iter().filter(|event| loaded(event)).count() <= before {
            let event = self.read();
            self.events.push(event);
        }
    }

    /// The value of an expression, awaited if it is a promise.
    pub fn value(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let result = self.call("Runtime.evaluate", parameters);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// The value once everything that was asked for has been drawn.
    pub fn after_drawing(&mut self, expression: &str) -> Value {
        self.value(&format!("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done({expression}))))"))
    }

    /// Moves the pointer (`mouseMoved`), presses or releases it, or turns its wheel.
    pub fn pointer(&mut self, kind: &str, x: f64, y: f64, wheel: f64) {
        let button = if kind == "mouseMoved" || kind == "mouseWheel" { "none" } else { "left" };
        let parameters = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": 1, "deltaX": 0, "deltaY": wheel });
        self.call("Input.dispatchMouseEvent", parameters);
    }

    /// Presses a button of the page where it stands.
    pub fn press(&mut self, selector: &str) {
        self.value(&format!("document.querySelector('{selector}').scrollIntoView({{ block: 'center' }})"));
        let middle = self.after_drawing(&format!(
            "(box => [box.x + box.width / 2, box.y + box.height / 2])(document.querySelector('{selector}').getBoundingClientRect())"
        ));
        let at = |place: usize| middle[place].as_f64().expect("a place on the page");
        self.pointer("mousePressed", at(0), at(1), 0.0);
        self.pointer("mouseReleased", at(0), at(1), 0.0);
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
