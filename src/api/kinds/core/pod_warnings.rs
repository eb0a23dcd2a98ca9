//! What the server warns about in Pods and templates of Pods (`pkg/api/pod/warnings.go`), in upstream's order.

use super::app_armor;
use crate::api::names;
use crate::api::quantity::Quantity;
use crate::value::{SortedSet, Value};

/// Labels of nodes that have another name now (`pkg/api/node/util.go`).
const DEPRECATED_NODE_LABELS: [(&str, &str); 6] = [
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    ("failure-domain.beta.kubernetes.io/region", "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"),
    ("failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"),
    ("node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"),
];

/// Annotations that mean nothing any more.
const DEPRECATED_ANNOTATIONS: [(&str, &str); 3] = [
    ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
];

/// Kinds of volumes that are going or gone: of Pods and, but for `gitRepo`, of PersistentVolumes.
pub const DEPRECATED_SOURCES: [(&str, &str); 9] = [
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
];

const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// The warnings about a new Pod.
pub fn pod_warnings(pod: &Value, is_new: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if is_new {
        warnings.extend(name_warning(pod, "the Pod's hostname"));
    }
    warnings.extend(template_warnings(pod, ""));
    warnings
}

/// The warnings about a workload that is new, or whose template (at `field`) has changed.
pub fn workload_warnings(new: &Value, old: Option<&Value>, field: &str) -> Vec<String> {
    if old.is_some_and(|old| old.path(field) == new.path(field)) {
        return Vec::new();
    }
    template_warnings(new.path(field), field)
}

/// A name that Pods take over should have no dots; `what` it is used in.
pub fn name_warning(object: &Value, what: &str) -> Option<String> {
    let rules = names::dns1123_label(object.path("metadata.name").str());
    let text = format!("metadata.name: this is used in {what}, which can result in surprising behavior; a DNS label is recommended: [{}]", rules.join(" "));
    (!rules.is_empty()).then_some(text)
}

/// The warnings about what Pods are made from.
fn template_warnings(template: &Value, field: &str) -> Vec<String> {
    let spec = template.get("spec");
    let at = |path: &str| super::super::rules::child(field, path);
    let mut warnings = node_warnings(spec, &at("spec"));
    let annotations = template.path("metadata.annotations").fields();
    for (key, why) in DEPRECATED_ANNOTATIONS {
        if annotations.contains_key(key) {
            warnings.push(format!("{}[{key}]: {why}", at("metadata.annotations")));
        }
    }
    for (index, volume) in spec.get("volumes").items().iter().enumerate() {
        for (source, why) in DEPRECATED_SOURCES.into_iter().filter(|(source, _)| !volume.get(source).is_null()) {
            // Upstream spells this one otherwise than the field.
            let source = if source == "storageos" { "storageOS" } else { source };
            warnings.push(format!("{}[{index}].{source}: {why}", at("spec.volumes")));
        }
    }
    warnings.extend(duplicates(spec.get("hostAliases").items(), "ip", &at("spec.hostAliases")));
    warnings.extend(duplicates(spec.get("imagePullSecrets").items(), "name", &at("spec.imagePullSecrets")));
    if annotations.contains_key(SECCOMP_POD) && spec.path("securityContext.seccompProfile").is_null() {
        warnings.push(seccomp_warning(&at("metadata.annotations"), SECCOMP_POD));
    }
    let mut ports: Vec<(String, &Value)> = Vec::new();
    let mut port_warnings = Vec::new();
    for list in ["initContainers", "containers"] {
        for (index, container) in spec.get(list).items().iter().enumerate() {
            let here = format!("{}[{index}]", at(&format!("spec.{list}")));
            warnings.extend(container_annotations(container, annotations, field));
            warnings.extend(container_warnings(container, &here));
            port_warnings.extend(overlapping_ports(container, &here, &mut ports));
        }
    }
    warnings.extend(port_warnings);
    for volume in spec.get("volumes").items().iter().filter(|volume| !volume.get("projected").is_null()) {
        let is_served = |source: &Value| ["secret", "configMap", "downwardAPI", "serviceAccountToken"].iter().any(|name| !source.get(name).is_null());
        let sources = volume.path("projected.sources").items();
        if !sources.is_empty() && !sources.iter().any(is_served) {
            warnings.push(format!("volume \"{}\" (Projected) has no sources provided", volume.get("name").str()));
        }
    }
    warnings
}

fn seccomp_warning(annotations: &str, key: &str) -> String {
    format!("{annotations}[{key}]: non-functional in v1.27+; use the \"seccompProfile\" field instead")
}

/// The message about a node label that has another name now.
pub fn deprecated_node_label(key: &str) -> Option<&'static str> {
    DEPRECATED_NODE_LABELS.into_iter().find(|(label, _)| *label == key).map(|(_, why)| why)
}

/// Deprecated labels in a term of a node selector.
pub fn node_term_warnings(term: &Value, field: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    for (index, requirement) in term.get("matchExpressions").items().iter().enumerate() {
        let key = requirement.get("key").str();
        if let Some(why) = deprecated_node_label(key) {
            warnings.push(format!("{field}.matchExpressions[{index}].key: {key} is {why}"));
        }
    }
    warnings
}

fn node_warnings(spec: &Value, field: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    for key in spec.get("nodeSelector").fields().keys() {
        if let Some(why) = deprecated_node_label(key) {
            warnings.push(format!("{field}.nodeSelector[{key}]: {why}"));
        }
    }
    let affinity = spec.path("affinity.nodeAffinity");
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    for (index, term) in affinity.get(required).get("nodeSelectorTerms").items().iter().enumerate() {
        warnings.extend(node_term_warnings(term, &format!("{field}.affinity.nodeAffinity.{required}.nodeSelectorTerms[{index}]")));
    }
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    for (index, term) in affinity.get(preferred).items().iter().enumerate() {
        warnings.extend(node_term_warnings(term.get("preference"), &format!("{field}.affinity.nodeAffinity.{preferred}[{index}].preference")));
    }
    for (index, constraint) in spec.get("topologySpreadConstraints").items().iter().enumerate() {
        let here = format!("{field}.topologySpreadConstraints[{index}]");
        let key = constraint.get("topologyKey").str();
        if let Some(why) = deprecated_node_label(key) {
            warnings.push(format!("{here}.topologyKey: {key} is {why}"));
        }
        if constraint.get("labelSelector").is_null() {
            warnings.push(format!("{here}.labelSelector: a null labelSelector results in matching no pod"));
        }
    }
    warnings
}

fn duplicates(items: &[Value], key: &str, field: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let value = item.get(key).str();
        if value.is_empty() && key == "name" {
            warnings.push(format!("{field}[{index}].{key}: invalid empty {key} \"\""));
        } else if items[..index].iter().any(|other| other.get(key).str() == value) {
            warnings.push(format!("{field}[{index}].{key}: duplicate {key} \"{value}\""));
        }
    }
    warnings
}

fn container_annotations(container: &Value, annotations: &crate::value::Map, field: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    let name = container.get("name").str();
    let key = format!("{SECCOMP_CONTAINER}{name}");
    if annotations.contains_key(&key) && container.path("securityContext.seccompProfile").is_null() {
        warnings.push(seccomp_warning(&super::super::rules::child(field, "metadata.annotations"), &key));
    }
    let key = app_armor::annotation(name);
    // For Pods themselves this is said when they are made.
    if !field.is_empty() && annotations.contains_key(&key) && container.path("securityContext.appArmorProfile").is_null() {
        warnings.push(app_armor::deprecated(field, &key));
    }
    warnings
}

fn container_warnings(container: &Value, field: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    for list in ["limits", "requests"] {
        for resource in ["memory", "ephemeral-storage"] {
            let amount = container.get("resources").get(list).get(resource);
            warnings.extend(fractional_bytes(amount, &format!("{field}.resources.{list}[{resource}]")));
        }
    }
    let variables = container.get("env").items();
    let mut seen = SortedSet::new();
    for (index, variable) in variables.iter().enumerate() {
        let name = variable.get("name").str();
        if !seen.insert(name) {
            warnings.push(format!("{field}.env[{index}]: hides previous definition of \"{name}\", which may be dropped when using apply"));
        }
    }
    warnings
}

/// There are no parts of a byte.
pub fn fractional_bytes(amount: &Value, field: &str) -> Option<String> {
    let quantity = Quantity::from_value(amount).ok()?;
    (quantity.milli_value() % 1000 != 0).then(|| format!("{field}: fractional byte value \"{quantity}\" is invalid, must be an integer"))
}

/// Ports that two definitions claim.
fn overlapping_ports<'a>(container: &'a Value, field: &str, seen: &mut Vec<(String, &'a Value)>) -> Vec<String> {
    let mut warnings = Vec::new();
    let number = |port: &Value, name: &str| port.get(name).as_i64().unwrap_or(0);
    for (index, port) in container.get("ports").items().iter().enumerate() {
        let here = format!("{field}.ports[{index}]");
        for (there, other) in seen.iter() {
            if number(port, "containerPort") != number(other, "containerPort") || port.get("protocol") != other.get("protocol") {
                continue;
            }
            let (host_port, other_host_port) = (number(port, "hostPort"), number(other, "hostPort"));
            let (host, other_host) = (port.get("hostIP").str(), other.get("hostIP").str());
            let how = match () {
                () if host_port == other_host_port && host == other_host => "duplicate",
                () if host_port == 0 || other_host_port == 0 => "overlapping",
                () if host_port == other_host_port && host.is_empty() != other_host.is_empty() => "dangerously ambiguous",
                () => continue,
            };
            warnings.push(format!("{here}: {how} port definition with {there}"));
        }
        seen.push((here, port));
    }
    warnings
}
