//! What goes on in the cluster at the moment: what its processes did last, and which images are on their way.

use super::model::Model;
use super::{Process, Pull};
use crate::api::meta;
use crate::cluster::Cluster;
use crate::value::{SmolStr, SortedMap};

/// A process pulses for this long (cluster time) after it did something.
const PULSE_MS: u64 = 700;

/// The four processes of the control plane.
pub fn processes(model: &Model, cluster: &Cluster) -> Vec<Process> {
    let now_ms = cluster.now_ms();
    let acts = |at_ms: u64| now_ms < at_ms + PULSE_MS;
    let process = |title: &'static str, detail: SmolStr, acts: bool| Process { title: SmolStr::new_static(title), detail, acts };
    let (waiting, revision) = (model.waiting(), model.store().revision());
    let [api, scheduler, controller] = &model.acts;
    let thought = match (waiting, scheduler.node.as_str()) {
        (0, _) if scheduler.name.is_empty() => SmolStr::default(),
        (0, "") => SmolStr::from(format!("found no node for {}", scheduler.name)),
        (0, node) => SmolStr::from(format!("{} → {node}", scheduler.name)),
        _ => SmolStr::from(format!("{waiting} waiting")),
    };
    // What the API server writes for another is shown without that one's name.
    let written = api.text.split_once(": ").map_or(api.text.clone(), |(_, text)| SmolStr::new(text));
    vec![
        process("API server", written, acts(api.at_ms)),
        process("etcd", SmolStr::from(format!("revision {revision}")), acts(api.at_ms)),
        process("Scheduler", thought, acts(scheduler.at_ms)),
        process("Controller manager", controller.text.clone(), acts(controller.at_ms)),
    ]
}

/// The images that machines are pulling now, by the UID of the pod that waits.
pub fn pulls(cluster: &Cluster) -> SortedMap<SmolStr, Pull> {
    let now_ms = cluster.now_ms();
    let mut found = SortedMap::new();
    for node in cluster.kubelets().nodes() {
        for (id, owner) in &node.pulls {
            let (Some(pull), Some(worker)) = (node.runtime.pull(*id), node.worker(owner.pod)) else { continue };
            let whole_ms = pull.finishes_at_ms.saturating_sub(pull.started_at_ms).max(1);
            let percent = (now_ms.saturating_sub(pull.started_at_ms) * 100 / whole_ms).min(100) as u8;
            found.insert(SmolStr::new(meta::uid(&worker.pod)), Pull { image: pull.image.clone(), percent });
        }
    }
    found
}

/// The nodes of which the control plane hears nothing, and why.
pub fn silent(cluster: &Cluster) -> SortedMap<SmolStr, &'static str> {
    let why = |node: &crate::kubelet::Node| match (node.stopped, &node.cut_off) {
        (true, _) => Some("stopped"),
        (false, Some(_)) => Some("cut off"),
        (false, None) => None,
    };
    cluster.kubelets().nodes().filter_map(|node| Some((node.config.name.clone(), why(node)?))).collect()
}
