//! What a refused edit would change, as upstream shows it: an indented difference of two Go structs.

use crate::value::Value;

/// The difference between two values of the Go type `type_name`.
pub fn difference(_type_name: &str, old: &Value, new: &Value) -> String {
    let (before, after) = (pretty(old), pretty(new));
    let common = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let tail = before[common..].iter().rev().zip(after[common..].iter().rev()).take_while(|(a, b)| a == b).count();
    let from = common.saturating_sub(3);
    let (end_before, end_after) = ((before.len() - tail + 3).min(before.len()), (after.len() - tail + 3).min(after.len()));
    let mut text = format!("@@ -{},{} +{},{} @@\n", from + 1, end_before - from, from + 1, end_after - from);
    before[from..common].iter().for_each(|line| text.push_str(&format!(" {line}\n")));
    before[common..before.len() - tail].iter().for_each(|line| text.push_str(&format!("-{line}\n")));
    after[common..after.len() - tail].iter().for_each(|line| text.push_str(&format!("+{line}\n")));
    after[after.len() - tail..end_after].iter().for_each(|line| text.push_str(&format!(" {line}\n")));
    text.push('\n');
    text
}

fn pretty(value: &Value) -> Vec<String> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.lines().map(|line| line.replace("  ", " ")).collect()
}
