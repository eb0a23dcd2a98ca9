//! The file trees that images begin with.

use super::fs::{Device, NodeKind, Tree};
use super::programs::{APPLETS, MAGIC, OF_IMAGE};

/// What an image's root is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// busybox, Alpine: all programs are links to busybox.
    Busybox,
    /// Debian and Ubuntu: dash, bash and GNU's programs.
    Debian,
    /// The conformance set's machines.
    Reference,
    /// No shell and no programs: images made `FROM scratch`.
    Scratch,
}

/// Programs that a Debian image has beside those of busybox' names.
const DEBIAN_ONLY: [&str; 3] = ["bash", "dash", "getent"];
/// Applets that Debian images lack.
const NOT_IN_DEBIAN: [&str; 13] = ["ash", "httpd", "nc", "nslookup", "ping", "ps", "wget", "free", "uptime", "watch", "killall", "pidof", "usleep"];
/// An applet that the reference machines' busybox was built without.
const NOT_IN_REFERENCE: [&str; 1] = ["printenv"];

/// The root of a family's images, with the image's own programs.
pub(crate) fn tree(family: Family, own_programs: &[&str], now_ms: u64) -> Tree {
    let mut tree = Tree::new(0o755, now_ms);
    // Making files in an empty tree can't fail.
    let _ = fill(&mut tree, family, own_programs, now_ms);
    tree
}

fn fill(tree: &mut Tree, family: Family, own_programs: &[&str], now_ms: u64) -> Result<(), super::fs::FsError> {
    for directory in ["bin", "dev", "etc", "home", "proc", "root", "sbin", "sys", "tmp", "usr/bin", "usr/sbin", "var"] {
        tree.make_dirs(directory, 0o755, now_ms)?;
    }
    if let Some(tmp) = tree.find("tmp").ok().and_then(|inode| tree.node_mut(inode)) {
        tmp.mode = 0o1777;
    }
    if family != Family::Reference {
        for directory in ["usr/local/bin", "var/log", "var/run", "var/lib", "run", "mnt", "opt", "srv", "lib"] {
            tree.make_dirs(directory, 0o755, now_ms)?;
        }
    }
    for (name, device) in
        [("null", Device::Null), ("zero", Device::Zero), ("full", Device::Full), ("random", Device::Random), ("urandom", Device::Random), ("tty", Device::Tty)]
    {
        tree.put(&format!("dev/{name}"), NodeKind::Device(device), 0o666, now_ms)?;
    }
    match family {
        Family::Busybox | Family::Reference => {
            tree.write("bin/busybox", format!("{MAGIC}busybox\n").as_bytes(), 0o755, now_ms)?;
            for name in APPLETS.iter().chain(&super::programs::MORE_APPLETS).filter(|name| family != Family::Reference || !NOT_IN_REFERENCE.contains(name)) {
                tree.symlink("/bin/busybox", &format!("bin/{name}"), now_ms)?;
            }
            if family == Family::Reference {
                tree.symlink("busybox", "bin/bash", now_ms)?;
            }
        }
        Family::Debian => {
            for name in APPLETS.iter().chain(&super::programs::MORE_APPLETS).filter(|name| !NOT_IN_DEBIAN.contains(name)).chain(&DEBIAN_ONLY) {
                let program = if *name == "sh" { "dash" } else { name };
                tree.write(&format!("usr/bin/{name}"), format!("{MAGIC}{program}\n").as_bytes(), 0o755, now_ms)?;
                tree.symlink(&format!("/usr/bin/{name}"), &format!("bin/{name}"), now_ms)?;
            }
        }
        Family::Scratch => {}
    }
    for name in own_programs {
        tree.write(&format!("usr/bin/{name}"), format!("{MAGIC}{OF_IMAGE}{name}\n").as_bytes(), 0o755, now_ms)?;
    }
    if family == Family::Scratch {
        return Ok(());
    }
    let (passwd, group) = if family == Family::Reference {
        ("root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n")
    } else {
        (
            "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nbin:x:2:2:bin:/bin:/bin/false\nsys:x:3:3:sys:/dev:/bin/false\nmail:x:8:8:mail:/var/spool/mail:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\noperator:x:37:37:Operator:/var:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n",
            "root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\nmail:x:8:\nwww-data:x:33:\nnogroup:x:65534:\n",
        )
    };
    tree.write("etc/passwd", passwd.as_bytes(), 0o644, now_ms)?;
    tree.write("etc/group", group.as_bytes(), 0o644, now_ms)?;
    match family {
        Family::Busybox => {}
        _ if family == Family::Debian => {
            tree.write(
                "etc/os-release",
                b"PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nID=debian\n",
                0o644,
                now_ms,
            )?;
        }
        _ => {}
    }
    Ok(())
}
