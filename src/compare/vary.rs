//! `--vary KEY=a,b,c`: the values of a setting, and all pairs of two settings.

use reports::choosing::Axis;
use scenarios::{Scenario, overrides};
use sim::{Registry, Span};

use crate::cast;
use crate::failure::Failure;

/// More than two, and nobody could picture what came of it.
const MOST_SETTINGS: usize = 2;
/// More values than a picture has room for.
const MOST_VALUES: usize = 64;

/// A setting and its values.
pub struct Vary {
    key: String,
    values: Vec<Value>,
    ascending: bool,
}

struct Value {
    /// As the user wrote it.
    words: String,
    /// As a scenario file has it.
    value: String,
}

/// All settings that are varied, every value of them known to be in order where it stands alone.
///
/// # Errors
/// Where a value is out of order, or what is varied cannot be.
pub fn read(registry: &Registry, scenarios: &[String], set: &[String], vary: &[String]) -> Result<Vec<Vary>, Failure> {
    if vary.len() > MOST_SETTINGS {
        let what = format!("{} settings are varied, and nobody could picture more than {MOST_SETTINGS}", vary.len());
        return Err(Failure::usage(what, "set the others to one value each with --set, and compare again for another"));
    }
    let mut all: Vec<Vary> = Vec::new();
    for argument in vary {
        let (key, values) = split(argument)?;
        let taken = set.iter().filter_map(|set| overrides::split(set).ok()).any(|(other, _)| other == key);
        if taken || all.iter().any(|other| other.key == key) {
            let by = if taken { "--set" } else { "another --vary" };
            return Err(Failure::usage(format!("--vary {key} and {by} both say what `{key}` is"), "leave one of them out"));
        }
        let values = values.into_iter().map(|words| value(registry, scenarios, set, &key, words));
        let mut values = values.collect::<Result<Vec<Value>, Failure>>()?;
        let size = |value: &Value| size(&value.words);
        let ascending = values.iter().all(|value| size(value).is_some());
        if ascending {
            // So that the smallest that will do is the first.
            values.sort_by(|a, b| size(a).partial_cmp(&size(b)).unwrap_or(std::cmp::Ordering::Equal));
        }
        all.push(Vary { key, values, ascending });
    }
    Ok(all)
}

impl Vary {
    pub fn axis(&self) -> Axis {
        let values = self.values.iter().map(|value| value.words.clone()).collect();
        Axis { setting: self.key.clone(), values, ascending: self.ascending }
    }

    /// The algorithm that this is a setting of, if it is one's.
    pub fn algorithm(&self) -> Option<&str> {
        self.key.strip_prefix("algorithm.")?.split('.').next()
    }
}

/// What is set in each cell, those of the first setting in order for each value of the second.
pub fn cells(vary: &[Vary]) -> Vec<Vec<String>> {
    let mut cells = vec![Vec::new()];
    for one in vary {
        let with = |value: &Value| {
            let set = format!("{}={}", one.key, value.value);
            cells.iter().map(move |cell: &Vec<String>| cell.iter().cloned().chain([set.clone()]).collect()).collect::<Vec<_>>()
        };
        cells = one.values.iter().flat_map(with).collect();
    }
    cells
}

/// The key and its values, as they are written.
fn split(argument: &str) -> Result<(String, Vec<String>), Failure> {
    let help =
        "write KEY=VALUE,VALUE,…, such as network.loss=0,1/100,1/20 or algorithm.raft.election-timeout=150ms..300ms,1s..2s";
    let (key, values) =
        overrides::split(argument).map_err(|_| Failure::usage(format!("`{argument}` does not say what to vary"), help))?;
    let values: Vec<String> = overrides::parts(&values).into_iter().map(String::from).collect();
    if values.len() < 2 {
        let what = format!(
            "--vary {key} has {}, and nothing to compare it with",
            if values.is_empty() { "no value" } else { "one value" }
        );
        return Err(Failure::usage(what, help));
    }
    if values.len() > MOST_VALUES {
        let what = format!("--vary {key} has {} values, more than {MOST_VALUES}", values.len());
        return Err(Failure::usage(what, "begin with a few that lie far apart, and look closer at what is between two of them"));
    }
    if let Some(twice) = values.iter().enumerate().find(|(at, value)| values[..*at].contains(value)) {
        return Err(Failure::usage(format!("--vary {key} has {} twice", twice.1), "every value once is enough"));
    }
    Ok((key, values))
}

/// Takes the words for what the key takes: as they stand; or, `150ms..300ms`, as a pair of ends or a uniform distribution.
fn value(registry: &Registry, scenarios: &[String], set: &[String], key: &str, words: String) -> Result<Value, Failure> {
    let mut refused = None;
    for value in readings(&words) {
        let set: Vec<String> = set.iter().cloned().chain([format!("{key}={value}")]).collect();
        let read = scenarios.iter().try_for_each(|name| cast::scenario(registry, name, &set).map(|_: Scenario| ()));
        match read {
            Ok(()) => return Ok(Value { words, value }),
            Err(complaint) => refused = refused.or_else(|| Some(varied(complaint, key, &words))),
        }
    }
    Err(refused.unwrap_or_else(|| Failure::usage(format!("--vary {key} has an empty value"), "write a value between two commas")))
}

/// A complaint that points at what the user wrote: it was no `--set`.
fn varied(complaint: Failure, key: &str, words: &str) -> Failure {
    let Failure::Scenario(mut diagnostics) = complaint else { return complaint };
    for source in &mut diagnostics.sources {
        if source.origin.starts_with(&format!("--set {key}=")) {
            source.origin = format!("--vary {key}={words}");
        }
    }
    Failure::Scenario(diagnostics)
}

fn readings(words: &str) -> Vec<String> {
    match ends(words) {
        Some((low, high)) => {
            let pair = format!("[\"{low}\", \"{high}\"]");
            vec![pair.clone(), format!("{{ uniform = {pair} }}")]
        }
        None => vec![String::from(words)],
    }
}

/// Of `150ms..300ms`.
fn ends(words: &str) -> Option<(&str, &str)> {
    let (low, high) = words.split_once("..")?;
    let (low, high) = (low.trim(), high.trim());
    (Span::parse(low).is_ok() && Span::parse(high).is_ok()).then_some((low, high))
}

/// By which values are put in order: times by their length, ranges by their ends, numbers and fractions by their worth.
fn size(words: &str) -> Option<(f64, f64)> {
    let one = |words: &str| match Span::parse(words) {
        Ok(span) => Some(span.0 as f64),
        Err(_) => match words.split_once('/') {
            Some((above, below)) => Some(above.trim().parse::<f64>().ok()? / below.trim().parse::<f64>().ok()?),
            None => words.parse().ok(),
        },
    };
    let bare = |words: &'_ str| words.trim_matches(['"', ' ']).to_owned();
    if let Some((low, high)) = ends(words) {
        return Some((one(low)?, one(high)?));
    }
    if let Some(inside) = words.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let [low, high] = overrides::parts(inside)[..] else { return None };
        return Some((one(&bare(low))?, one(&bare(high))?));
    }
    let size = one(&bare(words))?;
    size.is_finite().then_some((size, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_brackets_and_quotes_part_no_values() {
        let values = |argument: &str| split(argument).map(|(_, values)| values).unwrap_or_default();
        assert_eq!(values("x=1,2, 3"), ["1", "2", "3"]);
        assert_eq!(values("x=[1s, 2s],[\"2s\",\"4s\"]"), ["[1s, 2s]", "[\"2s\",\"4s\"]"]);
        assert_eq!(values("x=150ms..300ms,1s..2s"), ["150ms..300ms", "1s..2s"]);
        assert_eq!(values("x={ uniform = [1ms, 2ms] },\"a,b\""), ["{ uniform = [1ms, 2ms] }", "\"a,b\""]);
    }

    #[test]
    fn values_that_are_times_or_numbers_have_a_size_and_words_have_none() {
        assert!(size("150ms..300ms") < size("150ms..1s") && size("900ms") < size("1s") && size("1/100") < size("1/20"));
        assert_eq!(size("[150ms, 300ms]"), size("150ms..300ms"));
        assert_eq!(size("\"10ms\""), size("10ms"));
        assert_eq!([size("true"), size("etcd"), size("[1ms]"), size("1/0")], [None, None, None, None]);
    }

    #[test]
    fn every_value_of_one_setting_meets_every_value_of_the_other() {
        let vary = |key: &str, values: [&str; 2]| Vary {
            key: String::from(key),
            values: values.map(|value| Value { words: String::from(value), value: String::from(value) }).into(),
            ascending: true,
        };
        let found = cells(&[vary("a", ["1", "2"]), vary("b", ["3", "4"])]);
        assert_eq!(found, [["a=1", "b=3"], ["a=2", "b=3"], ["a=1", "b=4"], ["a=2", "b=4"]]);
        assert_eq!(cells(&[]), [Vec::<String>::new()]);
    }
}
