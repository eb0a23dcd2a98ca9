//! Which word was meant.

/// How many letters must be changed, added or left out to get from one word to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, other) in to.iter().enumerate() {
            let above = row[column + 1];
            let changed = diagonal + usize::from(letter != *other);
            row[column + 1] = changed.min(above + 1).min(row[column] + 1);
            diagonal = above;
        }
    }
    row[to.len()]
}

/// The candidate that is nearest to `word`, where one is near enough to be what was meant: other letters in up to a third of it.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (word.chars().count() / 3).clamp(1, 3);
    let lower = word.to_lowercase();
    let far = |candidate: &str| distance(&lower, &candidate.to_lowercase());
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (far(candidate), candidate))
        .filter(|(far, _)| *far <= most)
        .min()
        .map(|(_, near)| near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_meant_and_what_is_far_is_not() {
        assert_eq!(nearest("replica", ["selector", "replicas"]), Some("replicas"));
        assert_eq!(nearest("clusterip", ["NodePort", "ClusterIP"]), Some("ClusterIP"));
        assert_eq!(nearest("web", ["app", "database"]), None);
        assert_eq!(nearest("", ["a"]), Some("a"));
    }
}
