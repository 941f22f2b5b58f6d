//! Ctrl-C: the first one asks to finish what runs, the second one ends the process, and leaves nothing half-written behind.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::exit;
use crate::output::{end_at_once, talk};

static ASKED: AtomicBool = AtomicBool::new(false);
static STOP: AtomicBool = AtomicBool::new(false);
static FIRST: OnceLock<Instant> = OnceLock::new();
/// A signal that comes sooner after the first is the same one: some tools send it to a process and to its group.
const SAME: Duration = Duration::from_millis(500);

/// For commands that run one seed after the other.
pub fn listen() {
    listen_and_say("finishing the seeds that run");
}

/// The first Ctrl-C is answered by what is still done. Where the system lets nobody listen (no signals at all), Ctrl-C just ends the process.
#[expect(clippy::disallowed_methods, reason = "how soon the second comes after the first is real time")]
pub fn listen_and_say(still_done: &'static str) {
    let _ = ctrlc::set_handler(move || {
        let first = FIRST.get_or_init(Instant::now);
        if ASKED.swap(true, Ordering::SeqCst) {
            if first.elapsed() < SAME {
                return;
            }
            end_at_once(exit::INTERRUPTED);
        }
        stop();
        talk(&format!("\ninterrupted: {still_done} (again to stop at once)"));
    });
}

/// Whether the user asked.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Begin no more runs, whoever asked.
pub fn stop() {
    STOP.store(true, Ordering::SeqCst);
}

/// For whoever begins runs.
pub fn stopped() -> &'static AtomicBool {
    &STOP
}
