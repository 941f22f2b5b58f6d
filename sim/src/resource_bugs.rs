//! The bugs of the protected resource and of its client, numbered as in the catalogue of bugs. They belong to no algorithm: each
//! can be switched on by its id under every one that acts on the resource.

use crate::algorithm::{MutantInfo, Promise};
use crate::registry::MutantWords;

/// The real resource, or its real client, with one rule changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResourceBug {
    L10,
    L12,
    L13,
    L14,
    L15,
    L16,
    Q10,
}

const fn bug(mutant: ResourceBug, id: &'static str, caught_by: Promise, breaks: &'static str) -> MutantInfo<ResourceBug> {
    MutantInfo { mutant, id, breaks, caught_by: Some(caught_by) }
}

/// Where they show: L10 where nothing is fenced and a leader loses its authority; L12 where a second leader takes over; L13 where
/// the leader before the newest one acts late; L14 where the resource crashes; L15 where there are deletes, reads or jobs, and an
/// old leader acts late; L16 where an old leader's write arrives while a new one takes over; Q10, which must not be caught, where
/// there is a lock-delay, and a fence.
///
/// Of L12 the catalogue has two forms. `token > max` refuses the first write after the leader's own take-over, so nothing ever
/// works; `token == max`, which is the one here, refuses whoever comes second.
pub const RESOURCE_BUGS: &[MutantInfo<ResourceBug>] = &[
    bug(ResourceBug::L10, "L10", Promise::EffectiveSplitBrain, "a leader asks whether it leads before each piece of work"),
    bug(ResourceBug::L12, "L12", Promise::EventualLeader, "a token that is higher than the highest is accepted"),
    bug(ResourceBug::L13, "L13", Promise::FencingMonotonic, "a token that is one less than the highest is refused"),
    bug(ResourceBug::L14, "L14", Promise::FencingMonotonic, "the highest token is known after a crash of the resource"),
    bug(ResourceBug::L15, "L15", Promise::EffectiveSplitBrain, "all operations are checked, not only writes"),
    bug(ResourceBug::L16, "L16", Promise::EffectiveSplitBrain, "a new leader installs its token before it reads the state"),
    MutantInfo {
        mutant: ResourceBug::Q10,
        id: "Q10",
        breaks: "a new leader waits for lock-delay before it acts (with an at-least fence this is not needed)",
        caught_by: None,
    },
];

/// All of them, as words.
pub fn resource_mutants() -> Vec<MutantWords> {
    RESOURCE_BUGS.iter().map(|m| MutantWords { id: m.id, breaks: m.breaks, caught_by: m.caught_by }).collect()
}

/// The bug of that id.
pub(crate) fn by_id(id: &str) -> Option<ResourceBug> {
    RESOURCE_BUGS.iter().find(|known| known.id == id).map(|known| known.mutant)
}
