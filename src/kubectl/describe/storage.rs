//! PersistentVolumes, claims and StorageClasses.

use super::text::{Text, flag, go, join, or};
use super::{Context, volumes};
use crate::api::kinds::cells;
use crate::api::kinds::core::volume_cells::{access_modes, capacity};
use crate::api::meta;
use crate::api::resource::PODS;
use crate::value::Value;

const DEFAULT_CLASS: [&str; 2] = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

/// A PersistentVolume.
pub async fn persistent_volume(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.field(0, "Name", meta::name(object));
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    text.field(0, "Finalizers", finalizers(object));
    text.field(0, "StorageClass", spec.get("storageClassName").str());
    if !spec.get("volumeAttributesClassName").is_empty() {
        text.field(0, "VolumeAttributesClass", spec.get("volumeAttributesClassName").str());
    }
    text.field(0, "Status", if meta::is_being_deleted(object) { "Terminating" } else { status.get("phase").str() });
    let claim = spec.get("claimRef");
    text.field(0, "Claim", if claim.is_null() { String::new() } else { format!("{}/{}", claim.get("namespace").str(), claim.get("name").str()) });
    text.field(0, "Reclaim Policy", spec.get("persistentVolumeReclaimPolicy").str());
    text.field(0, "Access Modes", access_modes(spec.get("accessModes")).str());
    if !spec.get("volumeMode").is_null() {
        text.field(0, "VolumeMode", spec.get("volumeMode").str());
    }
    text.field(0, "Capacity", capacity(spec.get("capacity"), "").str());
    node_affinity(text, spec.get("nodeAffinity"));
    text.field(0, "Message", status.get("message").str());
    text.line(0, "Source:");
    volumes::source(text, spec);
    context.events(text, object).await;
}

fn finalizers(object: &Value) -> String {
    format!("[{}]", join(object.path("metadata.finalizers"), " "))
}

fn node_affinity(text: &mut Text, affinity: &Value) {
    text.part(0, "Node Affinity:\t");
    let required = affinity.get("required");
    if required.is_null() {
        text.line(0, "<none>");
        return;
    }
    text.line(0, "");
    text.part(1, "Required Terms:\t");
    if required.get("nodeSelectorTerms").items().is_empty() {
        text.line(0, "<none>");
        return;
    }
    text.line(0, "");
    for (index, term) in required.get("nodeSelectorTerms").items().iter().enumerate() {
        text.part(2, format!("Term {index}:\t"));
        let expressions = term.get("matchExpressions").items();
        if expressions.is_empty() {
            text.line(0, "<none>");
        }
        for (position, expression) in expressions.iter().enumerate() {
            let words =
                format!("{} {} [{}]", expression.get("key").str(), expression.get("operator").str().to_lowercase(), join(expression.get("values"), ", "));
            if position == 0 { text.line(0, words) } else { text.line(2, format!("\t{words}")) }
        }
    }
}

/// A PersistentVolumeClaim.
pub async fn persistent_volume_claim(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "StorageClass", spec.get("storageClassName").str());
    text.field(0, "Status", if meta::is_being_deleted(object) { "Terminating".to_string() } else { go(status.get("phase")) });
    text.field(0, "Volume", spec.get("volumeName").str());
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    text.field(0, "Finalizers", finalizers(object));
    let bound = !spec.get("volumeName").is_empty();
    text.field(0, "Capacity", if bound { capacity(status.get("capacity"), "0").str().to_string() } else { String::new() });
    text.field(0, "Access Modes", if bound { access_modes(status.get("accessModes")).str().to_string() } else { String::new() });
    if !spec.get("volumeMode").is_null() {
        text.field(0, "VolumeMode", spec.get("volumeMode").str());
    }
    let source = spec.get("dataSource");
    if !source.is_null() {
        text.line(0, "DataSource:");
        for (title, field) in [("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")] {
            if field != "apiGroup" || !source.get(field).is_null() {
                text.field(1, title, source.get(field).str());
            }
        }
    }
    let users: Vec<String> = context
        .list(&PODS, meta::namespace(object), "", "")
        .await
        .iter()
        .filter(|pod| pod.path("spec.volumes").items().iter().any(|volume| volume.path("persistentVolumeClaim.claimName").str() == meta::name(object)))
        .map(|pod| meta::name(pod).to_string())
        .collect();
    text.field(0, "Used By", if users.is_empty() { "<none>".into() } else { users.join("\n\t") });
    let conditions = status.get("conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
        text.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
        for condition in conditions {
            let time = |field| super::text::date(condition.get(field)).replace("<unset>", "Mon, 01 Jan 0001 00:00:00 +0000");
            text.line(
                1,
                format!(
                    "{} \t{} \t{} \t{} \t{} \t{}",
                    condition.get("type").str(),
                    condition.get("status").str(),
                    time("lastProbeTime"),
                    time("lastTransitionTime"),
                    condition.get("reason").str(),
                    condition.get("message").str()
                ),
            );
        }
    }
    context.events(text, object).await;
}

/// A StorageClass.
pub async fn storage_class(context: &Context<'_>, text: &mut Text, object: &Value) {
    text.field(0, "Name", meta::name(object));
    let is_default = DEFAULT_CLASS.iter().any(|key| meta::annotation(object, key) == "true");
    text.field(0, "IsDefaultClass", if is_default { "Yes" } else { "No" });
    text.field(0, "Annotations", cells::label_map(object.path("metadata.annotations")).str());
    text.line(0, "");
    text.field(0, "Provisioner", object.get("provisioner").str());
    text.field(0, "Parameters", cells::label_map(object.get("parameters")).str());
    let expansion = object.get("allowVolumeExpansion");
    text.field(
        0,
        "AllowVolumeExpansion",
        if expansion.is_null() {
            "<unset>"
        } else if flag(expansion) {
            "True"
        } else {
            "False"
        },
    );
    let options = object.get("mountOptions");
    if options.is_empty() {
        text.field(0, "MountOptions", "<none>");
    } else {
        text.line(0, "MountOptions:");
        options.items().iter().for_each(|option| text.line(1, option.str()));
    }
    text.field(0, "ReclaimPolicy", or(object.get("reclaimPolicy"), "<unset>"));
    text.field(0, "VolumeBindingMode", or(object.get("volumeBindingMode"), "<unset>"));
    if !object.get("allowedTopologies").is_empty() {
        text.line(0, "AllowedTopologies:");
        for (index, term) in object.get("allowedTopologies").items().iter().enumerate() {
            text.part(1, format!("Term {index}:\t"));
            for (position, expression) in term.get("matchLabelExpressions").items().iter().enumerate() {
                let words = format!("{} in [{}]", expression.get("key").str(), join(expression.get("values"), ", "));
                if position == 0 { text.line(0, words) } else { text.line(1, format!("\t{words}")) }
            }
        }
    }
    context.events(text, object).await;
}
