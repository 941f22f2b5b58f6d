//! Files that are as large as is allowed are answered quickly, whatever is in them.

mod common;

use scenarios::{LARGEST_FILE, Scenario};

/// As often as fits.
fn filled(head: &str, line: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    for number in 0.. {
        let line = line(number);
        if text.len() + line.len() > LARGEST_FILE - 10 {
            break;
        }
        text.push_str(&line);
    }
    text
}

#[test]
fn a_mebibyte_of_anything_is_answered_with_a_few_screens() {
    let event = |number: usize| format!("[[event]]\nname = \"e{number}\"\nat = \"1s\"\nheal = true\n");
    let chain = |number: usize| format!("[[event]]\nname = \"e{number}\"\nafter = \"e{}\"\nheal = true\n", number + 1);
    for text in [
        filled("", |_| String::from("[[event]]\n")),
        filled("", event),
        filled("", chain),
        filled("", |number| format!("key{number} = 1\n")),
        filled("[[node]]\n", |number| format!("key{number} = 1\n")),
        filled("", |number| format!("[[node]]\nid = \"n{}\"\nlog = [{}1]\n", number % 128 + 1, "1, ".repeat(number % 900))),
        filled("nodes = 128\n[[event]]\nat = \"1s\"\npartition = [", |number| format!("[\"n{}\"],", number % 128 + 1)) + "]\n",
        filled("nodes = 128\n[[event]]\nat = \"1s\"\ncrash = [", |_| String::from("\"random\",")) + "]\n",
        filled("[network]\ndelay = { table = [", |_| String::from("\"1ms\",")) + "] }\n",
        filled("name = \"", |_| String::from("x")),
        filled("", |_| String::from("\u{feff}")),
        filled("", |_| String::from("\"")),
        filled("\"", |_| String::from("\u{200b}é")) + "\" = 1",
        filled("[[event]]\nat = \"1s\"\ncrash = \"", |_| String::from("n1 ")) + "\"",
        filled("a = '''", |_| String::from("\n")),
        filled("", |number| format!("a{number}.b.c.d.e.f.g = {{ h = [[[]]] }}\n")),
    ] {
        let answer = Scenario::parse(&text, "large.toml", &common::registry());
        let shown = match &answer {
            Ok(scenario) => scenario.warnings.to_string(),
            Err(complaints) => complaints.to_string(),
        };
        assert!(shown.len() < 30_000, "{} bytes of complaints about {}", shown.len(), &text[..60.min(text.len())]);
    }
}
