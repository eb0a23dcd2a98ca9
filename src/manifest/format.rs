//! Formatting of manifests: indentation as kubectl writes it, and nothing else. Every comment, quote and order stays;
//! where that can't be had, nothing is changed and the reason is said.

use super::documents::documents;

/// A line that others are indented below.
struct Level {
    /// Its column in the text as it was.
    old: usize,
    /// Its column in the text as it will be.
    new: usize,
    /// Whether it is the `-` of a list's item.
    is_item: bool,
}

/// What the lines of a block of text (`|`, `>`) or of a value that goes on over several lines are moved by.
struct Run {
    /// Lines that are further right than this belong to it.
    column: usize,
    shift: isize,
}

/// The text with two spaces a level, `-` below the first letter of the field that holds the list, no white space at the ends
/// of lines, and one line feed at the end.
///
/// # Errors
/// Why it was left as it is, in a sentence.
pub fn format(text: &str) -> Result<String, String> {
    let before = documents(text);
    if let Some(why) = before.iter().find_map(|document| document.value.as_ref().err()) {
        return Err(format!("It can't be formatted while it can't be read: {why}."));
    }
    if text.trim_start().starts_with('{') {
        return Err("It is JSON, which is left as it is.".into());
    }
    let formatted = indented(text);
    let after = documents(&formatted);
    let same = before.len() == after.len() && before.iter().zip(&after).all(|(old, new)| new.value.as_ref() == old.value.as_ref());
    if !same {
        return Err("It was left as it is: with other indentation it would mean something else.".into());
    }
    Ok(formatted)
}

fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut levels: Vec<Level> = Vec::new();
    let mut run: Option<Run> = None;
    let lines: Vec<&str> = text.lines().collect();
    // The open brackets and quotes of a value in flow style.
    let mut flow = Flow::default();
    for (index, line) in lines.iter().enumerate() {
        let content = line.trim_start_matches(' ');
        let column = line.len() - content.len();
        if let Some(Run { column: of, shift }) = run {
            if content.trim().is_empty() || column > of {
                push(
                    &mut out,
                    if content.trim().is_empty() { 0 } else { (column as isize + shift).max(0) as usize },
                    if content.trim().is_empty() { "" } else { content },
                );
                continue;
            }
            run = None;
        }
        if flow.is_open() {
            let inner = levels.last().map_or(0, |level| level.new + 2);
            flow.read(content);
            let closes = content.starts_with(['}', ']']);
            push(&mut out, if closes { inner.saturating_sub(2) } else { inner }, content.trim_end());
            continue;
        }
        let content = content.trim_end();
        if content.is_empty() || line.starts_with("---") || line.starts_with("...") || line.starts_with('%') {
            if line.starts_with("---") {
                levels.clear();
            }
            push(&mut out, 0, content);
            continue;
        }
        if content.starts_with('#') {
            // A comment belongs to the line below it.
            let next = lines[index + 1..].iter().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
            let next_column = next.map_or(0, |next| next.len() - next.trim_start_matches(' ').len());
            let new = next.filter(|_| column <= next_column || column == 0).map_or_else(
                || levels.iter().rev().find(|level| level.old <= column).map_or(0, |level| level.new),
                |next| new_column(&levels, next_column, next.trim_start().starts_with('-')),
            );
            push(&mut out, new, content);
            continue;
        }
        let mut at = column;
        let mut rest = content;
        let mut new = new_column(&levels, column, is_item(rest));
        let start = new;
        let mut written = String::new();
        // `- - name: x` opens a level for each part of it.
        while is_item(rest) {
            // The field that holds the list may stand in the same column.
            levels.retain(|level| level.old < at || (level.old == at && !level.is_item));
            levels.push(Level { old: at, new, is_item: true });
            let inside = rest[1..].trim_start();
            written.push('-');
            if !inside.is_empty() {
                written.push(' ');
            }
            at += rest.len() - inside.len();
            rest = inside;
            new += 2;
        }
        if !rest.is_empty() {
            levels.retain(|level| level.old < at);
            levels.push(Level { old: at, new, is_item: false });
        }
        written.push_str(rest);
        push(&mut out, start, &written);
        let value = rest.split_once(": ").map_or(rest, |(_, value)| value.trim());
        if value.starts_with(['|', '>']) {
            // Below a field, or below the `-` of an item that is nothing but the block.
            let (of, of_new) = if rest.contains(": ") { (at, new) } else { (at.saturating_sub(1), new.saturating_sub(2)) };
            run = Some(block(&lines[index + 1..], of, of_new, value));
        } else {
            flow.read(value);
        }
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// How a block's lines are moved: to two columns right of its field, as they are told by the first of them; where the block
/// names its own indentation, by as much as the field.
fn block(below: &[&str], column: usize, new: usize, header: &str) -> Run {
    let first = below.iter().find(|line| !line.trim().is_empty());
    let first_column = first.map_or(column + 2, |line| line.len() - line.trim_start_matches(' ').len());
    let names_its_own = header.bytes().any(|byte| byte.is_ascii_digit());
    let shift = if names_its_own { new as isize - column as isize } else { (new + 2) as isize - first_column as isize };
    Run { column, shift }
}

fn is_item(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// The column to which a line at `column` is moved.
fn new_column(levels: &[Level], column: usize, is_item: bool) -> usize {
    let beside = |items: bool| levels.iter().rev().find(|level| level.old == column && level.is_item == items);
    // An item also stands beside the field that holds the list.
    if let Some(level) = beside(is_item).or_else(|| beside(false).filter(|_| is_item)) {
        return level.new;
    }
    match levels.iter().rev().find(|level| level.old < column) {
        None => 0,
        // A list begins where its field does.
        Some(level) if is_item && !level.is_item => level.new,
        Some(level) => level.new + 2,
    }
}

/// The brackets and quotes that a value in flow style has opened.
#[derive(Default)]
struct Flow {
    depth: usize,
    quote: Option<char>,
}

impl Flow {
    fn is_open(&self) -> bool {
        self.depth > 0 || self.quote.is_some()
    }

    fn read(&mut self, text: &str) {
        if !self.is_open() && !text.starts_with(['{', '[', '"', '\'']) {
            return;
        }
        let mut letters = text.chars();
        let mut before = ' ';
        while let Some(letter) = letters.next() {
            match (self.quote, letter) {
                (Some('"'), '\\') => drop(letters.next()),
                (Some(quote), letter) if quote == letter => self.quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => self.quote = Some(letter),
                (None, '{' | '[') => self.depth += 1,
                (None, '}' | ']') => self.depth = self.depth.saturating_sub(1),
                (None, '#') if before == ' ' => return,
                _ => {}
            }
            before = letter;
        }
    }
}

fn push(out: &mut String, column: usize, content: &str) {
    out.extend(std::iter::repeat_n(' ', column));
    out.push_str(content);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_becomes_kubectls_and_every_comment_stays() {
        let text = "# Of the whole.\nkind:   Pod\nmetadata:\n     name: web   # a name\nspec:\n    # Below.\n    containers:\n        # The first.\n        -   name: web\n            args:\n                - \"a: b\"\n                - |\n                    if x; then\n                      y\n                    fi\n\n                - z\n            ports: [\n              { containerPort: 80 },\n              ]\n        - name: b\n          command: [\"x\"]\n\n\n";
        let wanted = "# Of the whole.\nkind:   Pod\nmetadata:\n  name: web   # a name\nspec:\n  # Below.\n  containers:\n  # The first.\n  - name: web\n    args:\n    - \"a: b\"\n    - |\n      if x; then\n        y\n      fi\n\n    - z\n    ports: [\n      { containerPort: 80 },\n    ]\n  - name: b\n    command: [\"x\"]\n";
        let formatted = format(text).expect("it can be formatted");
        assert_eq!(formatted, wanted);
        assert_eq!(format(&formatted).as_deref(), Ok(wanted), "twice is as once");
    }

    #[test]
    fn what_is_formatted_already_stays() {
        for text in ["a: 1\n---\n# x\nb:\n- 1\n- c: 2\n  d: >-\n    long\n    text\n", "a:\n- b:\n  - c\n  d: \"x\n    y\"\n"] {
            assert_eq!(format(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_cannot_be_formatted_is_told_and_left() {
        assert!(format("a: [\n").is_err_and(|why| why.starts_with("It can't be formatted while it can't be read: ")));
        assert!(format("{\"a\": 1}").is_err_and(|why| why.contains("JSON")));
        for strange in ["? a\n: b\n", "a: b\n  c\n", "- - - a\n  -  b\n", "a:\n  |\n  x\n", "&x a: 1\nb: *x\n", "\ta: 1\n", "a: |2\n    x\n   y\n"] {
            if let Ok(formatted) = format(strange) {
                let values = |text: &str| documents(text).into_iter().map(|document| document.value).collect::<Vec<_>>();
                assert_eq!(values(&formatted), values(strange), "{strange:?}");
            }
        }
    }
}
