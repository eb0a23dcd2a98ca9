//! Columns of text, as kubectl's tab writer aligns them: three blanks between columns, the last one open.

use std::borrow::Cow;

/// Writes rows with aligned columns; widths may be remembered between calls, as `kubectl get -w` does.
#[derive(Default, Clone)]
pub struct TabWriter {
    widths: Vec<usize>,
}

/// Between columns.
const PADDING: usize = 3;
/// Room for the cells that end lines.
const LAST_WIDTH: usize = 16;
const BLANKS: &str = "                                ";

impl TabWriter {
    /// A writer without columns yet.
    pub fn new() -> TabWriter {
        TabWriter::default()
    }

    /// The rows as text. Columns keep the widths that they have had before.
    pub fn write(&mut self, rows: &[Vec<String>]) -> String {
        let mut cells = Cells::default();
        for row in rows {
            row.iter().for_each(|cell| cells.push(cell.as_str().into()));
            cells.end_row();
        }
        self.write_cells(&cells)
    }

    /// The same of cells that are mostly somebody else's.
    pub fn write_cells(&mut self, cells: &Cells) -> String {
        for row in cells.rows() {
            // The last cell of a row ends the line and so makes no column wider.
            let Some((_, before)) = row.split_last() else { continue };
            if self.widths.len() < before.len() {
                self.widths.resize(before.len(), 0);
            }
            for (cell, width) in before.iter().zip(&mut self.widths) {
                *width = (*width).max(cell.chars().count() + PADDING);
            }
        }
        let mut text = String::with_capacity(cells.row_ends.len() * (self.widths.iter().sum::<usize>() + LAST_WIDTH));
        for row in cells.rows() {
            for (index, cell) in row.iter().enumerate() {
                text.push_str(cell);
                if index + 1 < row.len() {
                    let mut blanks = self.widths[index].max(6).saturating_sub(cell.chars().count());
                    while blanks > 0 {
                        let some = blanks.min(BLANKS.len());
                        text.push_str(&BLANKS[..some]);
                        blanks -= some;
                    }
                }
            }
            text.push('\n');
        }
        text
    }
}

/// The cells of many rows, one behind the other.
#[derive(Default)]
pub struct Cells<'a> {
    cells: Vec<Cow<'a, str>>,
    row_ends: Vec<usize>,
}

impl<'a> Cells<'a> {
    /// Adds a cell to the last row.
    pub fn push(&mut self, cell: Cow<'a, str>) {
        self.cells.push(cell);
    }

    /// The last row has all its cells.
    pub fn end_row(&mut self) {
        self.row_ends.push(self.cells.len());
    }

    fn rows(&self) -> impl Iterator<Item = &[Cow<'a, str>]> {
        let mut start = 0;
        self.row_ends.iter().map(move |end| &self.cells[std::mem::replace(&mut start, *end)..*end])
    }
}

/// A cell's text: what follows the first line is cut off.
pub fn cell_text(text: &str) -> Cow<'_, str> {
    match text.bytes().position(|byte| matches!(byte, b'\n' | b'\r' | b'\x0c')) {
        Some(end) => Cow::Owned(format!("{}...", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
