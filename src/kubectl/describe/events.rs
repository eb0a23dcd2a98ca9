//! The events at the end of a description.

use super::text::Text;
use crate::api::time;
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::resources;
use crate::kubectl::source::Info;
use crate::server::request::Options;
use crate::value::{SmolStr, Sort, Value};

/// When an event was seen last, as text that sorts.
pub(crate) fn last_seen(event: &Value) -> &str {
    let times = [event.path("series.lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"), event.path("metadata.creationTimestamp")];
    times.into_iter().map(Value::str).find(|time| !time.is_empty()).unwrap_or("")
}

/// `12s`, or `12s (x4 over 16s)` for one that was seen several times.
pub(crate) fn interval(event: &Value, now_ms: u64) -> String {
    let first = [event.get("eventTime"), event.get("firstTimestamp")].into_iter().map(Value::str).find(|time| !time.is_empty()).unwrap_or("");
    let since = time::age(first, now_ms);
    if !event.get("series").is_empty() {
        let (last, count) = (event.path("series.lastObservedTime").str(), event.path("series.count").as_i64().unwrap_or(0));
        return format!("{} (x{count} over {since})", time::age(last, now_ms));
    }
    match event.get("count").as_i64() {
        Some(count) if count > 1 => format!("{} (x{count} over {since})", time::age(event.get("lastTimestamp").str(), now_ms)),
        _ => since,
    }
}

/// Writes the events of an object.
pub(super) async fn describe(invocation: &Invocation, info: &Info, text: &mut Text) -> Result<(), Failure> {
    let Some(mapping) = resources::find(&invocation.session.registry(), "events") else {
        text.line(0, "Events:\t<none>");
        return Ok(());
    };
    // Controllers name a node by its UID, kubelets by its name.
    let mut uids = vec![info.object.path("metadata.uid").str()];
    if info.mapping.kind.kind == "Node" {
        uids.push(&info.name);
    }
    let mut events = Vec::new();
    for uid in uids {
        let selector = format!(
            "involvedObject.name={},involvedObject.namespace={},involvedObject.kind={},involvedObject.uid={uid}",
            info.name, info.namespace, info.mapping.kind.kind
        );
        let options = Options { field_selector: SmolStr::from(selector), ..Options::default() };
        events.extend(invocation.list(&mapping, &info.namespace, options).await.unwrap_or_default());
    }
    if events.is_empty() {
        text.line(0, "Events:\t<none>");
        return Ok(());
    }
    events.order_by(|a, b| last_seen(a).cmp(last_seen(b)));
    text.flush();
    text.line(0, "Events:");
    text.line(1, "Type\tReason\tAge\tFrom\tMessage");
    text.line(1, "----\t------\t----\t----\t-------");
    for event in &events {
        let source = [event.path("source.component"), event.get("reportingComponent")].into_iter().map(Value::str).find(|name| !name.is_empty()).unwrap_or("");
        let part = event.path("involvedObject.fieldPath").str();
        let message = event.get("message").str().trim();
        let message = if part.is_empty() { message.to_string() } else { format!("{part}: {message}") };
        let age = interval(event, invocation.session.now_ms());
        text.line(1, format!("{}\t{}\t{age}\t{source}\t{message}", event.get("type").str(), event.get("reason").str()));
    }
    Ok(())
}
