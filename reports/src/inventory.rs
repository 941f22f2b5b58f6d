//! What is built in, as JSON, for programs: the words of [`crate::catalogue`] under names that stay.

use scenarios::Scenario;
use serde::Serialize;
use sim::Registry;
use sim::audit::catalogue;
use sim::registry::MutantWords;
use sim::resource_bugs::resource_mutants;

use crate::catalogue::RESOURCE;
use crate::json::SCHEMA;
use crate::words;

/// Starts empty; a kind of thing that was not asked for is left out.
#[derive(Serialize)]
pub struct Inventory {
    schema: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenarios: Option<Vec<OneScenario>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithms: Option<Vec<OneAlgorithm>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invariants: Option<Vec<OneInvariant>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutants: Option<Vec<OneMutant>>,
}

#[derive(Serialize)]
struct OneScenario {
    name: String,
    about: String,
    nodes: u16,
    duration_ns: u64,
}

#[derive(Serialize)]
struct OneAlgorithm {
    name: &'static str,
    about: &'static str,
    citation: &'static str,
    settings: Vec<OneSetting>,
    mutants: Vec<&'static str>,
}

#[derive(Serialize)]
struct OneSetting {
    key: &'static str,
    about: &'static str,
    /// As a scenario file would write it; null where the algorithm's own defaults do not fit together.
    default: Option<String>,
}

#[derive(Serialize)]
struct OneInvariant {
    name: &'static str,
    severity: &'static str,
    sentence: &'static str,
    citation: &'static str,
}

#[derive(Serialize)]
struct OneMutant {
    id: &'static str,
    /// Or `resource`: under any algorithm that acts on it.
    algorithm: &'static str,
    breaks: &'static str,
    /// Null for an equivalent, which no invariant may catch.
    caught_by: Option<&'static str>,
}

impl OneMutant {
    fn of(mutant: MutantWords, algorithm: &'static str) -> OneMutant {
        let caught_by = mutant.caught_by.map(words::promise);
        OneMutant { id: mutant.id, algorithm, breaks: mutant.breaks, caught_by }
    }
}

impl Default for Inventory {
    fn default() -> Inventory {
        Inventory { schema: SCHEMA, scenarios: None, algorithms: None, invariants: None, mutants: None }
    }
}

impl Inventory {
    #[must_use]
    pub fn with_scenarios(mut self, all: &[Scenario]) -> Inventory {
        let one = |scenario: &Scenario| OneScenario {
            name: scenario.origin.clone(),
            about: scenario.about.clone(),
            nodes: scenario.setup.nodes,
            duration_ns: scenario.setup.duration.0,
        };
        self.scenarios = Some(all.iter().map(one).collect());
        self
    }

    #[must_use]
    pub fn with_algorithms(mut self, registry: &Registry) -> Inventory {
        let one = |player: &dyn sim::Player| {
            let defaults = player.in_force(&[]).unwrap_or_default();
            let default = |key: &str| defaults.iter().find(|(known, _)| *known == key).map(|(_, value)| value.to_string());
            let settings = player.settings().iter();
            OneAlgorithm {
                name: player.name(),
                about: player.about(),
                citation: player.citation(),
                settings: settings.map(|s| OneSetting { key: s.key, about: s.about, default: default(s.key) }).collect(),
                mutants: player.mutants().iter().map(|mutant| mutant.id).collect(),
            }
        };
        self.algorithms = Some(registry.iter().map(one).collect());
        self
    }

    #[must_use]
    pub fn with_invariants(mut self) -> Inventory {
        let one = |invariant: &catalogue::Invariant| OneInvariant {
            name: invariant.name,
            severity: words::severity(invariant.severity),
            sentence: invariant.sentence,
            citation: invariant.citation,
        };
        self.invariants = Some(catalogue::ALL.iter().map(one).collect());
        self
    }

    #[must_use]
    pub fn with_mutants(mut self, registry: &Registry) -> Inventory {
        let of = |player: &dyn sim::Player| {
            let algorithm = player.name();
            player.mutants().into_iter().map(move |mutant| OneMutant::of(mutant, algorithm)).collect::<Vec<OneMutant>>()
        };
        let of_resource = resource_mutants().into_iter().map(|mutant| OneMutant::of(mutant, RESOURCE));
        self.mutants = Some(registry.iter().flat_map(of).chain(of_resource).collect());
        self
    }

    /// On many lines, without the last line's end.
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(self).expect("text and integers always fit JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_in_it() {
        let json = Inventory::default().with_invariants().pretty();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["schema"], 1);
        assert_eq!(value["invariants"].as_array().unwrap().len(), catalogue::ALL.len());
        assert_eq!(value["invariants"][0]["name"], "election-safety");
        assert!(value.get("scenarios").is_none());
    }
}
