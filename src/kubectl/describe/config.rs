//! ConfigMaps, Secrets, ServiceAccounts, Namespaces, ResourceQuotas and LimitRanges.

use super::containers::quantity_text;
use super::text::Text;
use crate::api::meta;
use crate::api::quantity::Quantity;
use crate::kubectl::base64;
use crate::kubectl::entry::Invocation;
use crate::kubectl::failure::Failure;
use crate::kubectl::resources;
use crate::server::request::Options;
use crate::value::{Sort, Value};

pub(super) async fn describe(invocation: &Invocation, kind: &str, object: &Value, text: &mut Text) -> Result<(), Failure> {
    match kind {
        "ConfigMap" => config_map(object, text),
        "Secret" => secret(object, text),
        "ServiceAccount" => service_account(object, text),
        "Namespace" => return namespace(invocation, object, text).await,
        "ResourceQuota" => resource_quota(object, text),
        _ => limit_range(object, text),
    }
    Ok(())
}

fn config_map(object: &Value, text: &mut Text) {
    text.head(object);
    text.line(0, "\nData\n====");
    for (key, value) in object.get("data").fields().iter() {
        text.line(0, format!("{key}:\n----"));
        text.line(0, format!("{}\n", value.str()));
    }
    text.line(0, "\nBinaryData\n====");
    for (key, value) in object.get("binaryData").fields().iter() {
        let length = base64::decode(value.str()).map_or(0, |bytes| bytes.len());
        text.line(0, format!("{key}: {length} bytes"));
    }
    text.line(0, "");
}

fn secret(object: &Value, text: &mut Text) {
    text.head(object);
    text.line(0, format!("\nType:\t{}", object.get("type").str()));
    text.line(0, "\nData\n====");
    for (key, value) in object.get("data").fields().iter() {
        let bytes = base64::decode(value.str()).unwrap_or_default();
        if object.get("type").str() == "kubernetes.io/service-account-token" && key == "token" {
            text.field(0, key, String::from_utf8_lossy(&bytes));
        } else {
            text.field(0, key, format!("{} bytes", bytes.len()));
        }
    }
}

fn service_account(object: &Value, text: &mut Text) {
    text.head(object);
    let secrets = object.get("imagePullSecrets").items();
    if secrets.is_empty() {
        return text.line(0, "Image pull secrets:\t<none>");
    }
    for (index, secret) in secrets.iter().enumerate() {
        let head = if index == 0 { "Image pull secrets:" } else { "                   " };
        text.line(0, format!("{head}\t{}", secret.get("name").str()));
    }
}

async fn namespace(invocation: &Invocation, object: &Value, text: &mut Text) -> Result<(), Failure> {
    text.head(object);
    text.field(0, "Status", object.path("status.phase").str());
    let conditions = object.path("status.conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage");
        text.line(1, "----\t------\t------------------\t------\t-------");
        for condition in conditions {
            let field = |name: &str| condition.get(name).str().to_string();
            text.line(
                1,
                format!(
                    "{}\t{}\t{}\t{}\t{}",
                    field("type"),
                    field("status"),
                    super::text::date(condition.get("lastTransitionTime")),
                    field("reason"),
                    field("message")
                ),
            );
        }
    }
    let registry = invocation.session.registry();
    let name = meta::name(object);
    let mut lists = Vec::new();
    for resource in ["resourcequotas", "limitranges"] {
        let found = match resources::find(&registry, resource) {
            Some(mapping) => invocation.list(&mapping, name, Options::default()).await?,
            None => Vec::new(),
        };
        lists.push(found);
    }
    text.line(0, "");
    if lists[0].is_empty() {
        text.line(0, "No resource quota.");
    } else {
        text.line(0, "Resource Quotas");
        for quota in &lists[0] {
            text.field(1, "Name", meta::name(quota));
            scopes(quota, 1, "", text);
            let hard = quota.path("status.hard").fields();
            text.line(1, "Resource\tUsed\tHard");
            text.line(1, "--------\t---\t---");
            for (resource, amount) in hard.iter() {
                text.line(1, format!("{resource}\t{}\t{}", quantity_text(quota.path("status.used").get(resource)), quantity_text(amount)));
            }
        }
    }
    text.line(0, "");
    if lists[1].is_empty() {
        text.line(0, "No LimitRange resource.");
    } else {
        text.line(0, "Resource Limits\n Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
        text.line(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
        for range in &lists[1] {
            limits(range, " ", text);
        }
    }
    Ok(())
}

/// For which pods a quota holds, where it doesn't for all.
fn scopes(quota: &Value, level: usize, indent: &str, text: &mut Text) {
    let mut scopes: Vec<&str> = quota.path("spec.scopes").items().iter().map(Value::str).collect();
    scopes.order();
    if scopes.is_empty() {
        return;
    }
    text.field(level, "Scopes", scopes.join(", "));
    for scope in &scopes {
        if let Some((_, about)) = SCOPES.iter().find(|(name, _)| name == scope) {
            text.line(level, format!("{indent}* {about}"));
        }
    }
}

fn resource_quota(object: &Value, text: &mut Text) {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    scopes(object, 0, " ", text);
    text.line(0, "Resource\tUsed\tHard");
    text.line(0, "--------\t----\t----");
    for (resource, hard) in object.path("status.hard").fields().iter() {
        let used = object.path("status.used").get(resource);
        let used = if used.is_null() { Value::from("0") } else { used.clone() };
        text.line(0, format!("{resource}\t{}\t{}", quantity_text(&used), quantity_text(hard)));
    }
}

const SCOPES: [(&str, &str); 4] = [
    (
        "Terminating",
        "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
    ),
    (
        "NotTerminating",
        "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
    ),
    ("BestEffort", "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service."),
    ("NotBestEffort", "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service."),
];

fn limit_range(object: &Value, text: &mut Text) {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    text.line(0, "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    text.line(0, "----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    limits(object, "", text);
}

fn limits(object: &Value, indent: &str, text: &mut Text) {
    const FIELDS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
    for item in object.path("spec.limits").items() {
        let mut names: Vec<&str> = FIELDS.iter().flat_map(|field| item.get(field).fields().keys().map(|key| key.as_str())).collect();
        names.order();
        names.dedup();
        for name in names {
            let cell = |field: &&str| {
                let amount = item.get(field).get(name);
                let zero = Quantity::from_value(amount).is_ok_and(|quantity| quantity.is_zero());
                if amount.is_null() || zero { "-".to_string() } else { quantity_text(amount) }
            };
            let cells: Vec<String> = FIELDS.iter().map(cell).collect();
            text.line(0, format!("{indent}{}\t{name}\t{}", item.get("type").str(), cells.join("\t")));
        }
    }
}
