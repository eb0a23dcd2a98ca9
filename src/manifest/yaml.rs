//! One YAML document → value.

use crate::value::Value;

/// Reads a YAML document.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str) -> Result<Value, String> {
    serde_yaml::from_str(text).map_err(|error| format!("yaml: {error}"))
}
