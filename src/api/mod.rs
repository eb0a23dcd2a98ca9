//! What Kubernetes' API knows of its types.
//! See [`schema`], [`types`], [`merge_keys`] and [`quantity`].

pub mod merge_keys;
pub mod quantity;
pub mod schema;
#[allow(clippy::all, rustdoc::all, reason = "most of it is written by the build script")]
pub mod types;
