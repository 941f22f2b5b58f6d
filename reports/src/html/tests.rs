//! The page holds what it should, whatever scenario files say.

use super::*;
use crate::choosing::Wishes;
use crate::compare::{Column, Row, Seed};
use crate::story::{Limits, tests::story};

/// A scenario whose author means no good.
const EVIL: &str = "</script><script>alert(1)</script><!-- \" ' & {{ file size }}";

fn comparison() -> Comparison {
    let registry = scenarios::default_registry();
    let found = scenarios::find("leader-isolated").expect("a built-in scenario");
    let scenario = scenarios::Scenario::parse(&found.text, &found.origin, &registry).expect("the library is in order");
    let mut columns = Vec::new();
    for name in ["raft", "bully"] {
        let player = registry.get(name).expect("a built-in algorithm");
        let mut column = Column::new(player.name(), None);
        for seed in 0..3 {
            let outcome = player.run(&scenario.setup, scenario.settings_of(name), seed, sim::Options::default());
            column.invariants = outcome.judgements.iter().map(|judgement| judgement.invariant).collect();
            column.seeds.extend([Seed::new(&outcome)]);
        }
        columns.push(column);
    }
    columns.push(Column::new("zab", Some(String::from(EVIL))));
    let row = Row {
        scenario: String::from(EVIL),
        about: String::from(EVIL),
        faults: true,
        measure: None,
        varied: vec![String::from(EVIL)],
        columns,
    };
    Comparison { version: "1.2.3", seeds: 0..3, asked: 3, rows: vec![row], wishes: Wishes::default() }
}

fn page() -> String {
    let comparison = comparison();
    let picks = picks::picks(&comparison);
    assert!(picks.len() >= 3, "{picks:?}");
    let kept: Vec<Kept> = picks
        .into_iter()
        .map(|pick| {
            let algorithm = comparison.rows[pick.row].columns[pick.column].algorithm;
            let mut story = story("leader-isolated", algorithm, pick.seed, &Limits { messages: 50, ..picks::limits(9) });
            story.command = format!("hustings run '{EVIL}'");
            story.moments[0].text = String::from(EVIL);
            Kept { row: pick.row, column: pick.column, why: pick.why, story }
        })
        .collect();
    let charts = [(String::from(EVIL), String::from("<?xml version=\"1.0\"?>\n<svg><g/></svg>"))];
    html(&Report { comparison: &comparison, runs: &kept, charts: &charts, dark_charts: "--chart-ink:#fff;" })
}

#[test]
fn a_scenario_with_markup_in_its_name_is_text_and_nothing_else() {
    let page = page();
    assert_eq!(page.matches("alert(1)</script>").count(), 0);
    // Two of our own, one for the index, one for each run.
    let runs = page.matches("id=\"run-").count();
    assert_eq!(page.matches("<script").count(), 3 + runs);
    assert_eq!(page.matches("</script>").count(), 3 + runs);
    assert_eq!(page.matches("<!--").count(), 0);
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)") && page.contains("\\u003c/script>\\u003cscript>alert(1)"));
}

#[test]
fn the_page_asks_for_nothing_from_anywhere() {
    let page = page();
    for word in ["http://", "https://", "src=", "url(", "@import", "fetch(", "XMLHttpRequest"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn json_in_the_page_reads_back_as_it_was() {
    let page = page();
    let begin = page.find("id=\"index\">").expect("an index") + "id=\"index\">".len();
    let end = begin + page[begin..].find("</script>").expect("its end");
    let index: serde_json::Value = serde_json::from_str(&page[begin..end]).expect("it is JSON");
    assert_eq!(index["scenarios"][0], comparison().rows[0].title());
    assert_eq!(index["runs"].as_array().map(Vec::len), Some(page.matches("id=\"run-").count()));
}

#[test]
fn the_page_says_how_large_it_is() {
    let page = page();
    let size = size_in_words(page.len());
    assert!(page.contains(&format!("its size: {size}")), "{size}");
    assert_eq!([1, 49_999, 149_999, 1_949_999, 1_950_000].map(size_in_words), ["1 kB", "50 kB", "0.1 MB", "1.9 MB", "2.0 MB"]);
}
