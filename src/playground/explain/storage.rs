//! What claims and volumes wait for.

use super::finding::{Finding, in_namespace};
use super::{Fix, ObjectRef};
use crate::api::meta;
use crate::api::quantity::Quantity;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES};
use crate::store::Store;
use crate::value::Value;

/// What there is to say about a PersistentVolumeClaim.
pub(super) fn claim(object: &ObjectRef, claim: &Value, store: &Store) -> Finding {
    let place = |path: &str| Fix::Field { object: object.clone(), path: path.into() };
    match claim.path("status.phase").str() {
        "Lost" => {
            let volume = claim.path("spec.volumeName").str();
            return Finding::says(format!("Its volume {volume} is gone, and what was on it too. The claim can only be deleted and made again."))
                .with_line(format!("kubectl delete pvc {}{}", meta::name(claim), in_namespace(claim)));
        }
        "Pending" => {}
        _ => return Finding::default(),
    }
    let volume = claim.path("spec.volumeName").str();
    if !volume.is_empty() {
        return match store.get(&PERSISTENT_VOLUMES, "", volume) {
            None => Finding::says(format!("It wants the volume {volume}, which is not there.")).with_fix(place("spec.volumeName")),
            Some(found) => {
                Finding::says(format!("It wants the volume {volume}, but {}.", unsuitable(claim, found).unwrap_or_else(|| "it is about to be bound".into())))
                    .looking_at(&PERSISTENT_VOLUMES, found)
            }
        };
    }
    let class_name = claim.path("spec.storageClassName").as_str();
    let class = class_name.filter(|name| !name.is_empty()).map(|name| (name, store.get(&STORAGE_CLASSES, "", name)));
    let volumes: Vec<&Value> = store.list(&PERSISTENT_VOLUMES, None).collect();
    match class {
        Some((_, Some(class))) if class.get("volumeBindingMode").str() == "WaitForFirstConsumer" && user(claim, store).is_none() => {
            return Finding::says("It waits for a pod that uses it: only then is it known on which node its volume is needed.");
        }
        Some((name, Some(class))) if class.get("provisioner").str() != "kubernetes.io/no-provisioner" => {
            let provisioner = class.get("provisioner").str();
            return Finding::says(format!("It waits for {provisioner} to make a volume of class {name}."))
                .advising("Where that takes long, nobody by that name runs in the cluster.")
                .looking_at(&STORAGE_CLASSES, class);
        }
        Some((name, None)) if !volumes.iter().any(|volume| volume.path("spec.storageClassName").str() == name) => {
            let names: Vec<&str> = store.list(&STORAGE_CLASSES, None).map(meta::name).collect();
            let has = if names.is_empty() { "There are none at all.".to_owned() } else { format!("There is {}.", names.join(", ")) };
            return Finding::says(format!("There is no StorageClass {name}, and no volume of that class."))
                .advising(has)
                .with_fix(place("spec.storageClassName"));
        }
        _ => {}
    }
    let near = volumes.iter().filter_map(|volume| Some((unsuitable(claim, volume)?, *volume)));
    match near.min_by_key(|(why, _)| rank(why)) {
        Some((why, volume)) => {
            let says = format!("No volume suits it. The nearest is {}, but {why}.", meta::name(volume));
            Finding::says(says).looking_at(&PERSISTENT_VOLUMES, volume)
        }
        None => Finding::says("There is no volume for it, and nobody makes one for claims without a class."),
    }
}

/// Reasons that are easy to put right come first.
fn rank(why: &str) -> usize {
    ["it is too small", "it has not the access", "its class", "it still belongs", "it is bound"].iter().position(|start| why.starts_with(start)).unwrap_or(5)
}

/// Why a volume can't be a claim's; `None` where it can.
fn unsuitable(claim: &Value, volume: &Value) -> Option<String> {
    let of = volume.path("spec.claimRef");
    let is_its = of.get("name").str() == meta::name(claim) && of.get("namespace").str() == meta::namespace(claim);
    match volume.path("status.phase").str() {
        "Released" => return Some(format!("it still belongs to a claim {} that is gone (Released)", of.get("name").str())),
        "Bound" if !is_its => return Some(format!("it is bound to the claim {}/{}", of.get("namespace").str(), of.get("name").str())),
        _ => {}
    }
    let (wanted, class) = (claim.path("spec.storageClassName").str(), volume.path("spec.storageClassName").str());
    if wanted != class {
        let word = |class: &str| if class.is_empty() { "none".to_owned() } else { class.to_owned() };
        return Some(format!("its class is {}, and the claim's is {}", word(class), word(wanted)));
    }
    let size = |value: &Value| Quantity::from_value(value).ok();
    if let (Some(has), Some(wants)) = (size(volume.path("spec.capacity.storage")), size(claim.path("spec.resources.requests.storage")))
        && has < wants
    {
        return Some(format!("it is too small: {has} of the {wants} that are wanted"));
    }
    let modes = volume.path("spec.accessModes").items();
    let missing = claim.path("spec.accessModes").items().iter().find(|mode| !modes.contains(mode));
    if let Some(mode) = missing {
        return Some(format!("it has not the access mode {}", mode.str()));
    }
    let selector = claim.path("spec.selector.matchLabels").fields();
    if !crate::api::labels::matches_map(selector, volume.path("metadata.labels").fields()) {
        return Some("it has not the labels that the claim selects".into());
    }
    None
}

fn user<'a>(claim: &Value, store: &'a Store) -> Option<&'a Value> {
    store.list(&PODS, Some(meta::namespace(claim))).find(|pod| {
        let uses = |volume: &Value| volume.path("persistentVolumeClaim.claimName").str() == meta::name(claim);
        pod.path("spec.volumes").items().iter().any(uses)
    })
}

/// What keeps a claim that is being deleted.
pub(super) fn claim_in_use(claim: &Value, store: &Store) -> Finding {
    match user(claim, store) {
        Some(pod) => {
            Finding::says(format!("It is being deleted as soon as no pod uses it any more; pod {} still does.", meta::name(pod))).looking_at(&PODS, pod)
        }
        None => Finding::says("It is being deleted."),
    }
}

/// What there is to say about a PersistentVolume.
pub(super) fn volume(volume: &Value, store: &Store) -> Finding {
    let of = volume.path("spec.claimRef");
    let claim = format!("{}/{}", of.get("namespace").str(), of.get("name").str());
    if meta::is_being_deleted(volume) && volume.path("status.phase").str() == "Bound" {
        let found = store.get(&PERSISTENT_VOLUME_CLAIMS, of.get("namespace").str(), of.get("name").str());
        let says = Finding::says(format!("It is being deleted as soon as the claim {claim} is gone."));
        return found.map_or(says.clone(), |found| says.looking_at(&PERSISTENT_VOLUME_CLAIMS, found));
    }
    match volume.path("status.phase").str() {
        "Released" => {
            let says = format!("Its claim {claim} was deleted. With the policy Retain its data stay, and so nobody else gets it by himself.");
            let line = format!("kubectl patch pv {} -p '{{\"spec\":{{\"claimRef\":null}}}}'", meta::name(volume));
            Finding::says(says).advising("Without its claimRef it is Available again, with what is on it.").with_line(line)
        }
        "Failed" => Finding::says(format!("It could not be cleared: {}", volume.path("status.message").str())),
        _ => Finding::default(),
    }
}
