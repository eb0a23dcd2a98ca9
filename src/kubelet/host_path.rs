//! Folders and files of a node that pods mount: `pkg/volume/hostpath`.

use super::runtime::fs::{Device, NodeKind, Tree};

/// The folders of a machine before anybody has used it.
const FOLDERS: [&str; 18] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc/kubernetes",
    "/home",
    "/lib/modules",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/srv",
    "/sys",
    "/tmp",
    "/usr/local",
    "/var/lib/kubelet",
    "/var/log/pods",
    "/var/run",
];

/// A machine's disk; `name` is the machine's.
pub fn new_disk(name: &str, now_ms: u64) -> Tree {
    let mut tree = Tree::new(0o755, now_ms);
    for folder in FOLDERS {
        // The paths are well formed, and the tree is empty.
        let _ = tree.make_dirs(folder, if folder == "/tmp" { 0o1777 } else { 0o755 }, now_ms);
    }
    let _ = tree.write("/etc/machine-id", format!("{}\n", machine_id(name)).as_bytes(), 0o444, now_ms);
    tree
}

/// What a machine calls itself: on its disk, and in its node's status.
pub fn machine_id(name: &str) -> String {
    format!("m-{name}")
}

/// Checks that what is at `path` is of the `type_` that the pod asks for, and makes it where that is what it asks for.
pub fn prepare(tree: &mut Tree, path: &str, type_: &str, now_ms: u64) -> Result<(), String> {
    let found = tree.find(path).ok().and_then(|inode| tree.node(inode)).map(|node| node.kind.clone());
    let fails = |what: &str| Err(format!("hostPath type check failed: {path} is not a {what}"));
    let is_dir = matches!(found, Some(NodeKind::Directory(_)));
    let is_file = matches!(found, Some(NodeKind::File(_)));
    match type_ {
        "DirectoryOrCreate" if found.is_none() => make_folder(tree, path, now_ms),
        "FileOrCreate" if found.is_none() => tree.write(path, b"", 0o644, now_ms).map(|_| ()).map_err(|error| error.message().to_string()),
        "Directory" | "DirectoryOrCreate" if !is_dir => fails("directory"),
        "File" | "FileOrCreate" if !is_file => fails("file"),
        "Socket" => fails("socket file"),
        "CharDevice" if !matches!(found, Some(NodeKind::Device(_))) => fails("character device"),
        "BlockDevice" => fails("block device"),
        // Without a type nothing is checked; the runtime makes a folder where there is nothing.
        "" if found.is_none() => make_folder(tree, path, now_ms),
        _ => Ok(()),
    }
}

fn make_folder(tree: &mut Tree, path: &str, now_ms: u64) -> Result<(), String> {
    tree.make_dirs(path, 0o755, now_ms).map(|_| ()).map_err(|error| format!("mkdir {path}: {}", error.message().to_lowercase()))
}

/// Gives a disk its few devices.
pub fn add_devices(tree: &mut Tree, now_ms: u64) {
    for (name, device) in [("/dev/null", Device::Null), ("/dev/zero", Device::Zero)] {
        let _ = tree.put(name, NodeKind::Device(device), 0o666, now_ms);
    }
}
