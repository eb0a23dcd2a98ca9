//! RoleBindings and ClusterRoleBindings.

use super::super::cells;
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of RoleBindings.
pub struct RoleBindingStrategy {
    /// Whether it is a ClusterRoleBinding, which binds ClusterRoles only.
    pub is_cluster_wide: bool,
}

const GROUP: &str = "rbac.authorization.k8s.io";

impl Strategy for RoleBindingStrategy {
    fn default(&self, binding: &mut Value) {
        if binding.path("roleRef.apiGroup").is_empty() {
            binding.set("roleRef.apiGroup", GROUP);
        }
        if binding.get("subjects").is_empty() {
            return;
        }
        for subject in binding.get_mut("subjects").items_mut() {
            if subject.get("apiGroup").is_empty() && matches!(subject.get("kind").str(), "User" | "Group") {
                subject.set("apiGroup", GROUP);
            }
        }
    }

    fn prepare_for_create(&self, _binding: &mut Value) {}

    fn validate(&self, binding: &Value) -> Vec<FieldError> {
        let reference = binding.get("roleRef");
        let text = |value: &Value| Value::from(value.str());
        let mut errors = Vec::new();
        if reference.get("apiGroup").str() != GROUP {
            errors.push(FieldError::not_supported("roleRef.apiGroup", &text(reference.get("apiGroup")), &[GROUP]));
        }
        let kinds: &[&str] = if self.is_cluster_wide { &["ClusterRole"] } else { &["Role", "ClusterRole"] };
        if !kinds.contains(&reference.get("kind").str()) {
            errors.push(FieldError::not_supported("roleRef.kind", &text(reference.get("kind")), kinds));
        }
        let name = reference.get("name");
        if name.is_empty() {
            errors.push(FieldError::required("roleRef.name", ""));
        } else {
            errors.extend(names::path_segment(name.str()).into_iter().map(|rule| FieldError::invalid("roleRef.name", name, rule)));
        }
        for (index, subject) in binding.get("subjects").items().iter().enumerate() {
            errors.extend(self::subject(subject, !self.is_cluster_wide, &format!("subjects[{index}]")));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        let reference = new.get("roleRef");
        if reference != old.get("roleRef") {
            let text = |field: &str| Value::from(reference.get(field).str());
            let shown = format!("{{\"APIGroup\":{},\"Kind\":{},\"Name\":{}}}", text("apiGroup"), text("kind"), text("name"));
            errors.push(FieldError { type_: ErrorType::Invalid, field: "roleRef".into(), shown, detail: "cannot change roleRef".into() });
        }
        errors
    }

    fn validate_name(&self, name: &str) -> Vec<String> {
        names::path_segment(name)
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Role", "Age"], &["Users", "Groups", "ServiceAccounts"])
    }

    fn row(&self, binding: &Value, now_ms: u64) -> Vec<Value> {
        let reference = binding.get("roleRef");
        let of_kind = |kind: &str| -> Value {
            let named = binding.get("subjects").items().iter().filter(|subject| subject.get("kind").str() == kind);
            let text = |subject: &Value| match (kind, subject.get("name").str(), subject.get("namespace").str()) {
                ("ServiceAccount", name, namespace) if !namespace.is_empty() => format!("{namespace}/{name}"),
                (_, name, _) => name.to_string(),
            };
            named.map(text).collect::<Vec<_>>().join(", ").into()
        };
        vec![
            cells::name(binding),
            format!("{}/{}", reference.get("kind").str(), reference.get("name").str()).into(),
            cells::age(binding, now_ms),
            of_kind("User"),
            of_kind("Group"),
            of_kind("ServiceAccount"),
        ]
    }
}

/// `ValidateRoleBindingSubject`. In a namespace, an account without one is of that namespace.
fn subject(subject: &Value, is_namespaced: bool, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (name, group) = (subject.get("name"), Value::from(subject.get("apiGroup").str()));
    if name.is_empty() {
        errors.push(FieldError::required(format!("{field}.name"), ""));
    }
    match subject.get("kind").str() {
        "ServiceAccount" => {
            if !name.is_empty() {
                let rules = names::dns1123_subdomain(name.str());
                errors.extend(rules.into_iter().map(|rule| FieldError::invalid(format!("{field}.name"), name, rule)));
            }
            if !group.is_empty() {
                errors.push(FieldError::not_supported(format!("{field}.apiGroup"), &group, &[""]));
            }
            if !is_namespaced && subject.get("namespace").is_empty() {
                errors.push(FieldError::required(format!("{field}.namespace"), ""));
            }
        }
        "User" | "Group" => {
            if group.str() != GROUP {
                errors.push(FieldError::not_supported(format!("{field}.apiGroup"), &group, &[GROUP]));
            }
        }
        _ => {
            let kind = Value::from(subject.get("kind").str());
            errors.push(FieldError::not_supported(format!("{field}.kind"), &kind, &["ServiceAccount", "User", "Group"]));
        }
    }
    errors
}
