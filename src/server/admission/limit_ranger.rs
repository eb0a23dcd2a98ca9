//! LimitRanges give containers defaults and hold pods and claims within bounds (`plugin/pkg/admission/limitranger`).

use super::{Attributes, Operation};
use crate::api::quantity::Quantity;
use crate::api::resource::{LIMIT_RANGES, PERSISTENT_VOLUME_CLAIMS, PODS};
use crate::api::status::Status;
use crate::server::quota::pods::{pod_limits, pod_requests};
use crate::value::Value;

const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// Whether LimitRanges are asked at all.
fn is_limited(attributes: &Attributes) -> bool {
    let is_resize = attributes.request.resource == PODS && attributes.request.subresource == "resize" && attributes.operation == Operation::Update;
    is_resize || attributes.creates(&PODS) || attributes.is(&PERSISTENT_VOLUME_CLAIMS) && attributes.operation != Operation::Delete
}

fn ranges(attributes: &Attributes) -> Vec<Value> {
    attributes.server.store.list(&LIMIT_RANGES, Some(&attributes.namespace)).cloned().collect()
}

pub(super) fn admit(attributes: &mut Attributes) -> Result<(), Status> {
    if !is_limited(attributes) || attributes.request.resource != PODS {
        return Ok(());
    }
    for range in ranges(attributes) {
        give_defaults(&mut attributes.object, &range);
    }
    Ok(())
}

fn give_defaults(pod: &mut Value, range: &Value) {
    let (mut requests, mut limits) = (Value::object(), Value::object());
    for limit in range.path("spec.limits").items().iter().filter(|limit| limit.get("type").str() == "Container") {
        for (field, defaults) in [("defaultRequest", &mut requests), ("default", &mut limits)] {
            for (name, amount) in limit.get(field).fields().iter() {
                defaults.fields_mut().insert(name.clone(), amount);
            }
        }
    }
    let mut said = Vec::new();
    for (list, what) in [("spec.containers", "container"), ("spec.initContainers", "init container")] {
        if pod.path(list).is_empty() {
            continue;
        }
        for container in pod.path_mut(list).items_mut() {
            let name = container.get("name").str().to_string();
            for (field, word, defaults) in [("requests", "request", &requests), ("limits", "limit", &limits)] {
                let missing: Vec<_> = defaults.fields().iter().filter(|(name, _)| container.path("resources").get(field).get(name).is_null()).collect();
                if missing.is_empty() {
                    continue;
                }
                let names: Vec<&str> = missing.iter().map(|(name, _)| name.as_str()).collect();
                said.push(format!("{} {word} for {what} {name}", names.join(", ")));
                for (name, amount) in missing {
                    container.path_mut("resources").get_mut(field).fields_mut().insert(name.clone(), amount);
                }
            }
        }
    }
    if !said.is_empty() {
        crate::api::meta::set_annotation(pod, ANNOTATION, &format!("LimitRanger plugin set: {}", said.join("; ")));
    }
}

pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    if !is_limited(attributes) {
        return Ok(());
    }
    for range in ranges(attributes) {
        let mut errors = Vec::new();
        for limit in range.path("spec.limits").items() {
            if attributes.request.resource == PODS {
                check_pod(&attributes.object, limit, &mut errors)
            } else {
                check_claim(&attributes.object, limit, &mut errors)
            }
        }
        match errors.as_slice() {
            [] => {}
            [only] => return Err(attributes.forbidden(only)),
            many => return Err(attributes.forbidden(&format!("[{}]", many.join(", ")))),
        }
    }
    Ok(())
}

fn check_pod(pod: &Value, limit: &Value, errors: &mut Vec<String>) {
    match limit.get("type").str() {
        "Container" => {
            for list in ["spec.containers", "spec.initContainers"] {
                for container in pod.path(list).items() {
                    check(limit, container.path("resources.requests"), container.path("resources.limits"), errors);
                }
            }
        }
        "Pod" => check(limit, &pod_requests(pod), &pod_limits(pod), errors),
        _ => {}
    }
}

fn check_claim(claim: &Value, limit: &Value, errors: &mut Vec<String>) {
    if limit.get("type").str() != "PersistentVolumeClaim" {
        return;
    }
    let requests = claim.path("spec.resources.requests");
    for (name, bound) in limit.get("min").fields().iter() {
        errors.extend(below(limit, name, bound, requests, &Value::Null));
    }
    for (name, bound) in limit.get("max").fields().iter() {
        let (type_, asked) = (limit.get("type").str(), requests.get(name));
        if asked.is_null() {
            errors.push(format!("maximum {name} usage per {type_} is {}.  No request is specified", bound.str()));
        } else if Quantity::of(asked) > Quantity::of(bound) {
            errors.push(format!("maximum {name} usage per {type_} is {}, but request is {}", bound.str(), asked.str()));
        }
    }
}

fn check(limit: &Value, requests: &Value, limits: &Value, errors: &mut Vec<String>) {
    for (name, bound) in limit.get("min").fields().iter() {
        errors.extend(below(limit, name, bound, requests, limits));
    }
    for (name, bound) in limit.get("max").fields().iter() {
        errors.extend(above(limit, name, bound, requests, limits));
    }
    for (name, bound) in limit.get("maxLimitRequestRatio").fields().iter() {
        errors.extend(ratio(limit, name, bound, requests, limits));
    }
}

/// `minConstraint`.
fn below(limit: &Value, name: &str, bound: &Value, requests: &Value, limits: &Value) -> Option<String> {
    let said = format!("minimum {name} usage per {} is {}", limit.get("type").str(), bound.str());
    let (request, most) = (requests.get(name), limits.get(name));
    if request.is_null() {
        return Some(format!("{said}.  No request is specified"));
    }
    if Quantity::of(request) < Quantity::of(bound) {
        return Some(format!("{said}, but request is {}", request.str()));
    }
    (!most.is_null() && Quantity::of(most) < Quantity::of(bound)).then(|| format!("{said}, but limit is {}", most.str()))
}

/// `maxConstraint`.
fn above(limit: &Value, name: &str, bound: &Value, requests: &Value, limits: &Value) -> Option<String> {
    let said = format!("maximum {name} usage per {} is {}", limit.get("type").str(), bound.str());
    let (request, most) = (requests.get(name), limits.get(name));
    if most.is_null() {
        return Some(format!("{said}.  No limit is specified"));
    }
    if Quantity::of(most) > Quantity::of(bound) {
        return Some(format!("{said}, but limit is {}", most.str()));
    }
    (!request.is_null() && Quantity::of(request) > Quantity::of(bound)).then(|| format!("{said}, but request is {}", request.str()))
}

/// `limitRequestRatioConstraint`.
fn ratio(limit: &Value, name: &str, bound: &Value, requests: &Value, limits: &Value) -> Option<String> {
    let said = format!("{name} max limit to request ratio per {} is {}", limit.get("type").str(), bound.str());
    let (request, most) = (Quantity::of(requests.get(name)), Quantity::of(limits.get(name)));
    if request.is_zero() {
        return Some(format!("{said}, but no request is specified or request is 0"));
    }
    if most.is_zero() {
        return Some(format!("{said}, but no limit is specified or limit is 0"));
    }
    let actual = most.as_f64() / request.as_f64();
    (actual > Quantity::of(bound).as_f64()).then(|| format!("{said}, but provided ratio is {actual:.6}"))
}
