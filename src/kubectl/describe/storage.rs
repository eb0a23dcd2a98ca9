//! PersistentVolumes, PersistentVolumeClaims, StorageClasses and CSINodes.

use super::text::{Text, capital_bool, date, plain};
use crate::api::{meta, time};
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::resources;
use crate::server::request::Options;
use crate::value::{Map, Value};

pub(super) async fn describe(invocation: &Invocation, kind: &str, object: &Value, text: &mut Text) -> Result<(), Failure> {
    match kind {
        "PersistentVolume" => volume(object, invocation.session.now_ms(), text),
        "PersistentVolumeClaim" => return claim(invocation, object, text).await,
        "StorageClass" => storage_class(object, text),
        _ => csi_node(object, text),
    }
    Ok(())
}

/// `RWO,ROX`.
pub(super) fn access_modes(modes: &[Value]) -> String {
    const SHORT: [(&str, &str); 4] = [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    SHORT.iter().filter(|(mode, _)| modes.iter().any(|given| given.str() == *mode)).map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

fn finalizers(object: &Value) -> String {
    let all: Vec<&str> = object.path("metadata.finalizers").items().iter().map(Value::str).collect();
    format!("[{}]", all.join(" "))
}

fn status(object: &Value, now_ms: u64, text: &mut Text) {
    if meta::is_being_deleted(object) {
        let since = time::age(object.path("metadata.deletionTimestamp").str(), now_ms);
        text.field(0, "Status", format!("Terminating (lasts {since})"));
    } else {
        text.field(0, "Status", object.path("status.phase").str());
    }
}

fn volume(object: &Value, now_ms: u64, text: &mut Text) {
    let spec = object.get("spec");
    text.head(object);
    text.field(0, "Finalizers", finalizers(object));
    text.field(0, "StorageClass", spec.get("storageClassName").str());
    status(object, now_ms, text);
    let claim = spec.get("claimRef");
    text.field(0, "Claim", if claim.is_null() { String::new() } else { format!("{}/{}", claim.get("namespace").str(), claim.get("name").str()) });
    text.field(0, "Reclaim Policy", spec.get("persistentVolumeReclaimPolicy").str());
    text.field(0, "Access Modes", access_modes(spec.get("accessModes").items()));
    if !spec.get("volumeMode").is_empty() {
        text.field(0, "VolumeMode", spec.get("volumeMode").str());
    }
    text.field(0, "Capacity", super::containers::quantity_text(spec.path("capacity.storage")));
    node_affinity(spec.get("nodeAffinity"), text);
    text.field(0, "Message", object.path("status.message").str());
    text.line(0, "Source:");
    super::volumes::source(spec, text);
}

fn node_affinity(affinity: &Value, text: &mut Text) {
    if affinity.is_null() {
        return text.line(0, "Node Affinity:\t<none>");
    }
    text.line(0, "Node Affinity:\t");
    let terms = affinity.path("required.nodeSelectorTerms").items();
    if terms.is_empty() {
        return text.line(1, "Required Terms:\t<none>");
    }
    text.line(1, "Required Terms:\t");
    for (index, term) in terms.iter().enumerate() {
        let expressions = term.get("matchExpressions").items();
        text.line(2, format!("Term {index}:\t{}", if expressions.is_empty() { "<none>".to_string() } else { expression(&expressions[0]) }));
        for next in expressions.iter().skip(1) {
            text.line(2, format!("\t{}", expression(next)));
        }
    }
}

fn expression(requirement: &Value) -> String {
    let (key, operator) = (requirement.get("key").str(), requirement.get("operator").str().to_lowercase());
    let values: Vec<&str> = requirement.get("values").items().iter().map(Value::str).collect();
    if values.is_empty() { format!("{key} {operator}") } else { format!("{key} {operator} [{}]", values.join(", ")) }
}

async fn claim(invocation: &Invocation, object: &Value, text: &mut Text) -> Result<(), Failure> {
    let spec = object.get("spec");
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "StorageClass", spec.get("storageClassName").str());
    status(object, invocation.session.now_ms(), text);
    text.field(0, "Volume", spec.get("volumeName").str());
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    text.field(0, "Finalizers", finalizers(object));
    let bound = !spec.get("volumeName").is_empty();
    let capacity = object.path("status.capacity.storage");
    text.field(
        0,
        "Capacity",
        if !bound {
            String::new()
        } else if capacity.is_null() {
            "0".into()
        } else {
            super::containers::quantity_text(capacity)
        },
    );
    text.field(0, "Access Modes", if bound { access_modes(object.path("status.accessModes").items()) } else { String::new() });
    if !spec.get("volumeMode").is_empty() {
        text.field(0, "VolumeMode", spec.get("volumeMode").str());
    }
    let source = spec.get("dataSource");
    if !source.is_null() {
        text.line(0, "DataSource:");
        for (field, title) in [("apiGroup", "APIGroup"), ("kind", "Kind"), ("name", "Name")] {
            if !source.get(field).is_empty() {
                text.field(1, title, source.get(field).str());
            }
        }
    }
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let pods = invocation.list(&mapping, meta::namespace(object), Options::default()).await?;
    let uses = |pod: &&Value| {
        let volumes = pod.path("spec.volumes").items();
        volumes.iter().any(|volume| {
            volume.path("persistentVolumeClaim.claimName").str() == meta::name(object)
                || (!volume.get("ephemeral").is_null() && format!("{}-{}", meta::name(pod), volume.get("name").str()) == meta::name(object))
        })
    };
    let users: Vec<&str> = pods.iter().filter(uses).map(meta::name).collect();
    text.field(0, "Used By", if users.is_empty() { "<none>" } else { users[0] });
    for user in users.iter().skip(1) {
        text.line(0, format!("\t{user}"));
    }
    let conditions = object.path("status.conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
        text.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
        for condition in conditions {
            let field = |name: &str| condition.get(name).str().to_string();
            let probe = if condition.get("lastProbeTime").is_empty() { "Mon, 01 Jan 0001 00:00:00 +0000".into() } else { date(condition.get("lastProbeTime")) };
            text.line(
                1,
                format!(
                    "{} \t{} \t{probe} \t{} \t{} \t{}",
                    field("type"),
                    field("status"),
                    date(condition.get("lastTransitionTime")),
                    field("reason"),
                    field("message")
                ),
            );
        }
    }
    Ok(())
}

fn storage_class(object: &Value, text: &mut Text) {
    let annotations = object.path("metadata.annotations").fields();
    let is_default = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    let yes = is_default.iter().any(|key| annotations.get(key).is_some_and(|value| value.str() == "true"));
    text.field(0, "Name", meta::name(object));
    text.field(0, "IsDefaultClass", if yes { "Yes" } else { "No" });
    text.field(0, "Annotations", all_annotations(annotations));
    text.field(0, "Provisioner", object.get("provisioner").str());
    let parameters: Vec<String> = object.get("parameters").fields().iter().map(|(key, value)| format!("{key}={}", value.str())).collect();
    text.field(0, "Parameters", super::text::or_none(&parameters.join(",")));
    let expansion = object.get("allowVolumeExpansion").as_bool();
    text.field(0, "AllowVolumeExpansion", expansion.map_or("<unset>", capital_bool));
    let options = object.get("mountOptions").items();
    if options.is_empty() {
        text.field(0, "MountOptions", "<none>");
    } else {
        text.line(0, "MountOptions:");
        for option in options {
            text.line(1, option.str());
        }
    }
    text.field(0, "ReclaimPolicy", plain(object.get("reclaimPolicy")));
    text.field(0, "VolumeBindingMode", plain(object.get("volumeBindingMode")));
}

/// All annotations in one go, `key=value,key=value`: what StorageClasses and PriorityClasses show, that of `kubectl apply` included.
pub(super) fn all_annotations(annotations: &Map) -> String {
    super::text::format_labels(annotations)
}

fn csi_node(object: &Value, text: &mut Text) {
    text.field(0, "Name", meta::name(object));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    text.field(0, "CreationTimestamp", date(object.path("metadata.creationTimestamp")));
    text.line(0, "Spec:");
    for driver in object.path("spec.drivers").items() {
        text.line(1, "Drivers:");
        text.line(2, format!("{}:", driver.get("name").str()));
        text.field(3, "Node ID", driver.get("nodeID").str());
        if let Some(count) = driver.path("allocatable.count").as_i64() {
            text.line(3, "Allocatables:");
            text.field(4, "Count", count.to_string());
        }
        let keys: Vec<&str> = driver.get("topologyKeys").items().iter().map(Value::str).collect();
        text.field(3, "Topology Keys", format!("[{}]", keys.join(" ")));
    }
}
