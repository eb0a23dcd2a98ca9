//! What was meant, where the server's words tell it.

use super::Fix;
use crate::api::registry::Registry;
use crate::api::schema::{self, Definition};
use crate::manifest::Document;
use crate::playground::similar::nearest;
use crate::playground::yaml_path::{self, Step};
use std::ops::Range;

/// A correction of what `details` complains of, at `place` of the file's text.
pub(super) fn fix(details: &str, document: &Document, place: &Range<usize>, text: &str, registry: &Registry) -> Option<Fix> {
    let written = text.get(place.clone())?;
    let near = if let Some((_, rest)) = details.split_once("unknown field \"") {
        let path = rest.split('"').next()?;
        nearest(written, field_names(document, path)?)?.to_owned()
    } else if details.contains("no matches for kind \"") {
        return kind_fix(details, document, place, written, registry);
    } else {
        let (_, supported) = details.split_once("supported values: ")?;
        let words: Vec<&str> = supported.split('"').skip(1).step_by(2).collect();
        nearest(written.trim_matches(['"', '\'']), words)?.to_owned()
    };
    Some(Fix { from: place.start, to: place.end, insert: near.clone(), label: near })
}

/// The fields that the parent of the one at `path` has.
fn field_names(document: &Document, path: &str) -> Option<Vec<&'static str>> {
    let value = document.value.as_ref().ok()?;
    let version = value.get("apiVersion").str();
    let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
    let kind = schema::for_kind(group, version, value.get("kind").str())?;
    let names: Vec<String> = yaml_path::parse(path).into_iter().filter_map(|step| if let Step::Key(name) = step { Some(name) } else { None }).collect();
    let (_, parent) = names.split_last()?;
    let definition: &Definition = if parent.is_empty() { kind } else { kind.walk(parent.iter().map(String::as_str))?.type_.item_definition()? };
    Some(definition.fields().iter().map(|field| field.name).collect())
}

/// `no matches for kind "Deploiment" in version "apps/v1"`: another kind of that version, or the version that the kind has.
fn kind_fix(details: &str, document: &Document, place: &Range<usize>, written: &str, registry: &Registry) -> Option<Fix> {
    let mut quoted = details.split("no matches for ").nth(1)?.split('"').skip(1).step_by(2);
    let (kind, version) = (quoted.next()?, quoted.next()?);
    let names: Vec<&str> = registry.all().map(|each| each.kind.as_str()).collect();
    if names.contains(&kind) {
        // The kind is right, the version isn't.
        let right = registry.all().find(|each| each.kind == kind)?.api_version();
        let lines = yaml_path::lines(&document.text, document.start.offset);
        let value = &yaml_path::find(&lines, &yaml_path::parse("apiVersion"))?.value;
        return (right != version && !value.is_empty()).then(|| Fix { from: value.start, to: value.end, insert: right.to_string(), label: right.to_string() });
    }
    let near = nearest(kind, names)?;
    let at = place.start + written.find(kind)?;
    Some(Fix { from: at, to: at + kind.len(), insert: near.to_owned(), label: near.to_owned() })
}
