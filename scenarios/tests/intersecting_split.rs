//! Elasticsearch #2488: two of three members lose sight of each other, and the third reaches both. Who has two leaders that get
//! work done side by side? `-- --nocapture` prints the counts.

use scenarios::{Scenario, Sweep, default_registry, library};
use sim::observer::{Happening, Observer};
use sim::{NodeId, Options, Player, Span};
use std::sync::atomic::AtomicBool;

const N1: NodeId = NodeId(0);
const N2: NodeId = NodeId(1);

/// Watches n1 and n2.
#[derive(Default)]
struct SideBySide {
    /// Which of the two hold authority now.
    leads: [bool; 2],
    /// Whose work took hold while both held it.
    worked: [bool; 2],
    /// Both led at once, and the work of both took hold meanwhile.
    seen: bool,
}

impl SideBySide {
    fn authority(&mut self, node: NodeId, held: bool) {
        if node == N1 || node == N2 {
            self.leads[node.index()] = held;
            self.worked = [false; 2];
        }
    }

    fn took_hold(&mut self, node: NodeId) {
        if self.leads == [true; 2] && (node == N1 || node == N2) {
            self.worked[node.index()] = true;
            self.seen |= self.worked == [true; 2];
        }
    }
}

impl Observer for SideBySide {
    fn happened(&mut self, _at: sim::Time, what: &Happening<'_>) {
        match what {
            Happening::TenureBegan { node, .. } => self.authority(*node, true),
            Happening::TenureEnded { node, .. } => self.authority(*node, false),
            // What has a log acknowledges where the others write to the protected resource.
            Happening::Applied { node, accepted: true, .. } | Happening::Acknowledged { node, .. } => self.took_hold(*node),
            _ => {}
        }
    }
}

/// What came of many seeds.
#[derive(Default)]
struct Count {
    seeds: u64,
    side_by_side: u64,
    /// Runs in which older work took hold after newer work.
    conflicts: u64,
    longest_overlap: Span,
}

fn scenario(name: &str, overrides: &[(&str, &str)]) -> Scenario {
    let text = library().iter().find(|(known, _)| *known == name).expect("a scenario of the library").1;
    let overrides: Vec<_> = overrides.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Scenario::parse_with(text, name, &default_registry(), &overrides).unwrap_or_else(|wrong| panic!("{name}:\n{wrong}"))
}

fn count(scenario: &Scenario, player: &dyn Player, seeds: u64) -> Count {
    let mut count = Count::default();
    let never = AtomicBool::new(false);
    let sweep = Sweep { seeds: 0..seeds, jobs: 2, stop: &never };
    let one = |seed| {
        let mut watch = SideBySide::default();
        let options = Options { observer: Some(&mut watch), fingerprint: false, ..Options::default() };
        let outcome = player.run(&scenario.setup, scenario.settings_of(player.name()), seed, options);
        (watch.seen, outcome.split_brain)
    };
    sweep.each(one, |_, (seen, split_brain)| {
        count.seeds += 1;
        count.side_by_side += u64::from(seen);
        count.conflicts += u64::from(split_brain.conflicting_effects > 0);
        count.longest_overlap = count.longest_overlap.max(split_brain.longest_overlap);
    });
    let Count { seeds, side_by_side, conflicts, longest_overlap } = &count;
    println!(
        "{} {} {:?}: {side_by_side} of {seeds} seeds with two leaders at work side by side, {conflicts} with conflicting \
         effects, longest overlap {longest_overlap}",
        scenario.setup.name,
        player.name(),
        scenario.settings_of(player.name()),
    );
    count
}

/// Those of them that are built in.
fn players<'r>(registry: &'r sim::Registry, names: &'r [&'r str]) -> impl Iterator<Item = &'r dyn Player> {
    names.iter().filter_map(|name| registry.get(name))
}

#[test]
fn a_majority_in_view_makes_two_leaders_at_work_side_by_side_in_a_thousand_seeds() {
    let registry = default_registry();
    let naive = registry.get("naive-lowest-id").expect("it is built in");
    let found = count(&scenario("elastic-intersecting-split", &[]), naive, 1000);
    assert!(found.side_by_side >= 950 && found.conflicts >= 950, "{} {}", found.side_by_side, found.conflicts);
}

#[test]
fn who_votes_once_in_a_numbered_epoch_never_has_two_leaders_at_work_in_a_thousand_seeds() {
    let registry = default_registry();
    for player in players(&registry, &["raft", "zab"]) {
        let found = count(&scenario("elastic-intersecting-split", &[]), player, 1000);
        assert_eq!((found.seeds, found.side_by_side, found.conflicts), (1000, 0, 0), "{}", player.name());
    }
    let raft = registry.get("raft").expect("it is built in");
    for preset in ["paper", "hashicorp"] {
        let found = count(&scenario("elastic-intersecting-split", &[("algorithm.raft.preset", preset)]), raft, 100);
        assert_eq!((found.side_by_side, found.conflicts), (0, 0), "{preset}");
    }
}

#[test]
fn a_member_that_counts_for_the_one_it_follows_leaves_one_leader() {
    let registry = default_registry();
    let naive = registry.get("naive-lowest-id").expect("it is built in");
    let found = count(&scenario("elastic-intersecting-split-fixed", &[]), naive, 1000);
    assert_eq!((found.side_by_side, found.conflicts, found.longest_overlap), (0, 0, Span::ZERO));
}

/// The report has the bridge at n1 and the cut between n2 and n3. There the lowest number in view of both sides is the bridge.
#[test]
fn a_bridge_with_the_lowest_number_leads_both_sides() {
    let registry = default_registry();
    let naive = registry.get("naive-lowest-id").expect("it is built in");
    let mut bridged = scenario("elastic-intersecting-split", &[]);
    let cut = bridged.setup.script.iter_mut().find(|event| event.name == "cut").expect("a cut");
    let member = |number| vec![sim::fault::Target::Member(number)];
    cut.fault = sim::fault::Fault::Cut { from: member(1), to: member(2), both: true };
    let found = count(&bridged, naive, 100);
    assert_eq!((found.side_by_side, found.conflicts, found.longest_overlap), (0, 0, Span::ZERO));
}
