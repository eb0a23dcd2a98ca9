//! Namespaces.

use super::super::cells;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy, keep};
use crate::api::{meta, names};
use crate::value::{Value, json};

/// The rules of Namespaces.
pub struct NamespaceStrategy;

const NAME_LABEL: &str = "kubernetes.io/metadata.name";
const FINALIZER: &str = "kubernetes";

impl Strategy for NamespaceStrategy {
    fn default(&self, namespace: &mut Value) {
        let name = meta::name(namespace).to_string();
        if !name.is_empty() {
            namespace.path_mut("metadata.labels").fields_mut().insert(NAME_LABEL, name);
        }
    }

    fn prepare_for_create(&self, namespace: &mut Value) {
        namespace.set("status", json!({"phase": "Active"}));
        let finalizers = namespace.path_mut("spec.finalizers").items_mut();
        if !finalizers.iter().any(|finalizer| finalizer.str() == FINALIZER) {
            finalizers.push(FINALIZER.into());
        }
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        for field in ["spec", "status"] {
            keep(new, old, field);
        }
    }

    fn validate(&self, namespace: &Value) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for finalizer in namespace.path("spec.finalizers").items() {
            errors.extend(names::qualified_name(finalizer.str()).into_iter().map(|rule| FieldError::invalid("spec.finalizers", finalizer, rule)));
            if !finalizer.str().contains('/') && finalizer.str() != FINALIZER {
                let why = "name is neither a standard finalizer name nor is it fully qualified";
                errors.push(FieldError::invalid("spec.finalizers", finalizer, why));
            }
        }
        errors
    }

    fn validate_name(&self, name: &str) -> Vec<String> {
        names::dns1123_label(name)
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Status", "Age"], &[])
    }

    fn row(&self, namespace: &Value, now_ms: u64) -> Vec<Value> {
        vec![cells::name(namespace), namespace.path("status.phase").clone(), cells::age(namespace, now_ms)]
    }

    fn selectable_fields(&self, namespace: &Value) -> Vec<(&'static str, String)> {
        vec![("status.phase", namespace.path("status.phase").str().to_string())]
    }
}
