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
    let text = serde_json::to_vec(&packed).unwrap_or_default();
    format!("{FORM}{}", base64url::encode(&packing::pack(&text)))
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
    unpack(packed)
}

fn unpack(packed: Packed) -> Result<Shared, String> {
    if packed.f.len() > MOST_FILES || packed.d.len() > MOST_DONE {
        return Err(format!("it has more than {MOST_FILES} files or {MOST_DONE} commands."));
    }
    if !(1..=MOST_NODES).contains(&packed.n) {
        return Err(format!("it asks for {} machines; there can be 1 to {MOST_NODES}.", packed.n));
    }
    if packed.t > LATEST_MS || packed.d.iter().any(|done| done.at_ms() > LATEST_MS) {
        return Err("it goes on for more than a day of cluster time.".into());
    }
    let workspace = files(packed.f)?;
    let sizes: Vec<usize> = workspace.files.iter().map(|file| file.text.len()).collect();
    if packed.d.iter().map(|done| done.size(&sizes)).sum::<usize>() > MOST_APPLIED {
        return Err("its commands would apply more than a cluster can take.".into());
    }
    let mut done = packed.d.into_iter().map(|done| done.unpack(&workspace)).collect::<Result<Vec<Done>, String>>()?;
    done.order_by_key(|done| done.at_ms);
    Ok(Shared {
        setup: Setup { seed: packed.s, nodes: packed.n },
        workspace,
        done,
        at_ms: packed.t,
        application: packed.v,
        namespace: SmolStr::from(packed.ns.chars().take(63).collect::<String>()),
    })
}

/// Files of a link, whose names are held to what a person may type.
fn files(packed: Vec<(String, String)>) -> Result<Workspace, String> {
    let mut workspace = Workspace::default();
    for (name, text) in packed {
        workspace.check_name(workspace.files.len(), &name)?;
        workspace.files.push(File { name: SmolStr::from(name), text });
    }
    Ok(workspace)
}

impl PackedDone {
    fn at_ms(&self) -> u64 {
        match self {
            PackedDone::Line(at_ms, _) | PackedDone::Beside(at_ms, ..) | PackedDone::Apply(at_ms, _) => *at_ms,
        }
    }

    /// How much it would apply.
    fn size(&self, sizes: &[usize]) -> usize {
        match self {
            PackedDone::Line(..) | PackedDone::Beside(..) => 0,
            PackedDone::Apply(_, files) => files
                .iter()
                .map(|file| match file {
                    PackedFile::Same(index) => sizes.get(*index).copied().unwrap_or(0),
                    PackedFile::Own(_, text) => text.len(),
                })
                .sum(),
        }
    }

    fn unpack(self, workspace: &Workspace) -> Result<Done, String> {
        match self {
            PackedDone::Line(_, line) | PackedDone::Beside(_, line, _) if line.len() > LONGEST_LINE => Err("it has a command that is too long.".into()),
            PackedDone::Line(at_ms, line) => Ok(Done { at_ms, what: What::Line(line) }),
            PackedDone::Beside(at_ms, line, _) => Ok(Done { at_ms, what: What::Beside(line) }),
            PackedDone::Apply(at_ms, applied) => {
                let unpack_file = |file| match file {
                    PackedFile::Same(index) => workspace.files.get(index).map(|file| (file.name.to_string(), file.text.clone())),
                    PackedFile::Own(name, text) => Some((name, text)),
                };
                let applied = files(applied.into_iter().take(MOST_FILES).filter_map(unpack_file).collect())?;
                Ok(Done { at_ms, what: What::Apply(applied) })
            }
        }
    }
}
