//! From the endpoints that there should be to the fewest writes (`k8s.io/endpointslice/reconciler.go`).

use super::super::controller::{Context, ignore_not_found};
use super::super::service_pods;
use super::{MANAGED_BY, MANAGER, SERVICE_NAME};
use crate::api::meta;
use crate::api::resource::ENDPOINT_SLICES;
use crate::api::status::Status;
use crate::server::request::Options;
use crate::value::{Map, SortedMap, Value, json};

/// How many endpoints a slice holds (`--max-endpoints-per-slice`).
const MAX_ENDPOINTS: usize = 100;
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The writes that are needed.
#[derive(Default)]
pub(super) struct Plan {
    create: Vec<Value>,
    update: Vec<Value>,
    delete: Vec<Value>,
}

/// Plans the writes. `desired` are the endpoints by the ports that they have.
pub(super) fn plan(service: &Value, desired: Vec<(Value, Vec<Value>)>, existing: Vec<Value>, trigger_time: Option<&str>) -> Plan {
    let mut plan = Plan::default();
    let mut by_ports: SortedMap<String, Vec<Value>> = SortedMap::new();
    for slice in existing.iter().cloned() {
        if slice.get("addressType").str() == "IPv4" && meta::is_controlled_by(&slice, service) {
            by_ports.entry(slice.get("ports").to_json()).or_default().push(slice);
        } else {
            plan.delete.push(slice);
        }
    }
    for (ports, endpoints) in desired {
        let slices = by_ports.remove(&ports.to_json()).unwrap_or_default();
        plan_one(&mut plan, service, &ports, endpoints, slices);
    }
    plan.delete.extend(by_ports.into_values().flatten());
    let unchanged = existing.len() - plan.update.len() - plan.delete.len();
    if unchanged == 0 && plan.create.is_empty() && plan.update.is_empty() {
        let placeholder = new_slice(service, Value::Null, Vec::new());
        match plan.delete.iter().position(|slice| is_placeholder(slice) && has_metadata(slice, service)) {
            Some(index) => {
                plan.delete.remove(index);
            }
            None => plan.create.push(placeholder),
        }
    }
    reuse(&mut plan);
    for slice in plan.create.iter_mut().chain(&mut plan.update) {
        match trigger_time {
            Some(time) => meta::set_annotation(slice, TRIGGER_TIME, time),
            None => forget_trigger_time(slice),
        }
    }
    plan
}

fn forget_trigger_time(slice: &mut Value) {
    let annotations = slice.path("metadata.annotations");
    if annotations.get(TRIGGER_TIME).is_null() {
        return;
    }
    slice.path_mut("metadata.annotations").fields_mut().remove(TRIGGER_TIME);
    if slice.path("metadata.annotations").is_empty() {
        slice.remove("metadata.annotations");
    }
}

fn is_placeholder(slice: &Value) -> bool {
    slice.get("endpoints").items().is_empty() && slice.get("ports").items().is_empty()
}

/// What would be deleted takes the content of what would be created: names stay.
fn reuse(plan: &mut Plan) {
    let fits = |new: &Value, old: &Value| old.get("addressType") == new.get("addressType");
    for new in std::mem::take(&mut plan.create) {
        let Some(index) = plan.delete.iter().position(|old| fits(&new, old)) else {
            plan.create.push(new);
            continue;
        };
        let mut old = plan.delete.remove(index);
        for field in ["endpoints", "ports"] {
            old.set(field, new.get(field).clone());
        }
        old.set("metadata.labels", new.path("metadata.labels").clone());
        plan.update.push(old);
    }
}

/// The slices of one set of ports: what is no longer wanted is taken out, what changed is changed where it is, and what is new fills up.
fn plan_one(plan: &mut Plan, service: &Value, ports: &Value, endpoints: Vec<Value>, slices: Vec<Value>) {
    let key = |endpoint: &Value| endpoint.get("targetRef").get("uid").str().to_string();
    let mut wanted: SortedMap<String, Value> = endpoints.into_iter().map(|endpoint| (key(&endpoint), endpoint)).collect();
    let mut kept: Vec<(Value, Vec<Value>, bool)> = Vec::new();
    for slice in slices {
        let mut changed = !has_metadata(&slice, service);
        let mut still = Vec::new();
        for old in slice.get("endpoints").items() {
            match wanted.remove(&key(old)) {
                Some(new) => {
                    changed |= new != *old;
                    still.push(new);
                }
                None => changed = true,
            }
        }
        kept.push((slice, still, changed));
    }
    let mut missing: Vec<Value> = wanted.into_values().collect();
    if !missing.is_empty() {
        for (_, still, changed) in &mut kept {
            let room = MAX_ENDPOINTS.saturating_sub(still.len());
            if *changed && room > 0 {
                still.extend(missing.drain(..room.min(missing.len())));
            }
        }
    }
    if missing.len() < MAX_ENDPOINTS && !missing.is_empty() {
        let fits = |still: &Vec<Value>| still.len() + missing.len() <= MAX_ENDPOINTS;
        if let Some((_, still, changed)) = kept.iter_mut().filter(|(_, still, _)| fits(still)).max_by_key(|(_, still, _)| still.len()) {
            still.append(&mut missing);
            *changed = true;
        }
    }
    for (mut slice, still, changed) in kept {
        if still.is_empty() {
            plan.delete.push(slice);
        } else if changed {
            slice.set("endpoints", Value::array(still));
            slice.set("metadata.labels", slice_labels(service));
            plan.update.push(slice);
        }
    }
    while !missing.is_empty() {
        let rest = missing.split_off(missing.len().min(MAX_ENDPOINTS));
        plan.create.push(new_slice(service, ports.clone(), missing));
        missing = rest;
    }
}

/// The labels of a Service's slices: its own, and whose they are.
fn slice_labels(service: &Value) -> Value {
    let mut labels: Map = service.path("metadata.labels").fields().clone();
    labels.remove("service.kubernetes.io/headless");
    if service_pods::is_headless(service) {
        labels.insert("service.kubernetes.io/headless", "");
    }
    labels.insert(SERVICE_NAME, meta::name(service));
    labels.insert(MANAGED_BY, MANAGER);
    Value::from(labels)
}

fn has_metadata(slice: &Value, service: &Value) -> bool {
    *slice.path("metadata.labels") == slice_labels(service)
}

fn new_slice(service: &Value, ports: Value, endpoints: Vec<Value>) -> Value {
    let mut slice = json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"generateName": format!("{}-", meta::name(service)), "namespace": meta::namespace(service)},
    });
    slice.set("metadata.ownerReferences", Value::array(vec![meta::controller_reference(service, "v1", "Service")]));
    slice.set("metadata.labels", slice_labels(service));
    slice.set("endpoints", if endpoints.is_empty() { Value::Null } else { Value::array(endpoints) });
    slice.set("ports", ports);
    slice
}

/// Makes the writes.
///
/// # Errors
/// The first refusal; a namespace that is being deleted is none.
pub(super) fn carry_out(context: &mut Context, plan: Plan) -> Result<(), Status> {
    for slice in plan.create {
        let namespace = meta::namespace(&slice).to_string();
        match context.client.create(&ENDPOINT_SLICES, &namespace, slice) {
            Err(status) if !super::super::pod_control::is_namespace_terminating(&status) => return Err(status),
            _ => {}
        }
    }
    for slice in plan.update {
        context.client.update(&ENDPOINT_SLICES, slice)?;
    }
    for slice in plan.delete {
        ignore_not_found(context.client.delete(&ENDPOINT_SLICES, meta::namespace(&slice), meta::name(&slice), Options::default()))?;
    }
    Ok(())
}
