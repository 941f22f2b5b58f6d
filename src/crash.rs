//! A panic is a bug of ours, never a finding and never the user's mistake: it says so, with the seed and the command, and the
//! process answers 70.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};

use crate::exit;
use crate::output::{end_at_once, talk};

thread_local! {
    /// What this thread runs at the moment, as a command that runs it again.
    static RUNNING: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From here on a panic, in whatever thread, is told as ours and ends the process. (In the hook, so that it also holds where
/// panics abort.)
pub fn install() {
    panic::set_hook(Box::new(|panic| {
        talk(&words(panic));
        // Nothing that unwinds may turn a bug of ours into an answer.
        end_at_once(exit::OURS);
    }));
}

/// Runs `work`; should it panic, `command` is what reproduces it.
pub fn during<T>(command: &dyn Fn() -> String, work: impl FnOnce() -> T) -> T {
    RUNNING.with_borrow_mut(|running| *running = Some(command()));
    let done = work();
    RUNNING.with_borrow_mut(|running| *running = None);
    done
}

fn words(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    let payload = panic.payload();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let message = owned.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    let running = RUNNING.try_with(|running| running.try_borrow().ok().and_then(|command| command.clone())).ok().flatten();
    let command = running.unwrap_or_else(|| std::env::args().collect::<Vec<_>>().join(" "));
    format!(
        "\nhustings {}: a bug of ours{place}: {message}\n  It is neither a finding nor your mistake. Please report it with this command:\n  {command}",
        env!("CARGO_PKG_VERSION")
    )
}
