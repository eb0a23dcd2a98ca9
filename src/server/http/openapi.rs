//! The schema as OpenAPI, for `kubectl explain`, its validation and generated clients. Version 3 a group and version, as they ask for it.

use super::discovery::{groups, kinds_of};
use crate::api::merge_keys::{self, PatchStrategy, Topology};
use crate::api::registry::Registry;
use crate::api::schema::{self, Definition, FieldType};
use crate::api::strategy::Kind;
use crate::value::{Map, SortedMap, Value, json};

/// How references to definitions begin.
#[derive(Clone, Copy)]
enum Dialect {
    V2,
    V3,
}

impl Dialect {
    fn reference(self, name: &str) -> Value {
        match self {
            Dialect::V2 => json!({"$ref": format!("#/definitions/{name}")}),
            // Beside a reference nothing else counts in OpenAPI 3.0, so upstream wraps it.
            Dialect::V3 => json!({"allOf": [{"$ref": format!("#/components/schemas/{name}")}]}),
        }
    }
}

fn path_of(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

/// `/openapi/v3`: where the documents are.
pub(super) fn v3_root(registry: &Registry) -> Value {
    let mut paths = Map::new();
    for (group, versions) in groups(registry) {
        for version in versions {
            let path = path_of(&group, &version);
            paths.insert(path.clone(), json!({"serverRelativeURL": format!("/openapi/v3/{path}?hash={}", kinds_of(registry, &group, &version).len())}));
        }
    }
    json!({"paths": paths})
}

/// `/openapi/v3/apis/apps/v1`; `None` where nothing is served.
pub(super) fn v3(registry: &Registry, path: &str) -> Option<Value> {
    let parts: Vec<&str> = path.split('/').collect();
    let (group, version) = match parts.as_slice() {
        ["api", version] => ("", *version),
        ["apis", group, version] => (*group, *version),
        _ => return None,
    };
    let kinds = kinds_of(registry, group, version);
    if kinds.is_empty() {
        return None;
    }
    let mut schemas = SortedMap::new();
    let mut paths = Map::new();
    for kind in kinds {
        let name = add_schemas(kind, group, version, Dialect::V3, &mut schemas);
        add_paths(kind, group, version, &name, &mut paths);
    }
    let components = json!({"schemas": schemas});
    Some(json!({"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.36.3"}, "paths": paths, "components": components}))
}

/// `/openapi/v2`: all definitions.
pub(super) fn v2(registry: &Registry) -> Value {
    let mut definitions = SortedMap::new();
    for kind in registry.all() {
        for version in &kind.versions {
            add_schemas(kind, &kind.group, &version.name, Dialect::V2, &mut definitions);
        }
    }
    json!({"swagger": "2.0", "info": {"title": "Kubernetes", "version": "v1.36.3"}, "paths": {}, "definitions": definitions})
}

/// Adds the schema of a kind and of all that it uses; its name comes back.
fn add_schemas(kind: &Kind, group: &str, version: &str, dialect: Dialect, schemas: &mut SortedMap<String, Value>) -> String {
    let served = kind.versions.iter().find(|there| there.name == version);
    let group_version_kind = json!([{"group": group, "version": version, "kind": kind.kind.as_str()}]);
    match served.and_then(|served| schema::definition(&served.definition)) {
        Some(definition) => {
            add_definition(definition, dialect, schemas);
            if let Some(described) = schemas.get_mut(definition.name) {
                described.set("x-kubernetes-group-version-kind", group_version_kind);
            }
            definition.name.to_string()
        }
        None => {
            let reversed: Vec<&str> = group.split('.').rev().collect();
            let name = format!("{}.{version}.{}", reversed.join("."), kind.kind);
            let mut described = kind.strategy.custom_schema(version);
            if !described.is_object() {
                described = json!({"type": "object"});
            }
            described.set("x-kubernetes-group-version-kind", group_version_kind);
            schemas.insert(name.clone(), described);
            name
        }
    }
}

fn add_definition(definition: &'static Definition, dialect: Dialect, schemas: &mut SortedMap<String, Value>) {
    let mut open = vec![definition];
    while let Some(definition) = open.pop() {
        if schemas.contains_key(definition.name) {
            continue;
        }
        let mut described = json!({"description": definition.description(), "type": "object"});
        if definition.type_ != FieldType::Object {
            described = type_of(&definition.type_, dialect);
            described.set("description", definition.description());
        }
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in definition.fields() {
            let mut property = type_of(&field.type_, dialect);
            property.set("description", field.description());
            add_merge_rule(merge_keys::rule(definition, field), &mut property);
            properties.insert(field.name, property);
            if field.required {
                required.push(field.name);
            }
            open.extend(field.type_.item_definition());
        }
        if !properties.is_empty() {
            described.set("properties", properties);
        }
        if !required.is_empty() {
            described.set("required", json!(required));
        }
        schemas.insert(definition.name.to_string(), described);
    }
}

fn type_of(type_: &FieldType, dialect: Dialect) -> Value {
    match type_ {
        FieldType::String | FieldType::Quantity => json!({"type": "string"}),
        FieldType::Time | FieldType::MicroTime => json!({"type": "string", "format": "date-time"}),
        FieldType::Bytes => json!({"type": "string", "format": "byte"}),
        FieldType::IntOrString => json!({"type": "string", "format": "int-or-string"}),
        FieldType::Int32 => json!({"type": "integer", "format": "int32"}),
        FieldType::Int64 => json!({"type": "integer", "format": "int64"}),
        FieldType::Number => json!({"type": "number", "format": "double"}),
        FieldType::Bool => json!({"type": "boolean"}),
        FieldType::Any | FieldType::Object => json!({"type": "object"}),
        FieldType::Array(item) => json!({"type": "array", "items": type_of(item, dialect)}),
        FieldType::Map(item) => json!({"type": "object", "additionalProperties": type_of(item, dialect)}),
        FieldType::Ref(target) => dialect.reference(target.definition().name),
    }
}

fn add_merge_rule(rule: Option<&merge_keys::Rule>, property: &mut Value) {
    let Some(rule) = rule else { return };
    match rule.patch_strategy {
        PatchStrategy::Replace => {}
        PatchStrategy::Merge => property.set("x-kubernetes-patch-strategy", "merge"),
        PatchStrategy::RetainKeys => property.set("x-kubernetes-patch-strategy", "retainKeys"),
        PatchStrategy::MergeRetainKeys => property.set("x-kubernetes-patch-strategy", "merge,retainKeys"),
    }
    if !rule.patch_merge_key.is_empty() {
        property.set("x-kubernetes-patch-merge-key", rule.patch_merge_key);
    }
    match rule.topology {
        Topology::Set => property.set("x-kubernetes-list-type", "set"),
        Topology::Map(keys) => {
            property.set("x-kubernetes-list-type", "map");
            property.set("x-kubernetes-list-map-keys", json!(keys));
        }
        Topology::Atomic | Topology::Granular => {}
    }
}

/// The operations on a kind, as far as clients look at them: which kind is where, and that fields are validated by the server.
fn add_paths(kind: &Kind, group: &str, version: &str, schema: &str, paths: &mut Map) {
    let namespace = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
    let base = format!("/{}{namespace}/{}", path_of(group, version), kind.plural);
    let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}});
    let operation = |action: &str| {
        let ok = json!({"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}}});
        json!({
            "x-kubernetes-action": action, "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": kind.kind.as_str()},
            "parameters": [parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation")], "responses": ok,
        })
    };
    let has = |verb: &str| kind.verbs.iter().any(|there| there == verb);
    let mut collection = Map::new();
    for (verb, method, action) in [("list", "get", "list"), ("create", "post", "post"), ("deletecollection", "delete", "deletecollection")] {
        if has(verb) {
            collection.insert(method, operation(action));
        }
    }
    let mut one = Map::new();
    for (verb, method) in [("get", "get"), ("update", "put"), ("patch", "patch"), ("delete", "delete")] {
        if has(verb) {
            one.insert(method, operation(method));
        }
    }
    paths.insert(base.as_str(), collection);
    if !one.is_empty() {
        paths.insert(format!("{base}/{{name}}"), one);
    }
}
