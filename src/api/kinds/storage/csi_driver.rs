//! CSIDrivers.

use super::super::cells;
use crate::api::field_error::FieldError;
use crate::api::strategy::{Column, Strategy};
use crate::value::{Value, json};

/// The rules of CSIDrivers.
pub struct CsiDriverStrategy;

const GROUP_POLICIES: [&str; 3] = ["File", "None", "ReadWriteOnceWithFSType"];
/// The time for which a token is asked if nothing else is said.
const TOKEN_SECONDS: i64 = 3600;

impl Strategy for CsiDriverStrategy {
    fn default(&self, driver: &mut Value) {
        let spec = driver.get_mut("spec");
        spec.set_default("attachRequired", true);
        for field in ["podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"] {
            spec.set_default(field, false);
        }
        spec.set_default("fsGroupPolicy", "ReadWriteOnceWithFSType");
        if spec.get("volumeLifecycleModes").is_empty() {
            spec.set("volumeLifecycleModes", json!(["Persistent"]));
        }
    }

    fn prepare_for_create(&self, _driver: &mut Value) {}

    fn validate(&self, driver: &Value) -> Vec<FieldError> {
        let spec = driver.get("spec");
        let mut errors = Vec::new();
        let policy = spec.get("fsGroupPolicy");
        if !GROUP_POLICIES.contains(&policy.str()) {
            errors.push(FieldError::not_supported("spec.fsGroupPolicy", policy, &GROUP_POLICIES));
        }
        let requests = spec.get("tokenRequests").items();
        for (index, request) in requests.iter().enumerate() {
            let here = format!("spec.tokenRequests[{index}]");
            if requests[..index].iter().any(|other| other.get("audience") == request.get("audience")) {
                errors.push(FieldError::duplicate(format!("{here}.audience"), request.get("audience")));
                continue;
            }
            if request.get("expirationSeconds").as_i64().unwrap_or(TOKEN_SECONDS) < 600 {
                errors.push(FieldError::invalid(
                    format!("{here}.expirationSeconds"),
                    request.get("expirationSeconds"),
                    "may not specify a duration less than 10 minutes",
                ));
            }
        }
        for mode in spec.get("volumeLifecycleModes").items() {
            if !["Persistent", "Ephemeral"].contains(&mode.str()) {
                errors.push(FieldError::not_supported("spec.volumeLifecycleModes", mode, &["Persistent", "Ephemeral"]));
            }
        }
        errors
    }

    fn columns(&self) -> Vec<Column> {
        let names = ["Name", "AttachRequired", "PodInfoOnMount", "StorageCapacity", "TokenRequests", "RequiresRepublish", "Modes", "Age"];
        cells::columns(&names, &[])
    }

    fn row(&self, driver: &Value, now_ms: u64) -> Vec<Value> {
        let spec = driver.get("spec");
        let flag = |field: &str, default: bool| Value::from(spec.get(field).as_bool().unwrap_or(default));
        let audiences: Vec<&str> = spec.get("tokenRequests").items().iter().map(|request| request.get("audience").str()).collect();
        let modes: Vec<&str> = spec.get("volumeLifecycleModes").items().iter().map(Value::str).collect();
        vec![
            cells::name(driver),
            flag("attachRequired", true),
            flag("podInfoOnMount", false),
            flag("storageCapacity", false),
            if spec.get("tokenRequests").is_null() { "<unset>".into() } else { audiences.join(",").into() },
            flag("requiresRepublish", false),
            cells::none_if_empty(modes.join(",")),
            cells::age(driver, now_ms),
        ]
    }
}
