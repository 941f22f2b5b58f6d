//! Diagrams of runs of the library, and of messages made up.

use sim::outcome::{Severity, Standing};

use super::*;
use crate::story::tests::story;
use crate::story::{Fate, Finding, Limits, Message, Stretch};

/// Three members that say `Ping` as told: from, to, sent, arrived. They turn (who, when) in between.
fn made_up(pings: &[(usize, usize, u64, u64)], turns: &[(usize, u64)], finding: (&[usize], u64)) -> Story {
    let mut story = story("healthy", "bully", 1, &Limits::ALONE);
    let ping = |&(from, to, sent, ended): &(usize, usize, u64, u64)| Message {
        from,
        to,
        sent: Time(sent),
        ended: Time(ended),
        fate: Fate::Arrived,
        kind: "Ping",
        content: Some(String::from("x")),
        left: 3,
        heard: 2,
    };
    let turn = |&(lane, from): &(usize, u64)| Stretch {
        lane,
        from: Time(from),
        until: Time(1_000),
        role: sim::Role::Leader,
        epoch: String::from("1"),
        leader: Some(lane),
        order: 2,
    };
    story.messages = pings.iter().map(ping).collect();
    story.roles = turns.iter().map(turn).collect();
    (story.moments, story.work, story.outages) = (Vec::new(), Vec::new(), Vec::new());
    story.findings = vec![Finding {
        at: Time(finding.1),
        invariant: "election-safety",
        split_brain: None,
        severity: Severity::Safety,
        standing: Standing::Promised,
        lanes: finding.0.to_vec(),
        saw: String::from("two"),
        times: 1,
    }];
    story
}

fn diagram(story: &Story, most: usize) -> Diagram {
    of(story, None, "election-safety", most).expect("it is found")
}

fn sent(diagram: &Diagram) -> Vec<u64> {
    let departures = diagram.marks.iter().filter(|mark| matches!(mark.what, What::Sent { .. }));
    departures.map(|mark| mark.at.0).collect()
}

#[test]
fn what_nobody_who_took_part_could_know_of_is_not_drawn() {
    // n1 tells n2, which tells n3; n3 is found at 100. What n2 hears after it told n3, and what arrives later, cannot matter.
    let pings = [(0, 1, 10, 20), (0, 1, 25, 35), (1, 2, 30, 40), (2, 0, 50, 60), (0, 2, 90, 101)];
    let story = made_up(&pings, &[(0, 5), (0, 22), (0, 80)], (&[2], 100));
    let diagram = diagram(&story, 40);
    assert_eq!(sent(&diagram), [10, 30]);
    assert_eq!(diagram.lines, ["n1", "n2", "n3"]);
    assert!(of(&story, None, "vote-once", 40).is_none());
}

#[test]
fn what_is_said_again_without_news_is_drawn_once_and_counted() {
    let pings: Vec<(usize, usize, u64, u64)> = (0..9).map(|time| (0, 1, time * 10, time * 10 + 5)).collect();
    let diagram = diagram(&made_up(&pings, &[(0, 0)], (&[1], 100)), 40);
    assert_eq!((diagram.messages, diagram.without_news, diagram.left_out), (1, 8, 0));
    assert!(text(&diagram).contains("Ping: x (and 8 more like it)"), "{}", text(&diagram));
}

#[test]
fn of_a_majority_all_voices_are_drawn_and_what_they_answer() {
    // n1 stands at 10, asks both, and leads at 31, upon the second answer. Neither of those who answer turns.
    let pings = [(0, 1, 10, 20), (0, 2, 10, 21), (1, 0, 12, 16), (1, 0, 20, 30), (2, 0, 21, 31), (1, 0, 33, 38)];
    let mut story = made_up(&pings, &[(0, 10), (0, 31)], (&[0], 40));
    for other in [2, 5] {
        story.messages[other].kind = "Pong";
    }
    assert_eq!(sent(&diagram(&story, 40)), [10, 10, 20, 21]);
}

#[test]
fn who_turns_after_it_heard_and_is_found_at_the_same_time_is_drawn() {
    // n2 hears, then turns upon nothing that it heard, and all of it is at the time of the finding.
    let mut story = made_up(&[(0, 1, 10, 40)], &[(0, 5), (1, 40)], (&[1], 40));
    story.roles[1].order = 9;
    assert_eq!(sent(&diagram(&story, 40)), [10]);
}

#[test]
fn what_is_said_as_it_is_found_is_drawn_though_nobody_hears_it() {
    let mut story = made_up(&[(0, 1, 100, 100)], &[(0, 10)], (&[0], 100));
    story.messages[0].fate = Fate::Underway;
    let diagram = diagram(&story, 40);
    assert_eq!((diagram.messages, diagram.without_news), (1, 0));
    assert!(text(&diagram).contains("to n2, on its way at the end: Ping: x"), "{}", text(&diagram));
}

#[test]
fn what_finds_no_room_is_counted_and_the_latest_stays() {
    let pings = [(0, 1, 10, 20), (1, 2, 30, 40), (2, 1, 50, 60)];
    let mut story = made_up(&pings, &[(0, 5), (2, 45)], (&[1], 100));
    story.messages.insert(2, Message { sent: Time(32), ended: Time(34), ..story.messages[0].clone() });
    let diagram = diagram(&story, 2);
    assert_eq!((sent(&diagram), diagram.left_out), (vec![30, 50], 1));
    assert!(diagram.remark().contains("1 message before them found no room"), "{}", diagram.remark());
    assert!(text(&diagram).contains("n1 is leader, epoch 1 (since 5 ns)"), "how it begins is told: {}", text(&diagram));
}

#[test]
fn who_begins_the_same_again_and_again_is_told_once() {
    let diagram = diagram(&made_up(&[(1, 0, 1, 2)], &[(0, 10), (0, 20), (0, 30), (1, 35), (0, 40)], (&[0, 1], 100)), 40);
    let turns = diagram.marks.iter().filter_map(|mark| match &mark.what {
        What::Turn { words, .. } => Some(words.as_str()),
        _ => None,
    });
    let again = "n1 is leader, epoch 1 (and 2 times more, until 30 ns)";
    assert_eq!(turns.collect::<Vec<_>>(), [again, "n2 is leader, epoch 1", "n1 is leader, epoch 1"]);
}

#[test]
fn what_took_hold_at_the_resource_took_place_there() {
    let story = story("leader-isolated", "bully", 1, &Limits::ALONE);
    let diagram = of(&story, None, "effective-split-brain", 40).expect("bully splits");
    assert!(diagram.lines.iter().any(|line| line == "resource"), "{:?}", diagram.lines);
    assert!(text(&diagram).contains(" is applied"), "{}", text(&diagram));
}

#[test]
fn a_cut_off_bully_is_drawn_with_arrows_in_both_forms() {
    let story = story("leader-isolated", "bully", 1, &Limits::ALONE);
    let finding = story.findings.iter().find(|finding| finding.severity == Severity::Safety).expect("bully splits");
    let diagram = of(&story, Some("B99"), finding.invariant, 40).expect("it is found");
    assert!(diagram.messages > 0 && diagram.messages <= 40);
    let (letters, picture) = (text(&diagram), svg(&diagram));
    assert!(letters.contains("FOUND") && letters.lines().count() > diagram.messages);
    assert!(diagram.title.contains("bully with mutant B99, seed 1"), "{}", diagram.title);
    assert_eq!(picture.matches("<polygon").count(), diagram.messages);
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
}
