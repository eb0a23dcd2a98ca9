//! A pod that is bound gets the labels of its node's zone and region (`plugin/pkg/admission/podtopologylabels`).

use super::Attributes;
use crate::api::resource::{NODES, PODS};
use crate::store::Store;
use crate::value::{SmolStr, Value};

const COPIED: [&str; 2] = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/// The labels that a pod on `node` gets; none when the node isn't there.
pub(in crate::server) fn labels_of_node(store: &Store, node: &str) -> Vec<(SmolStr, Value)> {
    let Some(node) = store.get(&NODES, "", node) else { return Vec::new() };
    let labels = node.path("metadata.labels").fields();
    COPIED.iter().filter_map(|key| Some((SmolStr::new_static(key), labels.get(key)?.clone()))).collect()
}

/// A pod that is made with a node's name is bound from the start.
pub(super) fn admit(attributes: &mut Attributes) {
    if !attributes.creates(&PODS) || attributes.object.path("spec.nodeName").is_empty() {
        return;
    }
    for (key, value) in labels_of_node(&attributes.server.store, attributes.object.path("spec.nodeName").str()) {
        attributes.object.path_mut("metadata.labels").fields_mut().insert(key, value);
    }
}
