//! DeviceClasses.

use super::claims;
use crate::api::field_error::FieldError;
use crate::api::strategy::Strategy;
use crate::value::Value;

/// The rules of DeviceClasses.
pub struct DeviceClassStrategy;

impl Strategy for DeviceClassStrategy {
    fn prepare_for_create(&self, _class: &mut Value) {}

    fn validate(&self, class: &Value) -> Vec<FieldError> {
        let spec = class.get("spec");
        let mut errors = claims::selectors(spec.get("selectors").items(), "spec.selectors");
        for (index, config) in spec.get("config").items().iter().enumerate() {
            if config.get("opaque").is_null() {
                errors.push(FieldError::required(format!("spec.config[{index}].opaque"), ""));
            }
        }
        errors
    }

    fn has_generation(&self) -> bool {
        true
    }
}
