//! From a scenario to outcomes: one run, or many seeds on several threads, handed over in the order of the seeds.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};

use rayon::ThreadPoolBuilder;
use sim::outcome::Outcome;
use sim::{Options, Player};

use crate::scenario::Scenario;

/// Runs that a thread takes at a time, at most: handing over one by one would cost more than the shortest runs do.
const LARGEST_HANDFUL: u64 = 16;
/// Handfuls for each thread, at least, so that none of them waits long for the others at the end.
const HANDFULS: u64 = 32;
/// Handfuls that each thread may be ahead of the one that is due: what waits does not grow with the number of runs.
const AHEAD: u64 = 4;

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
    /// Rayon gives the threads and no more: its own iterators either collect everything, or hand over in no order.
    ///
    /// # Panics
    /// When `run` or `each` does: a panic is a bug of ours, and ends everything.
    pub fn each<T: Send>(&self, run: impl Fn(u64) -> T + Sync, mut each: impl FnMut(u64, T)) {
        let runs = self.seeds.end.saturating_sub(self.seeds.start);
        let jobs = self.jobs.max(1).min(usize::try_from(runs).unwrap_or(usize::MAX));
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
        let size = (runs / (jobs as u64 * HANDFULS)).clamp(1, LARGEST_HANDFUL);
        let line = Line {
            first: self.seeds.start,
            size,
            runs,
            ahead: jobs as u64 * AHEAD,
            next: AtomicU64::new(0),
            due: Due::default(),
        };
        let (sender, receiver) = mpsc::channel();
        let (run, line) = (&run, &line);
        pool.in_place_scope(|scope| {
            for _ in 0..jobs {
                let sender = sender.clone();
                scope.spawn(move |_| self.work(line, run, &sender));
            }
            drop(sender);
            let _gone = Leaves(&line.due);
            hand_over(line, receiver, &mut each);
        });
    }

    /// What one thread does: takes the next handful until there is none.
    fn work<T: Send>(&self, line: &Line, run: &(impl Fn(u64) -> T + Sync), sender: &mpsc::Sender<(u64, Vec<T>)>) {
        let _gone = Leaves(&line.due);
        loop {
            let handful = line.next.fetch_add(1, Ordering::Relaxed);
            let seeds = line.seeds(handful);
            if seeds.is_empty() || !line.due.wait_for(handful.saturating_sub(line.ahead)) {
                return;
            }
            let mut results = Vec::with_capacity(line.size as usize);
            for seed in seeds.clone() {
                if self.stop.load(Ordering::Relaxed) {
                    break;
                }
                results.push(run(seed));
            }
            let whole = results.len() as u64 == seeds.end - seeds.start;
            // Nobody listens any more when the receiving side has panicked.
            if sender.send((handful, results)).is_err() || !whole {
                return;
            }
        }
    }
}

/// The seeds in handfuls, numbered from 0, and which of them are taken.
struct Line {
    first: u64,
    size: u64,
    runs: u64,
    ahead: u64,
    next: AtomicU64,
    due: Due,
}

impl Line {
    /// None, beyond the last.
    fn seeds(&self, handful: u64) -> Range<u64> {
        let from = handful.saturating_mul(self.size).min(self.runs);
        let to = from.saturating_add(self.size).min(self.runs);
        self.first + from..self.first + to
    }
}

/// Which handful is handed over next; whoever is too far ahead waits here.
#[derive(Default)]
struct Due {
    now: Mutex<u64>,
    moved: Condvar,
}

impl Due {
    /// Until this one is due. False: it never will be.
    fn wait_for(&self, handful: u64) -> bool {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.moved.wait_while(now, |now| *now < handful).unwrap_or_else(PoisonError::into_inner);
        *now != u64::MAX
    }

    fn move_to(&self, handful: u64) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = handful.max(*now);
        self.moved.notify_all();
    }
}

/// When a side leaves by a panic, nobody is left to wait for it.
struct Leaves<'a>(&'a Due);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.move_to(u64::MAX);
        }
    }
}

/// Puts the results in order. What lies behind the gap that a stop leaves is dropped.
fn hand_over<T>(line: &Line, receiver: mpsc::Receiver<(u64, Vec<T>)>, each: &mut impl FnMut(u64, T)) {
    let mut early = BTreeMap::new();
    let mut due = 0;
    for (handful, results) in receiver {
        early.insert(handful, results);
        while let Some(results) = early.remove(&due) {
            let seeds = line.seeds(due);
            let gap = (results.len() as u64) < seeds.end - seeds.start;
            seeds.zip(results).for_each(|(seed, result)| each(seed, result));
            due = if gap { u64::MAX } else { due + 1 };
            line.due.move_to(due);
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
    #[expect(clippy::disallowed_methods, reason = "one thread waits for others, which run in real time")]
    fn a_seed_that_takes_long_does_not_pile_up_those_behind_it() {
        let never = AtomicBool::new(false);
        let begun = AtomicU64::new(0);
        // Nothing is handed over before the first seed is done, and that one waits until the others stand still.
        let run = |seed: u64| {
            begun.fetch_add(1, Ordering::SeqCst);
            let mut before = u64::MAX;
            while seed == 0 && before != begun.load(Ordering::SeqCst) {
                before = begun.load(Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
        };
        let mut handed = 0;
        let most = std::cell::Cell::new(0);
        Sweep { seeds: 0..1_000_000, jobs: 2, stop: &never }.each(run, |_, ()| {
            handed += 1;
            most.set(most.get().max(begun.load(Ordering::SeqCst) - handed));
        });
        let room = (2 * AHEAD + 3) * LARGEST_HANDFUL;
        assert!(handed == 1_000_000 && most.get() <= room, "{} of at most {room} waited", most.get());
    }

    #[test]
    #[should_panic(expected = "our bug")]
    fn a_panic_in_a_run_is_not_swallowed() {
        let never = AtomicBool::new(false);
        // So many that the others would wait for it for ever.
        Sweep { seeds: 0..1_000_000, jobs: 2, stop: &never }.each(|seed| assert!(seed != 17, "our bug"), |_, ()| {});
    }
}
