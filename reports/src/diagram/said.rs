//! What a message says, as the picture has room for it, with times in units as everywhere else.

use sim::Span;

/// So many letters are shown.
const MOST: usize = 72;
/// How a program writes a stretch of time.
const SPAN: &str = "Span(";

/// Most messages begin with what they are.
pub fn said(kind: &str, content: &str) -> String {
    let content = shortened(&in_words(content));
    if content.starts_with(kind) { content } else { format!("{kind}: {content}") }
}

/// A time in the form in which a program writes it has its nanoseconds, and no unit.
fn in_words(content: &str) -> String {
    let mut parts = content.split(SPAN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let known = part.split_once(')').and_then(|(nanos, rest)| Some((Span(nanos.parse().ok()?), rest)));
        match known {
            Some((span, rest)) => out.push_str(&format!("{span}{rest}")),
            None => out.extend([SPAN, part]),
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
    fn times_have_units_and_long_messages_end_early() {
        assert_eq!(said("Open", "Open { ttl: Span(6000000000) }"), "Open { ttl: 6s }");
        assert_eq!(said("Odd", "Span() Span(1"), "Odd: Span() Span(1", "what means nothing stays");
        assert_eq!(said("Long", &"x".repeat(100)).chars().count(), 6 + 72 + 1);
    }
}
