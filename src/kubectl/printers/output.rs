//! `-o` and what it chooses.

use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources::Mapping;
use crate::kubectl::session::Session;
use crate::manifest::{write_json, write_yaml};
use crate::value::Value;

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
}

/// The flags that choose a printer.
pub fn print_flags() -> Vec<Flag> {
    vec![
        Flag::text("output", "How to show objects: json, yaml, kyaml, name, jsonpath, go-template, custom-columns and others.").short('o'),
        Flag::bool("show-managed-fields", "Show the managed fields of objects in JSON and YAML too."),
        Flag::text("template", "The template for -o jsonpath and -o go-template."),
        Flag::on("allow-missing-template-keys", "Show nothing for fields of a template that an object does not have."),
    ]
}

impl Printer {
    /// What `-o` asks for.
    ///
    /// # Errors
    /// kubectl's words for a format that doesn't exist; `extra` are formats of the command's own (`wide`).
    pub fn of(invocation: &Invocation, extra: &[&str]) -> Result<Printer, Failure> {
        let format = invocation.flags.text("output");
        match format {
            "" => Ok(Printer::Human { wide: false }),
            "wide" if extra.contains(&"wide") => Ok(Printer::Human { wide: true }),
            "name" => Ok(Printer::Name),
            "json" => Ok(Printer::Json),
            "yaml" => Ok(Printer::Yaml),
            other => Err(unknown_format(other, extra)),
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
        let shown = if managed_fields { object.clone() } else { without_managed_fields(object) };
        match self {
            Printer::Json => session.out(write_json(&shown)),
            Printer::Yaml => session.out(write_yaml(&shown)),
            Printer::Human { .. } | Printer::Name => {}
        }
        Ok(())
    }
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

fn unknown_format(format: &str, extra: &[&str]) -> Failure {
    let mut formats = vec!["go-template", "go-template-file", "json", "jsonpath", "jsonpath-as-json", "jsonpath-file", "kyaml", "name", "template", "templatefile", "yaml"];
    formats.extend(extra);
    formats.sort_unstable();
    Failure::text(format!("unable to match a printer suitable for the output format \"{format}\", allowed formats are: {}", formats.join(",")))
}
