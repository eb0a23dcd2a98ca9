//! What the network asks of the machines: who listens in a pod, and what is answered there.

use super::Kubelets;
use super::node::Node;
use super::runtime::{Answer, HttpRequest, SandboxId};
use std::sync::Arc;

impl Kubelets {
    /// Whether the machine answers. What runs on a machine whose kubelet is stopped can't be reached either.
    pub fn is_node_up(&self, node: &str) -> bool {
        self.node(node).is_some_and(|node| !node.stopped)
    }

    /// The machine that a pod is on.
    pub fn node_of(&self, pod_uid: &str) -> Option<&Node> {
        self.node(self.pod_nodes.get(pod_uid)?)
    }

    fn sandbox_of(&self, pod_uid: &str) -> Option<(&Node, &SandboxId)> {
        let node = self.node_of(pod_uid)?;
        let worker = node.pod(pod_uid).filter(|worker| worker.sandbox_ready)?;
        Some((node, worker.sandbox.as_ref()?))
    }

    /// Whether something in the pod accepts connections to that port.
    pub fn listens(&self, pod_uid: &str, port: u16) -> bool {
        self.sandbox_of(pod_uid).is_some_and(|(node, sandbox)| node.runtime.listens(sandbox, port))
    }

    /// The ports on which something in the pod listens.
    pub fn ports(&self, pod_uid: &str) -> Vec<u16> {
        self.sandbox_of(pod_uid).map(|(node, sandbox)| node.runtime.ports(sandbox)).unwrap_or_default()
    }

    /// What the server on `request.port` in the pod says; `None` where none listens. Nothing changes by asking.
    pub fn answer(&self, pod_uid: &str, request: &HttpRequest, client_ip: &str, now_ms: u64) -> Option<Answer> {
        let (node, sandbox) = self.sandbox_of(pod_uid)?;
        node.runtime.answer(sandbox, request, client_ip, now_ms)
    }

    /// The answer was given: the server's log follows.
    pub fn served(&mut self, pod_uid: &str, port: u16, answer: &Answer, now_ms: u64) {
        let Some(name) = self.pod_nodes.get(pod_uid).cloned() else { return };
        let Some(node) = self.nodes.get_mut(&name) else { return };
        let Some(sandbox) = node.pod(pod_uid).and_then(|worker| worker.sandbox.clone()) else { return };
        Arc::make_mut(node).runtime.served(&sandbox, port, answer, now_ms);
        self.plan(&name);
    }
}
