//! Pods stay five minutes on a node that is gone (`plugin/pkg/admission/defaulttolerationseconds`).

use super::{Attributes, Operation};
use crate::api::resource::PODS;
use crate::value::json;

const SECONDS: i64 = 300;

pub(super) fn admit(attributes: &mut Attributes) {
    if !attributes.is(&PODS) || attributes.operation == Operation::Delete {
        return;
    }
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let is_tolerated = attributes
            .object
            .path("spec.tolerations")
            .items()
            .iter()
            .any(|toleration| [key, ""].contains(&toleration.get("key").str()) && ["NoExecute", ""].contains(&toleration.get("effect").str()));
        if !is_tolerated {
            attributes.object.push("spec.tolerations", json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": SECONDS}));
        }
    }
}
