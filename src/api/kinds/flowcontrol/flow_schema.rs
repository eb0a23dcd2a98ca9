//! FlowSchemas.

use super::super::{cells, rules};
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
use crate::value::Value;

/// The rules of FlowSchemas.
pub struct FlowSchemaStrategy;

const DEFAULT_PRECEDENCE: i64 = 1000;
const MAX_PRECEDENCE: i64 = 10_000;

impl Strategy for FlowSchemaStrategy {
    fn default(&self, schema: &mut Value) {
        let precedence = schema.path("spec.matchingPrecedence");
        if precedence.is_null() || precedence.as_i64() == Some(0) {
            schema.set("spec.matchingPrecedence", DEFAULT_PRECEDENCE);
        }
    }

    fn prepare_for_create(&self, schema: &mut Value) {
        schema.set("status", Value::object());
    }

    fn validate(&self, schema: &Value) -> Vec<FieldError> {
        let spec = schema.get("spec");
        let mut errors = Vec::new();
        let precedence = spec.get("matchingPrecedence").as_i64().unwrap_or(0);
        if precedence <= 0 {
            errors.push(FieldError::invalid("spec.matchingPrecedence", &precedence.into(), "must be a positive value"));
        } else if precedence > MAX_PRECEDENCE {
            errors.push(FieldError::invalid("spec.matchingPrecedence", &precedence.into(), format!("must not be greater than {MAX_PRECEDENCE}")));
        }
        let method = spec.path("distinguisherMethod.type");
        if !spec.get("distinguisherMethod").is_null() && !["ByNamespace", "ByUser"].contains(&method.str()) {
            let shown = format!("{{\"Type\":{}}}", Value::from(method.str()));
            let detail = "supported values: \"ByNamespace\", \"ByUser\"".to_string();
            errors.push(FieldError { type_: ErrorType::NotSupported, field: "spec.distinguisherMethod.type".into(), shown, detail });
        }
        let level = spec.path("priorityLevelConfiguration.name");
        if level.is_empty() {
            errors.push(FieldError::required("spec.priorityLevelConfiguration.name", "must reference a priority level"));
        } else {
            errors.extend(rules::follows(level, "spec.priorityLevelConfiguration.name", names::dns1123_subdomain));
        }
        for (index, rule) in spec.get("rules").items().iter().enumerate() {
            errors.extend(self::rule(rule, &format!("spec.rules[{index}]")));
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "PriorityLevel", "MatchingPrecedence", "DistinguisherMethod", "Age", "MissingPL"], &[])
    }

    fn row(&self, schema: &Value, now_ms: u64) -> Vec<Value> {
        let spec = schema.get("spec");
        vec![
            cells::name(schema),
            cells::or(spec.path("priorityLevelConfiguration.name"), "<none>"),
            cells::number(spec.get("matchingPrecedence")),
            cells::or(spec.path("distinguisherMethod.type"), "<none>"),
            cells::age(schema, now_ms),
            cells::or(meta::condition(schema, "Dangling").get("status"), "?"),
        ]
    }
}

fn rule(rule: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let subjects = rule.get("subjects").items();
    if subjects.is_empty() {
        errors.push(FieldError::required(format!("{field}.subjects"), "subjects must contain at least one value"));
    }
    for (index, subject) in subjects.iter().enumerate() {
        errors.extend(self::subject(subject, &format!("{field}.subjects[{index}]")));
    }
    if rule.get("resourceRules").is_empty() && rule.get("nonResourceRules").is_empty() {
        errors.push(FieldError::required(field, "at least one of resourceRules and nonResourceRules has to be non-empty"));
    }
    for (index, resources) in rule.get("resourceRules").items().iter().enumerate() {
        errors.extend(resource_rule(resources, &format!("{field}.resourceRules[{index}]")));
    }
    for (index, paths) in rule.get("nonResourceRules").items().iter().enumerate() {
        let here = format!("{field}.nonResourceRules[{index}]");
        errors.extend(verbs(paths, &here));
        if paths.get("nonResourceURLs").is_empty() {
            errors.push(FieldError::required(format!("{here}.nonResourceURLs"), "nonResourceURLs must contain at least one value"));
        }
    }
    errors
}

fn subject(subject: &Value, field: &str) -> Vec<FieldError> {
    let named: &[&str] = match subject.get("kind").str() {
        "User" => &["user.name"],
        "Group" => &["group.name"],
        "ServiceAccount" => &["serviceAccount.name", "serviceAccount.namespace"],
        _ => return vec![FieldError::not_supported(format!("{field}.kind"), &subject.get("kind").str().into(), &["Group", "ServiceAccount", "User"])],
    };
    named.iter().filter(|path| subject.path(path).is_empty()).map(|path| FieldError::required(format!("{field}.{path}"), "")).collect()
}

fn verbs(rule: &Value, field: &str) -> Vec<FieldError> {
    if rule.get("verbs").is_empty() { vec![FieldError::required(format!("{field}.verbs"), "verbs must contain at least one value")] } else { Vec::new() }
}

fn resource_rule(rule: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = verbs(rule, field);
    if rule.get("apiGroups").is_empty() {
        errors.push(FieldError::required(format!("{field}.apiGroups"), "resource rules must supply at least one api group"));
    }
    if rule.get("resources").is_empty() {
        errors.push(FieldError::required(format!("{field}.resources"), "resource rules must supply at least one resource"));
    }
    if rule.get("namespaces").is_empty() && rule.get("clusterScope").as_bool() != Some(true) {
        let why = "resource rules that are not cluster scoped must supply at least one namespace";
        errors.push(FieldError::required(format!("{field}.namespaces"), why));
    }
    errors
}
