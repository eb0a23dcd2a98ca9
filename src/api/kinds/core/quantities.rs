//! Comparing quantities as they stand in objects, where an unreadable one counts as nothing (the schema has refused it before).

use crate::api::quantity::Quantity;
use crate::value::Value;
use std::cmp::Ordering;

fn read(value: &Value) -> Option<Quantity> {
    Quantity::from_value(value).ok()
}

/// How `a` compares with `b`.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    read(a).cmp(&read(b))
}

/// Whether it is below zero.
pub fn is_negative(value: &Value) -> bool {
    compare(value, &Value::from("0")) == Ordering::Less && read(value).is_some()
}

/// Whether it is zero or below.
pub fn is_not_positive(value: &Value) -> bool {
    compare(value, &Value::from("0")) != Ordering::Greater
}
