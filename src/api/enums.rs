//! Fields that take one of a few words, and what each word means: `enums.txt`, one of the [`reference`] texts. A line a field, and indented below it its words.

use super::reference;

/// A word that a field may have, and what it means (may be `""`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// `RollingUpdate`; may be `""`.
    pub value: &'static str,
    /// What it means, line ends included.
    pub about: String,
}

/// The words that a field of a definition (`io.k8s.api.apps.v1.DeploymentStrategy`, `type`) may have, in the order of the API; none where any will do, and as long as
/// the texts aren't here.
pub fn words(definition: &str, field: &str) -> Vec<Word> {
    let heading = format!("{definition} {field}");
    let facts = reference::texts().map_or("", |texts| texts.enums);
    let Some((_, rest)) = facts.split_once(&format!("\n{heading}\n")) else { return Vec::new() };
    rest.lines().map_while(|line| line.strip_prefix('\t')).map(word).collect()
}

fn word(line: &'static str) -> Word {
    let (value, about) = line.split_once('\t').unwrap_or((line, ""));
    Word { value, about: about.replace("\\n", "\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_field_are_found() {
        let words: Vec<_> = words("io.k8s.api.apps.v1.DeploymentStrategy", "type").into_iter().map(|word| word.value).collect();
        assert_eq!(words, ["Recreate", "RollingUpdate"]);
        assert!(super::words("io.k8s.api.apps.v1.DeploymentStrategy", "rollingUpdate").is_empty());
    }
}
