//! All runs of a check, over all cores, merged seed by seed: everybody meets a seed before anybody meets the next, so that a check
//! that is cut short is a smaller one and no half of one.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use reports::check::Run;
use scenarios::Sweep;
use sim::{Options, Span};

use super::programme::Programme;
use crate::cast::Cast;
use crate::failure::Failure;
use crate::interrupt;
use crate::progress;

static TIME_IS_UP: AtomicBool = AtomicBool::new(false);

/// Whether the check was cut short by its own limit.
pub fn time_is_up() -> bool {
    TIME_IS_UP.load(Ordering::SeqCst)
}

/// Whether no more runs are begun, for whatever reason.
pub fn cut_short() -> bool {
    time_is_up() || interrupt::asked()
}

/// A pair, and what its first run has shown.
struct Playing<'p> {
    part: usize,
    cast: &'p Cast<'p>,
    invariants: OnceLock<Vec<String>>,
}

/// How many of the seeds are of this shard: every so-manieth, so that shards are equally long, whatever their number. (What is read from a
/// file may be no shard of anything, and has no seeds then.)
pub fn seeds_of(seeds: &Range<u64>, (number, of): (u64, u64)) -> u64 {
    seeds.end.saturating_sub(seeds.start).saturating_sub(number.saturating_sub(1)).div_ceil(of.max(1))
}

/// Runs every part under those of the seeds that are in the shard, and leaves what came of it in the parts. Gives back how many of
/// these seeds were run.
///
/// # Errors
/// Where there are too many.
pub fn run(programme: &mut Programme<'_>, seeds: &Range<u64>, shard: Option<(u64, u64)>, jobs: usize) -> Result<u64, Failure> {
    let (number, of) = shard.unwrap_or((1, 1));
    let mine = seeds_of(seeds, (number, of));
    let seed = |place: u64| seeds.start + number - 1 + place * of;
    let playing: Vec<Playing<'_>> =
        programme.casts().map(|(part, cast)| Playing { part, cast, invariants: OnceLock::new() }).collect();
    let casts = playing.len() as u64;
    if casts == 0 {
        return Ok(mine);
    }
    let total = mine.checked_mul(casts).ok_or_else(|| {
        let what = format!("{mine} seeds of {casts} pairs are more runs than can be counted");
        Failure::usage(what, "take fewer: a thousand seeds say a lot")
    })?;
    let bar = progress::bar(total);
    let mut columns: Vec<Vec<Run>> = playing.iter().map(|_| Vec::new()).collect();
    let mut under_way: Vec<Run> = Vec::new();
    let sweep = Sweep { seeds: 0..total, jobs, stop: interrupt::stopped() };
    sweep.each(
        |run| playing[(run % casts) as usize].run(seed(run / casts)),
        |_, run| {
            bar.inc(1);
            under_way.push(run);
            if under_way.len() == columns.len() {
                columns.iter_mut().zip(under_way.drain(..)).for_each(|(column, run)| column.push(run));
            }
        },
    );
    bar.finish_and_clear();
    let done = columns.first().map_or(0, |column| column.len() as u64);
    let came: Vec<(usize, Vec<String>, Vec<Run>)> = playing
        .into_iter()
        .zip(columns)
        .map(|(playing, runs)| (playing.part, playing.invariants.into_inner().unwrap_or_default(), runs))
        .collect();
    for (part, invariants, runs) in came {
        let records = &mut programme.parts[part].case.records;
        (records.invariants, records.runs) = (invariants, runs);
    }
    Ok(done)
}

impl Playing<'_> {
    fn run(&self, seed: u64) -> Run {
        let outcome = self.cast.run_with(seed, Options { fingerprint: false, ..Options::default() });
        self.invariants.get_or_init(|| outcome.judgements.iter().map(|judgement| judgement.invariant.to_owned()).collect());
        Run::new(&outcome)
    }
}

/// Begins no more runs after this time, unless what is given back is dropped before.
#[expect(clippy::disallowed_methods, reason = "a limit on real time is asked for; it only says where to stop")]
pub fn stop_after(limit: Span) -> Sender<()> {
    let (over, waits) = mpsc::channel();
    std::thread::spawn(move || {
        if waits.recv_timeout(Duration::from_nanos(limit.0)) == Err(RecvTimeoutError::Timeout) {
            TIME_IS_UP.store(true, Ordering::SeqCst);
            interrupt::stop();
        }
    });
    over
}
