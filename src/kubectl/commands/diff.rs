//! `kubectl diff` (`k8s.io/kubectl/pkg/cmd/diff`).

use crate::api::time;
use crate::kubectl::dry_run::field_manager;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::last_applied::original_of;
use crate::kubectl::printers::{unified_diff, without_managed_fields};
use crate::kubectl::session::Stream;
use crate::kubectl::source::{Check, Info, file_flags};
use crate::kubectl::three_way::three_way_patch;
use crate::manifest::write_yaml;
use crate::server::request::{Options, PatchType};
use crate::value::{Sort, Value};

/// `diff`.
pub const ENTRY: Entry = Entry { path: "diff", aliases: &[], flags, run: Some(|invocation| Box::pin(run(invocation))) };

fn flags() -> Vec<Flag> {
    let mut flags = vec![
        Flag::int("concurrency", "1"),
        field_manager("kubectl-client-side-apply"),
        Flag::bool("force-conflicts"),
        Flag::text("selector").short('l'),
        Flag::bool("server-side"),
        Flag::bool("show-managed-fields"),
    ];
    flags.extend(file_flags());
    flags
}

async fn run(invocation: Invocation) -> Result<(), Failure> {
    let result = compare(&invocation).await;
    // Failures of diff exit with 2, since 1 says that there are differences.
    match result {
        Ok(false) => Ok(()),
        Ok(true) => Err(Failure::Exit(1)),
        Err(failure) => {
            let (text, exit_code) = failure.render();
            invocation.session.write(Stream::Err, &text);
            Err(Failure::Exit(exit_code + 1))
        }
    }
}

/// Shows the differences, by the names of the objects' files; says whether there are any.
async fn compare(invocation: &Invocation) -> Result<bool, Failure> {
    if !invocation.has_files() {
        return Err(Failure::text("must specify one of -f and -k"));
    }
    let loaded = invocation.load_files(Check::Nothing)?;
    Failure::of(loaded.failures)?;
    let mut texts = Vec::new();
    for info in &invocation.selected(loaded.infos)? {
        let (mut live, mut merged) = versions(invocation, info).await?;
        if info.mapping.kind.kind == "Secret" {
            mask(&mut live, &mut merged);
        }
        let shown = |object: &Value| if invocation.flags.is("show-managed-fields") { object.clone() } else { without_managed_fields(object) };
        let text = |object: &Value| if object.is_null() { String::new() } else { write_yaml(&shown(object)) };
        texts.push((file_name(info), text(&live), text(&merged)));
    }
    texts.order();
    let now_ms = invocation.session.now_ms();
    // The real thing compares two folders, whose names are drawn; these follow the clock.
    let (live_folder, merged_folder) = (format!("/tmp/LIVE-{}", now_ms % 4_000_000_007), format!("/tmp/MERGED-{}", (now_ms / 7) % 4_000_000_007));
    let stamp = format!("{}.{:03}000000 +0000", time::rfc3339(now_ms).trim_end_matches('Z').replace('T', " "), now_ms % 1000);
    let mut differs = false;
    for (name, live, merged) in texts {
        let hunks = unified_diff(&live, &merged);
        if !hunks.is_empty() {
            differs = true;
            invocation.session.out_line(format!("diff -u -N {live_folder}/{name} {merged_folder}/{name}"));
            invocation.session.out_line(format!("--- {live_folder}/{name}\t{stamp}\n+++ {merged_folder}/{name}\t{stamp}"));
            invocation.session.out(hunks);
        }
    }
    Ok(differs)
}

/// `apps.v1.Deployment.demo.web`.
fn file_name(info: &Info) -> String {
    let kind = &info.mapping.kind;
    let group = if kind.group.is_empty() { String::new() } else { format!("{}.", kind.group) };
    format!("{group}{}.{}.{}.{}", info.mapping.version, kind.kind, info.namespace, info.name)
}

/// The object as it is (`Null` where there is none), and as it would be.
async fn versions(invocation: &Invocation, info: &Info) -> Result<(Value, Value), Failure> {
    let options = Options {
        dry_run: true,
        field_manager: invocation.flags.text("field-manager").into(),
        force: invocation.flags.is("force-conflicts"),
        ..Options::default()
    };
    let live = match info.require_name() {
        Ok(()) => match invocation.get(&info.mapping, &info.namespace, &info.name).await {
            Ok(object) => object,
            Err(failure) if failure.is_not_found() => Value::Null,
            Err(failure) => return Err(failure),
        },
        Err(failure) => return Err(failure),
    };
    let (namespace, name) = (info.namespace.as_str(), info.name.as_str());
    let mut wanted = info.object.clone();
    // What is remembered of an apply always has annotations; without them here, they would look taken away.
    wanted.path_mut("metadata.annotations").fields_mut();
    let merged = if invocation.flags.is("server-side") {
        invocation.patch(&info.mapping, namespace, name, PatchType::Apply, wanted, options).await?
    } else if live.is_null() {
        invocation.create(&info.mapping, namespace, wanted, options).await?
    } else {
        let version = info.mapping.kind.versions.iter().find(|version| version.name == info.mapping.version);
        let definition = version.map_or("", |version| version.definition.as_str());
        let patch = three_way_patch(&original_of(&live).unwrap_or_default(), &wanted, &live, definition);
        if patch.is_empty() {
            live.clone()
        } else {
            let type_ = if definition.is_empty() { PatchType::Merge } else { PatchType::StrategicMerge };
            invocation.patch(&info.mapping, namespace, name, type_, patch, options).await?
        }
    };
    Ok((live, merged))
}

/// Hides what Secrets hold: only that something differs is shown.
fn mask(live: &mut Value, merged: &mut Value) {
    let (before, after) = (live.get("data").clone(), merged.get("data").clone());
    for (object, own, other, word) in [(live, &before, &after, "before"), (merged, &after, &before, "after")] {
        for (key, value) in own.fields().iter() {
            let differs = other.fields().get(key).is_some_and(|other| other != value);
            let hidden = if differs { format!("*** ({word})") } else { "***".to_string() };
            object.path_mut("data").fields_mut().insert(key.clone(), hidden);
        }
    }
}
