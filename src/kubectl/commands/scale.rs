//! `kubectl scale` (`k8s.io/kubectl/pkg/cmd/scale`).

use crate::kubectl::dry_run::{DRY_RUN, DryRun};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::source::{Info, file_flags};
use crate::server::request::{PatchType, Verb};
use crate::value::json;

/// `scale`.
pub const ENTRY: Entry = Entry { path: "scale", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all"),
        Flag::int("current-replicas", "-1"),
        DRY_RUN,
        Flag::int("replicas", "0"),
        Flag::text("resource-version"),
        Flag::text("selector").short('l'),
        Flag::duration("timeout", "0s"),
    ];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    invocation.require_flags(&["replicas"])?;
    let replicas = invocation.flags.int("replicas");
    if replicas < 0 {
        return Err(Failure::text("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"));
    }
    let dry_run = invocation.dry_run()?;
    let printer = Printer::of(&invocation, &[])?;
    let (infos, mut failures) = invocation.find_objects(&invocation.arguments).await?;
    if infos.len() > 1 && !invocation.flags.text("resource-version").is_empty() {
        return Err(Failure::text("cannot use --resource-version with multiple resources"));
    }
    if infos.is_empty() && failures.is_empty() {
        return Err(Failure::text("no objects passed to scale"));
    }
    let say = |info: &Info| printer.print(&invocation.session, &invocation, &info.mapping, &info.object, &format!("scaled{}", dry_run.suffix()));
    for info in &infos {
        let scaled = match one(&invocation, info, replicas, dry_run).await {
            Ok(()) if dry_run == DryRun::Client => say(info),
            Ok(()) => invocation.record_afterwards(info).await.and_then(|()| say(info)),
            Err(failure) => Err(failure),
        };
        failures.extend(scaled.err());
    }
    Failure::of(failures)
}

async fn one(invocation: &Invocation, info: &Info, replicas: i64, dry_run: DryRun) -> Result<(), Failure> {
    let expected = invocation.flags.int("current-replicas");
    let mut patch = json!({"spec": {"replicas": replicas}});
    let version = invocation.flags.text("resource-version");
    let mut request = invocation.request_for(Verb::Get, &info.mapping, &info.namespace, &info.name);
    request.subresource = "scale".into();
    if expected != -1 || !version.is_empty() {
        let scale = invocation.send(request.clone()).await?;
        let now = scale.path("spec.replicas").as_i64().unwrap_or(0);
        if expected != -1 && now != expected {
            return Err(Failure::text(format!("Expected replicas to be {expected}, was {now}")));
        }
        let seen = scale.path("metadata.resourceVersion").str();
        if !version.is_empty() && seen != version {
            return Err(Failure::text(format!("Expected resource version to be {version}, was {seen}")));
        }
        patch.set("metadata.resourceVersion", seen);
    }
    if dry_run == DryRun::Client {
        return Ok(());
    }
    request.verb = Verb::Patch(PatchType::Merge);
    request.body = patch;
    request.options.dry_run = dry_run == DryRun::Server;
    request.options.field_manager = "kubectl".into();
    invocation.send(request).await?;
    let timeout_ms = invocation.flags.duration_ms("timeout");
    if timeout_ms > 0 { wait(invocation, info, replicas, timeout_ms).await } else { Ok(()) }
}

async fn wait(invocation: &Invocation, info: &Info, replicas: i64, timeout_ms: i64) -> Result<(), Failure> {
    let deadline_ms = invocation.session.now_ms() + timeout_ms as u64;
    loop {
        let object = invocation.get(&info.mapping, &info.namespace, &info.name).await?;
        let observed = object.path("status.observedGeneration").as_i64() >= object.path("metadata.generation").as_i64();
        if observed && object.path("status.replicas").as_i64().unwrap_or(0) == replicas {
            return Ok(());
        }
        if invocation.session.now_ms() >= deadline_ms {
            return Err(Failure::text("timed out waiting for the condition"));
        }
        invocation.session.sleep_ms(100).await;
    }
}
