//! `json!`: literals of values, written as `serde_json::json!` is.
//!
//! What that one makes of an object is a hundred bytes of code a field, and the page has a thousand; this one lists the
//! fields and has a function make the object.

use super::{Map, SmolStr, Value};
use crate::value::{SortedMap, SortedSet};

/// A value from a literal: `json!({"metadata": {"name": name}, "list": [1, null]})`. Any expression that is [`ToValue`] may
/// stand for a value (it is only borrowed), and any in parentheses that is a string for a name.
macro_rules! json {
    // A list: the items that have been read stand in brackets.
    (@items [$($done:expr,)*]) => { $crate::value::Value::array(vec![$($done),*]) };
    (@items [$($done:expr,)*] null $(, $($rest:tt)*)?) => { $crate::value::json!(@items [$($done,)* $crate::value::Value::Null,] $($($rest)*)?) };
    (@items [$($done:expr,)*] [$($inner:tt)*] $(, $($rest:tt)*)?) => { $crate::value::json!(@items [$($done,)* $crate::value::json!([$($inner)*]),] $($($rest)*)?) };
    (@items [$($done:expr,)*] {$($inner:tt)*} $(, $($rest:tt)*)?) => { $crate::value::json!(@items [$($done,)* $crate::value::json!({$($inner)*}),] $($($rest)*)?) };
    (@items [$($done:expr,)*] $value:expr $(, $($rest:tt)*)?) => { $crate::value::json!(@items [$($done,)* $crate::value::json!($value),] $($($rest)*)?) };
    // An object: likewise.
    (@fields [$($done:expr,)*]) => { $crate::value::object_of(&mut [$($done),*]) };
    (@fields [$($done:expr,)*] $name:tt: null $(, $($rest:tt)*)?) => { $crate::value::json!(@fields [$($done,)* (AsRef::<str>::as_ref(&$name), $crate::value::Value::Null),] $($($rest)*)?) };
    (@fields [$($done:expr,)*] $name:tt: [$($inner:tt)*] $(, $($rest:tt)*)?) => { $crate::value::json!(@fields [$($done,)* (AsRef::<str>::as_ref(&$name), $crate::value::json!([$($inner)*])),] $($($rest)*)?) };
    (@fields [$($done:expr,)*] $name:tt: {$($inner:tt)*} $(, $($rest:tt)*)?) => { $crate::value::json!(@fields [$($done,)* (AsRef::<str>::as_ref(&$name), $crate::value::json!({$($inner)*})),] $($($rest)*)?) };
    (@fields [$($done:expr,)*] $name:tt: $value:expr $(, $($rest:tt)*)?) => { $crate::value::json!(@fields [$($done,)* (AsRef::<str>::as_ref(&$name), $crate::value::json!($value)),] $($($rest)*)?) };
    (null) => { $crate::value::Value::Null };
    ([$($items:tt)*]) => { $crate::value::json!(@items [] $($items)*) };
    ({}) => { $crate::value::Value::object() };
    ({$($fields:tt)*}) => { $crate::value::json!(@fields [] $($fields)*) };
    ($value:expr) => { $crate::value::ToValue::to_value(&$value) };
}

pub(crate) use json;

/// The object with these fields, which are taken.
pub(crate) fn object_of(fields: &mut [(&str, Value)]) -> Value {
    Value::from(fields.iter_mut().map(|(name, value)| (SmolStr::new(*name), std::mem::take(value))).collect::<Map>())
}

/// What can stand for a value in a `json!` literal.
pub trait ToValue {
    /// The value that this stands for.
    fn to_value(&self) -> Value;
}

macro_rules! to_value {
    ($($type:ty: $this:ident => $value:expr;)*) => {$(
        impl ToValue for $type {
            fn to_value(&self) -> Value {
                let $this = self;
                $value
            }
        }
    )*};
}

to_value! {
    Value: value => value.clone();
    Map: map => Value::from(map.clone());
    str: text => Value::from(text);
    String: text => Value::from(text);
    SmolStr: text => Value::from(text);
    bool: flag => Value::Bool(*flag);
    f64: number => Value::Float(*number);
    i64: number => Value::Int(*number);
    i32: number => Value::from(*number);
    u16: number => Value::from(*number);
    u32: number => Value::from(*number);
    usize: number => Value::from(*number);
    u64: number => i64::try_from(*number).map_or(Value::Float(*number as f64), Value::Int);
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }
}

impl<T: ToValue> ToValue for [T] {
    fn to_value(&self) -> Value {
        Value::array(self.iter().map(T::to_value).collect())
    }
}

impl<T: ToValue, const N: usize> ToValue for [T; N] {
    fn to_value(&self) -> Value {
        self.as_slice().to_value()
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Value {
        self.as_slice().to_value()
    }
}

impl<T: ToValue> ToValue for SortedSet<T> {
    fn to_value(&self) -> Value {
        Value::array(self.iter().map(T::to_value).collect())
    }
}

impl<K: AsRef<str>, V: ToValue> ToValue for SortedMap<K, V> {
    fn to_value(&self) -> Value {
        Value::from(self.iter().map(|(name, value)| (SmolStr::new(name), value.to_value())).collect::<Map>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_those_of_serde_json() {
        let (name, words, nothing) = ("web", ["a".to_string(), "b".into()], None::<i64>);
        let ours = json!({"b": [1, -2.5, null, {"x": true}, [], {}], "a": name, ("c.".to_string() + name): words, "d": nothing, "e": words.len() + 1,});
        let theirs =
            serde_json::json!({"b": [1, -2.5, null, {"x": true}, [], {}], "a": name, ("c.".to_string() + name): words, "d": nothing, "e": words.len() + 1,});
        assert_eq!(ours, Value::from(theirs));
        assert_eq!(words.len(), 2, "what stands in a literal is borrowed");
    }
}
