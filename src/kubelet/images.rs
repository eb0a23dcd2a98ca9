//! Seeing to it that an image is on the node: `pkg/kubelet/images/image_manager.go`.

use super::image_name;
use super::node::PullOwner;
use super::pod_spec::{self, ContainerKind};
use super::pod_sync::PodSync;
use super::runtime::PullId;
use super::text;
use crate::api::meta;
use crate::api::resource::SECRETS;
use crate::value::{SmolStr, Value};

/// Whether a container's image is there.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageOutcome {
    /// It is.
    Present,
    /// It is being pulled.
    Pulling(PullId),
    /// It can't be had now.
    Failed {
        /// `ErrImagePull`, `ImagePullBackOff`, `ErrImageNeverPull`, `InvalidImageName`.
        reason: &'static str,
        /// Why.
        message: String,
    },
}

impl PodSync<'_, '_> {
    /// Says so where a pull secret that the pod names doesn't exist.
    pub(super) fn check_pull_secrets(&mut self) {
        let namespace = meta::namespace(&self.worker.pod);
        let names = self.worker.pod.path("spec.imagePullSecrets").items().iter().map(|secret| secret.get("name").str());
        let missing: Vec<&str> = names.filter(|name| !name.is_empty() && self.client.store().get(&SECRETS, namespace, name).is_none()).collect();
        if !missing.is_empty() {
            let message = format!("Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.", missing.join(", "));
            self.event("Warning", "FailedToRetrieveImagePullSecret", &message);
        }
    }

    /// Looks for the image and begins to pull it where the policy wants that.
    pub(super) fn ensure_image(&mut self, container: &Value) -> ImageOutcome {
        let (name, image) = (container.get("name").str(), container.get("image").str());
        if let Err(why) = image_name::check(image) {
            let message = format!("Failed to apply default image tag \"{image}\": {why}");
            self.container_event(name, "Warning", "InspectFailed", &message);
            return ImageOutcome::Failed { reason: "InvalidImageName", message };
        }
        let policy = container.get("imagePullPolicy").str();
        if policy != "Always" {
            let known = self.node.runtime.image(image).is_some();
            if known {
                let message = format!("Container image \"{image}\" already present on machine and can be accessed by the pod");
                self.container_event(name, "Normal", "Pulled", &message);
                return ImageOutcome::Present;
            }
            if policy == "Never" {
                let message = format!("Container image \"{image}\" is not present with pull policy of Never");
                self.container_event(name, "Warning", "ErrImageNeverPull", &message);
                return ImageOutcome::Failed { reason: "ErrImageNeverPull", message };
            }
        }
        if let Some(failures) = self.worker.pulls.get(image).filter(|failures| failures.backoff.waits(self.now_ms)) {
            let waits = format!("Back-off pulling image \"{image}\"");
            let message = if failures.last_error.is_empty() { waits.clone() } else { format!("{waits}: {}", failures.last_error) };
            self.container_event(name, "Normal", "BackOff", &waits);
            return ImageOutcome::Failed { reason: "ImagePullBackOff", message };
        }
        self.container_event(name, "Normal", "Pulling", &format!("Pulling image \"{image}\""));
        let pull = self.node.runtime.pull_image(image, self.now_ms);
        self.node.pulls.insert(pull, PullOwner { pod: self.worker.id });
        ImageOutcome::Pulling(pull)
    }

    /// What came of a pull; `None` while it lasts.
    pub(super) fn pull_outcome(&mut self, kind: ContainerKind, index: usize, pull: PullId) -> Option<ImageOutcome> {
        let state = self.node.runtime.pull(pull)?.clone();
        let result = state.result.clone()?;
        self.node.runtime.forget_pull(pull);
        self.node.pulls.remove(&pull);
        let container = pod_spec::containers(&self.worker.pod, kind).get(index).cloned().unwrap_or_default();
        let (name, image) = (container.get("name").str(), container.get("image").str());
        Some(match result {
            Ok(found) => {
                let own = text::duration(state.finishes_at_ms.saturating_sub(state.started_at_ms));
                let with_waiting = text::duration(state.finishes_at_ms.saturating_sub(state.requested_at_ms));
                let message =
                    format!("Successfully pulled image \"{image}\" in {own} ({with_waiting} including waiting). Image size: {} bytes.", found.size_bytes);
                self.container_event(name, "Normal", "Pulled", &message);
                self.node.images_changed = true;
                ImageOutcome::Present
            }
            Err(error) => {
                self.container_event(name, "Warning", "Failed", &format!("Failed to pull image \"{image}\": {error}"));
                let mut failures = self.worker.pulls.get(image).cloned().unwrap_or_default();
                failures.backoff.next(self.now_ms, self.now_ms);
                failures.last_error = format!("ErrImagePull: {error}");
                self.worker.pulls.insert(SmolStr::new(image), failures);
                ImageOutcome::Failed { reason: "ErrImagePull", message: error }
            }
        })
    }
}
