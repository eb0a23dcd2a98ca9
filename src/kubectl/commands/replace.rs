//! `kubectl replace` (`k8s.io/kubectl/pkg/cmd/replace`).

use crate::kubectl::dry_run::{DRY_RUN, DryRun, VALIDATE, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::last_applied::{LAST_APPLIED, annotated};
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::source::{Check, Info, file_flags};
use crate::server::request::{Options, Verb};
use crate::value::Value;

/// `replace`.
pub const ENTRY: Entry = Entry { path: "replace", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::optional("cascade", "background", "background"),
        DRY_RUN,
        field_manager("kubectl-replace"),
        Flag::bool("force"),
        Flag::int("grace-period", "-1"),
        Flag::text("raw"),
        Flag::bool("save-config"),
        Flag::text("subresource"),
        Flag::duration("timeout", "0s"),
        VALIDATE,
        Flag::bool("wait"),
    ];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    if invocation.flags.has("raw") {
        return super::get::send_raw(&invocation, "PUT").await;
    }
    if !invocation.has_files() {
        return Err(Failure::text("must specify one of -f and -k"));
    }
    let dry_run = invocation.dry_run()?;
    let force = invocation.flags.is("force");
    if invocation.flags.int("grace-period") >= 0 && !force {
        return Err(Failure::text("--grace-period must have --force specified"));
    }
    if invocation.flags.duration_ms("timeout") != 0 && !force {
        return Err(Failure::text("--timeout must have --force specified"));
    }
    let validation = invocation.validation()?;
    let printer = Printer::of(&invocation, &[])?;
    let options = invocation.write_options(dry_run, validation);
    let loaded = invocation.load_files(if validation == "Ignore" { Check::Nothing } else { Check::Schema })?;
    let mut failures = loaded.failures;
    if loaded.infos.is_empty() && failures.is_empty() {
        return Err(Failure::text("no objects passed to replace"));
    }
    if force {
        Failure::of(std::mem::take(&mut failures))?;
        for info in &loaded.infos {
            if dry_run == DryRun::None {
                delete(&invocation, info).await?;
            }
        }
    }
    for info in &loaded.infos {
        let done = match one(&invocation, info, dry_run, force, options.clone()).await {
            Ok(object) => printer.print(&invocation.session, &invocation, &info.mapping, &object, &format!("replaced{}", dry_run.suffix())),
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::of(failures)
}

async fn one(invocation: &Invocation, info: &Info, dry_run: DryRun, force: bool, options: Options) -> Result<Value, Failure> {
    let save = invocation.flags.is("save-config") || !info.object.path("metadata.annotations").get(LAST_APPLIED).is_null();
    let object = if save { annotated(&info.object) } else { info.object.clone() };
    if dry_run == DryRun::Client {
        return Ok(object);
    }
    if force {
        return invocation.create(&info.mapping, &info.namespace, object, options).await;
    }
    let replaced = match info.require_name() {
        Ok(()) => {
            let mut request = invocation.request_for(Verb::Update, &info.mapping, &info.namespace, &info.name).with_body(object);
            request.subresource = invocation.flags.text("subresource").into();
            request.options = options;
            invocation.send(request).await
        }
        Err(failure) => Err(failure),
    };
    replaced.map_err(|failure| failure.with_source("replacing", &info.source))
}

/// Deletes an object where there is one, and waits until it is gone.
async fn delete(invocation: &Invocation, info: &Info) -> Result<(), Failure> {
    let mut request = invocation.request_for(Verb::Delete, &info.mapping, &info.namespace, &info.name);
    let grace = invocation.flags.int("grace-period");
    request.options.grace_period_seconds = Some(if grace >= 0 { grace } else { 0 });
    match invocation.send(request).await {
        Ok(_) => {
            let place = if info.namespace.is_empty() { String::new() } else { format!(" from {} namespace", info.namespace) };
            invocation.session.out_line(format!("{} \"{}\" deleted{place}", info.mapping.object_kind(), info.name));
        }
        Err(failure) if failure.is_not_found() => {}
        Err(failure) => return Err(failure),
    }
    super::delete::wait_until_gone(invocation, std::slice::from_ref(&(info.clone(), String::new())), invocation.flags.duration_ms("timeout")).await
}
