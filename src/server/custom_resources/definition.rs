//! CustomResourceDefinitions at work: a kind is served as soon as its definition is written, and gone with it
//! (`pkg/controller/status`, `establish`, `finalizer` of apiextensions-apiserver).

use super::strategy::Custom;
use crate::api::resource::{CUSTOM_RESOURCE_DEFINITIONS, GroupResource};
use crate::api::strategy::{Kind, Version};
use crate::api::{meta, time};
use crate::server::Server;
use crate::store::Cause;
use crate::value::{SmolStr, Sort, Value, json};
use std::cmp::Reverse;
use std::sync::Arc;

/// The finalizer that keeps a definition until its objects are gone.
const CLEANUP_FINALIZER: &str = "customresourcecleanup.apiextensions.k8s.io";
const ALL_VERBS: [&str; 8] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/// The resource that a definition defines.
fn resource_of(definition: &Value) -> GroupResource {
    let text = |path: &str| SmolStr::new(definition.path(path).str());
    GroupResource { group: text("spec.group"), resource: text("spec.names.plural") }
}

/// Serves the kind of a definition that has just been written, and says so in its status.
pub(in crate::server) fn written(server: &mut Server, definition: &Value, now_ms: u64, cause: &Cause) -> Value {
    if meta::is_being_deleted(definition) {
        return definition.clone();
    }
    let mut after = definition.clone();
    let conflict = conflict_of(server, definition);
    accept(&mut after, conflict.as_deref(), now_ms);
    if conflict.is_none() {
        server.registry.add(kind_of(definition));
    }
    if after == *definition { after } else { server.store.put(&CUSTOM_RESOURCE_DEFINITIONS, after, now_ms, cause.clone()) }
}

/// What a definition asks for that isn't simulated.
pub(in crate::server) fn warnings(definition: &Value) -> Vec<String> {
    if has_rules(definition.path("spec.versions"), 0) {
        vec!["x-kubernetes-validations: the rules are kept, but this simulated cluster doesn't evaluate CEL expressions".into()]
    } else {
        Vec::new()
    }
}

fn has_rules(schema: &Value, depth: usize) -> bool {
    depth < 100
        && (schema.fields().iter().any(|(name, value)| name == "x-kubernetes-validations" && value.is_array() || has_rules(value, depth + 1))
            || schema.items().iter().any(|item| has_rules(item, depth + 1)))
}

/// Why the names can't be had: another definition of the group has them.
fn conflict_of(server: &Server, definition: &Value) -> Option<String> {
    let own = meta::name(definition);
    let kind = definition.path("spec.names.kind").str();
    let others = server.store.list(&CUSTOM_RESOURCE_DEFINITIONS, None).filter(|other| meta::name(other) != own);
    let taken =
        others.filter(|other| other.path("spec.group") == definition.path("spec.group")).find(|other| other.path("status.acceptedNames.kind").str() == kind);
    taken.map(|_| format!("\"{kind}\" is already in use"))
}

fn accept(definition: &mut Value, conflict: Option<&str>, now_ms: u64) {
    if conflict.is_none() {
        let names = definition.path("spec.names").clone();
        definition.set("status.acceptedNames", names);
    }
    let storage = definition.path("spec.versions").items().iter().find(|version| version.get("storage").as_bool() == Some(true));
    let stored = storage.map(|version| version.get("name").clone()).unwrap_or_default();
    if !stored.is_null() && !definition.path("status.storedVersions").items().contains(&stored) {
        definition.push("status.storedVersions", stored);
    }
    let accepted = match conflict {
        None => ("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
        Some(why) => ("NamesAccepted", "False", "KindConflict", why),
    };
    set_condition(definition, accepted, now_ms);
    let established = match conflict {
        None => ("Established", "True", "InitialNamesAccepted", "the initial names have been accepted"),
        Some(_) => ("Established", "False", "NotAccepted", "not all names are accepted"),
    };
    set_condition(definition, established, now_ms);
}

fn set_condition(definition: &mut Value, (type_, status, reason, message): (&str, &str, &str, &str), now_ms: u64) {
    if meta::condition(definition, type_).get("status").str() == status {
        return;
    }
    let condition = json!({"type": type_, "status": status, "reason": reason, "message": message, "lastTransitionTime": time::rfc3339(now_ms)});
    let conditions = definition.path_mut("status.conditions").items_mut();
    conditions.retain(|there| there.get("type").str() != type_);
    conditions.push(condition);
}

/// The kind that a definition defines, its served versions by Kubernetes' order of versions.
fn kind_of(definition: &Value) -> Kind {
    let names = definition.path("spec.names");
    let words = |list: &Value| list.items().iter().map(|word| SmolStr::new(word.str())).collect();
    let mut served: Vec<&Value> = definition.path("spec.versions").items().iter().filter(|version| version.get("served").as_bool() == Some(true)).collect();
    served.order_by_key(|version| Reverse(priority(version.get("name").str())));
    let kind = names.get("kind").str();
    let singular = match names.get("singular").str() {
        "" => kind.to_lowercase(),
        singular => singular.to_string(),
    };
    let has = |subresource: &str| served.iter().any(|version| version.get("subresources").has(subresource));
    Kind {
        group: SmolStr::new(definition.path("spec.group").str()),
        kind: SmolStr::new(kind),
        plural: SmolStr::new(names.get("plural").str()),
        singular: SmolStr::from(singular),
        short_names: words(names.get("shortNames")),
        categories: words(names.get("categories")),
        namespaced: definition.path("spec.scope").str() == "Namespaced",
        versions: served.iter().map(|version| Version { name: SmolStr::new(version.get("name").str()), definition: SmolStr::default() }).collect(),
        subresources: ["status", "scale"].into_iter().filter(|name| has(name)).map(SmolStr::new_static).collect(),
        verbs: ALL_VERBS.iter().map(|verb| SmolStr::new_static(verb)).collect(),
        strategy: Arc::new(Custom::new(&served)),
    }
}

/// Stable versions before betas before alphas, later ones before earlier ones (`version.CompareKubeAwareVersionStrings`).
fn priority(version: &str) -> (u8, u64, u64) {
    let rest = version.strip_prefix('v').unwrap_or("");
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (major, stage) = rest.split_at(digits);
    let Ok(major) = major.parse::<u64>() else { return (0, 0, 0) };
    let minor = |word: &str| stage.strip_prefix(word).and_then(|minor| minor.parse::<u64>().ok());
    match (stage, minor("beta"), minor("alpha")) {
        ("", _, _) => (3, major, 0),
        (_, Some(minor), _) => (2, major, minor),
        (_, _, Some(minor)) => (1, major, minor),
        _ => (0, 0, 0),
    }
}

/// A definition is being deleted: its objects go first. Those that finalizers hold keep the definition too.
pub(in crate::server) fn hold_for_objects(server: &mut Server, definition: &mut Value, now_ms: u64, cause: &Cause) {
    let resource = resource_of(definition);
    let objects: Vec<Value> = server.store.list(&resource, None).cloned().collect();
    for mut object in objects {
        if object.path("metadata.finalizers").is_empty() {
            server.store.remove(&resource, &meta::key(&object), now_ms, cause.clone());
        } else if !meta::is_being_deleted(&object) {
            object.set("metadata.deletionTimestamp", time::rfc3339(now_ms));
            object.set("metadata.deletionGracePeriodSeconds", 0);
            server.store.put(&resource, object, now_ms, cause.clone());
        }
    }
    if server.store.count(&resource) == 0 {
        return;
    }
    if !definition.path("metadata.finalizers").items().iter().any(|name| name.str() == CLEANUP_FINALIZER) {
        definition.push("metadata.finalizers", CLEANUP_FINALIZER);
    }
    let message = "CustomResource deletion is in progress";
    set_condition(definition, ("Terminating", "True", "InstanceDeletionInProgress", message), now_ms);
}

/// An object is gone: when it was the last one of a definition that waits for that, the definition goes too.
pub(in crate::server) fn removed(server: &mut Server, resource: &GroupResource, object: &Value, now_ms: u64, cause: &Cause) {
    if *resource == CUSTOM_RESOURCE_DEFINITIONS {
        server.registry.remove(&resource_of(object));
        return;
    }
    let is_custom = server.registry.resource(resource).is_some_and(|kind| kind.versions.first().is_some_and(|version| version.definition.is_empty()));
    if !is_custom || server.store.count(resource) > 0 {
        return;
    }
    let Some(definition) = server.store.get(&CUSTOM_RESOURCE_DEFINITIONS, "", &resource.to_string()).cloned() else { return };
    let finalizers = definition.path("metadata.finalizers").items();
    if meta::is_being_deleted(&definition) && finalizers.iter().all(|name| name.str() == CLEANUP_FINALIZER) {
        server.remove(&CUSTOM_RESOURCE_DEFINITIONS, &meta::key(&definition), now_ms, cause.clone());
    }
}
