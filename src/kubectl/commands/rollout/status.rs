//! `kubectl rollout status`.

use super::{group_kind, target_flags, targets_or_none};
use crate::api::meta;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::source::Info;
use crate::server::request::Verb;
use crate::value::{SmolStr, Value};

/// `rollout status`.
pub const ENTRY: Entry = Entry { path: "rollout status", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::int("revision", "0"), Flag::duration("timeout", "0s"), Flag::on("watch").short('w')];
    flags.extend(target_flags());
    flags
}

/// How often the object is looked at.
const POLL_MS: u64 = 50;

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let timeout_ms = invocation.flags.duration_ms("timeout");
    let (infos, failures) = targets_or_none(&invocation).await?;
    Failure::of(failures)?;
    for info in infos {
        let deadline_ms = (timeout_ms > 0).then(|| invocation.session.now_ms() + timeout_ms as u64);
        one(&invocation, info, deadline_ms).await?;
    }
    Ok(())
}

/// Says how far the rollout is, and again after each change of the object.
async fn one(invocation: &Invocation, mut info: Info, deadline_ms: Option<u64>) -> Result<(), Failure> {
    let mut version = SmolStr::default();
    loop {
        let mut request = invocation.request_for(Verb::Watch, &info.mapping, &info.namespace, &info.name);
        request.options.resource_version = version;
        let changes = match invocation.send(request).await {
            Err(failure) if failure.reason() == "Expired" => {
                version = SmolStr::default();
                continue;
            }
            other => other?,
        };
        for event in changes.get("events").items() {
            if event.get("type").str() == "DELETED" {
                return Err(Failure::text("object has been deleted"));
            }
            info.object = event.get("object").clone();
            let (message, done) = status_of(&info, invocation.flags.int("revision"))?;
            invocation.session.out_line(message);
            if done || !invocation.flags.is("watch") {
                return Ok(());
            }
        }
        version = SmolStr::new(changes.get("resourceVersion").str());
        if deadline_ms.is_some_and(|deadline_ms| invocation.session.now_ms() >= deadline_ms) {
            return Err(Failure::text("timed out waiting for the condition"));
        }
        invocation.session.sleep_ms(POLL_MS).await;
    }
}

/// What is said about a rollout, and whether it is done.
fn status_of(info: &Info, revision: i64) -> Result<(String, bool), Failure> {
    match info.mapping.kind.kind.as_str() {
        "Deployment" => deployment(&info.object, revision),
        "DaemonSet" => daemon_set(&info.object),
        "StatefulSet" => stateful_set(&info.object),
        _ => Err(Failure::text(format!("no status viewer has been implemented for {}", group_kind(info)))),
    }
}

fn number(object: &Value, path: &str) -> i64 {
    object.path(path).as_i64().unwrap_or(0)
}

fn is_observed(object: &Value) -> bool {
    number(object, "metadata.generation") <= number(object, "status.observedGeneration")
}

fn deployment(object: &Value, revision: i64) -> Result<(String, bool), Failure> {
    let name = meta::name(object);
    if revision > 0 {
        let now = meta::annotation(object, "deployment.kubernetes.io/revision").parse::<i64>().unwrap_or(0);
        if now != revision {
            return Err(Failure::text(format!("desired revision ({revision}) is different from the running revision ({now})")));
        }
    }
    if !is_observed(object) {
        return Ok(("Waiting for deployment spec update to be observed...".into(), false));
    }
    if meta::condition(object, "Progressing").get("reason").str() == "ProgressDeadlineExceeded" {
        return Err(Failure::text(format!("deployment \"{name}\" exceeded its progress deadline")));
    }
    let waiting = |why: String| Ok((format!("Waiting for deployment \"{name}\" rollout to finish: {why}..."), false));
    let (wanted, total, updated) = (number(object, "spec.replicas"), number(object, "status.replicas"), number(object, "status.updatedReplicas"));
    let available = number(object, "status.availableReplicas");
    if updated < wanted {
        return waiting(format!("{updated} out of {wanted} new replicas have been updated"));
    }
    if total > updated {
        return waiting(format!("{} old replicas are pending termination", total - updated));
    }
    if available < updated {
        return waiting(format!("{available} of {updated} updated replicas are available"));
    }
    Ok((format!("deployment \"{name}\" successfully rolled out"), true))
}

const ONLY_ROLLING: &str = "rollout status is only available for RollingUpdate strategy type";

fn daemon_set(object: &Value) -> Result<(String, bool), Failure> {
    let name = meta::name(object);
    if object.path("spec.updateStrategy.type").str() != "RollingUpdate" {
        return Err(Failure::text(ONLY_ROLLING));
    }
    if !is_observed(object) {
        return Ok(("Waiting for daemon set spec update to be observed...".into(), false));
    }
    let waiting = |why: String| Ok((format!("Waiting for daemon set \"{name}\" rollout to finish: {why}..."), false));
    let (wanted, updated, available) =
        (number(object, "status.desiredNumberScheduled"), number(object, "status.updatedNumberScheduled"), number(object, "status.numberAvailable"));
    if updated < wanted {
        return waiting(format!("{updated} out of {wanted} new pods have been updated"));
    }
    if available < wanted {
        return waiting(format!("{available} of {wanted} updated pods are available"));
    }
    Ok((format!("daemon set \"{name}\" successfully rolled out"), true))
}

fn stateful_set(object: &Value) -> Result<(String, bool), Failure> {
    if object.path("spec.updateStrategy.type").str() != "RollingUpdate" {
        return Err(Failure::text(ONLY_ROLLING));
    }
    if number(object, "status.observedGeneration") == 0 || !is_observed(object) {
        return Ok(("Waiting for statefulset spec update to be observed...".into(), false));
    }
    let (wanted, ready, updated) = (number(object, "spec.replicas"), number(object, "status.readyReplicas"), number(object, "status.updatedReplicas"));
    if ready < wanted {
        return Ok((format!("Waiting for {} pods to be ready...", wanted - ready), false));
    }
    let rolling = object.path("spec.updateStrategy.rollingUpdate");
    if !rolling.get("partition").is_null() {
        let goal = wanted - number(rolling, "partition");
        if updated < goal {
            return Ok((format!("Waiting for partitioned roll out to finish: {updated} out of {goal} new pods have been updated..."), false));
        }
        return Ok((format!("partitioned roll out complete: {updated} new pods have been updated..."), true));
    }
    let (update, current) = (object.path("status.updateRevision").str(), object.path("status.currentRevision").str());
    if update != current {
        return Ok((format!("waiting for statefulset rolling update to complete {updated} pods at revision {update}..."), false));
    }
    Ok((format!("statefulset rolling update complete {} pods at revision {current}...", number(object, "status.currentReplicas")), true))
}
