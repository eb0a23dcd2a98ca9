//! ResourceQuotas: what a namespace may have (`k8s.io/apiserver/pkg/admission/plugin/resourcequota`).

use super::{Attributes, Operation};
use crate::api::meta;
use crate::api::quantity::Quantity;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, PODS, RESOURCE_QUOTAS, SERVICES};
use crate::api::status::Status;
use crate::server::convert;
use crate::server::quota::{self, Amounts, pods};
use crate::value::{SmolStr, Value};

pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    let request = attributes.request;
    if !attributes.kind.namespaced || !is_counted(attributes) {
        return Ok(());
    }
    let quotas: Vec<Value> = attributes.server.store.list(&RESOURCE_QUOTAS, Some(&attributes.namespace)).cloned().collect();
    if quotas.is_empty() {
        return Ok(());
    }
    let resource = convert::storage_resource(&request.resource);
    let now_ms = attributes.now_ms;
    let usage = quota::usage(&resource, &attributes.object, now_ms);
    let before = if attributes.operation == Operation::Update { quota::usage(&resource, &attributes.old, now_ms) } else { Amounts::new() };
    let mut updates = Vec::new();
    for quota in &quotas {
        if let Some(update) = charge(attributes, quota, &resource, &usage, &before)? {
            updates.push(update);
        }
    }
    if !request.options.dry_run {
        for quota in updates {
            attributes.server.put(&RESOURCE_QUOTAS, quota, now_ms, request.cause.clone());
        }
    }
    Ok(())
}

/// Which writes change what is used.
fn is_counted(attributes: &Attributes) -> bool {
    let resource = &attributes.request.resource;
    let subresource = attributes.request.subresource.as_str();
    match attributes.operation {
        Operation::Create => subresource.is_empty(),
        Operation::Update if *resource == PODS => subresource == "resize",
        Operation::Update => subresource.is_empty() && (*resource == SERVICES || *resource == PERSISTENT_VOLUME_CLAIMS),
        Operation::Delete => false,
    }
}

/// The quota with the usage added; `None` where it isn't touched.
fn charge(
    attributes: &Attributes,
    quota: &Value,
    resource: &crate::api::resource::GroupResource,
    usage: &Amounts,
    before: &Amounts,
) -> Result<Option<Value>, Status> {
    let hard = quota.path("status.hard").fields();
    let counted: Vec<SmolStr> = hard.keys().filter(|name| quota::counts(resource, name)).cloned().collect();
    if counted.is_empty() || !quota::is_in_scope(quota, resource, &attributes.object) {
        return Ok(None);
    }
    let name = meta::name(quota);
    if *resource == PODS {
        pods::constraints(&attributes.object, &counted).map_err(|why| attributes.forbidden(&format!("failed quota: {name}: {why}")))?;
    }
    let used = quota.path("status.used");
    if counted.iter().any(|name| used.get(name).is_null()) {
        return Err(attributes.forbidden(&format!("status unknown for quota: {name}, resources: {}", counted.join(","))));
    }
    let was_in_scope = quota::is_in_scope(quota, resource, &attributes.old);
    let mut requested = Amounts::new();
    for (name, amount) in usage.iter().filter(|(name, _)| counted.contains(name)) {
        let delta = match before.get(name).filter(|_| was_in_scope) {
            Some(previous) if previous >= amount => continue,
            Some(previous) => amount.sub(previous),
            None => amount.clone(),
        };
        if !delta.is_zero() {
            requested.insert(name.clone(), delta);
        }
    }
    if requested.is_empty() {
        return Ok(None);
    }
    let mut after = quota.clone();
    let mut exceeded = Vec::new();
    for (name, delta) in &requested {
        let total = Quantity::of(used.get(name)).add(delta);
        if total > Quantity::of(&hard.get(name).cloned().unwrap_or_default()) {
            exceeded.push(name);
        }
        after.path_mut("status.used").fields_mut().insert(name.clone(), total.to_string());
    }
    if exceeded.is_empty() {
        return Ok(Some(after));
    }
    let list = |amount: &dyn Fn(&SmolStr) -> String| exceeded.iter().map(|name| format!("{name}={}", amount(name))).collect::<Vec<_>>().join(",");
    let requested = list(&|name| requested.get(name).map(ToString::to_string).unwrap_or_default());
    let used = list(&|name| used.get(name).str().to_string());
    let limited = list(&|name| hard.get(name).map(Value::str).unwrap_or_default().to_string());
    Err(attributes.forbidden(&format!("exceeded quota: {name}, requested: {requested}, used: {used}, limited: {limited}")))
}
