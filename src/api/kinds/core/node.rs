//! Nodes.

use super::super::{cells, rules};
use crate::api::field_error::{ErrorType, FieldError};
use crate::api::names;
use crate::api::strategy::{Column, Strategy, keep};
use crate::value::{Sort, Value};

/// The rules of Nodes.
pub struct NodeStrategy;

const ROLE_PREFIX: &str = "node-role.kubernetes.io/";
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

impl Strategy for NodeStrategy {
    fn default(&self, node: &mut Value) {
        let capacity = node.path("status.capacity").clone();
        if !capacity.is_null() {
            node.set_default("status.allocatable", capacity);
        }
    }

    /// `podCIDR` is the first of `podCIDRs`, and the one that counts where both are written.
    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        keep(new, old, "status");
        let range = new.path("spec.podCIDR").clone();
        if !range.is_empty() && new.path("spec.podCIDRs").items().first() != Some(&range) {
            new.set("spec.podCIDRs", Value::array(vec![range]));
        }
    }

    /// A kubelet brings its status along when it registers.
    fn prepare_for_create(&self, _node: &mut Value) {}

    fn validate(&self, node: &Value) -> Vec<FieldError> {
        let mut errors = taints(node.path("spec.taints").items());
        let ranges = node.path("spec.podCIDRs");
        let ranges = if ranges.is_empty() { std::slice::from_ref(node.path("spec.podCIDR")) } else { ranges.items() };
        for (index, range) in ranges.iter().enumerate().filter(|(_, range)| !range.is_empty()) {
            errors.extend(rules::cidr(range, &format!("spec.podCIDRs[{index}]")));
            if rules::has_bits_beyond_prefix(range.str()) {
                errors.push(FieldError::invalid(format!("spec.podCIDRs[{index}]"), range, "must not have bits set beyond the prefix length"));
            }
        }
        errors
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        let (before, after) = (old.get("spec"), new.get("spec"));
        if !before.get("podCIDRs").is_empty() && before.get("podCIDRs") != after.get("podCIDRs") {
            errors.push(FieldError::forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid"));
        }
        if !before.get("providerID").is_empty() && before.get("providerID") != after.get("providerID") {
            errors.push(FieldError::forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"));
        }
        errors
    }

    fn columns(&self) -> Vec<Column> {
        let wide = ["Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"];
        cells::columns(&["Name", "Status", "Roles", "Age", "Version"], &wide)
    }

    fn row(&self, node: &Value, now_ms: u64) -> Vec<Value> {
        let info = node.path("status.nodeInfo");
        let kernel = match (info.get("kernelVersion").str(), info.get("architecture").str()) {
            ("", _) => "<unknown>".to_string(),
            (kernel, "") => kernel.to_string(),
            (kernel, architecture) => format!("{kernel} ({architecture})"),
        };
        vec![
            cells::name(node),
            status(node).into(),
            roles(node),
            cells::age(node, now_ms),
            cells::or(info.get("kubeletVersion"), ""),
            address(node, "InternalIP"),
            address(node, "ExternalIP"),
            cells::or(info.get("osImage"), "<unknown>"),
            kernel.into(),
            cells::or(info.get("containerRuntimeVersion"), "<unknown>"),
        ]
    }

    fn selectable_fields(&self, node: &Value) -> Vec<(&'static str, String)> {
        let unschedulable = node.path("spec.unschedulable").as_bool().unwrap_or(false);
        vec![("spec.unschedulable", unschedulable.to_string())]
    }
}

fn status(node: &Value) -> String {
    let ready = crate::api::meta::condition(node, "Ready");
    let mut text = match ready.get("status").str() {
        "" => "Unknown",
        "True" => "Ready",
        _ => "NotReady",
    }
    .to_string();
    if node.path("spec.unschedulable").as_bool() == Some(true) {
        text.push_str(",SchedulingDisabled");
    }
    text
}

/// `node-role.kubernetes.io/NAME` and `kubernetes.io/role: NAME` (`findNodeRoles`).
fn roles(node: &Value) -> Value {
    let mut roles: Vec<&str> = Vec::new();
    for (key, value) in node.path("metadata.labels").fields().iter() {
        if let Some(role) = key.strip_prefix(ROLE_PREFIX).filter(|role| !role.is_empty()) {
            roles.push(role);
        } else if key == "kubernetes.io/role" && !value.is_empty() {
            roles.push(value.str());
        }
    }
    roles.order();
    roles.dedup();
    cells::none_if_empty(roles.join(","))
}

fn address(node: &Value, type_: &str) -> Value {
    let found = node.path("status.addresses").items().iter().find(|address| address.get("type").str() == type_);
    found.map_or_else(|| "<none>".into(), |address| address.get("address").clone())
}

/// Upstream says `metadata.taints` where it means `spec.taints`.
fn taints(taints: &[Value]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, taint) in taints.iter().enumerate() {
        let here = format!("metadata.taints[{index}]");
        errors.extend(rules::follows(taint.get("key"), &format!("{here}.key"), names::qualified_name));
        errors.extend(rules::follows(taint.get("value"), &format!("{here}.value"), names::label_value));
        errors.extend(rules::one_of(taint.get("effect"), &format!("{here}.effect"), &EFFECTS));
        let is_same = |other: &&Value| other.get("key") == taint.get("key") && other.get("effect") == taint.get("effect");
        if taints[..index].iter().any(|other| is_same(&other)) && !taint.get("effect").is_empty() {
            let text = |field: &str| Value::from(taint.get(field).str());
            let shown =
                format!("{{\"Key\":{},\"Value\":{},\"Effect\":{},\"TimeAdded\":{}}}", text("key"), text("value"), text("effect"), taint.get("timeAdded"));
            errors.push(FieldError { type_: ErrorType::Duplicate, field: here, shown, detail: "taints must be unique by key and effect pair".into() });
        }
    }
    errors
}
