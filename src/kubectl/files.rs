//! The files of the workspace, as a value.

use crate::value::OrdMap;

/// Texts by path. Paths have no leading `./` and use `/`; folders exist where files are in them.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Files {
    texts: OrdMap<String, String>,
}

/// `./a//b` → `a/b`; `/a` → `a`: the workspace is the root and the current folder at once.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
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

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.texts.get(&normal(path)).map(String::as_str)
    }

    /// Writes a file.
    pub fn insert(&mut self, path: &str, text: impl Into<String>) {
        self.texts.insert(normal(path), text.into());
    }

    /// Deletes a file; says whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        self.texts.remove(&normal(path)).is_some()
    }

    /// All files, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Whether there is a folder of that path; `.` always is one.
    pub fn is_folder(&self, path: &str) -> bool {
        let folder = normal(path);
        folder.is_empty() || self.texts.keys().any(|file| file.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The paths of the files in a folder, with those in folders below it when `recursive`.
    pub fn in_folder(&self, path: &str, recursive: bool) -> Vec<&str> {
        let folder = normal(path);
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inside = self.texts.keys().filter_map(|file| file.strip_prefix(prefix.as_str()).map(|rest| (file, rest)));
        inside.filter(|(_, rest)| recursive || !rest.contains('/')).map(|(file, _)| file.as_str()).collect()
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
