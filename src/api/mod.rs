//! What the kinds of Kubernetes are: names, schema, defaults, validation, columns. One registry, to which custom resources are added at run time.
//!
//! Never: reads or writes the store, or knows about requests.

pub mod base64;
pub mod cron;
pub mod encoding;
pub mod enums;
pub mod field_error;
pub mod go_json;
pub mod kinds;
pub mod labels;
pub mod merge_keys;
pub mod meta;
pub mod names;
pub mod quantity;
pub mod random;
pub mod reference;
pub mod registry;
pub mod resource;
pub mod schema;
pub mod sha256;
pub mod status;
pub mod strategy;
pub mod time;
pub mod types;
pub mod x509;
