//! Values as JSON text.

use super::Value;
use std::fmt;

impl Value {
    /// Reads one JSON document.
    ///
    /// # Errors
    /// Says what is wrong and where, in serde_json's words, for text that is not JSON or is nested
    /// deeper than 128 levels.
    pub fn from_json(text: &str) -> Result<Value, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Compact JSON, fields in the order of their names.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Compact JSON.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.to_json())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.to_json())
    }
}
