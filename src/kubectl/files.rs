//! The files of the workspace, as a value.

use crate::value::OrdMap;

/// Texts by path, seen from a current folder; folders exist where files are in them.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Files {
    /// By absolute path, without the first `/`.
    texts: OrdMap<String, String>,
    /// The current folder, in the same form.
    folder: String,
}

/// `./a//b` → `a/b`, seen from a folder.
fn normal(folder: &str, path: &str) -> String {
    let from = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Files {
    /// No files.
    pub fn new() -> Files {
        Files::default()
    }

    /// No files, seen from this folder.
    pub fn seen_from(folder: &str) -> Files {
        Files { texts: OrdMap::new(), folder: normal("", folder) }
    }

    /// A path as the current folder's programs would write it.
    fn shown<'a>(&self, path: &'a str) -> &'a str {
        match path.strip_prefix(self.folder.as_str()) {
            Some(rest) if self.folder.is_empty() => rest,
            Some(rest) => rest.strip_prefix('/').unwrap_or(path),
            None => path,
        }
    }

    /// A path from the root.
    pub fn absolute(&self, path: &str) -> String {
        format!("/{}", normal(&self.folder, path))
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.texts.get(&normal(&self.folder, path)).map(String::as_str)
    }

    /// Writes a file.
    pub fn insert(&mut self, path: &str, text: impl Into<String>) {
        self.texts.insert(normal(&self.folder, path), text.into());
    }

    /// Deletes a file; says whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        self.texts.remove(&normal(&self.folder, path)).is_some()
    }

    /// All files, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (self.shown(path), text.as_str()))
    }

    /// The files that are others than in `before`, by absolute path.
    pub fn changed_since<'a>(&'a self, before: &'a Files) -> impl Iterator<Item = (String, &'a str)> {
        let changed = self.texts.iter().filter(|(path, text)| before.texts.get(*path) != Some(*text));
        changed.map(|(path, text)| (format!("/{path}"), text.as_str()))
    }

    /// Whether there is a folder of that path; `.` always is one.
    pub fn is_folder(&self, path: &str) -> bool {
        let folder = normal(&self.folder, path);
        folder.is_empty() || folder == self.folder || self.texts.keys().any(|file| file.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The paths of the files in a folder, with those in folders below it when `recursive`.
    pub fn in_folder(&self, path: &str, recursive: bool) -> Vec<&str> {
        let folder = normal(&self.folder, path);
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inside = self.texts.keys().filter_map(|file| file.strip_prefix(prefix.as_str()).map(|rest| (file, rest)));
        inside.filter(|(_, rest)| recursive || !rest.contains('/')).map(|(file, _)| self.shown(file)).collect()
    }
}

impl<P: Into<String>, T: Into<String>> FromIterator<(P, T)> for Files {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Files {
        let mut all = Files::new();
        for (path, text) in files {
            all.insert(&path.into(), text);
        }
        all
    }
}
