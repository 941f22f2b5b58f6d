//! Ctrl-C: the first one asks to finish what runs, the second one ends the process.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit;
use crate::output::talk;

static ASKED: AtomicBool = AtomicBool::new(false);
static STOP: AtomicBool = AtomicBool::new(false);

/// Where the system lets nobody listen (no signals at all), Ctrl-C just ends the process.
#[expect(clippy::exit, reason = "the second Ctrl-C waits for nobody")]
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(exit::INTERRUPTED.code()));
        }
        stop();
        talk("\ninterrupted: finishing the seeds that run (again to stop at once)");
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
