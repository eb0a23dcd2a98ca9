//! `kubectl get --watch`.

use super::get_table::{Layout, ask};
use crate::kubectl::arguments::Named;
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::printers::Printer;
use crate::kubectl::printers::table::{Cells, TabWriter};
use crate::value::{SortedMap, Value};

/// How often changes are looked for.
const POLL_MS: u64 = 100;

/// Shows what there is, and then every change, until it is cancelled (or the one object is gone and was named).
pub(super) async fn watch(invocation: &Invocation, printer: &Printer, named: &Named) -> Result<(), Failure> {
    let [mapping] = named.mappings.as_slice() else {
        return Err(Failure::text("you may only specify a single resource type"));
    };
    if named.names.len() > 1 {
        return Err(Failure::text("you may only specify a single resource type"));
    }
    let name = named.names.first().map_or("", |(_, name)| name.as_str());
    let layout = Layout::of(invocation, printer, false);
    let mut writer = TabWriter::new();
    let mut known: SortedMap<(String, String), Value> = SortedMap::new();
    let mut headings_shown = layout.without_headings() || !printer.is_human();
    let mut first = true;
    let events = invocation.flags.is("output-watch-events");
    let end_ms = invocation.request_timeout_ms().map(|timeout_ms| invocation.session.now_ms() + timeout_ms);
    loop {
        if end_ms.is_some_and(|end_ms| invocation.session.now_ms() >= end_ms) {
            return Ok(());
        }
        let table = match ask(invocation, mapping, name).await {
            Ok(table) => table,
            Err(failure) if failure.is_not_found() && !first => Value::Null,
            Err(failure) => return Err(failure),
        };
        let mut changes: Vec<(&str, Value)> = Vec::new();
        let mut now = SortedMap::new();
        for row in table.get("rows").items() {
            let metadata = row.path("object.metadata");
            let key = (metadata.get("namespace").str().to_string(), metadata.get("name").str().to_string());
            match known.get(&key) {
                None => changes.push(("ADDED", row.clone())),
                Some(before) if before.path("object.metadata.resourceVersion") != metadata.get("resourceVersion") => changes.push(("MODIFIED", row.clone())),
                Some(_) => {}
            }
            now.insert(key, row.clone());
        }
        changes.extend(known.iter().filter(|(key, _)| !now.contains_key(*key)).map(|(_, row)| ("DELETED", row.clone())));
        known = now;
        if !(first && invocation.flags.is("watch-only")) {
            for (event, row) in changes {
                if !printer.is_human() {
                    show_object(invocation, printer, mapping, &row).await?;
                    continue;
                }
                let mut cells = Cells::default();
                if !headings_shown {
                    headings_shown = true;
                    let event = events.then(|| "EVENT".to_string());
                    event.into_iter().chain(layout.headings(mapping, &table)).for_each(|heading| cells.push(heading.into()));
                    cells.end_row();
                }
                if events {
                    cells.push(event.into());
                }
                layout.add_row(mapping, &table, &layout.shown(&table), &row, &mut cells);
                invocation.session.out(writer.write_cells(&cells));
            }
        }
        first = false;
        invocation.session.sleep_ms(POLL_MS).await;
    }
}

async fn show_object(invocation: &Invocation, printer: &Printer, mapping: &crate::kubectl::resources::Mapping, row: &Value) -> Result<(), Failure> {
    let metadata = row.path("object.metadata");
    let object = match invocation.get(mapping, metadata.get("namespace").str(), metadata.get("name").str()).await {
        Ok(object) => object,
        Err(failure) if failure.is_not_found() => row.get("object").clone(),
        Err(failure) => return Err(failure),
    };
    if matches!(printer, Printer::Name) {
        return printer.print(&invocation.session, invocation, mapping, &object, "");
    }
    printer.print_object(&invocation.session, &object, invocation.flags.is("show-managed-fields"))
}
