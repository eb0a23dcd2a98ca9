//! `kubectl create job` and `kubectl create cronjob`.

use super::{create_generated, generator_flags, one_name};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources;
use crate::value::{Value, json};

/// `create job`.
pub const JOB: Entry = Entry { path: "create job", aliases: &[], flags: job_flags, run: Some(|invocation| Box::pin(job(invocation))) };

/// `create cronjob`.
pub const CRON_JOB: Entry = Entry { path: "create cronjob", aliases: &["cj"], flags: cron_job_flags, run: Some(|invocation| Box::pin(cron_job(invocation))) };

fn job_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("from"), Flag::text("image")];
    flags.extend(generator_flags());
    flags
}

fn cron_job_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("image"), Flag::text("restart"), Flag::text("schedule")];
    flags.extend(generator_flags());
    flags
}

fn pod_spec(name: &str, image: &str, command: &[String], restart_policy: &str) -> Value {
    let mut container = json!({"image": image, "name": name, "resources": {}});
    if !command.is_empty() {
        container.set("command", command.iter().map(Value::from).collect::<Value>());
    }
    let mut spec = json!({"restartPolicy": restart_policy});
    spec.push("containers", container);
    spec
}

async fn job(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let (image, from) = (invocation.flags.text("image"), invocation.flags.text("from"));
    let (_, command) = invocation.split_at_dash();
    if image.is_empty() == from.is_empty() {
        return Err(Failure::text("either --image or --from must be specified"));
    }
    if !command.is_empty() && !from.is_empty() {
        return Err(Failure::text("cannot specify --from and command"));
    }
    let mut object = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "status": {}});
    if from.is_empty() {
        object.set("spec", json!({"template": {"metadata": {}}}));
        object.set("spec.template.spec", pod_spec(&name, image, command, "Never"));
    } else {
        let cron_job = cron_job_named(&invocation, from).await?;
        object.set("spec", cron_job.path("spec.jobTemplate.spec").clone());
        let mut annotations = cron_job.path("spec.jobTemplate.metadata.annotations").clone();
        annotations.fields_mut().insert("cronjob.kubernetes.io/instantiate", "manual");
        object.set("metadata.annotations", annotations);
        let labels = cron_job.path("spec.jobTemplate.metadata.labels");
        if !labels.is_empty() {
            object.set("metadata.labels", labels);
        }
        // Not the controller of the job: `blockOwnerDeletion` isn't set either.
        let owner = json!({"apiVersion": "batch/v1", "kind": "CronJob", "name": cron_job.path("metadata.name").str(), "uid": cron_job.path("metadata.uid").str(), "controller": true});
        object.push("metadata.ownerReferences", owner);
    }
    create_generated(&invocation, object, "create job").await
}

async fn cron_job_named(invocation: &Invocation, from: &str) -> Result<Value, Failure> {
    let Some((type_, name)) = from.split_once('/') else {
        return Err(Failure::text("the server doesn't have a resource type \"".to_string() + from + "\""));
    };
    let mapping = resources::resolve(&invocation.session.registry(), type_)?;
    let object = invocation.get(&mapping, &invocation.namespace, name).await?;
    if mapping.kind.kind != "CronJob" {
        return Err(Failure::text(format!("unknown object type *{}.{}", mapping.version, mapping.kind.kind)));
    }
    Ok(object)
}

async fn cron_job(invocation: Invocation) -> Result<(), Failure> {
    invocation.require_flags(&["image", "schedule"])?;
    let name = one_name(&invocation)?;
    let (_, command) = invocation.split_at_dash();
    let restart = match invocation.flags.text("restart") {
        "" => "OnFailure",
        other => other,
    };
    let mut object = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name},
        "spec": {"schedule": invocation.flags.text("schedule"), "jobTemplate": {"metadata": {"name": name}, "spec": {"template": {"metadata": {}}}}},
        "status": {},
    });
    object.set("spec.jobTemplate.spec.template.spec", pod_spec(&name, invocation.flags.text("image"), command, restart));
    create_generated(&invocation, object, "create cronjob").await
}
