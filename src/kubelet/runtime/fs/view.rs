//! What one container sees: its root with volumes mounted into it.

use super::tree::{MAX_LINKS, parts_reversed};
use super::{FsError, Inode, Node, NodeKind, ROOT, Tree, Volume, VolumeId};
use crate::value::OrdMap;
use smol_str::{SmolStr, format_smolstr};

/// A container's mounts. The volumes' data is the node's; see [`Files`].
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    pub root: Tree,
    pub root_read_only: bool,
    mounts: Vec<MountPoint>,
    /// Copies of what a `subPath` of a ConfigMap or Secret volume showed when it was mounted: it isn't updated.
    private: Vec<Tree>,
}

#[derive(Clone, Debug)]
pub(crate) struct MountPoint {
    pub path: SmolStr,
    pub device: DeviceId,
    pub root: Inode,
    pub read_only: bool,
}

/// Which tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeviceId {
    Root,
    Volume(VolumeId),
    Private(usize),
}

/// A node, as the container reached it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub device: DeviceId,
    pub inode: Inode,
    pub read_only: bool,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Credentials {
    pub uid: i64,
    pub gid: i64,
    pub groups: Vec<i64>,
}

/// What is wanted of a node, as permission bits.
pub(crate) const READ: u32 = 4;
pub(crate) const WRITE: u32 = 2;
pub(crate) const EXECUTE: u32 = 1;

/// A container's files, while it runs: its view and its node's volumes.
pub(crate) struct Files<'a> {
    pub view: &'a mut View,
    pub volumes: &'a mut OrdMap<VolumeId, Volume>,
    /// Volumes that were written to and report it.
    pub written: &'a mut Vec<VolumeId>,
    /// Bytes that the node's disk still has.
    pub disk_free_bytes: u64,
    pub now_ms: u64,
}

impl View {
    pub fn new(root: Tree, root_read_only: bool) -> View {
        View { root, root_read_only, mounts: Vec::new(), private: Vec::new() }
    }

    pub fn mounts(&self) -> &[MountPoint] {
        &self.mounts
    }
}

impl Files<'_> {
    /// Mounts (a part of) a volume, making what the mount point needs.
    pub fn mount(&mut self, path: &str, volume_id: &VolumeId, sub_path: &str, read_only: bool) -> Result<(), String> {
        let now_ms = self.now_ms;
        let volume = self.volumes.get_mut(volume_id).ok_or_else(|| format!("failed to mount {path}: volume {volume_id} does not exist"))?;
        let whole =
            if volume.single_file { volume.tree.node(ROOT).and_then(Node::entries).and_then(|entries| entries.values().next().copied()) } else { Some(ROOT) };
        let mut root = whole.unwrap_or(ROOT);
        let mut device = DeviceId::Volume(volume_id.clone());
        if !sub_path.is_empty() {
            root = match volume.tree.find(sub_path) {
                Ok(inode) => inode,
                Err(_) => volume
                    .tree
                    .make_dirs(sub_path, 0o755, now_ms)
                    .map_err(|error| format!("failed to create subPath directory for volumeMount: {}", error.message()))?,
            };
            if volume.read_only {
                self.view.private.push(volume.tree.clone());
                device = DeviceId::Private(self.view.private.len() - 1);
            }
        }
        let is_dir = volume.tree.node(root).is_some_and(Node::is_dir);
        let read_only = read_only || volume.read_only;
        let path = self.mount_point(path, is_dir);
        self.view.mounts.push(MountPoint { path, device, root, read_only });
        Ok(())
    }

    /// The real path of a mount point; makes it where it is missing.
    fn mount_point(&mut self, path: &str, is_dir: bool) -> SmolStr {
        let root_user = Credentials::default();
        let mut here = SmolStr::new_static("/");
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        for (index, part) in parts.iter().enumerate() {
            let next = join(&here, part);
            here = match self.find(&root_user, &next, true) {
                Ok((_, real)) => real,
                Err(_) => {
                    let last = index + 1 == parts.len();
                    let kind = if last && !is_dir { NodeKind::File(Default::default()) } else { NodeKind::Directory(OrdMap::new()) };
                    self.make_mount_node(&here, part, kind);
                    next
                }
            };
        }
        here
    }

    fn make_mount_node(&mut self, parent: &str, name: &str, kind: NodeKind) {
        let now_ms = self.now_ms;
        let Ok((place, _)) = self.find(&Credentials::default(), parent, true) else { return };
        let links = if matches!(kind, NodeKind::Directory(_)) { 2 } else { 1 };
        if let Some(tree) = self.tree_mut(&place.device) {
            let _ = tree.add(place.inode, name, Node { kind, mode: 0o755, uid: 0, gid: 0, modified_at_ms: now_ms, links });
        }
    }

    fn tree(&self, device: &DeviceId) -> Option<&Tree> {
        match device {
            DeviceId::Root => Some(&self.view.root),
            DeviceId::Volume(id) => self.volumes.get(id).map(|volume| &volume.tree),
            DeviceId::Private(index) => self.view.private.get(*index),
        }
    }

    fn tree_mut(&mut self, device: &DeviceId) -> Option<&mut Tree> {
        match device {
            DeviceId::Root => Some(&mut self.view.root),
            DeviceId::Volume(id) => {
                let volume = self.volumes.get_mut(id)?;
                if volume.reports_writes && !self.written.contains(id) {
                    self.written.push(id.clone());
                }
                Some(&mut volume.tree)
            }
            DeviceId::Private(index) => self.view.private.get_mut(*index),
        }
    }

    /// The node at a place.
    pub fn node(&self, place: &Place) -> Result<&Node, FsError> {
        self.tree(&place.device).and_then(|tree| tree.node(place.inode)).ok_or(FsError::NotFound)
    }

    fn root_place(&self) -> Place {
        Place { device: DeviceId::Root, inode: ROOT, read_only: self.view.root_read_only }
    }

    /// Finds an absolute path, and says what it really is.
    pub fn find(&self, who: &Credentials, path: &str, follow_last: bool) -> Result<(Place, SmolStr), FsError> {
        let mut pending: Vec<SmolStr> = parts_reversed(path);
        let must_be_dir = path.len() > 1 && path.ends_with('/');
        let mut trail: Vec<(SmolStr, Place)> = vec![(SmolStr::default(), self.root_place())];
        let mut links = 0;
        while let Some(part) = pending.pop() {
            if part == ".." {
                if trail.len() > 1 {
                    trail.pop();
                }
                continue;
            }
            let Some((here_path, here)) = trail.last() else { break };
            let node = self.node(here)?;
            let entries = node.entries().ok_or(FsError::NotADirectory)?;
            if !allowed(who, node, EXECUTE) {
                return Err(FsError::Denied);
            }
            let inode = *entries.get(part.as_str()).ok_or(FsError::NotFound)?;
            let path = format_smolstr!("{here_path}/{part}");
            let mut place = Place { device: here.device.clone(), inode, read_only: here.read_only };
            if let Some(mount) = self.view.mounts.iter().rev().find(|mount| mount.path == path) {
                place = Place { device: mount.device.clone(), inode: mount.root, read_only: mount.read_only };
            }
            match &self.node(&place)?.kind {
                NodeKind::Symlink(target) if follow_last || !pending.is_empty() || must_be_dir => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(FsError::TooManyLinks);
                    }
                    if target.starts_with('/') {
                        trail.truncate(1);
                    }
                    pending.extend(parts_reversed(target));
                }
                _ => trail.push((path, place)),
            }
        }
        let (path, place) = trail.pop().unwrap_or((SmolStr::default(), self.root_place()));
        if must_be_dir && !self.node(&place)?.is_dir() {
            return Err(FsError::NotADirectory);
        }
        Ok((place, if path.is_empty() { "/".into() } else { path }))
    }

    /// The directory that a path's last part is in, and that part. Following a link there is the caller's matter.
    fn find_parent(&self, who: &Credentials, path: &str) -> Result<(Place, SmolStr), FsError> {
        let trimmed = path.trim_end_matches('/');
        let (directory, name) = trimmed.rsplit_once('/').unwrap_or(("", trimmed));
        if name.is_empty() {
            return Err(FsError::Exists);
        }
        if name == "." || name == ".." {
            return Err(FsError::Invalid);
        }
        let (place, _) = self.find(who, if directory.is_empty() { "/" } else { directory }, true)?;
        if !self.node(&place)?.is_dir() {
            return Err(FsError::NotADirectory);
        }
        Ok((place, name.into()))
    }

    /// Whether `who` may do that with the node.
    pub fn may(&self, who: &Credentials, place: &Place, wanted: u32) -> bool {
        self.node(place).is_ok_and(|node| allowed(who, node, wanted) && !(wanted & WRITE != 0 && place.read_only))
    }

    fn may_change_dir(&self, who: &Credentials, parent: &Place) -> Result<(), FsError> {
        if parent.read_only {
            return Err(FsError::ReadOnly);
        }
        if !allowed(who, self.node(parent)?, WRITE | EXECUTE) {
            return Err(FsError::Denied);
        }
        Ok(())
    }

    /// Opens a file for reading.
    pub fn open_read(&self, who: &Credentials, path: &str) -> Result<Place, FsError> {
        let (place, _) = self.find(who, path, true)?;
        if !allowed(who, self.node(&place)?, READ) {
            return Err(FsError::Denied);
        }
        Ok(place)
    }

    /// Opens a file for writing, making it where it is missing; empties it unless it is appended to.
    pub fn open_write(&mut self, who: &Credentials, path: &str, append: bool, mode: u32) -> Result<Place, FsError> {
        let place = match self.find(who, path, true) {
            Ok((place, _)) => place,
            Err(FsError::NotFound) => return self.create(who, &self.link_target(who, path), mode),
            Err(error) => return Err(error),
        };
        let node = self.node(&place)?;
        if node.is_dir() {
            return Err(FsError::IsADirectory);
        }
        let is_file = matches!(node.kind, NodeKind::File(_));
        if place.read_only && is_file {
            return Err(FsError::ReadOnly);
        }
        if !allowed(who, node, WRITE) {
            return Err(FsError::Denied);
        }
        let now_ms = self.now_ms;
        if is_file && !append {
            self.tree_mut(&place.device).ok_or(FsError::NotFound)?.truncate(place.inode, now_ms)?;
        }
        Ok(place)
    }

    /// Where a dangling link's target would be made; the path itself where it is no link.
    fn link_target(&self, who: &Credentials, path: &str) -> SmolStr {
        match self.find(who, path, false) {
            Ok((place, real)) => match self.node(&place).map(|node| node.kind.clone()) {
                Ok(NodeKind::Symlink(target)) if target.starts_with('/') => target,
                Ok(NodeKind::Symlink(target)) => join(real.rsplit_once('/').map_or("/", |(directory, _)| directory), &target),
                _ => path.into(),
            },
            Err(_) => path.into(),
        }
    }

    fn create(&mut self, who: &Credentials, path: &str, mode: u32) -> Result<Place, FsError> {
        self.add(who, path, NodeKind::File(Default::default()), mode)
    }

    /// Makes a node under a path that must be free.
    pub fn add(&mut self, who: &Credentials, path: &str, kind: NodeKind, mode: u32) -> Result<Place, FsError> {
        let (parent, name) = self.find_parent(who, path)?;
        let directory = self.node(&parent)?;
        if directory.entries().is_some_and(|entries| entries.contains_key(&name)) {
            return Err(FsError::Exists);
        }
        let set_group = directory.mode & 0o2000 != 0;
        let (gid, inherited) = if set_group { (directory.gid, 0o2000) } else { (who.gid, 0) };
        self.may_change_dir(who, &parent)?;
        let is_dir = matches!(kind, NodeKind::Directory(_));
        let node =
            Node { kind, mode: mode | if is_dir { inherited } else { 0 }, uid: who.uid, gid, modified_at_ms: self.now_ms, links: if is_dir { 2 } else { 1 } };
        let inode = self.tree_mut(&parent.device).ok_or(FsError::NotFound)?.add(parent.inode, &name, node)?;
        Ok(Place { inode, ..parent })
    }

    /// Takes a name away; a directory must be empty.
    pub fn remove(&mut self, who: &Credentials, path: &str) -> Result<(), FsError> {
        let (parent, name) = self.find_parent(who, path)?;
        let (place, real) = self.find(who, path, false)?;
        self.may_change_dir(who, &parent)?;
        if self.view.mounts.iter().any(|mount| mount.path == real) {
            return Err(FsError::Busy);
        }
        let directory = self.node(&parent)?;
        let sticky = directory.mode & 0o1000 != 0;
        if sticky && who.uid != 0 && who.uid != directory.uid && who.uid != self.node(&place)?.uid {
            return Err(FsError::NotPermitted);
        }
        let now_ms = self.now_ms;
        self.tree_mut(&parent.device).ok_or(FsError::NotFound)?.unlink(parent.inode, &name, now_ms)
    }

    /// `rename(2)`.
    pub fn rename(&mut self, who: &Credentials, from: &str, to: &str) -> Result<(), FsError> {
        let (from_parent, from_name) = self.find_parent(who, from)?;
        let (to_parent, to_name) = self.find_parent(who, to)?;
        let (_, real) = self.find(who, from, false)?;
        if self.view.mounts.iter().any(|mount| mount.path == real) {
            return Err(FsError::Busy);
        }
        if from_parent.device != to_parent.device {
            return Err(FsError::CrossDevice);
        }
        self.may_change_dir(who, &from_parent)?;
        self.may_change_dir(who, &to_parent)?;
        let now_ms = self.now_ms;
        self.tree_mut(&from_parent.device).ok_or(FsError::NotFound)?.rename((from_parent.inode, &from_name), (to_parent.inode, &to_name), now_ms)
    }

    /// `link(2)`.
    pub fn link(&mut self, who: &Credentials, target: &str, path: &str) -> Result<(), FsError> {
        let (place, _) = self.find(who, target, false)?;
        if self.node(&place)?.is_dir() {
            return Err(FsError::NotPermitted);
        }
        let (parent, name) = self.find_parent(who, path)?;
        if parent.device != place.device {
            return Err(FsError::CrossDevice);
        }
        self.may_change_dir(who, &parent)?;
        let now_ms = self.now_ms;
        self.tree_mut(&parent.device).ok_or(FsError::NotFound)?.link(parent.inode, &name, place.inode, now_ms)
    }

    /// Bytes of a file.
    pub fn read(&self, place: &Place, offset: u64, limit: usize) -> Result<Vec<u8>, FsError> {
        match &self.node(place)?.kind {
            NodeKind::File(content) => Ok(content.read(offset, limit)),
            NodeKind::Directory(_) => Err(FsError::IsADirectory),
            _ => Ok(Vec::new()),
        }
    }

    fn has_room(&self, place: &Place, more_bytes: u64) -> Result<(), FsError> {
        let full = match &place.device {
            DeviceId::Volume(id) => {
                self.volumes.get(id).is_some_and(|volume| volume.capacity_bytes.is_some_and(|capacity| volume.tree.used_bytes() + more_bytes > capacity))
            }
            _ => false,
        };
        if full || more_bytes > self.disk_free_bytes { Err(FsError::NoSpace) } else { Ok(()) }
    }

    /// Adds bytes to a file that was opened for writing.
    pub fn append(&mut self, place: &Place, bytes: &[u8]) -> Result<(), FsError> {
        self.has_room(place, bytes.len() as u64)?;
        let now_ms = self.now_ms;
        self.disk_free_bytes -= bytes.len() as u64;
        self.tree_mut(&place.device).ok_or(FsError::NotFound)?.append(place.inode, bytes, now_ms)
    }

    /// Adds zero bytes to a file that was opened for writing.
    pub fn append_zeros(&mut self, place: &Place, count: u64) -> Result<(), FsError> {
        self.has_room(place, count)?;
        let now_ms = self.now_ms;
        self.disk_free_bytes -= count;
        self.tree_mut(&place.device).ok_or(FsError::NotFound)?.append_zeros(place.inode, count, now_ms)
    }

    /// Changes mode, owner or time of a node that `who` owns.
    pub fn change(&mut self, who: &Credentials, place: &Place, change: impl FnOnce(&mut Node)) -> Result<(), FsError> {
        if place.read_only {
            return Err(FsError::ReadOnly);
        }
        if who.uid != 0 && self.node(place)?.uid != who.uid {
            return Err(FsError::NotPermitted);
        }
        let node = self.tree_mut(&place.device).and_then(|tree| tree.node_mut(place.inode)).ok_or(FsError::NotFound)?;
        change(node);
        Ok(())
    }

    /// The volume that a place is on, for `df`; none for the container's root.
    pub fn volume_of(&self, place: &Place) -> Option<(&VolumeId, &Volume)> {
        match &place.device {
            DeviceId::Volume(id) => self.volumes.get_key_value(id),
            _ => None,
        }
    }
}

/// Linux' permission check, with root allowed everything but to execute what nobody may.
pub(crate) fn allowed(who: &Credentials, node: &Node, wanted: u32) -> bool {
    if who.uid == 0 {
        return wanted & EXECUTE == 0 || node.is_dir() || node.mode & 0o111 != 0 || matches!(node.kind, NodeKind::Symlink(_));
    }
    let shift = if node.uid == who.uid {
        6
    } else if node.gid == who.gid || who.groups.contains(&node.gid) {
        3
    } else {
        0
    };
    (node.mode >> shift) & wanted == wanted
}

/// `path` seen from the directory `base`.
pub(crate) fn join(base: &str, path: &str) -> SmolStr {
    if path.starts_with('/') {
        path.into()
    } else if base.ends_with('/') {
        format_smolstr!("{base}{path}")
    } else {
        format_smolstr!("{base}/{path}")
    }
}
