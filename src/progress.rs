//! A bar on standard error, where somebody watches.

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// So many runs are to come.
pub fn bar(runs: u64) -> ProgressBar {
    shown(runs, "{wide_bar} {pos}/{len} runs, {eta} left")
}

/// The same, with how many runs had safety findings so far.
pub fn findings(runs: u64) -> ProgressBar {
    shown(runs, "{wide_bar} {pos}/{len} runs, {msg} with safety findings, {eta} left").with_message("0")
}

/// One more.
pub fn found(bar: &ProgressBar) {
    let before: u64 = bar.message().parse().unwrap_or(0);
    bar.set_message((before + 1).to_string());
}

fn shown(runs: u64, template: &str) -> ProgressBar {
    if !output::watched() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).expect("the template is well formed");
    ProgressBar::new(runs).with_style(style)
}
