//! Who is cut from whom, in words: groups where the cut links amount to groups, else link by link.

use sim::NodeId;

/// Of more single links than this only the number is told.
const MOST_LINKS: usize = 6;

/// What a set of cut links comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sides {
    pub text: String,
    pub isolated: Vec<usize>,
    pub touched: Vec<usize>,
}

/// `links` in order; `names` of all parts of the cluster, of which the first `members` are members.
pub fn sides(links: &[(NodeId, NodeId)], names: &[String], members: usize) -> Sides {
    let cut = |from: usize, to: usize| links.binary_search(&(NodeId(from as u16), NodeId(to as u16))).is_ok();
    let apart = |a: usize, b: usize| cut(a, b) || cut(b, a);
    let reached = |a: usize| (0..members).filter(|&b| b == a || !apart(a, b)).count();
    let isolated: Vec<usize> = (0..members).filter(|&a| 2 * reached(a) <= members).collect();
    let any = |a: usize| links.iter().any(|(from, to)| from.index() == a || to.index() == a);
    let touched = (0..names.len()).filter(|a| any(*a) && !isolated.contains(a)).collect();
    Sides { text: groups(links, names, members).unwrap_or_else(|| singly(links, names)), isolated, touched }
}

/// `n1 | n2 n3`, if whoever is cut from anybody is in one of several groups without links between them and with all links inside.
fn groups(links: &[(NodeId, NodeId)], names: &[String], members: usize) -> Option<String> {
    let cut = |from: usize, to: usize| links.binary_search(&(NodeId(from as u16), NodeId(to as u16))).is_ok();
    // Parts beside the members that no cut concerns stand with everybody.
    let stands = |a: &usize| *a < members || links.iter().any(|(from, to)| from.index() == *a || to.index() == *a);
    let parts: Vec<usize> = (0..names.len()).filter(stands).collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &part in &parts {
        match groups.iter_mut().find(|group| !cut(group[0], part) && !cut(part, group[0])) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    let group_of = |part: usize| groups.iter().position(|group| group.contains(&part));
    let fits = |a: usize, b: usize| a == b || cut(a, b) == (group_of(a) != group_of(b));
    if groups.len() < 2 || !parts.iter().all(|&a| parts.iter().all(|&b| fits(a, b))) {
        return None;
    }
    let words = |group: &Vec<usize>| group.iter().map(|&part| names[part].as_str()).collect::<Vec<_>>().join(" ");
    Some(groups.iter().map(words).collect::<Vec<_>>().join(" | "))
}

/// `n1 → n2, n3 ↔ n4`.
fn singly(links: &[(NodeId, NodeId)], names: &[String]) -> String {
    let name = |node: NodeId| names.get(node.index()).map_or_else(|| node.to_string(), String::clone);
    let mut words = Vec::new();
    for &(from, to) in links {
        let back = links.binary_search(&(to, from)).is_ok();
        if !back {
            words.push(format!("{} → {}", name(from), name(to)));
        } else if from < to {
            words.push(format!("{} ↔ {}", name(from), name(to)));
        }
    }
    if words.len() > MOST_LINKS {
        return format!("{} and {} more", words[..MOST_LINKS].join(", "), words.len() - MOST_LINKS);
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(u16, u16)]) -> Sides {
        let names: Vec<String> = ["n1", "n2", "n3", "n4", "n5", "resource"].map(String::from).to_vec();
        let mut links: Vec<_> = pairs.iter().map(|&(from, to)| (NodeId(from), NodeId(to))).collect();
        links.sort_unstable();
        sides(&links, &names, 5)
    }

    #[test]
    fn a_partition_is_told_as_its_groups_and_the_smaller_side_is_isolated() {
        let mut pairs = Vec::new();
        for alone in [0, 2] {
            for other in [1, 3, 4] {
                pairs.extend([(alone, other), (other, alone)]);
            }
        }
        let sides = of(&pairs);
        assert_eq!((sides.text.as_str(), sides.isolated, sides.touched), ("n1 n3 | n2 n4 n5", vec![0, 2], vec![1, 3, 4]));
    }

    #[test]
    fn one_way_and_single_cuts_are_told_link_by_link() {
        let sides = of(&[(0, 1), (2, 3), (3, 2)]);
        assert_eq!(sides.text, "n1 → n2, n3 ↔ n4");
        assert_eq!((sides.isolated, sides.touched), (vec![], vec![0, 1, 2, 3]));
    }

    #[test]
    fn a_member_that_only_speaks_is_isolated_too() {
        let sides = of(&[(1, 0), (2, 0), (3, 0), (4, 0)]);
        assert_eq!(sides.isolated, [0]);
        assert!(sides.text.starts_with("n2 → n1, n3 → n1"), "{}", sides.text);
    }

    #[test]
    fn many_links_are_counted() {
        let pairs: Vec<(u16, u16)> = (0..4u16).flat_map(|from| (from + 1..5).map(move |to| (from, to))).collect();
        assert!(of(&pairs).text.ends_with(" and 4 more"), "{}", of(&pairs).text);
    }
}
