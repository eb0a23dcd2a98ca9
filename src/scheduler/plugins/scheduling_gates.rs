//! Holds pods back whose `spec.schedulingGates` aren't empty.

use crate::value::Value;

/// Whether a pod may be scheduled at all.
pub fn is_gated(pod: &Value) -> bool {
    !pod.path("spec.schedulingGates").is_empty()
}
