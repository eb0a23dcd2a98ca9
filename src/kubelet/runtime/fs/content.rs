//! The bytes of a file, in pieces that clones share.

use crate::value::Vector;
use std::sync::Arc;

/// Pieces smaller than this are merged with what is appended, so that a log written line by line
/// doesn't become a million pieces.
const MERGE_BELOW_BYTES: usize = 4096;

/// A file's bytes. Clones share them, appending costs what is appended, and a run of zeros
/// (`dd if=/dev/zero`) takes no room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    pieces: Vector<Piece>,
    len: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Bytes(Arc<[u8]>),
    Zeros(u64),
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Zeros(count) => *count,
        }
    }
}

impl Content {
    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds bytes at the end.
    pub fn append(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.len += bytes.len() as u64;
        match self.pieces.back() {
            Some(Piece::Bytes(last)) if last.len() < MERGE_BELOW_BYTES => {
                let merged: Arc<[u8]> = [last, bytes].concat().into();
                self.pieces.pop_back();
                self.pieces.push_back(Piece::Bytes(merged));
            }
            _ => self.pieces.push_back(Piece::Bytes(bytes.into())),
        }
    }

    /// Adds zero bytes at the end.
    pub fn append_zeros(&mut self, count: u64) {
        if count == 0 {
            return;
        }
        self.len += count;
        match self.pieces.back() {
            Some(Piece::Zeros(last)) => {
                let merged = last + count;
                self.pieces.pop_back();
                self.pieces.push_back(Piece::Zeros(merged));
            }
            _ => self.pieces.push_back(Piece::Zeros(count)),
        }
    }

    /// At most `limit` bytes from `offset` on.
    pub fn read(&self, offset: u64, limit: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut start = 0u64;
        for piece in &self.pieces {
            let end = start + piece.len();
            if end > offset && out.len() < limit {
                let skip = offset.saturating_sub(start);
                let take = (piece.len() - skip).min((limit - out.len()) as u64) as usize;
                match piece {
                    Piece::Bytes(bytes) => out.extend_from_slice(&bytes[skip as usize..skip as usize + take]),
                    Piece::Zeros(_) => out.resize(out.len() + take, 0),
                }
            }
            start = end;
        }
        out
    }

    /// Everything, up to `limit` bytes.
    pub fn bytes(&self, limit: usize) -> Vec<u8> {
        self.read(0, limit)
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Content {
        let mut content = Content::default();
        content.append(bytes);
        content
    }
}
