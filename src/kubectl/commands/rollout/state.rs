//! `kubectl rollout pause`, `resume` and `restart`.

use super::{quoted_name, target_flags, targets_or_none};
use crate::api::{meta, time};
use crate::kubectl::dry_run::{DryRun, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::source::Info;
use crate::server::request::PatchType;
use crate::value::json;

/// `rollout pause`.
pub const PAUSE: Entry = Entry { path: "rollout pause", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation, "paused"))) };

/// `rollout resume`.
pub const RESUME: Entry = Entry { path: "rollout resume", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation, "resumed"))) };

/// `rollout restart`.
pub const RESTART: Entry = Entry { path: "rollout restart", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation, "restarted"))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![field_manager("kubectl-rollout")];
    flags.extend(print_flags());
    flags.extend(target_flags());
    flags
}

async fn run(invocation: Invocation, done: &'static str) -> Result<(), Failure> {
    let printer = Printer::of(&invocation, &[])?;
    let (infos, mut failures) = targets_or_none(&invocation).await?;
    for info in &infos {
        failures.extend(one(&invocation, info, done, &printer).await.err());
    }
    Failure::of(failures)
}

async fn one(invocation: &Invocation, info: &Info, done: &str, printer: &Printer) -> Result<(), Failure> {
    let why = |text: &str| Failure::text(format!("{} {text}", quoted_name(info)));
    let kind = info.mapping.kind.kind.as_str();
    let paused = info.object.path("spec.paused").as_bool() == Some(true);
    let patch = match done {
        "restarted" => {
            if !matches!(kind, "Deployment" | "DaemonSet" | "StatefulSet") {
                return Err(why("restarting is not supported"));
            }
            if paused {
                return Err(why("can't restart paused deployment (run rollout resume first)"));
            }
            let now = time::rfc3339(invocation.session.now_ms());
            if meta::annotation(info.object.path("spec.template"), "kubectl.kubernetes.io/restartedAt") == now {
                return Err(Failure::text("if restart has already been triggered within the past second, please wait before attempting to trigger another"));
            }
            json!({"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": now}}}}})
        }
        _ if kind != "Deployment" => return Err(why(if done == "paused" { "pausing is not supported" } else { "resuming is not supported" })),
        "paused" if paused => return Err(why("is already paused")),
        "resumed" if !paused => return Err(why("is not paused")),
        "paused" => json!({"spec": {"paused": true}}),
        _ => json!({"spec": {"paused": null}}),
    };
    let options = invocation.write_options(DryRun::None, "");
    let object = invocation
        .patch(&info.mapping, &info.namespace, &info.name, PatchType::StrategicMerge, patch, options)
        .await
        .map_err(|failure| failure.wrap("failed to patch: "))?;
    printer.print(&invocation.session, invocation, &info.mapping, &object, done)
}
