//! `kubectl explain` (`k8s.io/kubectl/pkg/explain/v2`, the template `plaintext`).

mod custom;

use crate::api::enums;
use crate::api::reference;
use crate::api::schema::{self, Definition, Field, FieldType};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources::{self, Mapping};
use std::fmt::Write;

/// `explain`.
pub const ENTRY: Entry = Entry { path: "explain", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    vec![Flag::text("api-version"), Flag::text("output").short('o').or("plaintext"), Flag::bool("recursive")]
}

/// How wide descriptions are.
const WIDTH: usize = 76;
/// How deep `--recursive` goes: definitions such as JSONSchemaProps contain themselves.
const MAX_DEPTH: usize = 12;

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let [argument] = invocation.arguments.as_slice() else {
        return Err(match invocation.arguments.len() {
            0 => Failure::text("You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources."),
            _ => Failure::text("We accept only this format: explain RESOURCE"),
        });
    };
    let output = invocation.flags.text("output");
    if !["plaintext", "plaintext-openapiv2"].contains(&output) {
        return Err(Failure::text(format!("unrecognized format: {output}")));
    }
    reference::texts().map_err(|why| Failure::text(format!("the descriptions of Kubernetes' fields {why}")))?;
    if argument.contains(['[', ']']) {
        return Err(Failure::text("invalid jsonpath syntax, first node must be field node"));
    }
    let (mapping, path) = resolve(&invocation, argument)?;
    let kind = &mapping.kind;
    let api_version = invocation.flags.text("api-version");
    let (group, version) = match api_version.rsplit_once('/').unwrap_or(("", api_version)) {
        (_, "") => (kind.group.as_str(), mapping.version.as_str()),
        given => given,
    };
    let mut text = String::new();
    if !kind.group.is_empty() {
        let _ = writeln!(text, "GROUP:      {}", kind.group);
    }
    let _ = writeln!(text, "KIND:       {}\nVERSION:    {version}\n", kind.kind);
    let recursive = invocation.flags.is("recursive");
    let outcome = if let Some(root) = schema::for_kind(group, version, &kind.kind) {
        at_path(&mut text, root, &path, recursive)
    } else {
        let is_custom = group == kind.group && kind.versions.iter().any(|served| served.definition.is_empty());
        match if is_custom { custom::schema_of(&invocation, &mapping, version).await? } else { None } {
            Some(root) => custom::explain(&mut text, &root, &path, recursive),
            None => return Err(not_served(&invocation, group, version, &kind.plural)),
        }
    };
    if let Err(failure) = outcome {
        invocation.session.out(text);
        return Err(failure);
    }
    invocation.session.out(text + "\n");
    Ok(())
}

fn not_served(invocation: &Invocation, group: &str, version: &str, plural: &str) -> Failure {
    let resource = format!("{group}/{version}, Resource={plural}");
    let is_served = invocation.session.registry().all().any(|kind| kind.group == group && kind.versions.iter().any(|served| served.name == version));
    Failure::text(match is_served {
        true => format!("GVR ({resource}) not found in OpenAPI schema"),
        false => format!("couldn't find resource for \"{resource}\""),
    })
}

/// Upstream names the last field of a path, whichever is missing.
fn no_such_field(path: &[String]) -> Failure {
    Failure::text(format!("field \"{}\" does not exist", path.last().map_or("", String::as_str)))
}

/// Writes what is at a path of a definition.
fn at_path(text: &mut String, root: &'static Definition, path: &[String], recursive: bool) -> Result<(), Failure> {
    if path.is_empty() {
        describe(text, &[root.description()], Some(root), recursive);
        return Ok(());
    }
    let (parent, field) = find(root, path).ok_or_else(|| no_such_field(path))?;
    let _ = writeln!(text, "FIELD: {} <{}>", field.name, type_name(&field.type_));
    let words = enums::words(parent.name, field.name);
    if !words.is_empty() {
        let _ = writeln!(text, "ENUM:");
        for word in &words {
            let _ = writeln!(text, "    {}", shown(word.value));
        }
    }
    text.push_str("\n\n");
    let inner = field.type_.item_definition();
    let own = field_description(parent, field);
    let of_type = type_description(&field.type_);
    let of_type = if of_type == own { "" } else { of_type };
    describe(text, &[&own, of_type], inner.filter(|inner| !inner.fields().is_empty()), recursive);
    Ok(())
}

/// `deployment.spec.strategy` → the kind, and the path in it. The first word may be `ingresses.networking.k8s.io` too, or a type of a given version.
fn resolve(invocation: &Invocation, argument: &str) -> Result<(Mapping, Vec<String>), Failure> {
    let registry = invocation.session.registry();
    let words: Vec<&str> = argument.split('.').filter(|word| !word.is_empty()).collect();
    let (first, path) = words.split_first().map_or(("", &[][..]), |(first, path)| (*first, path));
    if let Some(group) = invocation.flags.text("api-version").rsplit_once('/').map(|(group, _)| group)
        && let Some(mapping) = resources::find(&registry, &format!("{first}.{group}"))
    {
        return Ok((mapping, path.iter().map(|word| word.to_string()).collect()));
    }
    // The longest beginning that names a kind with its group counts.
    for length in (2..=words.len()).rev() {
        let word = words[..length].join(".");
        if let Some(mapping) = resources::find(&registry, &word).filter(|mapping| words[1..length].join(".") == mapping.kind.group.as_str()) {
            return Ok((mapping, words[length..].iter().map(|word| word.to_string()).collect()));
        }
    }
    match resources::find(&registry, first) {
        Some(mapping) => {
            invocation.warn_of_ambiguities(std::iter::once(first));
            Ok((mapping, path.iter().map(|word| word.to_string()).collect()))
        }
        None => {
            invocation.session.err_line(format!("the server doesn't have a resource type \"{first}\""));
            Err(Failure::Exit(1))
        }
    }
}

/// More words of an enumeration than these aren't listed beside a field.
const MOST_WORDS: usize = 4;

/// The field at a path, and the definition that it is a field of.
fn find(root: &'static Definition, path: &[String]) -> Option<(&'static Definition, &'static Field)> {
    let (last, parents) = path.split_last()?;
    let mut here = root;
    for name in parents {
        here = here.field(name)?.type_.item_definition()?;
    }
    Some((here, here.field(last)?))
}

/// What is said of the type that a field, or the items in it, are of.
fn type_description(type_: &FieldType) -> &'static str {
    let definition = match type_ {
        FieldType::Array(item) | FieldType::Map(item) => return type_description(item),
        FieldType::Ref(target) => Some(target.definition()),
        FieldType::Quantity => schema::definition("io.k8s.apimachinery.pkg.api.resource.Quantity"),
        FieldType::IntOrString => schema::definition("io.k8s.apimachinery.pkg.util.intstr.IntOrString"),
        FieldType::Time => schema::definition("io.k8s.apimachinery.pkg.apis.meta.v1.Time"),
        FieldType::MicroTime => schema::definition("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"),
        _ => None,
    };
    definition.map_or("", Definition::description)
}

fn describe_text(text: &mut String, descriptions: &[&str]) {
    text.push_str("DESCRIPTION:\n");
    let words: Vec<&str> = descriptions.iter().copied().filter(|words| !words.is_empty()).collect();
    let words = if words.is_empty() { "<empty>".to_string() } else { words.join("\n") };
    text.push_str(&indented(&words, 4));
    text.push_str("    \n");
}

/// The description, then the fields where there are any.
fn describe(text: &mut String, descriptions: &[&str], definition: Option<&'static Definition>, recursive: bool) {
    describe_text(text, descriptions);
    if let Some(definition) = definition {
        text.push_str("FIELDS:\n");
        fields(text, definition, 1, recursive);
    }
}

fn fields(text: &mut String, definition: &'static Definition, level: usize, recursive: bool) {
    let inset = "  ".repeat(level);
    for field in definition.fields() {
        // The schema that this is made from asks for the metadata of every kind; the real one doesn't.
        let required = if field.required && field.name != "metadata" { " -required-" } else { "" };
        let _ = writeln!(text, "{inset}{}\t<{}>{required}", field.name, type_name(&field.type_));
        let words = enums::words(definition.name, field.name);
        if !words.is_empty() {
            let mut list: Vec<String> = words.iter().take(MOST_WORDS).map(|word| shown(word.value)).collect();
            if words.len() > MOST_WORDS {
                list.push("....".into());
            }
            let _ = writeln!(text, "{inset}enum: {}", list.join(", "));
        }
        if recursive {
            if let Some(inner) = field.type_.item_definition().filter(|_| level < MAX_DEPTH) {
                fields(text, inner, level + 1, true);
            }
        } else {
            let description = field_description(definition, field);
            text.push_str(&indented(if description.is_empty() { "<no description>" } else { &description }, 2 * level + 2));
            text.push('\n');
        }
    }
}

/// A word of an enumeration; the empty one is shown in quotes.
fn shown(word: &str) -> String {
    if word.is_empty() { "\"\"".into() } else { word.into() }
}

/// What the field is for, with what each of its words means.
fn field_description(definition: &Definition, field: &Field) -> String {
    let mut description = field.description().to_string();
    let words = enums::words(definition.name, field.name);
    if !words.is_empty() && !description.contains("Possible enum values:") {
        description.push_str("\n\nPossible enum values:");
        for word in words {
            let _ = write!(description, "\n - `\"{}\"`", word.value);
            if !word.about.is_empty() {
                let _ = write!(description, " {}", word.about);
            }
        }
    }
    description
}

fn type_name(type_: &FieldType) -> String {
    match type_ {
        FieldType::String | FieldType::Time | FieldType::MicroTime | FieldType::Bytes => "string".into(),
        FieldType::Quantity => "Quantity".into(),
        FieldType::IntOrString => "IntOrString".into(),
        FieldType::Int32 | FieldType::Int64 => "integer".into(),
        FieldType::Number => "number".into(),
        FieldType::Bool => "boolean".into(),
        FieldType::Any | FieldType::Object => "Object".into(),
        FieldType::Array(item) => format!("[]{}", type_name(item)),
        FieldType::Map(value) => format!("map[string]{}", type_name(value)),
        FieldType::Ref(target) => target.definition().kind().into(),
    }
}

/// Wraps a text at [`WIDTH`] and indents each line; blanks inside a line stay as they are.
fn indented(text: &str, indent: usize) -> String {
    let inset = " ".repeat(indent);
    let mut wrapped = String::new();
    for paragraph in text.split('\n') {
        for line in wrap(paragraph) {
            let _ = writeln!(wrapped, "{inset}{line}");
        }
    }
    wrapped
}

fn wrap(paragraph: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut rest = paragraph;
    while !rest.is_empty() {
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let word_length = rest[blanks..].find(' ').unwrap_or(rest.len() - blanks);
        let (piece, after) = rest.split_at(blanks + word_length);
        if !line.is_empty() && line.chars().count() + piece.chars().count() > WIDTH {
            lines.push(std::mem::take(&mut line));
            line.push_str(piece.trim_start_matches(' '));
        } else {
            line.push_str(piece);
        }
        rest = after;
    }
    lines.push(line);
    lines
}
