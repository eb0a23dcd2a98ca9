//! The text of a description: lines with levels and tabs, aligned in the end.

use crate::api::time;
use crate::kubectl::printers::tab_writer::TabText;
use crate::value::{Map, Sort, Value};

/// Lines of a description.
#[derive(Default)]
pub(super) struct Text {
    aligned: String,
    pending: String,
}

/// Longer annotations go on lines of their own.
const MAX_ANNOTATION_LENGTH: usize = 140;

impl Text {
    /// Adds a line, `level` times two blanks in.
    pub fn line(&mut self, level: usize, text: impl AsRef<str>) {
        self.pending.extend(std::iter::repeat_n("  ", level));
        self.pending.push_str(text.as_ref());
        self.pending.push('\n');
    }

    /// Adds `key:` and its value.
    pub fn field(&mut self, level: usize, key: &str, value: impl AsRef<str>) {
        self.line(level, format!("{key}:\t{}", value.as_ref()));
    }

    /// Aligns what there is, so that what follows has columns of its own.
    pub fn flush(&mut self) {
        self.aligned += &TabText::DESCRIBE.align(&self.pending);
        self.pending.clear();
    }

    /// The lines with their tabs.
    pub fn unaligned(self) -> String {
        self.pending
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        self.flush();
        self.aligned
    }

    /// `Labels:` and a line for each; `title` may begin with blanks.
    pub fn labels(&mut self, title: &str, labels: &Map) {
        if labels.is_empty() {
            return self.line(0, format!("{title}:\t<none>"));
        }
        for (index, (key, value)) in labels.iter().enumerate() {
            let head = if index == 0 { format!("{title}:") } else { String::new() };
            self.line(0, format!("{head}\t{key}={}", value.str()));
        }
    }

    /// `Annotations:` and a line for each, but for the one of `kubectl apply`.
    pub fn annotations(&mut self, title: &str, annotations: &Map) {
        let mut head = format!("{title}:");
        for (key, value) in annotations.iter().filter(|(key, _)| *key != crate::kubectl::last_applied::LAST_APPLIED) {
            let value = value.str().strip_suffix('\n').unwrap_or(value.str());
            if value.len() + key.len() + 2 > MAX_ANNOTATION_LENGTH || value.contains('\n') {
                self.line(0, format!("{head}\t{key}:"));
                for part in value.split('\n') {
                    self.line(0, format!("\t  {}", shortened(part, MAX_ANNOTATION_LENGTH - 2)));
                }
            } else {
                self.line(0, format!("{head}\t{key}: {value}"));
            }
            head.clear();
        }
        if !head.is_empty() {
            self.line(0, format!("{title}:\t<none>"));
        }
    }

    /// Name, namespace, labels and annotations, as most descriptions begin.
    pub fn head(&mut self, object: &Value) {
        let metadata = object.get("metadata");
        self.field(0, "Name", metadata.get("name").str());
        if !metadata.get("namespace").is_empty() {
            self.field(0, "Namespace", metadata.get("namespace").str());
        }
        self.labels("Labels", metadata.get("labels").fields());
        self.annotations("Annotations", metadata.get("annotations").fields());
    }

    /// `Tolerations:` and a line for each.
    pub fn tolerations(&mut self, title: &str, tolerations: &[Value]) {
        if tolerations.is_empty() {
            return self.line(0, format!("{title}:\t<none>"));
        }
        let mut sorted: Vec<&Value> = tolerations.iter().collect();
        sorted.order_by_key(|toleration| toleration.get("key").str().to_string());
        for (index, toleration) in sorted.into_iter().enumerate() {
            let head = if index == 0 { format!("{title}:") } else { String::new() };
            self.line(0, format!("{head}\t{}", toleration_text(toleration)));
        }
    }
}

fn toleration_text(toleration: &Value) -> String {
    let (key, value, effect) = (toleration.get("key").str(), toleration.get("value").str(), toleration.get("effect").str());
    let mut text = key.to_string();
    if !value.is_empty() {
        text += &format!("={value}");
    }
    if !effect.is_empty() {
        text += &format!(":{effect}");
    }
    if toleration.get("operator").str() == "Exists" && value.is_empty() {
        text += if text.is_empty() { "op=Exists" } else { " op=Exists" };
    }
    if let Some(seconds) = toleration.get("tolerationSeconds").as_i64() {
        text += &format!(" for {seconds}s");
    }
    text
}

fn shortened(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

/// A time as descriptions show it: `Mon, 23 Nov 2026 09:18:48 +0000`.
pub(super) fn date(value: &Value) -> String {
    time::parse_rfc3339(value.str()).map_or_else(|| "<unset>".into(), time::rfc1123z)
}

/// `<none>` for nothing.
pub(super) fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}

/// `True` and `False`.
pub(super) fn capital_bool(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

/// A value as text: strings as they are, numbers, `true`.
pub(super) fn plain(value: &Value) -> String {
    if value.is_null() { String::new() } else { crate::kubectl::printers::custom_columns::go_text(value) }
}

/// `a=b,c=d`, or `<none>`.
pub(super) fn format_labels(labels: &Map) -> String {
    let text = labels.iter().map(|(key, value)| format!("{key}={}", value.str())).collect::<Vec<_>>().join(",");
    if text.is_empty() { "<none>".into() } else { text }
}
