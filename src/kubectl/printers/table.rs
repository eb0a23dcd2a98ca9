//! Columns of text, as kubectl's tab writer aligns them: three blanks between columns, the last one open.

/// Writes rows with aligned columns; widths may be remembered between calls, as `kubectl get -w` does.
#[derive(Default, Clone)]
pub struct TabWriter {
    widths: Vec<usize>,
}

/// Between columns.
const PADDING: usize = 3;

impl TabWriter {
    /// A writer without columns yet.
    pub fn new() -> TabWriter {
        TabWriter::default()
    }

    /// The rows as text. Columns keep the widths that they have had before.
    pub fn write(&mut self, rows: &[Vec<String>]) -> String {
        for row in rows {
            for (index, cell) in row.iter().enumerate() {
                // The last cell of a row ends the line and so makes no column wider.
                if index + 1 == row.len() {
                    continue;
                }
                if self.widths.len() <= index {
                    self.widths.resize(index + 1, 0);
                }
                self.widths[index] = self.widths[index].max(cell.chars().count() + PADDING);
            }
        }
        let mut text = String::new();
        for row in rows {
            for (index, cell) in row.iter().enumerate() {
                text.push_str(cell);
                if index + 1 < row.len() {
                    let width = self.widths[index].max(6);
                    text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count())));
                }
            }
            text.push('\n');
        }
        text
    }
}

/// A cell's text: what follows the first line is cut off.
pub fn cell_text(text: &str) -> String {
    match text.find(['\n', '\r', '\u{c}']) {
        Some(end) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}
