//! Static pods: pods that a kubelet runs by itself, and their mirrors on the server (`pkg/kubelet/pod/mirror_client.go`).

use super::node::{Node, Task};
use super::pod_spec;
use super::pod_sync::PodSync;
use super::pod_worker::PodWorker;
use crate::api::meta;
use crate::api::resource::{NODES, PODS};
use crate::value::{SmolStr, Value, json};
use std::sync::Arc;

const HASH: &str = "kubernetes.io/config.hash";
const MIRROR: &str = "kubernetes.io/config.mirror";
const SOURCE: &str = "kubernetes.io/config.source";

/// The UID of the static pod that a pod on the server mirrors; `""` for any other pod.
pub fn mirrored(pod: &Value) -> &str {
    meta::annotation(pod, MIRROR)
}

impl Node {
    /// Takes up the pods of the machine's own files.
    pub(super) fn add_static_pods(&mut self, now_ms: u64) {
        for manifest in self.config.clone().static_pods.iter() {
            let pod = self.static_pod(manifest);
            let uid = SmolStr::new(meta::uid(&pod));
            if let Some(&id) = self.ids.get(&uid) {
                self.change_worker(id, |worker| worker.is_found = false);
                self.agenda.set(Task::Pod(id), now_ms);
                continue;
            }
            let id = self.next_pod_id();
            self.ids.insert(uid, id);
            self.pods.insert(id, Arc::new(PodWorker::new(id, pod)));
            self.agenda.set(Task::Pod(id), now_ms);
        }
    }

    /// The pod of a manifest, as the kubelet completes it.
    fn static_pod(&self, manifest: &Value) -> Value {
        let mut pod = manifest.clone();
        let name = format!("{}-{}", meta::name(manifest), self.config.name);
        let text = serde_json::to_string(manifest).unwrap_or_default() + &name;
        let sum = |seed: u64| text.bytes().fold(seed, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let hash = format!("{:016x}{:016x}", sum(0xcbf2_9ce4_8422_2325), sum(0x9e37_79b9_7f4a_7c15));
        pod.set("apiVersion", "v1");
        pod.set("kind", "Pod");
        pod.set("metadata.name", name);
        pod.set_default("metadata.namespace", "default");
        pod.set("metadata.uid", hash.as_str());
        pod.set("spec.nodeName", &self.config.name);
        pod.set_default("spec.restartPolicy", "Always");
        pod.set_default("spec.terminationGracePeriodSeconds", 30);
        pod.set("spec.tolerations", json!([{"operator": "Exists", "effect": "NoExecute"}]));
        meta::set_annotation(&mut pod, HASH, &hash);
        meta::set_annotation(&mut pod, SOURCE, "file");
        pod
    }

    /// The mirror of a static pod was written; true where it was one.
    pub(super) fn observe_mirror(&mut self, mirror: &Value, now_ms: u64) -> bool {
        let uid = mirrored(mirror);
        if uid.is_empty() {
            return false;
        }
        if let Some(&id) = self.ids.get(uid) {
            self.agenda.set_at_latest(Task::Pod(id), now_ms);
        }
        true
    }
}

impl PodSync<'_, '_> {
    /// Sees to it that a static pod has its mirror.
    pub(super) fn reconcile_mirror(&mut self) {
        if !pod_spec::is_static(&self.worker.pod) || self.server_pod().is_some() {
            return;
        }
        let pod = &self.worker.pod;
        let mut mirror = pod.clone();
        mirror.remove("metadata.uid");
        mirror.remove("status");
        meta::set_annotation(&mut mirror, MIRROR, meta::uid(pod));
        let name = self.node.config.name.as_str();
        if let Some(node) = self.client.store().get(&NODES, "", name) {
            let owner = json!({"apiVersion": "v1", "kind": "Node", "name": name, "uid": meta::uid(node), "controller": true});
            mirror.set("metadata.ownerReferences", json!([owner]));
        }
        let namespace = SmolStr::new(meta::namespace(&mirror));
        // Where the server refuses it, the pod runs all the same, and the next sync tries again.
        let _ = self.client.create(&PODS, &namespace, mirror);
    }
}
