//! The tables of `kubectl get`: the server makes the rows, kubectl the columns (`k8s.io/cli-runtime/pkg/printers/tableprinter.go`).

use crate::kubectl::arguments::Named;
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::printers::custom_columns::go_text;
use crate::kubectl::printers::table::{Cells, TabWriter, cell_text};
use crate::kubectl::printers::{Printer, sort};
use crate::kubectl::resources::Mapping;
use crate::server::request::Verb;
use crate::value::Value;

/// How the rows of a table are shown.
pub(super) struct Layout {
    wide: bool,
    show_kind: bool,
    with_namespace: bool,
    show_labels: bool,
    label_columns: Vec<String>,
    no_headers: bool,
}

impl Layout {
    /// What the flags ask for; `several_kinds` makes names start with their kind.
    pub(super) fn of(invocation: &Invocation, printer: &Printer, several_kinds: bool) -> Layout {
        Layout {
            wide: matches!(printer, Printer::Human { wide: true }),
            show_kind: invocation.flags.is("show-kind") || several_kinds,
            with_namespace: invocation.flags.is("all-namespaces"),
            show_labels: invocation.flags.is("show-labels"),
            label_columns: invocation.flags.list("label-columns").to_vec(),
            no_headers: invocation.flags.is("no-headers"),
        }
    }

    /// The places of the columns that are shown.
    pub(super) fn shown(&self, table: &Value) -> Vec<usize> {
        let columns = table.get("columnDefinitions").items();
        (0..columns.len()).filter(|index| self.wide || columns[*index].get("priority").as_i64().unwrap_or(0) == 0).collect()
    }

    /// The headings of a table.
    pub(super) fn headings(&self, mapping: &Mapping, table: &Value) -> Vec<String> {
        let columns = table.get("columnDefinitions").items();
        let mut row: Vec<String> = Vec::new();
        if self.with_namespace && mapping.kind.namespaced {
            row.push("NAMESPACE".into());
        }
        row.extend(self.shown(table).into_iter().map(|index| columns[index].get("name").str().to_uppercase()));
        row.extend(self.label_columns.iter().map(|label| label.rsplit('/').next().unwrap_or(label).to_uppercase()));
        if self.show_labels {
            row.push("LABELS".into());
        }
        row
    }

    /// Adds a row with its cells in the columns that are `shown`.
    pub(super) fn add_row<'a>(&self, mapping: &Mapping, table: &Value, shown: &[usize], row: &'a Value, texts: &mut Cells<'a>) {
        let metadata = || row.get("object").get("metadata");
        let columns = table.get("columnDefinitions").items();
        let cells = row.get("cells").items();
        if self.with_namespace && mapping.kind.namespaced {
            texts.push(metadata().get("namespace").str().into());
        }
        for &index in shown {
            let text = match cells.get(index) {
                None | Some(Value::Null) => "".into(),
                Some(Value::String(text)) => cell_text(text),
                Some(cell) => cell_text(&go_text(cell)).into_owned().into(),
            };
            let is_name = || columns[index].get("format").str() == "name" || (index == 0 && columns[index].get("name").str() == "Name");
            texts.push(if self.show_kind && is_name() { format!("{}/{text}", mapping.object_kind()).into() } else { text });
        }
        if self.show_labels || !self.label_columns.is_empty() {
            let labels = metadata().get("labels").fields();
            self.label_columns.iter().for_each(|label| texts.push(labels.get(label).map_or("", Value::str).into()));
            if self.show_labels {
                let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={}", value.str())).collect();
                texts.push(if pairs.is_empty() { "<none>".into() } else { pairs.join(",").into() });
            }
        }
        texts.end_row();
    }

    /// A whole table as text.
    fn text(&self, mapping: &Mapping, table: &Value) -> String {
        let mut cells = Cells::default();
        if !self.no_headers {
            self.headings(mapping, table).into_iter().for_each(|heading| cells.push(heading.into()));
            cells.end_row();
        }
        let shown = self.shown(table);
        table.get("rows").items().iter().for_each(|row| self.add_row(mapping, table, &shown, row, &mut cells));
        TabWriter::new().write_cells(&cells)
    }

    /// Whether headings are left out.
    pub(super) fn without_headings(&self) -> bool {
        self.no_headers
    }
}

/// Asks for the table of a kind, or of one object of it.
///
/// # Errors
/// The server's refusal.
pub(super) async fn ask(invocation: &Invocation, mapping: &Mapping, name: &str) -> Result<Value, Failure> {
    let (verb, namespace) = if name.is_empty() { (Verb::List, invocation.list_namespace()) } else { (Verb::Get, invocation.namespace.as_str()) };
    let mut request = invocation.request_for(verb, mapping, namespace, name);
    if verb == Verb::List {
        request.options = invocation.list_options();
    }
    request.subresource = invocation.flags.text("subresource").into();
    request.options.as_table = true;
    invocation.send(request).await
}

/// Shows what the arguments name, a table a kind.
pub(super) async fn show(invocation: &Invocation, printer: &Printer, named: &Named) -> Result<(), Failure> {
    let mut failures = Vec::new();
    let mut tables: Vec<(&Mapping, Value)> = Vec::new();
    if named.names.is_empty() {
        for mapping in &named.mappings {
            match ask(invocation, mapping, "").await {
                Ok(table) => tables.push((mapping, table)),
                Err(failure) => failures.push(failure.of_list(mapping, invocation.flags.text("selector"), invocation.flags.text("field-selector"))),
            }
        }
    }
    for (index, name) in &named.names {
        let mapping = &named.mappings[*index];
        match ask(invocation, mapping, name).await {
            Ok(table) => match tables.last_mut() {
                Some((last, known)) if last.kind.resource() == mapping.kind.resource() => {
                    known.path_mut("rows").items_mut().extend(table.get("rows").items().iter().cloned());
                }
                _ => tables.push((mapping, table)),
            },
            Err(failure) if failure.is_not_found() && invocation.flags.is("ignore-not-found") => {}
            Err(failure) => failures.push(failure),
        }
    }
    let layout = Layout::of(invocation, printer, named.mappings.len() > 1);
    let mut written = 0;
    for (mapping, table) in &mut tables {
        if table.get("rows").items().is_empty() {
            continue;
        }
        // kubectl finds nothing to print where it can't sort.
        if sorted(invocation, mapping, table, named).await.is_err() {
            continue;
        }
        if written > 0 {
            invocation.session.out_line("");
        }
        invocation.session.out(layout.text(mapping, table));
        written += 1;
    }
    if written == 0 && failures.is_empty() && !invocation.flags.is("ignore-not-found") {
        let namespaced = !invocation.flags.is("all-namespaces") && named.mappings.iter().all(|mapping| mapping.kind.namespaced);
        let text = if namespaced { format!("No resources found in {} namespace.", invocation.namespace) } else { "No resources found".into() };
        invocation.session.err_line(text);
    }
    Failure::of(failures)
}

/// `--sort-by`: rows have no specs, so the objects are asked for too.
async fn sorted(invocation: &Invocation, mapping: &Mapping, table: &mut Value, named: &Named) -> Result<(), Failure> {
    let sort_by = invocation.flags.text("sort-by");
    if sort_by.is_empty() {
        return Ok(());
    }
    let only = Named { mappings: vec![mapping.clone()], names: Vec::new(), single: false };
    let objects = if named.names.is_empty() { invocation.fetch(&only).await.0 } else { Vec::new() };
    let rows = table.get("rows").items().to_vec();
    let object_of = |row: &Value| {
        let metadata = row.path("object.metadata");
        let found = objects.iter().find(|info| info.name == metadata.get("name").str() && info.namespace == metadata.get("namespace").str());
        found.map_or_else(|| row.get("object").clone(), |info| info.object.clone())
    };
    let keys: Vec<Value> = rows.iter().map(object_of).collect();
    let order = sort::order(&keys, sort_by)?;
    table.set("rows", order.into_iter().map(|place| rows[place].clone()).collect::<Value>());
    Ok(())
}
