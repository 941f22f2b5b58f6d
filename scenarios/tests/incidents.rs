//! What two incidents of the library do to Raft, preset by preset and half by half: Cloudflare's partial switch failure of
//! 2020, and the member that comes back with a higher term (etcd #9333). `-- --ignored --nocapture` prints the tables over 200
//! seeds.

use scenarios::{Scenario, default_registry, library, run_one};
use sim::observer::{Happening, Observer};
use sim::outcome::Verdict;
use sim::{NodeId, Options, Span, Time};

/// What is seen of a run in which a `cut` is followed by a `heal`.
#[derive(Default)]
struct Incident {
    newest_term: u64,
    /// By member.
    terms: Vec<u64>,
    cut: Stage,
    healed: Stage,
    /// Who holds authority, and since when nobody does.
    leaders: Vec<NodeId>,
    nobody_since: Option<Time>,
}

/// From the cut to the heal, or from the heal on.
#[derive(Default)]
struct Stage {
    since: Option<Time>,
    /// The newest term at its beginning, and those of all members.
    term: u64,
    terms: Vec<u64>,
    /// Tenures that began.
    changes: u64,
    last_change: Option<Time>,
    leaderless: Span,
}

impl Incident {
    fn of(scenario: &Scenario, seed: u64) -> Incident {
        let registry = default_registry();
        let player = registry.get("raft").expect("it is built in");
        let mut incident = Incident { terms: vec![0; usize::from(scenario.setup.nodes)], ..Incident::default() };
        let options = Options { observer: Some(&mut incident), fingerprint: false, checks: false, ..Options::default() };
        player.run(&scenario.setup, scenario.settings_of("raft"), seed, options);
        incident
    }

    fn stage(&mut self) -> Option<&mut Stage> {
        [&mut self.healed, &mut self.cut].into_iter().find(|stage| stage.since.is_some())
    }

    fn begin(&self, at: Time) -> Stage {
        Stage { since: Some(at), term: self.newest_term, terms: self.terms.clone(), ..Stage::default() }
    }

    /// By how much the newest term rose between cut and heal.
    fn risen(&self) -> u64 {
        self.healed.term - self.cut.term
    }

    /// By how much the term of this member did.
    fn risen_at(&self, member: usize) -> u64 {
        self.healed.terms[member] - self.cut.terms[member]
    }

    /// How long after the cut the last leader before the heal began to lead.
    fn settled_after(&self) -> Span {
        self.cut.last_change.map_or(Span::ZERO, |last| last.since(self.cut.since.expect("a cut")))
    }
}

impl Observer for Incident {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        match what {
            Happening::Fault { event: "cut", .. } => self.cut = self.begin(at),
            Happening::Fault { event: "heal", .. } => self.healed = self.begin(at),
            Happening::Observed { node, is, .. } => {
                self.terms[node.index()] = is.epoch().0;
                self.newest_term = self.newest_term.max(is.epoch().0);
            }
            Happening::TenureBegan { node, .. } => {
                self.leaders.push(*node);
                let without = self.nobody_since.take().map_or(Span::ZERO, |since| at.since(since));
                if let Some(stage) = self.stage() {
                    stage.changes += 1;
                    stage.last_change = Some(at);
                    stage.leaderless += without;
                }
            }
            Happening::TenureEnded { node, .. } => {
                self.leaders.retain(|leader| leader != node);
                if self.leaders.is_empty() {
                    self.nobody_since = Some(at);
                }
            }
            _ => {}
        }
    }
}

type Settings = [(&'static str, &'static str)];

const PAPER: &Settings = &[("algorithm.raft.preset", "paper")];
const PAPER_WITH_PRE_VOTE: &Settings = &[("algorithm.raft.preset", "paper"), ("algorithm.raft.pre-vote", "true")];
const ETCD: &Settings = &[("algorithm.raft.preset", "etcd")];
/// What etcd's library does with `PreVote` but without `CheckQuorum`: nobody protects a leader.
const PRE_VOTE_ONLY: &Settings =
    &[("algorithm.raft.preset", "etcd"), ("algorithm.raft.check-quorum", "off"), ("algorithm.raft.leader-stickiness", "off")];
/// `CheckQuorum` without `PreVote`: it brings the protection along.
const CHECK_QUORUM_ONLY: &Settings = &[("algorithm.raft.preset", "etcd"), ("algorithm.raft.pre-vote", "false")];
/// The protection alone.
const STICKINESS_ONLY: &Settings =
    &[("algorithm.raft.preset", "etcd"), ("algorithm.raft.pre-vote", "false"), ("algorithm.raft.check-quorum", "off")];

fn scenario(name: &str, settings: &Settings, more: &Settings) -> Scenario {
    let text = library().iter().find(|(known, _)| *known == name).expect("a scenario of the library").1;
    let overrides: Vec<_> = settings.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Scenario::parse_with(text, name, &default_registry(), &overrides).unwrap_or_else(|wrong| panic!("{name}:\n{wrong}"))
}

fn all(name: &str, settings: &Settings, more: &Settings, seeds: u64) -> Vec<Incident> {
    let scenario = scenario(name, settings, more);
    (0..seeds).map(|seed| Incident::of(&scenario, seed)).collect()
}

fn mean(incidents: &[Incident], of: impl Fn(&Incident) -> f64) -> f64 {
    incidents.iter().map(of).sum::<f64>() / incidents.len() as f64
}

fn seconds(span: Span) -> f64 {
    span.0 as f64 / 1e9
}

const OUTAGE_MINUTES: f64 = 6.0;

#[test]
fn the_library_shows_each_incident_and_its_cure_on_the_same_day() {
    let name = |name: &str| library().iter().find(|(known, _)| *known == name).expect("a scenario of the library").1;
    for incident in ["cloudflare-2020", "disruptive-rejoin", "elastic-intersecting-split"] {
        let parse = |origin: &str| Scenario::parse(name(origin), origin, &default_registry()).expect("in order");
        let (broken, cured) = (parse(incident), parse(&format!("{incident}-fixed")));
        assert!(!broken.expect.is_empty() && cured.expect.is_empty(), "{incident}");
        assert_ne!(broken.settings, cured.settings, "{incident}: the cure is another setting …");
        assert_eq!(sim::Setup { name: broken.setup.name.clone(), ..cured.setup }, broken.setup, "{incident}: … and nothing else");
    }
}

#[test]
fn what_an_incident_is_expected_to_show_is_seen_and_not_with_its_cure() {
    let registry = default_registry();
    for incident in ["cloudflare-2020", "disruptive-rejoin", "elastic-intersecting-split"] {
        let (broken, cured) = (scenario(incident, &[], &[]), scenario(&format!("{incident}-fixed"), &[], &[]));
        let (algorithm, expected) = &broken.expect[0];
        let player = registry.get(algorithm).expect("it is built in");
        for promise in expected {
            let name = sim::audit::catalogue::name_of(*promise);
            let seen = |scenario: &Scenario| {
                let violated = |seed: &u64| {
                    let outcome = run_one(scenario, player, *seed, Options::default());
                    let of_that_name = outcome.judgements.into_iter().find(|judgement| judgement.invariant == name);
                    matches!(of_that_name.expect("an invariant of the catalogue").verdict, Verdict::Violated(_))
                };
                (0..20).filter(violated).count()
            };
            assert_eq!((seen(&broken), seen(&cured)), (20, 0), "{incident}: {name}");
        }
    }
}

#[test]
fn one_deposes_the_other_for_six_minutes_where_nobody_asks_first_and_never_with_pre_vote_and_check_quorum() {
    for incident in all("cloudflare-2020", PAPER, &[], 20) {
        assert!(incident.cut.changes > 600 && incident.risen() > 1200, "{} {}", incident.cut.changes, incident.risen());
        assert!(incident.settled_after() > Span::secs(355));
    }
    for load in ["true", "false"] {
        for incident in all("cloudflare-2020-fixed", &[], &[("work.on", load)], 20) {
            assert_eq!((incident.cut.changes, incident.healed.changes, incident.risen()), (0, 0, 0), "work {load}");
        }
    }
}

#[test]
fn a_member_that_hears_both_ends_it_when_its_clock_is_only_half_as_fast() {
    // Its timeouts, 300 to 600 ms of true time, begin where those of n1 and n3 end: sooner or later n3 does not win at its
    // first attempt, because n1 has raised the term once more, and n2 stands before it.
    let runs = all("cloudflare-2020", PAPER, &[("node.n2.clock-rate", "1/2")], 50);
    assert!(runs.iter().all(|incident| incident.cut.changes > 0 && incident.settled_after() < Span::secs(180)));
    let settled = mean(&runs, |incident| seconds(incident.settled_after()));
    assert!((8.0..32.0).contains(&settled), "{settled}");
}

#[test]
fn pre_vote_alone_protects_a_busy_leader_and_not_an_idle_one() {
    for incident in all("cloudflare-2020", PRE_VOTE_ONLY, &[("work.on", "true")], 20) {
        assert_eq!((incident.cut.changes, incident.risen()), (0, 0), "n1's log is behind: n2 refuses it");
    }
    let idle = all("cloudflare-2020", PRE_VOTE_ONLY, &[("work.on", "false")], 20);
    // The logs are equal, and n2 grants; from then on n3 lacks the no-op of n1, and n2 refuses it.
    assert!(idle.iter().all(|incident| incident.cut.changes == 1));
}

#[test]
fn who_comes_back_with_a_higher_term_deposes_the_leader_unless_it_has_asked_for_pre_votes() {
    let disturbed = all("disruptive-rejoin", &[], &[], 20);
    assert!(disturbed.iter().all(|incident| incident.cut.changes == 0 && incident.risen_at(4) > 8));
    assert!(disturbed.iter().filter(|incident| incident.healed.changes > 0).count() >= 19);
    for incident in all("disruptive-rejoin-fixed", &[], &[], 20) {
        assert_eq!((incident.cut.changes, incident.healed.changes, incident.risen_at(4)), (0, 0, 0));
    }
}

#[test]
#[ignore = "prints a table over 200 seeds a line"]
fn table_of_cloudflare_2020() {
    let settings = [
        ("paper", PAPER),
        ("paper + pre-vote", PAPER_WITH_PRE_VOTE),
        ("etcd", ETCD),
        ("pre-vote only", PRE_VOTE_ONLY),
        ("check-quorum + stickiness only", CHECK_QUORUM_ONLY),
        ("stickiness only", STICKINESS_ONLY),
    ];
    println!(
        "n2's clock | settings | load | runs with a change | leader changes a minute | terms a minute | settled after | leaderless"
    );
    for rate in ["1/2", "1/4"] {
        for (words, settings) in settings {
            for (load, on) in [("busy", "true"), ("idle", "false")] {
                let runs = all("cloudflare-2020", settings, &[("work.on", on), ("node.n2.clock-rate", rate)], 200);
                println!(
                    "{rate} | {words} | {load} | {} of {} | {:.2} | {:.2} | {:.1} s | {:.1} % | {}",
                    runs.iter().filter(|run| run.cut.changes > 0).count(),
                    runs.len(),
                    mean(&runs, |run| run.cut.changes as f64) / OUTAGE_MINUTES,
                    mean(&runs, |run| run.risen() as f64) / OUTAGE_MINUTES,
                    mean(&runs, |run| seconds(run.settled_after())),
                    mean(&runs, |run| seconds(run.cut.leaderless)) / (OUTAGE_MINUTES * 60.0) * 100.0,
                    runs.iter().filter(|run| run.healed.changes > 0).count(),
                );
            }
        }
    }
}

#[test]
#[ignore = "prints a table over 200 seeds a line"]
fn table_of_disruptive_rejoins() {
    const HASHICORP: &Settings = &[("algorithm.raft.preset", "hashicorp")];
    const HASHICORP_WITHOUT: &Settings = &[("algorithm.raft.preset", "hashicorp"), ("algorithm.raft.pre-vote", "false")];
    let settings = [
        ("paper", PAPER),
        ("paper + pre-vote", PAPER_WITH_PRE_VOTE),
        ("etcd without pre-vote", CHECK_QUORUM_ONLY),
        ("etcd", ETCD),
        ("etcd, pre-vote only", PRE_VOTE_ONLY),
        ("hashicorp without pre-vote", HASHICORP_WITHOUT),
        ("hashicorp", HASHICORP),
    ];
    println!("settings | load | runs with a change after the heal | leader changes a run | n5's term rose by | leaderless");
    for (words, settings) in settings {
        for (load, on) in [("busy", "true"), ("idle", "false")] {
            let runs = all("disruptive-rejoin-fixed", settings, &[("work.on", on)], 200);
            println!(
                "{words} | {load} | {} of {} | {:.2} | {:.1} | {:.2} s",
                runs.iter().filter(|run| run.healed.changes > 0).count(),
                runs.len(),
                mean(&runs, |run| run.healed.changes as f64),
                mean(&runs, |run| run.risen_at(4) as f64),
                mean(&runs, |run| seconds(run.healed.leaderless)),
            );
        }
    }
}
