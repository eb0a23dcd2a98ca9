//! `kubectl set serviceaccount`, `selector` and `subject`.

use super::{change_all, common_flags, pod_spec_path};
use crate::kubectl::entry::{Entry, Invocation};
use crate::kubectl::failure::Failure;
use crate::kubectl::flags::Flag;
use crate::value::{SmolStr, Value, json};

/// `set serviceaccount`.
pub const SERVICE_ACCOUNT: Entry =
    Entry { path: "set serviceaccount", aliases: &["sa"], flags: common_flags, run: Some(|invocation| Box::pin(service_account(invocation))) };

/// `set selector`.
pub const SELECTOR: Entry = Entry { path: "set selector", aliases: &[], flags: selector_flags, run: Some(|invocation| Box::pin(selector(invocation))) };

/// `set subject`.
pub const SUBJECT: Entry = Entry { path: "set subject", aliases: &[], flags: subject_flags, run: Some(|invocation| Box::pin(subject(invocation))) };

fn selector_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::text("resource-version")];
    flags.extend(common_flags());
    flags
}

fn subject_flags() -> Vec<Flag> {
    let mut flags = vec![Flag::array("group"), Flag::array("serviceaccount"), Flag::array("user")];
    flags.extend(common_flags());
    flags
}

async fn service_account(invocation: Invocation) -> Result<(), Failure> {
    let Some((name, named)) = invocation.arguments.split_last() else {
        return Err(Failure::text("serviceaccount is required"));
    };
    change_all(&invocation, named, "failed to patch ServiceAccountName ", "serviceaccount updated", &|info, object| {
        let spec = pod_spec_path(&info.mapping.kind.kind).ok_or_else(|| Failure::text("the object is not a pod or does not have a pod template"))?;
        object.set(&format!("{spec}.serviceAccountName"), name.as_str());
        Ok(())
    })
    .await
}

async fn selector(invocation: Invocation) -> Result<(), Failure> {
    let Some((text, named)) = invocation.arguments.split_last() else {
        return Err(Failure::text("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    };
    let mut labels = Value::object();
    for pair in text.split(',') {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(Failure::text(format!("invalid selector: {pair:?}: only key=value is possible")));
        };
        labels.fields_mut().insert(SmolStr::new(key.trim_end_matches('=')), value.trim_start_matches('='));
    }
    change_all(&invocation, named, "failed to patch selector: ", "selector updated", &|info, object| {
        if info.mapping.kind.kind != "Service" {
            return Err(Failure::text("setting a selector is only supported for Services"));
        }
        object.set("spec.selector", &labels);
        Ok(())
    })
    .await
}

async fn subject(invocation: Invocation) -> Result<(), Failure> {
    let mut subjects: Vec<Value> = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        subjects.extend(invocation.flags.list(flag).iter().map(|name| json!({"kind": kind, "apiGroup": "rbac.authorization.k8s.io", "name": name})));
    }
    for text in invocation.flags.list("serviceaccount") {
        let Some((namespace, name)) = text.split_once(':') else {
            return Err(Failure::text("serviceaccount must be <namespace>:<name>"));
        };
        subjects.push(json!({"kind": "ServiceAccount", "namespace": namespace, "name": name}));
    }
    if subjects.is_empty() {
        return Err(Failure::text("you must specify at least one value of user, group or serviceaccount"));
    }
    change_all(&invocation, &invocation.arguments, "failed to patch subjects to rolebinding: ", "subjects updated", &|info, object| {
        if !info.mapping.kind.kind.ends_with("RoleBinding") {
            return Err(Failure::text("setting subjects is only supported for RoleBinding/ClusterRoleBinding"));
        }
        let known = object.path_mut("subjects").items_mut();
        known.extend(subjects.iter().filter(|subject| !known.contains(subject)).cloned().collect::<Vec<_>>());
        Ok(())
    })
    .await
}
