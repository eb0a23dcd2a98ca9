//! Amounts of CPU and memory in the words of the node's meters.

use crate::api::quantity::Quantity;
use crate::value::{SmolStr, Value};

/// Thousandths of a CPU; nothing where it can't be read.
pub(super) fn milli(quantity: &Value) -> u64 {
    Quantity::from_value(quantity).map_or(0, |quantity| quantity.milli_value().max(0) as u64)
}

/// Bytes; none where it can't be read.
pub(super) fn whole(quantity: &Value) -> u64 {
    Quantity::from_value(quantity).map_or(0, |quantity| quantity.value().max(0) as u64)
}

/// `2.5 of 4`.
pub(super) fn cpu_text(used_milli: u64, all_milli: u64) -> SmolStr {
    SmolStr::from(format!("{} of {}", decimal(used_milli as f64 / 1000.0), decimal(all_milli as f64 / 1000.0)))
}

/// `3.8 of 8 Gi`.
pub(super) fn memory_text(used_bytes: u64, all_bytes: u64) -> SmolStr {
    const GI: f64 = 1_073_741_824.0;
    SmolStr::from(format!("{} of {} Gi", decimal(used_bytes as f64 / GI), decimal(all_bytes as f64 / GI)))
}

/// 0 to 100.
pub(super) fn percent(used: u64, all: u64) -> u8 {
    used.saturating_mul(100).checked_div(all).unwrap_or(0).min(100) as u8
}

/// At most two digits after the point, none that says nothing.
fn decimal(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
