//! IPAddresses: which Service has which address.

use super::super::{cells, rules};
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::Value;

/// The rules of IPAddresses.
pub struct IpAddressStrategy;

impl Strategy for IpAddressStrategy {
    fn prepare_for_create(&self, _address: &mut Value) {}

    fn validate(&self, address: &Value) -> Vec<FieldError> {
        let parent = address.path("spec.parentRef");
        if parent.is_empty() {
            return vec![FieldError::required("spec.parentRef", "")];
        }
        let missing = ["resource", "name"].into_iter().filter(|name| parent.get(name).is_empty());
        missing.map(|name| FieldError::required(format!("spec.parentRef.{name}"), "")).collect()
    }

    fn validate_update(&self, new: &Value, old: &Value) -> Vec<FieldError> {
        let mut errors = self.validate(new);
        errors.extend(rules::immutable(new, old, "spec.parentRef"));
        errors
    }

    fn validate_name(&self, name: &str) -> Vec<String> {
        match name.parse::<std::net::IpAddr>() {
            Ok(address) if address.to_string() == name => Vec::new(),
            Ok(address) => vec![format!("must be in canonical form (\"{address}\")")],
            Err(_) => vec!["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".into()],
        }
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "ParentRef"], &[])
    }

    fn row(&self, address: &Value, _now_ms: u64) -> Vec<Value> {
        let parent = address.path("spec.parentRef");
        let mut text = parent.get("resource").str().to_string();
        if !parent.get("group").is_empty() {
            text = format!("{text}.{}", parent.get("group").str());
        }
        for field in ["namespace", "name"].into_iter().filter(|field| !parent.get(field).is_empty()) {
            text = format!("{text}/{}", parent.get(field).str());
        }
        vec![cells::name(address), text.into()]
    }

    fn selectable_fields(&self, address: &Value) -> Vec<(&'static str, String)> {
        ["spec.parentRef.name", "spec.parentRef.namespace", "spec.parentRef.resource"].map(|field| (field, address.path(field).str().to_string())).to_vec()
    }
}
