//! CronJobs: a Job each time the schedule says (`pkg/controller/cronjob/cronjob_controllerv2.go`).

use super::controller::{Context, Controller, Queue, ignore_not_found};
use super::fields::{created_ms, time_ms};
use super::job;
use crate::api::cron::{self, Schedule};
use crate::api::resource::{CRON_JOBS, JOBS, ObjectKey};
use crate::api::status::Status;
use crate::api::{meta, time};
use crate::server::request::Options;
use crate::store::{Change, Store};
use crate::value::{Sort, Value, json};

/// More missed runs than that are told and not counted any further.
const TOO_MANY_MISSED: usize = 100;
/// The next run is looked for a little after its time, so that it is surely past (`nextScheduleDelta`).
const SCHEDULE_DELTA_MS: u64 = 100;

/// The controller of CronJobs.
pub(super) struct CronJobController;

impl Controller for CronJobController {
    fn name(&self) -> &'static str {
        "cronjob-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == CRON_JOBS {
            queue.add_object(&change.object);
        } else if change.resource == JOBS {
            queue.add_controller_of(change, "CronJob");
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(cron_job) = context.get(&CRON_JOBS, key) else { return Ok(()) };
        let owned = context.store().owned_by(meta::uid(&cron_job)).filter(|(resource, _)| **resource == JOBS);
        let jobs: Vec<Value> = owned.map(|(_, job)| job.clone()).filter(|job| meta::is_controlled_by(job, &cron_job)).collect();
        forget_finished(context, &cron_job, &jobs)?;
        let mut updated = cron_job.clone();
        follow_jobs(context, &mut updated, &jobs);
        let result = if meta::is_being_deleted(&cron_job) { Ok(()) } else { start_due(context, &mut updated) };
        if updated.get("status") != cron_job.get("status") {
            context.client.update_status(&CRON_JOBS, updated)?;
        }
        result
    }
}

/// Brings the list of active Jobs up to date, and tells what became of them.
fn follow_jobs(context: &mut Context, cron_job: &mut Value, jobs: &[Value]) {
    for job in jobs {
        let is_listed = cron_job.path("status.active").items().iter().any(|entry| entry.get("uid").str() == meta::uid(job));
        let is_finished = job::is_finished(job);
        if !is_listed && !is_finished {
            let message = format!("Saw a job that the controller did not create or forgot: {}", meta::name(job));
            context.event(cron_job, "Warning", "UnexpectedJob", &message);
        } else if is_listed && is_finished {
            forget_active(cron_job, meta::uid(job));
            let ended = if meta::is_condition_true(job, "Complete") { "Complete" } else { "Failed" };
            let message = format!("Saw completed job: {}, condition: {ended}", meta::name(job));
            context.event(cron_job, "Normal", "SawCompletedJob", &message);
        }
        let completion = job.path("status.completionTime");
        if meta::is_condition_true(job, "Complete") && time_ms(completion) > time_ms(cron_job.path("status.lastSuccessfulTime")) {
            cron_job.set("status.lastSuccessfulTime", completion.clone());
        }
    }
    for entry in cron_job.path("status.active").items().to_vec() {
        if !jobs.iter().any(|job| meta::uid(job) == entry.get("uid").str()) {
            forget_active(cron_job, entry.get("uid").str());
            context.event(cron_job, "Normal", "MissingJob", &format!("Active job went missing: {}", entry.get("name").str()));
        }
    }
}

fn forget_active(cron_job: &mut Value, uid: &str) {
    let active = cron_job.path_mut("status.active").items_mut();
    active.retain(|entry| entry.get("uid").str() != uid);
    if active.is_empty() {
        cron_job.remove("status.active");
    }
}

/// Starts the Job of the latest run that is due, and sees to it that the next one is not missed.
fn start_due(context: &mut Context, cron_job: &mut Value) -> Result<(), Status> {
    let zone = cron_job.path("spec.timeZone").str().to_string();
    if !zone.is_empty() && !cron::is_time_zone(&zone) {
        context.event(cron_job, "Warning", "UnknownTimeZone", &format!("invalid timeZone: \"{zone}\": unknown time zone {zone}"));
        return Ok(());
    }
    if cron_job.path("spec.suspend").as_bool() == Some(true) {
        return Ok(());
    }
    let text = cron_job.path("spec.schedule").str().to_string();
    let schedule = match Schedule::parse(&text) {
        Ok(schedule) => schedule,
        Err(error) => {
            context.event(cron_job, "Warning", "UnparseableSchedule", &format!("unparseable schedule: \"{text}\" : {error}"));
            return Ok(());
        }
    };
    let offset_minutes = cron::offset_minutes(&zone).unwrap_or(0);
    if let Some(next_ms) = schedule.next(context.now_ms, offset_minutes) {
        context.requeue_after(next_ms - context.now_ms + SCHEDULE_DELTA_MS);
    }
    let Some(scheduled_ms) = latest_missed(context, cron_job, &schedule, offset_minutes) else { return Ok(()) };
    let deadline_ms = cron_job.path("spec.startingDeadlineSeconds").as_i64().map(|seconds| scheduled_ms.saturating_add(time::seconds_ms(seconds)));
    if deadline_ms.is_some_and(|deadline_ms| deadline_ms < context.now_ms) {
        let message = format!("Missed scheduled time to start a job: {}", time::rfc1123z(scheduled_ms));
        context.event(cron_job, "Warning", "MissSchedule", &message);
        return Ok(());
    }
    if time_ms(cron_job.path("status.lastScheduleTime")) == Some(scheduled_ms) {
        return Ok(());
    }
    let active = cron_job.path("status.active").items().to_vec();
    match cron_job.path("spec.concurrencyPolicy").str() {
        "Forbid" if !active.is_empty() => {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            context.event(cron_job, "Normal", "JobAlreadyActive", message);
            return Ok(());
        }
        "Replace" => {
            for entry in &active {
                delete_job(context, cron_job, entry.get("name").str())?;
                forget_active(cron_job, entry.get("uid").str());
            }
        }
        _ => {}
    }
    start_job(context, cron_job, scheduled_ms)
}

/// `mostRecentScheduleTime`: the last time since the last run that the schedule names and that is past.
fn latest_missed(context: &mut Context, cron_job: &Value, schedule: &Schedule, offset_minutes: i64) -> Option<u64> {
    let mut since_ms = time_ms(cron_job.path("status.lastScheduleTime")).unwrap_or_else(|| created_ms(cron_job));
    if let Some(seconds) = cron_job.path("spec.startingDeadlineSeconds").as_i64() {
        since_ms = since_ms.max(context.now_ms.saturating_sub(time::seconds_ms(seconds)));
    }
    let mut latest = None;
    let mut missed = 0;
    let mut from_ms = since_ms;
    while let Some(next_ms) = schedule.next(from_ms, offset_minutes).filter(|&next_ms| next_ms <= context.now_ms) {
        (latest, from_ms, missed) = (Some(next_ms), next_ms, missed + 1);
        if missed > TOO_MANY_MISSED {
            // The rhythm is known by now; jump to where at most one round is left.
            let round_ms = (next_ms - since_ms) / missed as u64;
            from_ms = from_ms.max(context.now_ms.saturating_sub(2 * round_ms.max(60_000)));
        }
    }
    if missed > TOO_MANY_MISSED {
        let message = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
        context.event(cron_job, "Warning", "TooManyMissedTimes", message);
    }
    latest
}

fn start_job(context: &mut Context, cron_job: &mut Value, scheduled_ms: u64) -> Result<(), Status> {
    let template = cron_job.path("spec.jobTemplate");
    let mut job = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": format!("{}-{}", meta::name(cron_job), scheduled_ms / 60_000), "namespace": meta::namespace(cron_job)},
    });
    for field in ["labels", "annotations"] {
        let value = template.path("metadata").get(field);
        if !value.is_empty() {
            job.path_mut("metadata").set(field, value.clone());
        }
    }
    meta::set_annotation(&mut job, "batch.kubernetes.io/cronjob-scheduled-timestamp", &time::rfc3339(scheduled_ms));
    job.set("metadata.ownerReferences", Value::array(vec![meta::controller_reference(cron_job, "batch/v1", "CronJob")]));
    job.set("spec", template.get("spec").clone());
    let name = meta::name(&job).to_string();
    match context.client.create(&JOBS, meta::namespace(cron_job), job) {
        Ok(job) => {
            context.event(cron_job, "Normal", "SuccessfulCreate", &format!("Created job {name}"));
            cron_job.push("status.active", meta::object_reference(&job));
        }
        Err(status) if status.reason == "AlreadyExists" => {
            let found = context.store().get(&JOBS, meta::namespace(cron_job), &name).cloned().unwrap_or_default();
            if !meta::is_controlled_by(&found, cron_job) {
                return Err(status);
            }
        }
        Err(status) if super::pod_control::is_namespace_terminating(&status) => return Ok(()),
        Err(status) => {
            context.event(cron_job, "Warning", "FailedCreate", &format!("Error creating job: {}", status.message));
            return Err(status);
        }
    }
    cron_job.set("status.lastScheduleTime", time::rfc3339(scheduled_ms));
    Ok(())
}

fn delete_job(context: &mut Context, cron_job: &Value, name: &str) -> Result<(), Status> {
    let options = Options { propagation: "Background".into(), ..Options::default() };
    match context.client.delete(&JOBS, meta::namespace(cron_job), name, options) {
        Ok(_) => {
            context.event(cron_job, "Normal", "SuccessfulDelete", &format!("Deleted job {name}"));
            Ok(())
        }
        result => ignore_not_found(result),
    }
}

/// `cleanupFinishedJobs`: only so many Jobs that have succeeded and that have failed are kept.
fn forget_finished(context: &mut Context, cron_job: &Value, jobs: &[Value]) -> Result<(), Status> {
    for (limit, condition) in [("successfulJobsHistoryLimit", "Complete"), ("failedJobsHistoryLimit", "Failed")] {
        let Some(limit) = cron_job.path("spec").get(limit).as_i64() else { continue };
        let mut ended: Vec<&Value> = jobs.iter().filter(|job| meta::is_condition_true(job, condition)).collect();
        ended.order_by_key(|job| (time_ms(job.path("status.startTime")), meta::name(job).to_string()));
        let surplus = ended.len().saturating_sub(limit.max(0) as usize);
        for job in ended.into_iter().take(surplus) {
            delete_job(context, cron_job, meta::name(job))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, template};
    use crate::api::meta;
    use crate::api::resource::{CRON_JOBS, JOBS, PODS};
    use crate::value::json;

    fn world(policy: &str) -> World {
        let mut world = World::new();
        let mut pod = template("report", "busybox");
        pod.set("spec.restartPolicy", "Never");
        let spec = json!({
            "schedule": "*/1 * * * *", "concurrencyPolicy": policy, "successfulJobsHistoryLimit": 1, "failedJobsHistoryLimit": 1,
            "jobTemplate": {"spec": {"template": pod}},
        });
        world.create(&CRON_JOBS, json!({"metadata": {"name": "report"}, "spec": spec}));
        world
    }

    fn jobs(world: &World) -> Vec<String> {
        world.list(&JOBS).iter().map(|job| meta::name(job).to_string()).collect()
    }

    fn succeed(world: &mut World) {
        for pod in world.list(&PODS) {
            if !super::super::pods::is_terminal(&pod) {
                world.end_pod(meta::name(&pod), "Succeeded", 0);
            }
        }
        world.run(3_000);
    }

    #[test]
    fn a_job_starts_each_minute_and_old_ones_are_forgotten() {
        let mut world = world("Allow");
        world.run(61_000);
        let minute = world.now_ms / 60_000;
        assert_eq!(jobs(&world), [format!("report-{minute}")]);
        assert_eq!(world.get(&CRON_JOBS, "report").path("status.active").items().len(), 1);
        succeed(&mut world);
        let status = world.get(&CRON_JOBS, "report").get("status").clone();
        assert!(status.get("active").is_null() && !status.get("lastSuccessfulTime").is_null());
        world.run(60_000);
        succeed(&mut world);
        world.run(3_000);
        assert_eq!(jobs(&world), [format!("report-{}", minute + 1)]);
        assert!(world.events().contains(&format!("SawCompletedJob Saw completed job: report-{minute}, condition: Complete")));
    }

    #[test]
    fn forbid_waits_and_replace_deletes() {
        let mut waits = world("Forbid");
        waits.run(125_000);
        assert_eq!(jobs(&waits).len(), 1);
        assert!(waits.events().iter().any(|event| event.starts_with("JobAlreadyActive ")));
        let mut replaces = world("Replace");
        replaces.run(61_000);
        let first = jobs(&replaces);
        replaces.run(65_000);
        assert_eq!(jobs(&replaces).len(), 1);
        assert_ne!(jobs(&replaces), first);
    }

    #[test]
    fn a_suspended_one_rests() {
        let mut world = world("Allow");
        world.edit(&CRON_JOBS, "report", |object| object.set("spec.suspend", true));
        world.run(200_000);
        assert!(jobs(&world).is_empty());
    }
}
