//! Files that come from outside: manifests, archives of them, and shared lessons.

use super::archive;
use super::share::{self, Shared};
use super::workspace::{File, Workspace};
use crate::value::SmolStr;

/// What a file from outside is.
#[derive(Clone, PartialEq, Debug)]
pub enum Imported {
    /// Manifests for the workspace.
    Files(Vec<File>),
    /// All of a shared page, as its link would be.
    Lesson(Box<Shared>),
}

/// How the names of shared lessons end.
pub const LESSON: &str = ".kubarium";
/// Larger files are not read.
pub const MOST_BYTES: usize = 4_000_000;

/// Reads a file.
///
/// # Errors
/// Why it can't be used, in a sentence.
pub fn read(name: &str, bytes: &[u8]) -> Result<Imported, String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    if bytes.len() > MOST_BYTES {
        return Err(format!("{base} is too large: at most 4 MB are read."));
    }
    if bytes.starts_with(b"PK") {
        let files = archive::unpack(bytes).map_err(|why| format!("{base}: {why}"))?;
        let manifests: Vec<File> = files.into_iter().filter(|file| is_manifest(&file.name)).collect();
        return if manifests.is_empty() { Err(format!("{base} has no .yaml, .yml or .json file in it.")) } else { Ok(Imported::Files(manifests)) };
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(format!("{base} is no text.")) };
    if base.ends_with(LESSON) {
        let link = text.trim().rsplit('#').next().unwrap_or_default();
        return share::decode(link).map(|shared| Imported::Lesson(Box::new(shared))).map_err(|why| format!("{base} could not be opened: {why}"));
    }
    if text.contains('\0') {
        return Err(format!("{base} is no text."));
    }
    Ok(Imported::Files(vec![File { name: SmolStr::from(base), text: text.replace("\r\n", "\n") }]))
}

fn is_manifest(name: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
}

impl Workspace {
    /// An only file that nobody has written in gives way to what comes.
    pub fn give_way(&mut self) {
        if self.files.len() == 1 && self.files[0].text.trim().is_empty() {
            self.files.clear();
        }
    }

    /// Puts a file from outside in, under a name that is free; the index that it has.
    pub fn take_in(&mut self, file: File) -> usize {
        if let Some(index) = self.files.iter().position(|other| other.name == file.name && other.text == file.text) {
            return index;
        }
        let name: String = file.name.chars().filter(|letter| !letter.is_control() && !matches!(letter, '/' | '\\')).take(60).collect();
        let (stem, end) = name.rsplit_once('.').map_or((name.as_str(), String::new()), |(stem, end)| (stem, format!(".{end}")));
        let numbered = (2..).map(|number| format!("{stem}-{number}{end}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| self.check_name(self.files.len(), name).is_ok() || name.is_empty());
        let name = free.filter(|name| !name.is_empty()).map_or_else(|| self.free_name(), SmolStr::from);
        self.files.push(File { name, text: file.text });
        self.files.len() - 1
    }

    /// Moves a file one place to the left or to the right; where it is then.
    pub fn move_file(&mut self, index: usize, to_the_right: bool) -> usize {
        let other = if to_the_right { index + 1 } else { index.wrapping_sub(1) };
        if index < self.files.len() && other < self.files.len() {
            self.files.swap(index, other);
            return other;
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_archives_and_lessons_come_in() {
        let Ok(Imported::Files(files)) = read("C:\\x\\a.yaml", b"kind: Pod\r\n") else { panic!("it is a manifest") };
        assert_eq!((files[0].name.as_str(), files[0].text.as_str()), ("a.yaml", "kind: Pod\n"));
        let zip = archive::pack(&[("x/b.yaml".into(), "b: 1\n".into()), ("x/README.md".into(), "no".into())]);
        let Ok(Imported::Files(files)) = read("x.zip", &zip) else { panic!("it is an archive") };
        assert_eq!(files.len(), 1);
        let shared = Shared { setup: crate::playground::session::Setup::default(), workspace: Workspace { files }, ..Shared::default() };
        let lesson = format!("http://a.example/#{}\n", share::encode(&shared));
        assert_eq!(read("lesson.kubarium", lesson.as_bytes()), Ok(Imported::Lesson(Box::new(shared))));
        for (name, bytes) in [("a.png", &b"\x89PNG\0\xff"[..]), ("a.zip", b"PK\x03\x04"), ("a.kubarium", b"nonsense"), ("b", b"\0")] {
            assert!(read(name, bytes).is_err_and(|why| why.ends_with('.')), "{name}");
        }
        assert!(read("large", &vec![b'x'; MOST_BYTES + 1]).is_err());
    }

    #[test]
    fn names_are_made_free_and_places_are_changed() {
        let mut workspace = Workspace::default();
        let file = |name: &str, text: &str| File { name: name.into(), text: text.into() };
        assert_eq!(workspace.take_in(file("a.yaml", "1")), 0);
        assert_eq!(workspace.take_in(file("a.yaml", "2")), 1);
        assert_eq!(workspace.take_in(file("a.yaml", "1")), 0, "it is there already");
        assert_eq!(workspace.take_in(file("../b", "")), 2);
        assert_eq!(workspace.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.yaml", "a-2.yaml", "..b"]);
        assert_eq!(workspace.move_file(0, true), 1);
        assert_eq!(workspace.files[0].name, "a-2.yaml");
        assert_eq!(workspace.move_file(0, false), 0);
    }
}
