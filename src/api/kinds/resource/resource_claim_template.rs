//! ResourceClaimTemplates.

use super::super::rules;
use super::claims;
use crate::api::field_error::FieldError;
use crate::api::strategy::Strategy;
use crate::value::Value;

/// The rules of ResourceClaimTemplates.
pub struct ResourceClaimTemplateStrategy;

impl Strategy for ResourceClaimTemplateStrategy {
    fn default(&self, template: &mut Value) {
        claims::default_spec(template.path_mut("spec.spec"));
    }

    fn prepare_for_create(&self, _template: &mut Value) {}

    fn validate(&self, template: &Value) -> Vec<FieldError> {
        claims::validate_spec(template.path("spec.spec"), "spec.spec")
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = rules::immutable(new, old, "spec");
        errors.extend(self.validate(new));
        errors
    }
}
