//! `pods/binding`: the scheduler assigns a pod to a node (`pkg/registry/core/pod/storage`, assignPod).

use crate::api::field_error::FieldError;
use crate::api::status::Status;
use crate::api::{meta, time};
use crate::server::admission::pod_topology_labels;
use crate::server::request::Verb;
use crate::server::verbs::Context;
use crate::value::{Value, json};

pub(super) fn execute(context: &mut Context) -> Result<Value, Status> {
    if context.request.verb != Verb::Create {
        return Err(Status::method_not_allowed());
    }
    let binding = &context.request.body;
    let name = meta::name(binding);
    if !name.is_empty() && name != context.request.name {
        return Err(Status::bad_request("name in URL does not match name in Binding object"));
    }
    let errors = target_errors(binding.get("target"));
    if !errors.is_empty() {
        // Upstream takes no care to say what kind of failure it is.
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let why = if let [one] = texts.as_slice() { one.clone() } else { format!("[{}]", texts.join(", ")) };
        return Err(Status::other(500, "", why));
    }
    let mut pod = context.existing()?;
    let node = binding.path("target.name").str().to_string();
    check(context, &pod)?;
    pod.set("spec.nodeName", node.as_str());
    let annotations = binding.path("metadata.annotations").clone();
    for (key, value) in annotations.fields().iter() {
        pod.path_mut("metadata.annotations").fields_mut().insert(key.clone(), value);
    }
    for (key, value) in pod_topology_labels::labels_of_node(&context.server.store, &node) {
        pod.path_mut("metadata.labels").fields_mut().insert(key, value);
    }
    set_scheduled(&mut pod, context.now_ms);
    if !context.is_dry_run() {
        context.server.put(&context.request.resource.clone(), pod, context.now_ms, context.request.cause.clone());
    }
    Ok(json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}))
}

fn check(context: &Context, pod: &Value) -> Result<(), Status> {
    let name = meta::name(pod);
    let uid = meta::uid(&context.request.body);
    let conflict = |why: String| {
        let resource = crate::api::resource::GroupResource::new("", "pods/binding");
        Err(Status::conflict(&resource, name, &why))
    };
    if !uid.is_empty() && uid != meta::uid(pod) {
        return conflict(format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", meta::uid(pod)));
    }
    if meta::is_being_deleted(pod) {
        return conflict(format!("pod {name} is being deleted, cannot be assigned to a host"));
    }
    let assigned = pod.path("spec.nodeName").str();
    if !assigned.is_empty() {
        return conflict(format!("pod {name} is already assigned to node \"{assigned}\""));
    }
    if !pod.path("spec.schedulingGates").is_empty() {
        return conflict(format!("pod {name} has non-empty .spec.schedulingGates"));
    }
    Ok(())
}

/// `ValidatePodBinding`.
fn target_errors(target: &Value) -> Vec<FieldError> {
    let kind = target.get("kind");
    let mut errors = Vec::new();
    if !["", "Node"].contains(&kind.str()) {
        errors.push(FieldError::not_supported("target.kind", kind, &["Node", "<empty>"]));
    }
    if target.get("name").is_empty() {
        errors.push(FieldError::required("target.name", ""));
    }
    errors
}

fn set_scheduled(pod: &mut Value, now_ms: u64) {
    // The room that was kept for it is taken now (ClearingNominatedNodeNameAfterBinding).
    pod.remove("status.nominatedNodeName");
    let mut condition = json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": time::rfc3339(now_ms)});
    if let Some(generation) = pod.path("metadata.generation").as_i64() {
        condition.set("observedGeneration", generation);
    }
    let conditions = pod.path_mut("status.conditions").items_mut();
    match conditions.iter_mut().find(|there| there.get("type").str() == "PodScheduled") {
        Some(there) => *there = condition,
        None => conditions.push(condition),
    }
}
