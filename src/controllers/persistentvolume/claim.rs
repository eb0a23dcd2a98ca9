//! One look at a claim (`syncClaim`).

use super::{BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE, at_next_resync, bind, class_of, is_bound_to, provision, select};
use crate::api::meta;
use crate::api::resource::{ObjectKey, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES};
use crate::api::status::Status;
use crate::controllers::controller::Context;
use crate::controllers::pods;
use crate::server::default_class;
use crate::value::Value;

pub(super) fn sync_claim(context: &mut Context, key: &ObjectKey) -> Result<(), Status> {
    let Some(claim) = context.get(&PERSISTENT_VOLUME_CLAIMS, key) else { return Ok(()) };
    if meta::annotation(&claim, BIND_COMPLETED).is_empty() { sync_unbound(context, claim) } else { sync_bound(context, claim) }
}

fn sync_unbound(context: &mut Context, claim: Value) -> Result<(), Status> {
    let volume_name = claim.path("spec.volumeName").str().to_string();
    if volume_name.is_empty() {
        return find_volume(context, claim);
    }
    at_next_resync(context);
    let Some(volume) = context.store().get(&PERSISTENT_VOLUMES, "", &volume_name).cloned() else {
        return bind::set_claim_phase(context, claim, "Pending", None).map(|_| ());
    };
    if volume.path("spec.claimRef").is_empty() {
        if let Some(reason) = select::mismatch(&volume, &claim) {
            context.event(&claim, "Warning", "VolumeMismatch", &format!("Cannot bind to requested volume \"{volume_name}\": {reason}"));
            return bind::set_claim_phase(context, claim, "Pending", None).map(|_| ());
        }
        return bind::bind(context, volume, claim);
    }
    if is_bound_to(&volume, &claim) {
        return bind::bind(context, volume, claim);
    }
    if meta::annotation(&claim, BOUND_BY_CONTROLLER).is_empty() {
        context.event(&claim, "Warning", "FailedBinding", &format!("volume \"{volume_name}\" already bound to a different claim."));
    }
    bind::set_claim_phase(context, claim, "Pending", None).map(|_| ())
}

fn find_volume(context: &mut Context, claim: Value) -> Result<(), Status> {
    let delayed = is_delayed(context, &claim);
    context.visited(context.store().count(&PERSISTENT_VOLUMES));
    if let Some(volume) = select::best_match(context.store(), &claim, delayed) {
        return bind::bind(context, volume, claim);
    }
    // Where a class has become the default since the claim was made, the claim gets it now.
    if let Some(class) = default_class(context.store(), &claim) {
        let mut updated = claim;
        updated.set("spec.storageClassName", class);
        return context.client.update(&PERSISTENT_VOLUME_CLAIMS, updated).map(|_| ());
    }
    at_next_resync(context);
    if delayed {
        let (reason, message) = waiting_for(context, &claim);
        context.event(&claim, "Normal", reason, &message);
    } else if !class_of(&claim).is_empty() {
        return provision::provision(context, claim);
    } else {
        context.event(&claim, "Normal", "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
    }
    bind::set_claim_phase(context, claim, "Pending", None).map(|_| ())
}

/// Whether the claim's class leaves the choice to the scheduler and that has not chosen yet (`shouldDelayBinding`).
fn is_delayed(context: &Context, claim: &Value) -> bool {
    let class = context.store().get(&STORAGE_CLASSES, "", class_of(claim));
    meta::annotation(claim, SELECTED_NODE).is_empty() && class.is_some_and(|class| class.get("volumeBindingMode").str() == "WaitForFirstConsumer")
}

fn waiting_for(context: &Context, claim: &Value) -> (&'static str, String) {
    let uses = |pod: &Value| {
        pod.path("spec.volumes").items().iter().any(|volume| {
            volume.path("persistentVolumeClaim.claimName").str() == meta::name(claim)
                || (!volume.get("ephemeral").is_null() && format!("{}-{}", meta::name(pod), volume.get("name").str()) == meta::name(claim))
        })
    };
    let waiting: Vec<String> = context
        .store()
        .list(&PODS, Some(meta::namespace(claim)))
        .filter(|pod| pod.path("spec.nodeName").is_empty() && !pods::is_terminal(pod) && uses(pod))
        .map(|pod| meta::name(pod).to_string())
        .collect();
    match waiting.as_slice() {
        [] => ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".into()),
        [pod] => ("WaitForPodScheduled", format!("waiting for pod {pod} to be scheduled")),
        pods => ("WaitForPodScheduled", format!("waiting for pods {} to be scheduled", pods.join(","))),
    }
}

fn sync_bound(context: &mut Context, claim: Value) -> Result<(), Status> {
    let volume_name = claim.path("spec.volumeName").str().to_string();
    if volume_name.is_empty() {
        return lose(context, claim, "ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
    }
    let Some(volume) = context.store().get(&PERSISTENT_VOLUMES, "", &volume_name).cloned() else {
        return lose(context, claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    };
    let reference = volume.path("spec.claimRef");
    if reference.is_empty() || reference.get("uid").str() == meta::uid(&claim) {
        return bind::bind(context, volume, claim);
    }
    lose(context, claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")
}

fn lose(context: &mut Context, claim: Value, reason: &str, message: &str) -> Result<(), Status> {
    let was = claim.path("status.phase").str().to_string();
    let claim = bind::set_claim_phase(context, claim, "Lost", None)?;
    if was != "Lost" {
        context.event(&claim, "Warning", reason, message);
    }
    Ok(())
}
