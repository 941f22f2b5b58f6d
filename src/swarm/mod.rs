//! `hustings swarm`: a search for trouble by random faults, over all algorithms, that says what was drawn, how often each promise
//! was put to the test, and what was found.

mod arguments;

use std::ops::Range;

use reports::swarm::{self, Census};
use reports::words;
use scenarios::Sweep;
use scenarios::zoo;
use sim::{Assumption, Options, Player, Registry, Span};

use crate::cast::{self, Cast};
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::interrupt;
use crate::mutants::MutantsFormat;
use crate::output::{Data, talk};
use crate::progress;
use crate::run::VERSION;
use crate::save;

pub use arguments::SwarmArguments;

pub fn swarm(registry: &Registry, arguments: &SwarmArguments, data: &mut Data) -> Result<Exit, Failure> {
    let seeds = &arguments.seeds;
    if seeds.is_empty() {
        return Err(Failure::Nothing(format!("{}..{} holds no seed, so nothing ran", seeds.start, seeds.end)));
    }
    let casts = casts(registry, arguments)?;
    interrupt::listen();
    let deals: Vec<Deal> = (0..casts.len() as u64).map(|at| Deal::of(arguments, at, casts.len() as u64)).collect();
    let bar = progress::bar(deals.iter().fold(0, |sum: u64, deal| sum.saturating_add(deal.turns(seeds))));
    let mut censuses = Vec::new();
    let mut failing: Option<(usize, u64)> = None;
    for (at, cast) in casts.iter().enumerate() {
        let mut census = census(cast);
        let seed_of = |turn: u64| seeds.start + deals[at].first + turn * deals[at].step;
        let sweep = Sweep { seeds: 0..deals[at].turns(seeds), jobs: arguments.threads.count(), stop: interrupt::stopped() };
        let run = |turn| cast.run_with(seed_of(turn), Options { fingerprint: false, ..Options::default() });
        let drawn_from = cast.scenario.setup.swarm.as_ref().expect("only scenarios with a swarm are cast");
        sweep.each(run, |_, outcome| {
            census.add(&outcome, &sim::swarm::describe(drawn_from, outcome.seed));
            bar.inc(1);
        });
        if let (None, Some(seed)) = (failing, census.broken_seeds.first()) {
            failing = Some((at, *seed));
        }
        censuses.push(census);
        if interrupt::asked() {
            break;
        }
    }
    bar.finish_and_clear();
    data.write(&match arguments.format {
        MutantsFormat::Human => swarm::text(&censuses),
        MutantsFormat::Json => swarm::pretty(&censuses, VERSION),
        MutantsFormat::Markdown => swarm::markdown(&censuses),
    })?;
    let mut exit = verdict(&censuses, arguments);
    if let Some((at, seed)) = failing {
        exit = exit.or(tell(&casts[at], seed, arguments, data)?);
    }
    Ok(exit)
}

/// Which of the seeds one of the casts meets: all, or its share of them.
#[derive(Clone, Copy)]
struct Deal {
    first: u64,
    step: u64,
}

impl Deal {
    const fn of(arguments: &SwarmArguments, at: u64, casts: u64) -> Deal {
        if arguments.dealt { Deal { first: at, step: casts } } else { Deal { first: 0, step: 1 } }
    }

    const fn turns(self, seeds: &Range<u64>) -> u64 {
        (seeds.end - seeds.start).saturating_sub(self.first).div_ceil(self.step)
    }
}

fn verdict(censuses: &[Census], arguments: &SwarmArguments) -> Exit {
    let mut exit = if interrupt::asked() { exit::INTERRUPTED } else { exit::AS_EXPECTED };
    for census in censuses {
        let (safety, liveness) = census.broken();
        exit = exit.or(if safety { exit::SAFETY } else { exit::AS_EXPECTED });
        exit = exit.or(if liveness { exit::LIVENESS } else { exit::AS_EXPECTED });
    }
    let hardly = swarm::hardly_exercised(censuses, arguments.exercised);
    if !hardly.is_empty() {
        let often = match arguments.exercised {
            1 => String::from("never put to the test"),
            least => format!("put to the test less than {} times by all together", words::count(least)),
        };
        talk(&format!("{often}: {}", hardly.join(", ")));
        exit = exit.or(exit::NOT_EXERCISED);
    }
    exit
}

/// Saves the first seed that broke a promise, and ends with the command that runs it again.
fn tell(cast: &Cast<'_>, seed: u64, arguments: &SwarmArguments, data: &mut Data) -> Result<Exit, Failure> {
    let outcome = cast.run(seed, None);
    let saved = save::and_tell(cast, &outcome);
    let line = format!("{}  # fingerprint {}", cast.command(seed), words::fingerprint(outcome.fingerprint));
    if arguments.format == MutantsFormat::Human {
        data.write(&format!("\n{line}\n"))?;
    } else {
        talk(&line);
    }
    Ok(saved)
}

/// Who meets what: every algorithm its own swarm, or those that were named all that they can play.
fn casts<'r>(registry: &'r Registry, arguments: &SwarmArguments) -> Result<Vec<Cast<'r>>, Failure> {
    let mut casts = Vec::new();
    for player in cast::players(registry, &arguments.algorithm)? {
        let own = worlds(player);
        for name in if arguments.scenarios.is_empty() { &own[..] } else { &arguments.scenarios[..] } {
            let scenario = cast::scenario(registry, name, &arguments.set)?;
            if scenario.setup.swarm.is_none() {
                return Err(Failure::usage(format!("{name} draws no faults"), "a scenario that does has a table [swarm]"));
            }
            if let Some(why) = scenarios::misfit(&scenario.setup, player, scenario.settings_of(player.name())) {
                talk(&format!("note: {} does not play {name}: {why}", player.name()));
                continue;
            }
            casts.push(Cast::of(scenario, player, None)?);
        }
    }
    if casts.is_empty() {
        return Err(Failure::Nothing(String::from("none of these algorithms can play any of these scenarios, so nothing ran")));
    }
    Ok(casts)
}

/// The random faults that an algorithm can meet; and fewer kinds of them, so that promises are put to the test which are made on the
/// assumption that the others do not happen: that answers come in time, or that nothing but crashes happens.
fn worlds(player: &dyn Player) -> Vec<String> {
    let synchronous = player.claims(&[]).iter().any(|claim| claim.given == Assumption::Synchrony);
    let names = [zoo::swarm_for(player), "random-cuts"].into_iter().chain(synchronous.then_some("random-crashes"));
    names.map(String::from).collect()
}

fn census(cast: &Cast<'_>) -> Census {
    let setup = &cast.scenario.setup;
    let swarm = setup.swarm.as_ref().expect("only scenarios with a swarm are cast");
    let claims = cast.player.claims(cast.scenario.settings_of(cast.player.name()));
    let mut claimed: Vec<&'static str> = claims.iter().map(|claim| words::promise(claim.promise)).collect();
    claimed.sort_unstable();
    let trouble = Span(swarm.until.0.saturating_sub(swarm.from.0));
    let detection = cast.player.bounds(cast.scenario.settings_of(cast.player.name()), setup).detection;
    Census::new(cast.player.name(), &setup.name, (trouble, detection), &swarm.families, &claimed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealt_seeds_are_met_once_each_and_counting_them_takes_no_longer_for_more() {
        let turns =
            |seeds: Range<u64>, step: u64| (0..step).map(|first| Deal { first, step }.turns(&seeds)).collect::<Vec<u64>>();
        assert_eq!(turns(3..10, 3), [3, 2, 2]);
        assert_eq!(turns(0..2, 3), [1, 1, 0]);
        let dealt = turns(0..u64::MAX, 21);
        assert_eq!((dealt.iter().sum::<u64>(), dealt[0] - dealt[20]), (u64::MAX, 1), "none is left out");
        assert_eq!(turns(7..u64::MAX, 1), [u64::MAX - 7]);
    }
}
