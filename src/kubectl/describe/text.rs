//! Writing a description: lines, labels, and the small texts that recur.

use crate::api::time;
use crate::value::Value;

/// The description as it grows; cells are separated by tabs and aligned at the end.
#[derive(Default)]
pub struct Text {
    text: String,
}

impl Text {
    /// Nothing yet.
    pub fn new() -> Text {
        Text::default()
    }

    /// A line, indented by two blanks a level.
    pub fn line(&mut self, level: usize, line: impl AsRef<str>) {
        self.part(level, line);
        self.text.push('\n');
    }

    /// A part of a line.
    pub fn part(&mut self, level: usize, part: impl AsRef<str>) {
        self.text.extend(std::iter::repeat_n(' ', 2 * level));
        self.text.push_str(part.as_ref());
    }

    /// `title:\tvalue` on a line.
    pub fn field(&mut self, level: usize, title: &str, value: impl AsRef<str>) {
        self.line(level, format!("{title}:\t{}", value.as_ref()));
    }

    /// A map with a line a pair, `key=value`; `<none>` when there is none. `printLabelsMultiline`.
    pub fn labels(&mut self, level: usize, title: &str, labels: &Value) {
        self.pairs(level, title, "\t", labels);
    }

    /// As [`Text::labels`], with what stands between title and values.
    pub fn pairs(&mut self, level: usize, title: &str, indent: &str, labels: &Value) {
        self.part(level, format!("{title}:{indent}"));
        if labels.fields().is_empty() {
            self.line(0, "<none>");
        }
        for (index, (key, value)) in labels.fields().iter().enumerate() {
            if index > 0 {
                self.part(level, indent);
            }
            self.line(0, format!("{key}={}", value.str()));
        }
    }

    /// Annotations, `key: value`, without what `kubectl apply` keeps there; long ones under their key. `printAnnotationsMultiline`.
    pub fn annotations(&mut self, title: &str, annotations: &Value) {
        self.part(0, format!("{title}:\t"));
        let shown: Vec<_> = annotations.fields().iter().filter(|(key, _)| *key != "kubectl.kubernetes.io/last-applied-configuration").collect();
        if shown.is_empty() {
            self.line(0, "<none>");
        }
        for (index, (key, value)) in shown.into_iter().enumerate() {
            if index > 0 {
                self.part(0, "\t");
            }
            let value = value.str().strip_suffix('\n').unwrap_or(value.str());
            if value.len() + key.len() + 2 > 140 || value.contains('\n') {
                self.line(0, format!("{key}:"));
                for line in value.split('\n') {
                    let (shown, cut) = match line.char_indices().nth(138) {
                        Some((end, _)) => (&line[..end], "..."),
                        None => (line, ""),
                    };
                    self.line(0, format!("\t  {shown}{cut}"));
                }
            } else {
                self.line(0, format!("{key}: {value}"));
            }
        }
    }

    /// The description, aligned.
    pub fn finish(self) -> String {
        super::tabs::align(&self.text)
    }
}

/// `Mon, 23 Nov 2026 09:19:57 +0000`; `<unset>` without a time.
pub fn date(value: &Value) -> String {
    time::parse_rfc3339(value.str()).map_or_else(|| "<unset>".into(), time::rfc1123z)
}

/// The text, or a placeholder.
pub fn or<'a>(value: &'a Value, placeholder: &'a str) -> &'a str {
    if value.is_empty() { placeholder } else { value.str() }
}

/// A scalar as Go prints it with `%v`; lists as `[a b]`.
pub fn go(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Null => "<nil>".into(),
        Value::Array(items) => format!("[{}]", items.iter().map(go).collect::<Vec<_>>().join(" ")),
        other => other.to_json(),
    }
}

/// A whole number, 0 where there is none.
pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// `True`/`False` of Go's `%t` is in small letters.
pub fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or(false)
}

/// The strings of a list, joined.
pub fn join(list: &Value, separator: &str) -> String {
    list.items().iter().map(Value::str).collect::<Vec<_>>().join(separator)
}
