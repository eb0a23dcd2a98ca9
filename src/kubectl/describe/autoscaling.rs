//! HorizontalPodAutoscalers.

use super::Context;
use super::config::head;
use super::text::{Text, date, go, number, or};
use crate::value::Value;

/// A HorizontalPodAutoscaler (autoscaling/v2).
pub async fn describe(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    head(text, object);
    text.field(0, "CreationTimestamp", date(object.path("metadata.creationTimestamp")));
    text.field(0, "Reference", format!("{}/{}", spec.path("scaleTargetRef.kind").str(), spec.path("scaleTargetRef.name").str()));
    text.line(0, "Metrics:\t( current / target )");
    for (index, metric) in spec.get("metrics").items().iter().enumerate() {
        let current = status.get("currentMetrics").items().get(index).unwrap_or(&Value::Null);
        metric_line(text, metric, current);
    }
    let min = spec.get("minReplicas");
    text.field(0, "Min replicas", if min.is_null() { "<unset>".into() } else { go(min) });
    text.field(0, "Max replicas", go(spec.get("maxReplicas")));
    behavior(text, spec.get("behavior"));
    text.line(
        0,
        format!(
            "{} pods:\t{} current / {} desired",
            spec.path("scaleTargetRef.kind").str(),
            number(status.get("currentReplicas")),
            number(status.get("desiredReplicas"))
        ),
    );
    let conditions = status.get("conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:");
        text.line(1, "Type\tStatus\tReason\tMessage");
        text.line(1, "----\t------\t------\t-------");
        for condition in conditions {
            text.line(1, ["type", "status", "reason", "message"].map(|field| condition.get(field).str()).join("\t"));
        }
    }
    context.events(text, object).await;
}

fn metric_line(text: &mut Text, metric: &Value, current: &Value) {
    let now = |path: &str| {
        let value = current.path(path);
        if value.is_null() { "<unknown>".to_string() } else { go(value) }
    };
    match metric.get("type").str() {
        "Resource" | "ContainerResource" => {
            let (field, container) = if metric.get("type").str() == "Resource" {
                ("resource", None)
            } else {
                ("containerResource", metric.path("containerResource.container").as_str())
            };
            let resource = metric.get(field);
            let name = resource.get("name").str();
            let of = container.map_or_else(|| "on pods".to_string(), |container| format!("of container \"{container}\" on pods"));
            match resource.path("target.averageUtilization").as_i64() {
                Some(target) => {
                    let percent = current.get(field).path("current.averageUtilization").as_i64();
                    let amount = now(&format!("{field}.current.averageValue"));
                    let now = percent.map_or_else(|| "<unknown>".to_string(), |percent| format!("{percent}% ({amount})"));
                    text.line(1, format!("resource {name} {of}  (as a percentage of request):\t{now} / {target}%"));
                }
                None => text.line(
                    1,
                    format!("resource {name} {of}:\t{} / {}", now(&format!("{field}.current.averageValue")), go(resource.path("target.averageValue"))),
                ),
            }
        }
        "Pods" => {
            let pods = metric.get("pods");
            text.line(
                1,
                format!("\"{}\" on pods:\t{} / {}", pods.path("metric.name").str(), now("pods.current.averageValue"), go(pods.path("target.averageValue"))),
            );
        }
        "Object" => {
            let target = metric.get("object");
            let on = format!("{}/{}", target.path("describedObject.kind").str(), target.path("describedObject.name").str());
            let (kind, wanted) =
                if target.path("target.type").str() == "AverageValue" { ("averageValue", "target average value") } else { ("value", "target value") };
            text.line(
                1,
                format!(
                    "\"{}\" on {on} ({wanted}):\t{} / {}",
                    target.path("metric.name").str(),
                    now(&format!("object.current.{kind}")),
                    go(target.path("target").get(kind))
                ),
            );
        }
        "External" => {
            let external = metric.get("external");
            let (kind, words) =
                if external.path("target.averageValue").is_null() { ("value", "target value") } else { ("averageValue", "target average value") };
            text.line(
                1,
                format!(
                    "\"{}\" ({words}):\t{} / {}",
                    external.path("metric.name").str(),
                    now(&format!("external.current.{kind}")),
                    go(external.path("target").get(kind))
                ),
            );
        }
        other => text.line(1, format!("<unknown metric type \"{other}\">")),
    }
}

fn behavior(text: &mut Text, behavior: &Value) {
    if behavior.is_null() {
        return;
    }
    text.line(0, "Behavior:");
    for (direction, title) in [("scaleUp", "Scale Up"), ("scaleDown", "Scale Down")] {
        let rules = behavior.get(direction);
        if rules.is_null() {
            continue;
        }
        text.line(1, format!("{title}:"));
        if let Some(seconds) = rules.get("stabilizationWindowSeconds").as_i64() {
            text.field(2, "Stabilization Window", format!("{seconds} seconds"));
        }
        text.field(2, "Select Policy", or(rules.get("selectPolicy"), "Max"));
        text.line(2, "Policies:");
        for policy in rules.get("policies").items() {
            text.line(
                3,
                format!("- Type: {}\tValue: {}\tPeriod: {} seconds", policy.get("type").str(), go(policy.get("value")), go(policy.get("periodSeconds"))),
            );
        }
    }
}
