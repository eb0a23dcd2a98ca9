//! The files that a person edits.

use crate::value::SmolStr;

/// A file of the workspace.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct File {
    /// `mongo.yaml`; unique in its workspace.
    pub name: SmolStr,
    /// What is in it.
    pub text: String,
}

/// The files, in the order in which they are applied.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Workspace {
    /// In the order of their tabs.
    pub files: Vec<File>,
}

impl Workspace {
    /// A name for one more file: `manifest.yaml`, `manifest-2.yaml` …
    pub fn free_name(&self) -> SmolStr {
        let taken = |name: &str| self.files.iter().any(|file| file.name == name);
        let numbered = (2..).map(|number| SmolStr::from(format!("manifest-{number}.yaml")));
        std::iter::once(SmolStr::new_static("manifest.yaml")).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Whether a file may get this name; the reason where it may not. `index` is the file that is renamed.
    ///
    /// # Errors
    /// Why the name can't be used, in a sentence.
    pub fn check_name(&self, index: usize, name: &str) -> Result<(), String> {
        if name.is_empty() {
            return Err("A file needs a name.".into());
        }
        if name.chars().count() > 80 {
            return Err("A file's name has at most 80 letters.".into());
        }
        if let Some(letter) = name.chars().find(|letter| letter.is_control() || matches!(letter, '/' | '\\')) {
            return Err(format!("A file's name can't contain {letter:?}."));
        }
        if self.files.iter().enumerate().any(|(other, file)| other != index && file.name == name) {
            return Err(format!("There is a file {name} already."));
        }
        Ok(())
    }

    /// Writes a file, or deletes it where there is no text.
    pub fn write(&mut self, name: &str, text: Option<String>) {
        let index = self.files.iter().position(|file| file.name == name);
        match (index, text) {
            (Some(index), Some(text)) => self.files[index].text = text,
            (None, Some(text)) => self.files.push(File { name: name.into(), text }),
            (Some(index), None) => drop(self.files.remove(index)),
            (None, None) => {}
        }
    }

    /// All files as one text, as `kubectl apply -f FOLDER` would read them: each a document or several.
    pub fn as_one_text(&self) -> String {
        let texts: Vec<&str> = self.files.iter().map(|file| file.text.trim_end()).filter(|text| !text.is_empty()).collect();
        texts.join("\n---\n") + "\n"
    }
}
