//! Writes the source of `crate::api::types`: a read-only view for every definition with fields.

use std::collections::BTreeMap;

use super::schema::{Definition, Field, Schema, Type};

/// Words that cannot be the name of an accessor: Rust's, and those of the view itself.
const RESERVED: [&str; 14] = ["type", "ref", "continue", "match", "enum", "use", "in", "for", "where", "static", "default", "of", "value", "exists"];

/// The modules with all views.
pub fn source(schema: &Schema) -> String {
    let mut modules: BTreeMap<String, Vec<&Definition>> = BTreeMap::new();
    for definition in schema.definitions.iter().filter(|definition| is_object(&definition.type_)) {
        modules.entry(module(&definition.name)).or_default().push(definition);
    }
    let mut text = String::new();
    for (module, definitions) in modules {
        text += &format!("/// Views of the types of {}.\n#[allow(unused_imports)]\npub mod {module} {{\nuse super::*;\n", module.replace('_', "/"));
        for definition in definitions {
            text += &view(definition);
        }
        text += "}\n";
    }
    text
}

fn is_object(type_: &Type) -> bool {
    matches!(type_, Type::Scalar('o'))
}

/// `core_v1` for `io.k8s.api.core.v1.Pod`.
fn module(name: &str) -> String {
    let mut parts = name.rsplit('.').skip(1);
    let (version, group) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if group == "pkg" { version.to_string() } else { format!("{group}_{version}") }
}

/// The path of the view of a definition, as seen from another view.
fn path(name: &str) -> String {
    format!("super::{}::{}<'a>", module(name), name.rsplit('.').next().unwrap_or(name))
}

fn view(definition: &Definition) -> String {
    let name = definition.kind();
    let mut text = format!(
        "/// {}\n#[derive(Clone, Copy, PartialEq, Debug)]\npub struct {name}<'a>(&'a Value);\n\
         impl<'a> View<'a> for {name}<'a> {{\n#[inline]\nfn of(value: &'a Value) -> Self {{ Self(value) }}\n}}\n\
         impl<'a> {name}<'a> {{\n\
         /// The view of this value.\n#[inline]\npub fn of(value: &'a Value) -> Self {{ Self(value) }}\n\
         /// The value viewed.\n#[inline]\npub fn value(self) -> &'a Value {{ self.0 }}\n\
         /// Whether there is anything to view: false for `null` and what is missing.\n#[inline]\npub fn exists(self) -> bool {{ !self.0.is_null() }}\n",
        summary(&definition.description, name)
    );
    for field in &definition.fields {
        text += &accessor(field);
    }
    text + "}\n"
}

fn accessor(field: &Field) -> String {
    let get = format!("self.0.get({:?})", field.name);
    let (returns, body) = match &field.type_ {
        Type::Scalar('s' | 't' | 'u' | 'y') => ("&'a str".to_string(), format!("{get}.str()")),
        Type::Scalar('i' | 'l') => ("Option<i64>".to_string(), format!("{get}.as_i64()")),
        Type::Scalar('n') => ("Option<f64>".to_string(), format!("{get}.as_f64()")),
        Type::Scalar('b') => ("Option<bool>".to_string(), format!("{get}.as_bool()")),
        Type::Scalar(_) => ("&'a Value".to_string(), get),
        Type::Reference(name) => (path(name), format!("View::of({get})")),
        Type::Array(item) => match item.as_ref() {
            Type::Reference(name) => (format!("List<'a, {}>", path(name)), format!("List::of({get})")),
            Type::Scalar('s') => ("Strings<'a>".to_string(), format!("Strings::of({get})")),
            _ => ("&'a [Value]".to_string(), format!("{get}.items()")),
        },
        Type::Map(value) => match value.as_ref() {
            Type::Reference(name) => (format!("MapOf<'a, {}>", path(name)), format!("MapOf::of({get})")),
            _ => ("&'a Map".to_string(), format!("{get}.fields()")),
        },
    };
    format!("/// {}\n#[inline]\npub fn {}(self) -> {returns} {{ {body} }}\n", summary(&field.description, &field.name), accessor_name(&field.name))
}

/// The first sentence of a description, on one line.
fn summary(description: &str, name: &str) -> String {
    let line = description.lines().next().unwrap_or_default();
    let sentence = line.split_inclusive(". ").next().unwrap_or_default().trim();
    if sentence.is_empty() { format!("`{name}`.") } else { sentence.to_string() }
}

/// `podIPs` as `pod_ips`, `type` as `type_`.
fn accessor_name(field: &str) -> String {
    let letters: Vec<char> = field.chars().filter(|letter| *letter != '$').collect();
    let mut name = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        if letter.is_ascii_uppercase() && index > 0 {
            let after_lowercase = !letters[index - 1].is_ascii_uppercase();
            let starts_word = match letters.get(index + 1) {
                // The plural of an abbreviation, as in `podIPs` and `serverAddressByClientCIDRs`, is no new word.
                Some('s') => letters.get(index + 2).is_some_and(char::is_ascii_lowercase),
                Some(next) => next.is_ascii_lowercase(),
                None => false,
            };
            if (after_lowercase || starts_word) && !name.ends_with('_') {
                name.push('_');
            }
        }
        name.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    }
    if RESERVED.contains(&name.as_str()) { name + "_" } else { name }
}
