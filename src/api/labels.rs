//! Label selectors: `matchLabels` and `matchExpressions` of objects, and plain maps as Services have them.

use crate::value::{Map, Sort, Value};

/// Whether `labels` has every pair of `selector`; an empty selector matches everything (callers for which it matches nothing check that first).
pub fn matches_map(selector: &Map, labels: &Map) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// Whether a `metav1.LabelSelector` matches: a missing (`Null`) selector matches nothing, an empty one everything.
pub fn matches(selector: &Value, labels: &Map) -> bool {
    selector.is_object()
        && matches_map(selector.get("matchLabels").fields(), labels)
        && selector.get("matchExpressions").items().iter().all(|requirement| matches_requirement(requirement, labels))
}

/// A selector as text: `app=web,tier in (back,front),!old`, as `metav1.FormatLabelSelector` and Scale write it; of plain maps too.
pub fn selector_text(selector: &Value) -> String {
    let is_full = selector.fields().contains_key("matchLabels") || selector.fields().contains_key("matchExpressions");
    let pairs = if is_full { selector.get("matchLabels") } else { selector };
    let mut parts: Vec<(String, String)> = pairs.fields().iter().map(|(key, value)| (key.to_string(), format!("{key}={}", value.str()))).collect();
    for requirement in if is_full { selector.get("matchExpressions").items() } else { &[] } {
        let key = requirement.get("key").str();
        let mut values: Vec<&str> = requirement.get("values").items().iter().map(Value::str).collect();
        values.order();
        let text = match requirement.get("operator").str() {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "Exists" => key.to_string(),
            _ => format!("!{key}"),
        };
        parts.push((key.to_string(), text));
    }
    parts.order();
    parts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
}

fn matches_requirement(requirement: &Value, labels: &Map) -> bool {
    let label = labels.get(requirement.get("key").str());
    let listed = label.is_some_and(|value| requirement.get("values").items().contains(value));
    match requirement.get("operator").str() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => label.is_some(),
        "DoesNotExist" => label.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    #[test]
    fn selectors_match_as_documented() {
        let labels = json!({"app": "web", "tier": "front"});
        for (selector, expected) in [
            (json!(null), false),
            (json!({}), true),
            (json!({"matchLabels": {"app": "web"}}), true),
            (json!({"matchLabels": {"app": "db"}}), false),
            (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["db", "web"]}]}), true),
            (json!({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}), true),
            (json!({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}), false),
        ] {
            assert_eq!(matches(&selector.clone(), labels.fields()), expected, "{selector}");
        }
    }
}
