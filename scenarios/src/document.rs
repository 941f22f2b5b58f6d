//! The scenario as a tree of TOML values that know where they stand. The parser crate's own tree is turned into this one, so
//! that an override can take the place of any value and still be pointed at.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Place};

/// Deeper nesting than any scenario needs. It is checked before the text reaches a recursive parser.
pub(crate) const DEEPEST: usize = 16;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub data: Data,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub(crate) enum Data {
    Text(String),
    /// Beyond 128 bits: the nearest that fits.
    Integer(i128),
    /// As it was written.
    Float(String),
    Switch(bool),
    Date,
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key with its value. Entries of a table stand in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub key_place: Place,
    pub node: Node,
}

impl Data {
    /// What it is, for a complaint.
    pub fn words(&self) -> &'static str {
        match self {
            Data::Text(_) => "text",
            Data::Integer(_) => "a whole number",
            Data::Float(_) => "a decimal number",
            Data::Switch(_) => "true or false",
            Data::Date => "a date",
            Data::List(_) => "a list",
            Data::Table(_) => "a table",
        }
    }
}

impl Node {
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.data {
            Data::Table(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }
}

/// Reads TOML. Several syntax errors are told at once.
pub(crate) fn read(text: &str, source: usize) -> Result<Node, Vec<Diagnostic>> {
    if let Some(at) = too_deep(text) {
        let place = Place { source, start: at, end: at + 1 };
        let complaint = Diagnostic::error(place, format!("brackets are nested more than {DEEPEST} deep"));
        return Err(vec![complaint.help("a scenario needs four levels at most")]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        let span = table.span();
        let (start, end) = (span.start, span.end);
        let data = table_of(table.into_inner(), source, 0).map_err(|complaint| vec![complaint])?;
        return Ok(Node { data, place: Place { source, start, end } });
    }
    Err(errors.iter().map(|error| syntax_error(error, text, source)).collect())
}

fn syntax_error(error: &toml::de::Error, text: &str, source: usize) -> Diagnostic {
    let span = error.span().unwrap_or(text.len()..text.len());
    let place = Place { source, start: span.start, end: span.end };
    let complaint = Diagnostic::error(place, format!("this is not TOML: {}", error.message()));
    let line = text[..span.start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let bare =
        line.split_once('=').map(|(_, value)| value.trim()).filter(|value| value.starts_with(|c: char| c.is_ascii_digit()));
    match bare {
        Some(value) if !value.contains(['"', '[', '{', '#']) => {
            complaint.help(format!("text, times and ratios stand in quotes: \"{value}\""))
        }
        _ => complaint,
    }
}

/// Where brackets are nested deeper than [`DEEPEST`], outside strings and comments. (A stray quote can hide brackets from
/// this; the parser crate has a bound of its own, this one is for a good message and a second safety.)
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at += bytes[at..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - at),
            quote @ (b'"' | b'\'') => at = end_of_string(bytes, at, quote),
            b'[' | b'{' => {
                depth += 1;
                if depth > DEEPEST {
                    return Some(at);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The position of the quote that closes the string which opens at `start`, or of the end of the line (of the text, for a
/// string in three quotes).
fn end_of_string(bytes: &[u8], start: usize, quote: u8) -> usize {
    let long = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if long { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !long => return at,
            byte if byte == quote && !long => return at,
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 2,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn node_of(value: Spanned<DeValue<'_>>, source: usize, depth: usize) -> Result<Node, Diagnostic> {
    let span = value.span();
    let place = Place { source, start: span.start, end: span.end };
    // Dotted keys nest without a bracket.
    if depth > DEEPEST {
        return Err(Diagnostic::error(place, format!("keys are nested more than {DEEPEST} deep")));
    }
    let data = match value.into_inner() {
        DeValue::String(text) => Data::Text(text.into_owned()),
        DeValue::Integer(number) => Data::Integer(integer(number.as_str(), number.radix())),
        DeValue::Float(number) => Data::Float(number.as_str().to_owned()),
        DeValue::Boolean(on) => Data::Switch(on),
        DeValue::Datetime(_) => Data::Date,
        DeValue::Array(array) => list_of(array, source, depth)?,
        DeValue::Table(table) => table_of(table, source, depth)?,
    };
    Ok(Node { data, place })
}

fn integer(text: &str, radix: u32) -> i128 {
    let most = if text.starts_with('-') { i128::MIN } else { i128::MAX };
    i128::from_str_radix(text, radix).unwrap_or(most)
}

fn list_of(array: DeArray<'_>, source: usize, depth: usize) -> Result<Data, Diagnostic> {
    Ok(Data::List(array.into_iter().map(|value| node_of(value, source, depth + 1)).collect::<Result<_, _>>()?))
}

fn table_of(table: DeTable<'_>, source: usize, depth: usize) -> Result<Data, Diagnostic> {
    let mut entries = Vec::new();
    for (key, value) in table {
        let span = key.span();
        let key_place = Place { source, start: span.start, end: span.end };
        entries.push(Entry { key: key.into_inner().into_owned(), key_place, node: node_of(value, source, depth + 1)? });
    }
    entries.sort_by_key(|entry| entry.key_place.start);
    Ok(Data::Table(entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_thousand_brackets_are_refused_without_exhausting_the_stack() {
        for text in ["[".repeat(200_000), format!("a = {}", "[".repeat(200_000)), format!("a = {}", "{a=".repeat(200_000))] {
            let complaints = read(&text, 0).unwrap_err();
            assert!(complaints[0].title.contains("nested"), "{}", complaints[0].title);
        }
        let dotted = format!("{}a = 1", "a.".repeat(200_000));
        assert!(read(&dotted, 0).is_err());
        let dotted = format!("{}a = 1", "a.".repeat(40));
        assert!(read(&dotted, 0).unwrap_err()[0].title.contains("nested"));
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "[".repeat(50);
        let text = format!("a = \"{brackets}\" # {brackets}\nb = '{brackets}'\nc = \"\"\"\n{brackets}\"\"\"\n");
        assert!(read(&text, 0).is_ok());
    }

    #[test]
    fn entries_keep_the_order_of_the_file_and_know_their_place() {
        let node = read("b = 1\na = \"x\"\n", 0).unwrap();
        let Data::Table(entries) = &node.data else { panic!("a document is a table") };
        assert_eq!(entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!((entries[1].node.place.start, entries[1].node.place.end), (10, 13));
    }
}
