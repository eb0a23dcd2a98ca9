//! `kubectl set` (`k8s.io/kubectl/pkg/cmd/set`).

pub(super) mod env;
pub(super) mod image;
pub(super) mod others;
pub(super) mod resources;

use crate::kubectl::dry_run::{DRY_RUN, DryRun, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::source::{Info, file_flags};
use crate::kubectl::three_way::three_way_patch;
use crate::server::request::PatchType;
use crate::value::Value;

/// `set`.
pub const ENTRY: Entry = Entry { path: "set", aliases: &[], flags: Vec::new, run: None };

/// The flags of all subcommands.
fn common_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("all"), DRY_RUN, field_manager("kubectl-set"), Flag::bool("local"), Flag::text("selector").short('l')];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

/// Where the pods' spec is in an object of a kind.
fn pod_spec_path(kind: &str) -> Option<&'static str> {
    match kind {
        "Pod" => Some("spec"),
        "CronJob" => Some("spec.jobTemplate.spec.template.spec"),
        "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" | "Job" => Some("spec.template.spec"),
        _ => None,
    }
}

/// The arguments that name objects, and those that say what to set.
fn split(arguments: &[String], is_change: impl Fn(&str) -> bool) -> (&[String], &[String]) {
    let first = arguments.iter().position(|word| is_change(word)).unwrap_or(arguments.len());
    arguments.split_at(first)
}

/// Changes objects with `change`, and says what was `done`; objects that stay the same are not spoken of. `failing` begins the message of a refusal.
async fn change_all(
    invocation: &Invocation,
    named: &[String],
    failing: &str,
    done: &str,
    change: &dyn Fn(&Info, &mut Value) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let dry_run = invocation.dry_run()?;
    let printer = Printer::of(invocation, &[])?;
    let local = invocation.flags.is("local");
    let (infos, mut failures) = invocation.find_objects(named).await?;
    for info in &infos {
        let result = one(invocation, info, failing, (dry_run, local), change).await;
        let said = match result {
            Ok(Some(object)) => printer.print(&invocation.session, invocation, &info.mapping, &object, &format!("{done}{}", dry_run.suffix())),
            Ok(None) => Ok(()),
            Err(failure) => Err(failure),
        };
        failures.extend(said.err());
    }
    Failure::of(failures)
}

async fn one(
    invocation: &Invocation,
    info: &Info,
    failing: &str,
    (dry_run, local): (DryRun, bool),
    change: &dyn Fn(&Info, &mut Value) -> Result<(), Failure>,
) -> Result<Option<Value>, Failure> {
    let before = if invocation.has_files() && !local { invocation.get(&info.mapping, &info.namespace, &info.name).await? } else { info.object.clone() };
    let mut after = before.clone();
    change(info, &mut after)?;
    invocation.record(&mut after);
    if local || dry_run == DryRun::Client {
        return Ok(Some(after));
    }
    let version = info.mapping.kind.versions.iter().find(|version| version.name == info.mapping.version);
    let definition = version.map_or("", |version| version.definition.as_str());
    let patch = three_way_patch(&before, &after, &before, definition);
    if patch.is_empty() {
        return Ok(None);
    }
    let options = invocation.write_options(dry_run, "");
    let patched = invocation.patch(&info.mapping, &info.namespace, &info.name, PatchType::StrategicMerge, patch, options).await;
    patched.map(Some).map_err(|failure| failure.wrap(failing))
}

/// The containers of an object whose names fit `*`, a name, or a beginning with `*`; `paths` are lists of containers below the pods' spec.
fn containers_mut<'a>(object: &'a mut Value, spec: &str, list: &str) -> &'a mut [Value] {
    let path = format!("{spec}.{list}");
    if object.path(&path).items().is_empty() {
        return &mut [];
    }
    object.path_mut(&path).items_mut()
}

fn fits(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}
