//! From the tree to values: the helpers that every part of the lowering uses. Nothing here stops at the first mistake: a
//! complaint is kept, and the value is left out.

use sim::{Registry, Span};

use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Data, Entry, Node};
use crate::keys::Table;
use crate::suggest;

/// Complaints beyond these are not kept.
const MOST_KEPT: usize = 200;

/// Reads a file of measurements; the error says why it cannot.
pub(crate) type ReadFile<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// What the lowering knows, and what it has found.
pub(crate) struct Lowering<'a> {
    pub registry: &'a Registry,
    pub complaints: Vec<Diagnostic>,
    /// How many members there are.
    pub nodes: u16,
    /// Names that events bind, for targets.
    pub bound: Vec<String>,
    /// The event that is read fires at a moment of some member, so that `there` means that one.
    pub at_moment: bool,
    pub read_file: ReadFile<'a>,
    /// Files that the scenario named, with what was in them.
    pub files: Vec<(String, String)>,
    /// The texts of the overrides (`source` 1 and up), for values that stand there without quotes.
    pub overrides: &'a [(String, String)],
}

/// A table whose keys have been checked against what may stand in it.
pub(crate) struct Fields<'d> {
    pub place: Place,
    entries: &'d [Entry],
    table: &'static Table,
}

impl<'d> Fields<'d> {
    pub fn get(&self, key: &str) -> Option<&'d Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    pub fn entry(&self, key: &str) -> Option<&'d Entry> {
        debug_assert!(self.table.keys().any(|known| known.name == key), "`{key}` is not in the table of {}", self.table.heading);
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub fn entries(&self) -> &'d [Entry] {
        self.entries
    }
}

/// What to write where something else stands in the place of a table.
fn instead_of_table(node: &Node, table: &'static Table) -> String {
    let name = table.heading.trim_matches(['[', ']']);
    match node.data {
        Data::Switch(on) if table.keys().any(|key| key.name == "on") => format!("did you mean {name}.on={on}?"),
        _ => format!("its keys are {}", table.keys().map(|key| format!("`{}`", key.name)).collect::<Vec<_>>().join(", ")),
    }
}

impl Lowering<'_> {
    pub fn complain(&mut self, complaint: Diagnostic) {
        if self.complaints.len() < MOST_KEPT && !self.complaints.contains(&complaint) {
            self.complaints.push(complaint);
        }
    }

    /// The entries of a table, after complaints about unknown and missing keys. `heading` is where the table begins.
    pub fn fields<'d>(&mut self, node: &'d Node, heading: Place, table: &'static Table) -> Option<Fields<'d>> {
        let Data::Table(entries) = &node.data else {
            let title = format!("{} must be a table, this is {}", table.heading, node.data.words());
            self.complain(Diagnostic::error(node.place, title).help(instead_of_table(node, table)));
            return None;
        };
        for entry in entries {
            if !table.keys().any(|key| key.name == entry.key) && self.complaints.len() < MOST_KEPT {
                let complaint = Diagnostic::error(entry.key_place, format!("unknown key `{}` in {}", entry.key, table.heading));
                self.complain(complaint.help(suggest::advice(&entry.key, table.keys().map(|key| key.name))));
            }
        }
        for required in table.required {
            if !entries.iter().any(|entry| entry.key == *required) {
                let about = table.keys().find(|key| key.name == *required).map_or("", |key| key.about);
                let complaint = Diagnostic::error(heading, format!("{} needs the key `{required}`", table.heading));
                self.complain(complaint.help(format!("`{required}`: {about}")));
            }
        }
        Some(Fields { place: heading, entries, table })
    }

    /// The entries of a table, whatever they are called.
    pub fn table<'d>(&mut self, node: &'d Node, what: &str) -> Option<&'d [Entry]> {
        match &node.data {
            Data::Table(entries) => Some(entries),
            other => {
                let complaint = Diagnostic::error(node.place, format!("{what} must be a table, this is {}", other.words()));
                self.complain(complaint);
                None
            }
        }
    }

    /// The tables of `[[…]]`.
    pub fn tables<'d>(&mut self, entry: &'d Entry, table: &'static Table) -> Vec<Fields<'d>> {
        match &entry.node.data {
            Data::List(nodes) => nodes.iter().filter_map(|node| self.fields(node, node.place, table)).collect(),
            _ => {
                let complaint = Diagnostic::error(entry.key_place, format!("`{}` may stand several times", entry.key));
                self.complain(complaint.help(match (entry.node.place.source, entry.key.as_str()) {
                    (0, _) => format!("write {} with two brackets on each side", table.heading),
                    (_, "link") => String::from("write all of them: --set 'link=[{ from = n1, to = n2, loss = 1/50 }]'"),
                    (_, "event") => String::from("write all of them: --set 'event=[{ at = 2s, crash = leader }]'"),
                    (_, _) => String::from("name the member: --set node.n1.clock-rate=101/100"),
                }));
                Vec::new()
            }
        }
    }

    pub fn list<'d>(&mut self, node: &'d Node, what: &str) -> Option<&'d [Node]> {
        match &node.data {
            Data::List(nodes) => Some(nodes),
            other => {
                self.complain(Diagnostic::error(node.place, format!("a list of {what} belongs here, not {}", other.words())));
                None
            }
        }
    }

    /// Text. On the command line a number is text too, where text is wanted.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.data {
            Data::Text(text) => Some(text.clone()),
            Data::List(_) | Data::Table(_) => self.wrong(node, what),
            _ if node.place.source > 0 => Some(self.overrides[node.place.source - 1].1.clone()),
            _ => self.wrong(node, what),
        }
    }

    fn wrong<T>(&mut self, node: &Node, what: &str) -> Option<T> {
        self.complain(Diagnostic::error(node.place, format!("{what} belongs here, not {}", node.data.words())));
        None
    }

    pub fn switch(&mut self, node: &Node) -> Option<bool> {
        match node.data {
            Data::Switch(on) => Some(on),
            _ => self.wrong(node, "true or false"),
        }
    }

    /// A whole number between these, both included.
    pub fn count(&mut self, node: &Node, least: u64, most: u64) -> Option<u64> {
        let Data::Integer(number) = node.data else {
            let complaint = Diagnostic::error(node.place, format!("a whole number belongs here, not {}", node.data.words()));
            self.complain(complaint.help(format!("write a whole number from {least} to {most}")));
            return None;
        };
        match u64::try_from(number) {
            Ok(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                let complaint = Diagnostic::error(node.place, "this number is out of range");
                self.complain(complaint.help(format!("write a whole number from {least} to {most}")));
                None
            }
        }
    }

    /// One of these words.
    pub fn choice<'w>(&mut self, node: &Node, words: &[&'w str]) -> Option<&'w str> {
        let text = self.text(node, "a word")?;
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            let complaint = Diagnostic::error(node.place, format!("`{text}` is not known here"));
            self.complain(complaint.help(suggest::advice(&text, words.iter().copied())));
        }
        found
    }

    /// A length of time.
    pub fn span(&mut self, node: &Node) -> Option<Span> {
        let text = match &node.data {
            Data::Text(text) => text.clone(),
            Data::Integer(number) => return self.no_unit(node, &number.to_string()),
            Data::Float(number) => return self.no_unit(node, number),
            _ => return self.wrong(node, "a length of time such as \"150ms\""),
        };
        let parsed = Span::parse(&text);
        self.kept(node, parsed)
    }

    /// A length of time that is not nothing.
    pub fn some_time(&mut self, node: &Node, least: Span) -> Option<Span> {
        let span = self.span(node)?;
        if span < least {
            let complaint = Diagnostic::error(node.place, format!("`{span}` is too short: at least {least}"));
            self.complain(complaint);
            return None;
        }
        Some(span)
    }

    fn no_unit<T>(&mut self, node: &Node, number: &str) -> Option<T> {
        let complaint = Diagnostic::error(node.place, "a length of time needs a unit");
        let unit = if number.starts_with('-') {
            "a length of time cannot be negative".into()
        } else {
            format!("write \"{number}ms\" or \"{number}s\", whichever is meant")
        };
        self.complain(complaint.help(unit));
        None
    }

    /// A length of time in nanoseconds that may have a minus before it.
    pub fn signed_span(&mut self, node: &Node) -> Option<i64> {
        let Data::Text(text) = &node.data else {
            return self.wrong(node, "a length of time such as \"2s\" or \"-2s\"");
        };
        let (sign, rest) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.trim().strip_prefix('+').unwrap_or(text.trim())),
        };
        let parsed = Span::parse(rest);
        // At most [`Span::LONGEST`], so it fits.
        self.kept(node, parsed).map(|span| sign * span.0 as i64)
    }

    /// Two lengths of time, the lower first.
    pub fn span_pair(&mut self, node: &Node) -> Option<(Span, Span)> {
        let both = self.list(node, "two lengths of time, such as [\"150ms\", \"300ms\"],")?;
        let [low, high] = both else {
            let complaint = Diagnostic::error(node.place, "two lengths of time belong here, the lower and the upper end");
            self.complain(complaint.help("for example [\"150ms\", \"300ms\"]"));
            return None;
        };
        let (low_node, low, high) = (low, self.span(low), self.span(high));
        let (low, high) = (low?, high?);
        if low > high {
            let complaint = Diagnostic::error(low_node.place.to(both[1].place), "the lower end is above the upper end");
            self.complain(complaint.help(format!("write [\"{high}\", \"{low}\"]")));
            return None;
        }
        Some((low, high))
    }

    pub fn kept<T>(&mut self, node: &Node, parsed: Result<T, String>) -> Option<T> {
        parsed.map_err(|title| self.complain(Diagnostic::error(node.place, title))).ok()
    }
}
