//! A JSON schema of scenario files, for editors: completion, and a word on every key. Made from the tables that the parser
//! reads, so that the two cannot disagree.

use serde_json::{Map, Value, json};
use sim::audit::catalogue;
use sim::fault::Family;
use sim::{Kind, Registry, Setting};

use crate::keys::{self, Form, Inside, Table};
use crate::quantities::DISTRIBUTIONS;

const SPAN: &str = r"^\s*[0-9]+(\.[0-9]+)?\s*(ns|us|µs|ms|s|m|h)\s*$";
const SIGNED_SPAN: &str = r"^\s*[+-]?[0-9]+(\.[0-9]+)?\s*(ns|us|µs|ms|s|m|h)\s*$";
const RATIO: &str = r"^\s*[0-9]+\s*(/\s*[0-9]+\s*)?$";
const MEMBER: &str = "^n[0-9]+$";
const QUANTILE: &str = r"^(min|max|p[0-9]{1,3}(\.[0-9]{1,2})?)$";

/// The schema, with the settings of these algorithms.
pub fn schema(registry: &Registry) -> Value {
    let mut schema = table(&keys::SCENARIO, registry);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Hustings scenario");
    schema["$defs"] = json!({
        "span": { "type": "string", "pattern": SPAN, "examples": ["150ms", "1.5s"] },
        "signed-span": { "type": "string", "pattern": SIGNED_SPAN, "examples": ["2s", "-2s"] },
        "span-pair": { "type": "array", "items": { "$ref": "#/$defs/span" }, "minItems": 2, "maxItems": 2 },
        "ratio": { "anyOf": [{ "type": "string", "pattern": RATIO, "examples": ["1/100"] }, { "type": "integer", "minimum": 0 }] },
        "member": { "type": "string", "pattern": MEMBER, "examples": ["n1"] },
        "targets": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }] },
        "log": { "type": "array", "items": { "type": "integer", "minimum": 1 } },
        "delay": { "anyOf": [{ "$ref": "#/$defs/span" }, distribution()] },
    });
    schema
}

/// One distribution in a table.
fn distribution() -> Value {
    let span = json!({ "$ref": "#/$defs/span" });
    let ratio = json!({ "$ref": "#/$defs/ratio" });
    let two = |first: &str, one: &Value, second: &str, two: &Value| json!({ "type": "object", "properties": { first: one, second: two }, "required": [first, second], "additionalProperties": false });
    let mut properties = Map::new();
    for name in DISTRIBUTIONS {
        let inside = match *name {
            "uniform" => json!({ "$ref": "#/$defs/span-pair" }),
            "normal" => two("mean", &span, "deviation", &span),
            "exponential" => {
                json!({ "anyOf": [span, { "type": "object", "properties": { "mean": span }, "required": ["mean"], "additionalProperties": false }] })
            }
            "log-normal" => two("median", &span, "sigma", &ratio),
            "pareto" => two("scale", &span, "shape", &ratio),
            "table" => json!({ "type": "array", "items": span, "minItems": 2 }),
            "file" => {
                json!({ "type": "string", "description": "Measured delays or quantiles of them, one a line, beside the scenario." })
            }
            "quantiles" => json!({ "type": "object", "patternProperties": { QUANTILE: span }, "additionalProperties": false }),
            _ => span.clone(),
        };
        properties.insert((*name).to_owned(), inside);
    }
    json!({ "type": "object", "properties": properties, "minProperties": 1, "maxProperties": 1, "additionalProperties": false })
}

fn table(table: &Table, registry: &Registry) -> Value {
    let mut properties = Map::new();
    for key in table.keys() {
        let mut inside = form(key.form, registry);
        inside["description"] = json!(key.about);
        properties.insert(key.name.to_owned(), inside);
    }
    json!({ "type": "object", "properties": properties, "required": table.required, "additionalProperties": false })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn form(form: Form, registry: &Registry) -> Value {
    match form {
        Form::Text | Form::Target => json!({ "type": "string" }),
        Form::Choice(words) => json!({ "enum": words }),
        Form::Choices(words) => json!({ "type": "array", "items": { "enum": words }, "minItems": 1 }),
        Form::Switch => json!({ "type": "boolean" }),
        Form::Count(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Span => reference("span"),
        Form::SignedSpan => reference("signed-span"),
        Form::SpanPair => reference("span-pair"),
        Form::Delay => reference("delay"),
        Form::Probability | Form::Rate => reference("ratio"),
        Form::Member => reference("member"),
        Form::Members => {
            json!({ "anyOf": [reference("member"), { "type": "array", "items": reference("member") }] })
        }
        Form::Targets => reference("targets"),
        Form::Groups => json!({ "type": "array", "items": reference("targets"), "minItems": 1 }),
        Form::Log => reference("log"),
        Form::Families => {
            json!({ "type": "array", "items": { "enum": Family::all().map(Family::name).collect::<Vec<_>>() }, "minItems": 1 })
        }
        Form::Promises => {
            // A kind of split-brain names the invariant that finds it.
            let kinds = catalogue::ALL.iter().filter_map(|invariant| invariant.kind());
            let names: Vec<&str> = catalogue::ALL.iter().map(|invariant| invariant.name).chain(kinds).collect();
            json!({ "type": "array", "items": { "enum": names }, "minItems": 1 })
        }
        Form::Table(inside) => table(inside, registry),
        Form::Tables(inside) => json!({ "type": "array", "items": table(inside, registry) }),
        Form::Either(forms) => json!({ "anyOf": forms.iter().map(|one| self::form(*one, registry)).collect::<Vec<_>>() }),
        Form::PerAlgorithm(inside) => {
            let properties: Map<String, Value> = registry
                .iter()
                .map(|player| match inside {
                    Inside::Settings => (player.name().to_owned(), settings(player.settings())),
                    Inside::Table(inside) => (player.name().to_owned(), table(inside, registry)),
                })
                .collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
    }
}

fn settings(settings: &[Setting]) -> Value {
    let mut properties = Map::new();
    for setting in settings {
        let mut inside = match setting.kind {
            Kind::Switch => json!({ "type": "boolean" }),
            Kind::Span => reference("span"),
            Kind::Range => reference("span-pair"),
            Kind::Count => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            Kind::Choice(words) => json!({ "enum": words }),
        };
        inside["description"] = json!(setting.about);
        properties.insert(setting.key.to_owned(), inside);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}
