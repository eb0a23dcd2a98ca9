//! `kubectl api-resources` and `kubectl api-versions` (`k8s.io/kubectl/pkg/cmd/apiresources`).

use crate::api::strategy::Kind;
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::table::TabWriter;
use crate::manifest::{write_json_in_order, write_yaml};
use crate::value::{Sort, Value, json};
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
    kinds.order_by(|a, b| (&a.group, &a.plural).cmp(&(&b.group, &b.plural)));
    match flags.text("sort-by") {
        "" => {}
        "name" => kinds.order_by(|a, b| (&a.plural, &a.group).cmp(&(&b.plural, &b.group))),
        "kind" => kinds.order_by(|a, b| (&a.kind, &a.plural).cmp(&(&b.kind, &b.plural))),
        _ => return Err(Failure::text("--sort-by accepts only name or kind")),
    }
    if output == "name" {
        kinds.iter().for_each(|kind| invocation.session.out_line(kind.resource().to_string()));
        return Ok(());
    }
    if matches!(output, "json" | "yaml") {
        return described(&invocation, &kinds, output).await;
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

/// What discovery says of these kinds, as a typed list: in JSON its fields come in Go's order.
async fn described(invocation: &Invocation, kinds: &[Arc<Kind>], output: &str) -> Result<(), Failure> {
    const ORDER: [&str; 10] = ["name", "singularName", "namespaced", "group", "version", "kind", "verbs", "shortNames", "categories", "storageVersionHash"];
    let (mut resources, mut texts) = (Vec::new(), Vec::new());
    let (mut known, mut list) = (String::new(), Value::Null);
    for kind in kinds {
        let version = kind.versions.first().map_or("", |version| version.name.as_str());
        let path = if kind.group.is_empty() { format!("/api/{version}") } else { format!("/apis/{}/{version}", kind.group) };
        if path != known {
            list = Value::from_json(&super::get::ask(invocation, "GET", &path, String::new()).await?).unwrap_or_default();
            known = path;
        }
        let Some(found) = list.get("resources").items().iter().find(|entry| entry.get("name").str() == kind.plural) else { continue };
        let mut resource = found.clone();
        if !kind.group.is_empty() {
            resource.set("group", &kind.group);
        }
        resource.set("version", version);
        let order: Vec<&str> = ORDER.into_iter().filter(|name| resource.has(name)).collect();
        texts.push(write_json_in_order(&resource, &order).trim_end().replace('\n', "\n        "));
        resources.push(resource);
    }
    if output == "yaml" {
        let mut list = json!({"apiVersion": "v1", "groupVersion": "", "kind": "APIResourceList"});
        list.set("resources", resources);
        invocation.session.out(write_yaml(&list));
    } else {
        let head = "{\n    \"kind\": \"APIResourceList\",\n    \"apiVersion\": \"v1\",\n    \"groupVersion\": \"\",\n    \"resources\": [";
        invocation.session.out(format!("{head}\n        {}\n    ]\n}}\n", texts.join(",\n        ")));
    }
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
