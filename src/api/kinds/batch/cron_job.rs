//! CronJobs.

use super::super::apps::workload;
use super::super::cells;
use super::super::core::pod_defaults::default_template;
use super::super::core::pod_warnings;
use super::job;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{cron, names, time};
use crate::value::Value;

/// The rules of CronJobs.
pub struct CronJobStrategy;

impl Strategy for CronJobStrategy {
    fn default(&self, cron_job: &mut Value) {
        let spec = cron_job.get_mut("spec");
        if spec.get("concurrencyPolicy").is_empty() {
            spec.set("concurrencyPolicy", "Allow");
        }
        spec.set_default("suspend", false);
        spec.set_default("successfulJobsHistoryLimit", 3);
        spec.set_default("failedJobsHistoryLimit", 1);
        if spec.path("jobTemplate.spec.template").is_object() {
            default_template(spec.path_mut("jobTemplate.spec.template"));
        }
    }

    fn prepare_for_create(&self, cron_job: &mut Value) {
        cron_job.set("status", Value::object());
    }

    fn validate(&self, cron_job: &Value) -> Vec<FieldError> {
        let spec = cron_job.get("spec");
        let mut errors = Vec::new();
        let schedule = spec.get("schedule");
        if schedule.is_empty() {
            errors.push(FieldError::required("spec.schedule", ""));
        } else if schedule.str().contains("TZ") {
            let why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
            errors.push(FieldError::invalid("spec.schedule", schedule, why));
        } else if let Err(why) = cron::Schedule::parse(schedule.str()) {
            errors.push(FieldError::invalid("spec.schedule", schedule, why));
        }
        if let Some(zone) = spec.get("timeZone").as_str() {
            if zone.is_empty() {
                errors.push(FieldError::invalid("spec.timeZone", spec.get("timeZone"), "timeZone must be nil or non-empty string"));
            } else if !cron::is_time_zone(zone) {
                errors.push(FieldError::invalid("spec.timeZone", spec.get("timeZone"), format!("unknown time zone {zone}")));
            }
        }
        errors.extend(workload::count(spec, "startingDeadlineSeconds"));
        errors.extend(workload::one_of(spec.get("concurrencyPolicy"), "spec.concurrencyPolicy", &["Allow", "Forbid", "Replace"]));
        errors.extend(workload::count(spec, "successfulJobsHistoryLimit"));
        errors.extend(workload::count(spec, "failedJobsHistoryLimit"));
        let job_spec = spec.path("jobTemplate.spec");
        errors.extend(job::validate_spec(job_spec, "spec.jobTemplate.spec"));
        if !job_spec.get("selector").is_null() {
            errors.push(FieldError::invalid("spec.jobTemplate.spec.selector", job_spec.get("selector"), "`selector` will be auto-generated"));
        }
        if job_spec.get("manualSelector").as_bool() == Some(true) {
            errors.push(FieldError::not_supported("spec.jobTemplate.spec.manualSelector", job_spec.get("manualSelector"), &["nil", "false"]));
        }
        errors
    }

    /// A Job's name is the CronJob's with eleven more characters, and must fit in a label.
    fn validate_name(&self, name: &str) -> Vec<String> {
        let mut errors = names::dns1123_subdomain(name);
        if name.len() > 52 {
            errors.push("must be no more than 52 characters".into());
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }

    fn warnings(&self, new: &Value, old: Option<&Value>) -> Vec<String> {
        let name = if old.is_none() { pod_warnings::name_warning(new, "Pod names and hostnames") } else { None };
        name.into_iter().chain(pod_warnings::workload_warnings(new, old, "spec.jobTemplate.spec.template")).collect()
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = ["Name", "Schedule", "Timezone", "Suspend", "Active", "Last Schedule", "Age"].map(Column::new).to_vec();
        columns.extend(["Containers", "Images", "Selector"].map(Column::wide));
        columns
    }

    fn row(&self, cron_job: &Value, now_ms: u64) -> Vec<Value> {
        let (spec, status) = (cron_job.get("spec"), cron_job.get("status"));
        let last = status.get("lastScheduleTime");
        let template = spec.path("jobTemplate.spec.template");
        let suspended = if spec.get("suspend").as_bool() == Some(true) { "True" } else { "False" };
        vec![
            cells::name(cron_job),
            spec.get("schedule").clone(),
            cells::or(spec.get("timeZone"), "<none>"),
            suspended.into(),
            status.get("active").items().len().into(),
            if last.is_null() { "<none>".into() } else { time::age(last.str(), now_ms).into() },
            cells::age(cron_job, now_ms),
            cells::containers(template),
            cells::images(template),
            cells::selector(spec.path("jobTemplate.spec.selector")),
        ]
    }
}
