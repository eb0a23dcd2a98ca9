//! Manifests: text → documents with spans → values, and back to text as kubectl writes it.

mod apostrophe;
mod documents;
mod format;
mod node;
mod resolve;
mod span;
mod write_json;
mod write_kyaml;
mod write_yaml;
pub mod yaml;

pub use documents::{Document, documents};
pub use format::format;
pub use node::{Field, Node};
pub use resolve::resolve;
pub use span::{Position, Span};
pub use write_json::{go_float, quote, write_json, write_json_compact, write_json_in_order};
pub use write_kyaml::write_kyaml;
pub use write_yaml::{compare_keys, write_yaml};
