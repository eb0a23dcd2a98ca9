//! `kubectl label` (`k8s.io/kubectl/pkg/cmd/label`) and `kubectl annotate` (`…/annotate`).

use crate::kubectl::dry_run::{DRY_RUN, DryRun, field_manager};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Printer, print_flags};
use crate::kubectl::record::CHANGE_CAUSE;
use crate::kubectl::source::{Info, file_flags};
use crate::server::request::PatchType;
use crate::value::{SmolStr, Value};

/// `label`.
pub const LABEL: Entry = Entry { path: "label", aliases: &[], flags: label_flags, run: Some(|invocation| Box::pin(run(invocation, LABELS))) };

/// `annotate`.
pub const ANNOTATE: Entry = Entry { path: "annotate", aliases: &[], flags: annotate_flags, run: Some(|invocation| Box::pin(run(invocation, ANNOTATIONS))) };

/// What differs between the two commands.
#[derive(Clone, Copy)]
struct Marks {
    /// `labels`, the field of the metadata.
    field: &'static str,
    /// `label`.
    word: &'static str,
    /// `labeled`, `unlabeled`, `not labeled`.
    done: [&'static str; 3],
}

const LABELS: Marks = Marks { field: "labels", word: "label", done: ["labeled", "unlabeled", "not labeled"] };
const ANNOTATIONS: Marks = Marks { field: "annotations", word: "annotation", done: ["annotated", "annotated", "annotated"] };

fn label_flags() -> Vec<Flag> {
    flags("kubectl-label")
}

fn annotate_flags() -> Vec<Flag> {
    flags("kubectl-annotate")
}

fn flags(manager: &'static str) -> Vec<Flag> {
    let mut flags = vec![
        Flag::bool("all"),
        Flag::bool("all-namespaces").short('A'),
        DRY_RUN,
        field_manager(manager),
        Flag::text("field-selector"),
        Flag::bool("list"),
        Flag::bool("local"),
        Flag::bool("overwrite"),
        Flag::text("resource-version"),
        Flag::text("selector").short('l'),
    ];
    flags.extend(print_flags());
    flags.extend(file_flags());
    flags
}

/// What is to be set, and what is to be taken away.
struct Changes {
    set: Vec<(String, String)>,
    remove: Vec<String>,
}

async fn run(invocation: Invocation, marks: Marks) -> Result<(), Failure> {
    let first_pair = invocation.arguments.iter().position(|word| word.contains('=') || (word.ends_with('-') && word.len() > 1));
    let (named, pairs) = invocation.arguments.split_at(first_pair.unwrap_or(invocation.arguments.len()));
    if let Some(stray) = pairs.iter().find(|word| !word.contains('=') && !word.ends_with('-')) {
        return Err(Failure::text(format!("all resources must be specified before {} changes: {stray}", marks.word)));
    }
    if invocation.flags.is("all") && !invocation.flags.text("selector").is_empty() {
        return Err(Failure::text("cannot set --all and --selector at the same time"));
    }
    let changes = parse(pairs, marks)?;
    if named.is_empty() && !invocation.has_files() {
        return Err(Failure::text("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    let lists = invocation.flags.is("list");
    if pairs.is_empty() && !lists {
        return Err(Failure::text(format!("at least one {} update is required", marks.word)));
    }
    let dry_run = invocation.dry_run()?;
    let printer = Printer::of(&invocation, &[])?;
    let local = invocation.flags.is("local");
    let (infos, mut failures) = invocation.find_objects(named).await?;
    if infos.len() > 1 && invocation.flags.has("resource-version") {
        return Err(Failure::text("--resource-version may only be used with a single resource"));
    }
    for info in &infos {
        let done = one(&invocation, info, marks, &changes, dry_run, local, &printer, infos.len() > 1).await;
        failures.extend(done.err());
    }
    Failure::of(failures)
}

fn parse(pairs: &[String], marks: Marks) -> Result<Changes, Failure> {
    let mut changes = Changes { set: Vec::new(), remove: Vec::new() };
    for pair in pairs {
        if let Some((key, value)) = pair.split_once('=') {
            if key.is_empty() {
                return Err(Failure::text(format!("invalid {} format: {pair:?}", marks.word)));
            }
            if marks.field == "labels" && !is_label_value(value) {
                let rule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
                let why = if value.len() > 63 { "must be no more than 63 bytes" } else { rule };
                return Err(Failure::text(format!("invalid label value: {pair:?}: {why}")));
            }
            changes.set.push((key.to_string(), value.to_string()));
        } else if let Some(key) = pair.strip_suffix('-') {
            changes.remove.push(key.to_string());
        }
    }
    if let Some(key) = changes.remove.iter().find(|key| changes.set.iter().any(|(set, _)| set == *key)) {
        return Err(Failure::text(format!("cannot modify and remove the same {}: {key}", marks.word)));
    }
    Ok(changes)
}

fn is_label_value(value: &str) -> bool {
    let edge = |letter: Option<char>| letter.is_none_or(|letter| letter.is_ascii_alphanumeric());
    value.len() <= 63
        && edge(value.chars().next())
        && edge(value.chars().next_back())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[expect(clippy::too_many_arguments, reason = "what the command line says, once for each object")]
async fn one(
    invocation: &Invocation,
    info: &Info,
    marks: Marks,
    changes: &Changes,
    dry_run: DryRun,
    local: bool,
    printer: &Printer,
    several: bool,
) -> Result<(), Failure> {
    let session = &invocation.session;
    let before = if invocation.has_files() && !local { invocation.get(&info.mapping, &info.namespace, &info.name).await? } else { info.object.clone() };
    let mut after = before.clone();
    let known = before.get("metadata").get(marks.field).fields().clone();
    if !invocation.flags.is("overwrite") && !local {
        let set = changes.set.iter().filter(|(key, _)| marks.field == "labels" || key.as_str() != CHANGE_CAUSE);
        let clashes = set.filter_map(|(key, value)| known.get(key).filter(|old| old.str() != value).map(|old| (key, old.str())));
        let failures: Vec<Failure> =
            clashes.map(|(key, old)| Failure::text(format!("'{key}' already has a value ({old}), and --overwrite is false"))).collect();
        if marks.field == "annotations" && !failures.is_empty() {
            let found: Vec<String> = failures.iter().map(|failure| failure.message().replace(", and --overwrite is false", "")).collect();
            return Err(Failure::text(format!("--overwrite is false but found the following declared annotation(s): {}", found.join("; "))));
        }
        if !failures.is_empty() {
            return Failure::of(failures);
        }
    }
    let mut patch = Value::object();
    invocation.record(&mut patch);
    invocation.record(&mut after);
    let field = format!("metadata.{}", marks.field);
    for (key, value) in &changes.set {
        after.path_mut(&field).fields_mut().insert(SmolStr::new(key), value.as_str());
        patch.path_mut(&field).fields_mut().insert(SmolStr::new(key), value.as_str());
    }
    for key in &changes.remove {
        if !known.contains_key(key) && marks.field == "labels" {
            session.out_line(format!("label \"{key}\" not found."));
        }
        after.path_mut(&field).fields_mut().remove(key);
        patch.path_mut(&field).fields_mut().insert(SmolStr::new(key), Value::Null);
    }
    let changed = after.get("metadata").get(marks.field).fields() != before.get("metadata").get(marks.field).fields();
    if !invocation.flags.text("resource-version").is_empty() {
        patch.set("metadata.resourceVersion", invocation.flags.text("resource-version"));
    }
    // Labels that are the same already are not sent; annotations are.
    if dry_run != DryRun::Client && !local && (changed || marks.field == "annotations") && !patch.is_empty() {
        let options = invocation.write_options(dry_run, "");
        after = invocation.patch(&info.mapping, &info.namespace, &info.name, PatchType::Merge, patch, options).await?;
    }
    if invocation.flags.is("list") {
        if several {
            session.out_line(format!("Listing {} for {}:", marks.field, info.resource_name()));
        }
        for (key, value) in after.get("metadata").get(marks.field).fields().iter() {
            session.out_line(format!("{}{key}={}", if several { " " } else { "" }, value.str()));
        }
        return Ok(());
    }
    let done = match () {
        () if !changed => marks.done[2],
        () if changes.set.is_empty() => marks.done[1],
        () => marks.done[0],
    };
    printer.print(session, invocation, &info.mapping, &after, &format!("{done}{}", dry_run.suffix()))
}
