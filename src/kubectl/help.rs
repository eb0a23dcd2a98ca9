//! What `-h` says: kubectl v1.36.3's own words, as it printed them (`help.txt`, one of the reference texts).

use super::failure::Failure;
use crate::api::reference;

/// The help of a command; of kubectl itself for `""`.
///
/// # Errors
/// It isn't there yet, or could not be fetched.
pub fn of(path: &str) -> Result<&'static str, Failure> {
    let texts = reference::texts().map_err(|why| Failure::text(format!("the texts of kubectl's help {why}")))?;
    let sections = texts.help.split('\u{1}').skip(1).filter_map(|section| section.split_once('\n'));
    Ok(sections.into_iter().find(|(words, _)| *words == path).map_or("", |(_, text)| text))
}

/// What a command does, in a line; empty where that isn't known (yet).
pub fn about(path: &str) -> &'static str {
    let (parent, name) = path.rsplit_once(' ').unwrap_or(("", path));
    let lines = of(parent).unwrap_or_default().lines();
    let mut listed = lines.filter_map(|line| line.strip_prefix("  ")?.strip_prefix(name)?.strip_prefix(' '));
    listed.next().unwrap_or_default().trim_start()
}

/// What flags mean, by a command's help and that of the flags which all commands have.
pub struct Flags {
    texts: [&'static str; 2],
}

impl Flags {
    /// Those of a command.
    pub fn of(path: &str) -> Flags {
        Flags { texts: [path, "options"].map(|path| of(path).unwrap_or_default()) }
    }

    /// What a flag means, in a line; empty where that isn't known (yet).
    pub fn about(&self, name: &str) -> &'static str {
        let title = format!("--{name}=");
        let within = |text: &&'static str| {
            let mut lines = text.lines();
            lines.find(|line| line.split_once(&title).is_some_and(|(before, _)| before.trim_start().is_empty() || before.ends_with(", ")))?;
            lines.next()
        };
        self.texts.iter().find_map(within).unwrap_or_default().trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_flags_are_known_in_a_line() {
        assert_eq!(about("rollout undo"), "Undo a previous rollout");
        assert_eq!(Flags::of("annotate").about("all"), "Select all resources, in the namespace of the specified resource types.");
        assert_eq!(Flags::of("get").about("namespace"), "If present, the namespace scope for this CLI request");
    }
}
