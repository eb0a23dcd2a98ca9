//! The annotation in which `kubectl apply` remembers what was applied (`k8s.io/kubectl/pkg/util/apply.go`).

use crate::manifest::write_json_compact;
use crate::value::Value;

/// Its name.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What was applied last; `None` where nothing is remembered.
pub fn original_of(object: &Value) -> Option<Value> {
    let text = object.path("metadata.annotations").get(LAST_APPLIED).as_str()?;
    Value::from_json(text).ok()
}

/// The object with the annotation that remembers it.
pub fn annotated(object: &Value) -> Value {
    let mut object = object.clone();
    // kubectl reads the annotations as texts, in which nothing is an empty one.
    for (_, value) in object.path_mut("metadata.annotations").fields_mut().iter_mut().filter(|(_, value)| value.is_null()) {
        *value = "".into();
    }
    object.path_mut("metadata.annotations").fields_mut().remove(LAST_APPLIED);
    let remembered = write_json_compact(&object) + "\n";
    object.path_mut("metadata.annotations").fields_mut().insert(LAST_APPLIED, remembered);
    object
}
