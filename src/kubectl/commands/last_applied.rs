//! `kubectl apply view-last-applied`, `set-last-applied` and `edit-last-applied`.

use crate::kubectl::dry_run::{DRY_RUN, DryRun};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::last_applied::{LAST_APPLIED, annotated, original_of};
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::source::{Check, Info, file_flags};
use crate::manifest::{documents, write_json, write_yaml};
use crate::server::request::PatchType;
use crate::value::{Value, json};

/// `apply view-last-applied`.
pub const VIEW: Entry = Entry { path: "apply view-last-applied", aliases: &[], flags: view_flags, run: Some(|invocation| Box::pin(view(invocation))) };

/// `apply set-last-applied`.
pub const SET: Entry = Entry { path: "apply set-last-applied", aliases: &[], flags: set_flags, run: Some(|invocation| Box::pin(set(invocation))) };

/// `apply edit-last-applied`.
pub const EDIT: Entry = Entry { path: "apply edit-last-applied", aliases: &[], flags: edit_flags, run: Some(|invocation| Box::pin(edit(invocation))) };

fn view_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("all"), Flag::text("output").or("yaml").short('o'), Flag::text("selector").short('l')];
    flags.extend(file_flags());
    flags
}

fn set_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::bool("create-annotation"), DRY_RUN];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

fn edit_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("field-manager").or("kubectl-client-side-apply")];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

/// The objects as they are now.
async fn live(invocation: &Invocation) -> Result<Vec<Info>, Failure> {
    if invocation.arguments.is_empty() && !invocation.has_files() && !invocation.flags.text("selector").is_empty() {
        return Err(Failure::text("at least one resource must be specified to use a selector"));
    }
    let (mut infos, failures) = invocation.find_objects(&invocation.arguments).await?;
    Failure::of(failures)?;
    if invocation.has_files() {
        for info in &mut infos {
            info.object = invocation.get(&info.mapping, &info.namespace, &info.name).await?;
        }
    }
    Ok(infos)
}

fn missing(info: &Info) -> Failure {
    Failure::text(format!("no last-applied-configuration annotation found on resource: {}", info.name))
}

async fn view(invocation: Invocation) -> Result<(), Failure> {
    let format = invocation.flags.text("output").to_string();
    if !matches!(format.as_str(), "yaml" | "json") {
        return Err(Failure::text(format!(
            "Unexpected -o output mode: {format}, the flag 'output' must be one of yaml|json\nSee 'kubectl apply view-last-applied -h' for help and examples"
        )));
    }
    for info in &live(&invocation).await? {
        // Of an object without the annotation nothing is shown.
        let Some(object) = original_of(&info.object) else { continue };
        invocation.session.out(if format == "json" { write_json(&object) } else { write_yaml(&object) });
    }
    Ok(())
}

async fn set(invocation: Invocation) -> Result<(), Failure> {
    let dry_run = invocation.dry_run()?;
    let printer = Printer::of(&invocation, &[])?;
    let loaded = invocation.load_files(Check::Nothing)?;
    Failure::of(loaded.failures)?;
    for info in &loaded.infos {
        let object = invocation.get(&info.mapping, &info.namespace, &info.name).await?;
        if original_of(&object).is_none() && !invocation.flags.is("create-annotation") {
            let advice = "to create the annotation, run the command with --create-annotation";
            return Err(Failure::text(format!("no last-applied-configuration annotation found on resource: {}, {advice}", info.name)));
        }
        write(&invocation, info, &info.object, dry_run).await?;
        printer.print(&invocation.session, &invocation, &info.mapping, &info.object, &format!("configured{}", dry_run.suffix()))?;
    }
    Ok(())
}

/// Writes what is to count as applied last.
async fn write(invocation: &Invocation, info: &Info, applied: &Value, dry_run: DryRun) -> Result<(), Failure> {
    if dry_run == DryRun::Client {
        return Ok(());
    }
    let text = annotated(applied).path("metadata.annotations").get(LAST_APPLIED).clone();
    let mut patch = json!({"metadata": {"annotations": {}}});
    patch.path_mut("metadata.annotations").fields_mut().insert(LAST_APPLIED, text);
    let options = invocation.write_options(dry_run, "");
    invocation.patch(&info.mapping, &info.namespace, &info.name, PatchType::Merge, patch, options).await.map(|_| ())
}

async fn edit(invocation: Invocation) -> Result<(), Failure> {
    let printer = Printer::of(&invocation, &[])?;
    for info in &live(&invocation).await? {
        let before = original_of(&info.object).ok_or_else(|| missing(info))?;
        let text = write_yaml(&before);
        let Some(edited) = invocation.session.edit("last-applied.yaml", &text).await.filter(|edited| *edited != text) else {
            invocation.session.err_line("Edit cancelled, no changes made.");
            continue;
        };
        let document = documents(&edited).into_iter().next().map(|document| document.value);
        let after = match document {
            Some(Ok(value)) if value.is_object() => value,
            Some(Err(why)) => return Err(Failure::text(format!("the edited file had a syntax error: {why}"))),
            _ => return Err(Failure::text("Edit cancelled, saved file was empty.")),
        };
        write(&invocation, info, &after, DryRun::None).await?;
        printer.print(&invocation.session, &invocation, &info.mapping, &after, "edited")?;
    }
    Ok(())
}
