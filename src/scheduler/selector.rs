//! Node selectors, as node affinity and volumes have them (upstream: `component-helpers/scheduling/corev1/nodeaffinity`).

use super::pod_info::PodInfo;
use crate::api::labels::matches_map;
use crate::api::meta;
use crate::value::{Map, Value};

/// Whether a node matches a pod's `nodeSelector` and its required node affinity.
pub fn matches_required_affinity(pod: &PodInfo, node: &Value) -> bool {
    if !pod.restricts_nodes {
        return true;
    }
    let spec = pod.pod.get("spec");
    let node_labels = node.get("metadata").get("labels").fields();
    if !matches_map(spec.get("nodeSelector").fields(), node_labels) {
        return false;
    }
    let required = spec.path("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    required.is_null() || matches_node_selector(required, node)
}

/// Whether a node matches any term of a `NodeSelector`.
pub fn matches_node_selector(selector: &Value, node: &Value) -> bool {
    selector.get("nodeSelectorTerms").items().iter().any(|term| matches_term(term, node))
}

/// Whether a node matches all of a `NodeSelectorTerm`; an empty one matches nothing.
pub fn matches_term(term: &Value, node: &Value) -> bool {
    let (expressions, fields) = (term.get("matchExpressions").items(), term.get("matchFields").items());
    if expressions.is_empty() && fields.is_empty() {
        return false;
    }
    let node_labels = node.get("metadata").get("labels").fields();
    expressions.iter().all(|requirement| matches_requirement(requirement, node_labels))
        && fields.iter().all(|field| field.get("key").str() == "metadata.name" && matches_value(field, Some(meta::name(node))))
}

fn matches_requirement(requirement: &Value, labels: &Map) -> bool {
    matches_value(requirement, labels.get(requirement.get("key").str()).map(Value::str))
}

fn matches_value(requirement: &Value, found: Option<&str>) -> bool {
    let values = requirement.get("values").items();
    let listed = found.is_some_and(|found| values.iter().any(|value| value.str() == found));
    let compare = |holds: fn(i64, i64) -> bool| {
        let (Some(found), [wanted]) = (found, values) else { return false };
        matches!((found.parse(), wanted.str().parse()), (Ok(found), Ok(wanted)) if holds(found, wanted))
    };
    match requirement.get("operator").str() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        "Gt" => compare(|found, wanted| found > wanted),
        "Lt" => compare(|found, wanted| found < wanted),
        _ => false,
    }
}
