//! Volumes, and where containers mount them.

use super::super::super::rules;
use super::super::{persistent_volume_claim, quantities};
use super::{downward, security};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

/// The names of a Pod's volumes.
pub struct VolumeNames {
    names: Vec<String>,
    /// Those of them that are claims, and so may be block devices.
    claims: Vec<String>,
}

/// The types of volumes, in the order in which upstream looks for them.
const SOURCES: [&str; 30] = [
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
];
const HOST_PATH_TYPES: [&str; 8] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// What is wrong with the volumes, and what they are called.
pub fn validate(volumes: &Value, field: &str) -> (VolumeNames, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let mut claims: Vec<String> = Vec::new();
    for (index, volume) in volumes.items().iter().enumerate() {
        let here = format!("{field}[{index}]");
        let name = volume.get("name");
        let mut wrong = source(volume, &here);
        if name.is_empty() {
            wrong.push(FieldError::required(format!("{here}.name"), ""));
        } else {
            wrong.extend(names::dns1123_label(name.str()).into_iter().map(|rule| FieldError::invalid(format!("{here}.name"), name, rule)));
        }
        if seen.iter().any(|other| other == name.str()) {
            wrong.push(FieldError::duplicate(format!("{here}.name"), name));
        }
        // A volume with a mistake can't be mounted, and its name is still free.
        if !wrong.is_empty() {
            errors.extend(wrong);
            continue;
        }
        seen.push(name.str().to_string());
        if !volume.get("persistentVolumeClaim").is_null() || !volume.get("ephemeral").is_null() {
            claims.push(name.str().to_string());
        }
    }
    (VolumeNames { names: seen, claims }, errors)
}

fn source(volume: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let sources: Vec<(&str, &Value)> = SOURCES.into_iter().map(|kind| (kind, volume.get(kind))).filter(|(_, value)| !value.is_null()).collect();
    if sources.is_empty() {
        errors.push(FieldError::required(field, "must specify a volume type"));
    }
    for (index, (kind, value)) in sources.iter().enumerate() {
        let here = format!("{field}.{kind}");
        if index > 0 {
            errors.push(FieldError::forbidden(here.clone(), "may not specify more than 1 volume type"));
            continue;
        }
        let required: &[&str] = match *kind {
            "hostPath" => &["path"],
            "secret" => &["secretName"],
            "configMap" => &["name"],
            "persistentVolumeClaim" => &["claimName"],
            "nfs" => &["server", "path"],
            "csi" => &["driver"],
            "iscsi" => &["targetPortal", "iqn"],
            "glusterfs" => &["endpoints", "path"],
            "awsElasticBlockStore" => &["volumeID"],
            "gcePersistentDisk" => &["pdName"],
            "gitRepo" => &["repository"],
            "image" => &["reference"],
            "rbd" => &["monitors", "image"],
            "cephfs" => &["monitors"],
            "azureFile" => &["secretName", "shareName"],
            "flexVolume" => &["driver"],
            "ephemeral" => &["volumeClaimTemplate"],
            _ => &[],
        };
        errors.extend(required.iter().filter(|name| value.get(name).is_empty()).map(|name| FieldError::required(format!("{here}.{name}"), "")));
        if *kind == "hostPath" && !HOST_PATH_TYPES.contains(&value.get("type").str()) {
            errors.push(FieldError::not_supported(format!("{here}.type"), value.get("type"), &HOST_PATH_TYPES));
        }
        errors.extend(source_rules(kind, value, &here));
        if *kind == "nfs" && !value.get("path").str().starts_with('/') {
            errors.push(FieldError::invalid(format!("{here}.path"), value.get("path"), "must be an absolute path"));
        }
        if let Some(mode) = value.get("defaultMode").as_i64().filter(|mode| !(0..=0o777).contains(mode)) {
            errors.push(FieldError::invalid(format!("{here}.defaultMode"), &mode.into(), "must be a number between 0 and 0777 (octal), both inclusive"));
        }
        errors.extend(items(value, &here, *kind == "downwardAPI"));
    }
    errors
}

/// What only one kind of volume has.
fn source_rules(kind: &str, value: &Value, field: &str) -> Vec<FieldError> {
    match kind {
        "emptyDir" if quantities::is_negative(value.get("sizeLimit")) => {
            vec![FieldError::forbidden(format!("{field}.sizeLimit"), "SizeLimit field must be a valid resource quantity")]
        }
        "hostPath" => no_steps_back(value.get("path"), format!("{field}.path")),
        "csi" => rules::optional(value.get("driver"), &format!("{field}.driver"), |driver| names::dns1123_subdomain(&driver.to_lowercase())),
        "image" if !value.get("pullPolicy").is_empty() => {
            rules::one_of(value.get("pullPolicy"), &format!("{field}.pullPolicy"), &["Always", "IfNotPresent", "Never"])
        }
        "fc" if value.get("targetWWNs").is_empty() == value.get("wwids").is_empty() => {
            vec![FieldError::required(format!("{field}.targetWWNs"), "must specify either targetWWNs or wwids, but not both")]
        }
        "ephemeral" if !value.get("volumeClaimTemplate").is_null() => {
            let spec = value.path("volumeClaimTemplate.spec");
            let here = format!("{field}.volumeClaimTemplate.spec");
            let mut errors = persistent_volume_claim::modes(spec, &format!("{here}.accessModes"));
            if spec.get("accessModes").is_empty() {
                errors.push(FieldError::required(format!("{here}.accessModes"), "at least 1 access mode is required"));
            }
            if spec.path("resources.requests").get("storage").is_null() {
                errors.push(FieldError::required(format!("{here}.resources[storage]"), ""));
            }
            errors
        }
        "projected" => projected(value, field),
        _ => Vec::new(),
    }
}

fn projected(value: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut paths: Vec<&str> = Vec::new();
    for (index, source) in value.get("sources").items().iter().enumerate() {
        let here = format!("{field}.sources[{index}]");
        for kind in ["configMap", "secret", "downwardAPI"] {
            let inner = source.get(kind);
            if inner.is_null() {
                continue;
            }
            if kind != "downwardAPI" && inner.get("name").is_empty() {
                errors.push(FieldError::required(format!("{here}.{kind}.name"), ""));
            }
            errors.extend(items(inner, &format!("{here}.{kind}"), kind == "downwardAPI"));
            for item in inner.get("items").items() {
                let path = item.get("path").str();
                if !path.is_empty() && paths.contains(&path) {
                    errors.push(FieldError::invalid(field, &inner.get("name").str().into(), "conflicting duplicate paths"));
                }
                paths.push(path);
            }
        }
        let token = source.get("serviceAccountToken");
        if !token.is_null() {
            if token.get("path").is_empty() {
                errors.push(FieldError::required(format!("{field}.path"), ""));
            }
            if token.get("expirationSeconds").as_i64().is_some_and(|seconds| seconds < 600) {
                let here = format!("{here}.serviceAccountToken.expirationSeconds");
                errors.push(FieldError::invalid(here, token.get("expirationSeconds"), "may not specify a duration less than 10 minutes"));
            }
        }
    }
    errors
}

/// The files of a volume; those of the downward API are told without their number.
fn items(value: &Value, field: &str, is_downward: bool) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, item) in value.get("items").items().iter().enumerate() {
        let here = if is_downward { field.to_string() } else { format!("{field}.items[{index}]") };
        let required: &[&str] = if is_downward { &["path"] } else { &["key", "path"] };
        errors.extend(required.iter().filter(|name| item.get(name).is_empty()).map(|name| FieldError::required(format!("{here}.{name}"), "")));
        let path = item.get("path");
        errors.extend(security::local_path(path, format!("{here}.path")));
        if path.str().starts_with("..") && !path.str().starts_with("../") && path.str() != ".." {
            errors.push(FieldError::invalid(format!("{here}.path"), path, "must not start with '..'"));
        }
        if item.get("mode").as_i64().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
            errors.push(FieldError::invalid(format!("{here}.mode"), item.get("mode"), "must be a number between 0 and 0777 (octal), both inclusive"));
        }
        if !is_downward {
            continue;
        }
        let (of_field, of_resource) = (item.get("fieldRef"), item.get("resourceFieldRef"));
        match (of_field.is_null(), of_resource.is_null()) {
            (true, true) => errors.push(FieldError::required(here, "one of fieldRef and resourceFieldRef is required")),
            (false, is_alone) => {
                errors.extend(downward::field_ref(of_field, &format!("{here}.fieldRef"), &downward::FILES));
                if !is_alone {
                    errors.push(FieldError::invalid(here, &"resource".into(), "fieldRef and resourceFieldRef can not be specified simultaneously"));
                }
            }
            (true, false) => errors.extend(downward::resource_ref(of_resource, &format!("{here}.resourceFieldRef"), true)),
        }
    }
    errors
}

fn no_steps_back(path: &Value, field: String) -> Vec<FieldError> {
    let steps_back = path.str().split('/').any(|part| part == "..");
    steps_back.then(|| FieldError::invalid(field, path, "must not contain '..'")).into_iter().collect()
}

impl VolumeNames {
    /// Volumes that are not in the spec itself.
    pub fn add(&mut self, names: &[&str]) {
        self.names.extend(names.iter().map(|name| name.to_string()));
        self.claims.extend(names.iter().map(|name| name.to_string()));
    }

    /// What is wrong with a container's volumeMounts and volumeDevices.
    pub fn validate_mounts(&self, container: &Value, field: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut paths: Vec<&str> = Vec::new();
        for (index, mount) in container.get("volumeMounts").items().iter().enumerate() {
            let here = format!("{field}.volumeMounts[{index}]");
            let (name, path) = (mount.get("name"), mount.get("mountPath"));
            if name.is_empty() {
                errors.push(FieldError::required(format!("{here}.name"), ""));
            }
            if !self.names.iter().any(|known| known == name.str()) {
                errors.push(FieldError::not_found(format!("{here}.name"), name));
            }
            if path.is_empty() {
                errors.push(FieldError::required(format!("{here}.mountPath"), ""));
            }
            if paths.contains(&path.str()) {
                errors.push(FieldError::invalid(format!("{here}.mountPath"), path, "must be unique"));
            }
            paths.push(path.str());
            // Upstream names these without the mount's number.
            let all = format!("{field}.volumeMounts");
            for sub in ["subPath", "subPathExpr"] {
                errors.extend(security::local_path(mount.get(sub), format!("{all}.{sub}")));
            }
            if !mount.get("subPath").is_empty() && !mount.get("subPathExpr").is_empty() {
                errors.push(FieldError::invalid(format!("{here}.subPathExpr"), mount.get("subPathExpr"), "subPathExpr and subPath are mutually exclusive"));
            }
            let propagation = mount.get("mountPropagation");
            if !propagation.is_empty() {
                errors.extend(rules::one_of(propagation, &format!("{all}.mountPropagation"), &["Bidirectional", "HostToContainer", "None"]));
            }
            if propagation.str() == "Bidirectional" && container.path("securityContext.privileged").as_bool() != Some(true) {
                let why = "Bidirectional mount propagation is available only to privileged containers";
                errors.push(FieldError::forbidden(format!("{all}.mountPropagation"), why));
            }
            let recursive = mount.get("recursiveReadOnly").str();
            if !matches!(recursive, "" | "Disabled") && mount.get("readOnly").as_bool() != Some(true) {
                errors.push(FieldError::forbidden(format!("{all}.recursiveReadOnly"), "may only be specified when readOnly is true"));
            }
        }
        for (index, device) in container.get("volumeDevices").items().iter().enumerate() {
            let here = format!("{field}.volumeDevices[{index}]");
            for name in ["name", "devicePath"] {
                if device.get(name).is_empty() {
                    errors.push(FieldError::required(format!("{here}.{name}"), ""));
                }
            }
            let name = device.get("name");
            if !self.names.iter().any(|known| known == name.str()) {
                errors.push(FieldError::not_found(format!("{here}.name"), name));
            } else if !self.claims.iter().any(|known| known == name.str()) {
                let why = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.push(FieldError::invalid(format!("{here}.name"), name, why));
            }
        }
        errors
    }
}
