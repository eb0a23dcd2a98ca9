//! Taints of nodes and the tolerations of pods (`k8s.io/component-helpers/scheduling/corev1`).

use crate::value::Value;

/// Whether a toleration covers a taint.
pub(super) fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let effect = toleration.get("effect").str();
    let key = toleration.get("key").str();
    if (!effect.is_empty() && effect != taint.get("effect").str()) || (!key.is_empty() && key != taint.get("key").str()) {
        return false;
    }
    match toleration.get("operator").str() {
        "Exists" => true,
        "" | "Equal" => toleration.get("value").str() == taint.get("value").str(),
        _ => false,
    }
}

/// The taints of a node with one of these effects.
pub(super) fn with_effect<'a>(node: &'a Value, effects: &'a [&str]) -> impl Iterator<Item = &'a Value> {
    node.path("spec.taints").items().iter().filter(move |taint| effects.contains(&taint.get("effect").str()))
}

/// Whether one of the tolerations covers the taint.
pub(super) fn is_tolerated(tolerations: &[Value], taint: &Value) -> bool {
    tolerations.iter().any(|toleration| tolerates(toleration, taint))
}
