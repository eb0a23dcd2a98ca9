//! `kubectl edit` (`k8s.io/kubectl/pkg/cmd/edit`).

use crate::kubectl::dry_run::{DryRun, VALIDATE, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags, without_managed_fields};
use crate::kubectl::source::{Info, file_flags};
use crate::kubectl::three_way::three_way_patch;
use crate::manifest::{documents, write_json, write_yaml};
use crate::server::request::{PatchType, Verb};
use crate::value::Value;

/// `edit`.
pub const ENTRY: Entry = Entry { path: "edit", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        field_manager("kubectl-edit"),
        Flag::bool("output-patch"),
        Flag::bool("save-config"),
        Flag::text("selector").short('l'),
        Flag::text("subresource"),
        VALIDATE,
        Flag::bool("windows-line-endings"),
    ];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

const ADVICE: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
";

async fn run(invocation: Invocation) -> Result<(), Failure> {
    if invocation.arguments.is_empty() && !invocation.has_files() {
        return Err(Failure::nothing_named());
    }
    let as_json = invocation.flags.text("output") == "json";
    let (infos, failures) = invocation.find_objects(&invocation.arguments).await?;
    Failure::of(failures)?;
    for info in infos {
        let object = invocation.get(&info.mapping, &info.namespace, &info.name).await?;
        one(&invocation, &Info { object: without_managed_fields(&object), ..info }, as_json).await?;
    }
    Ok(())
}

/// Lets a person edit an object until the server takes it, or nothing has changed.
async fn one(invocation: &Invocation, info: &Info, as_json: bool) -> Result<(), Failure> {
    let original = if as_json { write_json(&info.object) } else { write_yaml(&info.object) };
    let file_name = if as_json { "kubectl-edit.json" } else { "kubectl-edit.yaml" };
    let mut shown = format!("{ADVICE}{original}");
    let mut reason: Option<Failure> = None;
    loop {
        let edited = invocation.session.edit(file_name, &shown).await;
        let Some(edited) = edited.filter(|edited| *edited != shown) else {
            return match reason {
                None => {
                    invocation.session.err_line("Edit cancelled, no changes made.");
                    Ok(())
                }
                Some(_) => Err(Failure::text("Edit cancelled, no valid changes were saved.")),
            };
        };
        let body: String = edited.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect();
        if body.trim().is_empty() {
            invocation.session.err_line("Edit cancelled, saved file was empty.");
            return Ok(());
        }
        if body == original {
            invocation.session.err_line("Edit cancelled, no changes made.");
            return Ok(());
        }
        let failure = match documents(&body).into_iter().next().map(|document| document.value) {
            Some(Ok(value)) => match save(invocation, info, &value).await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            },
            Some(Err(why)) => Failure::text(format!("The edited file had a syntax error: {why}")),
            None => Failure::text("The edited file had no object in it"),
        };
        let (text, _) = failure.render();
        invocation.session.write(crate::kubectl::session::Stream::Err, &text);
        let comment: String = failure.message().lines().map(|line| format!("# {line}\n")).collect();
        shown = format!("{ADVICE}# {} \"{}\" was not valid:\n{comment}#\n{body}", info.mapping.kind.resource(), info.name);
        reason = Some(failure);
    }
}

async fn save(invocation: &Invocation, info: &Info, edited: &Value) -> Result<(), Failure> {
    let version = info.mapping.kind.versions.iter().find(|version| version.name == info.mapping.version);
    let definition = version.map_or("", |version| version.definition.as_str());
    let patch = three_way_patch(&info.object, edited, &info.object, definition);
    if patch.is_empty() {
        invocation.session.err_line("Edit cancelled, no changes made.");
        return Ok(());
    }
    if edited.path("metadata.name").str() != info.name {
        return Err(Failure::text("At least one of apiVersion, kind and name was changed"));
    }
    let type_ = if definition.is_empty() { PatchType::Merge } else { PatchType::StrategicMerge };
    if invocation.flags.is("output-patch") {
        invocation.session.out_line(format!("Patch: {}", crate::manifest::write_json_compact(&patch)));
    }
    let mut request = invocation.request_for(Verb::Patch(type_), &info.mapping, &info.namespace, &info.name).with_body(patch);
    request.subresource = invocation.flags.text("subresource").into();
    request.options = invocation.write_options(DryRun::None, invocation.validation()?);
    let object = invocation.send(request).await?;
    let printer = match invocation.flags.text("output") {
        "json" | "yaml" => Printer::Human { wide: false },
        _ => Printer::of(invocation, &[])?,
    };
    printer.print(&invocation.session, invocation, &info.mapping, &object, "edited")
}
