//! The claims of a StatefulSet's pods: made before the pod, and kept or deleted with pod and set as `persistentVolumeClaimRetentionPolicy` says.

use super::pod;
use crate::api::meta;
use crate::api::resource::PERSISTENT_VOLUME_CLAIMS;
use crate::api::status::Status;
use crate::controllers::controller::{Context, retry};
use crate::value::{Value, json};

/// Makes the claims of a pod that aren't there (`createPersistentVolumeClaims`).
///
/// # Errors
/// The server's refusal, which was published; or a claim that is being deleted, for whose end the pod waits.
pub(super) fn create_claims(context: &mut Context, set: &Value, pod: &Value) -> Result<(), Status> {
    for (_, claim) in pod::claims(set, pod) {
        let name = meta::name(&claim).to_string();
        match context.store().get(&PERSISTENT_VOLUME_CLAIMS, meta::namespace(set), &name) {
            Some(found) if meta::is_being_deleted(found) => return Err(retry(format!("pvc {name} is being deleted"))),
            Some(_) => {}
            None => {
                let result = context.client.create(&PERSISTENT_VOLUME_CLAIMS, meta::namespace(set), claim);
                let subject = format!("Create Claim {name} Pod {} in StatefulSet {}", meta::name(pod), meta::name(set));
                match result {
                    Ok(_) => context.event(set, "Normal", "SuccessfulCreate", &format!("{subject} success")),
                    Err(status) => {
                        context.event(set, "Warning", "FailedCreate", &format!("{subject} failed error: {}", status.message));
                        return Err(status);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Makes the owners of the pod's claims what the policy says: the set, where they go with it.
pub(super) fn fix(context: &mut Context, set: &Value, pod: &Value) -> Result<(), Status> {
    let goes_with_set = set.path("spec.persistentVolumeClaimRetentionPolicy.whenDeleted").str() == "Delete";
    set_owners(context, set, pod, goes_with_set.then_some(set), &[meta::uid(set), meta::uid(pod)])
}

/// Makes the owners of condemned pods' claims what the policy says: the pod, where they go with it.
pub(super) fn fix_condemned(context: &mut Context, set: &Value, condemned: &[Value]) -> Result<(), Status> {
    let policy = set.path("spec.persistentVolumeClaimRetentionPolicy");
    for pod in condemned {
        let owner = match (policy.get("whenScaled").str(), policy.get("whenDeleted").str()) {
            ("Delete", _) => Some(pod),
            (_, "Delete") => Some(set),
            _ => None,
        };
        set_owners(context, set, pod, owner, &[meta::uid(set), meta::uid(pod)])?;
    }
    Ok(())
}

fn set_owners(context: &mut Context, set: &Value, pod: &Value, owner: Option<&Value>, ours: &[&str]) -> Result<(), Status> {
    for (_, claim) in pod::claims(set, pod) {
        let Some(found) = context.store().get(&PERSISTENT_VOLUME_CLAIMS, meta::namespace(set), meta::name(&claim)).cloned() else { continue };
        let references = found.path("metadata.ownerReferences").items();
        let mut wanted: Vec<Value> = references.iter().filter(|reference| !ours.contains(&reference.get("uid").str())).cloned().collect();
        if let Some(owner) = owner {
            let api_version = if meta::uid(owner) == meta::uid(set) { "apps/v1" } else { "v1" };
            let kind = if meta::uid(owner) == meta::uid(set) { "StatefulSet" } else { "Pod" };
            wanted.push(json!({"apiVersion": api_version, "kind": kind, "name": meta::name(owner), "uid": meta::uid(owner)}));
        }
        if wanted != references {
            let mut updated = found.clone();
            if wanted.is_empty() {
                updated.remove("metadata.ownerReferences");
            } else {
                updated.set("metadata.ownerReferences", Value::array(wanted));
            }
            context.client.update(&PERSISTENT_VOLUME_CLAIMS, updated)?;
        }
    }
    Ok(())
}
