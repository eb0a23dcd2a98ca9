//! `kubectl rollout undo`.

use super::revisions::{Revision, of, without_hash};
use super::{group_kind, target_flags, targets};
use crate::kubectl::describe::template_text;
use crate::kubectl::dry_run::{DRY_RUN, DryRun};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::last_applied::LAST_APPLIED;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::source::Info;
use crate::server::request::{Options, PatchType};
use crate::value::{Map, Value, json};

/// `rollout undo`.
pub const ENTRY: Entry = Entry { path: "rollout undo", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![DRY_RUN, Flag::int("to-revision", "0")];
    flags.extend(print_flags());
    flags.extend(target_flags());
    flags
}

/// Annotations of a Deployment that stay as they are.
const KEPT: [&str; 6] = [
    LAST_APPLIED,
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let dry_run = invocation.dry_run()?;
    let printer = Printer::of(&invocation, &[])?;
    let (infos, mut failures) = targets(&invocation).await?;
    for info in &infos {
        let done = match one(&invocation, info, dry_run).await {
            Ok(words) => printer.print(&invocation.session, &invocation, &info.mapping, &info.object, &format!("{words}{}", dry_run.suffix())),
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::of(failures)
}

async fn one(invocation: &Invocation, info: &Info, dry_run: DryRun) -> Result<String, Failure> {
    if !matches!(info.mapping.kind.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet") {
        return Err(Failure::text(format!("no rollbacker has been implemented for {:?}", group_kind(info))));
    }
    if !info.object.path("metadata.annotations").get(LAST_APPLIED).is_null() {
        let warning = "Rolling back will not update the kubectl.kubernetes.io/last-applied-configuration annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.";
        invocation.session.err_line(format!("Warning: resource {} was previously managed with 'kubectl apply'. {warning}", info.resource_name()));
    }
    let number = invocation.flags.int("to-revision");
    let revisions = of(invocation, info).await?;
    let target = choose(info, &revisions, number)?;
    if dry_run == DryRun::Client {
        return Ok(template_text(target.template()));
    }
    if info.object.path("spec.paused").as_bool() == Some(true) {
        return Err(Failure::text("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"));
    }
    if without_hash(target.template()) == without_hash(info.object.path("spec.template")) {
        return Ok(format!("skipped rollback (current template already matches revision {})", if number > 0 { number } else { target.number }));
    }
    let (type_, patch) = patch(info, target);
    let options = Options { dry_run: dry_run == DryRun::Server, field_manager: "kubectl-rollout".into(), ..Options::default() };
    invocation.patch(&info.mapping, &info.namespace, &info.name, type_, patch, options).await.map_err(|failure| failure.wrap("failed restoring revision: "))?;
    Ok("rolled back".into())
}

/// The revision to go back to.
fn choose<'a>(info: &Info, revisions: &'a [Revision], number: i64) -> Result<&'a Revision, Failure> {
    if number > 0 {
        return revisions
            .iter()
            .find(|revision| revision.number == number)
            .ok_or_else(|| Failure::text(format!("unable to find specified revision {number} in history")));
    }
    if let [.., previous, _] = revisions {
        return Ok(previous);
    }
    if info.mapping.kind.kind == "Deployment" {
        return Err(Failure::text(format!("no rollout history found for deployment \"{}\"", info.name)));
    }
    Err(Failure::text("no last revision to roll back to"))
}

fn patch(info: &Info, target: &Revision) -> (PatchType, Value) {
    if info.mapping.kind.kind != "Deployment" {
        return (PatchType::StrategicMerge, target.object.get("data").clone());
    }
    let mut annotations = Map::new();
    for (key, value) in info.object.path("metadata.annotations").fields().iter().filter(|(key, _)| KEPT.contains(&key.as_str())) {
        annotations.insert(key.clone(), value.clone());
    }
    for (key, value) in target.object.path("metadata.annotations").fields().iter().filter(|(key, _)| !KEPT.contains(&key.as_str())) {
        annotations.insert(key.clone(), value.clone());
    }
    let mut template = json!({"op": "replace", "path": "/spec/template"});
    template.set("value", without_hash(target.template()));
    let mut replaced = json!({"op": "replace", "path": "/metadata/annotations"});
    replaced.set("value", annotations);
    (PatchType::Json, Value::array(vec![template, replaced]))
}
