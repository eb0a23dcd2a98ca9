//! `kubectl create`: from files, or by a generator (`k8s.io/kubectl/pkg/cmd/create`).

pub(super) mod configmap;
pub(super) mod deployment;
pub(super) mod ingress;
pub(super) mod job;
pub(super) mod namespace;
pub(super) mod policy;
pub(super) mod rbac;
pub(super) mod secret;
pub(super) mod service;
pub(super) mod token;

use crate::kubectl::dry_run::{DRY_RUN, DryRun, VALIDATE, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::last_applied::annotated;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::resources;
use crate::kubectl::source::{Check, file_flags};
use crate::value::{SmolStr, Value};

/// `create`.
pub const ENTRY: Entry = Entry { path: "create", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("edit"), Flag::text("raw"), Flag::text("selector").short('l'), Flag::bool("windows-line-endings")];
    flags.extend(generator_flags());
    flags.extend(file_flags());
    flags
}

/// The flags that all generators have.
pub(super) fn generator_flags() -> Vec<Flag> {
    let mut flags = vec![DRY_RUN, field_manager("kubectl-create"), Flag::bool("save-config"), VALIDATE];
    flags.extend(print_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    if !invocation.has_files() {
        if invocation.arguments.is_empty() {
            return Err(Failure::text("must specify one of -f and -k"));
        }
        return Err(invocation.usage_error(format!("Unexpected args: [{}]", invocation.arguments.join(" "))));
    }
    if invocation.flags.has("raw") {
        return super::get::send_raw(&invocation, "POST").await;
    }
    let dry_run = invocation.dry_run()?;
    let validation = invocation.validation()?;
    let printer = Printer::of(&invocation, &[])?;
    let loaded = invocation.load_files(if validation == "Ignore" { Check::Nothing } else { Check::Schema })?;
    let mut failures = loaded.failures;
    if loaded.infos.is_empty() && failures.is_empty() {
        return Err(Failure::text("no objects passed to create"));
    }
    for info in &invocation.selected(loaded.infos)? {
        let mut object = info.object.clone();
        invocation.record(&mut object);
        if invocation.flags.is("save-config") {
            object = annotated(&object);
        }
        let created = if dry_run == DryRun::Client {
            Ok(object)
        } else {
            invocation.create(&info.mapping, &info.namespace, object, invocation.write_options(dry_run, validation)).await
        };
        let said = match created {
            Ok(object) => printer.print(&invocation.session, &invocation, &info.mapping, &object, &format!("created{}", dry_run.suffix())),
            Err(failure) => Err(failure.with_source("creating", &info.source)),
        };
        failures.extend(said.err());
    }
    Failure::of(failures)
}

/// Generators that look at the name themselves.
const CHECKING_NAMES: [&str; 11] = [
    "create clusterrole",
    "create configmap",
    "create namespace",
    "create poddisruptionbudget",
    "create quota",
    "create role",
    "create rolebinding",
    "create secret docker-registry",
    "create secret generic",
    "create secret tls",
    "create serviceaccount",
];

/// The one name that a generator needs.
///
/// # Errors
/// `exactly one NAME is required, got 2`.
pub(super) fn one_name(invocation: &Invocation) -> Result<String, Failure> {
    let (names, _) = invocation.split_at_dash();
    match names {
        [name] if name.is_empty() && CHECKING_NAMES.contains(&invocation.path) => Err(Failure::text("name must be specified")),
        [name] => Ok(name.clone()),
        names => Err(invocation.usage_error(format!("exactly one NAME is required, got {}", names.len()))),
    }
}

/// Creates a generated object and says so; `doing` (`create deployment`) is what failures are about, `""` where the server's words are enough.
pub(super) async fn create_generated(invocation: &Invocation, object: Value, doing: &str) -> Result<(), Failure> {
    create_and_say(invocation, object, doing, "created").await
}

/// As [`create_generated`], with another word for what was done: `exposed`, `autoscaled`.
pub(super) async fn create_and_say(invocation: &Invocation, mut object: Value, doing: &str, done: &str) -> Result<(), Failure> {
    let (api_version, kind) = (object.get("apiVersion").str().to_string(), object.get("kind").str().to_string());
    let Some(mapping) = resources::of_object(&invocation.session.registry(), &api_version, &kind) else {
        return Err(Failure::text(format!("no matches for kind \"{kind}\" in version \"{api_version}\"")));
    };
    let dry_run = invocation.dry_run()?;
    let printer = Printer::of(invocation, &[])?;
    let validation = invocation.validation()?;
    if mapping.kind.namespaced && invocation.namespace_given {
        object.set("metadata.namespace", invocation.namespace.as_str());
    }
    invocation.record(&mut object);
    if invocation.flags.is("save-config") {
        object = annotated(&object);
    }
    if dry_run != DryRun::Client {
        let created = invocation.create(&mapping, &invocation.namespace, object, invocation.write_options(dry_run, validation)).await;
        object = created.map_err(|failure| {
            if doing.is_empty() { failure } else { failure.wrap(&format!("failed to {doing}{} ", if doing == "create secret" { "" } else { ":" })) }
        })?;
    }
    printer.print(&invocation.session, invocation, &mapping, &object, &format!("{done}{}", dry_run.suffix()))
}

/// `a=b,c=d` as labels.
///
/// # Errors
/// For a pair that is none.
pub(super) fn label_pairs(text: &str) -> Result<Value, Failure> {
    let mut labels = Value::object();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(Failure::text(format!("unexpected label spec: {pair}")));
        };
        labels.fields_mut().insert(SmolStr::new(key), value);
    }
    Ok(labels)
}
