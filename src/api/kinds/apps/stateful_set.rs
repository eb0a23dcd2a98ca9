//! StatefulSets.

use super::super::cells;
use super::super::core::persistent_volume_claim::{claim_spec_warnings, default_claim, validate_spec as validate_claim_spec};
use super::super::core::pod_defaults::{default_template, items_mut};
use super::super::core::pod_validation::template;
use super::super::core::pod_warnings;
use super::deployment::no_replicas;
use super::workload;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
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
        let mut errors = validate_spec(spec);
        for (index, claim) in spec.get("volumeClaimTemplates").items().iter().enumerate() {
            errors.extend(validate_claim_spec(claim.get("spec"), &format!("spec.volumeClaimTemplates[{index}].spec")));
        }
        let service = spec.get("serviceName");
        if !service.is_empty() {
            errors.extend(names::dns1123_label(service.str()).into_iter().map(|rule| FieldError::invalid("spec.serviceName", service, rule)));
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = validate_spec(new.get("spec"));
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

/// What is looked at on updates as well: what can't change any more may be as it is.
fn validate_spec(spec: &Value) -> Vec<FieldError> {
    let policy = spec.get("podManagementPolicy");
    let mut errors = Vec::new();
    if !["OrderedReady", "Parallel"].contains(&policy.str()) {
        errors.push(FieldError::invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"));
    }
    let (strategy, rolling) = (spec.get("updateStrategy"), spec.path("updateStrategy.rollingUpdate"));
    let field = "spec.updateStrategy.rollingUpdate";
    match strategy.get("type").str() {
        "OnDelete" if !rolling.is_null() => errors.push(FieldError::invalid(field, rolling, "only allowed for updateStrategy 'RollingUpdate'")),
        "OnDelete" => {}
        "RollingUpdate" => errors.extend(rolling_update(rolling, field)),
        _ => errors.push(FieldError::invalid("spec.updateStrategy", strategy, "must be 'RollingUpdate' or 'OnDelete'")),
    }
    for when in ["whenDeleted", "whenScaled"] {
        let (field, policy) = (format!("spec.persistentVolumeClaimRetentionPolicy.{when}"), spec.path("persistentVolumeClaimRetentionPolicy").get(when));
        if !["Retain", "Delete"].contains(&policy.str()) {
            errors.push(FieldError::not_supported(field, policy, &["Retain", "Delete"]));
        }
    }
    errors.extend(workload::count(spec, "replicas"));
    errors.extend(workload::count(spec, "minReadySeconds"));
    errors.extend(workload::count_at(spec.path("ordinals.start"), "spec.ordinals.start"));
    errors.extend(workload::selector(spec, "statefulset"));
    errors.extend(workload::template(spec, "", |template| {
        // The set gives its Pods these itself.
        let mut template = template.clone();
        template.remove("spec.subdomain");
        template.remove("spec.hostname");
        let claims: Vec<&str> = spec.get("volumeClaimTemplates").items().iter().map(meta::name).collect();
        template::validate_with(&template, "spec.template", &claims)
    }));
    errors.extend(template::always_restarts(spec.get("template"), "spec.template", "StatefulSet"));
    errors
}

fn rolling_update(rolling: &Value, field: &str) -> Vec<FieldError> {
    let (most, most_field) = (rolling.get("maxUnavailable"), format!("{field}.maxUnavailable"));
    let mut errors = workload::count_at(rolling.get("partition"), &format!("{field}.partition"));
    if !most.is_null() {
        errors.extend(workload::count_or_percent(most, &most_field));
        if workload::is_none(most) {
            errors.push(FieldError::invalid(&most_field, most, "cannot be 0"));
        }
        errors.extend(workload::not_over_100_percent(most, &most_field));
    }
    errors
}
