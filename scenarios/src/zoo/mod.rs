//! The bug zoo: where each mutant is put to the test. The command `hustings mutants` and the tests read the same table.
//!
//! The worlds of `zoo/` are built in and have names (`zoo/calm`), so that what was found in one of them can be run again; they
//! are not listed among the scenarios of the library, because they tell of no incident: each was made for a bug.

mod worlds;

use sim::{Player, Registry};

use crate::diagnostic::Diagnostics;
use crate::scenario::Scenario;
use crate::{files, overrides};

/// Names, with `zoo/` before them, and texts of the worlds that were made for bugs, sorted by name.
pub fn worlds() -> &'static [(&'static str, &'static str)] {
    worlds::WORLDS
}

/// The scenario that must fail, and who fails in it by which invariant: where it does not, nothing that passes means anything.
pub const CANARY: (&str, &str, &str) = ("zoo/canary", "bully", "effective-split-brain");

/// A world in which some mutants of one algorithm are put to the test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ordeal {
    pub algorithm: String,
    /// The name of a built-in scenario.
    pub scenario: String,
    /// What is set in it, as after `--set`.
    pub set: Vec<String>,
    /// The scenario without faults in which the mutant must pass, under the same settings of the algorithm.
    pub calm: &'static str,
}

impl Ordeal {
    /// The scenario, read.
    ///
    /// # Errors
    /// Where the registry knows the algorithm by other settings.
    pub fn read(&self, registry: &Registry) -> Result<Scenario, Diagnostics> {
        read(&self.scenario, &self.set, registry)
    }

    /// The world without faults, with the algorithm and the work of leaders set in the same way: what else is set belongs to the troubles.
    ///
    /// # Errors
    /// As [`Ordeal::read`].
    pub fn read_calm(&self, registry: &Registry) -> Result<Scenario, Diagnostics> {
        read(self.calm, &self.settings(), registry)
    }

    /// The same algorithm with the same settings under random faults, with nothing made for any bug.
    #[must_use]
    pub fn by_swarm(&self, player: &dyn Player) -> Ordeal {
        Ordeal { scenario: String::from(swarm_for(player)), set: self.settings(), ..self.clone() }
    }

    /// What it sets that is no trouble: how the algorithm is set, and what its leaders do.
    fn settings(&self) -> Vec<String> {
        let harmless = |set: &&String| set.starts_with("algorithm.") || set.starts_with("work.");
        self.set.iter().filter(harmless).cloned().collect()
    }
}

fn read(name: &str, set: &[String], registry: &Registry) -> Result<Scenario, Diagnostics> {
    let found = files::find(name)?;
    let set: Vec<(String, String)> = set.iter().filter_map(|set| overrides::split(set).ok()).collect();
    Scenario::parse_with(&found.text, &found.origin, registry, &set)
}

/// Everything that this mutant is put through: of a bug the first is the one that shows it. Mutants of algorithms from elsewhere,
/// which are not in the table, meet random faults.
pub fn ordeals(player: &dyn Player, mutant: &str) -> Vec<Ordeal> {
    let name = player.name();
    let mut found = Vec::new();
    for keeper in worlds::KEEPERS.iter().filter(|keeper| keeper.algorithm == name) {
        for (ids, scenario, set) in keeper.ordeals {
            if ids.contains(&mutant) {
                found.push(Ordeal {
                    algorithm: String::from(name),
                    scenario: String::from(*scenario),
                    set: keeper.set.iter().chain(*set).map(|set| String::from(*set)).collect(),
                    calm: keeper.calm,
                });
            }
        }
    }
    if found.is_empty() {
        let scenario = String::from(swarm_for(player));
        found.push(Ordeal { algorithm: String::from(name), scenario, set: Vec::new(), calm: "zoo/calm" });
    }
    found
}

/// The random faults that this algorithm can meet.
pub fn swarm_for(player: &dyn Player) -> &'static str {
    if player.services(&[]).is_empty() { "random-faults" } else { "random-service-faults" }
}

/// Under what condition a change is no bug; `None`: nothing is said about it.
pub fn condition(algorithm: &str, mutant: &str) -> Option<&'static str> {
    let known = worlds::CONDITIONS.iter().find(|(of, id, _)| (*of, *id) == (algorithm, mutant));
    known.map(|(_, _, condition)| *condition)
}

/// Every algorithm and id that the table has: so that a test can see that nothing in it is of a mutant that is no more.
pub fn listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of = |keeper: &'static worlds::Keeper| {
        let ids = keeper.ordeals.iter().flat_map(|(ids, _, _)| ids.iter());
        ids.map(move |id| (keeper.algorithm, *id))
    };
    worlds::KEEPERS.iter().flat_map(of)
}
