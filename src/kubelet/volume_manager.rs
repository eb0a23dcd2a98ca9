//! Mounting a pod's volumes, trying again where that fails: `pkg/kubelet/volumemanager`.

use super::node::Task;
use super::pod_sync::PodSync;
use super::runtime::fs::VolumeId;
use super::volumes::MountError;
use crate::value::{SmolStr, Value};

/// How long a pod waits for its volumes before its sync fails (`podAttachAndMountTimeout`).
pub const MOUNT_TIMEOUT_MS: u64 = 123_000;
/// Volumes are looked at this often while a pod waits for them.
const POLL_MS: u64 = 300;
/// The first wait after a mount that failed; each further one doubles it.
const FIRST_RETRY_MS: u64 = 500;
/// The longest wait.
const LAST_RETRY_MS: u64 = 122_000;
/// ConfigMaps and Secrets reach their volumes at the pod's periodic sync, which comes this often.
const REFRESH_MS: u64 = 75_000;

/// One volume of a pod.
#[derive(Clone, Debug)]
pub struct PodVolume {
    /// The volume's name in the pod.
    pub name: SmolStr,
    /// Its name in the runtime.
    pub id: VolumeId,
    /// The part of the runtime's volume that the pod sees; `""` for all.
    pub base: SmolStr,
    /// Whether it can't be written to, whatever the mount says.
    pub read_only: bool,
    /// Whether the runtime's volume is this pod's own and goes with it.
    pub is_own: bool,
    mounted: bool,
    next_try_ms: u64,
    retry_ms: u64,
}

/// A pod's volumes.
#[derive(Clone, Debug, Default)]
pub struct PodVolumes {
    volumes: Vec<PodVolume>,
    began_at_ms: u64,
    failed: bool,
}

impl PodVolumes {
    /// Whether there are none (any more).
    pub fn is_empty(&self) -> bool {
        self.volumes.is_empty()
    }

    /// The mounted volume of that name.
    pub fn find(&self, name: &str) -> Option<&PodVolume> {
        self.volumes.iter().find(|volume| volume.name == name && volume.mounted)
    }

    /// When it is first looked whether they are mounted: not at once, since others do that.
    pub fn first_look_ms(&self) -> u64 {
        self.began_at_ms + POLL_MS
    }

    /// When they next take up changes of ConfigMaps and Secrets.
    pub fn next_refresh_ms(&self, now_ms: u64) -> u64 {
        self.began_at_ms + (now_ms.saturating_sub(self.began_at_ms) / REFRESH_MS + 1) * REFRESH_MS
    }

    /// The volumes.
    pub fn iter(&self) -> impl Iterator<Item = &PodVolume> {
        self.volumes.iter()
    }
}

impl PodSync<'_, '_> {
    /// Takes care of the pod's volumes; true when all are mounted already.
    pub(super) fn begin_mounting(&mut self) -> bool {
        let declared = self.worker.pod.path("spec.volumes").items();
        if self.worker.volumes.is_empty() && !declared.is_empty() {
            let volumes = declared.iter().map(|volume| PodVolume {
                name: volume.get("name").str().into(),
                id: SmolStr::default(),
                base: SmolStr::default(),
                read_only: false,
                is_own: true,
                mounted: false,
                next_try_ms: 0,
                retry_ms: 0,
            });
            self.worker.volumes.volumes = volumes.collect();
            self.worker.volumes.began_at_ms = self.now_ms;
        }
        self.worker.volumes.failed = false;
        if self.worker.volumes.volumes.iter().all(|volume| volume.mounted) {
            return true;
        }
        false
    }

    /// Tries what is due; true when all are mounted.
    pub(super) fn continue_mounting(&mut self) -> bool {
        let mut next_ms: Option<u64> = None;
        for index in 0..self.worker.volumes.volumes.len() {
            let volume = &self.worker.volumes.volumes[index];
            if volume.mounted {
                continue;
            }
            if volume.next_try_ms <= self.now_ms {
                self.try_to_mount(index);
            }
            let volume = &self.worker.volumes.volumes[index];
            if !volume.mounted {
                next_ms = Some(next_ms.map_or(volume.next_try_ms, |time_ms: u64| time_ms.min(volume.next_try_ms)));
            }
        }
        match next_ms {
            None => true,
            Some(time_ms) => {
                // Where waiting is of no use the sync ends with an error, and the next one tries again.
                if !self.mounting_failed() {
                    self.wake_at(time_ms.max(self.now_ms + 1));
                }
                false
            }
        }
    }

    /// Whether waiting is of no use: a volume is of a kind that this node doesn't know.
    pub(super) fn mounting_failed(&self) -> bool {
        self.worker.volumes.failed
    }

    fn try_to_mount(&mut self, index: usize) {
        let name = self.worker.volumes.volumes[index].name.clone();
        let declared = self.worker.pod.path("spec.volumes").items().iter().find(|volume| volume.get("name").str() == name.as_str());
        let Some(declared) = declared.cloned() else { return };
        match self.mount(&declared) {
            Ok(mounted) => {
                let volume = &mut self.worker.volumes.volumes[index];
                (volume.id, volume.base, volume.read_only, volume.is_own) = (mounted.id, mounted.base, mounted.read_only, mounted.is_own);
                volume.mounted = true;
            }
            Err(MountError::SetUp { volume: what, message }) => {
                self.retry_later(index);
                self.event("Warning", "FailedMount", &format!("MountVolume.SetUp failed for volume \"{what}\" : {message}"));
            }
            Err(MountError::Other(message)) => {
                self.retry_later(index);
                self.event("Warning", "FailedMount", &message);
            }
            Err(MountError::Process(message)) => {
                let why = format!("unmounted volumes=[{name}], unattached volumes=[], failed to process volumes=[{name}]: {message}");
                self.event("Warning", "FailedMount", &format!("Unable to attach or mount volumes: {why}"));
                self.worker.volumes.volumes[index].next_try_ms = self.now_ms;
                self.worker.volumes.failed = true;
            }
        }
    }

    fn retry_later(&mut self, index: usize) {
        let volume = &mut self.worker.volumes.volumes[index];
        volume.retry_ms = if volume.retry_ms == 0 { FIRST_RETRY_MS } else { (volume.retry_ms * 2).min(LAST_RETRY_MS) };
        volume.next_try_ms = self.now_ms + volume.retry_ms;
    }

    /// Gives all volumes back. What belongs to the pod alone is gone; what lies on the node or elsewhere stays.
    pub(super) fn unmount_volumes(&mut self) {
        for volume in std::mem::take(&mut self.worker.volumes.volumes) {
            if volume.is_own && volume.mounted {
                self.node.runtime.remove_volume(&volume.id);
            }
        }
        self.node.agenda.remove(&Task::Volumes(self.worker.id));
    }

    /// Writes the files anew whose source has changed.
    pub(super) fn refresh_volumes(&mut self) {
        let declared: Vec<Value> = self.worker.pod.path("spec.volumes").items().to_vec();
        for volume in &declared {
            if let Some(mounted) = self.worker.volumes.find(volume.get("name").str()).cloned() {
                self.refresh(volume, &mounted.id);
            }
        }
    }
}
