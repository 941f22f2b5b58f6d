//! Who plays what: a scenario that has been read, the algorithm, its settings and its bug; and the command that says the same.

use reports::json::Run;
use scenarios::{Scenario, cautions, misfit, overrides, suggest};
use sim::algorithm::total;
use sim::observer::Observer;
use sim::outcome::Outcome;
use sim::resource_bugs::resource_mutants;
use sim::{Options, Player, Registry, Span, Value};

use crate::arguments::PlayerArguments;
use crate::crash;
use crate::failure::Failure;
use crate::output::{talk, talk_in_colour};
use crate::program;
use crate::run::VERSION;

/// Everything that a run needs but its seed.
pub struct Cast<'r> {
    pub scenario: Scenario,
    pub player: &'r dyn Player,
    settings: Vec<(String, Value)>,
    mutant: Option<String>,
}

impl<'r> Cast<'r> {
    /// `scenario` is a path or the name of a built-in one.
    pub fn new(registry: &'r Registry, scenario: &str, arguments: &PlayerArguments) -> Result<Cast<'r>, Failure> {
        let player = player(registry, &arguments.algorithm)?;
        let scenario = self::scenario(registry, scenario, &arguments.set)?;
        let cast = Cast::of(scenario, player, arguments.mutant.clone())?;
        cast.remarks().iter().for_each(|remark| talk(remark));
        Ok(cast)
    }

    /// A scenario that has been read already.
    pub fn of(scenario: Scenario, player: &'r dyn Player, mutant: Option<String>) -> Result<Cast<'r>, Failure> {
        let settings = scenario.settings_of(player.name()).to_vec();
        if let Err((key, why)) = player.in_force(&settings) {
            return Err(Failure::usage(format!("the settings of {} do not fit together: `{key}`", player.name()), why));
        }
        if let Some(id) = &mutant {
            known_mutant(player, &settings, id)?;
        }
        if let Some(why) = misfit(&scenario.setup, player, &settings) {
            let help = "choose another algorithm: `hustings list algorithms` says on what each stands";
            return Err(Failure::usage(format!("{} cannot play {}: {why}", player.name(), scenario.origin), help));
        }
        Ok(Cast { scenario, player, settings, mutant })
    }

    /// What the user should know of the scenario and of the algorithm's settings, though nothing is wrong.
    pub fn remarks(&self) -> Vec<String> {
        let warnings = &self.scenario.warnings;
        let warned = (!warnings.is_empty()).then(|| warnings.render(talk_in_colour()));
        let notes = if self.settings.is_empty() { Vec::new() } else { self.player.notes(&self.settings) };
        let cautions = cautions(&self.scenario.setup, self.player, &self.settings);
        warned.into_iter().chain(notes.iter().chain(&cautions).map(|note| format!("note: {note}"))).collect()
    }

    /// Within what time the algorithm recovers by its own bound, once nothing is wrong; zero: it states none.
    pub fn recovery(&self) -> Span {
        total(&self.player.bounds(&self.settings, &self.scenario.setup).recovery)
    }

    /// One run; should it panic, the command that reproduces it is told.
    pub fn run<'o>(&'o self, seed: u64, observer: Option<&'o mut (dyn Observer + 'o)>) -> Outcome {
        self.run_with(seed, Options { observer, ..Options::default() })
    }

    /// The same with other options; the mutant is the cast's.
    pub fn run_with<'o>(&'o self, seed: u64, options: Options<'o>) -> Outcome {
        let options = Options { mutant: self.mutant.as_deref(), ..options };
        crash::during(&|| self.command(seed), || self.player.run(&self.scenario.setup, &self.settings, seed, options))
    }

    /// A run of it, for programs.
    pub fn as_json<'o>(&self, outcome: &'o Outcome) -> Run<'o> {
        Run::new(outcome, VERSION).measured(self.scenario.setup.measure.as_ref(), outcome.measured)
    }

    /// The command that runs this seed again.
    pub fn command(&self, seed: u64) -> String {
        self.command_of(program::name(), seed)
    }

    /// The same with another program.
    pub fn command_of(&self, program: &str, seed: u64) -> String {
        let word = reports::words::shell;
        let (scenario, algorithm) = (word(&self.scenario.origin), self.player.name());
        let mut command = format!("{program} run {scenario} --algorithm {algorithm} --seed {seed}");
        for (key, value) in &self.scenario.overrides {
            command.push_str(&format!(" --set {}", word(&format!("{key}={value}"))));
        }
        if let Some(mutant) = &self.mutant {
            command.push_str(&format!(" --mutant {}", word(mutant)));
        }
        command
    }

    pub fn mutant(&self) -> Option<&str> {
        self.mutant.as_deref()
    }

    /// A scenario may say what it expects of an algorithm and what it allows; a run takes note of neither, and says so.
    pub fn say_what_is_not_weighed(&self) {
        let name = self.player.name();
        let expects = self.scenario.expect.iter().any(|(algorithm, _)| algorithm == name).then_some("expect");
        let allows = self.scenario.threshold.iter().any(|(algorithm, _)| algorithm == name).then_some("threshold");
        for section in [expects, allows].into_iter().flatten() {
            talk(&format!("note: [{section}.{name}] is not weighed by run: the exit code does not depend on it"));
        }
    }

    /// The first line of all output about it.
    pub fn head(&self, seeds: &str) -> String {
        let setup = &self.scenario.setup;
        let algorithm = match &self.mutant {
            Some(mutant) => format!("{} with mutant {mutant}", self.player.name()),
            None => self.player.name().to_owned(),
        };
        reports::human::head(seeds, &setup.name, &algorithm, setup.nodes, setup.duration)
    }
}

/// A scenario by its path or its built-in name, with these overrides.
pub fn scenario(registry: &Registry, name: &str, set: &[String]) -> Result<Scenario, Failure> {
    let found = scenarios::find(name)?;
    let mut overridden = Vec::new();
    for argument in set {
        overridden.push(overrides::split(argument).map_err(|what| Failure::Usage { what, help: None })?);
    }
    Ok(Scenario::parse_with(&found.text, &found.origin, registry, &overridden)?)
}

/// The algorithm of this name.
pub fn player<'r>(registry: &'r Registry, name: &str) -> Result<&'r dyn Player, Failure> {
    registry.get(name).ok_or_else(|| {
        let names: Vec<&str> = registry.iter().map(Player::name).collect();
        Failure::usage(format!("there is no algorithm `{name}`"), suggest::advice(name, names))
    })
}

/// The algorithms of these names, each once; all, where nobody is named.
pub fn players<'r>(registry: &'r Registry, names: &[String]) -> Result<Vec<&'r dyn Player>, Failure> {
    let mut players: Vec<&dyn Player> = Vec::new();
    for name in names {
        let player = player(registry, name)?;
        if players.iter().all(|other| other.name() != player.name()) {
            players.push(player);
        }
    }
    Ok(if players.is_empty() { registry.iter().collect() } else { players })
}

/// An algorithm that acts on the protected resource has that one's bugs as well.
fn known_mutant(player: &dyn Player, settings: &[(String, Value)], id: &str) -> Result<(), Failure> {
    let mut mutants = player.mutants();
    if !player.facts(settings).history {
        mutants.extend(resource_mutants());
    } else if resource_mutants().iter().any(|mutant| mutant.id == id) && mutants.iter().all(|mutant| mutant.id != id) {
        let what = format!("{id} is a bug of the protected resource, and {} works on its log", player.name());
        return Err(Failure::usage(what, String::from("take an algorithm without a replicated log, such as bully")));
    }
    if mutants.iter().any(|mutant| mutant.id == id) {
        return Ok(());
    }
    let ids: Vec<&str> = mutants.iter().map(|mutant| mutant.id).collect();
    Err(Failure::usage(format!("{} has no mutant `{id}`", player.name()), suggest::advice(id, ids)))
}
