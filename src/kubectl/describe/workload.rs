//! Deployments, ReplicaSets, ReplicationControllers, StatefulSets, DaemonSets, Jobs and CronJobs.

use super::pod::describe_template;
use super::text::{Text, capital_bool, date, format_labels, plain};
use crate::api::{meta, time};
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::pods::selector_text;
use crate::kubectl::resources;
use crate::server::request::Options;
use crate::value::{SmolStr, Sort, Value};

pub(super) async fn describe(invocation: &Invocation, kind: &str, object: &Value, text: &mut Text) -> Result<(), Failure> {
    match kind {
        "Deployment" => deployment(invocation, object, text).await,
        "ReplicaSet" | "ReplicationController" => replica_set(invocation, kind, object, text).await,
        "StatefulSet" => stateful_set(invocation, object, text).await,
        "DaemonSet" => daemon_set(invocation, object, text).await,
        "Job" => {
            job(object, text);
            Ok(())
        }
        _ => {
            cron_job(object, text);
            Ok(())
        }
    }
}

fn selector_or_none(selector: &Value) -> String {
    let text = selector_text(selector);
    if text.is_empty() { "<none>".into() } else { text }
}

fn number(object: &Value, path: &str) -> i64 {
    object.path(path).as_i64().unwrap_or(0)
}

async fn deployment(invocation: &Invocation, object: &Value, text: &mut Text) -> Result<(), Failure> {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "CreationTimestamp", date(object.path("metadata.creationTimestamp")));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    text.field(0, "Selector", selector_or_none(object.path("spec.selector")));
    let status = |field: &str| object.get("status").get(field).as_i64().unwrap_or(0);
    text.field(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            number(object, "spec.replicas"),
            status("updatedReplicas"),
            status("replicas"),
            status("availableReplicas"),
            status("unavailableReplicas")
        ),
    );
    text.field(0, "StrategyType", object.path("spec.strategy.type").str());
    text.field(0, "MinReadySeconds", number(object, "spec.minReadySeconds").to_string());
    let rolling = object.path("spec.strategy.rollingUpdate");
    if !rolling.is_null() {
        text.field(
            0,
            "RollingUpdateStrategy",
            format!("{} max unavailable, {} max surge", plain(rolling.get("maxUnavailable")), plain(rolling.get("maxSurge"))),
        );
    }
    describe_template(object.path("spec.template"), text);
    let conditions = object.path("status.conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tReason");
        text.line(1, "----\t------\t------");
        for condition in conditions {
            text.line(1, format!("{} \t{}\t{}", condition.get("type").str(), condition.get("status").str(), condition.get("reason").str()));
        }
    }
    let (old, new) = replica_sets(invocation, object).await?;
    text.field(0, "OldReplicaSets", created_replicas(&old));
    text.field(0, "NewReplicaSet", created_replicas(&new));
    Ok(())
}

/// The ReplicaSets of a Deployment: those of older templates, and the one of its template as it is now.
pub(crate) async fn replica_sets(invocation: &Invocation, deployment: &Value) -> Result<(Vec<Value>, Vec<Value>), Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "replicasets.apps")?;
    let options = Options { label_selector: SmolStr::from(selector_text(deployment.path("spec.selector"))), ..Options::default() };
    let mut all = invocation.list(&mapping, meta::namespace(deployment), options).await?;
    all.retain(|set| meta::is_controlled_by(set, deployment));
    all.order_by(|a, b| {
        let created = |set: &Value| (set.path("metadata.creationTimestamp").str().to_string(), meta::name(set).to_string());
        created(a).cmp(&created(b))
    });
    let template = deployment.path("spec.template");
    let newest = all.iter().position(|set| without_hash(set.path("spec.template")) == without_hash(template));
    let new = newest.map(|index| all.remove(index)).into_iter().collect();
    Ok((all, new))
}

fn without_hash(template: &Value) -> Value {
    let mut template = template.clone();
    template.remove("metadata.creationTimestamp");
    let labels = template.path_mut("metadata.labels").fields_mut();
    labels.remove("pod-template-hash");
    template
}

fn created_replicas(sets: &[Value]) -> String {
    let texts: Vec<String> =
        sets.iter().map(|set| format!("{} ({}/{} replicas created)", meta::name(set), number(set, "status.replicas"), number(set, "spec.replicas"))).collect();
    if texts.is_empty() { "<none>".into() } else { texts.join(", ") }
}

/// How many pods of an owner are in which phase.
async fn pod_phases(invocation: &Invocation, owner: &Value, selector: String) -> Result<[usize; 4], Failure> {
    let mapping = resources::resolve(&invocation.session.registry(), "pods")?;
    let options = Options { label_selector: SmolStr::from(selector), ..Options::default() };
    let mut counts = [0; 4];
    for pod in invocation.list(&mapping, meta::namespace(owner), options).await? {
        // Only a controller that isn't this owner keeps a pod from counting.
        let controller = meta::controller_of(&pod);
        if controller.is_null() || controller.get("uid").str() != meta::uid(owner) {
            continue;
        }
        if let Some(index) = ["Running", "Pending", "Succeeded", "Failed"].iter().position(|phase| *phase == pod.path("status.phase").str()) {
            counts[index] += 1;
        }
    }
    Ok(counts)
}

fn pods_status(title: &str, [running, waiting, succeeded, failed]: [usize; 4], text: &mut Text) {
    text.field(0, title, format!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"));
}

async fn replica_set(invocation: &Invocation, kind: &str, object: &Value, text: &mut Text) -> Result<(), Failure> {
    let selector = object.path("spec.selector");
    let selector = if kind == "ReplicaSet" { selector_text(selector) } else { crate::kubectl::pods::map_selector_text(selector) };
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "Selector", super::text::or_none(&selector));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    controlled_by(object, text);
    text.field(0, "Replicas", format!("{} current / {} desired", number(object, "status.replicas"), number(object, "spec.replicas")));
    let counts = pod_phases(invocation, object, selector).await?;
    pods_status("Pods Status", counts, text);
    describe_template(object.path("spec.template"), text);
    let conditions = object.path("status.conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tReason");
        text.line(1, "----\t------\t------");
        for condition in conditions {
            text.line(1, format!("{} \t{}\t{}", condition.get("type").str(), condition.get("status").str(), condition.get("reason").str()));
        }
    }
    Ok(())
}

fn controlled_by(object: &Value, text: &mut Text) {
    let controller = meta::controller_of(object);
    if !controller.is_null() {
        text.field(0, "Controlled By", format!("{}/{}", controller.get("kind").str(), controller.get("name").str()));
    }
}

async fn stateful_set(invocation: &Invocation, object: &Value, text: &mut Text) -> Result<(), Failure> {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "CreationTimestamp", date(object.path("metadata.creationTimestamp")));
    text.field(0, "Selector", selector_or_none(object.path("spec.selector")));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    text.field(0, "Replicas", format!("{} desired | {} total", number(object, "spec.replicas"), number(object, "status.replicas")));
    text.field(0, "Update Strategy", object.path("spec.updateStrategy.type").str());
    let rolling = object.path("spec.updateStrategy.rollingUpdate");
    if !rolling.is_null() {
        if !rolling.get("partition").is_null() {
            text.field(1, "Partition", plain(rolling.get("partition")));
        }
        if !rolling.get("maxUnavailable").is_null() {
            text.field(1, "MaxUnavailable", plain(rolling.get("maxUnavailable")));
        }
    }
    let counts = pod_phases(invocation, object, selector_text(object.path("spec.selector"))).await?;
    pods_status("Pods Status", counts, text);
    describe_template(object.path("spec.template"), text);
    volume_claims(object.path("spec.volumeClaimTemplates").items(), text);
    Ok(())
}

fn volume_claims(claims: &[Value], text: &mut Text) {
    if claims.is_empty() {
        return text.line(0, "Volume Claims:\t<none>");
    }
    text.line(0, "Volume Claims:");
    for claim in claims {
        text.field(1, "Name", meta::name(claim));
        text.field(1, "StorageClass", claim.path("spec.storageClassName").str());
        text.labels("  Labels", claim.path("metadata.labels").fields());
        text.annotations("  Annotations", claim.path("metadata.annotations").fields());
        let storage = claim.path("spec.resources.requests.storage");
        text.field(1, "Capacity", if storage.is_null() { "<default>".into() } else { super::containers::quantity_text(storage) });
        let modes: Vec<&str> = claim.path("spec.accessModes").items().iter().map(Value::str).collect();
        text.field(1, "Access Modes", format!("[{}]", modes.join(" ")));
    }
}

async fn daemon_set(invocation: &Invocation, object: &Value, text: &mut Text) -> Result<(), Failure> {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.field(0, "Selector", selector_or_none(object.path("spec.selector")));
    text.field(0, "Node-Selector", format_labels(object.path("spec.template.spec.nodeSelector").fields()));
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    for (field, title) in [
        ("desiredNumberScheduled", "Desired Number of Nodes Scheduled"),
        ("currentNumberScheduled", "Current Number of Nodes Scheduled"),
        ("updatedNumberScheduled", "Number of Nodes Scheduled with Up-to-date Pods"),
        ("numberAvailable", "Number of Nodes Scheduled with Available Pods"),
        ("numberMisscheduled", "Number of Nodes Misscheduled"),
    ] {
        text.line(0, format!("{title}: {}", object.get("status").get(field).as_i64().unwrap_or(0)));
    }
    let counts = pod_phases(invocation, object, selector_text(object.path("spec.selector"))).await?;
    pods_status("Pods Status", counts, text);
    describe_template(object.path("spec.template"), text);
    Ok(())
}

fn job(object: &Value, text: &mut Text) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    if !spec.get("selector").is_null() {
        text.field(0, "Selector", selector_or_none(spec.get("selector")));
    }
    text.labels("Labels", object.path("metadata.labels").fields());
    text.annotations("Annotations", object.path("metadata.annotations").fields());
    controlled_by(object, text);
    text.field(0, "Parallelism", plain(spec.get("parallelism")));
    text.field(0, "Completions", if spec.get("completions").is_null() { "<unset>".into() } else { plain(spec.get("completions")) });
    for (field, title) in [
        ("completionMode", "Completion Mode"),
        ("suspend", "Suspend"),
        ("backoffLimit", "Backoff Limit"),
        ("ttlSecondsAfterFinished", "TTL Seconds After Finished"),
    ] {
        if !spec.get(field).is_null() {
            text.field(0, title, plain(spec.get(field)));
        }
    }
    let (start, completed) = (status.get("startTime"), status.get("completionTime"));
    if !start.is_empty() {
        text.field(0, "Start Time", date(start));
    }
    if !completed.is_empty() {
        text.field(0, "Completed At", date(completed));
    }
    if let (Some(start_ms), Some(end_ms)) = (time::parse_rfc3339(start.str()), time::parse_rfc3339(completed.str())) {
        text.field(0, "Duration", time::human_duration(end_ms as i64 - start_ms as i64));
    }
    if let Some(seconds) = spec.get("activeDeadlineSeconds").as_i64() {
        text.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    let count = |field: &str| status.get(field).as_i64().unwrap_or(0);
    let pods = match status.get("ready").as_i64() {
        None => format!("{} Active / {} Succeeded / {} Failed", count("active"), count("succeeded"), count("failed")),
        Some(ready) => format!("{} Active ({ready} Ready) / {} Succeeded / {} Failed", count("active"), count("succeeded"), count("failed")),
    };
    text.field(0, "Pods Statuses", pods);
    if spec.get("completionMode").str() == "Indexed" {
        let indexes = status.get("completedIndexes").str();
        text.field(0, "Completed Indexes", super::text::or_none(&capped_indexes(indexes)));
    }
    describe_template(spec.get("template"), text);
}

/// Long lists of indexes are cut off behind the fiftieth letter.
fn capped_indexes(indexes: &str) -> String {
    if indexes.len() <= 50 {
        return indexes.to_string();
    }
    let end = indexes[..50].rfind(',').unwrap_or(0);
    format!("{},...", &indexes[..end])
}

fn cron_job(object: &Value, text: &mut Text) {
    let spec = object.get("spec");
    let job = spec.path("jobTemplate.spec");
    text.head(object);
    text.field(0, "Schedule", spec.get("schedule").str());
    text.field(0, "Concurrency Policy", spec.get("concurrencyPolicy").str());
    text.field(0, "Suspend", capital_bool(spec.get("suspend").as_bool() == Some(true)));
    let or_unset = |value: &Value| if value.is_null() { "<unset>".to_string() } else { plain(value) };
    text.field(0, "Time Zone", or_unset(spec.get("timeZone")));
    text.field(0, "Successful Job History Limit", or_unset(spec.get("successfulJobsHistoryLimit")));
    text.field(0, "Failed Job History Limit", or_unset(spec.get("failedJobsHistoryLimit")));
    let deadline = spec.get("startingDeadlineSeconds");
    text.field(0, "Starting Deadline Seconds", if deadline.is_null() { "<unset>".into() } else { format!("{}s", plain(deadline)) });
    text.field(0, "Selector", if job.get("selector").is_null() { "<unset>".into() } else { selector_or_none(job.get("selector")) });
    text.field(0, "Parallelism", or_unset(job.get("parallelism")));
    text.field(0, "Completions", or_unset(job.get("completions")));
    if let Some(seconds) = job.get("activeDeadlineSeconds").as_i64() {
        text.field(0, "Active Deadline Seconds", format!("{seconds}s"));
    }
    describe_template(job.get("template"), text);
    let last = object.path("status.lastScheduleTime");
    text.field(0, "Last Schedule Time", if last.is_empty() { "<unset>".into() } else { date(last) });
    let active: Vec<&str> = object.path("status.active").items().iter().map(|job| job.get("name").str()).collect();
    text.field(0, "Active Jobs", super::text::or_none(&active.join(", ")));
}
