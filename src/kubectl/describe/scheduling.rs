//! PriorityClasses and PodDisruptionBudgets.

use super::Context;
use super::text::{Text, flag, go, number, or};
use crate::api::kinds::cells;
use crate::api::meta;
use crate::value::Value;

/// A PriorityClass.
pub async fn priority_class(context: &Context<'_>, text: &mut Text, object: &Value) {
    text.field(0, "Name", meta::name(object));
    text.field(0, "Value", go(object.get("value")));
    text.field(0, "GlobalDefault", flag(object.get("globalDefault")).to_string());
    text.field(0, "PreemptionPolicy", object.get("preemptionPolicy").str());
    text.field(0, "Description", object.get("description").str());
    text.line(0, format!("Annotations:\t{}", cells::label_map(object.path("metadata.annotations")).str()));
    text.line(0, "");
    context.events(text, object).await;
}

/// A PodDisruptionBudget.
pub async fn pod_disruption_budget(context: &Context<'_>, text: &mut Text, object: &Value) {
    let (spec, status) = (object.get("spec"), object.get("status"));
    text.field(0, "Name", meta::name(object));
    text.field(0, "Namespace", meta::namespace(object));
    if !spec.get("minAvailable").is_null() {
        text.field(0, "Min available", go(spec.get("minAvailable")));
    } else if !spec.get("maxUnavailable").is_null() {
        text.field(0, "Max unavailable", go(spec.get("maxUnavailable")));
    }
    let selector = cells::selector(spec.get("selector"));
    text.field(0, "Selector", or(&selector, "<unset>").replace("<none>", if spec.get("selector").is_null() { "<unset>" } else { "<none>" }));
    text.line(0, "Status:");
    text.field(2, "Allowed disruptions", number(status.get("disruptionsAllowed")).to_string());
    text.field(2, "Current", number(status.get("currentHealthy")).to_string());
    text.field(2, "Desired", number(status.get("desiredHealthy")).to_string());
    text.field(2, "Total", number(status.get("expectedPods")).to_string());
    context.events(text, object).await;
}
