//! A tree of inodes: what a volume or a container's root is.

use super::content::Content;
use crate::value::OrdMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// An inode's number in its tree. 1 is the root.
pub type Inode = u64;

/// The root directory's number.
pub const ROOT: Inode = 1;

/// Symbolic links followed in one look-up before it fails with ELOOP, as in Linux.
pub(super) const MAX_LINKS: usize = 40;

/// Why an operation on files fails; [`FsError::message`] is `strerror`'s text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FsError {
    /// ENOENT
    NotFound,
    /// EEXIST
    Exists,
    /// ENOTDIR
    NotADirectory,
    /// EISDIR
    IsADirectory,
    /// ENOTEMPTY
    NotEmpty,
    /// EROFS
    ReadOnly,
    /// EACCES
    Denied,
    /// EPERM
    NotPermitted,
    /// ENOSPC
    NoSpace,
    /// ELOOP
    TooManyLinks,
    /// EINVAL
    Invalid,
    /// EBUSY
    Busy,
    /// EXDEV
    CrossDevice,
}

impl FsError {
    /// What programs print for it.
    pub fn message(self) -> &'static str {
        match self {
            FsError::NotFound => "No such file or directory",
            FsError::Exists => "File exists",
            FsError::NotADirectory => "Not a directory",
            FsError::IsADirectory => "Is a directory",
            FsError::NotEmpty => "Directory not empty",
            FsError::ReadOnly => "Read-only file system",
            FsError::Denied => "Permission denied",
            FsError::NotPermitted => "Operation not permitted",
            FsError::NoSpace => "No space left on device",
            FsError::TooManyLinks => "Too many levels of symbolic links",
            FsError::Invalid => "Invalid argument",
            FsError::Busy => "Resource busy",
            FsError::CrossDevice => "Invalid cross-device link",
        }
    }
}

/// One file, directory or link.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The permission bits: `0o644`.
    pub mode: u32,
    /// The owner.
    pub uid: i64,
    /// The group.
    pub gid: i64,
    /// When it was last written to.
    pub modified_at_ms: u64,
    /// How many names it has.
    pub links: u32,
}

/// What a [`Node`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A file and its bytes.
    File(Content),
    /// A directory: inodes by name.
    Directory(OrdMap<SmolStr, Inode>),
    /// A symbolic link and its target.
    Symlink(SmolStr),
    /// A device: `null`, `zero`, …
    Device(Device),
    /// A named pipe or socket: present, but nothing is on the other side.
    Special,
}

/// The devices of `/dev`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// `/dev/null`
    Null,
    /// `/dev/zero`
    Zero,
    /// `/dev/full`
    Full,
    /// `/dev/random` and `/dev/urandom`
    Random,
    /// `/dev/tty` and `/dev/console`
    Tty,
}

impl Node {
    /// Whether this is a directory.
    pub fn is_dir(&self) -> bool {
        matches!(self.kind, NodeKind::Directory(_))
    }

    /// The names in it, where it is a directory.
    pub fn entries(&self) -> Option<&OrdMap<SmolStr, Inode>> {
        match &self.kind {
            NodeKind::Directory(entries) => Some(entries),
            _ => None,
        }
    }

    /// The size that `ls -l` shows.
    pub fn size_bytes(&self) -> u64 {
        match &self.kind {
            NodeKind::File(content) => content.len(),
            NodeKind::Directory(_) => 4096,
            NodeKind::Symlink(target) => target.len() as u64,
            _ => 0,
        }
    }
}

/// Files and directories as a value: clones share everything, and a change copies its path only.
///
/// Its methods that take paths don't check permissions: they are the kubelet's (root's) view.
/// Paths are relative to the tree's root, with or without a leading `/`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Behind pointers, so that a changed path of the map copies little.
    nodes: OrdMap<Inode, Arc<Node>>,
    next: Inode,
    used_bytes: u64,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree::new(0o755, 0)
    }
}

impl Tree {
    /// An empty tree whose root has this mode.
    pub fn new(mode: u32, now_ms: u64) -> Tree {
        let root = Node { kind: NodeKind::Directory(OrdMap::new()), mode, uid: 0, gid: 0, modified_at_ms: now_ms, links: 2 };
        Tree { nodes: OrdMap::from_iter([(ROOT, Arc::new(root))]), next: ROOT + 1, used_bytes: 0 }
    }

    /// The bytes that all files take: what an emptyDir's `sizeLimit` is compared with.
    pub fn used_bytes(&self) -> u64 {
        self.used_bytes
    }

    /// How many files, directories and links there are.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// The node of that number.
    pub fn node(&self, inode: Inode) -> Option<&Node> {
        self.nodes.get(&inode).map(Arc::as_ref)
    }

    /// The node of that number, to change its mode, owner and times; bytes are changed with [`Tree::append`] and [`Tree::truncate`].
    pub fn node_mut(&mut self, inode: Inode) -> Option<&mut Node> {
        self.nodes.get_mut(&inode).map(Arc::make_mut)
    }

    /// What `name` is in the directory `parent`.
    pub fn child(&self, parent: Inode, name: &str) -> Result<Inode, FsError> {
        let entries = self.node(parent).ok_or(FsError::NotFound)?.entries().ok_or(FsError::NotADirectory)?;
        entries.get(name).copied().ok_or(FsError::NotFound)
    }

    /// Adds a node under a name that is still free.
    pub fn add(&mut self, parent: Inode, name: &str, node: Node) -> Result<Inode, FsError> {
        if self.child_exists(parent, name)? {
            return Err(FsError::Exists);
        }
        let inode = self.next;
        self.next += 1;
        let now_ms = node.modified_at_ms;
        if let NodeKind::File(content) = &node.kind {
            self.used_bytes += content.len();
        }
        self.nodes.insert(inode, Arc::new(node));
        self.link_entry(parent, name, inode, now_ms);
        Ok(inode)
    }

    /// Gives an existing file another name.
    pub fn link(&mut self, parent: Inode, name: &str, inode: Inode, now_ms: u64) -> Result<(), FsError> {
        if self.child_exists(parent, name)? {
            return Err(FsError::Exists);
        }
        self.node_mut(inode).ok_or(FsError::NotFound)?.links += 1;
        self.link_entry(parent, name, inode, now_ms);
        Ok(())
    }

    /// Takes a name away, and with the last name the node itself. A directory must be empty.
    pub fn unlink(&mut self, parent: Inode, name: &str, now_ms: u64) -> Result<(), FsError> {
        let inode = self.child(parent, name)?;
        let node = self.node(inode).ok_or(FsError::NotFound)?;
        if node.entries().is_some_and(|entries| !entries.is_empty()) {
            return Err(FsError::NotEmpty);
        }
        let gone = node.is_dir() || node.links <= 1;
        if gone {
            if let NodeKind::File(content) = &node.kind {
                self.used_bytes = self.used_bytes.saturating_sub(content.len());
            }
            self.nodes.remove(&inode);
        } else if let Some(node) = self.node_mut(inode) {
            node.links -= 1;
        }
        self.unlink_entry(parent, name, now_ms);
        Ok(())
    }

    /// Moves a name within the tree, over what is there.
    pub fn rename(&mut self, from: (Inode, &str), to: (Inode, &str), now_ms: u64) -> Result<(), FsError> {
        let inode = self.child(from.0, from.1)?;
        if let Ok(target) = self.child(to.0, to.1) {
            if target == inode {
                return Ok(());
            }
            let (source_dir, target_dir) = (self.is_dir(inode), self.is_dir(target));
            match (source_dir, target_dir) {
                (false, true) => return Err(FsError::IsADirectory),
                (true, false) => return Err(FsError::NotADirectory),
                _ => self.unlink(to.0, to.1, now_ms)?,
            }
        }
        if self.is_inside(to.0, inode) {
            return Err(FsError::Invalid);
        }
        self.unlink_entry(from.0, from.1, now_ms);
        self.link_entry(to.0, to.1, inode, now_ms);
        Ok(())
    }

    /// Whether `inode` is the directory `ancestor` or below it.
    fn is_inside(&self, inode: Inode, ancestor: Inode) -> bool {
        let mut pending = vec![ancestor];
        while let Some(next) = pending.pop() {
            if next == inode {
                return true;
            }
            if let Some(entries) = self.node(next).and_then(Node::entries) {
                pending.extend(entries.values().copied().filter(|child| self.is_dir(*child)));
            }
        }
        false
    }

    fn is_dir(&self, inode: Inode) -> bool {
        self.node(inode).is_some_and(Node::is_dir)
    }

    fn child_exists(&self, parent: Inode, name: &str) -> Result<bool, FsError> {
        match self.child(parent, name) {
            Ok(_) => Ok(true),
            Err(FsError::NotFound) if self.node(parent).is_some() => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn link_entry(&mut self, parent: Inode, name: &str, inode: Inode, now_ms: u64) {
        if let Some(Node { kind: NodeKind::Directory(entries), modified_at_ms, .. }) = self.node_mut(parent) {
            entries.insert(name.into(), inode);
            *modified_at_ms = now_ms;
        }
    }

    fn unlink_entry(&mut self, parent: Inode, name: &str, now_ms: u64) {
        if let Some(Node { kind: NodeKind::Directory(entries), modified_at_ms, .. }) = self.node_mut(parent) {
            entries.remove(name);
            *modified_at_ms = now_ms;
        }
    }

    /// Adds bytes at the end of a file.
    pub fn append(&mut self, inode: Inode, bytes: &[u8], now_ms: u64) -> Result<(), FsError> {
        self.change(inode, now_ms, |content| content.append(bytes))
    }

    /// Adds zero bytes at the end of a file.
    pub fn append_zeros(&mut self, inode: Inode, count: u64, now_ms: u64) -> Result<(), FsError> {
        self.change(inode, now_ms, |content| content.append_zeros(count))
    }

    /// Empties a file.
    pub fn truncate(&mut self, inode: Inode, now_ms: u64) -> Result<(), FsError> {
        self.change(inode, now_ms, |content| *content = Content::default())
    }

    fn change(&mut self, inode: Inode, now_ms: u64, change: impl FnOnce(&mut Content)) -> Result<(), FsError> {
        let node = self.nodes.get_mut(&inode).map(Arc::make_mut).ok_or(FsError::NotFound)?;
        let NodeKind::File(content) = &mut node.kind else { return Err(FsError::IsADirectory) };
        let before = content.len();
        change(content);
        node.modified_at_ms = now_ms;
        self.used_bytes = self.used_bytes + content.len() - before;
        Ok(())
    }

    /// Finds a path, following symbolic links inside the tree.
    pub fn find(&self, path: &str) -> Result<Inode, FsError> {
        self.walk(path, true)
    }

    /// Finds a path without following a link in its last part.
    pub fn find_link(&self, path: &str) -> Result<Inode, FsError> {
        self.walk(path, false)
    }

    fn walk(&self, path: &str, follow_last: bool) -> Result<Inode, FsError> {
        let mut pending: Vec<SmolStr> = parts_reversed(path);
        let mut trail = vec![ROOT];
        let mut links = 0;
        while let Some(part) = pending.pop() {
            let here = *trail.last().unwrap_or(&ROOT);
            if part == ".." {
                if trail.len() > 1 {
                    trail.pop();
                }
                continue;
            }
            let child = self.child(here, &part)?;
            match &self.node(child).ok_or(FsError::NotFound)?.kind {
                NodeKind::Symlink(target) if follow_last || !pending.is_empty() => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(FsError::TooManyLinks);
                    }
                    if target.starts_with('/') {
                        trail.truncate(1);
                    }
                    pending.extend(parts_reversed(target));
                }
                _ => trail.push(child),
            }
        }
        Ok(*trail.last().unwrap_or(&ROOT))
    }

    /// Makes a directory and those above it; says where it is. What exists stays as it is.
    pub fn make_dirs(&mut self, path: &str, mode: u32, now_ms: u64) -> Result<Inode, FsError> {
        let mut here = ROOT;
        for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
            here = match self.child(here, part) {
                Ok(child) if self.is_dir(child) => child,
                Ok(_) => return Err(FsError::NotADirectory),
                Err(FsError::NotFound) => {
                    let node = Node { kind: NodeKind::Directory(OrdMap::new()), mode, uid: 0, gid: 0, modified_at_ms: now_ms, links: 2 };
                    self.add(here, part, node)?
                }
                Err(error) => return Err(error),
            };
        }
        Ok(here)
    }

    /// Writes a whole file, making the directories above it.
    pub fn write(&mut self, path: &str, bytes: &[u8], mode: u32, now_ms: u64) -> Result<Inode, FsError> {
        self.put(path, NodeKind::File(Content::from(bytes)), mode, now_ms)
    }

    /// Makes a symbolic link, and the directories above it, over what is there.
    pub fn symlink(&mut self, target: &str, path: &str, now_ms: u64) -> Result<Inode, FsError> {
        self.put(path, NodeKind::Symlink(target.into()), 0o777, now_ms)
    }

    /// Puts a node at a path, over what is there, making the directories above it.
    pub fn put(&mut self, path: &str, kind: NodeKind, mode: u32, now_ms: u64) -> Result<Inode, FsError> {
        let (directory, name) = split_path(path);
        let parent = self.make_dirs(directory, 0o755, now_ms)?;
        if let Ok(old) = self.child(parent, name) {
            if self.is_dir(old) {
                return Err(FsError::IsADirectory);
            }
            self.unlink(parent, name, now_ms)?;
        }
        self.add(parent, name, Node { kind, mode, uid: 0, gid: 0, modified_at_ms: now_ms, links: 1 })
    }

    /// A file's bytes as text, up to `limit_bytes`.
    pub fn read_text(&self, path: &str, limit_bytes: usize) -> Result<String, FsError> {
        match &self.node(self.find(path)?).ok_or(FsError::NotFound)?.kind {
            NodeKind::File(content) => Ok(String::from_utf8_lossy(&content.bytes(limit_bytes)).into_owned()),
            _ => Err(FsError::IsADirectory),
        }
    }

    /// Removes a path with everything below it; nothing where it is missing.
    pub fn remove_all(&mut self, path: &str, now_ms: u64) {
        let (directory, name) = split_path(path);
        let Ok(parent) = self.find(directory) else { return };
        let Ok(inode) = self.child(parent, name) else { return };
        self.clear(inode, now_ms);
        let _ = self.unlink(parent, name, now_ms);
    }

    /// Empties a directory.
    pub fn clear(&mut self, directory: Inode, now_ms: u64) {
        let mut order = vec![directory];
        let mut next = 0;
        while next < order.len() {
            if let Some(entries) = self.node(order[next]).and_then(Node::entries) {
                order.extend(entries.values().copied().filter(|child| self.is_dir(*child)));
            }
            next += 1;
        }
        for inode in order.into_iter().rev() {
            let names: Vec<SmolStr> = self.node(inode).and_then(Node::entries).map(|entries| entries.keys().cloned().collect()).unwrap_or_default();
            for name in names {
                let _ = self.unlink(inode, &name, now_ms);
            }
        }
    }

    /// Gives everything to a group with group rights, as the kubelet does for `fsGroup`
    /// (`pkg/volume/volume_linux.go`): group read and write, and set-group-ID on directories.
    pub fn set_group(&mut self, gid: i64) {
        let inodes: Vec<Inode> = self.nodes.keys().copied().collect();
        for inode in inodes {
            if let Some(node) = self.node_mut(inode) {
                if matches!(node.kind, NodeKind::Symlink(_)) {
                    continue;
                }
                node.gid = gid;
                node.mode |= if node.is_dir() { 0o2770 } else { 0o660 };
            }
        }
    }
}

/// `("/a/b", "c")` for `/a/b/c`.
pub(super) fn split_path(path: &str) -> (&str, &str) {
    let path = path.trim_end_matches('/');
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The parts of a path, last first, without empty ones and `.`.
pub(super) fn parts_reversed(path: &str) -> Vec<SmolStr> {
    path.split('/').rev().filter(|part| !part.is_empty() && *part != ".").map(SmolStr::from).collect()
}
