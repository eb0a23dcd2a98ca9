//! Objects of kinds that CustomResourceDefinitions define (`k8s.io/apiextensions-apiserver`).

pub(super) mod definition;
mod json_path;
mod pruning;
mod regular_expression;
mod strategy;
#[cfg(test)]
mod tests;
mod validation;

use super::decode::Decoder;
use crate::api::strategy::Kind;
use crate::value::Value;

/// An object with the fields that its schema has, and the defaults it gives; unknown fields are noted.
pub(super) fn decode(kind: &Kind, version: &str, body: &Value, decoder: &mut Decoder) -> Value {
    let schema = kind.strategy.custom_schema(version);
    let mut object = body.clone();
    if schema.is_object() {
        pruning::prune(&mut object, &schema, decoder);
        pruning::give_defaults(&mut object, &schema);
    }
    object
}
