//! Jobs: `pkg/registry/batch/job/strategy.go`, `pkg/apis/batch/validation`.

use super::super::apps::workload;
use super::super::cells;
use super::super::core::go_struct;
use super::super::core::pod_defaults::{default_template, items_mut};
use super::super::core::pod_validation::template;
use super::super::core::pod_warnings;
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::strategy::{Column, Strategy, keep};
use crate::api::{labels, meta, names, time};
use crate::value::Value;

/// The labels by which a Job finds its Pods; the first is the one it selects by, the ones without a prefix are older.
const CONTROLLER_UID: &str = "batch.kubernetes.io/controller-uid";
const JOB_NAME: &str = "batch.kubernetes.io/job-name";

/// The rules of Jobs.
pub struct JobStrategy;

impl Strategy for JobStrategy {
    fn default(&self, job: &mut Value) {
        let template_labels = job.path("spec.template.metadata.labels").clone();
        if job.path("metadata.labels").is_empty() && !template_labels.is_empty() {
            job.set("metadata.labels", template_labels);
        }
        let spec = job.get_mut("spec");
        if spec.get("completions").is_null() && spec.get("parallelism").is_null() {
            spec.set("completions", 1);
            spec.set("parallelism", 1);
        }
        spec.set_default("parallelism", 1);
        spec.set_default("backoffLimit", if spec.get("backoffLimitPerIndex").is_null() { 6 } else { i64::from(i32::MAX) });
        spec.set_default("completionMode", "NonIndexed");
        spec.set_default("suspend", false);
        spec.set_default("manualSelector", false);
        let replacement = if spec.get("podFailurePolicy").is_null() { "TerminatingOrFailed" } else { "Failed" };
        spec.set_default("podReplacementPolicy", replacement);
        if spec.path("podFailurePolicy.rules").is_array() {
            for rule in items_mut(spec.get_mut("podFailurePolicy"), "rules") {
                for condition in items_mut(rule, "onPodConditions") {
                    condition.set_default("status", "True");
                }
            }
        }
        default_template(spec.get_mut("template"));
    }

    /// Makes the selector, unless the writer brings one of their own.
    fn prepare_for_create(&self, job: &mut Value) {
        job.set("status", Value::object());
        if job.path("spec.manualSelector").as_bool() == Some(true) {
            return;
        }
        let (uid, name) = (meta::uid(job).to_string(), meta::name(job).to_string());
        let labels = job.path_mut("spec.template.metadata.labels").fields_mut();
        for key in [JOB_NAME, "job-name"] {
            labels.insert(key, name.as_str());
        }
        for key in [CONTROLLER_UID, "controller-uid"] {
            labels.insert(key, uid.as_str());
        }
        job.path_mut("spec.selector.matchLabels").fields_mut().insert(CONTROLLER_UID, uid);
        if job.path("metadata.labels").is_empty() {
            let labels = job.path("spec.template.metadata.labels").clone();
            job.set("metadata.labels", labels);
        }
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        keep(new, old, "status");
        // An update that leaves the generated labels and selector out keeps them, as `kubectl apply` of the manifest does by its patch.
        if new.path("spec.selector").is_null() {
            new.set("spec.selector", old.path("spec.selector").clone());
        }
    }

    fn validate(&self, job: &Value) -> Vec<FieldError> {
        let spec = job.get("spec");
        let mut errors = Vec::new();
        for field in
            ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"]
        {
            errors.extend(workload::count(spec, field));
        }
        if spec.get("selector").is_null() {
            errors.push(FieldError::required("spec.selector", ""));
        } else {
            errors.extend(workload::label_selector(spec.get("selector"), "spec.selector"));
            let template_labels = spec.path("template.metadata.labels");
            if !labels::matches(spec.get("selector"), template_labels.fields()) {
                errors.push(FieldError::invalid("spec.template.metadata.labels", template_labels, "`selector` does not match template `labels`"));
            }
        }
        let mode = spec.get("completionMode");
        match mode.str() {
            "Indexed" if spec.get("completions").is_null() => {
                errors.push(FieldError::required("spec.completions", "when completion mode is Indexed"));
            }
            "Indexed" | "NonIndexed" => {}
            _ => errors.push(FieldError::not_supported("spec.completionMode", mode, &["Indexed", "NonIndexed"])),
        }
        if mode.str() != "Indexed" && !spec.get("backoffLimitPerIndex").is_null() {
            errors.push(FieldError::invalid("spec.backoffLimitPerIndex", spec.get("backoffLimitPerIndex"), "requires indexed completion mode"));
        }
        errors.extend(super::policies::failure_policy(spec));
        errors.extend(super::policies::success_policy(spec));
        errors.extend(template::validate(spec.get("template"), "spec.template"));
        errors.extend(restart_policy(spec, "spec"));
        if let Some(completions) = spec.get("completions").as_i64().filter(|completions| mode.str() == "Indexed" && *completions > 0) {
            let name = format!("{}-{}", meta::name(job), completions - 1);
            if !names::dns1123_label(&name).is_empty() {
                let why = format!("will not able to create pod with invalid DNS label: {name}");
                errors.push(FieldError::invalid("metadata.name", &meta::name(job).into(), why));
            }
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        errors.extend(workload::immutable(new, old, "spec.selector"));
        if !may_change_template(old) && new.path("spec.template") != old.path("spec.template") {
            let (shown, detail) = (go_struct::go_template(new.path("spec.template")).compact(), "field is immutable".to_string());
            errors.push(FieldError { type_: ErrorType::Invalid, field: "spec.template".into(), shown, detail });
        }
        for field in ["spec.completionMode", "spec.podFailurePolicy", "spec.backoffLimitPerIndex", "spec.managedBy", "spec.successPolicy"] {
            errors.extend(workload::immutable(new, old, field));
        }
        let completions_change = new.path("spec.completions") != old.path("spec.completions");
        if completions_change && !(new.path("spec.completionMode").str() == "Indexed" && new.path("spec.completions") == new.path("spec.parallelism")) {
            errors.extend(workload::immutable(new, old, "spec.completions"));
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn warnings(&self, new: &Value, old: Option<&Value>) -> Vec<String> {
        let name = if old.is_none() { pod_warnings::name_warning(new, "Pod names and hostnames") } else { None };
        name.into_iter().chain(pod_warnings::workload_warnings(new, old, "spec.template")).collect()
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = ["Name", "Status", "Completions", "Duration", "Age"].map(Column::new).to_vec();
        columns.extend(["Containers", "Images", "Selector"].map(Column::wide));
        columns
    }

    fn row(&self, job: &Value, now_ms: u64) -> Vec<Value> {
        let template = job.path("spec.template");
        vec![
            cells::name(job),
            status_word(job).into(),
            completions(job).into(),
            duration(job, now_ms).into(),
            cells::age(job, now_ms),
            cells::containers(template),
            cells::images(template),
            cells::selector(job.path("spec.selector")),
        ]
    }

    fn selectable_fields(&self, job: &Value) -> Vec<(&'static str, String)> {
        vec![("status.successful", cells::number(job.path("status.succeeded")).to_json())]
    }
}

/// A Job's Pods may not restart for ever.
pub fn restart_policy(spec: &Value, field: &str) -> Vec<FieldError> {
    let policy = spec.path("template.spec.restartPolicy");
    let here = format!("{field}.template.spec.restartPolicy");
    match policy.str() {
        "Never" => Vec::new(),
        "OnFailure" if !spec.get("podFailurePolicy").is_null() => {
            vec![FieldError::invalid(here, policy, "only \"Never\" is supported when podFailurePolicy is specified")]
        }
        "OnFailure" => Vec::new(),
        "" | "Always" => vec![FieldError::required(here, "valid values: \"OnFailure\", \"Never\"")],
        _ => vec![FieldError::not_supported(here, policy, &["OnFailure", "Never"])],
    }
}

/// A Job that is suspended and has not started may still have its Pods changed.
fn may_change_template(job: &Value) -> bool {
    job.path("spec.suspend").as_bool() == Some(true) && job.path("status.startTime").is_empty()
}

fn status_word(job: &Value) -> &'static str {
    let has = |type_| meta::is_condition_true(job, type_);
    if has("Complete") {
        "Complete"
    } else if has("Failed") {
        "Failed"
    } else if meta::is_being_deleted(job) {
        "Terminating"
    } else if has("Suspended") {
        "Suspended"
    } else if has("FailureTarget") {
        "FailureTarget"
    } else if has("SuccessCriteriaMet") {
        "SuccessCriteriaMet"
    } else {
        "Running"
    }
}

fn completions(job: &Value) -> String {
    let succeeded = job.path("status.succeeded").as_i64().unwrap_or(0);
    match (job.path("spec.completions").as_i64(), job.path("spec.parallelism").as_i64().unwrap_or(0)) {
        (Some(wanted), _) => format!("{succeeded}/{wanted}"),
        (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn duration(job: &Value, now_ms: u64) -> String {
    let Some(start_ms) = time::parse_rfc3339(job.path("status.startTime").str()) else { return String::new() };
    let end_ms = time::parse_rfc3339(job.path("status.completionTime").str()).unwrap_or(now_ms);
    time::human_duration(end_ms as i64 - start_ms as i64)
}
