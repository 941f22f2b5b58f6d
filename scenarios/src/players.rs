//! What a scenario says about single algorithms: settings, expectations, thresholds.

use sim::algorithm::Promise;
use sim::audit::catalogue;
use sim::{Kind, Player, Setting, Value};

use crate::diagnostic::Diagnostic;
use crate::document::{Data, Entry, Node};
use crate::keys::{self, Form};
use crate::lowering::Lowering;
use crate::suggest;

/// What one algorithm may take at most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Threshold {
    /// `failover-p99`.
    pub key: &'static str,
    /// A time or a number.
    pub most: Value,
}

/// Something for each of some algorithms, in the order of the file.
pub type PerAlgorithm<T> = Vec<(String, Vec<T>)>;

/// Settings by key.
pub(crate) type Values = Vec<(String, Value)>;

impl<'a> Lowering<'a> {
    /// The tables inside `[algorithm]`, `[expect]` or `[threshold]`, with the algorithms that they are for.
    fn known<'d>(&mut self, entry: &'d Entry) -> Vec<(&'d Entry, &'a dyn Player)> {
        let registry = self.registry;
        let mut known = Vec::new();
        for inner in self.table(&entry.node, &format!("[{}]", entry.key)).unwrap_or_default() {
            match registry.get(&inner.key) {
                Some(player) => known.push((inner, player)),
                None => {
                    let complaint = Diagnostic::error(inner.key_place, format!("there is no algorithm `{}`", inner.key));
                    let names: Vec<&str> = registry.iter().map(Player::name).collect();
                    self.complain(complaint.help(suggest::advice(&inner.key, names)));
                }
            }
        }
        known
    }

    /// `[algorithm.X]`. The settings are checked together with those of `base`, over which they are laid.
    pub fn settings(&mut self, entry: &Entry, base: &PerAlgorithm<(String, Value)>) -> PerAlgorithm<(String, Value)> {
        let mut all = Vec::new();
        for (inner, player) in self.known(entry) {
            let Some(values) = self.values(inner, player) else { continue };
            let below = base.iter().find(|(name, _)| *name == inner.key).map_or(&[][..], |(_, values)| values);
            self.fit_together(inner, player, below, &values);
            all.push((inner.key.clone(), values));
        }
        all
    }

    /// The settings of one algorithm; none at all if one of them is wrong.
    fn values(&mut self, inner: &Entry, player: &dyn Player) -> Option<Values> {
        let known = player.settings();
        let mut values = Some(Vec::new());
        for entry in self.table(&inner.node, "what an algorithm is set to")? {
            let value = match known.iter().find(|setting| setting.key == entry.key) {
                Some(setting) => self.value(&entry.node, setting),
                None => {
                    let complaint = Diagnostic::error(entry.key_place, format!("{} has no setting `{}`", inner.key, entry.key));
                    let keys: Vec<&str> = known.iter().map(|setting| setting.key).collect();
                    self.complain(complaint.help(suggest::advice(&entry.key, keys)));
                    None
                }
            };
            match (value, &mut values) {
                (Some(value), Some(values)) => values.push((entry.key.clone(), value)),
                _ => values = None,
            }
        }
        values
    }

    fn value(&mut self, node: &Node, setting: &Setting) -> Option<Value> {
        match setting.kind {
            Kind::Switch => self.switch(node).map(Value::Switch),
            Kind::Span => self.span(node).map(Value::Span),
            Kind::Range => self.span_pair(node).map(|(low, high)| Value::Range(low, high)),
            Kind::Count => self.count(node, 0, u64::from(u32::MAX)).map(Value::Count),
            Kind::Choice(words) => self.choice(node, words).map(|word| Value::Choice(word.to_owned())),
        }
    }

    /// Asks the algorithm whether these settings can be in force together.
    fn fit_together(&mut self, inner: &Entry, player: &dyn Player, below: &[(String, Value)], values: &[(String, Value)]) {
        let together: Values = below.iter().chain(values).cloned().collect();
        let Err((key, why)) = player.in_force(&together) else { return };
        // The key at fault, if it stands here; else the preset, which brought it; else the table.
        let here = inner.node.entry(key).or_else(|| inner.node.entry("preset"));
        let place = here.map_or(inner.key_place, |entry| entry.key_place.to(entry.node.place));
        let complaint = Diagnostic::error(place, format!("the settings of {} do not fit together", inner.key));
        self.complain(complaint.label(format!("`{key}`")).help(why));
    }

    pub fn expectations(&mut self, entry: &Entry) -> PerAlgorithm<Promise> {
        let mut all = Vec::new();
        for (inner, _) in self.known(entry) {
            let Some(fields) = self.fields(&inner.node, inner.key_place, &keys::EXPECT) else { continue };
            let Some(finds) = fields.get("finds").and_then(|node| self.promises(node)) else { continue };
            all.push((inner.key.clone(), finds));
        }
        all
    }

    fn promises(&mut self, node: &Node) -> Option<Vec<Promise>> {
        let nodes = self.list(node, "invariants")?;
        if nodes.is_empty() {
            let complaint = Diagnostic::error(node.place, "nothing is expected here");
            self.complain(complaint.help("name an invariant, such as \"effective-split-brain\", or leave the table out"));
        }
        let mut found = Vec::new();
        for item in nodes {
            let Some(name) = self.text(item, "the name of an invariant") else { continue };
            match catalogue::by_name(&name) {
                Some(invariant) => found.push(invariant.promise),
                None => {
                    let complaint = Diagnostic::error(item.place, format!("there is no invariant `{name}`"));
                    self.complain(complaint.help(suggest::advice(&name, catalogue::ALL.map(|invariant| invariant.name))));
                }
            }
        }
        Some(found)
    }

    pub fn thresholds(&mut self, entry: &Entry) -> PerAlgorithm<Threshold> {
        let mut all = Vec::new();
        for (inner, _) in self.known(entry) {
            let Some(fields) = self.fields(&inner.node, inner.key_place, &keys::THRESHOLD) else { continue };
            let mut thresholds = Vec::new();
            for key in keys::THRESHOLD.keys() {
                let Some(node) = fields.get(key.name) else { continue };
                let most = match key.form {
                    Form::Count(least, most) => self.count(node, least, most).map(Value::Count),
                    _ => self.span(node).map(Value::Span),
                };
                if let Some(most) = most {
                    thresholds.push(Threshold { key: key.name, most });
                }
            }
            if matches!(&inner.node.data, Data::Table(entries) if entries.is_empty()) {
                let complaint = Diagnostic::error(inner.key_place, "this table sets no threshold");
                self.complain(complaint.help("for example failover-p99 = \"2s\""));
            }
            all.push((inner.key.clone(), thresholds));
        }
        all
    }
}
