//! `kubectl rollout history`.

use super::revisions::{Revision, of};
use super::{group_kind, target_flags, targets};
use crate::kubectl::describe::template_text;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::tab_writer::TabText;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::record::CHANGE_CAUSE;
use crate::kubectl::source::Info;

/// `rollout history`.
pub const ENTRY: Entry = Entry { path: "rollout history", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![Flag::int("revision", "0")];
    flags.extend(print_flags());
    flags.extend(target_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let number = invocation.flags.int("revision");
    if number < 0 {
        return Err(Failure::text(format!("revision must be a positive integer: {number}")));
    }
    let printer = Printer::of(&invocation, &[])?;
    let (infos, mut failures) = targets(&invocation).await?;
    for info in &infos {
        failures.extend(one(&invocation, info, number, &printer).await.err());
    }
    Failure::of(failures)
}

async fn one(invocation: &Invocation, info: &Info, number: i64, printer: &Printer) -> Result<(), Failure> {
    if !matches!(info.mapping.kind.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet") {
        return Err(Failure::text(format!("no history viewer has been implemented for {:?}", group_kind(info))));
    }
    let revisions = of(invocation, info).await?;
    if !printer.is_human() {
        let found = revisions.iter().filter(|revision| number == 0 || revision.number == number);
        let objects: Vec<_> = found.map(|revision| revision.object.clone()).collect();
        if objects.is_empty() {
            return Err(Failure::text("unable to find the specified revision"));
        }
        for object in objects {
            printer.print_object(&invocation.session, &object, true)?;
        }
        return Ok(());
    }
    let (with_revision, text) = if number > 0 {
        let found = revisions.iter().find(|revision| revision.number == number).ok_or_else(|| Failure::text("unable to find the specified revision"))?;
        (format!("with revision #{number}"), template_of(found))
    } else {
        (String::new(), table(&revisions))
    };
    invocation.session.out_line(format!("{} {with_revision}\n{text}", info.object_name()));
    Ok(())
}

fn template_of(revision: &Revision) -> String {
    let mut template = revision.template().clone();
    template.remove("$patch");
    let cause = revision.change_cause();
    if !cause.is_empty() {
        template.path_mut("metadata.annotations").fields_mut().insert(CHANGE_CAUSE, cause);
    }
    template_text(&template)
}

fn table(revisions: &[Revision]) -> String {
    if revisions.is_empty() {
        return "No rollout history found.".into();
    }
    let mut text = String::from("REVISION\tCHANGE-CAUSE\n");
    for revision in revisions {
        let cause = revision.change_cause();
        text += &format!("{}\t{}\n", revision.number, if cause.is_empty() { "<none>" } else { cause });
    }
    TabText::DESCRIBE.align(&text)
}
