//! A scenario, read: parsing from text to [`Scenario`], every complaint collected on the way.

use std::path::Path;

use sim::algorithm::Promise;
use sim::fault::{Family, Swarm};
use sim::setup::{Measure, Setup, Stop};
use sim::{Ratio, Registry, Span, Value};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Source};
use crate::document::{self, Data, Entry, Node};
use crate::files;
use crate::keys;
use crate::lowering::{Fields, Lowering, ReadFile};
use crate::overrides;
use crate::players::{PerAlgorithm, Threshold};
use crate::suggest;

/// Larger files are no scenarios.
pub const LARGEST_FILE: usize = 1 << 20;

/// A scenario that has been read and found in order.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub setup: Setup,
    /// One or two sentences for people.
    pub about: String,
    /// Settings of algorithms, as far as the scenario states any.
    pub settings: PerAlgorithm<(String, Value)>,
    /// Invariants that must be seen violated.
    pub expect: PerAlgorithm<Promise>,
    pub threshold: PerAlgorithm<Threshold>,
    /// What it was read from: a path, or the name of a library scenario.
    pub origin: String,
    pub text: String,
    pub overrides: Vec<(String, String)>,
    /// Files that it names (measured delays), with what was in them.
    pub files: Vec<(String, String)>,
    /// What looks unintended.
    pub warnings: Diagnostics,
}

impl Scenario {
    /// Settings that the scenario states for this algorithm.
    pub fn settings_of(&self, algorithm: &str) -> &[(String, Value)] {
        self.settings.iter().find(|(name, _)| name == algorithm).map_or(&[], |(_, values)| values)
    }

    /// Reads a scenario. Files that it names are looked for beside `origin`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str, origin: &str, registry: &Registry) -> Result<Scenario, Diagnostics> {
        Scenario::parse_with(text, origin, registry, &[])
    }

    /// The same, with keys set to other values.
    ///
    /// # Errors
    /// Everything that is wrong with it; a complaint about an override says so.
    pub fn parse_with(
        text: &str,
        origin: &str,
        registry: &Registry,
        overrides: &[(String, String)],
    ) -> Result<Scenario, Diagnostics> {
        let beside = Path::new(origin).parent().unwrap_or(Path::new(""));
        Scenario::parse_using(text, origin, registry, overrides, &|name| files::read_named(beside, name))
    }

    /// The same, with files from wherever `read_file` takes them.
    ///
    /// # Errors
    /// As [`Scenario::parse_with`].
    pub fn parse_using(
        text: &str,
        origin: &str,
        registry: &Registry,
        overrides: &[(String, String)],
        read_file: ReadFile<'_>,
    ) -> Result<Scenario, Diagnostics> {
        let mut sources = vec![Source { origin: origin.to_owned(), text: text.to_owned() }];
        for (key, value) in overrides {
            sources.push(Source { origin: overrides::origin(key, value), text: String::new() });
        }
        let document = match tree(text, overrides) {
            Ok(document) => document,
            Err(list) => return Err(Diagnostics { sources, list }),
        };
        let mut lowering = Lowering {
            registry,
            complaints: Vec::new(),
            nodes: Setup::default().nodes,
            bound: Vec::new(),
            at_moment: false,
            read_file,
            files: Vec::new(),
            overrides,
        };
        let mut scenario = Scenario {
            setup: Setup { name: stem(origin), ..Setup::default() },
            about: String::new(),
            settings: Vec::new(),
            expect: Vec::new(),
            threshold: Vec::new(),
            origin: origin.to_owned(),
            text: text.to_owned(),
            overrides: overrides.to_vec(),
            files: Vec::new(),
            warnings: Diagnostics::default(),
        };
        lowering.scenario(&document, &mut scenario);
        scenario.files = lowering.files;
        let mut list = lowering.complaints;
        list.sort_by_key(|complaint| (complaint.severity == Severity::Warning, complaint.place.source, complaint.place.start));
        let mut complaints = Diagnostics { sources, list };
        if complaints.errors() > 0 {
            // What looks unintended may look so only because of what is wrong.
            complaints.list.retain(|complaint| complaint.severity == Severity::Error);
            return Err(complaints);
        }
        scenario.warnings = complaints;
        Ok(scenario)
    }
}

/// The text as a tree, overrides applied.
fn tree(text: &str, overrides: &[(String, String)]) -> Result<Node, Vec<Diagnostic>> {
    let nowhere = crate::diagnostic::Place::default();
    if text.len() > LARGEST_FILE {
        let complaint =
            Diagnostic::error(nowhere, format!("this is {} bytes long, a scenario at most {LARGEST_FILE}", text.len()));
        return Err(vec![complaint]);
    }
    let mut document = document::read(text, 0)?;
    if matches!(&document.data, Data::Table(entries) if entries.is_empty()) {
        let complaint = Diagnostic::error(nowhere, "this scenario is empty");
        return Err(vec![complaint.help(
            "the least that it needs is a line such as duration = \"10s\"; `hustings list` shows scenarios to start from",
        )]);
    }
    let mut complaints = Vec::new();
    for (at, (key, value)) in overrides.iter().enumerate() {
        complaints.extend(overrides::apply(&mut document, key, value, at + 1).err());
    }
    if complaints.is_empty() { Ok(document) } else { Err(complaints) }
}

/// `scenarios/mine.toml` is called `mine`.
fn stem(origin: &str) -> String {
    Path::new(origin).file_stem().map_or_else(|| origin.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

impl Lowering<'_> {
    fn scenario(&mut self, document: &Node, scenario: &mut Scenario) {
        let Some(fields) = self.fields(document, document.place, &keys::SCENARIO) else { return };
        let setup = &mut scenario.setup;
        if let Some(node) = fields.get("nodes") {
            setup.nodes = self.count(node, 1, u64::from(sim::setup::MOST_NODES)).map_or(setup.nodes, |nodes| nodes as u16);
        }
        self.nodes = setup.nodes;
        if let Some(duration) = fields.get("duration").and_then(|node| self.some_time(node, Span::millis(1))) {
            setup.duration = duration;
        }
        if let Some(node) = fields.get("salt") {
            setup.salt = self.count(node, 0, u64::from(u32::MAX)).map_or(setup.salt, |salt| salt as u32);
        }
        if let Some(name) = fields.get("name").and_then(|node| self.name(node)) {
            setup.name = name;
        }
        if let Some(about) = fields.get("about").and_then(|node| self.text(node, "text")) {
            scenario.about = about;
        }
        setup.start_offset = fields.get("start-offset").and_then(|node| self.delay(node));
        if let Some(entry) = fields.entry("algorithm") {
            scenario.settings = self.settings(entry, &Vec::new());
        }
        self.world(&fields, setup, &scenario.settings);
        if let Some(entry) = fields.entry("measure") {
            setup.measure = self.measure(entry);
        }
        if let Some(node) = fields.get("stop") {
            setup.stop = self.stop(node);
        }
        if let Some(entry) = fields.entry("work") {
            setup.work = self.work(entry);
        }
        if let Some(entry) = fields.entry("event") {
            self.script(entry, setup);
        }
        if let Some(entry) = fields.entry("swarm") {
            setup.swarm = self.swarm(entry, setup.duration);
        }
        if let Some(entry) = fields.entry("expect") {
            scenario.expect = self.expectations(entry);
        }
        if let Some(entry) = fields.entry("threshold") {
            scenario.threshold = self.thresholds(entry);
        }
    }

    /// Links, sessions, disks, members.
    fn world(&mut self, fields: &Fields<'_>, setup: &mut Setup, settings: &PerAlgorithm<(String, Value)>) {
        if let Some(entry) = fields.entry("network") {
            self.network(&entry.node, entry, setup);
        }
        if let Some(entry) = fields.entry("link") {
            for link in self.tables(entry, &keys::LINK) {
                setup.links.extend(self.link(&link));
            }
        }
        if let Some(entry) = fields.entry("session") {
            setup.session = self.session(&entry.node, entry);
        }
        if let Some(entry) = fields.entry("disk") {
            self.disk(&entry.node, entry, setup);
        }
        if let Some(entry) = fields.entry("pauses") {
            setup.pauses = self.pauses(&entry.node, entry);
        }
        self.members_of(fields, setup, settings);
    }

    fn name(&mut self, node: &Node) -> Option<String> {
        let name = self.text(node, "a name")?;
        if name.trim().is_empty() || name.len() > 80 || name.chars().any(char::is_control) {
            self.complain(Diagnostic::error(node.place, "this is not a name: one to eighty letters, on one line"));
            return None;
        }
        Some(name)
    }

    fn measure(&mut self, entry: &Entry) -> Option<Measure> {
        let (what, offset) = match &entry.node.data {
            Data::Table(_) => {
                let fields = self.fields(&entry.node, entry.key_place, &keys::MEASURE)?;
                let offset = fields.entry("offset").and_then(|entry| Some((entry.key_place, self.delay(&entry.node)?)));
                (fields.get("what").and_then(|node| self.choice(node, keys::MEASURES))?, offset)
            }
            _ => (self.choice(&entry.node, keys::MEASURES)?, None),
        };
        if let (Some((place, _)), false) = (&offset, what == "first-leader") {
            self.complain(Diagnostic::error(*place, "only the time of the first leader has an offset"));
        }
        Some(match what {
            "first-candidacy" => Measure::FirstCandidacy,
            "first-leader" => Measure::FirstLeader { offset: offset.map(|(_, delay)| delay) },
            "stable-leader" => Measure::StableLeader,
            "failover" => Measure::Failover,
            "messages-to-first-leader" => Measure::MessagesToFirstLeader,
            _ => Measure::FirstTermSplit,
        })
    }

    fn stop(&mut self, node: &Node) -> Stop {
        match self.choice(node, keys::STOPS) {
            Some("first-leader") => Stop::FirstLeader,
            Some("first-epoch") => Stop::FirstEpoch,
            Some("first-failover") => Stop::FirstFailover,
            _ => Stop::AtEnd,
        }
    }

    fn swarm(&mut self, entry: &Entry, duration: Span) -> Option<Swarm> {
        let fields = self.fields(&entry.node, entry.key_place, &keys::SWARM)?;
        let families = match fields.get("families") {
            Some(node) => self.families(node)?,
            None => Family::USUAL.to_vec(),
        };
        let from = fields.get("from").and_then(|node| self.span(node));
        let until = fields.get("until").and_then(|node| self.span(node));
        let every = fields.get("every").and_then(|node| self.some_time(node, Span::millis(1)));
        let lasting = fields.get("lasting").and_then(|node| self.span_pair(node));
        let loss = fields.get("loss").map_or(Some(Ratio::new(1, 5)), |node| self.probability(node));
        let drift = fields.get("drift").map_or(Some(Ratio::new(1, 100)), |node| self.probability(node));
        let core = fields.get("core").map_or(Some(Ratio::ZERO), |node| self.probability(node));
        let (from, until) = (from?, until?);
        let until_place = fields.get("until").map_or(fields.place, |node| node.place);
        if from >= until {
            self.complain(Diagnostic::error(until_place, format!("the trouble ends at {until}, before it begins at {from}")));
        }
        if until >= duration {
            let title = format!("the trouble ends at {until}, the run already at {duration}: nothing is judged after it");
            self.complain(Diagnostic::warning(until_place, title).help("make the run longer"));
        }
        let drift = drift?;
        if drift.numerator >= drift.denominator {
            let place = fields.get("drift").map_or(fields.place, |node| node.place);
            self.complain(Diagnostic::error(place, "a drift of one would stop clocks").help("write less, such as \"1/100\""));
        }
        Some(Swarm { families, from, until, every: every?, lasting: lasting?, loss: loss?, drift, core: core? })
    }

    fn families(&mut self, node: &Node) -> Option<Vec<Family>> {
        let mut families = Vec::new();
        for item in self.list(node, "families of faults")? {
            let Some(name) = self.text(item, "the name of a family") else { continue };
            match Family::all().find(|family| family.name() == name) {
                Some(family) if families.contains(&family) => {
                    self.complain(Diagnostic::error(item.place, format!("`{name}` is listed twice")))
                }
                Some(family) => families.push(family),
                None => {
                    let complaint = Diagnostic::error(item.place, format!("there is no family of faults `{name}`"));
                    self.complain(complaint.help(suggest::advice(&name, Family::all().map(Family::name).collect::<Vec<_>>())));
                }
            }
        }
        if families.is_empty() {
            self.complain(Diagnostic::error(node.place, "this swarm draws from nothing"));
        }
        Some(families)
    }
}
