//! Jobs and CronJobs.

use super::text::{Text, date, flag, number, or};
use super::{Context, config, containers, pod_template};
use crate::api::kinds::cells;
use crate::api::{meta, time};
use crate::value::Value;

/// A Job.
pub async fn job(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    if spec.get("selector").is_object() {
        text.field(0, "Selector", cells::selector(spec.get("selector")).str());
    }
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    let owner = containers::controlled_by(object);
    if !owner.is_empty() {
        text.field(0, "Controlled By", owner);
    }
    if let Some(parallelism) = spec.get("parallelism").as_i64() {
        text.field(0, "Parallelism", parallelism.to_string());
    }
    text.field(0, "Completions", spec.get("completions").as_i64().map_or_else(|| "<unset>".into(), |count| count.to_string()));
    if !spec.get("completionMode").is_null() {
        text.field(0, "Completion Mode", spec.get("completionMode").str());
    }
    if !spec.get("suspend").is_null() {
        text.field(0, "Suspend", flag(spec.get("suspend")).to_string());
    }
    if let Some(limit) = spec.get("backoffLimit").as_i64() {
        text.field(0, "Backoff Limit", limit.to_string());
    }
    if let Some(seconds) = spec.get("ttlSecondsAfterFinished").as_i64() {
        text.field(0, "TTL Seconds After Finished", seconds.to_string());
    }
    if !status.get("startTime").is_null() {
        text.field(0, "Start Time", date(status.get("startTime")));
    }
    if !status.get("completionTime").is_null() {
        text.field(0, "Completed At", date(status.get("completionTime")));
    }
    if let (Some(start_ms), Some(end_ms)) = (time::parse_rfc3339(status.get("startTime").str()), time::parse_rfc3339(status.get("completionTime").str())) {
        text.field(0, "Duration", time::human_duration(end_ms as i64 - start_ms as i64));
    }
    if let Some(seconds) = spec.get("activeDeadlineSeconds").as_i64() {
        text.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    let counts = |field| number(status.get(field));
    let ready = if status.get("ready").is_null() { String::new() } else { format!(" ({} Ready)", counts("ready")) };
    text.field(0, "Pods Statuses", format!("{} Active{ready} / {} Succeeded / {} Failed", counts("active"), counts("succeeded"), counts("failed")));
    if spec.get("completionMode").str() == "Indexed" {
        text.field(0, "Completed Indexes", or(status.get("completedIndexes"), "<none>"));
    }
    pod_template::write(text, spec.get("template"));
    context.events(text, object).await;
}

/// A CronJob.
pub async fn cron_job(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    config::head(text, object);
    text.field(0, "Schedule", spec.get("schedule").str());
    text.field(0, "Concurrency Policy", spec.get("concurrencyPolicy").str());
    text.field(0, "Suspend", if flag(spec.get("suspend")) { "True" } else { "False" });
    let unset = |value: &Value| value.as_i64().map_or_else(|| "<unset>".to_string(), |count| count.to_string());
    if !spec.get("timeZone").is_null() {
        text.field(0, "Time Zone", spec.get("timeZone").str());
    }
    text.field(0, "Successful Job History Limit", unset(spec.get("successfulJobsHistoryLimit")));
    text.field(0, "Failed Job History Limit", unset(spec.get("failedJobsHistoryLimit")));
    let deadline = spec.get("startingDeadlineSeconds").as_i64().map_or_else(|| "<unset>".into(), |seconds| format!("{seconds}s"));
    text.field(0, "Starting Deadline Seconds", deadline);
    let job = spec.path("jobTemplate.spec");
    let selector = if job.get("selector").is_null() { "<unset>".into() } else { cells::selector(job.get("selector")) };
    text.field(0, "Selector", selector.str());
    text.field(0, "Parallelism", unset(job.get("parallelism")));
    text.field(0, "Completions", unset(job.get("completions")));
    if let Some(seconds) = job.get("activeDeadlineSeconds").as_i64() {
        text.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    pod_template::write(text, job.get("template"));
    text.field(0, "Last Schedule Time", date(status.get("lastScheduleTime")));
    let active: Vec<&str> = status.get("active").items().iter().map(|job| job.get("name").str()).collect();
    text.field(0, "Active Jobs", if active.is_empty() { "<none>".into() } else { active.join(", ") });
    context.events(text, object).await;
}
