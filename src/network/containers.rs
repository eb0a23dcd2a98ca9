//! What the network asks of the machines: who listens in a pod, and what is answered there.

use crate::kubelet::runtime::{Answer, HttpRequest};
use crate::value::SmolStr;

/// The containers of all pods, as far as the network meets them.
pub trait Containers {
    /// Whether the machine is up: a stopped one answers nothing.
    fn is_node_up(&self, node: &str) -> bool;

    /// Whether something in the pod accepts connections to that port.
    fn listens(&self, pod_uid: &str, port: u16) -> bool;

    /// What the server on `request.port` in the pod says; `None` where none listens. Nothing changes by asking.
    fn answer(&self, pod_uid: &str, request: &HttpRequest, client_ip: &str, now_ms: u64) -> Option<Answer>;
}

/// A server in a pod has answered: its log and state are to follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The pod.
    pub pod_uid: SmolStr,
    /// The port that it listens on.
    pub port: u16,
    /// What it said.
    pub answer: Answer,
}
