//! PodDisruptionBudgets and PriorityClasses.

use super::text::{Text, plain};
use crate::api::meta;
use crate::kubectl::pods::selector_text;
use crate::value::Value;

pub(super) fn describe(kind: &str, object: &Value, text: &mut Text) {
    if kind == "PriorityClass" { priority_class(object, text) } else { budget(object, text) }
}

fn budget(object: &Value, text: &mut Text) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    if !spec.get("minAvailable").is_null() {
        text.field(0, "Min available", plain(spec.get("minAvailable")));
    } else if !spec.get("maxUnavailable").is_null() {
        text.field(0, "Max unavailable", plain(spec.get("maxUnavailable")));
    }
    let selector = if spec.get("selector").is_null() { "<unset>".to_string() } else { selector_text(spec.get("selector")) };
    text.field(0, "Selector", selector);
    text.line(0, "Status:");
    for (field, title) in
        [("disruptionsAllowed", "Allowed disruptions"), ("currentHealthy", "Current"), ("desiredHealthy", "Desired"), ("expectedPods", "Total")]
    {
        text.field(2, title, status.get(field).as_i64().unwrap_or(0).to_string());
    }
}

fn priority_class(object: &Value, text: &mut Text) {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Value", plain(object.get("value")));
    text.field(0, "GlobalDefault", if object.get("globalDefault").as_bool() == Some(true) { "true" } else { "false" });
    let policy = object.get("preemptionPolicy").str();
    text.field(0, "PreemptionPolicy", if policy.is_empty() { "<unset>" } else { policy });
    text.field(0, "Description", object.get("description").str());
    text.field(0, "Annotations", super::storage::all_annotations(object.path("metadata.annotations").fields()));
}
