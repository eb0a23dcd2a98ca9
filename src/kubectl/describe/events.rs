//! The Events at the end of a description (`DescribeEvents`).

use super::text::{Text, number};
use crate::api::time;
use crate::value::Value;

/// Writes a table of events, oldest first.
pub fn write(text: &mut Text, events: &[Value], now_ms: u64) {
    if events.is_empty() {
        text.line(0, "Events:\t<none>");
        return;
    }
    text.line(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage");
    text.line(1, "----\t------\t----\t----\t-------");
    for event in sorted(events) {
        let component = [event.path("source.component"), event.get("reportingComponent")].into_iter().find(|name| !name.is_empty()).map_or("", Value::str);
        let field = event.path("involvedObject.fieldPath").str();
        let message = event.get("message").str().trim();
        let message = if field.is_empty() { message.to_string() } else { format!("{field}: {message}") };
        text.line(1, format!("{}\t{}\t{}\t{component}\t{}", event.get("type").str(), event.get("reason").str(), interval(event, now_ms), message.trim()));
    }
}

/// In the order in which they last happened.
fn sorted(events: &[Value]) -> Vec<&Value> {
    let mut events: Vec<&Value> = events.iter().collect();
    events.sort_by_key(|event| last_seen_ms(event));
    events
}

/// `5s`, or `3s (x4 over 20s)`.
fn interval(event: &Value, now_ms: u64) -> String {
    let first = first_seen_ms(event).map_or_else(|| "<unknown>".into(), |then_ms| time::human_duration(now_ms as i64 - then_ms as i64));
    let series = event.get("series");
    let (count, last_ms) = if series.is_null() {
        (number(event.get("count")), time::parse_rfc3339(event.get("lastTimestamp").str()))
    } else {
        (number(series.get("count")), time::parse_rfc3339(series.get("lastObservedTime").str()))
    };
    if count > 1 {
        let last = last_ms.map_or_else(|| "<unknown>".into(), |then_ms| time::human_duration(now_ms as i64 - then_ms as i64));
        return format!("{last} (x{count} over {first})");
    }
    first
}

fn first_seen_ms(event: &Value) -> Option<u64> {
    time::parse_rfc3339(event.get("firstTimestamp").str()).or_else(|| time::parse_rfc3339(event.get("eventTime").str()))
}

fn last_seen_ms(event: &Value) -> u64 {
    time::parse_rfc3339(event.get("lastTimestamp").str()).or_else(|| first_seen_ms(event)).unwrap_or(0)
}
