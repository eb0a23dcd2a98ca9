//! A new node takes no pods before it is ready (`plugin/pkg/admission/nodetaint`).

use super::Attributes;
use crate::api::resource::NODES;
use crate::value::json;

const NOT_READY: &str = "node.kubernetes.io/not-ready";

pub(super) fn admit(attributes: &mut Attributes) {
    if !attributes.creates(&NODES) {
        return;
    }
    let is_tainted = |taint: &crate::value::Value| taint.get("key").str() == NOT_READY && taint.get("effect").str() == "NoSchedule";
    if !attributes.object.path("spec.taints").items().iter().any(is_tainted) {
        attributes.object.push("spec.taints", json!({"key": NOT_READY, "effect": "NoSchedule"}));
    }
}
