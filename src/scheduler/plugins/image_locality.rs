//! Prefers nodes that have the pod's images already, in proportion to their size and to how many nodes have them.

use crate::scheduler::framework::{Cycle, CycleState, MAX_NODE_SCORE, Plugin};
use crate::scheduler::node_info::NodeInfo;
use std::sync::Arc;

const MEGABYTE: i64 = 1024 * 1024;
/// Images up to this size don't count.
const MIN_THRESHOLD: i64 = 23 * MEGABYTE;
/// Each container counts up to this size.
const MAX_CONTAINER_THRESHOLD: i64 = 1000 * MEGABYTE;

/// What it keeps during a cycle: for each image of the pod, its name and on how many nodes it is.
#[derive(Clone, Default)]
pub struct State {
    images: Vec<(String, i64)>,
    node_count: i64,
    container_count: i64,
}

/// The plugin.
pub struct ImageLocality;

impl Plugin for ImageLocality {
    fn name(&self) -> &'static str {
        "ImageLocality"
    }

    fn weight(&self) -> i64 {
        1
    }

    fn filters(&self) -> bool {
        false
    }

    fn pre_score(&self, cycle: &Cycle, state: &mut CycleState, _nodes: &[Arc<NodeInfo>]) -> bool {
        let spec = cycle.pod.pod.get("spec");
        let containers = || ["initContainers", "containers"].into_iter().flat_map(|list| spec.get(list).items());
        let mut images: Vec<(String, i64)> = containers().map(|container| (normalized(container.get("image").str()), 0)).collect();
        let mut node_count = 0;
        for node in cycle.cache.nodes() {
            node_count += 1;
            for (image, count) in &mut images {
                *count += i64::from(size_on(node, image).is_some());
            }
        }
        let found = images.iter().any(|(_, count)| *count > 0);
        state.image_locality = State { container_count: images.len() as i64, images, node_count };
        found
    }

    fn score(&self, _cycle: &Cycle, state: &CycleState, node: &NodeInfo) -> i64 {
        let state = &state.image_locality;
        let sizes = state.images.iter().filter_map(|(image, count)| {
            let size = size_on(node, image)?;
            Some((size as f64 * (*count as f64 / state.node_count.max(1) as f64)) as i64)
        });
        let most = MAX_CONTAINER_THRESHOLD * state.container_count;
        let sum = sizes.sum::<i64>().clamp(MIN_THRESHOLD, most.max(MIN_THRESHOLD));
        if most <= MIN_THRESHOLD { 0 } else { MAX_NODE_SCORE * (sum - MIN_THRESHOLD) / (most - MIN_THRESHOLD) }
    }
}

fn size_on(node: &NodeInfo, image: &str) -> Option<i64> {
    let index = node.images.binary_search_by(|(name, _)| name.as_str().cmp(image)).ok()?;
    node.images.get(index).map(|(_, size)| *size)
}

/// Names without a tag mean `latest`, as nodes list them (upstream: `normalizedImageName`).
fn normalized(image: &str) -> String {
    let after_registry = image.rfind('/').map_or(0, |at| at + 1);
    match image.get(after_registry..).is_some_and(|rest| rest.contains(':')) {
        true => image.to_string(),
        false => format!("{image}:latest"),
    }
}
