//! Which word was meant.

use super::explain::distance;

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
