//! Reference texts: what upstream says about types and fields, about the words that fields take, and about kubectl's commands.
//!
//! Nearly a megabyte of text, which nobody needs in order to begin: natively it is part of the program, and the page fetches
//! it as a file of its own once it can be used. Until then there are no texts, and whoever would show one says so.

use std::sync::OnceLock;

/// The name of the file with the texts, beside the page's other files.
pub const FILE: &str = env!("KUBARIUM_REFERENCE");

/// The texts.
#[derive(Debug)]
pub struct Texts {
    /// The descriptions of definitions and fields by their number in the structure; empty where there is none.
    descriptions: Vec<&'static str>,
    /// The words that fields take: see [`super::enums`].
    pub enums: &'static str,
    /// What `-h` says, each text behind a byte 1 and the command's words.
    pub help: &'static str,
}

/// The texts once they have arrived; nothing where they could not be fetched.
static TEXTS: OnceLock<Option<Texts>> = OnceLock::new();

/// The texts.
///
/// # Errors
/// Why they are not here, and what to do, as the end of a sentence on what is missing.
pub fn texts() -> Result<&'static Texts, &'static str> {
    match arrived() {
        Some(Some(texts)) => Ok(texts),
        Some(None) => Err("could not be loaded; open the page again when there is a network"),
        None => Err("are still being loaded; try again in a moment"),
    }
}

/// Takes what was fetched: the text of [`FILE`], or nothing where that failed. Only the first call counts.
#[cfg(target_arch = "wasm32")]
pub fn receive(text: Option<String>) {
    TEXTS.get_or_init(|| text.map(|text| parse(text.leak())));
}

#[cfg(target_arch = "wasm32")]
fn arrived() -> Option<&'static Option<Texts>> {
    TEXTS.get()
}

#[cfg(not(target_arch = "wasm32"))]
fn arrived() -> Option<&'static Option<Texts>> {
    static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/", env!("KUBARIUM_REFERENCE")));
    Some(TEXTS.get_or_init(|| Some(parse(TEXT))))
}

/// The parts stand between bytes 30. That of the descriptions has first every different one, then, after an empty one, the number of
/// that of each definition and field.
fn parse(text: &'static str) -> Texts {
    let mut parts = text.split('\x1e');
    let mut part = || parts.next().unwrap_or_default();
    let (texts, uses) = part().rsplit_once("\x1f\x1f").unwrap_or_default();
    let texts: Vec<&str> = texts.split('\x1f').collect();
    let descriptions = uses.split(' ').map(|number| number.parse().ok().and_then(|number: usize| texts.get(number).copied()).unwrap_or_default());
    Texts { descriptions: descriptions.collect(), enums: part(), help: part() }
}

/// The description of a definition or field by its number in the structure; empty where there is none, and as long as the texts aren't here.
pub(super) fn description(number: usize) -> &'static str {
    texts().ok().and_then(|texts| texts.descriptions.get(number).copied()).unwrap_or_default()
}
