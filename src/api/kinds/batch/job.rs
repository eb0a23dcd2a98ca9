//! Jobs: `pkg/registry/batch/job/strategy.go`, `pkg/apis/batch/validation`.

use super::super::apps::workload;
use super::super::core::go_struct;
use super::super::core::pod_defaults::{default_template, items_mut};
use super::super::core::pod_validation::template;
use super::super::core::pod_warnings;
use super::super::{cells, rules};
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
                    if condition.get("status").is_empty() {
                        condition.set("status", "True");
                    }
                }
            }
        }
        default_template(spec.get_mut("template"));
    }

    /// Makes the selector, unless the writer brings one of their own.
    fn prepare_for_create(&self, job: &mut Value) {
        job.set("status", Value::object());
        if job.path("spec.manualSelector").as_bool() == Some(true) {
            return default_labels(job);
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
        default_labels(job);
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        keep(new, old, "status");
        default_labels(new);
        // An update that leaves the generated labels and selector out keeps them, as `kubectl apply` of the manifest does by its patch.
        if new.path("spec.selector").is_null() {
            new.set("spec.selector", old.path("spec.selector").clone());
        }
    }

    fn validate(&self, job: &Value) -> Vec<FieldError> {
        let spec = job.get("spec");
        let mut errors = generated_selector(job);
        errors.extend(validate_spec(spec, "spec"));
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
        let completions = new.path("spec.completions");
        if new.path("spec.completionMode").str() != "Indexed" {
            errors.extend(workload::immutable(new, old, "spec.completions"));
        } else if completions != old.path("spec.completions") && !completions.is_null() && completions != new.path("spec.parallelism") {
            errors.push(FieldError::invalid("spec.completions", completions, "can only be modified in tandem with spec.parallelism"));
        }
        errors.extend(workload::immutable(new, old, "spec.selector"));
        errors.extend(template_update(new, old));
        for (field, type_name) in [
            ("spec.completionMode", ""),
            ("spec.podFailurePolicy", "PodFailurePolicy"),
            ("spec.backoffLimitPerIndex", ""),
            ("spec.managedBy", ""),
            ("spec.successPolicy", "SuccessPolicy"),
        ] {
            if type_name.is_empty() || new.path(field).is_null() {
                errors.extend(workload::immutable(new, old, field));
            } else if new.path(field) != old.path(field) {
                errors.push(immutable(field, go_struct::go_value(type_name, new.path(field)).compact()));
            }
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

/// A Job without labels has those of its template: the very same ones upstream, so that those that are generated are among them.
fn default_labels(job: &mut Value) {
    let labels = job.path("spec.template.metadata.labels").clone();
    if job.path("metadata.labels").is_empty() && !labels.is_empty() {
        job.set("metadata.labels", labels);
    }
}

/// `validateGeneratedSelector`: a selector that isn't the writer's own selects by the labels that were made, and nothing else.
fn generated_selector(job: &Value) -> Vec<FieldError> {
    let selector = job.path("spec.selector");
    if job.path("spec.manualSelector").as_bool() == Some(true) || selector.is_null() {
        return Vec::new();
    }
    let (uid, name) = (meta::uid(job), meta::name(job));
    let expected = [("controller-uid", uid), ("job-name", name), (CONTROLLER_UID, uid), (JOB_NAME, name)];
    let mut generated = Value::object();
    let mut errors = Vec::new();
    let given = job.path("spec.template.metadata.labels");
    for (key, value) in expected {
        generated.fields_mut().insert(key, value);
        let (field, detail) = (format!("spec.template.metadata.labels[{key}]"), format!("must be '{value}'"));
        match given.get(key).as_str() {
            None => errors.push(FieldError::required(field, detail)),
            Some(found) if found != value => errors.push(FieldError::invalid(field, given, detail)),
            Some(_) => {}
        }
    }
    if !labels::matches(selector, generated.fields()) {
        errors.push(FieldError::invalid("spec.selector", selector, "`selector` not auto-generated"));
    }
    errors
}

/// The most that an Indexed Job may have of indexes that failed, or of pods at a time.
const MAX_INDEXED: i64 = 100_000;
/// The same for one with more completions than that.
const MAX_HIGH_INDEXED: i64 = 10_000;

/// How long the name of what looks after a Job instead of the Job controller may be.
const MAX_MANAGER_BYTES: usize = 63;

/// `validateJobSpec`: the rules for a Job's spec, also within a CronJob.
pub fn validate_spec(spec: &Value, at: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for name in ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"] {
        if spec.get(name).as_i64().is_some_and(|number| number < 0) {
            errors.push(FieldError::invalid(format!("{at}.{name}"), spec.get(name), "must be greater than or equal to 0"));
        }
    }
    if !spec.get("maxFailedIndexes").is_null() && spec.get("backoffLimitPerIndex").is_null() {
        errors.push(FieldError::required(format!("{at}.backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
    }
    let manager = spec.get("managedBy");
    if !manager.is_null() {
        errors.extend(rules::domain_prefixed_path(manager, &format!("{at}.managedBy")));
        if manager.str().len() > MAX_MANAGER_BYTES {
            errors.push(FieldError::too_long(format!("{at}.managedBy"), MAX_MANAGER_BYTES));
        }
    }
    match spec.get("completionMode").str() {
        "Indexed" => errors.extend(indexed(spec, at)),
        "NonIndexed" | "" => {
            for name in ["backoffLimitPerIndex", "maxFailedIndexes"].into_iter().filter(|name| !spec.get(name).is_null()) {
                errors.push(FieldError::invalid(format!("{at}.{name}"), spec.get(name), "requires indexed completion mode"));
            }
        }
        _ => errors.push(FieldError::not_supported(format!("{at}.completionMode"), spec.get("completionMode"), &["NonIndexed", "Indexed"])),
    }
    errors.extend(super::policies::failure_policy(spec, at));
    errors.extend(super::policies::success_policy(spec, at));
    let policies: &[&str] = if spec.get("podFailurePolicy").is_null() { &["Failed", "TerminatingOrFailed"] } else { &["Failed"] };
    let replacement = spec.get("podReplacementPolicy");
    if !replacement.is_null() && !policies.contains(&replacement.str()) {
        errors.push(FieldError::not_supported(format!("{at}.podReplacementPolicy"), replacement, policies));
    }
    errors.extend(template::validate(spec.get("template"), &format!("{at}.template")));
    errors.extend(restart_policy(spec, at));
    errors
}

fn indexed(spec: &Value, at: &str) -> Vec<FieldError> {
    let number = |name: &str| spec.get(name).as_i64();
    let completions = number("completions");
    let mut errors = Vec::new();
    if completions.is_none() {
        errors.push(FieldError::required(format!("{at}.completions"), "when completion mode is Indexed"));
    }
    let limit = |name: &str, max: i64, detail: String| {
        let is_over = number(name).is_some_and(|number| number > max);
        is_over.then(|| FieldError::invalid(format!("{at}.{name}"), spec.get(name), format!("must be less than or equal to {detail}")))
    };
    errors.extend(limit("parallelism", MAX_INDEXED, format!("{MAX_INDEXED} when completion mode is Indexed")));
    if let Some(completions) = completions {
        errors.extend(limit("maxFailedIndexes", completions, "completions".into()));
    }
    errors.extend(limit("maxFailedIndexes", MAX_INDEXED, MAX_INDEXED.to_string()));
    if completions.is_some_and(|completions| completions > MAX_INDEXED) && number("backoffLimitPerIndex").is_some() {
        if number("maxFailedIndexes").is_none() {
            errors.push(FieldError::required(format!("{at}.maxFailedIndexes"), format!("must be specified when completions is above {MAX_INDEXED}")));
        }
        let when = format!("{MAX_HIGH_INDEXED} when completions are above {MAX_INDEXED} and used with backoff limit per index");
        errors.extend(limit("parallelism", MAX_HIGH_INDEXED, when.clone()));
        errors.extend(limit("maxFailedIndexes", MAX_HIGH_INDEXED, when));
    }
    errors
}

/// `validatePodTemplateUpdate`: the template stays as it is; but while the Job is suspended and has no pods, where they may go and what they ask for may change.
fn template_update(new: &Value, old: &Value) -> Vec<FieldError> {
    let template = new.path("spec.template");
    let mut allowed = old.path("spec.template").clone();
    let is_open = may_change_template(old);
    if is_open {
        for field in ["metadata.labels", "metadata.annotations", "spec.nodeSelector", "spec.tolerations", "spec.schedulingGates", "spec.affinity.nodeAffinity"]
        {
            take(&mut allowed, template, field);
        }
        let affinity = allowed.path("spec.affinity");
        if affinity.is_object() && affinity.is_empty() {
            allowed.remove("spec.affinity");
        }
        for list in ["initContainers", "containers"] {
            let (names, wanted) = (template.path("spec").get(list).items(), allowed.path("spec").get(list).items().len());
            if names.len() == wanted && wanted > 0 {
                for (container, wanted) in allowed.path_mut("spec").get_mut(list).items_mut().iter_mut().zip(names) {
                    if container.get("name") == wanted.get("name") {
                        take(container, wanted, "resources");
                    }
                }
            }
        }
    }
    if *template == allowed {
        Vec::new()
    } else if is_open {
        vec![immutable("spec.template.spec", go_struct::go_value("PodSpec", template.get("spec")).compact())]
    } else {
        vec![immutable("spec.template", go_struct::go_template(template).compact())]
    }
}

fn immutable(field: &str, shown: String) -> FieldError {
    FieldError { type_: ErrorType::Invalid, field: field.into(), shown, detail: "field is immutable".into() }
}

fn take(object: &mut Value, from: &Value, path: &str) {
    if from.path(path).is_null() {
        object.remove(path);
    } else {
        object.set(path, from.path(path).clone());
    }
}

/// A Job's Pods may not restart for ever.
fn restart_policy(spec: &Value, field: &str) -> Vec<FieldError> {
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

/// `shouldAllowMutablePodTemplate`: whether the Job is suspended, and has no pods from before.
fn may_change_template(job: &Value) -> bool {
    let has_not_started = job.path("status.startTime").is_null() || meta::is_condition_true(job, "Suspended");
    job.path("spec.suspend").as_bool() == Some(true) && has_not_started && job.path("status.active").as_i64().unwrap_or(0) == 0
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
