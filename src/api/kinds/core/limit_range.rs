//! LimitRanges.

use super::super::cells;
use super::quantities::compare;
use super::resource_names;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::quantity::Quantity;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Sort, Value};
use std::cmp::Ordering;

/// The rules of LimitRanges.
pub struct LimitRangeStrategy;

const TYPES: [&str; 3] = ["Pod", "Container", "PersistentVolumeClaim"];
const LISTS: [&str; 5] = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];

impl Strategy for LimitRangeStrategy {
    fn default(&self, range: &mut Value) {
        if range.path("spec.limits").is_empty() {
            return;
        }
        for limit in range.path_mut("spec.limits").items_mut() {
            if limit.get("type").str() != "Container" {
                continue;
            }
            // A limit that isn't given is the most allowed; a request that isn't given is the limit, or else the least allowed.
            for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
                for (name, quantity) in limit.get(from).clone().fields().iter() {
                    if limit.get(to).get(name).is_null() {
                        limit.get_mut(to).fields_mut().insert(name.clone(), quantity.clone());
                    }
                }
            }
        }
    }

    fn prepare_for_create(&self, _range: &mut Value) {}

    fn validate(&self, range: &Value) -> Vec<FieldError> {
        let limits = range.path("spec.limits").items();
        let mut errors = Vec::new();
        for (index, limit) in limits.iter().enumerate() {
            let here = format!("spec.limits[{index}]");
            let type_ = limit.get("type");
            errors.extend(type_name(type_.str(), &format!("{here}.type")));
            if limits[..index].iter().any(|other| other.get("type") == type_) {
                errors.push(FieldError::duplicate(format!("{here}.type"), type_));
            }
            errors.extend(item(limit, type_.str(), &here));
        }
        errors
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Created At"], &[])
    }

    fn row(&self, range: &Value, _now_ms: u64) -> Vec<Value> {
        vec![cells::name(range), cells::created_at(range)]
    }
}

fn type_name(type_: &str, field: &str) -> Vec<FieldError> {
    let shown = Value::from(type_);
    let rules = names::qualified_name(type_);
    if !rules.is_empty() {
        return rules.into_iter().map(|rule| FieldError::invalid(field, &shown, rule)).collect();
    }
    if type_.contains('/') || TYPES.contains(&type_) {
        return Vec::new();
    }
    vec![FieldError::invalid(field, &shown, "must be a standard limit type or fully qualified")]
}

fn item(limit: &Value, type_: &str, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for list in LISTS {
        if type_ == "Pod" && matches!(list, "default" | "defaultRequest") {
            if !limit.get(list).is_empty() {
                errors.push(FieldError::forbidden(format!("{field}.{list}"), "may not be specified when `type` is 'Pod'"));
            }
            continue;
        }
        if list == "maxLimitRequestRatio" && type_ == "PersistentVolumeClaim" && limit.path("min.storage").is_null() && limit.path("max.storage").is_null() {
            let why = "either minimum or maximum storage value is required, but neither was provided";
            errors.push(FieldError::required(format!("{field}.limits"), why));
        }
        for name in limit.get(list).fields().keys() {
            errors.extend(resource(type_, name, &format!("{field}.{list}[{name}]")));
        }
    }
    let mut resources: Vec<&str> = LISTS.iter().flat_map(|list| limit.get(list).fields().keys()).map(|name| name.as_str()).collect();
    resources.order();
    resources.dedup();
    errors.extend(resources.into_iter().flat_map(|name| order(limit, name, field)));
    errors
}

fn resource(type_: &str, name: &str, field: &str) -> Vec<FieldError> {
    match type_ {
        "Pod" | "Container" => super::pod_validation::resources::resource_name(name, field),
        _ => resource_names::resource_name(name, field),
    }
}

/// The amounts of one resource lie in their order: min, default request, default, max.
fn order(limit: &Value, name: &str, field: &str) -> Vec<FieldError> {
    let of = |list: &str| limit.get(list).get(name);
    let (min, max, default, request, ratio) = (of("min"), of("max"), of("default"), of("defaultRequest"), of("maxLimitRequestRatio"));
    let exceeds = |low: &Value, high: &Value| !low.is_null() && !high.is_null() && compare(low, high) == Ordering::Greater;
    let mut errors = Vec::new();
    let mut check = |low: &Value, high: &Value, list: &str, shown: &Value, low_word: &str, high_word: &str| {
        if exceeds(low, high) {
            let why = format!("{low_word} value {} is greater than {high_word} value {}", low.str(), high.str());
            errors.push(FieldError::invalid(format!("{field}.{list}[{name}]"), shown, why));
        }
    };
    check(min, max, "min", min, "min", "max");
    check(min, request, "defaultRequest", request, "min", "default request");
    check(request, max, "defaultRequest", request, "default request", "max");
    check(request, default, "defaultRequest", request, "default request", "default limit");
    check(min, default, "default", min, "min", "default");
    check(default, max, "default", max, "default", "max");
    let here = format!("{field}.maxLimitRequestRatio[{name}]");
    if exceeds(&"1".into(), ratio) {
        errors.push(FieldError::invalid(here.clone(), ratio, format!("ratio {} is less than 1", ratio.str())));
    }
    let number = |value: &Value| Quantity::from_value(value).map_or(0.0, |quantity| quantity.as_f64());
    if !ratio.is_null() && !min.is_null() && !max.is_null() && number(min) > 0.0 && number(ratio) > number(max) / number(min) {
        let why = format!("ratio {} is greater than max/min = {:.6}", ratio.str(), number(max) / number(min));
        errors.push(FieldError::invalid(here, ratio, why));
    }
    errors
}
