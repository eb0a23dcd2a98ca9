//! What each kind of volume is on a node: `pkg/volume/*`.

use super::csi_migration;
use super::host_path;
use super::pod_sync::PodSync;
use super::projection;
use super::resources::quantity;
use super::runtime::Profile;
use super::runtime::fs::{Tree, Volume, VolumeId, project};
use crate::api::meta;
use crate::api::resource::{PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES};
use crate::value::{SmolStr, Value};

/// The node's own disk in the runtime.
pub const HOST: &str = "host";

/// Why a volume can't be mounted.
pub enum MountError {
    /// Setting it up failed; it may go well later.
    SetUp {
        /// The name in the message: the volume's, or the PersistentVolume's.
        volume: SmolStr,
        /// Why.
        message: String,
    },
    /// Something else failed, in the Event's whole words.
    Other(String),
    /// The node doesn't know what to do with it.
    Process(String),
}

/// A volume that is mounted on the node.
pub struct Mounted {
    /// Its name in the runtime.
    pub id: VolumeId,
    /// The part of it that the pod sees; `""` for all.
    pub base: SmolStr,
    /// Whether it can't be written to.
    pub read_only: bool,
    /// Whether it is this pod's own and goes with it.
    pub is_own: bool,
}

impl PodSync<'_, '_> {
    /// Makes a volume of the pod available on the node.
    pub(super) fn mount(&mut self, declared: &Value) -> Result<Mounted, MountError> {
        let name = SmolStr::new(declared.get("name").str());
        if let Some(kind) = projection::kind(declared) {
            return self.mount_files(&name, kind, declared);
        }
        if !declared.get("emptyDir").is_null() {
            return Ok(self.mount_empty_dir(&name, declared.get("emptyDir")));
        }
        if !declared.get("hostPath").is_null() {
            return self.mount_host_path(&name, declared.get("hostPath"));
        }
        if !declared.get("nfs").is_null() {
            return Ok(self.mount_nfs(declared.get("nfs")));
        }
        if !declared.get("image").is_null() && self.node.config.profile == Profile::Playground {
            let id = self.volume_id(&name);
            self.node.runtime.put_volume(id.clone(), Volume { read_only: true, ..Volume::of(Tree::new(0o755, self.now_ms)) });
            return Ok(Mounted { id, base: SmolStr::default(), read_only: true, is_own: true });
        }
        if !declared.get("persistentVolumeClaim").is_null() {
            let claim = declared.get("persistentVolumeClaim");
            let read_only = claim.get("readOnly").as_bool() == Some(true);
            return self.mount_claim(claim.get("claimName").str(), read_only);
        }
        if !declared.get("ephemeral").is_null() {
            let claim = format!("{}-{name}", meta::name(&self.worker.pod));
            return self.mount_claim(&claim, false);
        }
        if declared.fields().len() == 1 {
            return Ok(self.mount_empty_dir(&name, &Value::Null));
        }
        match csi_migration::volume_name(declared, meta::namespace(&self.worker.pod)) {
            Ok(name) => Err(no_plugin(&name)),
            Err(why) => Err(MountError::Process(format!("failed to translate in-tree pv to CSI: {why}"))),
        }
    }

    /// ConfigMap, Secret, downward API, and projected volumes.
    fn mount_files(&mut self, name: &SmolStr, kind: projection::Kind, declared: &Value) -> Result<Mounted, MountError> {
        let files = self.files(kind, declared).map_err(|message| MountError::SetUp { volume: name.clone(), message })?;
        let id = self.volume_id(name);
        let mut tree = Tree::new(0o777, self.now_ms);
        project(&mut tree, &files, self.now_ms).map_err(|error| MountError::SetUp { volume: name.clone(), message: error.message().into() })?;
        self.give_to_group(&mut tree);
        let volume = Volume { read_only: true, device: "tmpfs".into(), ..Volume::of(tree) };
        self.node.runtime.put_volume(id.clone(), volume);
        Ok(Mounted { id, base: SmolStr::default(), read_only: true, is_own: true })
    }

    /// Writes a volume's files anew where they have become others.
    pub(super) fn refresh(&mut self, declared: &Value, id: &VolumeId) {
        let Some(kind) = projection::kind(declared) else { return };
        let Ok(files) = self.files(kind, declared) else { return };
        let Some(volume) = self.node.runtime.volume(id) else { return };
        let is_as_before = files.iter().all(|file| {
            let length = file.bytes.len();
            volume.tree.read_text(&file.path, length + 1).is_ok_and(|text| text.as_bytes() == String::from_utf8_lossy(&file.bytes).as_bytes())
        });
        let shown =
            volume.tree.find("..data").ok().and_then(|inode| volume.tree.node(inode)).and_then(|node| node.entries()).map_or(0, |entries| entries.len());
        let first_parts: crate::value::SortedSet<&str> = files.iter().filter_map(|file| file.path.split('/').next()).collect();
        if is_as_before && shown == first_parts.len() {
            return;
        }
        let mut volume = volume.clone();
        if project(&mut volume.tree, &files, self.now_ms).is_ok() {
            self.give_to_group(&mut volume.tree);
            self.node.runtime.put_volume(id.clone(), volume);
        }
    }

    fn give_to_group(&self, tree: &mut Tree) {
        if let Some(group) = self.worker.pod.path("spec.securityContext.fsGroup").as_i64() {
            tree.set_group(group);
        }
    }

    fn mount_empty_dir(&mut self, name: &SmolStr, source: &Value) -> Mounted {
        let id = self.volume_id(name);
        let mut tree = Tree::new(0o777, self.now_ms);
        self.give_to_group(&mut tree);
        let in_memory = source.get("medium").str() == "Memory";
        let limit = quantity(source.get("sizeLimit")).map(|limit| limit.value().max(0) as u64);
        let device = if in_memory { "tmpfs" } else { "/dev/vda1" };
        let volume = Volume { capacity_bytes: limit.filter(|_| in_memory), device: device.into(), ..Volume::of(tree) };
        self.node.runtime.put_volume(id.clone(), volume);
        Mounted { id, base: SmolStr::default(), read_only: false, is_own: true }
    }

    /// A folder or file of the node; all pods of the node see the same disk.
    fn mount_host_path(&mut self, name: &SmolStr, source: &Value) -> Result<Mounted, MountError> {
        let path = source.get("path").str();
        let host = self.node.host_disk(self.now_ms);
        host_path::prepare(&mut host.tree, path, source.get("type").str(), self.now_ms)
            .map_err(|message| MountError::SetUp { volume: name.clone(), message })?;
        Ok(Mounted { id: HOST.into(), base: path.into(), read_only: false, is_own: false })
    }

    /// A folder of a file server, which all nodes share. The server itself isn't simulated: whatever is asked for exists.
    fn mount_nfs(&mut self, source: &Value) -> Mounted {
        let device = format!("{}:{}", source.get("server").str(), source.get("path").str());
        let id = SmolStr::from(format!("nfs/{device}"));
        if self.node.runtime.volume(&id).is_none() {
            let empty = || Volume { reports_writes: true, device: device.as_str().into(), ..Volume::of(Tree::new(0o777, self.now_ms)) };
            let volume = self.node.shared.get(&id).cloned().unwrap_or_else(empty);
            self.node.runtime.put_volume(id.clone(), volume);
        }
        Mounted { id, base: SmolStr::default(), read_only: source.get("readOnly").as_bool() == Some(true), is_own: false }
    }

    /// The volume that a claim is bound to.
    fn mount_claim(&mut self, claim_name: &str, read_only: bool) -> Result<Mounted, MountError> {
        let namespace = SmolStr::new(meta::namespace(&self.worker.pod));
        let process = |why: String| MountError::Process(format!("error processing PVC {namespace}/{claim_name}: {why}"));
        let Some(claim) = self.client.get(&PERSISTENT_VOLUME_CLAIMS, &namespace, claim_name) else {
            return Err(process(format!("failed to fetch PVC from API server: persistentvolumeclaims \"{claim_name}\" not found")));
        };
        let volume_name = SmolStr::new(claim.path("spec.volumeName").str());
        if claim.path("status.phase").str() != "Bound" || volume_name.is_empty() {
            return Err(process("PVC is not bound".into()));
        }
        let Some(volume) = self.client.get(&PERSISTENT_VOLUMES, "", &volume_name) else {
            return Err(process(format!("failed to fetch PV {volume_name} from API server: persistentvolumes \"{volume_name}\" not found")));
        };
        let spec = volume.get("spec");
        let mut mounted = if !spec.get("hostPath").is_null() {
            self.mount_host_path(&volume_name, spec.get("hostPath"))?
        } else if !spec.get("local").is_null() {
            let path = spec.path("local.path").str();
            let host = self.node.host_disk(self.now_ms);
            if host.tree.find(path).is_err() {
                let why = format!("path \"{path}\" does not exist");
                return Err(MountError::Other(format!("MountVolume.NewMounter initialization failed for volume \"{volume_name}\" : {why}")));
            }
            Mounted { id: HOST.into(), base: path.into(), read_only: false, is_own: false }
        } else if !spec.get("nfs").is_null() {
            self.mount_nfs(spec.get("nfs"))
        } else if !spec.get("csi").is_null() && self.node.config.profile == Profile::Playground {
            let driver = spec.path("csi.driver").str();
            let why =
                format!("kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name {driver} not found in the list of registered CSI drivers");
            return Err(MountError::SetUp { volume: volume_name, message: why });
        } else {
            return Err(no_plugin(&volume_name));
        };
        mounted.read_only |= read_only;
        Ok(mounted)
    }
}

fn no_plugin(volume: &str) -> MountError {
    MountError::Process(format!("failed to get Plugin from volumeSpec for volume \"{volume}\" err=no volume plugin matched"))
}
