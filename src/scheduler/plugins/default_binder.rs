//! Binds a pod to its node.

use crate::api::resource::PODS;
use crate::api::status::Status;
use crate::scheduler::pod_info::PodInfo;
use crate::server::client::Client;
use crate::value::json;

/// Asks the server to bind the pod.
///
/// # Errors
/// The server's refusal.
pub fn bind(client: &mut Client, pod: &PodInfo, node: &str) -> Result<(), Status> {
    let (namespace, name) = (pod.key.namespace.as_str(), pod.key.name.as_str());
    let binding = json!({
        "apiVersion": "v1", "kind": "Binding", "metadata": {"namespace": namespace, "name": name, "uid": pod.uid.as_str()},
        "target": {"kind": "Node", "name": node},
    });
    client.create_subresource(&PODS, namespace, name, "binding", binding).map(|_| ())
}
