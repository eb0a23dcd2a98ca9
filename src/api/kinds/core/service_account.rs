//! ServiceAccounts.

use crate::api::meta;
use crate::api::strategy::Strategy;
use crate::value::Value;

/// The rules of ServiceAccounts.
pub struct ServiceAccountStrategy;

const ENFORCE_MOUNTABLE: &str = "kubernetes.io/enforce-mountable-secrets";

impl Strategy for ServiceAccountStrategy {
    fn prepare_for_create(&self, _account: &mut Value) {}

    fn warnings(&self, account: &Value, old: Option<&Value>) -> Vec<String> {
        let has = |account: &Value| !meta::annotation(account, ENFORCE_MOUNTABLE).is_empty();
        if !has(account) || old.is_some_and(has) {
            return Vec::new();
        }
        let hint = "prefer separate namespaces to isolate access to mounted secrets";
        vec![format!("metadata.annotations[{ENFORCE_MOUNTABLE}]: deprecated in v1.32+; {hint}")]
    }
}
