//! The four writes that bind a claim to a volume (`bind`): the volume names the claim, is Bound, the claim names the volume, is Bound.

use super::{BIND_COMPLETED, BOUND_BY_CONTROLLER, is_bound_to};
use crate::api::meta;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES};
use crate::api::status::Status;
use crate::controllers::controller::Context;
use crate::value::Value;

pub(super) fn bind(context: &mut Context, volume: Value, claim: Value) -> Result<(), Status> {
    let volume = bind_volume(context, volume, &claim)?;
    let volume = set_volume_phase(context, volume, "Bound", "")?;
    let claim = bind_claim(context, claim, &volume)?;
    set_claim_phase(context, claim, "Bound", Some(&volume)).map(|_| ())
}

fn bind_volume(context: &mut Context, volume: Value, claim: &Value) -> Result<Value, Status> {
    let mut bound = volume.clone();
    if bound.path("spec.claimRef").is_empty() || !is_bound_to(&bound, claim) {
        meta::set_annotation(&mut bound, BOUND_BY_CONTROLLER, "yes");
    }
    if bound.path("spec.claimRef.uid").str() != meta::uid(claim) {
        bound.set("spec.claimRef", meta::object_reference(claim));
    }
    if bound == volume { Ok(volume) } else { context.client.update(&PERSISTENT_VOLUMES, bound) }
}

fn bind_claim(context: &mut Context, claim: Value, volume: &Value) -> Result<Value, Status> {
    let mut bound = claim.clone();
    if bound.path("spec.volumeName").str() != meta::name(volume) {
        bound.set("spec.volumeName", meta::name(volume));
        meta::set_annotation(&mut bound, BOUND_BY_CONTROLLER, "yes");
    }
    meta::set_annotation(&mut bound, BIND_COMPLETED, "yes");
    if bound == claim { Ok(claim) } else { context.client.update(&PERSISTENT_VOLUME_CLAIMS, bound) }
}

/// Writes the phase of a claim; a bound one has the modes and the size of its volume.
pub(super) fn set_claim_phase(context: &mut Context, claim: Value, phase: &str, volume: Option<&Value>) -> Result<Value, Status> {
    let mut updated = claim.clone();
    updated.set("status.phase", phase);
    match volume {
        Some(volume) => {
            updated.set("status.accessModes", volume.path("spec.accessModes").clone());
            let is_first = claim.path("status.phase").str() != "Bound";
            if is_first || claim.path("status.capacity").is_empty() {
                updated.set("status.capacity", volume.path("spec.capacity").clone());
            }
        }
        None => {
            updated.remove("status.accessModes");
            updated.remove("status.capacity");
        }
    }
    if updated == claim { Ok(claim) } else { context.client.update_status(&PERSISTENT_VOLUME_CLAIMS, updated) }
}

/// Writes the phase of a volume, and why.
pub(super) fn set_volume_phase(context: &mut Context, volume: Value, phase: &str, message: &str) -> Result<Value, Status> {
    if volume.path("status.phase").str() == phase {
        return Ok(volume);
    }
    let mut updated = volume;
    updated.set("status.phase", phase);
    updated.set("status.lastPhaseTransitionTime", context.now());
    if message.is_empty() {
        updated.remove("status.message");
    } else {
        updated.set("status.message", message);
    }
    context.client.update_status(&PERSISTENT_VOLUMES, updated)
}
