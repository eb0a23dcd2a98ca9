//! Which nodes a pod may be on by its `nodeSelector` and required node affinity (`k8s.io/component-helpers/scheduling/corev1/nodeaffinity`).

use crate::api::{labels, meta};
use crate::value::Value;

/// Whether the pod spec's selector and required affinity match the node.
pub(super) fn matches(spec: &Value, node: &Value) -> bool {
    let required = spec.path("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    let node_labels = node.path("metadata.labels").fields();
    labels::matches_map(spec.get("nodeSelector").fields(), node_labels) && (required.is_null() || matches_any_term(required.get("nodeSelectorTerms"), node))
}

/// Whether one of the terms matches; a term without requirements matches nothing.
fn matches_any_term(terms: &Value, node: &Value) -> bool {
    terms.items().iter().any(|term| {
        let (expressions, fields) = (term.get("matchExpressions").items(), term.get("matchFields").items());
        let by_label = |requirement: &Value| holds(requirement, node.path("metadata.labels").get(requirement.get("key").str()).as_str());
        let by_field = |requirement: &Value| requirement.get("key").str() == "metadata.name" && holds(requirement, Some(meta::name(node)));
        !(expressions.is_empty() && fields.is_empty()) && expressions.iter().all(by_label) && fields.iter().all(by_field)
    })
}

fn holds(requirement: &Value, value: Option<&str>) -> bool {
    let values = requirement.get("values").items();
    let listed = value.is_some_and(|value| values.iter().any(|item| item.str() == value));
    let numbers = || Some((value?.parse::<i64>().ok()?, values.first()?.str().parse::<i64>().ok()?));
    match requirement.get("operator").str() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => numbers().is_some_and(|(value, limit)| value > limit),
        "Lt" => numbers().is_some_and(|(value, limit)| value < limit),
        _ => false,
    }
}
