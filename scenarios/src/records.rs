//! What the files have in common that the program writes for itself, saved failures and the records of a check: each is an object
//! in JSON, with a checksum that tells a file that was changed by hand, or cut short, from one that another version runs
//! differently.

use serde::Serialize;
use serde_json::Value;
use sim::Encoder;

/// The checksum of this content, which must not have one in it yet, as 32 hexadecimal digits. It is over what is said, not over how
/// it is laid out: line ends and spaces may change.
///
/// # Panics
/// Where it cannot be said in JSON, which none of ours is.
pub fn checksum(content: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(content).expect("strings and numbers always become JSON");
    let mut encoder = Encoder::default();
    encoder.words([bytes.len() as u64]);
    for eight in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..eight.len()].copy_from_slice(eight);
        encoder.words([u64::from_le_bytes(word)]);
    }
    format!("{:032x}", encoder.fingerprint())
}

/// What this text holds, in words, where it is sound JSON and no object. Names of our types say nothing to whoever gave the wrong
/// file.
pub fn other_than_an_object(text: &str) -> Option<&'static str> {
    if text.trim_start().starts_with('{') {
        return None;
    }
    match serde_json::from_str(text).ok()? {
        Value::Null => Some("`null`"),
        Value::Bool(_) => Some("a truth value"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("a text"),
        Value::Array(_) => Some("a list"),
        Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_tells_any_two_contents_apart_and_stays_what_it_was() {
        let contents = ["", "a", "b", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaa\0"];
        let sums: std::collections::BTreeSet<String> = contents.iter().map(checksum).collect();
        assert_eq!(sums.len(), contents.len());
        // Files of yesterday are read tomorrow.
        assert_eq!(checksum(&("seed", 42)), "3150c91fdc14dd64084fbcc0f6e1f33a");
    }

    #[test]
    fn what_is_no_object_is_named_and_what_is_no_json_is_left_to_the_parser() {
        let named =
            [("null", "`null`"), (" true", "a truth value"), ("3\n", "a number"), ("\"{}\"", "a text"), ("[{}]", "a list")];
        for (text, what) in named {
            assert_eq!(other_than_an_object(text), Some(what), "{text}");
        }
        for text in ["{}", " {", "", "nul", "[", "3 4"] {
            assert_eq!(other_than_an_object(text), None, "{text}");
        }
    }
}
