//! Names of resources in quotas and limits (`pkg/apis/core/helper`).

use crate::api::field_error::FieldError;
use crate::api::names;

const COUNTS: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
];
const AMOUNTS: [&str; 9] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
];

/// Whether quotas know a resource without a domain.
pub fn is_standard_quota(name: &str) -> bool {
    COUNTS.contains(&name) || AMOUNTS.contains(&name) || name == "requests.storage" || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-")
}

/// Whether a resource is counted in whole numbers.
pub fn is_integer(name: &str) -> bool {
    COUNTS.contains(&name) || (name.contains('/') && !name.starts_with("kubernetes.io/") && !name.starts_with("count/"))
}

/// A name of any resource: a standard one or one with a domain (`ValidateResourceName`).
pub fn resource_name(name: &str, field: &str) -> Vec<FieldError> {
    let rules = names::qualified_name(name);
    if !rules.is_empty() {
        return rules.into_iter().map(|rule| FieldError::invalid(field, &name.into(), rule)).collect();
    }
    let is_standard = is_standard_quota(name) || name == "storage";
    if name.contains('/') || is_standard {
        return Vec::new();
    }
    vec![FieldError::invalid(field, &name.into(), "must be a standard resource type or fully qualified")]
}
