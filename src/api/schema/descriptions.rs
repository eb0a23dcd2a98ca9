//! What upstream says about types and fields.
//!
//! Half a megabyte of text, which nobody needs in order to begin: natively it is part of the program, and the page fetches
//! it as a file of its own once it can be used. Until then there are no descriptions, and whoever would show one says so.

use std::sync::OnceLock;

/// The name of the file with the descriptions, beside the page's other files.
pub const FILE: &str = env!("KUBARIUM_DESCRIPTIONS");

/// Whether there are descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// They are here.
    Here,
    /// They have not arrived yet.
    Coming,
    /// They could not be fetched.
    Missing,
}

/// The descriptions by number; none where they could not be fetched.
static DECODED: OnceLock<Option<Vec<&'static str>>> = OnceLock::new();

/// Whether there are descriptions.
pub fn state() -> State {
    match decoded() {
        Some(Some(_)) => State::Here,
        Some(None) => State::Missing,
        None => State::Coming,
    }
}

/// Takes what was fetched: the text of [`FILE`], or nothing where that failed. Only the first call counts.
#[cfg(target_arch = "wasm32")]
pub fn receive(text: Option<String>) {
    DECODED.get_or_init(|| text.map(|text| parse(text.leak())));
}

#[cfg(target_arch = "wasm32")]
fn decoded() -> Option<&'static Option<Vec<&'static str>>> {
    DECODED.get()
}

#[cfg(not(target_arch = "wasm32"))]
fn decoded() -> Option<&'static Option<Vec<&'static str>>> {
    static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/", env!("KUBARIUM_DESCRIPTIONS")));
    Some(DECODED.get_or_init(|| Some(parse(TEXT))))
}

/// First every different description, then, after an empty one, the number of that of each definition and field.
fn parse(text: &'static str) -> Vec<&'static str> {
    let (texts, uses) = text.rsplit_once("\x1f\x1f").unwrap_or_default();
    let texts: Vec<&str> = texts.split('\x1f').collect();
    uses.split(' ').map(|number| number.parse().ok().and_then(|number: usize| texts.get(number).copied()).unwrap_or_default()).collect()
}

/// The description of a definition or field by its number in the structure; empty where there is none.
pub(super) fn of(number: usize) -> &'static str {
    let all = decoded().and_then(Option::as_ref);
    all.and_then(|all| all.get(number).copied()).unwrap_or_default()
}
