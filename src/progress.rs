//! A bar on standard error, where somebody watches.

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// So many runs are to come.
pub fn bar(runs: u64) -> ProgressBar {
    if !output::watched() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} runs, {eta} left").expect("the template is well formed");
    ProgressBar::new(runs).with_style(style)
}
