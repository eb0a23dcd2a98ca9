//! Templates of Pods (`DescribePodTemplate`).

use super::text::Text;
use super::{containers, volumes};
use crate::value::Value;

/// Writes a template under its heading.
pub fn write(text: &mut Text, template: &Value) {
    text.line(0, "Pod Template:");
    if template.is_null() {
        text.line(1, "<unset>");
        return;
    }
    text.labels(1, "Labels", template.path("metadata.labels"));
    if !template.path("metadata.annotations").is_empty() {
        text.labels(1, "Annotations", template.path("metadata.annotations"));
    }
    let spec = template.get("spec");
    if !spec.get("serviceAccountName").is_empty() {
        text.field(1, "Service Account", spec.get("serviceAccountName").str());
    }
    if !spec.get("initContainers").is_empty() {
        containers::write(text, "Init Containers", spec.get("initContainers"), &Value::Null, &Value::Null, "  ");
    }
    containers::write(text, "Containers", spec.get("containers"), &Value::Null, &Value::Null, "  ");
    volumes::write(text, spec.get("volumes"), "  ");
    containers::spread(text, "  ", spec.get("topologySpreadConstraints"));
    if !spec.get("priorityClassName").is_empty() {
        text.field(1, "Priority Class Name", spec.get("priorityClassName").str());
    }
    text.labels(1, "Node-Selectors", spec.get("nodeSelector"));
    containers::tolerations(text, "  ", spec.get("tolerations"));
}
