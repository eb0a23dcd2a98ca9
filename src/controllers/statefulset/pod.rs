//! What makes a pod the one of its number: name, host name, labels, volumes (`pkg/controller/statefulset/stateful_set_utils.go`).

use super::OWNER;
use crate::api::meta;
use crate::controllers::pod_control;
use crate::value::{Map, Value, json};

const REVISION_LABEL: &str = "controller-revision-hash";
const POD_NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";

/// `web-3` → `web` and 3.
pub(super) fn parent_and_ordinal(name: &str) -> Option<(&str, i64)> {
    let (parent, ordinal) = name.rsplit_once('-')?;
    let is_number = !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Some((parent, ordinal.parse().ok()?)) } else { None }
}

/// The pod's number, -1 for none.
pub(super) fn ordinal(pod: &Value) -> i64 {
    parent_and_ordinal(meta::name(pod)).map_or(-1, |(_, ordinal)| ordinal)
}

/// The revision after which the pod was made.
pub(super) fn revision(pod: &Value) -> &str {
    meta::label(pod, REVISION_LABEL)
}

/// The pod of that number, after the set's template in that revision.
pub(super) fn new(set: &Value, ordinal: i64, revision: &str) -> Value {
    let mut pod = pod_control::from_template(set.path("spec.template"), set, OWNER.reference(set));
    let name = format!("{}-{ordinal}", meta::name(set));
    pod.set("metadata.name", name.as_str());
    pod.set("spec.hostname", name.as_str());
    if !set.path("spec.serviceName").is_empty() {
        pod.set("spec.subdomain", set.path("spec.serviceName").clone());
    }
    set_identity(&mut pod);
    pod.path_mut("metadata.labels").fields_mut().insert(REVISION_LABEL, revision);
    set_storage(set, &mut pod);
    pod
}

/// Gives the pod the labels of its name and number. Whether something changed.
pub(super) fn set_identity(pod: &mut Value) -> bool {
    let (name, index) = (meta::name(pod).to_string(), ordinal(pod).to_string());
    let mut changed = false;
    for (label, value) in [(POD_NAME_LABEL, name), (POD_INDEX_LABEL, index)] {
        if meta::label(pod, label) != value {
            pod.path_mut("metadata.labels").fields_mut().insert(label, value);
            changed = true;
        }
    }
    changed
}

/// Puts the volumes of the pod's claims before those of the template; one of the same name is replaced.
fn set_storage(set: &Value, pod: &mut Value) {
    let claims = claims(set, pod);
    let mut volumes: Vec<Value> =
        claims.iter().map(|(template, claim)| json!({"name": template, "persistentVolumeClaim": {"claimName": meta::name(claim)}})).collect();
    let is_claimed = |volume: &&Value| claims.iter().any(|(template, _)| template == volume.get("name").str());
    volumes.extend(pod.path("spec.volumes").items().iter().filter(|volume| !is_claimed(volume)).cloned());
    if !volumes.is_empty() {
        pod.set("spec.volumes", Value::array(volumes));
    }
}

/// The claims that a pod needs, by the names of their templates.
pub(super) fn claims(set: &Value, pod: &Value) -> Vec<(String, Value)> {
    let templates = set.path("spec.volumeClaimTemplates").items().iter();
    templates
        .map(|template| {
            let mut claim = template.clone();
            let name = meta::name(template).to_string();
            claim.set("apiVersion", "v1");
            claim.set("kind", "PersistentVolumeClaim");
            claim.remove("status");
            claim.set("metadata.name", format!("{name}-{}-{}", meta::name(set), ordinal(pod)));
            claim.set("metadata.namespace", meta::namespace(set));
            let mut labels: Map = template.path("metadata.labels").fields().clone();
            for (key, value) in set.path("spec.selector.matchLabels").fields().iter() {
                labels.insert(key.clone(), value.clone());
            }
            claim.set("metadata.labels", Value::from(labels));
            (name, claim)
        })
        .collect()
}
