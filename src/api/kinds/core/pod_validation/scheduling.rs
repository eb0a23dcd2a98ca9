//! Where a Pod may run: node selectors, affinity, tolerations, spread constraints.

use super::super::super::apps::workload::label_selector;
use super::in_range;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// What is wrong with the fields that say where a Pod may run.
pub fn validate(spec: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in spec.get("nodeSelector").fields().iter() {
        errors.extend(names::qualified_name(key).into_iter().map(|rule| FieldError::invalid(format!("{field}.nodeSelector"), &key.into(), rule)));
        errors.extend(names::label_value(value.str()).into_iter().map(|rule| FieldError::invalid(format!("{field}.nodeSelector"), value, rule)));
    }
    for (index, toleration) in spec.get("tolerations").items().iter().enumerate() {
        errors.extend(toleration_rules(toleration, &format!("{field}.tolerations[{index}]")));
    }
    errors.extend(affinity(spec.get("affinity"), &format!("{field}.affinity")));
    for (index, constraint) in spec.get("topologySpreadConstraints").items().iter().enumerate() {
        errors.extend(spread(constraint, &format!("{field}.topologySpreadConstraints[{index}]")));
    }
    errors
}

/// A toleration's own rules.
pub fn toleration_rules(toleration: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (key, operator, effect) = (toleration.get("key"), toleration.get("operator"), toleration.get("effect"));
    if !key.is_empty() {
        errors.extend(names::qualified_name(key.str()).into_iter().map(|rule| FieldError::invalid(format!("{field}.key"), key, rule)));
    } else if operator.str() != "Exists" {
        errors.push(FieldError::invalid(
            format!("{field}.operator"),
            &operator.str().into(),
            "operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
        ));
    }
    if !toleration.get("tolerationSeconds").is_null() && effect.str() != "NoExecute" {
        errors.push(FieldError::invalid(format!("{field}.effect"), &effect.str().into(), "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    match operator.str() {
        "" | "Equal" => errors.extend(
            names::label_value(toleration.get("value").str())
                .into_iter()
                .map(|rule| FieldError::invalid(format!("{field}.operator"), toleration.get("value"), rule)),
        ),
        "Exists" => {
            if !toleration.get("value").is_empty() {
                errors.push(FieldError::invalid(format!("{field}.operator"), toleration.get("value"), "value must be empty when `operator` is 'Exists'"));
            }
        }
        // Lt and Gt are behind a feature gate that is off by default; upstream lists them as supported all the same.
        "Lt" | "Gt" => errors.push(FieldError::not_supported(format!("{field}.operator"), operator, &["Equal", "Exists", "Lt", "Gt"])),
        _ => errors.push(FieldError::not_supported(format!("{field}.operator"), operator, &["Equal", "Exists"])),
    }
    if !effect.is_empty() && !EFFECTS.contains(&effect.str()) {
        errors.push(FieldError::not_supported(format!("{field}.effect"), effect, &EFFECTS));
    }
    errors
}

fn affinity(affinity: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let node = affinity.get("nodeAffinity");
    let required = node.get("requiredDuringSchedulingIgnoredDuringExecution");
    if !required.is_null() {
        errors.extend(node_selector(required, &format!("{field}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution")));
    }
    for (index, preference) in node.get("preferredDuringSchedulingIgnoredDuringExecution").items().iter().enumerate() {
        let here = format!("{field}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[{index}]");
        errors.extend(weight(preference, &here));
        errors.extend(node_term(preference.get("preference"), &format!("{here}.preference")));
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let terms = affinity.get(kind);
        for (index, term) in terms.get("requiredDuringSchedulingIgnoredDuringExecution").items().iter().enumerate() {
            errors.extend(pod_term(term, &format!("{field}.{kind}.requiredDuringSchedulingIgnoredDuringExecution[{index}]")));
        }
        for (index, preference) in terms.get("preferredDuringSchedulingIgnoredDuringExecution").items().iter().enumerate() {
            let here = format!("{field}.{kind}.preferredDuringSchedulingIgnoredDuringExecution[{index}]");
            errors.extend(weight(preference, &here));
            errors.extend(pod_term(preference.get("podAffinityTerm"), &format!("{here}.podAffinityTerm")));
        }
    }
    errors
}

/// A node selector: some terms, one of which must hold (`ValidateNodeSelector`).
pub fn node_selector(selector: &Value, field: &str) -> Vec<FieldError> {
    let here = format!("{field}.nodeSelectorTerms");
    let terms = selector.get("nodeSelectorTerms").items();
    if terms.is_empty() {
        return vec![FieldError::required(here, "must have at least one node selector term")];
    }
    terms.iter().enumerate().flat_map(|(index, term)| node_term(term, &format!("{here}[{index}]"))).collect()
}

fn weight(preference: &Value, field: &str) -> Vec<FieldError> {
    let value = preference.get("weight");
    let value = if value.is_null() { &Value::Int(0) } else { value };
    match in_range(value, String::new(), 1, 100).is_empty() {
        true => Vec::new(),
        false => vec![FieldError::invalid(format!("{field}.weight"), value, "must be in the range 1-100")],
    }
}

fn node_term(term: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, requirement) in term.get("matchExpressions").items().iter().enumerate() {
        let here = format!("{field}.matchExpressions[{index}]");
        let count = requirement.get("values").items().len();
        match requirement.get("operator").str() {
            "In" | "NotIn" if count == 0 => errors.push(FieldError::required(format!("{here}.values"), "must be specified when `operator` is 'In' or 'NotIn'")),
            "Exists" | "DoesNotExist" if count > 0 => {
                errors.push(FieldError::forbidden(format!("{here}.values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
            }
            "Gt" | "Lt" if count != 1 => {
                errors.push(FieldError::required(format!("{here}.values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"))
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
            _ => errors.push(FieldError::invalid(format!("{here}.operator"), requirement.get("operator"), "not a valid selector operator")),
        }
        let key = requirement.get("key");
        errors.extend(names::qualified_name(key.str()).into_iter().map(|rule| FieldError::invalid(format!("{here}.key"), key, rule)));
    }
    for (index, requirement) in term.get("matchFields").items().iter().enumerate() {
        let here = format!("{field}.matchFields[{index}]");
        match requirement.get("operator").str() {
            "In" | "NotIn" if requirement.get("values").items().len() == 1 => {}
            "In" | "NotIn" => {
                errors.push(FieldError::required(format!("{here}.values"), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
            }
            _ => errors.push(FieldError::invalid(format!("{here}.operator"), requirement.get("operator"), "not a valid selector operator")),
        }
        if requirement.get("key").str() != "metadata.name" {
            errors.push(FieldError::invalid(format!("{here}.key"), requirement.get("key"), "not a valid field selector key"));
        } else {
            for (index, name) in requirement.get("values").items().iter().enumerate() {
                let rules = names::dns1123_subdomain(name.str());
                errors.extend(rules.into_iter().map(|rule| FieldError::invalid(format!("{here}.values[{index}]"), name, rule)));
            }
        }
    }
    errors
}

/// What keeps a Pod from being scheduled: names, each of them once.
pub fn gates(gates: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (index, gate) in gates.items().iter().enumerate() {
        let (name, here) = (gate.get("name"), format!("{field}[{index}]"));
        errors.extend(names::qualified_name(name.str()).into_iter().map(|rule| FieldError::invalid(here.clone(), name, rule)));
        if seen.contains(&name.str()) {
            errors.push(FieldError::duplicate(here, name));
        }
        seen.push(name.str());
    }
    errors
}

fn pod_term(term: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = label_selector(term.get("labelSelector"), &format!("{field}.labelSelector"));
    for name in term.get("namespaces").items() {
        errors.extend(names::dns1123_label(name.str()).into_iter().map(|rule| FieldError::invalid(format!("{field}.namespace"), name, rule)));
    }
    errors.extend(label_keys(term, field, "matchLabelKeys"));
    errors.extend(label_keys(term, field, "mismatchLabelKeys"));
    for (index, key) in term.get("matchLabelKeys").items().iter().enumerate() {
        if term.get("mismatchLabelKeys").items().contains(key) {
            errors.push(FieldError::invalid(format!("{field}.matchLabelKeys[{index}]"), key, "exists in both matchLabelKeys and mismatchLabelKeys"));
        }
    }
    let key = term.get("topologyKey");
    if key.is_empty() {
        errors.push(FieldError::required(format!("{field}.topologyKey"), "can not be empty"));
    }
    errors.extend(names::qualified_name(key.str()).into_iter().map(|rule| FieldError::invalid(format!("{field}.topologyKey"), key, rule)));
    errors
}

/// Keys of labels whose values the pod itself gives.
fn label_keys(holder: &Value, field: &str, list: &str) -> Vec<FieldError> {
    let keys = holder.get(list).items();
    if !keys.is_empty() && holder.get("labelSelector").is_null() {
        return vec![FieldError::forbidden(format!("{field}.{list}"), "must not be specified when labelSelector is not set")];
    }
    let wrong = |(index, key): (usize, &Value)| {
        let here = format!("{field}.{list}[{index}]");
        names::qualified_name(key.str()).into_iter().map(move |rule| FieldError::invalid(here.clone(), &key.clone(), rule)).collect::<Vec<_>>()
    };
    keys.iter().enumerate().flat_map(wrong).collect()
}

fn spread(constraint: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let skew = constraint.get("maxSkew");
    if skew.as_i64().unwrap_or(0) <= 0 {
        errors.push(FieldError::invalid(format!("{field}.maxSkew"), if skew.is_null() { &Value::Int(0) } else { skew }, "must be greater than zero"));
    }
    if constraint.get("topologyKey").is_empty() {
        errors.push(FieldError::required(format!("{field}.topologyKey"), "can not be empty"));
    }
    let action = constraint.get("whenUnsatisfiable");
    if !["DoNotSchedule", "ScheduleAnyway"].contains(&action.str()) {
        errors.push(FieldError::not_supported(format!("{field}.whenUnsatisfiable"), action, &["DoNotSchedule", "ScheduleAnyway"]));
    }
    let domains = constraint.get("minDomains");
    if let Some(number) = domains.as_i64() {
        if number <= 0 {
            errors.push(FieldError::invalid(format!("{field}.minDomains"), domains, "must be greater than zero"));
        }
        if action.str() != "DoNotSchedule" {
            let why = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}", action.str());
            errors.push(FieldError::invalid(format!("{field}.minDomains"), domains, why));
        }
    }
    for name in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
        let policy = constraint.get(name);
        if !policy.is_null() && !["Honor", "Ignore"].contains(&policy.str()) {
            errors.push(FieldError::not_supported(format!("{field}.{name}"), policy, &["Honor", "Ignore"]));
        }
    }
    errors.extend(label_selector(constraint.get("labelSelector"), &format!("{field}.labelSelector")));
    errors.extend(label_keys(constraint, field, "matchLabelKeys"));
    errors
}
