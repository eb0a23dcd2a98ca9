//! VolumeAttachments.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::names;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Value, json};

/// The rules of VolumeAttachments.
pub struct VolumeAttachmentStrategy;

impl Strategy for VolumeAttachmentStrategy {
    fn prepare_for_create(&self, attachment: &mut Value) {
        attachment.set("status", json!({"attached": false}));
    }

    fn validate(&self, attachment: &Value) -> Vec<FieldError> {
        let spec = attachment.get("spec");
        let mut errors = rules::required(spec.get("attacher"), "spec.attacher", names::dns1123_subdomain);
        let source = spec.get("source");
        if source.get("persistentVolumeName").is_null() == source.get("inlineVolumeSpec").is_null() {
            errors.push(FieldError::required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
        }
        errors.extend(rules::follows(&spec.get("nodeName").str().into(), "spec.nodeName", names::dns1123_subdomain));
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        rules::immutable(new, old, "spec")
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Attacher", "PV", "Node", "Attached", "Age"], &[])
    }

    fn row(&self, attachment: &Value, now_ms: u64) -> Vec<Value> {
        let spec = attachment.get("spec");
        vec![
            cells::name(attachment),
            spec.get("attacher").clone(),
            cells::or(spec.path("source.persistentVolumeName"), ""),
            spec.get("nodeName").clone(),
            attachment.path("status.attached").as_bool().unwrap_or(false).into(),
            cells::age(attachment, now_ms),
        ]
    }
}
