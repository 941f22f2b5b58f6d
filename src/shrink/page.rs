//! The smallest scenario as a file that says what it shows and what it was made from, and the same in a few lines for the terminal.

use std::path::Path;

use reports::words;
use scenarios::shrink::{End, Shrunk};
use sim::setup::Setup;

use super::candidates::{Candidates, Found};
use crate::cast::Cast;
use crate::program;

/// The longest name that a scenario may have.
const LONGEST_NAME: usize = 80;

pub struct Page<'a> {
    /// The whole.
    pub cast: &'a Cast<'a>,
    pub seed: u64,
    pub candidates: &'a Candidates<'a>,
    pub before: &'a Setup,
    pub shrunk: &'a Shrunk,
    pub path: &'a Path,
}

impl Page<'_> {
    pub fn text(&self) -> String {
        let mut setup = self.shrunk.setup.clone();
        setup.name = format!("{}-shrunk", self.before.name).chars().take(LONGEST_NAME).collect();
        let about = format!("What is left of {} with {} still found.", self.before.name, self.candidates.invariant());
        let mut comments = vec![self.finding()];
        comments.push(format!("See it with: {}", self.command()));
        comments.push(format!("Shrunk from: {}", self.cast.command(self.seed)));
        comments.extend(self.removed());
        self.candidates.text(&setup, &about, &comments)
    }

    /// For the terminal.
    pub fn summary(&self) -> String {
        self.removed().iter().map(|line| format!("  {line}\n")).collect()
    }

    fn finding(&self) -> String {
        let who = match self.cast.mutant() {
            Some(mutant) => format!("{} with mutant {mutant}", self.cast.player.name()),
            None => self.cast.player.name().to_owned(),
        };
        let found = self.found();
        let standing = words::standing(found.standing);
        format!("{who}: {} ({standing}) at {}: {}", found.invariant, found.at, found.saw)
    }

    fn found(&self) -> Found {
        let name = "the smallest scenario";
        let text = self.candidates.text(&self.shrunk.setup, "", &[]);
        let cast = self.candidates.cast(&text, name).unwrap_or_else(|_| unreachable!("it was run as this text"));
        self.candidates.sought(&cast.run(self.seed, None)).expect("a candidate is taken only if the finding is still there")
    }

    fn command(&self) -> String {
        let path = words::shell(&self.path.display().to_string());
        let mutant = self.cast.mutant().map_or_else(String::new, |mutant| format!(" --mutant {}", words::shell(mutant)));
        format!("{} run {path} --algorithm {} --seed {}{mutant}", program::name(), self.cast.player.name(), self.seed)
    }

    fn removed(&self) -> Vec<String> {
        let (before, after) = (self.before, &self.shrunk.setup);
        let (events, left) = (before.script.len(), after.script.len());
        let minimal = match (self.shrunk.end, left) {
            (End::Minimal, 0) => "No event is left: the finding needs none.",
            (End::Minimal, _) => "1-minimal: without any one of the events that are left the finding is lost.",
            (End::UsedUp, _) => "Not known to be minimal: the runs were used up.",
            (End::Stopped, _) => "Not known to be minimal: it was interrupted.",
        };
        vec![
            format!("Events: {events} before, {left} left. Members: {} before, {} left.", before.nodes, after.nodes),
            format!("Duration: {} before, {} left. Tried: {} scenarios.", before.duration, after.duration, self.shrunk.tried),
            String::from(minimal),
        ]
    }
}
