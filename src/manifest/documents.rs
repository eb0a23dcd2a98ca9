//! A text's documents, split as `k8s.io/apimachinery/pkg/util/yaml` splits them.

use super::node::Node;
use super::span::Position;
use super::yaml::read_tree;
use crate::value::Value;

/// A document of a manifest.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its text, without the line that separates it from the one before.
    pub text: String,
    /// Where that text begins.
    pub start: Position,
    /// What it says, or why it can't be read: Go's words, `yaml: line 3: …`, lines counted from the document's first one.
    pub value: Result<Value, String>,
    /// Its parts with their places in the whole text; nothing where it can't be read, or came in a stream of JSON.
    pub tree: Node,
}

impl Document {
    /// Whether there is nothing in it but white space and comments.
    pub fn is_blank(&self) -> bool {
        matches!(&self.value, Ok(value) if value.is_null())
    }
}

/// All documents of a text, in order. JSON texts may follow each other without separators.
pub fn documents(text: &str) -> Vec<Document> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{')
        && let Some(documents) = json_stream(text)
    {
        return documents;
    }
    split(text).into_iter().map(|(start, chunk)| document(start, chunk)).collect()
}

fn document(start: Position, text: &str) -> Document {
    if is_blank(text) {
        return Document { text: text.to_string(), start, value: Ok(Value::Null), tree: Node::default() };
    }
    let (value, tree) = match read_tree(text, start) {
        Ok(tree) => (Ok(tree.value.clone()), tree),
        Err(why) => (Err(why), Node::default()),
    };
    Document { text: text.to_string(), start, value, tree }
}

/// Whether there is surely nothing in it; then no parser is asked.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| {
        let rest = line.trim_start_matches(' ');
        rest.is_empty() || rest.starts_with('#') || separates(line)
    })
}

/// The documents of a stream of JSON objects; `None` where it is not one.
fn json_stream(text: &str) -> Option<Vec<Document>> {
    let mut documents = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut start = Position::default();
    while let Some(next) = stream.next() {
        let value = next.ok()?;
        let chunk = text.get(start.offset..stream.byte_offset())?;
        documents.push(Document { text: chunk.to_string(), start, value: Ok(value), tree: Node::default() });
        start.offset = stream.byte_offset();
        start.line += chunk.matches('\n').count();
        start.column = match chunk.rsplit_once('\n') {
            Some((_, rest)) => rest.chars().count(),
            None => start.column + chunk.chars().count(),
        };
    }
    Some(documents)
}

/// Whether a line ends a document: `---`, and after it nothing but white space or a comment.
fn separates(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| {
        let rest = rest.trim();
        rest.is_empty() || rest.starts_with('#')
    })
}

/// The texts between separators. A separator before any text belongs to the text that follows, as upstream's reader has it.
fn split(text: &str) -> Vec<(Position, &str)> {
    let mut chunks = Vec::new();
    let (mut start, mut offset) = (Position::default(), 0);
    for (line, content) in text.split_inclusive('\n').enumerate() {
        if separates(content) && offset > start.offset {
            chunks.push((start, &text[start.offset..offset]));
            offset += content.len();
            start = Position { line: line + 1, column: 0, offset };
        } else {
            offset += content.len();
        }
    }
    if offset > start.offset {
        chunks.push((start, &text[start.offset..]));
    }
    chunks
}
