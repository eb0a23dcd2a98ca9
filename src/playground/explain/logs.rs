//! What a pod's containers wrote.

use crate::cluster::Cluster;
use crate::kubelet::LogOptions;
use crate::value::{SmolStr, Value};

/// The most lines that are shown.
const MOST_LINES: u64 = 400;

/// The containers of a pod, in the order in which they start.
pub fn containers(pod: &Value) -> Vec<SmolStr> {
    let lists = ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|list| pod.get("spec").get(list).items());
    lists.map(|container| SmolStr::new(container.get("name").str())).collect()
}

/// The end of what a container wrote; `previous` is the one before it.
///
/// # Errors
/// Why there is nothing, in the words of the server.
pub fn log(cluster: &Cluster, pod: &Value, container: &str, previous: bool) -> Result<String, String> {
    let options = LogOptions { container: container.into(), previous, tail_lines: Some(MOST_LINES), ..LogOptions::default() };
    cluster.kubelets().logs(pod, &options).map(|log| log.text).map_err(|status| status.body().get("message").str().to_owned())
}
