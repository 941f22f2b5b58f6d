//! `report.html` of a comparison: the runs worth showing run again, watched, and go into one page with everything else.

use std::sync::atomic::AtomicBool;

use reports::charts::{self, Chart};
use reports::compare::Comparison;
use reports::html::picks::{self, Pick};
use reports::html::{self, Kept, Report};
use scenarios::Sweep;

use crate::cast::Cast;
use crate::pictures;

/// The page. `cast` knows who plays in a row and column of the comparison; stories are made so many at a time.
pub fn page<'r>(
    comparison: &Comparison,
    charts: &[Chart],
    jobs: usize,
    cast: impl Fn(usize, usize) -> Option<&'r Cast<'r>> + Sync,
) -> String {
    let picks = picks::picks(comparison);
    let limits = picks::limits(picks.len());
    let mut runs = Vec::new();
    // Stopped by nobody: whoever interrupts a comparison still wants to see what there is of it.
    let sweep = Sweep { seeds: 0..picks.len() as u64, jobs, stop: &AtomicBool::new(false) };
    let story = |place: u64| {
        let Pick { row, column, seed, .. } = picks[place as usize];
        cast(row, column).map(|cast| pictures::story(cast, seed, &limits))
    };
    sweep.each(story, |place, story| {
        let Pick { row, column, why, .. } = &picks[place as usize];
        runs.extend(story.map(|story| Kept { row: *row, column: *column, why: why.clone(), story }));
    });
    let charts: Vec<(String, String)> = charts.iter().map(|chart| (chart.title.clone(), chart.svg.clone())).collect();
    html::html(&Report { comparison, runs: &runs, charts: &charts, dark_charts: &charts::dark() })
}
