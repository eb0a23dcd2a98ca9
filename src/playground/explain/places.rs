//! Where an object stands in the files.

use super::ObjectRef;
use crate::api::registry::Registry;
use crate::manifest::documents;
use crate::playground::workspace::Workspace;
use crate::playground::yaml_path;
use crate::value::SmolStr;

/// A place in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilePlace {
    /// The file.
    pub file: SmolStr,
    /// The line, from 1.
    pub line: usize,
    /// Where it begins, in bytes.
    pub from: usize,
}

/// Where a field of an object's manifest is, or what comes nearest to it; `None` where the object is in no file. `default_namespace` is that of
/// manifests which name none.
pub fn place_of(workspace: &Workspace, object: &ObjectRef, path: &str, registry: &Registry, default_namespace: &str) -> Option<FilePlace> {
    let kind = registry.resource(&object.resource)?;
    for file in &workspace.files {
        for document in documents(&file.text) {
            let Ok(value) = &document.value else { continue };
            let namespace = match value.path("metadata.namespace").str() {
                _ if !kind.namespaced => "",
                "" => default_namespace,
                namespace => namespace,
            };
            let group = value.get("apiVersion").str().split_once('/').map_or("", |(group, _)| group);
            let is_it = value.get("kind").str() == kind.kind && group == kind.group && value.path("metadata.name").str() == object.key.name;
            if !is_it || namespace != object.key.namespace {
                continue;
            }
            let lines = yaml_path::lines(&document.text, document.start.offset);
            let found = yaml_path::find(&lines, &yaml_path::parse(path)).or(lines.first());
            let from = found.map_or(document.start.offset, |found| found.key.start);
            let line = file.text.get(..from).map_or(0, |before| before.matches('\n').count()) + 1;
            return Some(FilePlace { file: file.name.clone(), line, from });
        }
    }
    None
}
