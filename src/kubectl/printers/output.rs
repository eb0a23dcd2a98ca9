//! `-o` and what it chooses.

use super::custom_columns::CustomColumns;
use super::jsonpath::JsonPath;
use super::template::{Stopped, Template};
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources::Mapping;
use crate::kubectl::session::Session;
use crate::kubectl::source::Info;
use crate::manifest::{write_json, write_json_in_order, write_kyaml, write_yaml};
use crate::value::{Sort, Value, json};

/// How objects are shown.
#[derive(Clone)]
pub enum Printer {
    /// For people, in the command's own words.
    Human {
        /// `-o wide`.
        wide: bool,
    },
    /// `deployment.apps/web`.
    Name,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// YAML in flow style.
    Kyaml,
    /// What a Go template makes of objects.
    Template {
        /// The template as it was given.
        text: String,
        /// The template.
        template: Template,
    },
    /// What a JSONPath template makes of objects, as text or as a JSON list.
    JsonPath {
        /// The template as it was given.
        template: String,
        /// The template.
        path: JsonPath,
        /// `-o jsonpath-as-json`.
        as_json: bool,
    },
    /// Columns of the person's choice.
    CustomColumns {
        /// The columns.
        columns: CustomColumns,
        /// Whether their headings are shown.
        headings: bool,
    },
}

/// The flags that choose a printer.
pub fn print_flags() -> Vec<Flag> {
    vec![Flag::text("output").short('o'), Flag::bool("show-managed-fields"), Flag::text("template"), Flag::on("allow-missing-template-keys")]
}

impl Printer {
    /// What `-o` asks for; `extra` are formats of the command's own (`wide`, `custom-columns`).
    ///
    /// # Errors
    /// kubectl's words for a format that doesn't exist, or a template that can't be read.
    pub fn of(invocation: &Invocation, extra: &[&str]) -> Result<Printer, Failure> {
        let format = invocation.flags.text("output");
        let (name, argument) = match format.split_once('=') {
            Some((name, argument)) => (name, argument),
            None => (format, invocation.flags.text("template")),
        };
        let read = |path: &str, what: &str| -> Result<String, Failure> {
            let files = invocation.session.files();
            files.get(path).map(str::to_string).ok_or_else(|| Failure::text(format!("error reading {what} {path}, open {path}: no such file or directory\n")))
        };
        let file = |path: &str| read(path, "--template");
        match name {
            "" if argument.is_empty() => Ok(Printer::Human { wide: false }),
            "wide" if extra.contains(&"wide") => Ok(Printer::Human { wide: true }),
            "name" => Ok(Printer::Name),
            "json" => Ok(Printer::Json),
            "yaml" => Ok(Printer::Yaml),
            "kyaml" => Ok(Printer::Kyaml),
            "go-template" | "template" | "go-template-file" | "templatefile" => {
                if argument.is_empty() {
                    return Err(Failure::text("template format specified but no template given"));
                }
                let text = if name.ends_with("file") { file(argument)? } else { argument.to_string() };
                let template = Template::parse(&text).map_err(|why| Failure::text(format!("error parsing template {text}, {why}\n")))?;
                Ok(Printer::Template { text, template })
            }
            // A template alone is one of Go's.
            "" => {
                let template = Template::parse(argument).map_err(|why| Failure::text(format!("error parsing template {argument}, {why}\n")))?;
                Ok(Printer::Template { text: argument.to_string(), template })
            }
            "jsonpath" | "jsonpath-file" | "jsonpath-as-json" => {
                if argument.is_empty() {
                    return Err(Failure::text("template format specified but no template given"));
                }
                let template = if name == "jsonpath-file" { file(argument)? } else { argument.to_string() };
                let mut path = JsonPath::parse(&template).map_err(|why| Failure::text(format!("error parsing jsonpath {template}, {why}\n")))?;
                path.allow_missing = invocation.flags.is("allow-missing-template-keys");
                Ok(Printer::JsonPath { template, path, as_json: name == "jsonpath-as-json" })
            }
            "custom-columns" | "custom-columns-file" if extra.contains(&"custom-columns") => {
                let columns = if name == "custom-columns" { CustomColumns::parse(argument)? } else { CustomColumns::parse_file(&read(argument, "template")?)? };
                Ok(Printer::CustomColumns { columns, headings: !invocation.flags.is("no-headers") })
            }
            _ => Err(unknown_format(format, extra)),
        }
    }

    /// Whether the command's own words are shown.
    pub fn is_human(&self) -> bool {
        matches!(self, Printer::Human { .. })
    }

    /// Shows an object that something was done to: in words (`configmap/a created`), or as asked.
    ///
    /// # Errors
    /// Where a template doesn't fit the object.
    pub fn print(&self, session: &Session, invocation: &Invocation, mapping: &Mapping, object: &Value, done: &str) -> Result<(), Failure> {
        let name = format!("{}/{}", mapping.object_kind(), object.path("metadata.name").str());
        match self {
            Printer::Human { .. } => session.out_line(if done.is_empty() { name } else { format!("{name} {done}") }),
            Printer::Name => session.out_line(name),
            _ => self.print_object(session, object, invocation.flags.is("show-managed-fields"))?,
        }
        Ok(())
    }

    /// Shows an object (or a list) as JSON, YAML or through a template.
    ///
    /// # Errors
    /// Where a template doesn't fit the object.
    pub fn print_object(&self, session: &Session, object: &Value, managed_fields: bool) -> Result<(), Failure> {
        // Templates see managed fields, as upstream's do; only JSON and YAML hide them.
        let shown = || if managed_fields { object.clone() } else { without_managed_fields(object) };
        match self {
            Printer::Json => session.out(write_json(&shown())),
            Printer::Yaml => session.out(write_yaml(&shown())),
            Printer::Kyaml => session.out(write_kyaml(&shown())),
            Printer::Template { text, template } => {
                let Stopped { written, why } = match template.text(object) {
                    Ok(written) => {
                        session.out(written);
                        return Ok(());
                    }
                    Err(stopped) => stopped,
                };
                session.out(format!("{written}Error executing template: {why}. Printing more information for debugging the template:\n"));
                session.out(format!("\ttemplate was:\n\t\t{text}\n\traw data was:\n\t\t{}\n", crate::manifest::write_json_compact(object)));
                session.out(format!("\tobject given to template engine was:\n\t\t{}\n\n", super::custom_columns::go_text(object)));
                return Err(Failure::text(format!("error executing template {text:?}: {why}")));
            }
            Printer::JsonPath { template, path, as_json } => {
                let text = if *as_json { path.json(object) } else { path.text(object) };
                let failure = |why: String| {
                    let mut message = format!(
                        "error executing jsonpath {template:?}: Error executing template: {why}. Printing more information for debugging the template:\n"
                    );
                    message += &format!("\ttemplate was:\n\t\t{template}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n", go_syntax(object));
                    Failure::text(message)
                };
                session.out(text.map_err(failure)?);
            }
            Printer::CustomColumns { columns, headings } => {
                let objects = if object.get("items").is_array() { object.get("items").items().to_vec() } else { vec![object.clone()] };
                session.out(columns.table(&objects, *headings)?);
            }
            Printer::Human { .. } | Printer::Name => {}
        }
        Ok(())
    }
}

/// Shows objects that a command has written: a single one as it is, several as a list.
///
/// # Errors
/// Where a template doesn't fit.
pub fn print_list(session: &Session, printer: &Printer, infos: &[Info], managed_fields: bool) -> Result<(), Failure> {
    match infos {
        [] => Ok(()),
        [one] => printer.print_object(session, &one.object, managed_fields),
        many => {
            // A typed list: its metadata is empty, while that of the lists that `get` makes has a version, and its fields come in Go's order.
            let mut list = json!({"kind": "List", "apiVersion": "v1", "metadata": {}});
            list.set("items", many.iter().map(|info| info.object.clone()).collect::<Value>());
            if matches!(printer, Printer::Json) {
                let list = if managed_fields { list } else { without_managed_fields(&list) };
                session.out(write_json_in_order(&list, &["kind", "apiVersion", "metadata", "items"]));
                return Ok(());
            }
            printer.print_object(session, &list, managed_fields)
        }
    }
}

/// A `v1` `List`, as kubectl makes it of objects of any kind.
pub fn list_of(objects: Vec<Value>) -> Value {
    let mut list = json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}});
    list.set("items", Value::array(objects));
    list
}

/// The object, or list of objects, without what only the server's bookkeeping needs.
pub fn without_managed_fields(object: &Value) -> Value {
    let mut object = object.clone();
    if object.has("metadata.managedFields") {
        object.remove("metadata.managedFields");
    }
    if object.get("items").items().iter().any(|item| item.has("metadata.managedFields")) {
        for item in object.get_mut("items").items_mut() {
            item.remove("metadata.managedFields");
        }
    }
    object
}

/// A value as Go's `%#v` writes it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::String(_) => format!("{:?}", value.str()),
        Value::Array(items) => format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let mut pairs: Vec<String> = fields.iter().map(|(key, value)| format!("{:?}:{}", key.as_str(), go_syntax(value))).collect();
            pairs.order();
            format!("map[string]interface {{}}{{{}}}", pairs.join(", "))
        }
        other => other.to_json(),
    }
}

fn unknown_format(format: &str, extra: &[&str]) -> Failure {
    let mut formats =
        vec!["go-template", "go-template-file", "json", "jsonpath", "jsonpath-as-json", "jsonpath-file", "kyaml", "name", "template", "templatefile", "yaml"];
    formats.extend(extra);
    formats.order();
    Failure::text(format!("unable to match a printer suitable for the output format \"{format}\", allowed formats are: {}", formats.join(",")))
}
