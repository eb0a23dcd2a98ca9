//! Volumes, and where containers mount them.

use crate::api::field_error::FieldError;
use crate::api::names;
use crate::value::Value;

/// The names of a Pod's volumes.
pub struct VolumeNames {
    names: Vec<String>,
}

const HOST_PATH_TYPES: [&str; 8] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// What is wrong with the volumes, and what they are called.
pub fn validate(volumes: &Value, field: &str) -> (VolumeNames, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (index, volume) in volumes.items().iter().enumerate() {
        let here = format!("{field}[{index}]");
        let name = volume.get("name");
        errors.extend(source(volume, &here));
        if name.is_empty() {
            errors.push(FieldError::required(format!("{here}.name"), ""));
        } else {
            errors.extend(names::dns1123_label(name.str()).into_iter().map(|rule| FieldError::invalid(format!("{here}.name"), name, rule)));
        }
        if seen.iter().any(|other| other == name.str()) {
            errors.push(FieldError::duplicate(format!("{here}.name"), name));
        }
        seen.push(name.str().to_string());
    }
    (VolumeNames { names: seen }, errors)
}

fn source(volume: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let sources: Vec<(&str, &Value)> =
        volume.fields().iter().filter(|(key, value)| *key != "name" && !value.is_null()).map(|(key, value)| (key.as_str(), value)).collect();
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
            _ => &[],
        };
        errors.extend(required.iter().filter(|name| value.get(name).is_empty()).map(|name| FieldError::required(format!("{here}.{name}"), "")));
        if *kind == "hostPath" && !HOST_PATH_TYPES.contains(&value.get("type").str()) {
            errors.push(FieldError::not_supported(format!("{here}.type"), value.get("type"), &HOST_PATH_TYPES));
        }
        if *kind == "nfs" && !value.get("path").is_empty() && !value.get("path").str().starts_with('/') {
            errors.push(FieldError::invalid(format!("{here}.path"), value.get("path"), "must be an absolute path"));
        }
        if let Some(mode) = value.get("defaultMode").as_i64().filter(|mode| !(0..=0o777).contains(mode)) {
            errors.push(FieldError::invalid(format!("{here}.defaultMode"), &mode.into(), "must be a number between 0 and 0777 (octal), both inclusive"));
        }
        for (item_index, item) in value.get("items").items().iter().enumerate() {
            errors.extend(item_rules(item, &format!("{here}.items[{item_index}]"), *kind == "downwardAPI"));
        }
    }
    errors
}

fn item_rules(item: &Value, field: &str, is_downward: bool) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let required: &[&str] = if is_downward { &["path"] } else { &["key", "path"] };
    errors.extend(required.iter().filter(|name| item.get(name).is_empty()).map(|name| FieldError::required(format!("{field}.{name}"), "")));
    let path = item.get("path");
    if path.str().starts_with('/') {
        errors.push(FieldError::invalid(format!("{field}.path"), path, "must be a relative path"));
    }
    if path.str().split('/').any(|part| part == "..") {
        errors.push(FieldError::invalid(format!("{field}.path"), path, "must not contain '..'"));
    }
    errors
}

impl VolumeNames {
    /// Volumes that are not in the spec itself.
    pub fn add(&mut self, names: &[&str]) {
        self.names.extend(names.iter().map(|name| name.to_string()));
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
            for sub in ["subPath", "subPathExpr"] {
                let value = mount.get(sub);
                if value.str().starts_with('/') {
                    errors.push(FieldError::invalid(format!("{here}.{sub}"), value, "must be a relative path"));
                }
                if value.str().split('/').any(|part| part == "..") {
                    errors.push(FieldError::invalid(format!("{here}.{sub}"), value, "must not contain '..'"));
                }
            }
            let propagation = mount.get("mountPropagation");
            if !propagation.is_empty() && !["Bidirectional", "HostToContainer", "None"].contains(&propagation.str()) {
                errors.push(FieldError::not_supported(format!("{here}.mountPropagation"), propagation, &["Bidirectional", "HostToContainer", "None"]));
            }
            if propagation.str() == "Bidirectional" && container.path("securityContext.privileged").as_bool() != Some(true) {
                errors.push(FieldError::forbidden(
                    format!("{here}.mountPropagation"),
                    "Bidirectional mount propagation is available only to privileged containers",
                ));
            }
        }
        for (index, device) in container.get("volumeDevices").items().iter().enumerate() {
            let here = format!("{field}.volumeDevices[{index}]");
            for name in ["name", "devicePath"] {
                if device.get(name).is_empty() {
                    errors.push(FieldError::required(format!("{here}.{name}"), ""));
                }
            }
        }
        errors
    }
}
