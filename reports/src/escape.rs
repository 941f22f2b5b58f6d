//! Text from outside as markup takes it.

use std::fmt::Write;

/// Text as XML and HTML take it, between tags and within quotes.
pub struct Escaped<'a>(pub &'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // XML has no place for control characters, not even escaped.
            '\t' | '\n' | ' '.. => f.write_char(letter),
            _ => f.write_char('\u{fffd}'),
        })
    }
}
