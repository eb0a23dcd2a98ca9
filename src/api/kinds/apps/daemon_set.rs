//! DaemonSets.

use super::super::cells;
use super::super::core::pod_defaults::default_template;
use super::super::core::pod_validation::template;
use super::super::core::pod_warnings;
use super::workload;
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::strategy::{Column, Strategy, keep};
use crate::value::{Value, json};

const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// The rules of DaemonSets.
pub struct DaemonSetStrategy;

impl Strategy for DaemonSetStrategy {
    fn default(&self, set: &mut Value) {
        let spec = set.get_mut("spec");
        if spec.path("updateStrategy.type").is_empty() {
            spec.set("updateStrategy.type", "RollingUpdate");
        }
        if spec.path("updateStrategy.type").str() == "RollingUpdate" {
            spec.set_default("updateStrategy.rollingUpdate", Value::object());
            spec.set_default("updateStrategy.rollingUpdate.maxUnavailable", 1);
            spec.set_default("updateStrategy.rollingUpdate.maxSurge", 0);
        }
        spec.set_default("revisionHistoryLimit", 10);
        default_template(spec.get_mut("template"));
    }

    fn prepare_for_create(&self, set: &mut Value) {
        set.set("status", json!({"currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0}));
        meta::set_annotation(set, TEMPLATE_GENERATION, "1");
    }

    /// A number of the template, from before there were revisions; it is still counted (`spec.templateGeneration` of `extensions/v1beta1`).
    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        keep(new, old, "status");
        let number: i64 = meta::annotation(old, TEMPLATE_GENERATION).parse().unwrap_or(0);
        let changed = new.path("spec.template") != old.path("spec.template");
        meta::set_annotation(new, TEMPLATE_GENERATION, &(number + i64::from(changed)).to_string());
    }

    fn validate(&self, set: &Value) -> Vec<FieldError> {
        let spec = set.get("spec");
        let selector = spec.get("selector");
        let mut errors = workload::label_selector(selector, "spec.selector");
        if errors.is_empty() {
            errors.extend(workload::template_labels(selector, spec.get("template")));
        }
        if workload::is_empty(selector) {
            errors.push(FieldError::invalid("spec.selector", selector, "empty selector is invalid for daemonset"));
        }
        errors.extend(template::validate(spec.get("template"), "spec.template"));
        errors.extend(template::always_restarts(spec.get("template"), "spec.template", "DaemonSet"));
        errors.extend(workload::count(spec, "minReadySeconds"));
        errors.extend(update_strategy(spec.get("updateStrategy")));
        errors.extend(workload::count(spec, "revisionHistoryLimit"));
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        errors.extend(workload::immutable(new, old, "spec.selector"));
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn warnings(&self, new: &Value, old: Option<&Value>) -> Vec<String> {
        pod_warnings::workload_warnings(new, old, "spec.template")
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = ["Name", "Desired", "Current", "Ready", "Up-to-date", "Available", "Node Selector", "Age"].map(Column::new).to_vec();
        columns.extend(["Containers", "Images", "Selector"].map(Column::wide));
        columns
    }

    fn row(&self, set: &Value, now_ms: u64) -> Vec<Value> {
        let (spec, status) = (set.get("spec"), set.get("status"));
        vec![
            cells::name(set),
            cells::number(status.get("desiredNumberScheduled")),
            cells::number(status.get("currentNumberScheduled")),
            cells::number(status.get("numberReady")),
            cells::number(status.get("updatedNumberScheduled")),
            cells::number(status.get("numberAvailable")),
            cells::label_map(spec.path("template.spec.nodeSelector")),
            cells::age(set, now_ms),
            cells::containers(spec.get("template")),
            cells::images(spec.get("template")),
            cells::selector(spec.get("selector")),
        ]
    }
}

fn update_strategy(strategy: &Value) -> Vec<FieldError> {
    let field = "spec.updateStrategy.rollingUpdate";
    match strategy.get("type").str() {
        "OnDelete" => Vec::new(),
        "RollingUpdate" => {
            let rolling = strategy.get("rollingUpdate");
            let mut errors = workload::count_or_percent(rolling.get("maxUnavailable"), &format!("{field}.maxUnavailable"));
            errors.extend(workload::count_or_percent(rolling.get("maxSurge"), &format!("{field}.maxSurge")));
            for name in ["maxUnavailable", "maxSurge"] {
                errors.extend(workload::not_over_100_percent(rolling.get(name), &format!("{field}.{name}")));
            }
            let (unavailable, surge) = (workload::is_none(rolling.get("maxUnavailable")), workload::is_none(rolling.get("maxSurge")));
            if unavailable && surge {
                errors.push(FieldError::required(format!("{field}.maxUnavailable"), "cannot be 0 when maxSurge is 0"));
            }
            if !unavailable && !surge {
                errors.push(FieldError::invalid(format!("{field}.maxSurge"), rolling.get("maxSurge"), "may not be set when maxUnavailable is non-zero"));
            }
            errors
        }
        _ => vec![FieldError::not_supported("spec.updateStrategy.type", strategy.get("type"), &["RollingUpdate", "OnDelete"])],
    }
}
