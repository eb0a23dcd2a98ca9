//! How long kubelets may keep ConfigMaps and Secrets before they ask again, as an annotation of each node; the longer the larger the cluster
//! (`pkg/controller/ttl`).

use super::controller::{Context, Controller, Queue};
use crate::api::meta;
use crate::api::resource::{NODES, ObjectKey};
use crate::api::status::Status;
use crate::store::{Change, ChangeType, Store};

const ANNOTATION: &str = "node.alpha.kubernetes.io/ttl";
/// Up to so many nodes, so many seconds.
const BOUNDARIES: [(usize, &str); 4] = [(100, "0"), (500, "15"), (1000, "30"), (2000, "60")];
const LARGEST: &str = "300";

/// The controller of that annotation.
pub(super) struct TtlController;

impl Controller for TtlController {
    fn name(&self) -> &'static str {
        "ttl-controller"
    }

    fn enqueue(&self, change: &Change, _store: &Store, queue: &mut Queue) {
        if change.resource == NODES && change.type_ != ChangeType::Deleted && (change.type_ == ChangeType::Added || change.changed("metadata.annotations")) {
            queue.add(change.key());
        }
    }

    fn sync(&self, key: &ObjectKey, context: &mut Context) -> Result<(), Status> {
        let Some(mut node) = context.get(&NODES, key) else { return Ok(()) };
        let nodes = context.store().count(&NODES);
        let seconds = BOUNDARIES.iter().find(|(limit, _)| nodes <= *limit).map_or(LARGEST, |(_, seconds)| seconds);
        if meta::annotation(&node, ANNOTATION) == seconds {
            return Ok(());
        }
        meta::set_annotation(&mut node, ANNOTATION, seconds);
        context.client.update(&NODES, node).map(|_| ())
    }
}
