//! What `-h` says: kubectl v1.36.3's own words, as it printed them.

/// The texts, each behind a byte 1 and the command's words.
static TEXTS: &str = include_str!("help.txt");

/// The help of a command; of kubectl itself for `""`.
pub fn of(path: &str) -> &'static str {
    let sections = TEXTS.split('\u{1}').skip(1).filter_map(|section| section.split_once('\n'));
    sections.into_iter().find(|(words, _)| *words == path).map_or("", |(_, text)| text)
}
