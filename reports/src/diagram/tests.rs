//! Diagrams of runs of the library, and of messages made up.

use sim::outcome::{Severity, Standing};

use super::*;
use crate::story::tests::story;
use crate::story::{Fate, Finding, Limits, Message};

/// Three members that say `Ping` as told: from, to, sent, arrived.
fn made_up(pings: &[(usize, usize, u64, u64)], finding: (&[usize], u64)) -> Story {
    let mut story = story("healthy", "bully", 1, &Limits::ALONE);
    let ping = |&(from, to, sent, ended): &(usize, usize, u64, u64)| Message {
        from,
        to,
        sent: Time(sent),
        ended: Time(ended),
        fate: Fate::Arrived,
        kind: "Ping",
        content: Some(String::from("x")),
    };
    story.messages = pings.iter().map(ping).collect();
    (story.roles, story.moments) = (Vec::new(), Vec::new());
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

fn sent(diagram: &Diagram) -> Vec<u64> {
    let departures = diagram.marks.iter().filter(|mark| matches!(mark.what, What::Sent { .. }));
    departures.map(|mark| mark.at.0).collect()
}

#[test]
fn what_nobody_who_took_part_could_know_of_is_not_drawn() {
    // n1 tells n2, which tells n3; n3 is found at 100. What n2 hears after it told n3, and what arrives later, cannot matter.
    let pings = [(0, 1, 10, 20), (1, 2, 30, 40), (0, 1, 25, 35), (0, 2, 90, 101), (2, 0, 50, 60)];
    let diagram = of(&made_up(&pings, (&[2], 100)), "election-safety", 40).expect("it is found");
    assert_eq!(sent(&diagram), [10, 30]);
    assert_eq!(diagram.lines, ["n1", "n2", "n3"]);
    assert!(of(&made_up(&pings, (&[2], 100)), "vote-once", 40).is_none());
}

#[test]
fn what_is_said_again_without_news_is_drawn_once_and_counted() {
    let pings: Vec<(usize, usize, u64, u64)> = (0..9).map(|time| (0, 1, time * 10, time * 10 + 5)).collect();
    let diagram = of(&made_up(&pings, (&[1], 100)), "election-safety", 40).expect("it is found");
    assert_eq!((diagram.messages, diagram.repeated, diagram.left_out), (1, 8, 0));
    assert!(text(&diagram).contains("Ping (and 8 more like it)"), "{}", text(&diagram));
}

#[test]
fn what_finds_no_room_is_counted_and_the_latest_stays() {
    let pings = [(0, 1, 10, 20), (1, 2, 30, 40), (2, 1, 50, 60)];
    let diagram = of(&made_up(&pings, (&[1], 100)), "election-safety", 2).expect("it is found");
    assert_eq!((sent(&diagram), diagram.left_out), (vec![30, 50], 1));
    assert!(diagram.remark().contains("1 messages of the causal past found no room"), "{}", diagram.remark());
}

#[test]
fn a_cut_off_bully_is_drawn_with_arrows_in_both_forms() {
    let story = story("leader-isolated", "bully", 1, &Limits::ALONE);
    let finding = story.findings.iter().find(|finding| finding.severity == Severity::Safety).expect("bully splits");
    let diagram = of(&story, finding.invariant, 40).expect("it is found");
    assert!(diagram.messages > 0 && diagram.messages <= 40);
    let (letters, picture) = (text(&diagram), svg(&diagram));
    assert!(letters.contains("FOUND") && letters.lines().count() > diagram.messages);
    assert_eq!(picture.matches("<polygon").count(), diagram.messages);
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
}
