//! From a scenario to outcomes: one run, or many seeds on several threads, handed over in the order of the seeds.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;

use rayon::ThreadPoolBuilder;
use sim::outcome::Outcome;
use sim::{Options, Player};

use crate::scenario::Scenario;

/// Results that may wait to be handed over, for each thread.
const WAITING: usize = 4;

/// One run. The same scenario, algorithm, seed and mutant give the same outcome, always.
pub fn run_one<'o>(scenario: &'o Scenario, player: &dyn Player, seed: u64, options: Options<'o>) -> Outcome {
    player.run(&scenario.setup, scenario.settings_of(player.name()), seed, options)
}

/// Which seeds to run, and how.
pub struct Sweep<'a> {
    /// From, and up to but not including.
    pub seeds: Range<u64>,
    /// So many runs at a time; at least one. The results do not depend on it.
    pub jobs: usize,
    /// Set from elsewhere (Ctrl-C): runs that have begun are finished and handed over, no more are begun.
    pub stop: &'a AtomicBool,
}

impl Sweep<'_> {
    /// Runs the scenario for every seed. `each` is called on this thread, in the order of the seeds.
    pub fn outcomes(&self, scenario: &Scenario, player: &dyn Player, mut each: impl FnMut(Outcome)) {
        self.each(|seed| run_one(scenario, player, seed, Options::default()), |_, outcome| each(outcome));
    }

    /// Calls `run` for every seed on several threads, and `each` with what it gave, on this thread, in the order of the
    /// seeds: what was begun before a stop is a run of seeds without gaps.
    ///
    /// # Panics
    /// When `run` or `each` does: a panic is a bug of ours, and ends everything.
    pub fn each<T: Send>(&self, run: impl Fn(u64) -> T + Sync, mut each: impl FnMut(u64, T)) {
        let jobs = self.jobs.max(1).min(usize::try_from(self.seeds.end.saturating_sub(self.seeds.start)).unwrap_or(usize::MAX));
        let pool = if jobs > 1 { ThreadPoolBuilder::new().num_threads(jobs).build().ok() } else { None };
        // One job, or a machine that gives no threads.
        let Some(pool) = pool else {
            for seed in self.seeds.clone() {
                if self.stop.load(Ordering::Relaxed) {
                    return;
                }
                each(seed, run(seed));
            }
            return;
        };
        let next = AtomicU64::new(self.seeds.start);
        let (sender, receiver) = mpsc::sync_channel(jobs * WAITING);
        let (run, next) = (&run, &next);
        pool.in_place_scope(|scope| {
            for _ in 0..jobs {
                let sender = sender.clone();
                scope.spawn(move |_| self.work(next, run, &sender));
            }
            drop(sender);
            hand_over(self.seeds.start, receiver, &mut each);
        });
    }

    /// What one thread does: takes the next seed until there is none.
    fn work<T: Send>(&self, next: &AtomicU64, run: &(impl Fn(u64) -> T + Sync), sender: &mpsc::SyncSender<(u64, T)>) {
        while !self.stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            // Nobody listens any more when the receiving side has panicked.
            if !self.seeds.contains(&seed) || sender.send((seed, run(seed))).is_err() {
                return;
            }
        }
    }
}

/// Puts the results in order.
fn hand_over<T>(first: u64, receiver: mpsc::Receiver<(u64, T)>, each: &mut impl FnMut(u64, T)) {
    let mut early = BTreeMap::new();
    let mut due = first;
    for (seed, result) in receiver {
        early.insert(seed, result);
        while let Some(result) = early.remove(&due) {
            each(due, result);
            due += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sweep(jobs: usize, stop: &AtomicBool) -> Sweep<'_> {
        Sweep { seeds: 5..105, jobs, stop }
    }

    #[test]
    fn results_come_in_the_order_of_the_seeds_however_many_threads_there_are() {
        let never = AtomicBool::new(false);
        for jobs in [1, 2, 7, 500] {
            let mut seen = Vec::new();
            // Early seeds take longest, so that the threads finish out of order.
            let run = |seed: u64| (0..(200 - seed) * 100).fold(seed, |a, b| std::hint::black_box(a ^ b ^ b));
            sweep(jobs, &never).each(run, |seed, result| seen.push((seed, result)));
            assert_eq!(seen, (5..105).map(|seed| (seed, seed)).collect::<Vec<_>>(), "{jobs} jobs");
        }
    }

    #[test]
    fn a_stop_leaves_no_gap() {
        for jobs in [1, 3] {
            let stop = AtomicBool::new(false);
            let mut seen = Vec::new();
            // So many that the threads cannot have run them all before the stop is seen.
            let sweep = Sweep { seeds: 0..10_000_000, jobs, stop: &stop };
            let each = |seed, _| {
                seen.push(seed);
                if seed == 20 {
                    stop.store(true, Ordering::Relaxed);
                }
            };
            sweep.each(|seed| seed, each);
            assert!((21..10_000_000).contains(&seen.len()), "{jobs} jobs: {} seeds", seen.len());
            assert!(seen.iter().copied().eq(0..seen.len() as u64), "{jobs} jobs: {seen:?}");
        }
    }

    #[test]
    #[should_panic(expected = "our bug")]
    fn a_panic_in_a_run_is_not_swallowed() {
        let never = AtomicBool::new(false);
        sweep(2, &never).each(|seed| assert!(seed != 17, "our bug"), |_, ()| {});
    }
}
