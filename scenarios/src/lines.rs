//! Where in its file a scenario says something, for whoever points at it.

use crate::document::{self, Data};
use crate::scenario::Scenario;

impl Scenario {
    /// The line, from 1, of the key with this path: `["expect", "raft", "finds"]`. `None`: the file does not have it (it may have
    /// been set on the command line).
    pub fn line_of(&self, path: &[&str]) -> Option<usize> {
        let root = document::read(&self.text, 0).ok()?;
        let (mut node, mut start) = (&root, None);
        for key in path {
            let entry = node.entry(key)?;
            start = Some(entry.key_place.start);
            node = &entry.node;
        }
        self.line(start?)
    }

    /// The line, from 1, where this event of the script begins. `None`: it is none of the file's.
    pub fn line_of_event(&self, name: &str) -> Option<usize> {
        let place = self.setup.script.iter().position(|event| event.name == name)?;
        let root = document::read(&self.text, 0).ok()?;
        let Data::List(events) = &root.entry("event")?.node.data else { return None };
        self.line(events.get(place)?.place.start)
    }

    fn line(&self, at: usize) -> Option<usize> {
        Some(self.text.get(..at)?.matches('\n').count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Scenario, default_registry};

    #[test]
    fn a_key_is_found_on_its_line_and_one_that_is_not_there_nowhere() {
        let text = "duration = \"5s\"\n\n[threshold.raft]\n# said before\nfailover-p99 = \"2s\"\n[expect]\nbully = { finds = [\"effective-split-brain\"] }\n";
        let scenario = Scenario::parse(text, "x", &default_registry()).expect("a scenario");
        assert_eq!(scenario.line_of(&["threshold", "raft"]), Some(3));
        assert_eq!(scenario.line_of(&["threshold", "raft", "failover-p99"]), Some(5));
        assert_eq!(scenario.line_of(&["expect", "bully", "finds"]), Some(7));
        assert_eq!(scenario.line_of(&["expect", "raft"]), None);
    }

    #[test]
    fn an_event_is_found_where_its_table_begins_also_without_a_name() {
        let text = "duration = \"9s\"\n[[event]]\nat = \"2s\"\ncrash = \"leader\"\n\n# later\n[[event]]\nname = \"back\"\nat = \"3s\"\nheal = true\n";
        let scenario = Scenario::parse(text, "x", &default_registry()).expect("a scenario");
        assert_eq!(["crash", "back", "nothing"].map(|name| scenario.line_of_event(name)), [Some(2), Some(7), None]);
    }
}
