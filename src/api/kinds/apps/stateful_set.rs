//! StatefulSets.

use super::super::cells;
use super::super::core::persistent_volume_claim::{claim_spec_warnings, default_claim};
use super::super::core::pod_defaults::{default_template, items_mut};
use super::super::core::pod_validation::template;
use super::super::core::pod_warnings;
use super::deployment::no_replicas;
use super::workload;
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The fields of the spec that may change.
const MUTABLE: [&str; 7] =
    ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

/// The rules of StatefulSets.
pub struct StatefulSetStrategy;

impl Strategy for StatefulSetStrategy {
    fn default(&self, set: &mut Value) {
        let spec = set.get_mut("spec");
        if spec.get("podManagementPolicy").is_empty() {
            spec.set("podManagementPolicy", "OrderedReady");
        }
        if spec.path("updateStrategy.type").is_empty() {
            spec.set("updateStrategy.type", "RollingUpdate");
            if spec.path("updateStrategy.rollingUpdate").is_null() {
                spec.set("updateStrategy.rollingUpdate.partition", 0);
            }
        }
        if spec.path("updateStrategy.type").str() == "RollingUpdate" && spec.path("updateStrategy.rollingUpdate").is_object() {
            spec.set_default("updateStrategy.rollingUpdate.partition", 0);
        }
        spec.set_default("persistentVolumeClaimRetentionPolicy", Value::object());
        spec.set_default("persistentVolumeClaimRetentionPolicy.whenDeleted", "Retain");
        spec.set_default("persistentVolumeClaimRetentionPolicy.whenScaled", "Retain");
        spec.set_default("replicas", 1);
        spec.set_default("revisionHistoryLimit", 10);
        for claim in items_mut(spec, "volumeClaimTemplates") {
            claim.set_default("apiVersion", "v1");
            claim.set_default("kind", "PersistentVolumeClaim");
            default_claim(claim);
        }
        default_template(spec.get_mut("template"));
    }

    fn prepare_for_create(&self, set: &mut Value) {
        let mut status = no_replicas();
        status.set("availableReplicas", 0);
        set.set("status", status);
    }

    fn validate(&self, set: &Value) -> Vec<FieldError> {
        let spec = set.get("spec");
        let mut errors = workload::one_of(spec.get("podManagementPolicy"), "spec.podManagementPolicy", &["OrderedReady", "Parallel"]);
        match spec.path("updateStrategy.type").str() {
            "OnDelete" if !spec.path("updateStrategy.rollingUpdate").is_null() => {
                errors.push(FieldError::invalid(
                    "spec.updateStrategy.rollingUpdate",
                    spec.path("updateStrategy.rollingUpdate"),
                    "only allowed for updateStrategy 'RollingUpdate'",
                ));
            }
            "OnDelete" => {}
            "RollingUpdate" => errors.extend(workload::count(spec.path("updateStrategy.rollingUpdate"), "partition").into_iter().map(|mut error| {
                error.field = "spec.updateStrategy.rollingUpdate.partition".into();
                error
            })),
            _ => errors.push(FieldError::invalid("spec.updateStrategy", spec.get("updateStrategy"), "must be 'RollingUpdate' or 'OnDelete'")),
        }
        errors.extend(workload::count(spec, "replicas"));
        errors.extend(workload::count(spec, "minReadySeconds"));
        let claims: Vec<&str> = spec.get("volumeClaimTemplates").items().iter().map(meta::name).collect();
        errors.extend(workload::selector_and_template_with(spec, "statefulset", &claims));
        errors.extend(template::always_restarts(spec.get("template"), "spec.template"));
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        let fixed = |set: &Value| {
            let mut spec = set.get("spec").clone();
            spec.fields_mut().retain(|key, _| !MUTABLE.contains(&key));
            spec
        };
        if fixed(new) != fixed(old) {
            errors.push(FieldError::forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
            ));
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn warnings(&self, new: &Value, old: Option<&Value>) -> Vec<String> {
        let mut warnings = pod_warnings::workload_warnings(new, old, "spec.template");
        for (index, claim) in new.path("spec.volumeClaimTemplates").items().iter().enumerate() {
            warnings.extend(claim_spec_warnings(claim.get("spec"), &format!("spec.volumeClaimTemplates[{index}]")));
        }
        if new.path("spec.revisionHistoryLimit").as_i64().is_some_and(|limit| limit < 0) {
            let text = "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";
            warnings.push(text.into());
        }
        warnings
    }

    fn columns(&self) -> Vec<Column> {
        vec![Column::new("Name"), Column::new("Ready"), Column::new("Age"), Column::wide("Containers"), Column::wide("Images")]
    }

    fn row(&self, set: &Value, now_ms: u64) -> Vec<Value> {
        let count = |path: &str| set.path(path).as_i64().unwrap_or(0);
        vec![
            cells::name(set),
            format!("{}/{}", count("status.readyReplicas"), count("spec.replicas")).into(),
            cells::age(set, now_ms),
            cells::containers(set.path("spec.template")),
            cells::images(set.path("spec.template")),
        ]
    }
}
