//! Replacing pods of old templates, node by node, within what may be unavailable or surge (`pkg/controller/daemon/update.go`).

use super::{HASH_LABEL, View, placement, sync_nodes};
use crate::api::meta;
use crate::api::status::Status;
use crate::controllers::controller::Context;
use crate::controllers::{fields, history};
use crate::value::{SortedSet, Value};

/// How many nodes may have two pods for a while.
pub(super) fn max_surge(view: &View) -> i64 {
    let strategy = view.set.path("spec.updateStrategy");
    let is_rolling = strategy.get("type").str() == "RollingUpdate";
    if is_rolling { fields::scaled(strategy.path("rollingUpdate.maxSurge"), view.desired, true) } else { 0 }
}

fn max_unavailable(view: &View, surge: i64) -> i64 {
    let limit = view.set.path("spec.updateStrategy.rollingUpdate.maxUnavailable");
    let limit = fields::scaled(limit, view.desired, true);
    // Neither more nor fewer pods for a while would mean no update at all.
    if limit == 0 && surge == 0 { 1 } else { limit }
}

/// The newest pod of the current template and that of an old one on a node, those being deleted left out; `None` where there are several of a sort.
fn new_and_old<'a>(view: &View, pods: &'a [Value]) -> Option<(Option<&'a Value>, Option<&'a Value>)> {
    let (mut new, mut old) = (None, None);
    for pod in pods.iter().filter(|pod| !meta::is_being_deleted(pod)) {
        let place = if view.is_updated(pod) { &mut new } else { &mut old };
        if place.replace(pod).is_some() {
            return None;
        }
    }
    Some((new, old))
}

/// `rollingUpdate`: one step.
pub(super) fn roll(context: &mut Context, view: &View) -> Result<(), Status> {
    let surge = max_surge(view);
    if surge == 0 { replace(context, view, max_unavailable(view, surge)) } else { surge_up(context, view, surge) }
}

fn replace(context: &mut Context, view: &View, max_unavailable: i64) -> Result<(), Status> {
    let mut unavailable = 0;
    let (mut broken, mut candidates) = (Vec::new(), Vec::new());
    for node in view.nodes {
        let on_node = view.pods_on(node);
        if on_node.is_empty() && !placement::should_run(view.set, node).0 {
            continue;
        }
        match new_and_old(view, on_node) {
            Some((Some(new), None)) => unavailable += i64::from(!view.is_available(context, new)),
            Some((None, Some(old))) if view.is_available(context, old) => candidates.push(old.clone()),
            Some((None, Some(old))) => {
                broken.push(old.clone());
                unavailable += 1;
            }
            _ => unavailable += 1,
        }
    }
    let more = (max_unavailable - unavailable).max(0) as usize;
    broken.extend(candidates.into_iter().take(more));
    sync_nodes(context, view, &[], &broken)
}

fn surge_up(context: &mut Context, view: &View, max_surge: i64) -> Result<(), Status> {
    let mut surging = 0;
    let (mut urgent, mut candidates, mut surplus) = (Vec::new(), Vec::new(), Vec::new());
    for node in view.nodes {
        match new_and_old(view, view.pods_on(node)) {
            Some((None, Some(old))) if view.is_available(context, old) => candidates.push(meta::name(node).to_string()),
            Some((None, Some(_))) => urgent.push(meta::name(node).to_string()),
            Some((Some(new), Some(old))) if view.is_available(context, new) => surplus.push(old.clone()),
            Some((Some(_), Some(_))) => surging += 1,
            _ => {}
        }
    }
    let more = (max_surge - surging).max(0) as usize;
    urgent.extend(candidates.into_iter().take(more));
    sync_nodes(context, view, &urgent, &surplus)
}

/// Deletes revisions beyond the history limit that no pod is of.
pub(super) fn forget_old(context: &mut Context, set: &Value, revisions: &[Value], current: &Value, pods: &[Value]) -> Result<(), Status> {
    let hashes: SortedSet<&str> = pods.iter().map(|pod| meta::label(pod, HASH_LABEL)).collect();
    let is_live = |revision: &&Value| meta::uid(revision) == meta::uid(current) || hashes.contains(meta::label(revision, HASH_LABEL));
    let live: SortedSet<String> = revisions.iter().filter(is_live).map(|revision| meta::name(revision).to_string()).collect();
    history::truncate(context, set, revisions, &live)
}
