//! The files of ConfigMap, Secret, downward API and projected volumes.

use super::base64;
use super::downward;
use super::pod_sync::PodSync;
use super::runtime::fs::ProjectedFile;
use super::token;
use crate::api::meta;
use crate::api::resource::{CONFIG_MAPS, SECRETS};
use crate::value::{NULL, Value};

/// The kinds of volumes that are made of files with text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `configMap`.
    ConfigMap,
    /// `secret`.
    Secret,
    /// `downwardAPI`.
    DownwardApi,
    /// `projected`: several of them together.
    Projected,
}

/// Which of them a volume is; `None` for any other.
pub fn kind(volume: &Value) -> Option<Kind> {
    let kinds = [("configMap", Kind::ConfigMap), ("secret", Kind::Secret), ("downwardAPI", Kind::DownwardApi), ("projected", Kind::Projected)];
    kinds.into_iter().find(|(field, _)| !volume.get(field).is_null()).map(|(_, kind)| kind)
}

/// The ConfigMaps (`false`) and Secrets (`true`) that a pod's volumes are made from.
pub fn references(pod: &Value) -> Vec<(bool, &str)> {
    let mut found = Vec::new();
    for volume in pod.path("spec.volumes").items() {
        found.push((false, volume.path("configMap.name").str()));
        found.push((true, volume.path("secret.secretName").str()));
        for source in volume.path("projected.sources").items() {
            found.push((false, source.path("configMap.name").str()));
            found.push((true, source.path("secret.name").str()));
        }
    }
    found.retain(|(_, name)| !name.is_empty());
    found
}

impl PodSync<'_, '_> {
    /// The files of a volume, or why it can't be set up.
    pub(super) fn files(&self, kind: Kind, volume: &Value) -> Result<Vec<ProjectedFile>, String> {
        let mode = |source: &Value| source.get("defaultMode").as_i64().unwrap_or(0o644) as u32;
        match kind {
            Kind::ConfigMap => {
                let source = volume.get("configMap");
                self.keyed_files(source, source.get("name").str(), false, mode(source))
            }
            Kind::Secret => {
                let source = volume.get("secret");
                self.keyed_files(source, source.get("secretName").str(), true, mode(source))
            }
            Kind::DownwardApi => {
                let source = volume.get("downwardAPI");
                self.downward_files(source, mode(source))
            }
            Kind::Projected => self.projected_files(volume.get("projected"), mode(volume.get("projected"))),
        }
    }

    fn projected_files(&self, projected: &Value, mode: u32) -> Result<Vec<ProjectedFile>, String> {
        let mut files: Vec<ProjectedFile> = Vec::new();
        let mut errors = Vec::new();
        for source in projected.get("sources").items() {
            match self.source_files(source, mode) {
                Ok(found) => {
                    for file in found {
                        files.retain(|known| known.path != file.path);
                        files.push(file);
                    }
                }
                Err(message) => errors.push(message),
            }
        }
        match errors.len() {
            0 => Ok(files),
            1 => Err(errors.remove(0)),
            _ => Err(format!("[{}]", errors.join(", "))),
        }
    }

    fn source_files(&self, source: &Value, mode: u32) -> Result<Vec<ProjectedFile>, String> {
        if !source.get("configMap").is_null() {
            let source = source.get("configMap");
            return self.keyed_files(source, source.get("name").str(), false, mode);
        }
        if !source.get("secret").is_null() {
            let source = source.get("secret");
            return self.keyed_files(source, source.get("name").str(), true, mode);
        }
        if !source.get("downwardAPI").is_null() {
            return self.downward_files(source.get("downwardAPI"), mode);
        }
        if !source.get("serviceAccountToken").is_null() {
            let source = source.get("serviceAccountToken");
            let token = token::token(&self.worker.pod, source, self.client.store(), self.now_ms);
            // Without an fsGroup only the user of the only one, root, may read it.
            let mode = if self.worker.pod.path("spec.securityContext.fsGroup").is_null() { mode } else { 0o600 };
            return Ok(vec![ProjectedFile { path: source.get("path").str().into(), bytes: token.into_bytes(), mode }]);
        }
        match source.fields().keys().next() {
            Some(kind) => Err(format!("projected volumes of {kind} are not simulated")),
            None => Ok(Vec::new()),
        }
    }

    fn keyed_files(&self, source: &Value, name: &str, is_secret: bool, mode: u32) -> Result<Vec<ProjectedFile>, String> {
        let namespace = meta::namespace(&self.worker.pod);
        let optional = source.get("optional").as_bool() == Some(true);
        let (resource, word) = if is_secret { (&SECRETS, "secret") } else { (&CONFIG_MAPS, "configmap") };
        let found = self.client.get(resource, namespace, name);
        if found.is_none() && !optional {
            return Err(format!("{word} \"{name}\" not found"));
        }
        let found = found.unwrap_or_default();
        let bytes = |key: &str| -> Option<Vec<u8>> {
            let data = found.get("data").get(key);
            let binary = found.get("binaryData").get(key);
            match (data, binary) {
                (Value::Null, Value::Null) => None,
                (Value::Null, binary) => Some(base64::decode(binary.str())),
                (text, _) if is_secret => Some(base64::decode(text.str())),
                (text, _) => Some(text.str().as_bytes().to_vec()),
            }
        };
        let items = source.get("items").items();
        if items.is_empty() {
            let keys = found.get("data").fields().keys().chain(found.get("binaryData").fields().keys());
            return Ok(keys.filter_map(|key| Some(ProjectedFile { path: key.to_string(), bytes: bytes(key)?, mode })).collect());
        }
        let mut files = Vec::new();
        for item in items {
            let key = item.get("key").str();
            let mode = item.get("mode").as_i64().map_or(mode, |mode| mode as u32);
            match bytes(key) {
                Some(bytes) => files.push(ProjectedFile { path: item.get("path").str().into(), bytes, mode }),
                None if optional => {}
                None if is_secret => return Err(format!("references non-existent secret key: {key}")),
                None => return Err(format!("configmap references non-existent config key: {key}")),
            }
        }
        Ok(files)
    }

    fn downward_files(&self, source: &Value, mode: u32) -> Result<Vec<ProjectedFile>, String> {
        let mut files = Vec::new();
        for item in source.get("items").items() {
            let text = if item.get("fieldRef").is_null() {
                downward::resource(&self.worker.pod, item.get("resourceFieldRef"), &NULL, &self.node.config)?
            } else {
                downward::field(&self.worker.pod, item.path("fieldRef.fieldPath").str(), &self.worker.ip, &self.worker.status, &self.node.config)?
            };
            let mode = item.get("mode").as_i64().map_or(mode, |mode| mode as u32);
            files.push(ProjectedFile { path: item.get("path").str().into(), bytes: text.as_bytes().to_vec(), mode });
        }
        Ok(files)
    }
}
