//! `-o custom-columns` (`k8s.io/kubectl/pkg/cmd/get/customcolumn.go`).

use super::jsonpath::{JsonPath, MAX_BYTES, relaxed};
use super::tab_writer::TabText;
use crate::kubectl::failure::Failure;
use crate::manifest::go_float;
use crate::value::Value;

/// Columns, each with a heading and the path of what stands in it.
#[derive(Clone, Debug)]
pub struct CustomColumns {
    columns: Vec<(String, JsonPath)>,
}

impl CustomColumns {
    /// Reads `NAME:.metadata.name,IMAGE:.spec.image`.
    ///
    /// # Errors
    /// Upstream's words.
    pub fn parse(specification: &str) -> Result<CustomColumns, Failure> {
        if specification.is_empty() {
            return Err(Failure::text("custom-columns format specified but no custom columns given"));
        }
        let mut columns = Vec::new();
        for part in split(specification) {
            let Some((heading, path)) = part.split_once(':').filter(|(_, path)| !path.is_empty()) else {
                return Err(Failure::text(format!("unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")));
            };
            columns.push((heading.to_string(), JsonPath::parse(&relaxed(path).map_err(Failure::Text)?).map_err(Failure::Text)?));
        }
        Ok(CustomColumns { columns })
    }

    /// Reads a file with a line of headings and a line of paths.
    ///
    /// # Errors
    /// Upstream's words.
    pub fn parse_file(text: &str) -> Result<CustomColumns, Failure> {
        let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let (Some(headings), Some(paths)) = (lines.next(), lines.next()) else {
            return Err(Failure::text(
                "invalid template, missing spec line. Expected format is one line of space separated column headers, one line of space separated column specs.",
            ));
        };
        if headings.len() != paths.len() {
            return Err(Failure::text(format!("number of headers ({}) and field specifications ({}) don't match", headings.len(), paths.len())));
        }
        CustomColumns::parse(&headings.iter().zip(paths).map(|(heading, path)| format!("{heading}:{path}")).collect::<Vec<_>>().join(","))
    }

    /// The table of these objects.
    ///
    /// # Errors
    /// Where a path doesn't fit an object.
    pub fn table(&self, objects: &[Value], headings: bool) -> Result<String, Failure> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        if headings {
            rows.push(self.columns.iter().map(|(heading, _)| heading.clone()).collect());
        }
        let mut bytes_left = MAX_BYTES;
        for object in objects {
            let mut row = Vec::new();
            for (_, path) in &self.columns {
                let found = path.find(object).map_err(Failure::Text)?.concat();
                let words: Vec<String> = found.iter().map(go_text).collect();
                let bytes = words.iter().map(|word| word.len() + 1).sum();
                bytes_left = bytes_left.checked_sub(bytes).ok_or_else(|| Failure::text("the output is too large"))?;
                row.push(if words.is_empty() { "<none>".into() } else { words.join(",") });
            }
            rows.push(row);
        }
        let text: String = rows.iter().map(|row| row.join("\t") + "\n").collect();
        Ok(TabText::COLUMNS.align(&text))
    }
}

/// Commas in brackets and quotes don't end a column.
fn split(specification: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quote) = (vec![String::new()], 0, None);
    for letter in specification.chars() {
        match (letter, quote) {
            ('[' | '(', None) => depth += 1,
            (']' | ')', None) => depth -= 1,
            ('\'' | '"', None) if depth > 0 => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            (',', None) if depth <= 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
}

/// A value as Go's `%v` shows it.
pub fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".into(),
        Value::String(text) => text.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => go_float(*number, false),
        Value::Array(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => format!("map[{}]", fields.iter().map(|(key, field)| format!("{key}:{}", go_text(field))).collect::<Vec<_>>().join(" ")),
    }
}
