//! Which field is where in a YAML text. It reads block style line by line and never gives up, so that it also works for a
//! text that is being typed and that no YAML reader would take; what is inside of `{…}` belongs to the line it is on.

use std::ops::Range;

/// One step of a field's path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A field's name.
    Key(String),
    /// A place in a list.
    Index(usize),
}

/// A line that has a field or a list's item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The whole path.
    pub path: Vec<Step>,
    /// Where the field's name is, in bytes; empty for an item that has none.
    pub key: Range<usize>,
    /// Where its value on the same line is, in bytes; empty where it has none.
    pub value: Range<usize>,
    /// The column of the name.
    pub column: usize,
}

struct Frame {
    column: usize,
    step: Step,
}

/// All fields of one document, in order. `offset` is where the document begins in its file.
pub fn lines(text: &str, offset: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut frames: Vec<Frame> = Vec::new();
    // The column of the field whose block of text (`|`, `>`) is being skipped.
    let mut block: Option<usize> = None;
    let mut at = offset;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim_end();
        let column = content.len() - content.trim_start().len();
        if content.trim_start().is_empty() || block.is_some_and(|of| column > of) {
            continue;
        }
        block = None;
        if content.trim_start().starts_with('#') {
            continue;
        }
        if read_line(content, column, start, &mut frames, &mut lines) {
            block = Some(lines.last().map_or(column, |line: &Line| line.column));
        }
    }
    lines
}

/// Enters what is on a line; whether it begins a block of text.
fn read_line(content: &str, column: usize, start: usize, frames: &mut Vec<Frame>, lines: &mut Vec<Line>) -> bool {
    let mut column = column;
    let mut is_item = false;
    while let Some(rest) = content.get(column..).and_then(|rest| rest.strip_prefix('-')) {
        if !(rest.is_empty() || rest.starts_with(' ')) {
            break;
        }
        frames.retain(|frame| frame.column <= column);
        match frames.last_mut() {
            Some(Frame { column: same, step: Step::Index(index) }) if *same == column => *index += 1,
            _ => frames.push(Frame { column, step: Step::Index(0) }),
        }
        is_item = true;
        column += 1 + rest.len() - rest.trim_start().len();
    }
    let rest = content.get(column..).unwrap_or("");
    let Some((key, value)) = split_key(rest) else {
        if is_item {
            lines.push(Line { path: path(frames), key: start + column..start + column, value: start + column..start + content.len(), column });
        }
        return false;
    };
    frames.retain(|frame| frame.column < column);
    frames.push(Frame { column, step: Step::Key(key.trim_matches(['"', '\'']).to_owned()) });
    let key_end = start + column + key.len();
    let value_start = start + content.len() - value.len();
    lines.push(Line { path: path(frames), key: start + column..key_end, value: value_start..start + content.len(), column });
    value.starts_with(['|', '>'])
}

fn path(frames: &[Frame]) -> Vec<Step> {
    frames.iter().map(|frame| frame.step.clone()).collect()
}

/// `name: value` → its two parts; the value has no white space before it.
fn split_key(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(['{', '[', '#']) {
        return None;
    }
    let quote = text.chars().next().filter(|letter| matches!(letter, '"' | '\''));
    let from = quote.map_or(0, |quote| text[1..].find(quote).map_or(0, |end| end + 2));
    let colon = from + text[from..].match_indices(':').map(|(at, _)| at).find(|at| matches!(text.as_bytes().get(from + at + 1), None | Some(b' ')))?;
    let value = text[colon + 1..].trim_start();
    Some((&text[..colon], if value.starts_with('#') { "" } else { value }))
}

/// `spec.containers[0].image`, `data[key.with.dots]` as the server writes paths.
pub fn parse(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, after) = inner.split_once(']').unwrap_or((inner, ""));
            steps.push(inside.parse().map_or_else(|_| Step::Key(inside.to_owned()), Step::Index));
            rest = after;
        } else {
            let rest_of_path = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest_of_path.find(['.', '[']).unwrap_or(rest_of_path.len());
            if end > 0 {
                steps.push(Step::Key(rest_of_path[..end].to_owned()));
            }
            rest = &rest_of_path[end..];
        }
    }
    steps
}

/// The line of a path, or of the nearest field around it that is there. Paths in errors of decoding have no places in lists, so those may be missing.
pub fn find<'a>(lines: &'a [Line], path: &[Step]) -> Option<&'a Line> {
    for length in (1..=path.len()).rev() {
        let wanted = &path[..length];
        // An item of a list is where the first of its fields is.
        let is_item = matches!(wanted.last(), Some(Step::Index(_)));
        let exact = lines.iter().find(|line| line.path == wanted || (is_item && line.path.starts_with(wanted)));
        let found = exact.or_else(|| lines.iter().find(|line| without_places(&line.path).eq(without_places(wanted)) && !line.key.is_empty()));
        if found.is_some() {
            return found;
        }
    }
    None
}

fn without_places(path: &[Step]) -> impl Iterator<Item = &Step> {
    path.iter().filter(|step| matches!(step, Step::Key(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
kind: Pod # a comment: here
metadata:
  labels: { app: web }
  annotations:
    note: |
      kind: not a field
    \"a.b/c\": x
spec:
  containers:
  - name: web
    args: [\"--a: b\"]
    env:
    - name: A
      value: \"1\"
    -
      name: B
  - image: nginx:1.29
    nam
";

    fn at(path: &str) -> Option<&'static str> {
        let lines = lines(TEXT, 0);
        find(&lines, &parse(path)).map(|line| TEXT.lines().nth(TEXT[..line.key.start].matches('\n').count()).unwrap().trim())
    }

    #[test]
    fn paths_lead_to_lines() {
        for (path, line) in [
            ("kind", "kind: Pod # a comment: here"),
            ("metadata.labels.app", "labels: { app: web }"),
            ("metadata.annotations[a.b/c]", "\"a.b/c\": x"),
            ("spec.containers[0].name", "- name: web"),
            ("spec.containers[0].env[1].name", "name: B"),
            ("spec.containers[1].image", "- image: nginx:1.29"),
            ("spec.containers[1].ports[0]", "- image: nginx:1.29"),
            ("spec.containers.env.value", "value: \"1\""),
            ("spec.nodeName", "spec:"),
        ] {
            assert_eq!(at(path), Some(line), "{path}");
        }
        assert_eq!(at("status.phase"), None);
        assert!(lines(TEXT, 0).iter().all(|line| &TEXT[line.key.clone()] != "kind" || line.path.len() == 1));
    }

    #[test]
    fn no_text_is_too_strange() {
        for text in ["", "-", "- - - a: b", ": :", "é: ü\n  - ö", "\"a: b", "a:\n- b\n- c:\n  d", "\t- x: y", "[", "? a\n: b"] {
            for line in lines(text, 0) {
                assert!(text.get(line.key).is_some() && text.get(line.value).is_some(), "{text:?}");
            }
        }
    }
}
