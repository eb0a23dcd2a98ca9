//! On which nodes a DaemonSet's pods belong, and how each is told to go there.

use super::{GENERATION_ANNOTATION, GENERATION_LABEL, HASH_LABEL};
use crate::api::meta;
use crate::controllers::refs::OwnerKind;
use crate::controllers::{node_affinity, pod_control, taints};
use crate::value::{Value, json};

/// What every DaemonSet's pod tolerates (`AddOrUpdateDaemonPodTolerations`).
const TOLERATIONS: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];
const TERMS: &str = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

/// The node that the pod is on, or that its affinity names.
pub(super) fn target_node(pod: &Value) -> &str {
    let bound = pod.path("spec.nodeName").str();
    if !bound.is_empty() {
        return bound;
    }
    let terms = pod.path("spec").path(TERMS).items();
    let named = terms.iter().flat_map(|term| term.get("matchFields").items()).find(|field| field.get("key").str() == "metadata.name");
    named.and_then(|field| field.get("values").items().first()).map_or("", Value::str)
}

/// The tolerations of the DaemonSet's pods.
fn tolerations(spec: &Value) -> Vec<Value> {
    let mut tolerations = spec.get("tolerations").items().to_vec();
    let on_host = spec.get("hostNetwork").as_bool() == Some(true);
    let network = on_host.then_some(("node.kubernetes.io/network-unavailable", "NoSchedule"));
    for (key, effect) in TOLERATIONS.into_iter().chain(network) {
        let toleration = json!({"key": key, "operator": "Exists", "effect": effect});
        if !tolerations.contains(&toleration) {
            tolerations.push(toleration);
        }
    }
    tolerations
}

/// `NodeShouldRunDaemonPod`: whether a pod should be started there, and whether one that is there may stay.
pub(super) fn should_run(set: &Value, node: &Value) -> (bool, bool) {
    let spec = set.path("spec.template.spec");
    let named = spec.get("nodeName").str();
    if (!named.is_empty() && named != meta::name(node)) || !node_affinity::matches(spec, node) {
        return (false, false);
    }
    let tolerations = tolerations(spec);
    let untolerated = |effects: &[&str]| taints::with_effect(node, effects).any(|taint| !taints::is_tolerated(&tolerations, taint));
    if untolerated(&["NoExecute"]) {
        return (false, false);
    }
    (!untolerated(&["NoSchedule"]), true)
}

/// The pod for a node. The scheduler binds it, as its affinity leaves only that node.
pub(super) fn pod_for(set: &Value, kind: &OwnerKind, node: &str, hash: &str) -> Value {
    let mut pod = pod_control::from_template(set.path("spec.template"), set, kind.reference(set));
    let labels = pod.path_mut("metadata.labels").fields_mut();
    let generation = meta::annotation(set, GENERATION_ANNOTATION);
    if !generation.is_empty() {
        labels.insert(GENERATION_LABEL, generation);
    }
    if !hash.is_empty() {
        labels.insert(HASH_LABEL, hash);
    }
    let by_name = json!([{"key": "metadata.name", "operator": "In", "values": [node]}]);
    let mut term = Value::object();
    term.set("matchFields", by_name);
    pod.path_mut("spec").set(TERMS, Value::array(vec![term]));
    let tolerations = tolerations(set.path("spec.template.spec"));
    pod.set("spec.tolerations", Value::array(tolerations));
    pod
}
