//! Which requests webhooks and policies look at: rules, selectors, conditions.

use super::super::apps::workload::label_selector;
use crate::api::field_error::FieldError;
use crate::value::Value;

const SCOPES: [&str; 3] = ["*", "Cluster", "Namespaced"];
const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

/// Fills in what a list of rules leaves open.
pub(super) fn default_rules(rules: &mut Value) {
    if rules.is_empty() {
        return;
    }
    for rule in rules.items_mut() {
        rule.set_default("scope", "*");
    }
}

/// Fills in a `MatchResources`.
pub(super) fn default_match(resources: &mut Value) {
    if !resources.is_object() {
        return;
    }
    resources.set_default("matchPolicy", "Equivalent");
    for selector in ["namespaceSelector", "objectSelector"] {
        resources.set_default(selector, Value::object());
    }
    for list in ["resourceRules", "excludeResourceRules"] {
        if !resources.get(list).is_empty() {
            default_rules(resources.get_mut(list));
        }
    }
}

/// `*` stands alone, and there is something.
fn whole_or_some(values: &Value, field: &str, what: &str) -> Vec<FieldError> {
    match values.items() {
        [] => vec![FieldError::required(field, "")],
        [_] => Vec::new(),
        many if many.iter().any(|value| value.str() == "*") => {
            vec![FieldError::invalid(field, values, format!("if '*' is present, must not specify other {what}"))]
        }
        _ => Vec::new(),
    }
}

/// A rule: operations on resources.
pub(super) fn rule(rule: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = whole_or_some(rule.get("operations"), &format!("{field}.operations"), "operations");
    for (index, operation) in rule.get("operations").items().iter().enumerate().filter(|(_, operation)| !OPERATIONS.contains(&operation.str())) {
        errors.push(FieldError::not_supported(format!("{field}.operations[{index}]"), operation, &OPERATIONS));
    }
    errors.extend(whole_or_some(rule.get("apiGroups"), &format!("{field}.apiGroups"), "API groups"));
    errors.extend(whole_or_some(rule.get("apiVersions"), &format!("{field}.apiVersions"), "API versions"));
    let (resources, here) = (rule.get("resources"), format!("{field}.resources"));
    let has = |word: &str| resources.items().iter().any(|resource| resource.str() == word);
    match resources.items().len() {
        0 => errors.push(FieldError::required(here, "")),
        2.. if has("*/*") => errors.push(FieldError::invalid(here, resources, "if '*/*' is present, must not specify other resources")),
        _ => {}
    }
    let scope = rule.get("scope");
    if !scope.is_null() && !SCOPES.contains(&scope.str()) {
        errors.push(FieldError::not_supported(format!("{field}.scope"), scope, &SCOPES));
    }
    errors
}

/// A `MatchResources`; a policy's own must say which resources it means.
pub(super) fn match_resources(resources: &Value, needs_rules: bool, field: &str) -> Vec<FieldError> {
    let mut errors = match_policy(resources.get("matchPolicy"), &format!("{field}.matchPolicy"));
    for selector in ["namespaceSelector", "objectSelector"] {
        errors.extend(label_selector(resources.get(selector), &format!("{field}.{selector}")));
    }
    for list in ["resourceRules", "excludeResourceRules"] {
        for (index, one) in resources.get(list).items().iter().enumerate() {
            errors.extend(rule(one, &format!("{field}.{list}[{index}]")));
        }
    }
    if needs_rules && resources.get("resourceRules").is_empty() {
        errors.push(FieldError::required(format!("{field}.resourceRules"), ""));
    }
    errors
}

/// The warning about a name that is kept for configurations in files.
pub(super) fn reserved_name(object: &Value) -> Vec<String> {
    if !crate::api::meta::name(object).ends_with(".static.k8s.io") {
        return Vec::new();
    }
    let text = "metadata.name: names ending with \".static.k8s.io\" are reserved for static manifest-based configurations and cannot be managed via the API";
    vec![text.into()]
}

/// `Equivalent` or `Exact`.
pub(super) fn match_policy(policy: &Value, field: &str) -> Vec<FieldError> {
    if policy.is_null() || ["Equivalent", "Exact"].contains(&policy.str()) {
        return Vec::new();
    }
    vec![FieldError::not_supported(field, policy, &["Equivalent", "Exact"])]
}

/// `Fail` or `Ignore`.
pub(super) fn failure_policy(policy: &Value, field: &str) -> Vec<FieldError> {
    if policy.is_null() || ["Fail", "Ignore"].contains(&policy.str()) {
        return Vec::new();
    }
    vec![FieldError::not_supported(field, policy, &["Fail", "Ignore"])]
}

/// Conditions in CEL, each with a name of its own. Expressions are stored, not compiled.
pub(super) fn conditions(conditions: &[Value], field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, condition) in conditions.iter().enumerate() {
        let here = format!("{field}[{index}]");
        if condition.get("expression").str().trim().is_empty() {
            errors.push(FieldError::required(format!("{here}.expression"), ""));
        }
        let name = condition.get("name");
        if name.is_empty() {
            errors.push(FieldError::required(format!("{here}.name"), ""));
        } else {
            errors.extend(super::super::rules::follows(name, &format!("{here}.name"), crate::api::names::qualified_name));
            if conditions[..index].iter().any(|other| other.get("name") == name) {
                errors.push(FieldError::duplicate(format!("{here}.name"), name));
            }
        }
    }
    errors
}
