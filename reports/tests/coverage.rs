//! Intervals and bands hold the truth as often as they say, found out by simulation where the truth is known. The draws are the same
//! every time.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use reports::paired::{self, share};
use reports::quantile::Sample;

/// A source of its own for every test.
struct Chance(ChaCha8Rng);

impl Chance {
    fn new(test: u8) -> Chance {
        Chance(ChaCha8Rng::from_seed([test; 32]))
    }

    /// Uniform on (0, 1).
    fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// A length of time as a failover has it: mostly about a second, one in five much longer.
    fn failover(&mut self) -> u64 {
        let (kind, part) = (self.unit(), self.unit());
        ((if kind < 0.8 { 1.0 + part } else { 2.0 / part.sqrt() }) * 1e9) as u64
    }
}

/// How often something happens in so many repetitions.
fn rate(repetitions: u32, mut happens: impl FnMut() -> bool) -> f64 {
    f64::from((0..repetitions).filter(|_| happens()).count() as u32) / f64::from(repetitions)
}

#[test]
fn the_interval_of_a_quantile_holds_it_in_19_of_20_samples() {
    let mut chance = Chance::new(1);
    for (n, per_mille) in [(6, 500), (50, 500), (400, 500), (100, 900), (368, 990), (1_000, 990)] {
        let truth = f64::from(per_mille) / 1_000.0 * 1e9;
        let held = rate(4_000, || {
            let sample = Sample::new((0..n).map(|_| Some((chance.unit() * 1e9) as u64)));
            let quantile = sample.quantile(per_mille).unwrap();
            quantile.low.unwrap() as f64 <= truth && truth <= quantile.high.unwrap() as f64
        });
        println!("{per_mille} of {n}: {held:.4}");
        // Never less, but for the chance of 4 000 repetitions; more by as much as whole ranks make necessary.
        assert!((0.94..0.985).contains(&held), "{per_mille} of {n}: {held}");
    }
}

#[test]
fn the_band_holds_the_whole_distribution_in_19_of_20_samples() {
    let mut chance = Chance::new(2);
    for n in [20usize, 100, 1_000] {
        let held = rate(2_000, || {
            let sample = Sample::new((0..n).map(|_| Some((chance.unit() * 1e9) as u64)));
            let furthest = sample.finite().iter().enumerate().fold(0.0, |furthest: f64, (rank, &figure)| {
                let truth = figure as f64 / 1e9;
                furthest.max((rank + 1) as f64 / n as f64 - truth).max(truth - rank as f64 / n as f64)
            });
            furthest <= sample.band()
        });
        println!("band of {n}: {held:.4}");
        assert!((0.94..0.975).contains(&held), "{n}: {held}");
    }
}

#[test]
fn the_interval_of_a_share_holds_it_in_about_19_of_20_samples() {
    let mut chance = Chance::new(3);
    for (n, truth) in [(100usize, 0.05), (100, 0.5), (1_000, 0.01), (1_000, 0.3)] {
        let held = rate(2_000, || {
            let count = (0..n).filter(|_| chance.unit() < truth).count();
            !share(count, n).excludes(truth)
        });
        println!("{truth} of {n}: {held:.4}");
        // Counts are whole, so that this one swings about what it says.
        assert!((0.93..0.98).contains(&held), "{truth} of {n}: {held}");
    }
}

#[test]
fn the_interval_of_a_ratio_of_medians_holds_it_in_19_of_20_samples_of_pairs() {
    let mut chance = Chance::new(4);
    // What both sides of a pair have in common is the seed: a part of each time. The truth is that the second takes half as long
    // again. The closer the pairs, the wider is the interval than it would have to be, because medians lie on few figures.
    for (n, shared, most) in [(40, 0.2, 0.985), (150, 0.2, 0.985), (150, 0.8, 1.0)] {
        let held = rate(600, || {
            let mut pair = || {
                let common = shared * chance.failover() as f64;
                let mut own = || (common + (1.0 - shared) * chance.failover() as f64) as u64;
                (Some(own()), Some(own() * 3 / 2))
            };
            let (first, second): (Vec<_>, Vec<_>) = (0..n).map(|_| pair()).unzip();
            !paired::compare(&second, &first).unwrap().ratio.unwrap().excludes(1.5)
        });
        println!("ratio of {n} pairs that share {shared}: {held:.4}");
        assert!((0.93..=most).contains(&held), "{n} pairs that share {shared}: {held}");
    }
}

#[test]
fn where_there_is_no_difference_fewer_than_one_in_20_comparisons_call_one() {
    let mut chance = Chance::new(5);
    for n in [30, 100] {
        let mut interval = 0;
        let called = rate(800, || {
            let (first, second): (Vec<_>, Vec<_>) = (0..n).map(|_| (Some(chance.failover()), Some(chance.failover()))).unzip();
            let compared = paired::compare(&first, &second).unwrap();
            interval += u32::from(compared.ratio.unwrap().excludes(1.0));
            compared.differs()
        });
        println!("{n} pairs: called different {called:.4}, by the interval alone {:.4}", f64::from(interval) / 800.0);
        assert!(called < 0.03, "{n} pairs: {called}");
    }
}

#[test]
fn a_difference_of_a_fifth_is_called_in_nearly_all_comparisons() {
    let mut chance = Chance::new(6);
    let called = rate(200, || {
        let (first, second): (Vec<_>, Vec<_>) =
            (0..300).map(|_| (Some(chance.failover()), Some(chance.failover() * 6 / 5))).unzip();
        paired::compare(&first, &second).unwrap().differs()
    });
    println!("called different {called:.4}");
    assert!(called > 0.9, "{called}");
}
