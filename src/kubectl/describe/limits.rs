//! Namespaces, ResourceQuotas and LimitRanges.

use super::Context;
use super::text::{Text, go, join};
use crate::api::meta;
use crate::api::resource::{LIMIT_RANGES, RESOURCE_QUOTAS};
use crate::value::Value;

/// A Namespace, with its quotas and limits.
pub async fn namespace(context: &Context<'_>, text: &mut Text, object: &Value) {
    let name = meta::name(object);
    text.field(0, "Name", name);
    text.labels(0, "Labels", object.path("metadata.labels"));
    text.annotations("Annotations", object.path("metadata.annotations"));
    text.field(0, "Status", object.path("status.phase").str());
    let conditions = object.path("status.conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage");
        text.line(1, "----\t------\t------------------\t------\t-------");
        for condition in conditions {
            let cell = |field| condition.get(field).str();
            text.line(
                1,
                format!(
                    "{}\t{}\t{}\t{}\t{}",
                    cell("type"),
                    cell("status"),
                    super::text::date(condition.get("lastTransitionTime")),
                    cell("reason"),
                    cell("message")
                ),
            );
        }
    }
    let quotas = context.list(&RESOURCE_QUOTAS, name, "", "").await;
    text.line(0, "");
    if quotas.is_empty() {
        text.line(0, "No resource quota.");
    } else {
        text.line(0, "Resource Quotas");
        for quota in &quotas {
            text.line(1, format!("Name:\t{}", meta::name(quota)));
            rows(text, 1, quota, ["Resource\tUsed\tHard", "--------\t---\t---"]);
        }
    }
    let limits = context.list(&LIMIT_RANGES, name, "", "").await;
    text.line(0, "");
    if limits.is_empty() {
        text.line(0, "No LimitRange resource.");
    } else {
        text.line(0, "Resource Limits\n Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
        text.line(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
        limits.iter().for_each(|range| limit_rows(text, " ", range));
    }
}

/// A ResourceQuota.
pub fn resource_quota(text: &mut Text, object: &Value) {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    let scopes = object.path("spec.scopes");
    if !scopes.is_empty() {
        text.field(0, "Scopes", join(scopes, ", "));
    }
    rows(text, 0, object, ["Resource\tUsed\tHard", "--------\t----\t----"]);
}

fn rows(text: &mut Text, level: usize, quota: &Value, heading: [&str; 2]) {
    heading.iter().for_each(|line| text.line(level, line));
    for (resource, hard) in quota.path("status.hard").fields().iter() {
        let used = quota.path("status.used").get(resource);
        text.line(level, format!("{resource}\t{}\t{}", if used.is_null() { "0".into() } else { go(used) }, go(hard)));
    }
}

/// A LimitRange.
pub fn limit_range(text: &mut Text, object: &Value) {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.line(0, "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    text.line(0, "----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    limit_rows(text, "", object);
}

fn limit_rows(text: &mut Text, inset: &str, range: &Value) {
    for item in range.path("spec.limits").items() {
        let lists = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
        let mut resources: Vec<&str> = lists.iter().flat_map(|list| item.get(list).fields().keys().map(|key| key.as_str())).collect();
        resources.sort_unstable();
        resources.dedup();
        for resource in resources {
            let cells: Vec<String> = lists
                .iter()
                .map(|list| {
                    let value = item.get(list).get(resource);
                    if value.is_null() { "-".to_string() } else { go(value) }
                })
                .collect();
            text.line(0, format!("{inset}{}\t{resource}\t{}", item.get("type").str(), cells.join("\t")));
        }
    }
}
