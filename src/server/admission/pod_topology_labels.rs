//! A pod that is bound gets the labels of its node's zone and region (`plugin/pkg/admission/podtopologylabels`).

use crate::api::resource::NODES;
use crate::store::Store;
use crate::value::{SmolStr, Value};

const COPIED: [&str; 2] = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/// The labels that a pod on `node` gets; none when the node isn't there.
pub(in crate::server) fn labels_of_node(store: &Store, node: &str) -> Vec<(SmolStr, Value)> {
    let Some(node) = store.get(&NODES, "", node) else { return Vec::new() };
    let labels = node.path("metadata.labels").fields();
    COPIED.iter().filter_map(|key| Some((SmolStr::new_static(key), labels.get(key)?.clone()))).collect()
}
