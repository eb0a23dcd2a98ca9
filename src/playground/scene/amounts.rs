//! Amounts of CPU and memory in the words of the node's meters.

use crate::value::{SmolStr, Value};

/// Thousandths of a CPU.
pub(super) fn milli(quantity: &Value) -> u64 {
    (number(quantity) * 1000.0).round() as u64
}

/// Bytes.
pub(super) fn whole(quantity: &Value) -> u64 {
    number(quantity).round() as u64
}

fn number(quantity: &Value) -> f64 {
    let Some(text) = quantity.as_str() else { return quantity.as_f64().unwrap_or(0.0) };
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        _ => 1.0,
    };
    digits.parse::<f64>().unwrap_or(0.0) * factor
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
    if all == 0 { 0 } else { (used.saturating_mul(100) / all).min(100) as u8 }
}

/// At most two digits after the point, none that says nothing.
fn decimal(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
