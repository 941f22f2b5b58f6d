//! What a message says, as the picture has room for it and in the words of everything else that is shown: members are counted from 1,
//! and times have units.

use sim::{NodeId, Span};

/// So many letters are shown.
const MOST: usize = 72;

/// Most messages begin with what they are.
pub fn said(kind: &str, content: &str) -> String {
    let content = shortened(&in_words(content));
    if content.starts_with(kind) { content } else { format!("{kind}: {content}") }
}

/// A member in the form in which a program writes it has its place, from 0, and a time its nanoseconds.
fn in_words(content: &str) -> String {
    let member = |number: &str| number.parse().ok().map(|place| NodeId(place).to_string());
    let time = |number: &str| number.parse().ok().map(|nanos| Span(nanos).to_string());
    replaced(&replaced(content, "NodeId(", member), "Span(", time)
}

/// Every `Name(7)`, where the number in it means anything.
fn replaced(text: &str, name: &str, meaning: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = text.split(name);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')').and_then(|(number, rest)| Some((meaning(number)?, rest))) {
            Some((words, rest)) => out.extend([words.as_str(), rest]),
            None => out.extend([name, part]),
        }
    }
    out
}

fn shortened(content: &str) -> String {
    let mut letters = content.chars();
    let short: String = letters.by_ref().take(MOST).collect();
    if letters.next().is_some() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_counted_from_one_and_times_have_units() {
        assert_eq!(
            said("Vote", "Vote { candidate: NodeId(0), leader: Some(NodeId(4)) }"),
            "Vote { candidate: n1, leader: Some(n5) }"
        );
        assert_eq!(said("Open", "Open { ttl: Span(6000000000) }"), "Open { ttl: 6s }");
        assert_eq!(
            said("Odd", "NodeId(99999) Span() NodeId(1"),
            "Odd: NodeId(99999) Span() NodeId(1",
            "what means nothing stays"
        );
        assert_eq!(said("Long", &"x".repeat(100)).chars().count(), 6 + 72 + 1);
    }
}
