//! What the picture shows is what the story holds.

use crate::story::{Limits, Story, tests::story};

use super::*;

/// How many elements have this class.
fn count(svg: &str, class: &str) -> usize {
    svg.matches(&format!("class=\"{class}\"")).count()
}

#[test]
fn an_isolated_leader_shows_two_acting_and_its_lane_is_marked_as_cut_off() {
    let story = story("leader-isolated", "raft", 1, &Limits::ALONE);
    let svg = svg(&story);
    let panels = count(&svg, "panel");
    assert_eq!(panels, 3, "the whole run, its failover, and the election, which was a small part of that");
    // Once in each panel, and once in the legend.
    assert_eq!(count(&svg, "isolated"), panels + 1, "one lane is isolated");
    assert_eq!(count(&svg, "touched"), panels * 4 + 1);
    assert!(svg.contains(">overlapping authority: "));
    assert!(svg.contains("The first failover (cut): "));
    let drawn = count(&svg, "message") + count(&svg, "lost");
    assert!(drawn > 20 && count(&svg, "lost") > 0, "{drawn} messages");
    assert!(svg.contains("RequestVote"), "what a message says shows under the pointer");
}

#[test]
fn work_after_a_newer_leaders_is_marked_as_conflicting_effects_with_a_closeup_of_its_own() {
    let svg = svg(&story("lock-holder-paused", "etcd-session", 1, &Limits::ALONE));
    assert!(svg.contains(">conflicting effects<"), "{svg}");
    assert!(svg.contains("effective-split-brain at "));
    assert!(svg.contains(">to n3, token 1<"));
}

#[test]
fn a_crowd_is_drawn_within_bounds_and_says_what_is_not_drawn() {
    let limits = Limits { messages: 100, contents: 0, stretches: 50, moments: 5, work: 10 };
    let story: Story = story("random-faults", "zab", 3, &limits);
    let svg = svg(&story);
    assert!(svg.contains("messages of the run were not kept."));
    assert!(svg.contains("events of the run were not kept."));
    assert!(svg.len() < 300_000, "{} bytes", svg.len());
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let of = || svg(&story("leader-crash", "bully", 5, &Limits::ALONE));
    assert_eq!(of(), of());
}
