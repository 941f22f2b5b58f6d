//! Whom something is aimed at: members, roles, parts, and names that events bind.

use sim::fault::Target;

use crate::diagnostic::Diagnostic;
use crate::document::{Data, Node};
use crate::lowering::Lowering;
use crate::suggest;

/// The roles, as files name them.
pub(crate) const ROLES: &[&str] =
    &["leader", "others", "follower", "random", "quorum-with-leader", "minority-with-leader", "there", "all", "services"];

/// The parts of a cluster beside the members, without the services that algorithms bring along.
pub(crate) const PARTS: &[&str] = &["resource"];

/// Longer lists are not written anew in advice.
const MOST_REWRITTEN: usize = 16;

/// Where a target stands decides what it can be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    /// An end of links: members, roles, parts, names.
    Ends,
    /// A member: no parts.
    Nodes,
    /// Something that runs: members and services.
    Processes,
    /// Services only.
    Services,
    /// What can be crashed and restarted: those, and the resource.
    Stoppable,
    /// Before the run: no roles, no names.
    Fixed,
}

/// `n3` is 3; nothing if it is no number of a member at all.
fn number(word: &str) -> Option<u64> {
    let digits = word.strip_prefix('n')?;
    let plain = !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// All whole numbers in a value or in the lists of it.
fn integers(node: &Node, found: &mut Vec<i128>) {
    match &node.data {
        Data::Integer(number) => found.push(*number),
        Data::List(nodes) => nodes.iter().for_each(|node| integers(node, found)),
        _ => {}
    }
}

/// `[[1, 2], ["leader"]]` as it should have been written; nothing where something else stands in it, or it is long.
fn with_an_n(node: &Node) -> Option<String> {
    match &node.data {
        Data::Integer(number) => Some(format!("\"n{number}\"")),
        Data::Text(word) => Some(format!("\"{word}\"")),
        Data::List(nodes) if nodes.len() <= MOST_REWRITTEN => {
            let words: Option<Vec<String>> = nodes.iter().map(with_an_n).collect();
            Some(format!("[{}]", words?.join(", ")))
        }
        _ => None,
    }
}

/// Whether an event may bind this word: it must not mean something else already.
pub(crate) fn is_free(word: &str) -> bool {
    number(word).is_none() && !ROLES.contains(&word) && !PARTS.contains(&word)
}

impl Lowering<'_> {
    /// The members that there are, in words.
    fn members_in_words(&self) -> String {
        match self.nodes {
            1 => String::from("this cluster has n1 only"),
            last => format!("this cluster has n1 to n{last}"),
        }
    }

    /// Members that are written as bare numbers, anywhere in here: one complaint for all of them. They are understood all the
    /// same, so that what else is wrong with them is said too.
    fn bare_numbers(&mut self, node: &Node) {
        let mut numbers = Vec::new();
        integers(node, &mut numbers);
        let Some(first) = numbers.first() else { return };
        let complaint = match numbers.iter().find(|number| !(1..=i128::from(self.nodes)).contains(*number)) {
            Some(number) => Diagnostic::error(node.place, format!("there is no member {number}")).help(self.members_in_words()),
            None => Diagnostic::error(node.place, "members are written with an n")
                .help(format!("write {}", with_an_n(node).unwrap_or_else(|| format!("\"n{first}\"")))),
        };
        self.complain(complaint);
    }

    /// The member of a bare number, about which [`Lowering::bare_numbers`] has complained.
    fn of_number(&self, number: i128) -> Option<u16> {
        let number = u16::try_from(number).ok().filter(|number| (1..=self.nodes).contains(number))?;
        Some(number - 1)
    }

    /// A member, counted from 0.
    pub fn member(&mut self, node: &Node) -> Option<u16> {
        self.bare_numbers(node);
        self.one_member(node)
    }

    fn one_member(&mut self, node: &Node) -> Option<u16> {
        let word = match &node.data {
            Data::Integer(number) => return self.of_number(*number),
            _ => self.text(node, "a member such as \"n2\"")?,
        };
        let Some(number) = number(&word) else {
            let complaint = Diagnostic::error(node.place, format!("`{word}` is not a member"));
            self.complain(complaint.help(self.members_in_words()));
            return None;
        };
        self.in_range(node, number)
    }

    fn in_range(&mut self, node: &Node, number: u64) -> Option<u16> {
        if number == 0 || number > u64::from(self.nodes) {
            let complaint = Diagnostic::error(node.place, format!("there is no member n{number}"));
            self.complain(complaint.help(self.members_in_words()));
            return None;
        }
        Some((number - 1) as u16)
    }

    /// Members, each once; perhaps none.
    pub fn members(&mut self, node: &Node) -> Option<Vec<u16>> {
        self.bare_numbers(node);
        let mut members = Vec::new();
        let items = match &node.data {
            Data::List(items) => items,
            _ => std::slice::from_ref(node),
        };
        for item in items {
            let Some(member) = self.one_member(item) else { continue };
            if members.contains(&member) {
                self.complain(Diagnostic::error(item.place, format!("n{} is listed twice", member + 1)));
            } else {
                members.push(member);
            }
        }
        Some(members)
    }

    /// The services that the algorithms bring along, each once.
    fn services(&self) -> Vec<&'static str> {
        let mut services: Vec<&'static str> = self.registry.iter().flat_map(|player| player.services(&[])).collect();
        services.sort_unstable();
        services.dedup();
        services
    }

    pub fn target(&mut self, node: &Node, whom: Whom) -> Option<Target> {
        self.bare_numbers(node);
        self.one_target(node, whom)
    }

    fn one_target(&mut self, node: &Node, whom: Whom) -> Option<Target> {
        let word = match &node.data {
            Data::Integer(number) => return self.of_number(*number).map(Target::Member),
            _ => self.text(node, "a member, role, part or name")?,
        };
        if let Some(number) = number(&word) {
            let member = self.in_range(node, number)?;
            return self.fitting(node, Target::Member(member), whom);
        }
        let target = match word.as_str() {
            "leader" => Target::Leader,
            "others" => Target::Others,
            "follower" => Target::Follower,
            "random" => Target::Random,
            "quorum-with-leader" => Target::QuorumWithLeader,
            "minority-with-leader" => Target::MinorityWithLeader,
            "there" if !self.at_moment => {
                let complaint = Diagnostic::error(node.place, "`there` is the member at whose moment an event fires");
                self.complain(complaint.help("say which moment: when = \"between-writes\", beside `at`"));
                return None;
            }
            "there" => Target::There,
            "all" => Target::All,
            "services" => Target::Services,
            part if PARTS.contains(&part) || self.services().contains(&part) => Target::Part(word),
            name if self.bound.iter().any(|bound| bound == name) => Target::Named(word),
            _ => return self.unknown_target(node, &word),
        };
        self.fitting(node, target, whom)
    }

    fn unknown_target(&mut self, node: &Node, word: &str) -> Option<Target> {
        let complaint = Diagnostic::error(node.place, format!("`{word}` is no member, role or part, and no event binds it"));
        let bound = self.bound.clone();
        let services = self.services();
        let known = ROLES.iter().chain(PARTS).chain(&services).copied().chain(bound.iter().map(String::as_str));
        let help = match suggest::closest(word, known) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!(
                "{}; roles are {}; a name is bound by `as = \"{word}\"` in another event",
                self.members_in_words(),
                ROLES.join(", ")
            ),
        };
        self.complain(complaint.help(help));
        None
    }

    fn fitting(&mut self, node: &Node, target: Target, whom: Whom) -> Option<Target> {
        match (whom, &target) {
            (Whom::Processes, Target::Part(part)) if !PARTS.contains(&part.as_str()) => Some(target),
            (Whom::Services, Target::Services) => Some(target),
            (Whom::Services, Target::Part(part)) if !PARTS.contains(&part.as_str()) => Some(target),
            (Whom::Services, _) => {
                let complaint = Diagnostic::error(node.place, "this happens to services only");
                self.complain(complaint.help(format!("write services, or one of {}", self.services().join(", "))));
                None
            }
            (Whom::Nodes, Target::Part(part)) if !PARTS.contains(&part.as_str()) => {
                let complaint = Diagnostic::error(node.place, format!("{part} is a service, and this happens to members only"));
                self.complain(complaint.help("aim at members or roles"));
                None
            }
            (Whom::Nodes | Whom::Processes, Target::Part(part)) => {
                let complaint =
                    Diagnostic::error(node.place, format!("the {part} can be crashed, restarted and cut off, and nothing else"));
                self.complain(complaint.help("aim at members or roles"));
                None
            }
            (Whom::Nodes, Target::Services) => {
                let complaint = Diagnostic::error(node.place, "this happens to members only");
                self.complain(complaint.help("aim at members or roles"));
                None
            }
            (Whom::Fixed, Target::Member(_) | Target::All | Target::Part(_) | Target::Services) => Some(target),
            (Whom::Fixed, _) => {
                let complaint = Diagnostic::error(node.place, "roles and names mean nothing before the run");
                self.complain(
                    complaint.help("write a member, all, services, or resource; or use an event with `degrade` or `cut`"),
                );
                None
            }
            _ => Some(target),
        }
    }

    /// One target, or a list of them.
    pub fn targets(&mut self, node: &Node, whom: Whom) -> Option<Vec<Target>> {
        self.bare_numbers(node);
        self.some_targets(node, whom)
    }

    /// Lists of targets.
    pub fn groups_of_targets(&mut self, node: &Node) -> Option<Vec<Vec<Target>>> {
        let groups = self.list(node, "groups")?;
        self.bare_numbers(node);
        let groups: Vec<Option<Vec<Target>>> = groups.iter().map(|group| self.some_targets(group, Whom::Ends)).collect();
        groups.into_iter().collect()
    }

    fn some_targets(&mut self, node: &Node, whom: Whom) -> Option<Vec<Target>> {
        let items = match &node.data {
            Data::List(items) => items,
            _ => std::slice::from_ref(node),
        };
        if items.is_empty() {
            self.complain(
                Diagnostic::error(node.place, "this list names nobody").help("name members or roles, such as \"leader\""),
            );
            return None;
        }
        let targets: Vec<Option<Target>> = items.iter().map(|item| self.one_target(item, whom)).collect();
        let targets: Vec<Target> = targets.into_iter().collect::<Option<_>>()?;
        for (at, target) in targets.iter().enumerate() {
            let drawn = matches!(target, Target::Follower | Target::Random);
            if !drawn && targets[..at].contains(target) {
                self.complain(Diagnostic::error(items[at].place, "this is listed twice"));
            }
        }
        Some(targets)
    }
}
