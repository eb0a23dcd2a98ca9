//! Go's `text/tabwriter`: cells end with tabs, and cells below each other in consecutive lines make a column.

/// Lines with tabs, to be aligned.
pub struct TabText {
    minimum_width: usize,
    padding: usize,
}

impl TabText {
    /// As `kubectl describe` aligns: two blanks between columns.
    pub const DESCRIBE: TabText = TabText { minimum_width: 0, padding: 2 };

    /// As `kubectl get -o custom-columns` aligns: three blanks between columns.
    pub const COLUMNS: TabText = TabText { minimum_width: 6, padding: 3 };

    /// The text with its tabs replaced by blanks.
    pub fn align(&self, text: &str) -> String {
        let lines: Vec<Vec<&str>> = text.split('\n').map(|line| line.split('\t').collect()).collect();
        let mut output = String::new();
        self.format(&lines, &mut Vec::new(), &mut output);
        // The last line has no end of its own.
        output.pop();
        output
    }

    /// Aligns the column behind those of `widths`, block by block; what is to the right of a block is aligned within it.
    fn format(&self, lines: &[Vec<&str>], widths: &mut Vec<usize>, output: &mut String) {
        let column = widths.len();
        let has_cell = |line: &Vec<&str>| column + 1 < line.len();
        let mut at = 0;
        while at < lines.len() {
            if !has_cell(&lines[at]) {
                write_line(&lines[at], widths, output);
                at += 1;
                continue;
            }
            let end = at + lines[at..].iter().take_while(|line| has_cell(line)).count();
            let widest = lines[at..end].iter().map(|line| line[column].chars().count() + self.padding).max().unwrap_or(0);
            widths.push(widest.max(self.minimum_width));
            self.format(&lines[at..end], widths, output);
            widths.pop();
            at = end;
        }
    }
}

fn write_line(cells: &[&str], widths: &[usize], output: &mut String) {
    for (index, cell) in cells.iter().enumerate() {
        output.push_str(cell);
        if let Some(width) = widths.get(index) {
            output.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count())));
        }
    }
    output.push('\n');
}
