//! Carrying out a request on objects: upstream's `k8s.io/apiserver/pkg/endpoints/handlers` and `pkg/registry/generic/registry/store.go`.

mod collection;
mod create;
mod delete;
mod list;
mod patch;
mod read;
mod rules;
mod update;

pub(super) use delete::delete_object;
pub(super) use update::{Patched, update_object};

use super::Server;
use super::admission::{self, Attributes, Operation};
use super::request::{Request, Verb};
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::resource::{BINDINGS, PODS};
use crate::api::status::Status;
use crate::api::strategy::Kind;
use crate::value::json;
use crate::value::{SmolStr, Value};
use std::sync::Arc;

/// A request on its way: what it needs beside itself.
pub(super) struct Context<'a> {
    /// The server, to be changed.
    pub(super) server: &'a mut Server,
    /// The kind of the objects.
    pub(super) kind: Arc<Kind>,
    /// What is asked.
    pub(super) request: &'a Request,
    /// Milliseconds since the Unix epoch.
    pub(super) now_ms: u64,
    /// Warnings for the answer.
    pub(super) warnings: &'a mut Vec<String>,
}

/// Dispatches a request to the verb or subresource it names; the answer is in the version that was asked for.
pub(super) fn execute(server: &mut Server, request: &Request, now_ms: u64, warnings: &mut Vec<String>) -> Result<Value, Status> {
    let kind = server.registry.resource(&request.resource).cloned().ok_or_else(Status::no_such_path)?;
    if !request.version.is_empty() && !kind.versions.iter().any(|version| version.name == request.version) {
        return Err(Status::no_such_path());
    }
    super::authorization::authorize(server, request)?;
    // The namespace of a client's context means nothing for what lives beside the namespaces.
    let without_namespace;
    let request = if kind.namespaced || request.namespace.is_empty() {
        request
    } else {
        without_namespace = Request { namespace: SmolStr::default(), ..request.clone() };
        &without_namespace
    };
    if request.resource.group == "metrics.k8s.io"
        && let Some(measured) = server.metrics.clone()
    {
        return read_metrics(server, measured, kind, request, now_ms, warnings);
    }
    // A Binding by itself is stored nowhere: it binds the pod of its name (`LegacyBindingREST`).
    if request.resource == BINDINGS && request.verb == Verb::Create {
        let name = SmolStr::new(meta::name(&request.body));
        let binding = Request { resource: PODS, version: SmolStr::default(), subresource: "binding".into(), name, ..request.clone() };
        let kind = server.registry.resource(&PODS).cloned().ok_or_else(Status::no_such_path)?;
        return super::subresources::execute(&mut Context { server, kind, request: &binding, now_ms, warnings });
    }
    let mut context = Context { server, kind, request, now_ms, warnings };
    match request.subresource.as_str() {
        "" => {}
        other if !context.kind.has_subresource(other) => return Err(Status::no_such_path()),
        "status" => {}
        _ => return super::subresources::execute(&mut context),
    }
    if !context.supports(request.verb) {
        return Err(Status::method_not_allowed());
    }
    let answer = match request.verb {
        Verb::Get => read::get(&context),
        Verb::List => list::list(&mut context),
        Verb::Watch => list::watch(&context),
        Verb::Create => create::create(&mut context),
        Verb::Update => update::update(&mut context),
        Verb::Patch(type_) => patch::patch(&mut context, type_),
        Verb::Delete => delete::delete(&mut context),
        Verb::DeleteCollection => collection::delete(&mut context),
    }?;
    Ok(if request.options.as_metadata { metadata_only(&answer) } else { answer })
}

/// The answer with `PartialObjectMetadata` for each object.
fn metadata_only(answer: &Value) -> Value {
    let partial = |kind: &str, object: &Value| {
        let mut partial = json!({"kind": kind, "apiVersion": "meta.k8s.io/v1"});
        partial.set("metadata", object.get("metadata").clone());
        partial
    };
    if answer.get("events").is_array() {
        let mut answer = answer.clone();
        for event in answer.get_mut("events").items_mut() {
            let object = partial("PartialObjectMetadata", event.get("object"));
            event.set("object", object);
        }
        return answer;
    }
    match answer.get("kind").str() {
        "Status" => answer.clone(),
        _ if answer.get("items").is_array() => {
            let items: Value = answer.get("items").items().iter().map(|item| partial("PartialObjectMetadata", item)).collect();
            let mut list = partial("PartialObjectMetadataList", answer);
            list.set("items", items);
            list
        }
        _ => partial("PartialObjectMetadata", answer),
    }
}

/// Answers from what was measured instead of from the store.
fn read_metrics(
    server: &mut Server,
    measured: crate::store::Store,
    kind: Arc<Kind>,
    request: &Request,
    now_ms: u64,
    warnings: &mut Vec<String>,
) -> Result<Value, Status> {
    let store = std::mem::replace(&mut server.store, measured);
    let mut context = Context { server, kind, request, now_ms, warnings };
    let answer = match request.verb {
        Verb::Get => read::get(&context),
        Verb::List => list::list(&mut context),
        _ => Err(Status::method_not_allowed()),
    };
    server.store = store;
    answer
}

/// Whether the kind is one of Kubernetes' own rather than made by a CustomResourceDefinition.
fn is_built_in(kind: &Kind) -> bool {
    kind.versions.first().is_some_and(|version| !version.definition.is_empty())
}

impl Verb {
    /// The verb's name in discovery and authorization.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Get => "get",
            Verb::List => "list",
            Verb::Watch => "watch",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Patch(_) => "patch",
            Verb::Delete => "delete",
            Verb::DeleteCollection => "deletecollection",
        }
    }
}

impl Context<'_> {
    fn supports(&self, verb: Verb) -> bool {
        match self.request.subresource.as_str() {
            "" => self.kind.verbs.iter().any(|name| name == verb.name()),
            _ => matches!(verb, Verb::Get | Verb::Update | Verb::Patch(_)),
        }
    }

    /// The version of the API that is spoken: the one asked for, or the preferred one.
    pub(super) fn version(&self) -> SmolStr {
        if !self.request.version.is_empty() {
            return self.request.version.clone();
        }
        self.kind.versions.first().map(|version| version.name.clone()).unwrap_or_default()
    }

    /// The object that the request names.
    pub(super) fn existing(&self) -> Result<Value, Status> {
        read::existing(self, &self.request.name)
    }

    /// Whether nothing is to be stored.
    pub(super) fn is_dry_run(&self) -> bool {
        self.request.options.dry_run
    }

    /// The refusal for mistakes, if there are any.
    pub(super) fn refuse(&self, name: &str, errors: &[FieldError]) -> Result<(), Status> {
        if errors.is_empty() { Ok(()) } else { Err(Status::invalid(&self.kind.group, &self.kind.kind, name, errors)) }
    }

    /// Lets the admission plugins change `object`.
    pub(super) fn admit(&mut self, operation: Operation, object: Value, old: &Value) -> Result<Value, Status> {
        let mut attributes = self.attributes(operation, object, old);
        admission::admit(&mut attributes)?;
        Ok(attributes.object)
    }

    /// Asks the admission plugins whether `object` may be.
    pub(super) fn check_admission(&mut self, operation: Operation, object: Value, old: &Value) -> Result<(), Status> {
        admission::validate(&mut self.attributes(operation, object, old))
    }

    fn attributes<'b>(&'b mut self, operation: Operation, object: Value, old: &Value) -> Attributes<'b> {
        let name = match (self.request.name.as_str(), crate::api::meta::name(&object)) {
            ("", "") => SmolStr::new(object.path("metadata.generateName").str()),
            ("", name) => SmolStr::new(name),
            (name, _) => SmolStr::new(name),
        };
        Attributes {
            kind: self.kind.clone(),
            request: self.request,
            operation,
            name,
            namespace: self.request.namespace.clone(),
            object,
            old: old.clone(),
            server: self.server,
            now_ms: self.now_ms,
            warnings: self.warnings,
        }
    }
}
