//! Deployments, ReplicaSets, ReplicationControllers, StatefulSets and DaemonSets.

use super::text::{Text, date, go, number, or};
use super::{Context, containers, pod_template};
use crate::api::kinds::cells;
use crate::api::kinds::core::volume_cells;
use crate::api::meta;
use crate::api::resource::{PODS, REPLICA_SETS};
use crate::value::Value;

const REVISION: &str = "deployment.kubernetes.io/revision";

/// A Deployment.
pub async fn deployment(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "CreationTimestamp", date(object.path("metadata.creationTimestamp")));
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    let selector = cells::selector(spec.get("selector"));
    text.field(0, "Selector", selector.str());
    text.field(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            number(spec.get("replicas")),
            number(status.get("updatedReplicas")),
            number(status.get("replicas")),
            number(status.get("availableReplicas")),
            number(status.get("unavailableReplicas"))
        ),
    );
    text.field(0, "StrategyType", spec.path("strategy.type").str());
    text.field(0, "MinReadySeconds", number(spec.get("minReadySeconds")).to_string());
    let rolling = spec.path("strategy.rollingUpdate");
    if !rolling.is_null() {
        text.field(0, "RollingUpdateStrategy", format!("{} max unavailable, {} max surge", go(rolling.get("maxUnavailable")), go(rolling.get("maxSurge"))));
    }
    pod_template::write(text, spec.get("template"));
    let conditions = status.get("conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tReason");
        text.line(1, "----\t------\t------");
        for condition in conditions {
            text.line(1, ["type", "status", "reason"].map(|field| condition.get(field).str()).join("\t"));
        }
    }
    let sets = context.list(&REPLICA_SETS, meta::namespace(object), &selector_text(spec.get("selector")), "").await;
    let sets: Vec<&Value> = sets.iter().filter(|set| meta::is_controlled_by(set, object)).collect();
    // The set whose template is the Deployment's own is the one with the Deployment's revision.
    let newest =
        sets.iter().copied().find(|set| meta::annotation(set, REVISION) == meta::annotation(object, REVISION) && !meta::annotation(set, REVISION).is_empty());
    let mut old: Vec<&Value> = sets.iter().copied().filter(|set| newest.is_none_or(|newest| meta::uid(newest) != meta::uid(set))).collect();
    old.sort_by_key(|set| (set.path("metadata.creationTimestamp").str().to_string(), meta::name(set).to_string()));
    let words = |sets: &[&Value]| {
        let words: Vec<String> = sets
            .iter()
            .map(|set| format!("{} ({}/{} replicas created)", meta::name(set), number(set.path("status.replicas")), number(set.path("spec.replicas"))))
            .collect();
        if words.is_empty() { "<none>".to_string() } else { words.join(", ") }
    };
    text.field(0, "OldReplicaSets", words(&old));
    text.field(0, "NewReplicaSet", words(newest.as_slice()));
    context.events(text, object).await;
}

/// A ReplicaSet or a ReplicationController.
pub async fn replica_set(context: &Context<'_>, text: &mut Text, object: &Value) {
    let spec = object.get("spec");
    let (selector, shown) = match spec.get("selector").get("matchLabels").is_object() || spec.get("selector").get("matchExpressions").is_array() {
        true => (selector_text(spec.get("selector")), cells::selector(spec.get("selector"))),
        false => (map_text(spec.get("selector")), cells::label_map(spec.get("selector"))),
    };
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "Selector", shown.str());
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    let owner = containers::controlled_by(object);
    if !owner.is_empty() {
        text.field(0, "Controlled By", owner);
    }
    text.field(0, "Replicas", format!("{} current / {} desired", number(object.path("status.replicas")), number(spec.get("replicas"))));
    pods_status(context, text, object, &selector).await;
    pod_template::write(text, spec.get("template"));
    let conditions = object.path("status.conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tReason");
        text.line(1, "----\t------\t------");
        for condition in conditions {
            text.line(1, ["type", "status", "reason"].map(|field| condition.get(field).str()).join("\t"));
        }
    }
    context.events(text, object).await;
}

/// A StatefulSet.
pub async fn stateful_set(context: &Context<'_>, text: &mut Text, object: &Value) {
    let spec = object.get("spec");
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "CreationTimestamp", date(object.path("metadata.creationTimestamp")));
    text.field(0, "Selector", cells::selector(spec.get("selector")).str());
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    text.field(0, "Replicas", format!("{} desired | {} total", number(spec.get("replicas")), number(object.path("status.replicas"))));
    text.field(0, "Update Strategy", spec.path("updateStrategy.type").str());
    if let Some(partition) = spec.path("updateStrategy.rollingUpdate.partition").as_i64() {
        text.field(1, "Partition", partition.to_string());
    }
    pods_status(context, text, object, &selector_text(spec.get("selector"))).await;
    pod_template::write(text, spec.get("template"));
    let claims = spec.get("volumeClaimTemplates").items();
    text.line(0, if claims.is_empty() { "Volume Claims:\t<none>" } else { "Volume Claims:" });
    for claim in claims {
        text.field(1, "Name", meta::name(claim));
        text.field(1, "StorageClass", or(claim.path("spec.storageClassName"), ""));
        text.labels(1, "Labels", claim.path("metadata.labels"));
        text.labels(1, "Annotations", claim.path("metadata.annotations"));
        text.field(1, "Capacity", volume_cells::capacity(claim.path("spec.resources.requests"), "<default>").str());
        text.field(1, "Access Modes", go(claim.path("spec.accessModes")));
    }
    context.events(text, object).await;
}

/// A DaemonSet.
pub async fn daemon_set(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "Selector", cells::selector(spec.get("selector")).str());
    text.field(0, "Node-Selector", cells::label_map(spec.path("template.spec.nodeSelector")).str());
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    for (title, field) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        text.line(0, format!("{title}: {}", number(status.get(field))));
    }
    pods_status(context, text, object, &selector_text(spec.get("selector"))).await;
    pod_template::write(text, spec.get("template"));
    context.events(text, object).await;
}

/// How many of its Pods are in which phase.
async fn pods_status(context: &Context<'_>, text: &mut Text, object: &Value, selector: &str) {
    let pods = context.list(&PODS, meta::namespace(object), selector, "").await;
    let phase = |wanted: &str| pods.iter().filter(|pod| meta::is_controlled_by(pod, object) && pod.path("status.phase").str() == wanted).count();
    text.field(
        0,
        "Pods Status",
        format!("{} Running / {} Waiting / {} Succeeded / {} Failed", phase("Running"), phase("Pending"), phase("Succeeded"), phase("Failed")),
    );
}

/// A label selector as a request names it; nothing is narrowed where it has none.
pub fn selector_text(selector: &Value) -> String {
    let text = cells::selector(selector);
    if text.str() == "<none>" { String::new() } else { text.str().to_string() }
}

/// A plain map of labels as a request names it.
pub fn map_text(selector: &Value) -> String {
    let text = cells::label_map(selector);
    if text.str() == "<none>" { String::new() } else { text.str().to_string() }
}
