//! x
use super::*;
#[test]
#[ignore = "probe"]
fn probe() {
    let t = std::time::Instant::now();
    let mut tally = std::collections::BTreeMap::new();
    for nodes in [3, 5] {
        for seed in 0..1500 {
            let outcome = run(&mutants::bad_days(nodes), &settings(&[]), None, seed);
            for f in findings(&outcome) {
                let e = tally.entry(f.split(':').next().unwrap().to_string()).or_insert((0, String::new()));
                e.0 += 1;
                if e.0 <= 3 { e.1 += &format!("\n  {nodes} {seed} {f}"); }
            }
        }
    }
    println!("{:?}", t.elapsed());
    for (k, (n, s)) in tally { println!("{k} {n} {s}"); }
}
