//! One look at a volume (`syncVolume`): free, bound, or released and then kept or deleted.

use super::{BOUND_BY_CONTROLLER, PROVISIONED_BY, RESYNC_MS, at_next_resync, bind};
use crate::api::meta;
use crate::api::resource::{ObjectKey, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS};
use crate::api::status::Status;
use crate::controllers::controller::{Context, ignore_not_found};
use crate::controllers::pods;
use crate::server::request::Options;
use crate::value::{Sort, Value, json};

/// Where the pods run that empty volumes.
const RECYCLER_NAMESPACE: &str = "default";

pub(super) fn sync_volume(context: &mut Context, key: &ObjectKey) -> Result<(), Status> {
    let Some(volume) = context.get(&PERSISTENT_VOLUMES, key) else { return Ok(()) };
    let reference = volume.path("spec.claimRef").clone();
    if reference.is_empty() || reference.get("uid").is_empty() {
        return bind::set_volume_phase(context, volume, "Available", "").map(|_| ());
    }
    let claim = context.store().get(&PERSISTENT_VOLUME_CLAIMS, reference.get("namespace").str(), reference.get("name").str()).cloned();
    let claim = claim.filter(|claim| meta::uid(claim) == reference.get("uid").str());
    let is_dynamic = !meta::annotation(&volume, PROVISIONED_BY).is_empty() && volume.path("spec.persistentVolumeReclaimPolicy").str() == "Delete";
    match claim {
        None => release(context, volume),
        // The claim is about to be bound to this volume; its own sync does it.
        Some(claim) if claim.path("spec.volumeName").is_empty() => Ok(()),
        Some(claim) if claim.path("spec.volumeName").str() == meta::name(&volume) => bind::set_volume_phase(context, volume, "Bound", "").map(|_| ()),
        Some(_) if is_dynamic => release(context, volume),
        Some(_) => unbind(context, volume),
    }
}

fn release(context: &mut Context, volume: Value) -> Result<(), Status> {
    if let Some(wait_ms) = failed_just_now(context, &volume) {
        context.requeue_after(wait_ms);
        return Ok(());
    }
    let phase = volume.path("status.phase").str();
    let volume = if matches!(phase, "Released" | "Failed") { volume } else { bind::set_volume_phase(context, volume, "Released", "")? };
    match volume.path("spec.persistentVolumeReclaimPolicy").str() {
        "Delete" if !meta::is_being_deleted(&volume) => delete(context, volume),
        "Recycle" => recycle(context, volume),
        _ => Ok(()),
    }
}

/// The volume goes back to where it was before it was bound: free, or reserved for a claim that its maker named.
fn unbind(context: &mut Context, mut volume: Value) -> Result<(), Status> {
    if meta::annotation(&volume, BOUND_BY_CONTROLLER).is_empty() {
        volume.path_mut("spec.claimRef").remove("uid");
    } else {
        volume.remove("spec.claimRef");
        volume.path_mut("metadata.annotations").fields_mut().remove(BOUND_BY_CONTROLLER);
        if volume.path("metadata.annotations").is_empty() {
            volume.remove("metadata.annotations");
        }
    }
    let volume = context.client.update(&PERSISTENT_VOLUMES, volume)?;
    bind::set_volume_phase(context, volume, "Available", "").map(|_| ())
}

fn delete(context: &mut Context, volume: Value) -> Result<(), Status> {
    let path = volume.path("spec.hostPath.path");
    let is_external = !meta::annotation(&volume, PROVISIONED_BY).is_empty() || !volume.path("spec.csi").is_null();
    if is_external {
        return Ok(()); // Whoever made it deletes it.
    }
    let message = if path.is_null() {
        format!("error getting deleter volume plugin for volume \"{}\": no deletable volume plugin matched", meta::name(&volume))
    } else if path.str().strip_prefix("/tmp/").is_none_or(str::is_empty) {
        format!("host_path deleter only supports /tmp/.+ but received provided {}", path.str())
    } else {
        return ignore_not_found(context.client.delete(&PERSISTENT_VOLUMES, "", meta::name(&volume), Options::default()));
    };
    fail(context, volume, "VolumeFailedDelete", &message)
}

/// A pod empties the volume; when it is done the volume is free again (`recycleVolumeOperation`).
fn recycle(context: &mut Context, volume: Value) -> Result<(), Status> {
    let source = ["hostPath", "nfs"].into_iter().find(|source| !volume.path("spec").get(source).is_null());
    let Some(source) = source else {
        return fail(context, volume, "VolumeFailedRecycle", "No recycler plugin found for the volume!");
    };
    let name = format!("recycler-for-{}", meta::name(&volume));
    let Some(pod) = context.store().get(&PODS, RECYCLER_NAMESPACE, &name).cloned() else {
        at_next_resync(context);
        let pod = recycler_pod(&name, source, volume.path("spec").get(source));
        return context.client.create(&PODS, RECYCLER_NAMESPACE, pod).map(|_| ());
    };
    relay_events(context, &volume, &pod);
    match pods::phase(&pod) {
        "Succeeded" => {
            ignore_not_found(context.client.delete(&PODS, RECYCLER_NAMESPACE, &name, Options::default()))?;
            context.event(&volume, "Normal", "VolumeRecycled", "Volume recycled");
            unbind(context, volume)
        }
        "Failed" => {
            ignore_not_found(context.client.delete(&PODS, RECYCLER_NAMESPACE, &name, Options::default()))?;
            let why = pod.path("status.message").as_str().unwrap_or("pod failed, pod.Status.Message unknown");
            let message = format!("Recycle failed: failed to recycle volume: {why}");
            fail(context, volume, "VolumeFailedRecycle", &message)
        }
        _ => {
            at_next_resync(context);
            Ok(())
        }
    }
}

/// What happens to the pod is told of the volume too.
fn relay_events(context: &mut Context, volume: &Value, pod: &Value) {
    let key = ObjectKey::new("recycler", meta::uid(pod));
    let mut told = context.memory.get(&key).cloned().unwrap_or_default();
    let mut events: Vec<Value> = context.store().events_about(meta::uid(pod)).filter(|event| told.get(meta::name(event)).is_null()).cloned().collect();
    events.order_by_key(|event| event.path("metadata.resourceVersion").str().parse::<u64>().unwrap_or(0));
    for event in events {
        told.fields_mut().insert(meta::name(&event), true);
        context.event(volume, event.get("type").str(), "RecyclerPod", &format!("Recycler pod: {}", event.get("message").str()));
    }
    if pods::is_terminal(pod) {
        context.memory.remove(&key);
    } else if told.is_object() {
        context.memory.insert(key, told);
    }
}

/// `NewPersistentVolumeRecyclerPodTemplate`.
fn recycler_pod(name: &str, source: &str, volume: &Value) -> Value {
    let script = "test -e /scrub && find /scrub -mindepth 1 -delete && test -z \"$(ls -A /scrub)\" || exit 1";
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": RECYCLER_NAMESPACE},
        "spec": {
            "activeDeadlineSeconds": 60, "restartPolicy": "Never",
            "containers": [{
                "name": "pv-recycler", "image": "registry.k8s.io/build-image/debian-base:bookworm-v1.0.6", "command": ["/bin/sh"], "args": ["-c", script],
                "volumeMounts": [{"name": "vol", "mountPath": "/scrub"}],
            }],
        },
    });
    let mut entry = json!({"name": "vol"});
    entry.set(source, volume.clone());
    pod.set("spec.volumes", Value::array(vec![entry]));
    pod
}

/// How long what has failed rests before it is tried again at a resync.
fn failed_just_now(context: &mut Context, volume: &Value) -> Option<u64> {
    let key = meta::key(volume);
    let again_ms = context.memory.get(&key)?.as_i64()? as u64;
    if context.now_ms >= again_ms {
        context.memory.remove(&key);
        return None;
    }
    Some(again_ms - context.now_ms)
}

fn fail(context: &mut Context, volume: Value, reason: &str, message: &str) -> Result<(), Status> {
    let again_ms = context.now_ms / RESYNC_MS * RESYNC_MS + RESYNC_MS;
    context.memory.insert(meta::key(&volume), Value::Int(again_ms as i64));
    at_next_resync(context);
    let volume = bind::set_volume_phase(context, volume, "Failed", message)?;
    context.event(&volume, "Warning", reason, message);
    Ok(())
}
