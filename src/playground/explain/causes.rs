//! Why an object is there: the chain of writes that led to it, back to what a person did.

use super::ObjectRef;
use crate::api::meta;
use crate::api::resource::{GroupResource, PODS};
use crate::store::{Change, ChangeType, Store};
use crate::value::SmolStr;

/// One link of the chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CauseStep {
    /// `ReplicaSet controller made this Pod`.
    pub text: String,
    /// When, in milliseconds since the session began; 0 for what was there before.
    pub at_ms: u64,
    /// The object that was written, where it is another one that is still there.
    pub object: Option<ObjectRef>,
}

/// Chains are a handful of links; a longer one is cut at its beginning.
const LONGEST_CHAIN: usize = 12;

/// The chain for an object, the first cause first, and then what others did to it.
pub fn causes(object: &ObjectRef, store: &Store, began_ms: u64) -> Vec<CauseStep> {
    let Some(made) = find_creation(object, store) else { return Vec::new() };
    let step = |change: &Change| {
        let key = change.key();
        let is_itself = change.resource == object.resource && key == object.key;
        let other = (!is_itself && store.get_key(&change.resource, &key).is_some()).then(|| ObjectRef { resource: change.resource.clone(), key });
        CauseStep { text: sentence(change, is_itself), at_ms: change.time_ms.saturating_sub(began_ms), object: other }
    };
    let mut steps = vec![step(made)];
    let mut at = made;
    while steps.len() < LONGEST_CHAIN {
        let Some(because) = at.cause.because.filter(|revision| *revision < at.revision).and_then(|revision| store.deed(revision)) else { break };
        // Several writes of one actor to one object are one step of the story.
        if (because.resource == at.resource && because.key() == at.key()) || because.cause.actor == at.cause.actor {
            let last = steps.len() - 1;
            steps[last].at_ms = because.time_ms.saturating_sub(began_ms);
        } else {
            steps.push(step(because));
        }
        at = because;
    }
    steps.reverse();
    if object.resource == PODS {
        steps.extend(binding(object, made.revision, store, began_ms));
    }
    steps
}

fn find_creation<'a>(object: &ObjectRef, store: &'a Store) -> Option<&'a Change> {
    let value = store.get_key(&object.resource, &object.key)?;
    let uid = meta::uid(value);
    history(store).find(|change| change.type_ == ChangeType::Added && change.resource == object.resource && meta::uid(&change.object) == uid)
}

/// All writes that the store remembers, the latest first.
fn history(store: &Store) -> impl Iterator<Item = &Change> {
    let deeds = store.deeds();
    (0..deeds.len()).rev().filter_map(|index| deeds.get(index))
}

/// The scheduler's choice.
fn binding(object: &ObjectRef, after: u64, store: &Store, began_ms: u64) -> Option<CauseStep> {
    let bound = |change: &&Change| change.resource == PODS && change.changed("spec.nodeName") && change.key() == object.key;
    let change = history(store).take_while(|change| change.revision > after).find(bound)?;
    let node = change.object.path("spec.nodeName").str();
    Some(CauseStep { text: format!("{} bound it to {node}", actor(change)), at_ms: change.time_ms.saturating_sub(began_ms), object: None })
}

fn sentence(change: &Change, is_itself: bool) -> String {
    let verb = match change.type_ {
        ChangeType::Added => "made",
        ChangeType::Modified => "changed",
        ChangeType::Deleted => "deleted",
    };
    let kind = change.object.get("kind").str();
    let kind = if kind.is_empty() { kind_of(&change.resource) } else { SmolStr::new(kind) };
    // What a person did, in the words in which they did it.
    let command = change.cause.actor.as_str();
    let with = if command.starts_with("kubectl ") { format!(" ({command})") } else { String::new() };
    if is_itself { format!("{} {verb} this {kind}{with}", actor(change)) } else { format!("{} {verb} {kind} {}{with}", actor(change), change.key().name) }
}

fn kind_of(resource: &GroupResource) -> SmolStr {
    resource.resource.clone()
}

/// Who, in words: `You`, `ReplicaSet controller`, `Scheduler`, `Kubelet on worker-1`.
fn actor(change: &Change) -> String {
    let actor = change.cause.actor.as_str();
    if actor.is_empty() || actor.starts_with("kubectl") {
        return "You".into();
    }
    if actor.contains("scheduler") {
        return "Scheduler".into();
    }
    if let Some(node) = actor.strip_prefix("kubelet") {
        return format!("Kubelet on {}", node.trim_start_matches([' ', ':', ',']));
    }
    let named = match actor.trim_end_matches("-controller") {
        "replicaset" => "ReplicaSet",
        "statefulset" => "StatefulSet",
        "daemonset" => "DaemonSet",
        "cronjob" => "CronJob",
        "endpointslice" => "EndpointSlice",
        "service-account" => "ServiceAccount",
        "root-ca-cert-publisher" => "Root CA",
        "persistent-volume-binder" => return "PersistentVolume binder".into(),
        "kube-apiserver" => return "API server".into(),
        "generic-garbage-collector" => return "Garbage collector".into(),
        other => return capital(other, actor.ends_with("-controller")),
    };
    format!("{named} controller")
}

fn capital(name: &str, is_controller: bool) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let rest = letters.as_str().replace('-', " ");
    if is_controller { format!("{first}{rest} controller") } else { format!("{first}{rest}") }
}
