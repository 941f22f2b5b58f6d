//! A script: what its lines are, and how it is run and renewed.

use crate::cluster::Cluster;
use crate::demands;

enum Line {
    /// A heading, a comment, an empty line: kept as it is.
    Text(String),
    Command(String),
    Demand(String),
}

pub struct Script {
    /// The rows of the table that it covers, with their names; what is left out of a row stands in brackets.
    pub rows: Vec<(u32, String)>,
    lines: Vec<Line>,
}

pub struct Ran {
    /// The script with the transcript of this run.
    pub text: String,
    /// Demands that were not met.
    pub complaints: Vec<String>,
}

impl Script {
    /// # Panics
    /// When a line is none of those that the head of this test describes.
    pub fn parse(name: &str, text: &str) -> Script {
        let mut script = Script { rows: Vec::new(), lines: Vec::new() };
        for (number, line) in text.lines().enumerate() {
            if line.starts_with(' ') {
                continue;
            }
            if let Some(heading) = line.strip_prefix("row ") {
                let (row, about) = heading.split_once(": ").unwrap_or_else(|| panic!("{name}:{}: no name", number + 1));
                let row = row.parse().unwrap_or_else(|_| panic!("{name}:{}: `{row}` is no row", number + 1));
                script.rows.push((row, String::from(about)));
            }
            script.lines.push(match line.get(..2) {
                Some("> ") => Line::Command(String::from(&line[2..])),
                Some("! ") => Line::Demand(String::from(&line[2..])),
                _ => {
                    let known = line.is_empty() || line.starts_with('#') || line.starts_with("row ");
                    assert!(known, "{name}:{}: `{line}` is no line of a script", number + 1);
                    Line::Text(String::from(line))
                }
            });
        }
        assert!(!script.rows.is_empty(), "{name}: it says of no row");
        assert!(script.lines.iter().any(|line| matches!(line, Line::Demand(_))), "{name}: it demands nothing");
        script
    }

    pub fn run(&self) -> Ran {
        let mut ran = Ran { text: String::new(), complaints: Vec::new() };
        let mut cluster: Option<Cluster> = None;
        for line in &self.lines {
            match line {
                Line::Text(text) => ran.write("", text),
                Line::Command(command) => {
                    ran.write("> ", command);
                    match command.strip_prefix("cluster ") {
                        Some(words) => cluster = Some(Cluster::new(words)),
                        None => cluster.as_mut().expect("`> cluster` comes first").run(command),
                    }
                    for line in cluster.iter().flat_map(Cluster::transcript) {
                        ran.write("    ", line);
                    }
                }
                Line::Demand(demand) => {
                    ran.write("! ", demand);
                    let cluster = cluster.as_ref().expect("`> cluster` comes first");
                    if let Err(complaint) = demands::check(cluster, demand) {
                        let number = ran.text.lines().count();
                        ran.complaints.push(format!("line {number}: `{demand}`, but {complaint}"));
                    }
                }
            }
        }
        ran
    }
}

impl Ran {
    fn write(&mut self, before: &str, line: &str) {
        self.text.push_str(before);
        self.text.push_str(line);
        self.text.push('\n');
    }
}
