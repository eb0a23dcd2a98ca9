//! HorizontalPodAutoscalers.

use super::containers::quantity_text;
use super::text::{Text, date, plain};
use crate::value::Value;

pub(super) fn describe(object: &Value, text: &mut Text) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.head(object);
    text.field(0, "CreationTimestamp", date(object.path("metadata.creationTimestamp")));
    let target = spec.get("scaleTargetRef");
    text.field(0, "Reference", format!("{}/{}", target.get("kind").str(), target.get("name").str()));
    text.line(0, "Metrics:\t( current / target )");
    let current = status.get("currentMetrics").items();
    for (index, metric) in spec.get("metrics").items().iter().enumerate() {
        one_metric(metric, current.get(index).unwrap_or(&crate::value::NULL), text);
    }
    let minimum = spec.get("minReplicas");
    text.field(0, "Min replicas", if minimum.is_null() { "<unset>".into() } else { plain(minimum) });
    text.field(0, "Max replicas", plain(spec.get("maxReplicas")));
    behavior(spec.get("behavior"), text);
    let count = |field: &str| status.get(field).as_i64().unwrap_or(0);
    text.field(0, &format!("{} pods", target.get("kind").str()), format!("{} current / {} desired", count("currentReplicas"), count("desiredReplicas")));
    let conditions = status.get("conditions").items();
    if !conditions.is_empty() {
        text.line(0, "Conditions:\n  Type\tStatus\tReason\tMessage");
        text.line(1, "----\t------\t------\t-------");
        for condition in conditions {
            let field = |name: &str| condition.get(name).str().to_string();
            text.line(1, format!("{}\t{}\t{}\t{}", field("type"), field("status"), field("reason"), field("message")));
        }
    }
}

fn one_metric(metric: &Value, current: &Value, text: &mut Text) {
    let (field, source) = match metric.get("type").str() {
        "Resource" => ("resource", metric.get("resource")),
        "ContainerResource" => ("containerResource", metric.get("containerResource")),
        "Pods" => ("pods", metric.get("pods")),
        "Object" => ("object", metric.get("object")),
        "External" => ("external", metric.get("external")),
        other => return text.line(1, format!("<unknown metric type {other:?}>")),
    };
    let now = current.get(field).get("current");
    let target = source.get("target");
    let value = |name: &str| if now.get(name).is_null() { "<unknown>".to_string() } else { quantity_text(now.get(name)) };
    let metric_name = source.path("metric.name").str();
    let name = source.get("name").str();
    match field {
        "resource" | "containerResource" => {
            let of = if field == "resource" { "on pods".to_string() } else { format!("of container {:?} on pods", source.get("container").str()) };
            if !target.get("averageValue").is_null() {
                text.line(1, format!("resource {name} {of}:\t{} / {}", value("averageValue"), quantity_text(target.get("averageValue"))));
            } else {
                let percent = now.get("averageUtilization").as_i64();
                let shown = percent.map_or("<unknown>".to_string(), |percent| format!("{percent}% ({})", value("averageValue")));
                let goal = target.get("averageUtilization").as_i64().map_or("<auto>".to_string(), |percent| format!("{percent}%"));
                text.line(1, format!("resource {name} {of}  (as a percentage of request):\t{shown} / {goal}"));
            }
        }
        "pods" => text.line(1, format!("\"{metric_name}\" on pods:\t{} / {}", value("averageValue"), quantity_text(target.get("averageValue")))),
        "object" => {
            let on = source.get("describedObject");
            let place = format!("{}/{}", on.get("kind").str(), on.get("name").str());
            if target.get("type").str() == "AverageValue" {
                text.line(
                    1,
                    format!("\"{metric_name}\" on {place} (target average value):\t{} / {}", value("averageValue"), quantity_text(target.get("averageValue"))),
                );
            } else {
                text.line(1, format!("\"{metric_name}\" on {place} (target value):\t{} / {}", value("value"), quantity_text(target.get("value"))));
            }
        }
        _ if !target.get("averageValue").is_null() => {
            text.line(1, format!("\"{metric_name}\" (target average value):\t{} / {}", value("averageValue"), quantity_text(target.get("averageValue"))));
        }
        _ => text.line(1, format!("\"{metric_name}\" (target value):\t{} / {}", value("value"), quantity_text(target.get("value")))),
    }
}

fn behavior(behavior: &Value, text: &mut Text) {
    if behavior.is_null() {
        return;
    }
    text.line(0, "Behavior:");
    for (field, title) in [("scaleUp", "Scale Up"), ("scaleDown", "Scale Down")] {
        let rules = behavior.get(field);
        if rules.is_null() {
            continue;
        }
        text.line(1, format!("{title}:"));
        if let Some(seconds) = rules.get("stabilizationWindowSeconds").as_i64() {
            text.line(2, format!("Stabilization Window: {seconds} seconds"));
        }
        let policies = rules.get("policies").items();
        if !policies.is_empty() {
            let select = rules.get("selectPolicy").str();
            text.line(2, format!("Select Policy: {}", if select.is_empty() { "Max" } else { select }));
            text.line(2, "Policies:");
            for policy in policies {
                text.line(
                    3,
                    format!(
                        "- Type: {}\tValue: {}\tPeriod: {} seconds",
                        policy.get("type").str(),
                        plain(policy.get("value")),
                        plain(policy.get("periodSeconds"))
                    ),
                );
            }
        }
    }
}
