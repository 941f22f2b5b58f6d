//! The events of the script: when each fires, what it is called, and whether they fit together.

use std::collections::BTreeMap;

use sim::fault::{Fault, Moment, ScriptEvent, When};
use sim::setup::Setup;
use sim::{Delay, Span};

use crate::diagnostic::{Diagnostic, Place};
use crate::document::{Data, Entry, Node};
use crate::keys;
use crate::lowering::{Fields, Lowering};
use crate::suggest;
use crate::targets::is_free;

/// Events that come again faster than this would make a run endless.
const FASTEST_REPEAT: Span = Span::millis(1);
/// More events than anyone writes by hand.
const MOST_EVENTS: usize = 1_000;

/// An event while it is read, with the places that a later complaint needs.
struct Draft<'d> {
    fields: Fields<'d>,
    event: ScriptEvent,
    named: bool,
    /// Where its time stands.
    timing: Place,
}

impl Lowering<'_> {
    pub fn script(&mut self, entry: &Entry, setup: &mut Setup) {
        let tables = self.tables(entry, &keys::EVENT);
        if tables.len() > MOST_EVENTS {
            let complaint = Diagnostic::error(entry.key_place, format!("a script has at most {MOST_EVENTS} events"));
            self.complain(complaint.help("use `every` and `until`, or [swarm]"));
            return;
        }
        self.bindings(&tables);
        let given = self.names(&tables);
        let mut drafts = Vec::new();
        let mut used: Vec<String> = given.keys().map(|name| (*name).to_owned()).collect();
        for fields in tables {
            if let Some(draft) = self.event(fields, &mut used) {
                drafts.push(draft);
            }
        }
        self.order(&drafts, &given, setup.duration);
        setup.script = drafts.into_iter().map(|draft| draft.event).collect();
    }

    /// Names that events bind, before any target is read: an event may stand above the one that it depends on.
    fn bindings(&mut self, tables: &[Fields<'_>]) {
        for node in tables.iter().filter_map(|fields| fields.get("as")) {
            let Some(name) = self.text(node, "a name") else { continue };
            if name.is_empty() || !is_free(&name) {
                let complaint =
                    Diagnostic::error(node.place, format!("`{name}` cannot be bound: it means something else already"));
                self.complain(complaint.help("choose a name that is no member, role or part, such as \"L\""));
            } else {
                self.bound.push(name);
            }
        }
    }

    /// The names that the file gives, each once.
    fn names<'d>(&mut self, tables: &[Fields<'d>]) -> BTreeMap<&'d str, Place> {
        let mut given = BTreeMap::new();
        for node in tables.iter().filter_map(|fields| fields.get("name")) {
            let Data::Text(name) = &node.data else { continue };
            if let Some(first) = given.get(name.as_str()) {
                let complaint = Diagnostic::error(node.place, format!("two events are called `{name}`"));
                self.complain(
                    complaint.label("the second").also(*first, "the first").help("`after` must know which one is meant"),
                );
            } else {
                given.insert(name.as_str(), node.place);
            }
        }
        given
    }

    fn event<'d>(&mut self, fields: Fields<'d>, used: &mut Vec<String>) -> Option<Draft<'d>> {
        let entry = self.only_fault(&fields);
        self.at_moment = fields.entry("when").is_some();
        let when = self.when(&fields);
        let every = fields.get("every").and_then(|node| self.repeating(node, FASTEST_REPEAT));
        let until = fields.get("until").and_then(|node| self.span(node));
        if let (Some(node), None) = (fields.entry("until"), fields.get("every")) {
            let complaint = Diagnostic::error(node.key_place, "`until` without `every`");
            self.complain(complaint.help("`until` says when repeating ends; how long a fault lasts is `for`, or a later event"));
        }
        let bind = fields.get("as").and_then(|node| self.text(node, "a name"));
        let within = fields.get("within").and_then(|node| self.span(node));
        let name = fields.get("name").and_then(|node| self.event_name(node));
        let entry = entry?;
        let fault = self.fault(entry);
        let ((when, timing), fault) = (when?, fault?);
        if let (Some(node), Fault::Heal | Fault::Partition(sim::fault::Shape::Ring)) = (fields.get("as"), &fault) {
            self.complain(Diagnostic::error(node.place, format!("`{}` hits nobody whom a name could be bound to", entry.key)));
        }
        let named = name.is_some();
        let name = name.unwrap_or_else(|| made_up(&entry.key, used));
        Some(Draft { event: ScriptEvent { name, when, every, until, fault, bind, within }, fields, named, timing })
    }

    fn event_name(&mut self, node: &Node) -> Option<String> {
        let name = self.text(node, "a name")?;
        if name.trim().is_empty() || name.len() > 80 || name.chars().any(char::is_control) {
            self.complain(Diagnostic::error(node.place, "this is not a name: one to eighty letters, on one line"));
            return None;
        }
        Some(name)
    }

    /// The one key of the event that says what it does.
    fn only_fault<'d>(&mut self, fields: &Fields<'d>) -> Option<&'d Entry> {
        let is_fault = |entry: &&Entry| keys::FAULTS.iter().any(|key| key.name == entry.key);
        let mut faults = fields.entries().iter().filter(is_fault);
        let Some(first) = faults.next() else {
            let complaint = Diagnostic::error(fields.place, "this event does nothing");
            let known: Vec<&str> = keys::FAULTS.iter().map(|key| key.name).collect();
            self.complain(complaint.help(format!("write one of {}", known.join(", "))));
            return None;
        };
        if let Some(second) = faults.next() {
            let complaint =
                Diagnostic::error(second.key_place, format!("this event does two things: `{}` and `{}`", first.key, second.key));
            self.complain(
                complaint
                    .label("the second")
                    .also(first.key_place, "the first")
                    .help("write an event for each; `after` keeps them together"),
            );
            return None;
        }
        Some(first)
    }

    fn when(&mut self, fields: &Fields<'_>) -> Option<(When, Place)> {
        match (fields.entry("at"), fields.entry("after")) {
            (Some(at), None) => {
                if let Some(delay) = fields.entry("delay") {
                    let complaint = Diagnostic::error(delay.key_place, "`delay` belongs to `after`");
                    self.complain(complaint.help("write the time into `at`, or say `after` which event"));
                }
                let time = self.delay(&at.node);
                let when = match fields.get("when") {
                    Some(node) => When::Moment(time?, self.moment(node)?),
                    None => When::At(time?),
                };
                Some((when, at.node.place))
            }
            (None, Some(after)) => {
                if let Some(when) = fields.entry("when") {
                    let complaint = Diagnostic::error(when.key_place, "`when` belongs to `at`");
                    self.complain(complaint.help("write at = \"0s\" for the first such moment of all"));
                }
                let name = self.text(&after.node, "the name of an event")?;
                let delay = match fields.get("delay") {
                    Some(node) => self.delay(node)?,
                    None => Delay::Constant(Span::ZERO),
                };
                Some((When::After(name, delay), after.node.place))
            }
            (Some(at), Some(after)) => {
                let complaint = Diagnostic::error(after.key_place, "both `at` and `after`: when does this event fire?");
                self.complain(
                    complaint.also(at.key_place, "a time of its own").help("with `after`, write how much later as `delay`"),
                );
                None
            }
            (None, None) => {
                let complaint = Diagnostic::error(fields.place, "when does this event fire?");
                self.complain(complaint.help("write at = \"2s\", or after = \"name of an event\""));
                None
            }
        }
    }

    fn moment(&mut self, node: &Node) -> Option<Moment> {
        let word = self.choice(node, &Moment::ALL.map(Moment::name))?;
        Moment::ALL.into_iter().find(|moment| moment.name() == word)
    }

    /// `after` names events that are there, not in a circle; warnings where an event comes too late.
    fn order(&mut self, drafts: &[Draft<'_>], given: &BTreeMap<&str, Place>, duration: Span) {
        let by_name: BTreeMap<&str, usize> =
            drafts.iter().enumerate().filter(|(_, d)| d.named).map(|(at, d)| (d.event.name.as_str(), at)).collect();
        for draft in drafts {
            if let When::After(name, _) = &draft.event.when
                && !given.contains_key(name.as_str())
            {
                let complaint = Diagnostic::error(draft.timing, format!("no event is called `{name}`"));
                let help = match drafts.iter().any(|d| !d.named && d.event.name == *name) {
                    true => format!("give that event its name: name = \"{name}\""),
                    false => suggest::advice(name, given.keys().copied()),
                };
                self.complain(complaint.help(help));
            }
        }
        let mut earliest: Vec<Option<Span>> = vec![None; drafts.len()];
        for start in 0..drafts.len() {
            self.earliest(start, drafts, &by_name, &mut earliest);
        }
        for (draft, earliest) in drafts.iter().zip(&earliest) {
            self.lateness(draft, *earliest, duration);
        }
    }

    /// When this event fires at the earliest; known for all events on the way afterwards. A circle is complained about.
    fn earliest(&mut self, start: usize, drafts: &[Draft<'_>], by_name: &BTreeMap<&str, usize>, earliest: &mut [Option<Span>]) {
        let mut path = Vec::new();
        let mut at = start;
        let mut time = loop {
            if let Some(known) = earliest[at] {
                break known;
            }
            if path.contains(&at) {
                let circle = &path[path.iter().position(|step| *step == at).unwrap_or(0)..];
                let names: Vec<&str> = circle.iter().map(|step| drafts[*step].event.name.as_str()).collect();
                let complaint =
                    Diagnostic::error(drafts[at].timing, "events wait for each other in a circle, so none ever fires");
                self.complain(
                    complaint.help(format!("{} wait in a circle: give one of them a time with `at`", names.join(", "))),
                );
                break Span::ZERO;
            }
            path.push(at);
            match &drafts[at].event.when {
                When::At(_) | When::Moment(..) => break Span::ZERO,
                When::After(name, _) => match by_name.get(name.as_str()) {
                    Some(before) => at = *before,
                    None => break Span::ZERO,
                },
            }
        };
        for step in path.into_iter().rev() {
            if earliest[step].is_none() {
                time += sim::random::quantile(drafts[step].event.when.delay(), 0);
                earliest[step] = Some(time);
            }
        }
    }

    fn lateness(&mut self, draft: &Draft<'_>, earliest: Option<Span>, duration: Span) {
        let Some(earliest) = earliest else { return };
        if earliest >= duration {
            let title = format!("`{}` never fires: it comes at {earliest}, and the run ends at {duration}", draft.event.name);
            self.complain(Diagnostic::warning(draft.timing, title).help("make the run longer, or the event earlier"));
        } else if let (Some(until), Some(entry)) = (draft.event.until, draft.fields.entry("until"))
            && until < earliest
        {
            let title = format!("`{}` repeats until {until}, but comes at {earliest} for the first time", draft.event.name);
            self.complain(Diagnostic::warning(entry.node.place, title).help("it fires once"));
        }
    }
}

/// A name for an event without one: what it does, and a number if that is taken.
fn made_up(key: &str, used: &mut Vec<String>) -> String {
    let mut name = key.to_owned();
    let mut number = 1;
    while used.contains(&name) {
        number += 1;
        name = format!("{key}-{number}");
    }
    used.push(name.clone());
    name
}
