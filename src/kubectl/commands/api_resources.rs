//! `kubectl api-resources` and `kubectl api-versions` (`k8s.io/kubectl/pkg/cmd/apiresources`).

use crate::api::strategy::Kind;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::table::TabWriter;
use crate::value::Sort;
use std::sync::Arc;

/// `api-resources`.
pub const RESOURCES: Entry = Entry { path: "api-resources", aliases: &[], flags: resource_flags, run: Some(|invocation| Box::pin(resources(invocation))) };

/// `api-versions`.
pub const VERSIONS: Entry = Entry { path: "api-versions", aliases: &[], flags: Vec::new, run: Some(|invocation| Box::pin(versions(invocation))) };

fn resource_flags() -> Vec<Flag> {
    vec![
        Flag::text("api-group"),
        Flag::bool("cached"),
        Flag::list("categories"),
        Flag::on("namespaced"),
        Flag::bool("no-headers"),
        Flag::text("output").short('o'),
        Flag::text("sort-by"),
        Flag::list("verbs"),
    ]
}

async fn resources(invocation: Invocation) -> Result<(), Failure> {
    let flags = &invocation.flags;
    if !invocation.arguments.is_empty() {
        return Err(invocation.usage_error(format!("unexpected arguments: [{}]", invocation.arguments.join(" "))));
    }
    let output = flags.text("output");
    if !["", "wide", "name", "json", "yaml"].contains(&output) {
        return Err(Failure::text(format!("--output {output} is not available")));
    }
    let mut kinds: Vec<Arc<Kind>> = invocation
        .session
        .registry()
        .all()
        .filter(|kind| !flags.has("api-group") || kind.group == flags.text("api-group"))
        .filter(|kind| !flags.has("namespaced") || kind.namespaced == flags.is("namespaced"))
        .filter(|kind| flags.list("verbs").iter().all(|verb| kind.verbs.iter().any(|known| known == verb)))
        .filter(|kind| flags.list("categories").iter().all(|category| kind.categories.iter().any(|known| known == category)))
        .cloned()
        .collect();
    match flags.text("sort-by") {
        "" => kinds.order_by(|a, b| (&a.group, &a.plural).cmp(&(&b.group, &b.plural))),
        "name" => kinds.order_by(|a, b| (&a.plural, &a.group).cmp(&(&b.plural, &b.group))),
        "kind" => kinds.order_by(|a, b| (&a.kind, &a.group).cmp(&(&b.kind, &b.group))),
        _ => return Err(Failure::text("--sort-by accepts only name or kind")),
    }
    if output == "name" {
        kinds.iter().for_each(|kind| invocation.session.out_line(kind.resource().to_string()));
        return Ok(());
    }
    let wide = output == "wide";
    let mut rows = Vec::new();
    if !flags.is("no-headers") {
        let mut headings = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"].map(String::from).to_vec();
        if wide {
            headings.extend(["VERBS", "CATEGORIES"].map(String::from));
        }
        rows.push(headings);
    }
    for kind in &kinds {
        let mut row = vec![kind.plural.to_string(), kind.short_names.join(","), kind.api_version(), kind.namespaced.to_string(), kind.kind.to_string()];
        if wide {
            row.extend([kind.verbs.join(","), kind.categories.join(",")]);
        }
        rows.push(row);
    }
    invocation.session.out(TabWriter::new().write(&rows));
    Ok(())
}

async fn versions(invocation: Invocation) -> Result<(), Failure> {
    if !invocation.arguments.is_empty() {
        return Err(invocation.usage_error(format!("unexpected arguments: [{}]", invocation.arguments.join(" "))));
    }
    let registry = invocation.session.registry();
    let mut versions: Vec<String> = registry
        .all()
        .flat_map(|kind| {
            kind.versions.iter().map(|version| if kind.group.is_empty() { version.name.to_string() } else { format!("{}/{}", kind.group, version.name) })
        })
        .collect();
    // Events are also served in a group of their own.
    versions.push("events.k8s.io/v1".into());
    versions.order();
    versions.dedup();
    versions.iter().for_each(|version| invocation.session.out_line(version));
    Ok(())
}
