//! `--set KEY=VALUE`: one value takes the place of another in the tree, before anything is checked.

use crate::diagnostic::{Diagnostic, Place};
use crate::document::{self, Data, Entry, Node};

/// Longer values are no value for a command line.
const LONGEST_VALUE: usize = 4_096;

/// What stands between `--set` and the complaint: `--set nodes=0`.
pub(crate) fn origin(key: &str, value: &str) -> String {
    let value: String = value.chars().take(60).map(|c| if c.is_control() { '?' } else { c }).collect();
    format!("--set {key}={value}")
}

/// Splits `nodes=7`; the error says what to write.
///
/// # Errors
/// Where there is no `=`, or nothing before it.
pub fn split(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err(format!("`{argument}` is no override: write KEY=VALUE, such as nodes=7 or network.loss=1/50")),
    }
}

/// Puts the value there. Tables on the way are made; a table of `[[…]]` is chosen by its number from 1, its `name` or its `id`.
pub(crate) fn apply(document: &mut Node, key: &str, value: &str, source: usize) -> Result<(), Diagnostic> {
    let place = Place { source, start: 0, end: 0 };
    let segments: Vec<&str> = key.split('.').map(str::trim).collect();
    if segments.iter().any(|segment| segment.is_empty()) || segments.len() > document::DEEPEST {
        let complaint = Diagnostic::error(place, format!("`{key}` is not a key"));
        return Err(complaint.help("write names with dots between them, such as network.loss or algorithm.raft.preset"));
    }
    if value.len() > LONGEST_VALUE {
        return Err(Diagnostic::error(place, "this value is too long").help("write it into the scenario file"));
    }
    let value = value_of(value, source);
    if let ["node", member, _, ..] = segments[..] {
        make_room_for_member(document, member, place);
    }
    let mut at = document;
    let (last, way) = segments.split_last().unwrap_or((&"", &[]));
    for segment in way {
        at = step(at, segment, place)?;
    }
    *step(at, last, place)? = value;
    Ok(())
}

/// The value as TOML; where it is none, without quotes: `1/50`, `[n1, n2]`, `{ uniform = [1ms, 5ms] }`.
fn value_of(value: &str, source: usize) -> Node {
    let place = Place { source, start: 0, end: 0 };
    let mut node = match document::read(&format!("value = {value}"), source) {
        Ok(Node { data: Data::Table(mut entries), .. }) if entries.len() == 1 => entries.remove(0).node,
        _ => bare(value, source, 0),
    };
    settle(&mut node, place);
    node
}

/// Lists and tables whose texts have no quotes. What is neither is text.
fn bare(value: &str, source: usize, depth: usize) -> Node {
    let value = value.trim();
    let inside = |open: char, close: char| value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let place = Place { source, start: 0, end: 0 };
    let data = match (inside('[', ']'), inside('{', '}')) {
        _ if depth > document::DEEPEST => Data::Text(value.to_owned()),
        (Some(list), _) => Data::List(parts(list).into_iter().map(|part| bare(part, source, depth + 1)).collect()),
        (_, Some(table)) => {
            let pairs = parts(table).into_iter().map(|part| part.split_once('=').unwrap_or((part, "")));
            let entry = |(key, value): (&str, &str)| Entry {
                key: key.trim().to_owned(),
                key_place: place,
                node: bare(value, source, depth + 1),
            };
            Data::Table(pairs.map(entry).collect())
        }
        _ => match document::read(&format!("value = {value}"), source) {
            Ok(Node { data: Data::Table(mut entries), .. }) if entries.len() == 1 => entries.remove(0).node.data,
            _ => Data::Text(value.to_owned()),
        },
    };
    Node { data, place }
}

/// Splits at the commas that stand in no bracket and between no quotes.
pub fn parts(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut quoted, mut parts) = (0usize, 0, false, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// All of it stands at one place.
fn settle(node: &mut Node, place: Place) {
    node.place = place;
    match &mut node.data {
        Data::List(nodes) => nodes.iter_mut().for_each(|node| settle(node, place)),
        Data::Table(entries) => {
            for entry in entries {
                entry.key_place = place;
                settle(&mut entry.node, place);
            }
        }
        _ => {}
    }
}

/// A `[[node]]` for this member, if there is none yet: the scenario may have nothing to say about it.
fn make_room_for_member(document: &mut Node, member: &str, place: Place) {
    let is_member = member.strip_prefix('n').is_some_and(|number| number.parse::<u16>().is_ok());
    let Data::Table(entries) = &mut document.data else { return };
    if !is_member {
        return;
    }
    if !entries.iter().any(|entry| entry.key == "node") {
        let node = Node { data: Data::List(Vec::new()), place };
        entries.push(Entry { key: String::from("node"), key_place: place, node });
    }
    let nodes = entries.iter_mut().find(|entry| entry.key == "node").map(|entry| &mut entry.node.data);
    let Some(Data::List(nodes)) = nodes else { return };
    if nodes.iter().enumerate().all(|(at, node)| called(at, node) != member) {
        let id = Node { data: Data::Text(member.to_owned()), place };
        let id = Entry { key: String::from("id"), key_place: place, node: id };
        nodes.push(Node { data: Data::Table(vec![id]), place });
    }
}

/// One segment further down; an empty table is made where there is nothing.
fn step<'n>(node: &'n mut Node, segment: &str, place: Place) -> Result<&'n mut Node, Diagnostic> {
    match &mut node.data {
        Data::Table(entries) => {
            let at = entries.iter().position(|entry| entry.key == segment).unwrap_or_else(|| {
                let node = Node { data: Data::Table(Vec::new()), place };
                entries.push(Entry { key: segment.to_owned(), key_place: place, node });
                entries.len() - 1
            });
            Ok(&mut entries[at].node)
        }
        Data::List(nodes) => {
            let known: Vec<String> = nodes.iter().enumerate().map(|(at, node)| called(at, node)).collect();
            let number = segment.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|at| *at < nodes.len());
            match known.iter().position(|name| name == segment).or(number) {
                Some(at) => Ok(&mut nodes[at]),
                None => {
                    let complaint = Diagnostic::error(place, format!("there is no `{segment}` in this list"));
                    Err(complaint.help(format!("known are {}", known.join(", "))))
                }
            }
        }
        other => {
            let complaint =
                Diagnostic::error(place, format!("there is nothing below `{segment}`: its place is taken by {}", other.words()));
            Err(complaint.help("take the last part of the key away"))
        }
    }
}

/// How an entry of a list is called: by its name, its id, or its number from 1.
fn called(at: usize, node: &Node) -> String {
    match node.entry("name").or_else(|| node.entry("id")).map(|entry| &entry.node.data) {
        Some(Data::Text(name)) => name.clone(),
        _ => (at + 1).to_string(),
    }
}
