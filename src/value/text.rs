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

    /// How long its JSON is, escapes not counted; counting stops beyond `limit`. What is shared is counted as often as it is there.
    pub fn json_bytes(&self, limit: usize) -> usize {
        let add = |sum: usize, part: &Value| if sum > limit { sum } else { sum + 1 + part.json_bytes(limit - sum) };
        match self {
            Value::Null => 4,
            Value::Bool(flag) => 5 - usize::from(*flag),
            Value::Int(_) | Value::Float(_) => self.to_json().len(),
            Value::String(text) => text.len() + 2,
            Value::Array(items) => items.iter().fold(1, add).max(2),
            Value::Object(fields) => fields.iter().fold(1, |sum, (key, value)| add(sum + key.len() + 3, value)).max(2),
        }
    }

    /// Whether lists and objects are nested deeper than this.
    pub fn is_deeper_than(&self, depth: usize) -> bool {
        match self {
            Value::Array(items) => depth == 0 || items.iter().any(|item| item.is_deeper_than(depth - 1)),
            Value::Object(fields) => depth == 0 || fields.values().any(|field| field.is_deeper_than(depth - 1)),
            _ => false,
        }
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
