//! Where in its file a scenario says something, for whoever points at it.

use crate::document;
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
        Some(self.text.get(..start?)?.matches('\n').count() + 1)
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
}
