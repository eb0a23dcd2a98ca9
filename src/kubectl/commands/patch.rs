//! `kubectl patch` (`k8s.io/kubectl/pkg/cmd/patch`).

use crate::kubectl::dry_run::{DRY_RUN, DryRun, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::resources::Mapping;
use crate::kubectl::source::{Check, Info, file_flags};
use crate::manifest;
use crate::server::patch;
use crate::server::request::{PatchType, Verb};
use crate::value::Value;

/// `patch`.
pub const ENTRY: Entry = Entry { path: "patch", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        DRY_RUN,
        field_manager("kubectl-patch"),
        Flag::bool("local"),
        Flag::text("patch").short('p'),
        Flag::text("patch-file"),
        Flag::text("subresource"),
        Flag::text("type").or("strategic"),
    ];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let patch_file = flags.text("patch-file").to_string();
    let text = match (flags.has("patch"), patch_file.is_empty()) {
        (true, false) => return Err(Failure::text("cannot specify --patch and --patch-file together")),
        (true, true) => flags.text("patch").to_string(),
        (false, true) => return Err(Failure::text("must specify --patch or --patch-file containing the contents of the patch")),
        (false, false) if patch_file == "-" => invocation.session.read_stdin(),
        (false, false) => {
            let files = invocation.session.files();
            files
                .get(&patch_file)
                .map(str::to_string)
                .ok_or_else(|| Failure::text(format!("unable to read patch file: open {patch_file}: no such file or directory")))?
        }
    };
    let type_ = match flags.text("type").to_lowercase().as_str() {
        "json" => PatchType::Json,
        "merge" => PatchType::Merge,
        "strategic" => PatchType::StrategicMerge,
        other => return Err(Failure::text(format!("--type must be one of [json merge strategic], not {other:?}"))),
    };
    let patch = match parse(&text, type_) {
        Err(Failure::Text(why)) => return Err(Failure::Text(why)),
        parsed => parsed,
    };
    let dry_run = invocation.dry_run()?;
    let printer = Printer::of(&invocation, &[])?;
    let local = flags.is("local");
    if local && !invocation.arguments.is_empty() {
        return Err(Failure::text("cannot specify --local and server resources"));
    }
    if local && dry_run == DryRun::Server {
        return Err(Failure::text("cannot specify --local and --dry-run=server - did you mean --dry-run=client?"));
    }
    let (infos, mut failures) = if local {
        let loaded = invocation.load_files(Check::Nothing)?;
        (loaded.infos, loaded.failures)
    } else {
        invocation.find_objects(&invocation.arguments).await?
    };
    if infos.is_empty() && failures.is_empty() {
        return Err(Failure::text("no objects passed to patch"));
    }
    // What the server can't read is refused once there is an object.
    let patch = if infos.is_empty() { Value::Null } else { patch? };
    for info in &infos {
        let is_custom = info.mapping.kind.versions.first().is_some_and(|version| version.definition.is_empty());
        let done = if is_custom && type_ == PatchType::StrategicMerge {
            Err(not_strategic(info))
        } else if local || dry_run == DryRun::Client {
            here(&invocation, info, type_, &patch).await
        } else {
            one(&invocation, info, type_, &patch, dry_run).await
        };
        let done = match done {
            Ok(done) if !local && dry_run != DryRun::Client => invocation.record_afterwards(info).await.map(|()| done),
            done => done,
        };
        let done = match done {
            Ok((object, changed)) => {
                let words = format!("patched{}{}", dry_run.suffix(), if changed { "" } else { " (no change)" });
                // A subresource may be answered by an object of another kind.
                let kind = object.get("kind").str();
                let shown = if kind.is_empty() || kind == info.mapping.kind.kind { info.mapping.clone() } else { of_kind(&info.mapping, &object) };
                printer.print(&invocation.session, &invocation, &shown, &object, &words)
            }
            Err(failure) => Err(failure),
        };
        failures.extend(done.err());
    }
    Failure::of(failures)
}

/// Custom resources have no merge keys.
fn not_strategic(info: &Info) -> Failure {
    let kind = format!("{}, Kind={}", info.mapping.api_version(), info.mapping.kind.kind);
    let accepted = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    let why = format!("the body of the request was in an unknown format - accepted media types include: {accepted}");
    Failure::text(format!("application/strategic-merge-patch+json is not supported by {kind}: {why}"))
}

/// Reads a patch. One that is neither JSON nor YAML is refused as the server would.
fn parse(text: &str, type_: PatchType) -> Result<Value, Failure> {
    let document = manifest::documents(text).into_iter().next();
    let value = match document.map(|document| document.value) {
        Some(Ok(value)) => value,
        // An unfinished flow mapping is sent as it is; what the server's JSON decoder says to it comes back.
        Some(Err(_)) if text.trim_start().starts_with(['{', '[']) => return Err(bad_request("unexpected end of JSON input")),
        Some(Err(why)) => return Err(Failure::text(format!("unable to parse {text:?}: {why}"))),
        None => Value::Null,
    };
    if type_ != PatchType::Json && value.is_array() {
        return Err(bad_request("json: cannot unmarshal array into Go value of type map[string]interface {}"));
    }
    Ok(value)
}

/// A mapping that only names the kind of an object.
fn of_kind(mapping: &Mapping, object: &Value) -> Mapping {
    let mut kind = (*mapping.kind).clone();
    let (group, version) = object.get("apiVersion").str().rsplit_once('/').unwrap_or(("", object.get("apiVersion").str()));
    (kind.kind, kind.group) = (object.get("kind").str().into(), group.into());
    Mapping { kind: kind.into(), version: version.into() }
}

fn bad_request(message: &str) -> Failure {
    Failure::Api(crate::api::status::Status::bad_request(message).body())
}

/// Works a patch out here, on the object as the file or the server has it; says whether it is another one now.
async fn here(invocation: &Invocation, info: &Info, type_: PatchType, patch: &Value) -> Result<(Value, bool), Failure> {
    let before = if info.object.is_null() { invocation.get(&info.mapping, &info.namespace, &info.name).await? } else { info.object.clone() };
    let definition = info.mapping.kind.versions.iter().find(|version| version.name == info.mapping.version).map_or("", |version| version.definition.as_str());
    let after = patch::locally(type_, &before, patch, definition).map_err(Failure::Text)?;
    let changed = after != before;
    Ok((after, changed))
}

/// Patches an object; says whether it is another one now.
async fn one(invocation: &Invocation, info: &Info, type_: PatchType, patch: &Value, dry_run: DryRun) -> Result<(Value, bool), Failure> {
    let before = invocation.get(&info.mapping, &info.namespace, &info.name).await?;
    let mut request = invocation.request_for(Verb::Patch(type_), &info.mapping, &info.namespace, &info.name).with_body(patch.clone());
    request.subresource = invocation.flags.text("subresource").into();
    request.options.dry_run = dry_run != DryRun::None;
    request.options.field_manager = invocation.flags.text("field-manager").into();
    let after = invocation.send(request).await?;
    let changed = crate::kubectl::printers::without_managed_fields(&after) != crate::kubectl::printers::without_managed_fields(&before);
    Ok((after, changed))
}
