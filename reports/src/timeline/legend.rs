//! What colours and heights mean: only what this picture has.

use super::draw::{Svg, width_of};
use super::{LINE, MARGIN, WIDTH};
use crate::story::{Done, Story, Trouble};

/// How big a sample is.
const SAMPLE: f64 = 18.0;

/// Draws it from `y` on; where it ends.
pub fn draw(svg: &mut Svg, story: &Story, y: f64) -> f64 {
    let (mut x, mut y) = (MARGIN, y + 6.0);
    for (class, height, words) in entries(story) {
        let width = SAMPLE + 8.0 + width_of(words, 11.0) + 16.0;
        if x + width > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + LINE);
        }
        svg.area([x, y + (12.0 - height) / 2.0, SAMPLE, height], class, "");
        svg.text(x + SAMPLE + 6.0, y + 10.0, "small", words);
        x += width;
    }
    y + 2.0 * LINE
}

/// Class, height of the sample, words.
fn entries(story: &Story) -> Vec<(&'static str, f64, &'static str)> {
    let has = |role: sim::Role| story.roles.iter().any(|stretch| stretch.role == role);
    let troubled = |what: &[Trouble]| story.outages.iter().any(|outage| what.contains(&outage.what));
    let entries = [
        (has(sim::Role::Leader), "leader", 12.0, "takes itself for the leader (its epoch)"),
        (has(sim::Role::Candidate), "candidate", 8.0, "candidate"),
        (has(sim::Role::PreCandidate), "pre-candidate", 8.0, "pre-candidate"),
        (true, "follower", 5.0, "follower"),
        (!story.reigns.is_empty(), "reign", 3.0, "would act as leader"),
        (story.work.iter().any(|work| work.done != Done::Fenced), "work", 2.5, "work is done"),
        (story.work.iter().any(|work| work.done == Done::Fenced), "fenced", 2.5, "work is fenced off"),
        (!story.grants.is_empty(), "granted", 12.0, "granted by the service"),
        (troubled(&[Trouble::Down, Trouble::OutOfService]), "down", 11.0, "down or out of service"),
        (troubled(&[Trouble::Paused, Trouble::Suspended]), "still", 11.0, "paused or suspended"),
        (troubled(&[Trouble::DiskStalled, Trouble::DiskSlow]), "disk", 3.0, "disk stalled or slow"),
        (story.cuts.iter().any(|cut| !cut.isolated.is_empty()), "isolated", 3.0, "cut off from most members"),
        (story.cuts.iter().any(|cut| !cut.touched.is_empty()), "touched", 3.0, "cut from somebody"),
        (!story.overlaps().is_empty(), "many", 12.0, "two or more would act as leader"),
        (!story.failovers.is_empty(), "detection", 8.0, "detection"),
        (!story.failovers.is_empty(), "election", 8.0, "election"),
        (!story.failovers.is_empty(), "takeover", 8.0, "takeover"),
    ];
    entries.into_iter().filter(|(there, ..)| *there).map(|(_, class, height, words)| (class, height, words)).collect()
}
