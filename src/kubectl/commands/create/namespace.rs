//! `kubectl create namespace` and `kubectl create serviceaccount`.

use super::{create_generated, generator_flags, one_name};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::value::json;

/// `create namespace`.
pub const NAMESPACE: Entry =
    Entry { path: "create namespace", aliases: &["ns"], flags: generator_flags, run: Some(|invocation| Box::pin(namespace(invocation))) };

/// `create serviceaccount`.
pub const SERVICE_ACCOUNT: Entry =
    Entry { path: "create serviceaccount", aliases: &["sa"], flags: generator_flags, run: Some(|invocation| Box::pin(service_account(invocation))) };

async fn namespace(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {}, "status": {}});
    create_generated(&invocation, object, "").await
}

async fn service_account(invocation: Invocation) -> Result<(), Failure> {
    let name = one_name(&invocation)?;
    let object = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}});
    create_generated(&invocation, object, "create serviceaccount").await
}
