//! "Did you mean …?": the known word that is closest to what was written.

/// Longer words are not compared: nobody mistypes a key of this length, and the comparison is quadratic.
const LONGEST_WORD: usize = 48;

/// The candidate that differs in the fewest letters, if it is close enough to be meant.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().map(|c| if c == '_' { '-' } else { c }).collect();
    if word.is_empty() || word.len() > LONGEST_WORD {
        return None;
    }
    let allowed = 1 + word.len() / 4;
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.chars().collect::<Vec<char>>()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean "x"?` where something is close, else all the words that there are.
pub fn advice<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match closest(word, candidates.clone()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => match candidates.into_iter().map(|c| format!("`{c}`")).collect::<Vec<String>>() {
            known if known.is_empty() => String::from("there are none"),
            known => format!("known are {}", known.join(", ")),
        },
    }
}

/// How many letters must be changed, added, dropped, or swapped with their neighbour (optimal string alignment).
fn distance(one: &[char], two: &[char]) -> usize {
    if one.len().abs_diff(two.len()) > LONGEST_WORD {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=two.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=two.len() {
            let changed = above[j - 1] + usize::from(one[i - 1] != two[j - 1]);
            let mut least = changed.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == two[j - 2] && one[i - 2] == two[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_gibberish_is_not() {
        let known = ["duration", "nodes", "first-leader"];
        assert_eq!(closest("durration", known), Some("duration"));
        assert_eq!(closest("ndoes", known), Some("nodes"));
        assert_eq!(closest("first_leader", known), Some("first-leader"));
        assert_eq!(closest("xyzzy", known), None);
        assert_eq!(closest("", known), None);
        assert_eq!(advice("xyzzy", ["a", "b"]), "known are `a`, `b`");
    }
}
