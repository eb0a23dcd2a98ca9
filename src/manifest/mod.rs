//! Manifests: text → documents with spans → values, and back to text as kubectl writes it.

mod span;

pub use span::{Position, Span};
