//! The persistent JSON value that every object, request and answer is made of.
//!
//! Upstream passes Go structs and `unstructured.Unstructured` around; both are copied deeply.
//! A simulated cluster is itself a value that is cloned for history and undo, and ten thousand
//! pods of one Deployment differ in a few fields only, so here arrays and objects are shared:
//! cloning costs nothing, and a change copies only the path that leads to it.

mod literal;
mod map;
mod ord_map;
mod ord_set;
mod serde_impls;
mod sort;
mod sorted_map;
mod text;
mod vector;

pub use literal::ToValue;
pub(crate) use literal::{json, object_of};
pub use map::Map;
pub use ord_map::OrdMap;
pub use ord_set::OrdSet;
pub use smol_str::SmolStr;
pub use sort::Sort;
pub use sorted_map::{SortedMap, SortedSet};
pub use vector::Vector;

use std::sync::{Arc, LazyLock};

/// A JSON value. Arrays and objects are shared between clones and copied when written to.
///
/// Equality is structural; `1` and `1.0` are different values, as in Go's decoded JSON
/// (`int64` against `float64`).
#[derive(Clone, PartialEq, Default)]
pub enum Value {
    /// JSON's `null`, and what every missing field reads as.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without a fraction that fits in 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string; short ones are stored in place.
    String(SmolStr),
    /// A list.
    Array(Arc<Vec<Value>>),
    /// Fields by name, always in the order of their names.
    Object(Arc<Map>),
}

/// What reading a field that isn't there gives.
pub static NULL: Value = Value::Null;
static EMPTY_MAP: Map = Map::new();

/// Makes room for another item, and for few more: what is kept here is kept for long and seldom added to, and a vector by itself
/// would be half empty whenever a copy is added to.
fn make_room<T>(items: &mut Vec<T>) {
    if items.len() == items.capacity() {
        items.reserve_exact(2 + items.len() / 4);
    }
}

/// The names in a dotted path. They are short: looking for the dots byte by byte is quicker than what searches long texts.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let path = rest?;
        let end = path.bytes().position(|byte| byte == b'.');
        rest = end.map(|end| &path[end + 1..]);
        Some(&path[..end.unwrap_or(path.len())])
    })
}

impl Value {
    /// An object without fields. All are one allocation until they are written to: sets of fields are mostly made of them.
    pub fn object() -> Value {
        static EMPTY: LazyLock<Arc<Map>> = LazyLock::new(Arc::default);
        Value::Object(EMPTY.clone())
    }

    /// A list of these values.
    pub fn array(items: Vec<Value>) -> Value {
        Value::Array(Arc::new(items))
    }

    /// The field `key`, or `Null` where this is not an object or has no such field.
    pub fn get(&self, key: &str) -> &Value {
        match self {
            Value::Object(map) => map.get(key).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// The value at a dotted path (`"spec.template.metadata"`), or `Null`. For names that contain
    /// dots, such as labels, use [`Value::get`].
    pub fn path(&self, path: &str) -> &Value {
        segments(path).fold(self, |value, key| value.get(key))
    }

    /// The string, or `""` for anything else: Go's zero value.
    pub fn str(&self) -> &str {
        self.as_str().unwrap_or("")
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if this is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The fields of an object; none for anything else.
    pub fn fields(&self) -> &Map {
        match self {
            Value::Object(map) => map,
            _ => &EMPTY_MAP,
        }
    }

    /// Whether this is `Null`: given so, or missing.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether there is anything here: false for `Null`, `""`, `[]` and `{}`. Go's `omitempty`.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        }
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }

    /// Whether this is a list.
    pub fn is_array(&self) -> bool {
        matches!(self, Value::Array(_))
    }

    /// JSON's word for what this is, as Go's decoder says it: `string`, `number`, `bool`, `object`, `array`, `null`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Whether both are the same allocation, and so equal without looking further. Differences
    /// between two versions of an object are found in time proportional to what changed with this.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The fields, to be changed. Anything that is not an object becomes an empty one first.
    pub fn fields_mut(&mut self) -> &mut Map {
        if !self.is_object() {
            *self = Value::object();
        }
        match self {
            Value::Object(map) => Arc::make_mut(map),
            _ => unreachable!("it was just made an object"),
        }
    }

    /// The items, to be changed. Anything that is not a list becomes an empty one first.
    pub fn items_mut(&mut self) -> &mut Vec<Value> {
        if !self.is_array() {
            *self = Value::array(Vec::new());
        }
        match self {
            Value::Array(items) => Arc::make_mut(items),
            _ => unreachable!("it was just made a list"),
        }
    }

    /// The field `key`, to be changed; made as `Null` where it is missing.
    pub fn get_mut(&mut self, key: &str) -> &mut Value {
        self.fields_mut().entry(key)
    }

    /// The value at a dotted path, to be changed; what is missing on the way is made.
    pub fn path_mut(&mut self, path: &str) -> &mut Value {
        segments(path).fold(self, |value, key| value.get_mut(key))
    }

    /// Sets the value at a dotted path, making what is missing on the way.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        *self.path_mut(path) = value.into();
    }

    /// Sets the value at a dotted path where nothing (or `null`) is there: how defaults are given.
    pub fn set_default(&mut self, path: &str, value: impl Into<Value>) {
        if self.path(path).is_null() {
            self.set(path, value);
        }
    }

    /// Takes the value at a dotted path out, and says what it was; changes nothing where it is missing.
    pub fn remove(&mut self, path: &str) -> Value {
        if self.path(path).is_null() && !self.has(path) {
            return Value::Null;
        }
        match path.rsplit_once('.') {
            Some((parent, key)) => self.path_mut(parent).fields_mut().remove(key),
            None => self.fields_mut().remove(path),
        }
        .unwrap_or_default()
    }

    /// Whether there is a field at a dotted path, be it `null`.
    pub fn has(&self, path: &str) -> bool {
        let (parent, key) = match path.rsplit_once('.') {
            Some((parent, key)) => (self.path(parent), key),
            None => (self, path),
        };
        parent.fields().get(key).is_some()
    }

    /// Adds an item to the list at a dotted path, making the list where it is missing.
    pub fn push(&mut self, path: &str, item: impl Into<Value>) {
        self.path_mut(path).items_mut().push(item.into());
    }
}

/// `"…"` as a value, a list of values, and so on.
macro_rules! from {
    ($($type:ty => $make:expr),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(source: $type) -> Value {
                #[allow(clippy::redundant_closure_call)]
                ($make)(source)
            }
        }
    )*};
}

from! {
    bool => Value::Bool,
    i64 => Value::Int,
    i32 => |n| Value::Int(i64::from(n)),
    u32 => |n| Value::Int(i64::from(n)),
    u16 => |n| Value::Int(i64::from(n)),
    usize => |n| Value::Int(n as i64),
    f64 => Value::Float,
    &str => |s: &str| Value::String(SmolStr::new(s)),
    &String => |s: &String| Value::String(SmolStr::new(s)),
    String => |s: String| Value::String(SmolStr::from(s)),
    SmolStr => Value::String,
    &SmolStr => |s: &SmolStr| Value::String(s.clone()),
    &Value => |v: &Value| v.clone(),
    Vec<Value> => Value::array,
    Map => |m: Map| Value::Object(Arc::new(m)),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(source: Option<T>) -> Value {
        source.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Value {
        Value::array(items.into_iter().map(Into::into).collect())
    }
}

/// From what serde_json reads.
impl From<serde_json::Value> for Value {
    fn from(source: serde_json::Value) -> Value {
        match source {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(flag),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Value::Int(whole),
                None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Value::from(text),
            serde_json::Value::Array(items) => items.into_iter().map(Value::from).collect(),
            serde_json::Value::Object(fields) => Value::from(fields.into_iter().map(|(key, value)| (SmolStr::from(key), Value::from(value))).collect::<Map>()),
        }
    }
}

#[cfg(test)]
mod tests;
