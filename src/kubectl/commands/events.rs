//! `kubectl events` (`k8s.io/kubectl/pkg/cmd/events`).

use crate::api::time;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::Printer;
use crate::kubectl::printers::table::TabWriter;
use crate::kubectl::resources;
use crate::server::request::Options;
use crate::value::{Sort, Value, json};

/// `events`.
pub const ENTRY: Entry = Entry { path: "events", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all-namespaces").short('A'),
        Flag::int("chunk-size", "500"),
        Flag::text("for"),
        Flag::bool("no-headers"),
        Flag::list("types"),
        Flag::bool("watch").short('w'),
    ];
    flags.extend(crate::kubectl::printers::print_flags());
    flags
}

/// How often new events are looked for.
const POLL_MS: u64 = 200;

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let wanted = subject(&invocation)?;
    for type_ in invocation.flags.list("types") {
        if !["Normal", "Warning"].iter().any(|known| known.eq_ignore_ascii_case(type_)) {
            return Err(Failure::text("valid --types are Normal or Warning"));
        }
    }
    let printer = Printer::of(&invocation, &[])?;
    let events = matching(&invocation, wanted.as_ref()).await?;
    if !printer.is_human() && !events.is_empty() {
        let mut list = json!({"apiVersion": "v1", "kind": "EventList", "metadata": {}});
        list.set("items", Value::array(events));
        return printer.print_object(&invocation.session, &list, invocation.flags.is("show-managed-fields"));
    }
    if events.is_empty() && !invocation.flags.is("watch") {
        let namespace = invocation.list_namespace();
        invocation.session.err_line(if namespace.is_empty() { "No events found.".to_string() } else { format!("No events found in {namespace} namespace.") });
        return Ok(());
    }
    let mut writer = TabWriter::new();
    let mut rows = if invocation.flags.is("no-headers") { Vec::new() } else { vec![headings(&invocation)] };
    rows.extend(events.iter().map(|event| row(&invocation, event)));
    invocation.session.out(writer.write(&rows));
    if invocation.flags.is("watch") { watch(&invocation, wanted.as_ref(), writer, events).await } else { Ok(()) }
}

async fn watch(invocation: &Invocation, wanted: Option<&(String, String)>, mut writer: TabWriter, mut known: Vec<Value>) -> Result<(), Failure> {
    loop {
        invocation.session.sleep_ms(POLL_MS).await;
        let events = matching(invocation, wanted).await?;
        let new: Vec<Vec<String>> = events.iter().filter(|event| !known.contains(event)).map(|event| row(invocation, event)).collect();
        if !new.is_empty() {
            invocation.session.out(writer.write(&new));
        }
        known = events;
    }
}

/// The kind and name of `--for`.
fn subject(invocation: &Invocation) -> Result<Option<(String, String)>, Failure> {
    match invocation.flags.text("for") {
        "" => Ok(None),
        text => {
            let Some((type_, name)) = text.split_once('/').filter(|(type_, name)| !type_.is_empty() && !name.is_empty()) else {
                return Err(Failure::text("--for must be in resource/name form"));
            };
            let Some(mapping) = resources::find(&invocation.session.registry(), type_) else {
                invocation.session.err_line(format!("the server doesn't have a resource type \"{type_}\""));
                return Err(Failure::Exit(1));
            };
            Ok(Some((mapping.kind.kind.to_string(), name.to_string())))
        }
    }
}

async fn matching(invocation: &Invocation, wanted: Option<&(String, String)>) -> Result<Vec<Value>, Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "events")?;
    let mut events = invocation.list(&mapping, invocation.list_namespace(), Options::default()).await?;
    let types = invocation.flags.list("types");
    events.retain(|event| {
        let about = event.get("involvedObject");
        wanted.is_none_or(|(kind, name)| about.get("kind").str() == kind && about.get("name").str() == name)
            && (types.is_empty() || types.iter().any(|type_| type_.eq_ignore_ascii_case(event.get("type").str())))
    });
    events.order_by_key(last_seen);
    Ok(events)
}

fn last_seen(event: &Value) -> u64 {
    let times = [event.path("series.lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime")];
    times.into_iter().find_map(|value| time::parse_rfc3339(value.str())).unwrap_or(0)
}

fn headings(invocation: &Invocation) -> Vec<String> {
    let mut headings = if invocation.flags.is("all-namespaces") { vec!["NAMESPACE".to_string()] } else { Vec::new() };
    headings.extend(["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"].map(String::from));
    headings
}

fn row(invocation: &Invocation, event: &Value) -> Vec<String> {
    let now_ms = invocation.session.now_ms();
    let age = |time_ms: u64| time::human_duration(now_ms as i64 - time_ms as i64);
    let count = event.path("series.count").as_i64().or(event.get("count").as_i64()).unwrap_or(1);
    let first = [event.get("firstTimestamp"), event.get("eventTime")].into_iter().find_map(|value| time::parse_rfc3339(value.str())).unwrap_or(0);
    let seen = if count > 1 { format!("{} (x{count} over {})", age(last_seen(event)), age(first)) } else { age(first) };
    let about = event.get("involvedObject");
    let mut row = if invocation.flags.is("all-namespaces") { vec![event.path("metadata.namespace").str().to_string()] } else { Vec::new() };
    row.extend([
        seen,
        event.get("type").str().to_string(),
        event.get("reason").str().to_string(),
        format!("{}/{}", about.get("kind").str(), about.get("name").str()),
        event.get("message").str().trim().to_string(),
    ]);
    row
}
