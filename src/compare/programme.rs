//! Who plays what: every scenario under every pair of values, with everybody who may play it. All of it is checked before anything
//! runs.

use std::collections::BTreeSet;
use std::ops::Range;

use reports::charts;
use reports::choosing::{Axis, TARGET, Wishes};
use reports::quantile;
use scenarios::{Scenario, misfit};
use sim::{Player, Registry};

use super::vary;
use crate::arguments::CompareArguments;
use crate::cast::{self, Cast};
use crate::failure::Failure;
use crate::output::talk;

/// Everything that is to run.
pub struct Programme<'r> {
    pub wishes: Wishes,
    pub scenes: Vec<Scene<'r>>,
}

/// A scenario under one pair of values, and everybody.
pub struct Scene<'r> {
    pub scenario: Scenario,
    /// In the order of the axes.
    pub varied: Vec<String>,
    pub parts: Vec<Part<'r>>,
}

/// A pair that plays, or the reason why it does not.
pub enum Part<'r> {
    Plays(Box<Cast<'r>>),
    Misfit(&'static str, String),
}

impl Scene<'_> {
    /// Something goes wrong in it by script or by chance.
    pub fn faults(&self) -> bool {
        let setup = &self.scenario.setup;
        !setup.script.is_empty() || setup.swarm.is_some()
    }
}

/// # Errors
/// Where anything of it is out of order, or nobody plays.
pub fn programme<'r>(registry: &'r Registry, arguments: &CompareArguments) -> Result<Programme<'r>, Failure> {
    let vary = vary::read(registry, &arguments.scenarios, &arguments.field.set, &arguments.vary)?;
    let axes: Vec<Axis> = vary.iter().map(vary::Vary::axis).collect();
    let wishes = Wishes { axes, p99: arguments.target_p99, false_per_day: arguments.target_false_per_day };
    let players = players(registry, arguments, &vary)?;
    let mut scenes = Vec::new();
    // What is to be said of a scenario or of an algorithm's settings is said once, not once for each pair of values.
    let mut remarks = BTreeSet::new();
    // Charts are files that are called by the scenario, as far as a file's name can hold it.
    let mut file_names = BTreeSet::new();
    for name in &arguments.scenarios {
        for (place, cell) in vary::cells(&vary).into_iter().enumerate() {
            let set: Vec<String> = arguments.field.set.iter().cloned().chain(cell).collect();
            let scenario = cast::scenario(registry, name, &set)?;
            if place == 0 && !file_names.insert(charts::plain(&scenario.setup.name)) {
                let what = format!("two of these scenarios are called `{}`, or nearly so", scenario.setup.name);
                return Err(Failure::usage(what, "name each once, and give a file of your own another `name`"));
            }
            let mut parts = Vec::new();
            for player in &players {
                parts.push(match misfit(&scenario.setup, *player, scenario.settings_of(player.name())) {
                    Some(why) => Part::Misfit(player.name(), why),
                    None => {
                        let cast = Cast::of(scenario.clone(), *player, None)?;
                        remarks.extend(cast.remarks());
                        Part::Plays(Box::new(cast))
                    }
                });
            }
            let varied = wishes.values(place).into_iter().map(String::from).collect();
            scenes.push(Scene { scenario, varied, parts });
        }
    }
    remarks.iter().for_each(|remark| talk(remark));
    let programme = Programme { wishes, scenes };
    programme.can_be_judged(&arguments.field.seeds)?;
    Ok(programme)
}

/// Who was asked for; else those whose settings are varied; else everybody.
fn players<'r>(
    registry: &'r Registry,
    arguments: &CompareArguments,
    vary: &[vary::Vary],
) -> Result<Vec<&'r dyn Player>, Failure> {
    let of_settings: Vec<&str> = vary.iter().filter_map(vary::Vary::algorithm).collect();
    let names: Vec<&str> = match arguments.field.algorithm.as_slice() {
        [] => of_settings.clone(),
        asked => asked.iter().map(String::as_str).collect(),
    };
    let idle = of_settings
        .iter()
        .find(|of| !arguments.field.algorithm.is_empty() && !arguments.field.algorithm.iter().any(|name| name == *of));
    if let Some(idle) = idle {
        let what = format!("--vary changes a setting of {idle}, which does not play");
        return Err(Failure::usage(what, format!("add --algorithm {idle}, or leave that setting alone")));
    }
    let mut players: Vec<&dyn Player> = Vec::new();
    for name in names {
        let player = cast::player(registry, name)?;
        if !players.iter().any(|other| other.name() == player.name()) {
            players.push(player);
        }
    }
    Ok(if players.is_empty() { registry.iter().collect() } else { players })
}

impl Programme<'_> {
    /// Everybody who plays, in the order of the columns.
    pub fn casts(&self) -> impl Iterator<Item = &Cast<'_>> {
        self.scenes.iter().flat_map(|scene| &scene.parts).filter_map(|part| match part {
            Part::Plays(cast) => Some(&**cast),
            Part::Misfit(..) => None,
        })
    }

    /// Who plays at this place of the comparison, if anybody does.
    pub fn cast(&self, row: usize, column: usize) -> Option<&Cast<'_>> {
        match self.scenes.get(row)?.parts.get(column)? {
            Part::Plays(cast) => Some(cast),
            Part::Misfit(..) => None,
        }
    }

    /// A target that nothing here can be held against would be found out only after everything has run.
    fn can_be_judged(&self, seeds: &Range<u64>) -> Result<(), Failure> {
        if self.casts().next().is_none() {
            return Err(Failure::Nothing(String::from(
                "none of these algorithms can play any of these scenarios, so nothing ran",
            )));
        }
        let (faulty, quiet) = (self.scenes.iter().any(Scene::faults), self.scenes.iter().any(|scene| !scene.faults()));
        let needed = quantile::fewest(TARGET) as u64;
        if self.wishes.p99.is_some() && !faulty {
            let what = "--target-p99 is about failovers, and in none of these scenarios is a leader lost";
            return Err(Failure::usage(what, "add one in which it is, such as leader-crash"));
        }
        if self.wishes.false_per_day.is_some() && !quiet {
            let what = "--target-false-per-day is about healthy leaders, and in each of these scenarios something goes wrong";
            return Err(Failure::usage(what, "add one in which nothing does, such as healthy-with-pauses"));
        }
        if self.wishes.p99.is_some() && seeds.end - seeds.start < needed {
            let what = format!("--target-p99 takes {needed} failovers, and there are {} seeds", seeds.end - seeds.start);
            return Err(Failure::usage(what, "take more, such as --seeds 0..1000"));
        }
        Ok(())
    }
}
