//! PersistentVolumeClaims.

use super::super::apps::workload::label_selector;
use super::super::cells;
use super::volume_cells::{access_modes, capacity};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
use crate::value::{Value, json};

/// The words for how a volume may be mounted.
pub const ACCESS_MODES: [&str; 4] = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

/// The rules of PersistentVolumeClaims.
pub struct PersistentVolumeClaimStrategy;

/// Fills in a claim, also one in a StatefulSet's `volumeClaimTemplates`.
pub fn default_claim(claim: &mut Value) {
    claim.set_default("status.phase", "Pending");
    claim.set_default("spec.volumeMode", "Filesystem");
}

impl Strategy for PersistentVolumeClaimStrategy {
    fn default(&self, claim: &mut Value) {
        default_claim(claim);
    }

    fn prepare_for_create(&self, claim: &mut Value) {
        // Either field may say where the data come from (`NormalizeDataSources`).
        let (source, reference) = (claim.path("spec.dataSource").clone(), claim.path("spec.dataSourceRef").clone());
        if reference.is_null() && !source.is_null() {
            claim.set("spec.dataSourceRef", source);
        } else if source.is_null() && !reference.is_null() && reference.get("namespace").is_empty() {
            claim.set("spec.dataSource", reference);
        }
        claim.set("status", json!({"phase": "Pending"}));
    }

    fn validate(&self, claim: &Value) -> Vec<FieldError> {
        validate_spec(claim.get("spec"), "spec")
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        let comparable = |claim: &Value| {
            let mut spec = claim.get("spec").clone();
            for field in ["resources", "volumeAttributesClassName"] {
                spec.remove(field);
            }
            spec
        };
        let (mut before, after) = (comparable(old), comparable(new));
        // Binding sets the volume's name, and a missing class may be filled in later.
        if before.get("volumeName").is_empty() {
            before.set("volumeName", after.get("volumeName").clone());
            if before.get("volumeName").is_null() {
                before.remove("volumeName");
            }
        }
        if before.get("storageClassName").is_null() && !after.get("storageClassName").is_null() {
            before.set("storageClassName", after.get("storageClassName").clone());
        }
        let requests_change = new.path("spec.resources") != old.path("spec.resources");
        let bound = old.path("status.phase").str() == "Bound";
        if before != after || (requests_change && !bound) {
            errors.push(FieldError::forbidden("spec", immutable_detail(old, new)));
        } else if requests_change && shrinks_below_capacity(new, old) {
            errors.push(FieldError::forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
        }
        errors
    }

    fn warnings(&self, claim: &Value, _old: Option<&Value>) -> Vec<String> {
        let mut warnings = Vec::new();
        const CLASS: &str = "volume.beta.kubernetes.io/storage-class";
        if claim.path("metadata.annotations").fields().contains_key(CLASS) {
            warnings.push(format!("metadata.annotations[{CLASS}]: deprecated since v1.8; use \"storageClassName\" attribute instead"));
        }
        warnings.extend(claim_spec_warnings(claim.get("spec"), "spec"));
        warnings
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns: Vec<Column> =
            ["Name", "Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass", "Age"].map(Column::new).to_vec();
        columns.push(Column::wide("VolumeMode"));
        columns
    }

    fn row(&self, claim: &Value, now_ms: u64) -> Vec<Value> {
        let (spec, status) = (claim.get("spec"), claim.get("status"));
        let phase = if meta::is_being_deleted(claim) { "Terminating".into() } else { cells::or(status.get("phase"), "") };
        let bound = !spec.get("volumeName").is_empty();
        vec![
            cells::name(claim),
            phase,
            cells::or(spec.get("volumeName"), ""),
            if bound { capacity(status.get("capacity"), "0") } else { "".into() },
            if bound { access_modes(status.get("accessModes")) } else { "".into() },
            cells::or(spec.get("storageClassName"), ""),
            cells::or(spec.get("volumeAttributesClassName"), "<unset>"),
            cells::age(claim, now_ms),
            cells::or(spec.get("volumeMode"), "<unset>"),
        ]
    }
}

/// What is wrong with what a claim asks for, also one in a StatefulSet's `volumeClaimTemplates` (`ValidatePersistentVolumeClaimSpec`).
pub fn validate_spec(spec: &Value, field: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let modes_field = format!("{field}.accessModes");
    if spec.get("accessModes").items().is_empty() {
        errors.push(FieldError::required(&modes_field, "at least 1 access mode is required"));
    }
    errors.extend(label_selector(spec.get("selector"), &format!("{field}.selector")));
    errors.extend(modes(spec, &modes_field));
    let (storage, storage_field) = (spec.path("resources.requests.storage"), format!("{field}.resources[storage]"));
    if storage.is_null() {
        errors.push(FieldError::required(storage_field, ""));
    } else if super::quantities::is_not_positive(storage) {
        errors.push(FieldError::invalid(storage_field, storage, "must be greater than zero"));
    }
    let class = spec.get("storageClassName");
    if !class.is_empty() {
        let rules = names::dns1123_subdomain(class.str()).into_iter();
        errors.extend(rules.map(|rule| FieldError::invalid(format!("{field}.storageClassName"), class, rule)));
    }
    if !["Filesystem", "Block"].contains(&spec.get("volumeMode").str()) {
        errors.push(FieldError::not_supported(format!("{field}.volumeMode"), spec.get("volumeMode"), &["Block", "Filesystem"]));
    }
    errors
}

/// The warnings about what a claim asks for; `field` is where.
pub fn claim_spec_warnings(spec: &Value, field: &str) -> Vec<String> {
    let warn =
        |list: &str| super::pod_warnings::fractional_bytes(spec.get("resources").get(list).get("storage"), &format!("{field}.resources.{list}[storage]"));
    ["requests", "limits"].into_iter().filter_map(warn).collect()
}

/// The access modes are known, and ReadWriteOncePod stands alone.
pub fn modes(spec: &Value, field: &str) -> Vec<FieldError> {
    let modes = spec.get("accessModes").items();
    let mut errors: Vec<FieldError> = modes
        .iter()
        .filter(|mode| !ACCESS_MODES.contains(&mode.str()))
        .map(|mode| FieldError::not_supported(field, mode, &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]))
        .collect();
    let known = modes.iter().filter(|mode| ACCESS_MODES.contains(&mode.str()));
    if known.clone().any(|mode| mode.str() == "ReadWriteOncePod") && known.clone().any(|mode| mode.str() != "ReadWriteOncePod") {
        errors.push(FieldError::forbidden(field, "may not use ReadWriteOncePod with other access modes"));
    }
    errors
}

fn immutable_detail(old: &Value, new: &Value) -> String {
    let difference = super::go_diff::difference("PersistentVolumeClaimSpec", old.get("spec"), new.get("spec"));
    format!("spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n{difference}")
}

/// A claim that hasn't grown yet as far as it was asked to may be asked for less, but not for as little as it has.
fn shrinks_below_capacity(new: &Value, old: &Value) -> bool {
    let size = new.path("spec.resources.requests.storage");
    let compare = super::quantities::compare;
    compare(size, old.path("spec.resources.requests.storage")).is_lt() && compare(size, old.path("status.capacity.storage")).is_le()
}
