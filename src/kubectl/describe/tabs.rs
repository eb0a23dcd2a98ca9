//! Aligning text at tab stops that move with what stands before them, as Go's `text/tabwriter` does with padding 2 and no other option.

const PADDING: usize = 2;

/// Lines whose cells end in tabs (`name:\tvalue`) → aligned columns. A column reaches over neighbouring lines that have a cell in it; the text after a line's
/// last tab belongs to no column.
pub fn align(text: &str) -> String {
    let lines: Vec<Vec<&str>> = text.split('\n').map(|line| line.split('\t').collect()).collect();
    let mut widths: Vec<Vec<usize>> = lines.iter().map(|cells| vec![0; cells.len().saturating_sub(1)]).collect();
    let most = widths.iter().map(Vec::len).max().unwrap_or(0);
    for column in 0..most {
        let mut from = 0;
        while from < lines.len() {
            if widths[from].len() <= column {
                from += 1;
                continue;
            }
            let block = (from..lines.len()).take_while(|&line| widths[line].len() > column).count();
            let width = (from..from + block).map(|line| lines[line][column].chars().count()).max().unwrap_or(0) + PADDING;
            (from..from + block).for_each(|line| widths[line][column] = width);
            from += block;
        }
    }
    let mut aligned = String::with_capacity(text.len() * 2);
    for (index, cells) in lines.iter().enumerate() {
        if index > 0 {
            aligned.push('\n');
        }
        for (column, cell) in cells.iter().enumerate() {
            aligned.push_str(cell);
            if let Some(width) = widths[index].get(column) {
                aligned.extend(std::iter::repeat_n(' ', width - cell.chars().count()));
            }
        }
    }
    aligned
}

#[cfg(test)]
mod tests {
    use super::align;

    #[test]
    fn columns_reach_over_neighbouring_lines() {
        assert_eq!(align("Name:\tweb\nNamespace:\tdemo\n"), "Name:       web\nNamespace:  demo\n");
        assert_eq!(align("a\tb\tc\nlonger\td\te\nplain\na\tb"), "a       b  c\nlonger  d  e\nplain\na  b");
    }

    #[test]
    fn an_empty_cell_is_as_wide_as_the_padding() {
        assert_eq!(align("\tx\n\ty"), "  x\n  y");
    }
}
