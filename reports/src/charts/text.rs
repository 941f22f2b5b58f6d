//! How wide a text is at most, and where to break it. Nobody knows which font a reader has: the widths are those of DejaVu Sans,
//! which is wider than the others that stand in for "sans-serif".

/// Width in the unit of `size`.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

/// In parts of the size.
fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.30,
        ' ' | '.' | ',' | ':' | ';' | '/' | '\u{a0}' | 'I' | '!' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '-' | '[' | ']' | '"' => 0.46,
        's' | 'c' | 'z' | '_' | '–' | '?' | '*' => 0.56,
        'm' | 'w' | 'M' | 'W' | '%' | '…' | '‰' | '@' => 1.0,
        '=' | '<' | '>' | '≤' | '≥' | '±' | '×' | '+' | '→' | '#' => 0.84,
        'A'..='Z' => 0.79,
        c if c.is_ascii() => 0.64,
        _ => 1.0,
    }
}

/// Lines of at most this width; a word that is wider stands alone.
pub fn wrapped(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(" ", size) + width(word, size) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(String::from(word)),
        }
    }
    lines
}

/// `1 000 000`, with spaces at which no line is broken.
pub fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_000).replace('\u{a0}', "_"), "1_000");
        assert_eq!(grouped(123_456_789).replace('\u{a0}', "_"), "123_456_789");
    }

    #[test]
    fn a_caption_is_broken_between_words_and_loses_none() {
        let text = "a failover ends with the first item that is done under a new leader";
        let lines = wrapped(text, 10.0, 120.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| width(line, 10.0) <= 120.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
    }
}
