//! What goes on in the cluster at the moment: what its processes did last, and which images are on their way.

use super::model::Model;
use super::{Process, Pull};
use crate::api::meta;
use crate::cluster::Cluster;
use crate::value::SmolStr;
use std::collections::BTreeMap;

/// A process pulses for this long (cluster time) after it did something.
const PULSE_MS: u64 = 700;

/// The four processes of the control plane.
pub fn processes(model: &Model, cluster: &Cluster) -> Vec<Process> {
    let now_ms = cluster.now_ms();
    let acts = |at_ms: u64| now_ms < at_ms + PULSE_MS;
    let process = |title: &'static str, detail: SmolStr, acts: bool| Process { title: SmolStr::new_static(title), detail, acts };
    let (waiting, revision) = (model.waiting(), model.store().revision());
    let scheduler = match waiting {
        0 => model.last_scheduler.text.clone(),
        _ => SmolStr::from(format!("{waiting} waiting")),
    };
    vec![
        process("API server", model.last_api.text.clone(), acts(model.last_api.at_ms)),
        process("etcd", SmolStr::from(format!("revision {revision}")), acts(model.last_api.at_ms)),
        process("Scheduler", scheduler, acts(model.last_scheduler.at_ms)),
        process("Controller manager", model.last_controller.text.clone(), acts(model.last_controller.at_ms)),
    ]
}

/// The images that machines are pulling now, by the UID of the pod that waits.
pub fn pulls(cluster: &Cluster) -> BTreeMap<SmolStr, Pull> {
    let now_ms = cluster.now_ms();
    let mut found = BTreeMap::new();
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
