//! What the files have in common that the program writes for itself, saved failures and the records of a check: each is an object
//! in JSON.

use serde_json::Value;

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
