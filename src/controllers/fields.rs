//! Reading numbers and times of objects as controllers need them.

use crate::api::time;
use crate::value::{Map, SmolStr, Value};

/// An object of a few fields, made without detours: what is made a thousand times a sync.
pub(super) fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::from(fields.into_iter().map(|(key, value)| (SmolStr::new_static(key), value)).collect::<Map>())
}

/// The whole number at a dotted path, 0 where there is none: Go's zero value.
pub(super) fn count(object: &Value, path: &str) -> i64 {
    object.path(path).as_i64().unwrap_or(0)
}

/// `spec.replicas`, which the server has defaulted.
pub(super) fn replicas(object: &Value) -> i64 {
    object.get("spec").get("replicas").as_i64().unwrap_or(1)
}

/// A time of an object in milliseconds since the Unix epoch; `None` where there is none.
pub(super) fn time_ms(value: &Value) -> Option<u64> {
    time::parse_rfc3339(value.as_str()?)
}

/// When the object was made.
pub(super) fn created_ms(object: &Value) -> u64 {
    time_ms(object.get("metadata").get("creationTimestamp")).unwrap_or(0)
}

/// An `IntOrString`: a number, or a percentage of `total` (`intstr.GetScaledValueFromIntOrPercent`).
pub(super) fn scaled(value: &Value, total: i64, round_up: bool) -> i64 {
    if let Some(number) = value.as_i64() {
        return number;
    }
    let percent = value.str().trim_end_matches('%').parse::<i64>().unwrap_or(0);
    let product = percent.saturating_mul(total);
    if round_up { (product + 99).div_euclid(100) } else { product.div_euclid(100) }
}
