//! `--set KEY=VALUE`: one value takes the place of another in the tree, before anything is checked.

use crate::diagnostic::{Diagnostic, Place};
use crate::document::{self, Data, Entry, Node};

/// Longer values are no value for a command line.
const LONGEST_VALUE: usize = 4_096;

/// What stands between `--set` and the complaint: `--set nodes=0`.
pub(crate) fn origin(key: &str, value: &str) -> String {
    let value: String = value.chars().take(60).collect();
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
    let mut at = document;
    let (last, way) = segments.split_last().unwrap_or((&"", &[]));
    for segment in way {
        at = step(at, segment, place)?;
    }
    *step(at, last, place)? = value;
    Ok(())
}

/// The value as TOML; where it is none, as text.
fn value_of(value: &str, source: usize) -> Node {
    let place = Place { source, start: 0, end: 0 };
    let list =
        value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|inner| !inner.contains(['[', '{', '"', '\'']));
    let data = match (document::read(&format!("value = {value}"), source), list) {
        (Ok(Node { data: Data::Table(mut entries), .. }), _) if entries.len() == 1 => entries.remove(0).node.data,
        (_, Some(inner)) => {
            let items = inner.split(',').map(str::trim).filter(|item| !item.is_empty());
            Data::List(items.map(|item| value_of(item, source)).collect())
        }
        _ => Data::Text(value.to_owned()),
    };
    let mut node = Node { data, place };
    settle(&mut node, place);
    node
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
