//! Roles and ClusterRoles.

use super::super::apps::workload::label_selector;
use super::super::cells;
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of Roles.
pub struct RoleStrategy {
    /// Whether it is a ClusterRole, which may also speak of paths and gather other roles' rules.
    pub is_cluster_wide: bool,
}

impl Strategy for RoleStrategy {
    fn prepare_for_create(&self, _role: &mut Value) {}

    fn validate(&self, role: &Value) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (index, rule) in role.get("rules").items().iter().enumerate() {
            errors.extend(policy_rule(rule, !self.is_cluster_wide, &format!("rules[{index}]")));
        }
        let aggregation = role.get("aggregationRule");
        if !aggregation.is_null() && self.is_cluster_wide {
            let field = "aggregationRule.clusterRoleSelectors";
            let selectors = aggregation.get("clusterRoleSelectors").items();
            if selectors.is_empty() {
                errors.push(FieldError::required(field, "at least one clusterRoleSelector required if aggregationRule is non-nil"));
            }
            for (index, selector) in selectors.iter().enumerate() {
                let here = format!("{field}[{index}]");
                let wrong = label_selector(selector, &here);
                let is_wrong = !wrong.is_empty();
                errors.extend(wrong);
                if is_wrong {
                    errors.push(FieldError::invalid(here, &Value::Null, "invalid label selector."));
                }
            }
        }
        errors
    }

    fn validate_name(&self, name: &str) -> Vec<String> {
        names::path_segment(name)
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Created At"], &[])
    }

    fn row(&self, role: &Value, _now_ms: u64) -> Vec<Value> {
        vec![cells::name(role), cells::created_at(role)]
    }
}

/// `ValidatePolicyRule`.
fn policy_rule(rule: &Value, is_namespaced: bool, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if rule.get("verbs").is_empty() {
        errors.push(FieldError::required(format!("{field}.verbs"), "verbs must contain at least one value"));
    }
    let paths = rule.get("nonResourceURLs");
    if !paths.is_empty() {
        let here = format!("{field}.nonResourceURLs");
        if is_namespaced {
            errors.push(FieldError::invalid(here.clone(), paths, "namespaced rules cannot apply to non-resource URLs"));
        }
        if ["apiGroups", "resources", "resourceNames"].into_iter().any(|name| !rule.get(name).is_empty()) {
            errors.push(FieldError::invalid(here, paths, "rules cannot apply to both regular resources and non-resource URLs"));
        }
        return errors;
    }
    if rule.get("apiGroups").is_empty() {
        errors.push(FieldError::required(format!("{field}.apiGroups"), "resource rules must supply at least one api group"));
    }
    if rule.get("resources").is_empty() {
        errors.push(FieldError::required(format!("{field}.resources"), "resource rules must supply at least one resource"));
    }
    errors
}
