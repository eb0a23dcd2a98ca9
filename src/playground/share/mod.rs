//! Links that hold everything: the files, the cluster, what was done to it and when, and the view. All of it is in the
//! part after `#`, compressed; a link from anybody is read within bounds and never does more than a person could.

mod base64url;
mod packing;
mod replay;
#[cfg(test)]
mod tests;

pub use replay::Replay;

use super::session::{Done, Setup, What};
use super::workspace::{File, Workspace};
use crate::value::{SmolStr, Sort};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::{Deserialize, Serialize};

/// What a link opens.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shared {
    /// The cluster at the beginning.
    pub setup: Setup,
    /// The files.
    pub workspace: Workspace,
    /// What was done.
    pub done: Vec<Done>,
    /// The instant that is shown, in milliseconds since the session began.
    pub at_ms: u64,
    /// Whether it is the application view.
    pub application: bool,
    /// The namespace chosen, or `""`.
    pub namespace: SmolStr,
}

/// The first letter of every link: the form of what follows.
const FORM: char = '2';
/// The first links were packed without the usual words; they still open.
const FIRST_FORM: char = '1';
/// Longer links are refused before anything is done with them.
const LONGEST_LINK: usize = 400_000;
/// And so is what unpacks to more than this.
const LONGEST_TEXT: usize = 1_000_000;
/// All that its commands would apply, together: each Apply counts all of its files.
const MOST_APPLIED: usize = 8_000_000;
const MOST_FILES: usize = 200;
const MOST_DONE: usize = 1_000;
/// The longest line of the terminal.
const LONGEST_LINE: usize = 10_000;
/// The most machines that a link may ask for.
pub const MOST_NODES: usize = 500;
/// The latest instant that a link may show: a day.
const LATEST_MS: u64 = 24 * 3_600_000;
/// What may be called a typical link: longer ones are cut by some programs.
pub const USUAL_LENGTH: usize = 2_000;

/// The compressed JSON, with short names: links are typed into chats.
#[derive(Serialize, Deserialize)]
struct Packed {
    s: u64,
    n: usize,
    f: Vec<(String, String)>,
    #[serde(default)]
    d: Vec<PackedDone>,
    #[serde(default)]
    t: u64,
    #[serde(default)]
    v: bool,
    #[serde(default)]
    ns: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PackedDone {
    /// When, and a line in the terminal.
    Line(u64, String),
    /// When, and a line beside what ran in the terminal.
    Beside(u64, String, bool),
    /// When, and which files Apply had: each the index of one of the link's files, or a file of its own.
    Apply(u64, Vec<PackedFile>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PackedFile {
    Same(usize),
    Own(String, String),
}

/// The part of a link after `#`.
pub fn encode(shared: &Shared) -> String {
    format!("{FORM}{}", base64url::encode(&packing::pack(to_text(shared).as_bytes())))
}

/// All of it as a text, for keeping: larger than a link, and not held to its limits.
pub fn to_text(shared: &Shared) -> String {
    let files = &shared.workspace.files;
    let pack_file = |file: &File| match files.iter().position(|other| other == file) {
        Some(index) => PackedFile::Same(index),
        None => PackedFile::Own(file.name.to_string(), file.text.clone()),
    };
    let pack_done = |done: &Done| match &done.what {
        What::Line(line) => PackedDone::Line(done.at_ms, line.clone()),
        What::Beside(line) => PackedDone::Beside(done.at_ms, line.clone(), true),
        What::Apply(workspace) => PackedDone::Apply(done.at_ms, workspace.files.iter().map(pack_file).collect()),
    };
    let packed = Packed {
        s: shared.setup.seed,
        n: shared.setup.nodes,
        f: files.iter().map(|file| (file.name.to_string(), file.text.clone())).collect(),
        d: shared.done.iter().map(pack_done).collect(),
        t: shared.at_ms,
        v: shared.application,
        ns: shared.namespace.to_string(),
    };
    serde_json::to_string(&packed).unwrap_or_default()
}

/// Reads what [`to_text`] wrote.
pub fn from_text(text: &str) -> Option<Shared> {
    serde_json::from_str::<Packed>(text).ok().map(unpack)
}

/// Reads the part of a link after `#`.
///
/// # Errors
/// Why it can't be opened, as the end of a sentence.
pub fn decode(link: &str) -> Result<Shared, String> {
    if link.len() > LONGEST_LINK {
        return Err("it is too long to be one of ours.".into());
    }
    let damaged = || String::from("it is damaged; perhaps a part is missing at its end.");
    let bytes = |letters| base64url::decode(letters).ok_or_else(damaged);
    let text = if let Some(letters) = link.strip_prefix(FORM) {
        packing::unpack(&bytes(letters)?, LONGEST_TEXT).ok_or_else(damaged)?
    } else if let Some(letters) = link.strip_prefix(FIRST_FORM) {
        decompress_to_vec_with_limit(&bytes(letters)?, LONGEST_TEXT).map_err(|_| damaged())?
    } else {
        return Err("it was made by another version of this page, or is not complete.".into());
    };
    let packed: Packed = serde_json::from_slice(&text).map_err(|_| damaged())?;
    check(&packed)?;
    Ok(unpack(packed))
}

/// Whether a link asks for no more than a page can do.
fn check(packed: &Packed) -> Result<(), String> {
    if packed.f.len() > MOST_FILES || packed.d.len() > MOST_DONE {
        return Err(format!("it has more than {MOST_FILES} files or {MOST_DONE} commands."));
    }
    if !(1..=MOST_NODES).contains(&packed.n) {
        return Err(format!("it asks for {} machines; there can be 1 to {MOST_NODES}.", packed.n));
    }
    if packed.t > LATEST_MS || packed.d.iter().any(|done| done.at_ms() > LATEST_MS) {
        return Err("it goes on for more than a day of cluster time.".into());
    }
    if packed.d.iter().map(|done| done.size(&packed.f)).sum::<usize>() > MOST_APPLIED {
        return Err("its commands would apply more than a cluster can take.".into());
    }
    check_names(packed.f.iter().map(|(name, _)| name.as_str()))?;
    packed.d.iter().try_for_each(|done| done.check(&packed.f))
}

/// The names of a link's files are held to what a person may type.
fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut workspace = Workspace::default();
    for name in names {
        workspace.check_name(workspace.files.len(), name)?;
        workspace.files.push(File { name: SmolStr::new(name), text: String::new() });
    }
    Ok(())
}

fn unpack(packed: Packed) -> Shared {
    let files = packed.f.into_iter().map(|(name, text)| File { name: name.into(), text });
    let workspace = Workspace { files: files.collect() };
    let mut done: Vec<Done> = packed.d.into_iter().map(|done| done.unpack(&workspace)).collect();
    done.order_by_key(|done| done.at_ms);
    Shared {
        setup: Setup { seed: packed.s, nodes: packed.n },
        workspace,
        done,
        at_ms: packed.t,
        application: packed.v,
        namespace: SmolStr::from(packed.ns.chars().take(63).collect::<String>()),
    }
}

impl PackedDone {
    fn at_ms(&self) -> u64 {
        match self {
            PackedDone::Line(at_ms, _) | PackedDone::Beside(at_ms, ..) | PackedDone::Apply(at_ms, _) => *at_ms,
        }
    }

    /// The names and texts that it would apply; `files` are the link's.
    fn applied<'a>(&'a self, files: &'a [(String, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let applied = if let PackedDone::Apply(_, applied) = self { applied.as_slice() } else { &[] };
        applied.iter().filter_map(|file| match file {
            PackedFile::Same(index) => files.get(*index).map(|(name, text)| (name.as_str(), text.as_str())),
            PackedFile::Own(name, text) => Some((name, text)),
        })
    }

    fn size(&self, files: &[(String, String)]) -> usize {
        self.applied(files).map(|(_, text)| text.len()).sum()
    }

    fn check(&self, files: &[(String, String)]) -> Result<(), String> {
        match self {
            PackedDone::Line(_, line) | PackedDone::Beside(_, line, _) if line.len() > LONGEST_LINE => Err("it has a command that is too long.".into()),
            PackedDone::Apply(_, applied) if applied.len() > MOST_FILES => Err(format!("it applies more than {MOST_FILES} files.")),
            _ => check_names(self.applied(files).map(|(name, _)| name)),
        }
    }

    fn unpack(self, workspace: &Workspace) -> Done {
        let (at_ms, what) = match self {
            PackedDone::Line(at_ms, line) => (at_ms, What::Line(line)),
            PackedDone::Beside(at_ms, line, _) => (at_ms, What::Beside(line)),
            PackedDone::Apply(at_ms, applied) => {
                let unpack_file = |file| match file {
                    PackedFile::Same(index) => workspace.files.get(index).cloned(),
                    PackedFile::Own(name, text) => Some(File { name: name.into(), text }),
                };
                (at_ms, What::Apply(Workspace { files: applied.into_iter().filter_map(unpack_file).collect() }))
            }
        };
        Done { at_ms, what }
    }
}
