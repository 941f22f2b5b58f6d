use sim::delay::Delay;
use sim::fault::{Fault, ScriptEvent, Shape, Target, When};
use sim::outcome::{Outcome, Verdict};
use sim::setup::Setup;
use sim::{Options, Registry, Span, Value};

use super::Bully;

fn at(name: &str, ms: (u64, u64), fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Uniform(Span::millis(ms.0), Span::millis(ms.1)));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

fn story(script: Vec<ScriptEvent>, slow: bool) -> Setup {
    let mut s = Setup { nodes: 5, duration: Span::secs(21), script, ..Setup::default() };
    if slow {
        s.link.delay = Delay::Uniform(Span::millis(1), Span::millis(45));
    }
    s
}

fn play(setup: &Setup, safe: bool, seed: u64, mutant: Option<&str>) -> Outcome {
    let registry = Registry::new().with::<Bully>();
    let settings = [(String::from("quorum-and-epoch"), Value::Switch(safe))];
    let options = Options { mutant, ..Options::default() };
    registry.get("bully").expect("just added").run(setup, &settings, seed, options)
}

#[test]
#[ignore = "a hunt"]
fn swarm() {
    use sim::Ratio;
    use sim::fault::{Family, Swarm};
    let env = |k: &str, d: u64| std::env::var(k).map_or(d, |s| s.parse().unwrap());
    let crashes = vec![Family::Crash, Family::Restart];
    let soft = vec![Family::Crash, Family::Restart, Family::SlowDisk];
    for (what, safe, families) in [
        ("crashes", false, &crashes),
        ("crashes", true, &crashes),
        ("disks", true, &soft),
        ("everything", true, &Family::ALL.to_vec()),
        ("everything", false, &Family::ALL.to_vec()),
    ] {
        for nodes in [2, 3, 4, 5, 7] {
            for slow in [false, true] {
                let mut found = std::collections::BTreeMap::<String, (u64, u64, String)>::new();
                let mut exercised = std::collections::BTreeMap::<String, u64>::new();
                let (mut changes, seeds) = (0, env("SEEDS", 50));
                for seed in 0..seeds {
                    let mut setup = story(vec![], slow);
                    setup.nodes = nodes;
                    setup.duration = Span::secs(60);
                    setup.disk = Delay::Uniform(Span::micros(100), Span::millis(5));
                    setup.swarm = Some(Swarm {
                        families: families.clone(),
                        from: Span::secs(2),
                        until: Span::secs(22),
                        every: Span::millis(700),
                        lasting: (Span::millis(200), Span::secs(3)),
                        loss: Ratio::new(1, 5),
                        drift: Ratio::new(1, 50),
                    });
                    let o = play(&setup, safe, seed, None);
                    changes += o.counters.leader_changes;
                    for j in &o.judgements {
                        *exercised.entry(j.invariant.to_string()).or_default() += j.exercised;
                        if let Verdict::Violated(v) = &j.verdict {
                            found.entry(format!("{} {:?}", j.invariant, j.standing)).or_insert((0, seed, v.saw.clone())).0 += 1;
                        }
                    }
                }
                println!("{what} safe={safe} nodes={nodes} slow={slow} changes/seed={} {exercised:?}", changes / seeds);
                for (k, (count, first, saw)) in found {
                    println!("   {k:45} {count:4}/{seeds} first {first}: {}", saw.chars().take(170).collect::<String>());
                }
            }
        }
    }
}

#[test]
#[ignore = "a hunt"]
fn hunt() {
    let n = |i: u16| vec![Target::Member(i)];
    let seeds: u64 = std::env::var("SEEDS").map_or(20, |s| s.parse().unwrap());
    let restart = || vec![at("a", (3000, 3100), Fault::Crash(n(4))), at("b", (5000, 5200), Fault::Restart(n(4)))];
    let quick = || vec![at("a", (3000, 3000), Fault::Crash(n(4))), at("b", (3400, 3900), Fault::Restart(n(4)))];
    let again = || {
        vec![
            at("a", (3000, 3100), Fault::Crash(n(4))),
            at("b", (5000, 5000), Fault::Restart(n(4))),
            at("c", (5000, 5150), Fault::Crash(n(4))),
        ]
    };
    let crash = || vec![at("a", (3000, 3100), Fault::Crash(n(4)))];
    let isolate = || {
        vec![
            at("a", (3000, 3100), Fault::Partition(Shape::Groups(vec![n(4), vec![Target::Others]]))),
            at("b", (8000, 8100), Fault::Heal),
        ]
    };
    let minority = || {
        vec![
            at(
                "a",
                (3000, 3100),
                Fault::Partition(Shape::Groups(vec![vec![Target::Member(3), Target::Member(4)], vec![Target::Others]])),
            ),
            at("b", (8000, 8100), Fault::Heal),
        ]
    };
    let cut =
        || vec![at("a", (3000, 3100), Fault::Cut { from: n(4), to: vec![Target::Member(0), Target::Member(1)], both: true })];
    let roll = || {
        (0..5)
            .flat_map(|i| {
                vec![
                    at(["a", "b", "c", "d", "e"][i], (2000 + 1500 * i as u64, 2000 + 1500 * i as u64), Fault::Crash(n(i as u16))),
                    at(
                        ["A", "B", "C", "D", "E"][i],
                        (2100 + 1500 * i as u64, 3400 + 1500 * i as u64),
                        Fault::Restart(n(i as u16)),
                    ),
                ]
            })
            .collect::<Vec<_>>()
    };
    let chaos = || {
        (0..10u64)
            .flat_map(|i| {
                vec![
                    at(
                        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"][i as usize],
                        (2000 + 600 * i, 2600 + 600 * i),
                        Fault::Crash(vec![Target::Random]),
                    ),
                    at(
                        ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"][i as usize],
                        (2100 + 600 * i, 3000 + 600 * i),
                        Fault::Restart(vec![Target::All]),
                    ),
                ]
            })
            .collect::<Vec<_>>()
    };
    let cuts = || {
        vec![
            at("a", (3000, 3100), Fault::Cut { from: n(4), to: vec![Target::Member(0)], both: true }),
            at("b", (3250, 3350), Fault::Cut { from: n(4), to: vec![Target::Member(1)], both: true }),
        ]
    };
    type Script<'a> = &'a dyn Fn() -> Vec<ScriptEvent>;
    let none = Vec::new;
    let scripts: [(&str, Script<'_>); 11] = [
        ("healthy", &none),
        ("crash", &crash),
        ("restart", &restart),
        ("quick", &quick),
        ("again", &again),
        ("isolate", &isolate),
        ("minority", &minority),
        ("cut", &cut),
        ("cuts", &cuts),
        ("roll", &roll),
        ("chaos", &chaos),
    ];
    let which = std::env::var("MUTANT").unwrap_or_default();
    let mut mutants: Vec<Option<&str>> = vec![None];
    mutants.extend(super::mutants::MUTANTS.iter().map(|m| Some(m.id)));
    for mutant in mutants {
        if !which.is_empty() && mutant.unwrap_or("none") != which {
            continue;
        }
        for safe in [false, true] {
            for (name, script) in &scripts {
                for slow in [false, true] {
                    let mut found = std::collections::BTreeMap::<String, (u64, u64, String)>::new();
                    for seed in 0..seeds {
                        let o = play(&story(script(), slow), safe, seed, mutant);
                        for j in &o.judgements {
                            if let Verdict::Violated(v) = &j.verdict {
                                found.entry(format!("{} {:?}", j.invariant, j.standing)).or_insert((0, seed, v.saw.clone())).0 +=
                                    1;
                            }
                        }
                    }
                    for (k, (count, first, saw)) in found {
                        println!(
                            "{:5} safe={safe:5} {name:9} slow={slow:5} {k:45} {count:4}/{seeds} first {first}: {}",
                            mutant.unwrap_or("none"),
                            saw.chars().take(150).collect::<String>()
                        );
                    }
                }
            }
        }
    }
}
