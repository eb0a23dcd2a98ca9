//! APIServices: who answers for which group and version.

use super::super::cells;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::api::{meta, names};
use crate::value::Value;

/// The rules of APIServices.
pub struct ApiServiceStrategy;

const HTTPS_PORT: i64 = 443;

impl Strategy for ApiServiceStrategy {
    fn default(&self, service: &mut Value) {
        if service.path("spec.service").is_object() {
            service.set_default("spec.service.port", HTTPS_PORT);
        }
    }

    fn prepare_for_create(&self, service: &mut Value) {
        service.set("status", Value::object());
    }

    fn validate(&self, service: &Value) -> Vec<FieldError> {
        let spec = service.get("spec");
        let (group, version) = (spec.get("group").str(), spec.get("version").str());
        let name = format!("{version}.{group}");
        let mut errors = Vec::new();
        if meta::name(service) != name {
            let why = format!("must be `spec.version+\".\"+spec.group`: \"{name}\"");
            errors.push(FieldError::invalid("metadata.name", &meta::name(service).into(), why));
        }
        if group.is_empty() && version != "v1" {
            errors.push(FieldError::required("spec.group", "only v1 may have an empty group and it better be legacy kube"));
        }
        errors.extend(names::dns1035_label(version).into_iter().map(|rule| FieldError::invalid("spec.version", &version.into(), rule)));
        for (field, high) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1000)] {
            let number = spec.get(field).as_i64().unwrap_or(0);
            if number <= 0 || number > high {
                errors.push(FieldError::invalid(format!("spec.{field}"), &number.into(), format!("must be positive and less than {high}")));
            }
        }
        let backend = spec.get("service");
        if !backend.is_null() {
            for field in ["namespace", "name"].into_iter().filter(|field| backend.get(field).is_empty()) {
                errors.push(FieldError::required(format!("spec.service.{field}"), ""));
            }
        }
        errors
    }

    fn validate_name(&self, name: &str) -> Vec<String> {
        names::path_segment(name)
    }

    fn columns(&self) -> Vec<Column> {
        cells::columns(&["Name", "Service", "Available", "Age"], &[])
    }

    fn row(&self, service: &Value, now_ms: u64) -> Vec<Value> {
        let backend = service.path("spec.service");
        let text = if backend.is_null() { "Local".to_string() } else { format!("{}/{}", backend.get("namespace").str(), backend.get("name").str()) };
        let condition = meta::condition(service, "Available");
        let available = match condition.get("status").str() {
            "" => "Unknown".to_string(),
            "True" => "True".to_string(),
            status => format!("{status} ({})", condition.get("reason").str()),
        };
        vec![cells::name(service), text.into(), available.into(), cells::age(service, now_ms)]
    }
}
