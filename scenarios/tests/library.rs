//! The scenarios that are built in, and the schema that says what may stand in one.

use scenarios::{Scenario, library, schema};
use serde_json::Value;
use sim::Span;
use sim::fault::Fault;

#[test]
fn every_scenario_of_the_library_is_in_order_and_explains_itself() {
    for (name, text) in library() {
        let scenario =
            Scenario::parse(text, name, &scenarios::default_registry()).unwrap_or_else(|wrong| panic!("{name}:\n{wrong}"));
        assert!(scenario.warnings.is_empty(), "{name}:\n{}", scenario.warnings);
        assert_eq!(scenario.setup.name, *name);
        assert!(scenario.about.len() > 20 && scenario.about.ends_with(['.', '?', ')']), "{name}: {}", scenario.about);
    }
}

#[test]
fn the_library_is_sorted_and_complete() {
    let names: Vec<&str> = library().iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted());
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("library");
    let mut files: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(names, files, "a file of library/ is missing in library.rs, or the other way round");
}

#[test]
fn trouble_ends_early_enough_for_liveness_to_be_judged() {
    for (name, text) in library() {
        let setup = Scenario::parse(text, name, &scenarios::default_registry()).unwrap().setup;
        let heals = setup.script.iter().any(|event| matches!(event.fault, Fault::Heal | Fault::Restart(_)));
        let repeats = setup.script.iter().any(|event| event.every.is_some());
        if heals && !repeats {
            let last = latest(&setup);
            assert!(last + Span::secs(12) <= setup.duration, "{name}: calm from {last}, the end is at {}", setup.duration);
        }
    }
}

/// When the last event of a script fires at the latest.
fn latest(setup: &sim::Setup) -> Span {
    use sim::fault::When;
    let mut times: Vec<(&str, Span)> = Vec::new();
    while times.len() < setup.script.len() {
        for event in &setup.script {
            let time = match &event.when {
                _ if times.iter().any(|(name, _)| *name == event.name) => continue,
                When::At(delay) | When::Moment(delay, _) => Some(delay.longest()),
                When::After(before, delay) => {
                    times.iter().find(|(name, _)| name == before).map(|(_, time)| *time + delay.longest())
                }
            };
            times.extend(time.map(|time| (event.name.as_str(), time)));
        }
    }
    times.into_iter().map(|(_, time)| time).max().unwrap()
}

#[test]
fn published_settings_are_reached_by_overrides() {
    let text = library().iter().find(|(name, _)| *name == "v1-split-fixed-latency").unwrap().1;
    let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let overrides = [set("nodes", "9"), set("down", "[n7,n8,n9]"), set("network.delay", "30ms")];
    let setup = Scenario::parse_with(text, "v1", &scenarios::default_registry(), &overrides).unwrap().setup;
    assert_eq!((setup.nodes, setup.members.iter().filter(|m| m.down).count()), (9, 3));
    assert_eq!(setup.link.delay, sim::Delay::Constant(Span::millis(30)));
    let nobody = [set("down", "[]")];
    assert!(
        Scenario::parse_with(text, "v1", &scenarios::default_registry(), &nobody).unwrap().setup.members.iter().all(|m| !m.down)
    );
}

/// Is this value, read by the TOML parser's own means, what the schema allows? Only what our schema uses.
fn allowed(value: &toml::Value, schema: &Value, root: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        return allowed(value, root.pointer(&reference[1..]).unwrap(), root);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return any.iter().any(|one| allowed(value, one, root));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().any(|word| word.as_str() == value.as_str());
    }
    match schema["type"].as_str().unwrap() {
        "string" => value.is_str(),
        "boolean" => value.is_bool(),
        "integer" => value.is_integer(),
        "array" => value.as_array().is_some_and(|items| items.iter().all(|item| allowed(item, &schema["items"], root))),
        _ => value.as_table().is_some_and(|table| {
            let required = schema["required"].as_array().into_iter().flatten();
            // The one pattern of ours: names of quantiles.
            let by_pattern = |key: &str| {
                let inside = schema["patternProperties"].as_object()?.values().next()?;
                (["min", "max"].contains(&key) || key.strip_prefix('p').is_some_and(|number| number.parse::<f64>().is_ok()))
                    .then_some(inside)
            };
            let inside = |key: &str| schema["properties"].get(key).or_else(|| by_pattern(key));
            table.iter().all(|(key, value)| inside(key).is_some_and(|inside| allowed(value, inside, root)))
                && required.into_iter().all(|key| table.contains_key(key.as_str().unwrap()))
        }),
    }
}

#[test]
fn the_schema_allows_every_scenario_of_the_library_and_forbids_unknown_keys() {
    let schema = schema(&scenarios::default_registry());
    for (name, text) in library() {
        let value: toml::Value = text.parse::<toml::Table>().unwrap().into();
        assert!(allowed(&value, &schema, &schema), "{name}");
    }
    let wrong: toml::Value = "durration = \"5s\"".parse::<toml::Table>().unwrap().into();
    assert!(!allowed(&wrong, &schema, &schema));
}

#[test]
fn the_schema_knows_the_settings_of_the_algorithms() {
    let schema = schema(&scenarios::default_registry());
    let settings = &schema["properties"]["algorithm"]["properties"]["raft"]["properties"];
    assert_eq!(settings["pre-vote"]["type"], "boolean");
    assert_eq!(settings["preset"]["enum"][0], "paper");
    assert_eq!(settings["election-timeout"]["$ref"], "#/$defs/span-pair");
    assert_eq!(schema["properties"]["node"]["items"]["properties"]["algorithm"]["properties"]["raft"]["properties"], *settings);
}
