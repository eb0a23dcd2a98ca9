//! A Pod's quality of service class, from its requests and limits (`pkg/apis/core/v1/helper/qos`).

use crate::value::Value;

/// `Guaranteed` where every container limits cpu and memory and requests as much, `BestEffort` where nothing is requested or
/// limited, `Burstable` else.
pub fn class(spec: &Value) -> &'static str {
    let containers: Vec<&Value> = spec.get("initContainers").items().iter().chain(spec.get("containers").items()).collect();
    let counted = |resources: &Value, list: &str| -> Vec<(String, Value)> {
        resources
            .get(list)
            .fields()
            .iter()
            .filter(|(name, value)| matches!(name.as_str(), "cpu" | "memory") && !is_zero(value))
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect()
    };
    let pod_level = spec.get("resources");
    let sources: Vec<&Value> = if ["requests", "limits"].iter().any(|list| !counted(pod_level, list).is_empty()) {
        vec![pod_level]
    } else {
        containers.iter().map(|container| container.get("resources")).collect()
    };
    if sources.iter().all(|resources| counted(resources, "requests").is_empty() && counted(resources, "limits").is_empty()) {
        return "BestEffort";
    }
    let guaranteed = sources.iter().all(|resources| {
        let (requests, limits) = (counted(resources, "requests"), counted(resources, "limits"));
        limits.len() == 2 && (requests.is_empty() || requests == limits)
    });
    if guaranteed { "Guaranteed" } else { "Burstable" }
}

fn is_zero(quantity: &Value) -> bool {
    match quantity {
        Value::String(text) => text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic()).parse::<f64>() == Ok(0.0),
        other => other.as_f64() == Some(0.0),
    }
}
