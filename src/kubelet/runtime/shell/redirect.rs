//! Redirections.

use super::Shell;
use super::ast::{Redirect, RedirectKind};
use super::expand::{Expander, Stop};
use crate::kubelet::runtime::fs::{FsError, NodeKind};
use crate::kubelet::runtime::kernel::{FileId, Sys};

/// File descriptors as they were before a redirect; `None`: closed.
pub(super) type Saved = Vec<(u32, Option<FileId>)>;

/// A redirect whose word is expanded.
pub(super) enum Resolved {
    Read(u32, String),
    Write { fd: u32, path: String, append: bool, clobber: bool },
    Both { path: String, append: bool },
    Duplicate { fd: u32, target: String },
    Text(u32, String),
}

impl Expander<'_, '_, '_> {
    /// Expands the words of redirects.
    pub fn redirects(&mut self, redirects: &[Redirect]) -> Result<Vec<Resolved>, Stop> {
        redirects.iter().map(|redirect| self.redirect(redirect)).collect()
    }

    fn redirect(&mut self, redirect: &Redirect) -> Result<Resolved, Stop> {
        let input = redirect.fd.unwrap_or(0);
        let output = redirect.fd.unwrap_or(1);
        let clobber = !self.shell.options.noclobber;
        Ok(match &redirect.kind {
            RedirectKind::Read(word) => Resolved::Read(input, self.text(word)?),
            RedirectKind::Write(word) => Resolved::Write { fd: output, path: self.text(word)?, append: false, clobber },
            RedirectKind::Append(word) => Resolved::Write { fd: output, path: self.text(word)?, append: true, clobber: true },
            RedirectKind::ReadWrite(word) => Resolved::Write { fd: input, path: self.text(word)?, append: true, clobber: true },
            RedirectKind::Both { append, target } => Resolved::Both { path: self.text(target)?, append: *append },
            RedirectKind::HereDocument(word) => Resolved::Text(input, self.text(word)?),
            RedirectKind::HereString(word) => Resolved::Text(input, format!("{}\n", self.text(word)?)),
            RedirectKind::Duplicate { input: reading, target } => {
                let target = self.text(target)?;
                let is_descriptor = target == "-" || target.parse::<u32>().is_ok();
                if !is_descriptor && !reading && redirect.fd.is_none() {
                    Resolved::Both { path: target, append: false }
                } else {
                    Resolved::Duplicate { fd: if *reading { input } else { output }, target }
                }
            }
        })
    }
}

impl Shell {
    /// Redirects; what was there before goes into `saved`, also where it fails midway.
    pub(super) fn apply_redirects(&mut self, redirects: &[Resolved], saved: &mut Saved, sys: &mut Sys<'_, '_>) -> Result<(), String> {
        for redirect in redirects {
            match redirect {
                Resolved::Read(fd, path) => {
                    let file = sys.open_read(path).map_err(|error| self.dialect.cannot_open(path, false, error))?;
                    save(*fd, saved, sys);
                    sys.set_fd(*fd, file);
                }
                Resolved::Write { fd, path, append, clobber } => {
                    let file = self.open_write(path, *append, *clobber, sys)?;
                    save(*fd, saved, sys);
                    sys.set_fd(*fd, file);
                }
                Resolved::Both { path, append } => {
                    let file = self.open_write(path, *append, true, sys)?;
                    save(1, saved, sys);
                    save(2, saved, sys);
                    sys.set_fd(1, file);
                    sys.duplicate_fd(1, 2);
                }
                Resolved::Text(fd, text) => {
                    let file = sys.open_text(text.as_bytes());
                    save(*fd, saved, sys);
                    sys.set_fd(*fd, file);
                }
                Resolved::Duplicate { fd, target } if target == "-" => {
                    save(*fd, saved, sys);
                    sys.close_fd(*fd);
                }
                Resolved::Duplicate { fd, target } => {
                    let from = target.parse().map_err(|_| format!("{target}: ambiguous redirect"))?;
                    save(*fd, saved, sys);
                    if from != *fd && !sys.duplicate_fd(from, *fd) {
                        return Err(if self.dialect.is_bash() {
                            format!("{from}: Bad file descriptor")
                        } else {
                            format!("dup2({from},{fd}): Bad file descriptor")
                        });
                    }
                }
            }
        }
        Ok(())
    }

    fn open_write(&self, path: &str, append: bool, clobber: bool, sys: &mut Sys<'_, '_>) -> Result<FileId, String> {
        let exists = || sys.find(path, true).ok().and_then(|(place, _)| sys.world.files.node(&place).ok().map(|node| matches!(node.kind, NodeKind::File(_))));
        if !clobber && exists() == Some(true) {
            return Err(self.dialect.cannot_open(path, true, FsError::Exists));
        }
        sys.open_write(path, append).map_err(|error| self.dialect.cannot_open(path, true, error))
    }
}

fn save(fd: u32, saved: &mut Saved, sys: &mut Sys<'_, '_>) {
    if saved.iter().any(|(known, _)| *known == fd) {
        return;
    }
    let file = sys.process.fds.get(&fd).copied();
    if let Some(file) = file {
        sys.share_file(file);
    }
    saved.push((fd, file));
}

/// Puts file descriptors back.
pub(super) fn restore(saved: Saved, sys: &mut Sys<'_, '_>) {
    for (fd, file) in saved {
        match file {
            Some(file) => sys.set_fd(fd, file),
            None => sys.close_fd(fd),
        }
    }
}

/// The redirects stay: what was there before is closed.
pub(super) fn keep(saved: Saved, sys: &mut Sys<'_, '_>) {
    for file in saved.into_iter().filter_map(|(_, file)| file) {
        sys.close_file(file);
    }
}
