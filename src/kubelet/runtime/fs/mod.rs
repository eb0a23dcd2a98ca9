//! Files: volumes and containers' roots as persistent trees.

mod content;
mod projected;
mod tree;
pub(crate) mod view;

pub use content::Content;
pub use projected::{ProjectedFile, project};
pub use tree::{Device, FsError, Inode, Node, NodeKind, ROOT, Tree};

use smol_str::SmolStr;

/// A volume's name on its node. The kubelet chooses it: something that stays the same as long as
/// the data does (a pod's UID and the volume's name for an emptyDir, the path for a hostPath).
pub type VolumeId = SmolStr;

/// A volume as the containers of a node share it. Its data outlives pods until the kubelet removes it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Volume {
    /// What is in it.
    pub tree: Tree,
    /// Writing more fails with `No space left on device`; none: the node's disk is the limit.
    /// (An emptyDir's `sizeLimit` is not this: the kubelet evicts when [`Tree::used_bytes`] is over it.
    /// Only `medium: Memory` really fails.)
    pub capacity_bytes: Option<u64>,
    /// Whether it can't be written to by anybody (ConfigMap, Secret, downward API, projected).
    pub read_only: bool,
    /// What `df` and `mount` call it: `tmpfs`, `/dev/vda1`, `nfs.example.com:/exports`.
    pub device: SmolStr,
    /// Whether [`super::RuntimeEvent::VolumeWritten`] is wanted: for data that other nodes see too.
    pub reports_writes: bool,
    /// A single file instead of a directory: the tree's only entry, mounted itself (hostPath of type File).
    pub single_file: bool,
}

impl Volume {
    /// A volume with these files, otherwise plain.
    pub fn of(tree: Tree) -> Volume {
        Volume { tree, ..Volume::default() }
    }
}
