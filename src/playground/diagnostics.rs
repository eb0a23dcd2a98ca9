//! What is wrong with the files, before anything is applied.

use crate::value::SmolStr;

/// Something that the cluster would refuse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// In which file.
    pub file: SmolStr,
    /// In which line, from 1.
    pub line: usize,
    /// Where it begins, in bytes.
    pub from: usize,
    /// Where it ends, in bytes.
    pub to: usize,
    /// What is wrong, in the words of kubectl or of the server.
    pub message: String,
}
