//! What an autoscaler looks at: its metrics' rules (`validateMetrics`) and how the table shows them (`formatHPAMetrics`).

use super::super::core::quantities;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

const TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];
/// How many metrics the table shows before it says how many more there are.
const SHOWN: usize = 2;

/// The field of a metric that its type fills.
fn source_name(type_: &str) -> &'static str {
    match type_ {
        "ContainerResource" => "containerResource",
        "External" => "external",
        "Object" => "object",
        "Pods" => "pods",
        _ => "resource",
    }
}

/// What is wrong with the metrics.
pub(super) fn validate(metrics: &[Value]) -> Vec<FieldError> {
    metrics.iter().enumerate().flat_map(|(index, metric)| validate_one(metric, &format!("spec.metrics[{index}]"))).collect()
}

fn validate_one(metric: &Value, field: &str) -> Vec<FieldError> {
    let type_ = metric.get("type");
    if type_.is_empty() {
        return vec![FieldError::required(format!("{field}.type"), "must specify a metric source type")];
    }
    if !TYPES.contains(&type_.str()) {
        return vec![FieldError::not_supported(format!("{field}.type"), type_, &TYPES)];
    }
    let mut errors = Vec::new();
    let wanted = source_name(type_.str());
    for name in ["object", "external", "pods", "resource", "containerResource"] {
        if name != wanted && !metric.get(name).is_null() {
            errors.push(FieldError::forbidden(format!("{field}.{name}"), "must populate the given metric source only"));
        }
    }
    let here = format!("{field}.{wanted}");
    if metric.get(wanted).is_null() {
        errors.insert(0, FieldError::required(here, "must populate information for the given metric source"));
        return errors;
    }
    let mut own = source(metric.get(wanted), type_.str(), &here);
    own.extend(errors);
    own
}

fn source(source: &Value, type_: &str, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let aim = source.get("target");
    let target = format!("{field}.target");
    match type_ {
        "Object" => {
            let described = source.get("describedObject");
            for name in ["kind", "name"].into_iter().filter(|name| described.get(name).is_empty()) {
                errors.push(FieldError::required(format!("{field}.describedObject.{name}"), ""));
            }
            errors.extend(metric_name(source, field));
            errors.extend(aim_rules(aim, &target));
            if aim.get("value").is_null() && aim.get("averageValue").is_null() {
                errors.push(FieldError::required(format!("{target}.averageValue"), "must set either a target value or averageValue"));
            }
        }
        "External" => {
            errors.extend(metric_name(source, field));
            errors.extend(aim_rules(aim, &target));
            let (value, average) = (!aim.get("value").is_null(), !aim.get("averageValue").is_null());
            if !value && !average {
                errors.push(FieldError::required(format!("{target}.averageValue"), "must set either a target value for metric or a per-pod target"));
            } else if value && average {
                errors.push(FieldError::forbidden(format!("{target}.value"), "may not set both a target value for metric and a per-pod target"));
            }
        }
        "Pods" => {
            errors.extend(metric_name(source, field));
            errors.extend(aim_rules(aim, &target));
            if quantities::is_not_positive(aim.get("averageValue")) && aim.get("averageValue").is_null() {
                errors.push(FieldError::required(format!("{target}.averageValue"), "must specify a positive target averageValue"));
            }
        }
        _ => {
            if source.get("name").is_empty() {
                errors.push(FieldError::required(format!("{field}.name"), "must specify a resource name"));
            }
            if type_ == "ContainerResource" && source.get("container").is_empty() {
                errors.push(FieldError::required(format!("{field}.container"), "must specify a container"));
            }
            errors.extend(aim_rules(aim, &target));
            let (percent, raw) = (!aim.get("averageUtilization").is_null(), !aim.get("averageValue").is_null());
            if !percent && !raw {
                errors.push(FieldError::required(format!("{target}.averageUtilization"), "must set either a target raw value or a target utilization"));
            } else if percent && raw {
                errors.push(FieldError::forbidden(format!("{target}.averageValue"), "may not set both a target raw value and a target utilization"));
            }
        }
    }
    errors
}

fn metric_name(source: &Value, field: &str) -> Vec<FieldError> {
    let name = source.path("metric.name");
    let here = format!("{field}.metric.name");
    if name.is_empty() {
        return vec![FieldError::required(here, "must specify a metric name")];
    }
    names::path_segment(name.str()).into_iter().map(|rule| FieldError::invalid(here.clone(), name, rule)).collect()
}

/// `validateMetricTarget`.
fn aim_rules(aim: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let type_ = aim.get("type");
    if type_.is_empty() {
        errors.push(FieldError::required(format!("{field}.type"), "must specify a metric target type"));
    }
    if !["Utilization", "Value", "AverageValue"].contains(&type_.str()) {
        errors.push(FieldError::invalid(format!("{field}.type"), &type_.str().into(), "must be either Utilization, Value, or AverageValue"));
    }
    for name in ["value", "averageValue"] {
        let value = aim.get(name);
        if !value.is_null() && quantities::is_not_positive(value) {
            errors.push(FieldError::invalid(format!("{field}.{name}"), value, "must be positive"));
        }
    }
    let percent = aim.get("averageUtilization");
    if percent.as_i64().is_some_and(|percent| percent < 1) {
        errors.push(FieldError::invalid(format!("{field}.averageUtilization"), percent, "must be greater than 0"));
    }
    errors
}

/// `cpu: 30%/80%, 5/10 (avg) + 1 more...`.
pub(super) fn cell(specs: &[Value], statuses: &[Value]) -> String {
    if specs.is_empty() {
        return "<none>".into();
    }
    let all: Vec<String> = specs.iter().enumerate().map(|(index, spec)| one(spec, statuses.get(index).unwrap_or(&crate::value::NULL))).collect();
    let shown = all[..all.len().min(SHOWN)].join(", ");
    if all.len() > SHOWN { format!("{shown} + {} more...", all.len() - SHOWN) } else { shown }
}

fn one(spec: &Value, status: &Value) -> String {
    let type_ = spec.get("type").str();
    if !TYPES.contains(&type_) {
        return "<unknown type>".into();
    }
    let name = source_name(type_);
    let (source, target, current) = (spec.get(name), spec.get(name).get("target"), status.get(name).get("current"));
    let known = |value: &Value| if value.is_empty() { "<unknown>".to_string() } else { value.str().to_string() };
    let average = target.get("averageValue");
    match type_ {
        "External" | "Object" if !average.is_null() => format!("{}/{} (avg)", known(current.get("averageValue")), average.str()),
        "External" | "Object" => format!("{}/{}", known(current.get("value")), target.get("value").str()),
        "Pods" => format!("{}/{}", known(current.get("averageValue")), average.str()),
        _ if !average.is_null() => format!("{}: {}/{}", source.get("name").str(), known(current.get("averageValue")), average.str()),
        _ => {
            let percent = |value: &Value, otherwise: &str| value.as_i64().map_or_else(|| otherwise.to_string(), |number| format!("{number}%"));
            let now = percent(current.get("averageUtilization"), "<unknown>");
            format!("{}: {now}/{}", source.get("name").str(), percent(target.get("averageUtilization"), "<auto>"))
        }
    }
}
