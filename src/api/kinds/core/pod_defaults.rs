//! What the server fills into a pod's spec (`pkg/apis/core/v1/defaults.go`), alike for Pods and for templates of Pods.

use super::pod_resources;
use crate::value::{Value, json};

/// The lists of containers in a pod's spec.
pub const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Fills in a pod template (`{metadata, spec}`), which may be missing.
pub fn default_template(template: &mut Value) {
    if template.get("spec").is_object() {
        default_pod_spec(template.get_mut("spec"));
    }
}

/// Fills in a pod's spec.
pub fn default_pod_spec(spec: &mut Value) {
    spec.set_default("restartPolicy", "Always");
    spec.set_default("dnsPolicy", "ClusterFirst");
    spec.set_default("terminationGracePeriodSeconds", 30);
    spec.set_default("securityContext", Value::object());
    spec.set_default("schedulerName", "default-scheduler");
    link_service_account(spec);
    let host_network = spec.get("hostNetwork").as_bool() == Some(true);
    for volume in items_mut(spec, "volumes") {
        default_volume(volume);
    }
    for list in CONTAINER_LISTS {
        for container in items_mut(spec, list) {
            default_container(container, host_network);
        }
    }
}

/// What is filled into Pods only, not into templates (`SetDefaults_Pod`): requests from limits, and service links.
pub fn default_pod(pod: &mut Value) {
    if !pod.get("spec").is_object() {
        return;
    }
    let spec = pod.get_mut("spec");
    spec.set_default("enableServiceLinks", true);
    for list in ["initContainers", "containers"] {
        for container in items_mut(spec, list) {
            let limits = container.path("resources.limits").clone();
            for (resource, limit) in limits.fields().iter() {
                let requests = container.path_mut("resources.requests").fields_mut();
                if !requests.contains_key(resource) {
                    requests.insert(resource.clone(), limit.clone());
                }
            }
        }
    }
    default_requests_of_all(spec);
}

/// Where the pod as a whole has limits, it asks for what its containers ask for together, or else for its limits (`defaultPodRequests`).
fn default_requests_of_all(spec: &mut Value) {
    let limits = spec.path("resources.limits").clone();
    if limits.is_empty() {
        return;
    }
    let asked = pod_resources::of_containers(spec, "requests").into_iter().map(|(name, amount)| (name, Value::from(amount.to_string())));
    let limited = limits.fields().iter().map(|(name, limit)| (name.clone(), limit.clone()));
    for (name, amount) in asked.chain(limited) {
        let is_known = matches!(name.as_str(), "cpu" | "memory") || name.starts_with("hugepages-");
        let requests = spec.path_mut("resources.requests").fields_mut();
        if is_known && !requests.contains_key(&name) {
            requests.insert(name, amount);
        }
    }
}

/// `serviceAccount` is the old name of `serviceAccountName`; both are always shown alike.
fn link_service_account(spec: &mut Value) {
    let name = [spec.get("serviceAccountName"), spec.get("serviceAccount")].into_iter().find(|name| !name.is_empty()).cloned();
    if let Some(name) = name {
        spec.set("serviceAccountName", &name);
        spec.set("serviceAccount", name);
    }
}

fn default_container(container: &mut Value, host_network: bool) {
    let pull_policy = if is_latest(container.get("image").str()) { "Always" } else { "IfNotPresent" };
    container.set_default("imagePullPolicy", pull_policy);
    container.set_default("terminationMessagePath", "/dev/termination-log");
    container.set_default("terminationMessagePolicy", "File");
    container.set_default("resources", Value::object());
    for port in items_mut(container, "ports") {
        port.set_default("protocol", "TCP");
        if host_network && port.get("hostPort").as_i64().unwrap_or(0) == 0 {
            let number = port.get("containerPort").clone();
            port.set("hostPort", number);
        }
    }
    for variable in items_mut(container, "env") {
        if variable.path("valueFrom.fieldRef").is_object() {
            variable.set_default("valueFrom.fieldRef.apiVersion", "v1");
        }
        if variable.path("valueFrom.fileKeyRef").is_object() {
            variable.set_default("valueFrom.fileKeyRef.optional", false);
        }
        if variable.path("valueFrom.resourceFieldRef").is_object() {
            variable.set_default("valueFrom.resourceFieldRef.divisor", "0");
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if container.get(probe).is_object() {
            default_probe(container.get_mut(probe));
        }
    }
    for hook in ["lifecycle.postStart", "lifecycle.preStop"] {
        if container.path(hook).get("httpGet").is_object() {
            default_http_get(container.path_mut(hook).get_mut("httpGet"));
        }
    }
}

fn default_probe(probe: &mut Value) {
    for (field, value) in [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)] {
        if probe.get(field).as_i64().unwrap_or(0) == 0 {
            probe.set(field, value);
        }
    }
    if probe.get("httpGet").is_object() {
        default_http_get(probe.get_mut("httpGet"));
    }
    if probe.get("grpc").is_object() {
        probe.set_default("grpc.service", "");
    }
}

fn default_http_get(action: &mut Value) {
    if action.get("path").is_empty() {
        action.set("path", "/");
    }
    if action.get("scheme").is_empty() {
        action.set("scheme", "HTTP");
    }
}

/// Whether a reference has no tag, or the tag `latest`, and no digest: such an image is always pulled.
fn is_latest(image: &str) -> bool {
    // What can't be read as a reference has no tag.
    let is_readable = image.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/:@".contains(&byte) || byte.is_ascii_uppercase());
    if image.contains('@') || image.is_empty() || !is_readable {
        return false;
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn default_volume(volume: &mut Value) {
    if volume.fields().iter().all(|(key, value)| key == "name" || value.is_null()) {
        volume.set("emptyDir", Value::object());
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        if volume.get(source).is_object() {
            volume.get_mut(source).set_default("defaultMode", 420);
        }
    }
    if volume.get("hostPath").is_object() {
        volume.set_default("hostPath.type", "");
    }
    default_field_refs(volume, "downwardAPI");
    for source in nested_mut(volume, "projected", "sources") {
        // Their feature gates are off by default (`dropDisabledFields`): what they say is not kept, the source itself is.
        source.remove("clusterTrustBundle");
        source.remove("podCertificate");
        if source.get("serviceAccountToken").is_object() {
            source.set_default("serviceAccountToken.expirationSeconds", 3600);
        }
        default_field_refs(source, "downwardAPI");
    }
    if volume.path("ephemeral.volumeClaimTemplate.spec").is_object() {
        volume.set_default("ephemeral.volumeClaimTemplate.spec.volumeMode", "Filesystem");
    }
    for (source, defaults) in [
        ("iscsi", json!({"iscsiInterface": "default"})),
        ("rbd", json!({"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"})),
        ("azureDisk", json!({"cachingMode": "ReadWrite", "kind": "Shared", "fsType": "ext4", "readOnly": false})),
        ("scaleIO", json!({"storageMode": "ThinProvisioned", "fsType": "xfs"})),
    ] {
        if volume.get(source).is_object() {
            for (field, value) in defaults.fields().iter() {
                volume.get_mut(source).set_default(field, value.clone());
            }
        }
    }
}

fn default_field_refs(holder: &mut Value, source: &str) {
    for item in nested_mut(holder, source, "items") {
        if item.get("fieldRef").is_object() {
            item.set_default("fieldRef.apiVersion", "v1");
        }
    }
}

/// The items of a list, to be changed; none (and nothing made) where there is no list.
pub fn items_mut<'a>(value: &'a mut Value, list: &str) -> impl Iterator<Item = &'a mut Value> + use<'a> {
    let exists = value.get(list).is_array();
    exists.then(|| value.get_mut(list).items_mut().iter_mut()).into_iter().flatten()
}

/// The items of a list in a field that may be missing, to be changed.
fn nested_mut<'a>(value: &'a mut Value, field: &str, list: &str) -> impl Iterator<Item = &'a mut Value> + use<'a> {
    let exists = value.get(field).get(list).is_array();
    exists.then(|| value.get_mut(field).get_mut(list).items_mut().iter_mut()).into_iter().flatten()
}
