//! `matchLabelKeys`: a Pod's own values of some labels become part of its selectors when it is made
//! (`pkg/registry/core/pod/strategy.go`, `applyMatchLabelKeysAndMismatchLabelKeys`).

use crate::value::{Value, json};

/// Adds to the selectors of affinity terms and of spread constraints what their keys mean for this Pod.
pub fn merge(pod: &mut Value) {
    let labels = pod.path("metadata.labels").clone();
    if !pod.path("spec.topologySpreadConstraints").is_empty() {
        for constraint in pod.path_mut("spec.topologySpreadConstraints").items_mut() {
            add(constraint, &labels);
        }
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        for (list, term) in [("requiredDuringSchedulingIgnoredDuringExecution", ""), ("preferredDuringSchedulingIgnoredDuringExecution", "podAffinityTerm")] {
            let path = format!("spec.affinity.{kind}.{list}");
            if pod.path(&path).is_empty() {
                continue;
            }
            for item in pod.path_mut(&path).items_mut() {
                add(if term.is_empty() { item } else { item.get_mut(term) }, &labels);
            }
        }
    }
}

fn add(term: &mut Value, labels: &Value) {
    if term.get("labelSelector").is_null() {
        return;
    }
    for (list, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in term.get(list).clone().items() {
            if let Some(value) = labels.get(key.str()).as_str() {
                let requirement = json!({"key": key.str(), "operator": operator, "values": [value]});
                term.push("labelSelector.matchExpressions", requirement);
            }
        }
    }
}
