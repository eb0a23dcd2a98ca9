//! PersistentVolumes.

use super::super::{cells, rules};
use super::persistent_volume_claim::modes;
use super::pod_validation::scheduling;
use super::quantities;
use super::volume_cells::{access_modes, capacity};
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::quantity::Quantity;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
use crate::value::{Value, json};

/// The rules of PersistentVolumes.
pub struct PersistentVolumeStrategy;

/// What a volume may be, in the order in which upstream looks.
const SOURCES: [&str; 22] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
];
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
const HOST_PATH_TYPES: [&str; 8] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

impl Strategy for PersistentVolumeStrategy {
    fn default(&self, volume: &mut Value) {
        volume.set_default("status.phase", "Pending");
        let spec = volume.get_mut("spec");
        if spec.get("persistentVolumeReclaimPolicy").is_empty() {
            spec.set("persistentVolumeReclaimPolicy", "Retain");
        }
        spec.set_default("volumeMode", "Filesystem");
        let defaults: [(&str, &str, Value); 6] = [
            ("hostPath", "type", "".into()),
            ("iscsi", "iscsiInterface", "default".into()),
            ("rbd", "pool", "rbd".into()),
            ("rbd", "user", "admin".into()),
            ("rbd", "keyring", "/etc/ceph/keyring".into()),
            ("azureDisk", "cachingMode", "ReadWrite".into()),
        ];
        for (source, field, value) in defaults {
            if spec.get(source).is_object() {
                spec.get_mut(source).set_default(field, value);
            }
        }
    }

    fn prepare_for_create(&self, volume: &mut Value) {
        let created = volume.path("metadata.creationTimestamp").clone();
        volume.set("status", json!({"phase": "Pending"}));
        if !created.is_null() {
            volume.set("status.lastPhaseTransitionTime", created);
        }
    }

    fn validate(&self, volume: &Value) -> Vec<FieldError> {
        let spec = volume.get("spec");
        let mut errors = Vec::new();
        if spec.get("accessModes").is_empty() {
            errors.push(FieldError::required("spec.accessModes", ""));
        }
        errors.extend(modes(spec, "spec.accessModes"));
        errors.extend(amount(spec.get("capacity")));
        const POLICIES: [&str; 3] = ["Delete", "Recycle", "Retain"];
        errors.extend(rules::one_of(spec.get("persistentVolumeReclaimPolicy"), "spec.persistentVolumeReclaimPolicy", &POLICIES));
        errors.extend(affinity(spec.get("nodeAffinity")));
        errors.extend(sources(spec));
        if spec.path("hostPath.path").str() == "/" && spec.get("persistentVolumeReclaimPolicy").str() == "Recycle" {
            let why = "may not be 'recycle' for a hostPath mount of '/'";
            errors.push(FieldError::forbidden("spec.persistentVolumeReclaimPolicy", why));
        }
        errors.extend(rules::optional(spec.get("storageClassName"), "spec.storageClassName", names::dns1123_subdomain));
        if !["Block", "Filesystem"].contains(&spec.get("volumeMode").str()) {
            errors.push(FieldError::not_supported("spec.volumeMode", spec.get("volumeMode"), &["Block", "Filesystem"]));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        let source = |volume: &Value| -> Value {
            let mut source = Value::object();
            for name in SOURCES {
                let value = volume.path("spec").get(name);
                if !value.is_null() {
                    source.set(name, value.clone());
                }
            }
            source
        };
        let (before, after) = (source(old), source(new));
        if before != after {
            let difference = super::go_diff::difference("PersistentVolumeSource", &before, &after);
            let why = format!("spec.persistentvolumesource is immutable after creation\n{difference}");
            errors.push(FieldError::forbidden("spec.persistentvolumesource", why));
        }
        errors.extend(rules::immutable_value(new.path("spec.volumeMode"), old.path("spec.volumeMode"), "volumeMode"));
        if !old.path("spec.nodeAffinity").is_null() && new.path("spec.nodeAffinity") != old.path("spec.nodeAffinity") {
            errors.extend(rules::immutable_value(new.path("spec.nodeAffinity"), old.path("spec.nodeAffinity"), "nodeAffinity"));
        }
        errors
    }

    fn warnings(&self, volume: &Value, _old: Option<&Value>) -> Vec<String> {
        let mut warnings = Vec::new();
        if volume.path("metadata.annotations").fields().contains_key(CLASS_ANNOTATION) {
            warnings.push(format!("metadata.annotations[{CLASS_ANNOTATION}]: deprecated since v1.8; use \"storageClassName\" attribute instead"));
        }
        if !meta::annotation(volume, "volume.beta.kubernetes.io/mount-options").is_empty() {
            let text = "metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use \"mountOptions\" attribute instead";
            warnings.push(text.into());
        }
        let spec = volume.get("spec");
        if spec.get("persistentVolumeReclaimPolicy").str() == "Recycle" {
            let text = "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
            warnings.push(text.into());
        }
        for (index, term) in spec.path("nodeAffinity.required.nodeSelectorTerms").items().iter().enumerate() {
            warnings.extend(super::pod_warnings::node_term_warnings(term, &format!("spec.nodeAffinity.required.nodeSelectorTerms[{index}]")));
        }
        for (source, since) in super::pod_warnings::DEPRECATED_SOURCES {
            if !spec.get(source).is_null() {
                warnings.push(format!("spec.{source}: {since}"));
            }
        }
        warnings
    }

    fn columns(&self) -> Vec<Column> {
        let names = ["Name", "Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass", "VolumeAttributesClass", "Reason", "Age"];
        cells::columns(&names, &["VolumeMode"])
    }

    fn row(&self, volume: &Value, now_ms: u64) -> Vec<Value> {
        let (spec, status) = (volume.get("spec"), volume.get("status"));
        let claim = spec.get("claimRef");
        let class = match meta::annotation(volume, CLASS_ANNOTATION) {
            "" => cells::or(spec.get("storageClassName"), ""),
            class => class.into(),
        };
        vec![
            cells::name(volume),
            capacity(spec.get("capacity"), "0"),
            access_modes(spec.get("accessModes")),
            spec.get("persistentVolumeReclaimPolicy").clone(),
            if meta::is_being_deleted(volume) { "Terminating".into() } else { cells::or(status.get("phase"), "") },
            if claim.is_null() { "".into() } else { format!("{}/{}", claim.get("namespace").str(), claim.get("name").str()).into() },
            class,
            cells::or(spec.get("volumeAttributesClassName"), "<unset>"),
            cells::or(status.get("reason"), ""),
            cells::age(volume, now_ms),
            cells::or(spec.get("volumeMode"), "<unset>"),
        ]
    }
}

fn amount(capacity: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if capacity.is_empty() {
        errors.push(FieldError::required("spec.capacity", ""));
    }
    if capacity.get("storage").is_null() || capacity.fields().len() > 1 {
        errors.push(FieldError::not_supported("spec.capacity", capacity, &["storage"]));
    }
    for (name, quantity) in capacity.fields().iter() {
        let here = format!("spec.capacity[{name}]");
        if quantities::is_negative(quantity) {
            let whole = Quantity::from_value(quantity).map(|quantity| quantity.value()).unwrap_or(0);
            errors.push(FieldError {
                type_: ErrorType::Invalid,
                field: here.clone(),
                shown: whole.to_string(),
                detail: "must be a valid resource quantity".into(),
            });
        }
        if quantities::is_not_positive(quantity) {
            errors.push(FieldError::invalid(here, quantity, "must be greater than zero"));
        }
    }
    errors
}

fn affinity(affinity: &Value) -> Vec<FieldError> {
    if affinity.is_null() {
        return Vec::new();
    }
    let required = affinity.get("required");
    if required.is_null() {
        return vec![FieldError::required("spec.nodeAffinity.required", "must specify required node constraints")];
    }
    scheduling::node_selector(required, "spec.nodeAffinity.required")
}

/// There is one source, and it says what it needs.
fn sources(spec: &Value) -> Vec<FieldError> {
    let given: Vec<&str> = SOURCES.into_iter().filter(|name| !spec.get(name).is_null()).collect();
    let Some((first, others)) = given.split_first() else {
        return vec![FieldError::required("spec", "must specify a volume type")];
    };
    let mut errors = source(first, spec.get(first));
    errors.extend(others.iter().map(|name| FieldError::forbidden(format!("spec.{name}"), "may not specify more than 1 volume type")));
    if given.contains(&"local") && spec.get("nodeAffinity").is_null() {
        errors.push(FieldError::required("spec.nodeAffinity", "Local volume requires node affinity"));
    }
    errors
}

fn source(name: &str, source: &Value) -> Vec<FieldError> {
    let needed: &[&str] = match name {
        "hostPath" | "local" => &["path"],
        "nfs" => &["server", "path"],
        "csi" => &["driver", "volumeHandle"],
        "iscsi" => &["targetPortal", "iqn"],
        "glusterfs" => &["endpoints", "path"],
        "awsElasticBlockStore" | "cinder" | "portworxVolume" => &["volumeID"],
        "gcePersistentDisk" => &["pdName"],
        "vsphereVolume" => &["volumePath"],
        "azureFile" => &["secretName", "shareName"],
        "azureDisk" => &["diskName", "diskURI"],
        "flexVolume" => &["driver"],
        "photonPersistentDisk" => &["pdID"],
        "cephfs" => &["monitors"],
        "rbd" => &["monitors", "image"],
        "quobyte" => &["registry", "volume"],
        "scaleIO" => &["gateway", "system", "volumeName"],
        _ => &[],
    };
    let missing = |field: &&&str| source.get(field).is_empty();
    let mut errors: Vec<FieldError> = needed.iter().filter(missing).map(|field| FieldError::required(format!("spec.{name}.{field}"), "")).collect();
    let path = source.get("path");
    if matches!(name, "hostPath" | "local") && path.str().split('/').any(|part| part == "..") {
        errors.push(FieldError::invalid(format!("spec.{name}.path"), path, "must not contain '..'"));
    }
    if name == "hostPath" && !HOST_PATH_TYPES.contains(&source.get("type").str()) {
        errors.push(FieldError::not_supported("spec.hostPath.type", source.get("type"), &HOST_PATH_TYPES));
    }
    if name == "nfs" && !path.is_empty() && !path.str().starts_with('/') {
        errors.push(FieldError::invalid("spec.nfs.path", path, "must be an absolute path"));
    }
    errors
}
