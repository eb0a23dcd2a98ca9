//! Where something is in a text.

/// A place in a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Position {
    /// The line, from 0.
    pub line: usize,
    /// The column in characters, from 0.
    pub column: usize,
    /// The offset in bytes, from 0.
    pub offset: usize,
}

/// A stretch of a text, up to but without `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// Where it begins.
    pub start: Position,
    /// Where it has ended.
    pub end: Position,
}
