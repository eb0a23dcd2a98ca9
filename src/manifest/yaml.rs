//! One YAML document → values with their places, as `sigs.k8s.io/yaml` reads it.
//!
//! Whether a text is YAML at all, and the words where it isn't, come from libyaml (in `serde_yaml`), from which Go's parser was translated; the parts and
//! their places come from `saphyr-parser`. What plain scalars mean is in [`super::resolve`].

use super::apostrophe;
use super::node::{Field, Node};
use super::resolve::resolve;
use super::span::{Position, Span};
use crate::value::{Map, SmolStr, SortedMap, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

/// How deep lists and objects may be nested.
const MAX_DEPTH: usize = 200;
/// How many braces and brackets may be open, strings among them. The parsers' time grows with the square of it, and no real document comes near.
const MAX_OPEN_BRACKETS: i64 = 5_000;
/// How many parts a document's aliases may stand for when they are written out; goyaml refuses what is far beyond the text's own size.
const MAX_ALIASED_PARTS: usize = 100_000;

/// How much may be read again for the sake of [`apostrophe`]; each scalar with one costs a reading up to it.
const MAX_BYTES_READ_AGAIN: usize = 20_000_000;

/// Reads a YAML document.
///
/// # Errors
/// What is wrong with it, in goyaml's words: `yaml: line 3: …`.
pub fn read(text: &str) -> Result<Value, String> {
    read_tree(text, Position::default()).map(|node| node.value)
}

/// Reads a YAML document that begins at `start` of a larger text.
///
/// # Errors
/// What is wrong with it; lines are counted from the document's first one.
pub fn read_tree(text: &str, start: Position) -> Result<Node, String> {
    if most_open_brackets(text) > MAX_OPEN_BRACKETS {
        return Err("yaml: exceeded max depth of 10000".into());
    }
    if let Err(error) = serde_yaml::from_str::<serde::de::IgnoredAny>(text)
        && let Some(words) = go_words(&error.to_string())
    {
        return with_apostrophes(text, start, error).unwrap_or(Err(words));
    }
    let mut reader = Reader { parser: Parser::new_from_str(text), places: Places::new(text, start), anchors: SortedMap::new(), aliased_parts: 0 };
    reader.document().or_else(|error| match serde_yaml::from_str(text) {
        // libyaml is laxer about indentation in flow style; what only it can read has no places.
        Ok(value) if !LIMITS.contains(&error.as_str()) => Ok(Node { value, ..Node::default() }),
        _ => Err(format!("yaml: {error}")),
    })
}

/// Reads what libyaml refuses only for escaped apostrophes in double quotes; `None` where there are none.
fn with_apostrophes(text: &str, start: Position, error: serde_yaml::Error) -> Option<Result<Node, String>> {
    let stand_in = apostrophe::stand_in(text)?;
    let (mut text, mut error, mut bytes_read) = (text.to_string(), Some(error), 0);
    while let Some(refused) = error.filter(|error| error.to_string().starts_with("found unknown escape character")) {
        let offset = refused.location()?.index();
        bytes_read += offset;
        if bytes_read > MAX_BYTES_READ_AGAIN {
            return None;
        }
        text = apostrophe::replaced(&text, offset, stand_in)?;
        error = serde_yaml::from_str::<serde::de::IgnoredAny>(&text).err();
    }
    Some(read_tree(&text, start).map(|mut node| {
        apostrophe::restore(&mut node, stand_in);
        node
    }))
}

/// What is refused here for its size; no other parser is to be asked then.
const LIMITS: [&str; 2] = ["exceeded max depth of 10000", "document contains excessive aliasing"];

fn most_open_brackets(text: &str) -> i64 {
    let (mut open, mut most) = (0_i64, 0_i64);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' => open += 1,
            b'}' | b']' => open -= 1,
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// libyaml's message with goyaml's line: `could not find expected ':' at line 3 column 1, while …` → `yaml: line 3: could not find expected ':'`.
/// `None` for complaints that are serde's own, about what the text says.
fn go_words(message: &str) -> Option<String> {
    // What can't even be read has no line.
    const UNREADABLE: &str = "control characters are not allowed";
    if message.starts_with(UNREADABLE) {
        return Some(format!("yaml: {UNREADABLE}"));
    }
    let (problem, place) = message.split_once(" at line ")?;
    let line: usize = place.split(' ').next()?.trim_end_matches(',').parse().ok()?;
    if !SCANNER.contains(&problem) && !PARSER.contains(&problem) {
        return None;
    }
    // goyaml counts from 0 and only adds 1 for what the scanner finds.
    let line = if SCANNER.contains(&problem) { line } else { line - 1 };
    Some(if line == 0 { format!("yaml: {problem}") } else { format!("yaml: line {line}: {problem}") })
}

/// What libyaml's scanner complains about.
const SCANNER: &[&str] = &[
    "found character that cannot start any token",
    "mapping values are not allowed in this context",
    "mapping keys are not allowed in this context",
    "block sequence entries are not allowed in this context",
    "could not find expected ':'",
    "found unexpected end of stream",
    "found unexpected document indicator",
    "found a tab character that violates indentation",
    "found unknown escape character",
    "did not find expected hexdecimal number",
    "found invalid Unicode character escape code",
    "did not find expected comment or line break",
    "did not find expected alphabetic or numeric character",
    "found undefined directive",
    "found unknown directive name",
    "did not find expected whitespace",
    "did not find expected tag URI",
    "did not find expected '!'",
    "found an indentation indicator equal to 0",
    "found a tab character where an indentation space is expected",
    "control characters are not allowed",
    "invalid leading UTF-8 octet",
];

/// What libyaml's parser complains about.
const PARSER: &[&str] = &[
    "did not find expected key",
    "did not find expected '-' indicator",
    "did not find expected node content",
    "did not find expected <document start>",
    "did not find expected <stream-start>",
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
    "found undefined tag handle",
    "found duplicate %YAML directive",
    "found duplicate %TAG directive",
    "found incompatible YAML document",
];

struct Reader<'text> {
    parser: Parser<'text, saphyr_parser::StrInput<'text>>,
    places: Places,
    anchors: SortedMap<usize, Value>,
    aliased_parts: usize,
}

type Next<'text> = (Event<'text>, Span);

impl<'text> Reader<'text> {
    fn next(&mut self) -> Result<Next<'text>, String> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.places.span(&span))),
            Some(Err(error)) => Err(scan_words(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// The first document; nothing at all reads as `null`.
    fn document(&mut self) -> Result<Node, String> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(Node::default()),
                (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _) => {}
                next => return self.node(next, 0),
            }
        }
    }

    fn node(&mut self, (event, span): Next<'text>, depth: usize) -> Result<Node, String> {
        if depth > MAX_DEPTH {
            return Err("exceeded max depth of 10000".into());
        }
        match event {
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let node = Node { value: scalar(&text, style, tag.as_deref())?, span, ..Node::default() };
                Ok(self.anchored(anchor, node))
            }
            Event::SequenceStart(anchor, _) => {
                let node = self.sequence(span, depth)?;
                Ok(self.anchored(anchor, node))
            }
            Event::MappingStart(anchor, _) => {
                let node = self.mapping(span, depth)?;
                Ok(self.anchored(anchor, node))
            }
            _ => Err("did not find expected node content".into()),
        }
    }

    fn anchored(&mut self, anchor: usize, node: Node) -> Node {
        if anchor > 0 {
            self.anchors.insert(anchor, node.value.clone());
        }
        node
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Node, String> {
        let value = self.anchors.get(&anchor).ok_or("unknown anchor referenced")?;
        // The value is shared, not copied; what it would be written out is counted all the same, since it will be.
        self.aliased_parts += parts_of(value, MAX_ALIASED_PARTS);
        if self.aliased_parts > MAX_ALIASED_PARTS {
            return Err("document contains excessive aliasing".into());
        }
        Ok(Node { value: value.clone(), span, ..Node::default() })
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Result<Node, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => {
                    let value = items.iter().map(|item: &Node| item.value.clone()).collect();
                    let span = Span { start: start.start, end: items.last().map_or(end.end, |item| item.span.end.max(end.end)) };
                    return Ok(Node { value, span, items, ..Node::default() });
                }
                next => items.push(self.node(next, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node, String> {
        let mut fields: Vec<Field> = Vec::new();
        let mut merged: Vec<Value> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                let span = Span { start: start.start, end: fields.last().map_or(span.end, |field| field.node.span.end.max(span.end)) };
                return Ok(Node { value: object(&merged, &fields), span, fields, ..Node::default() });
            }
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, _) if text == "<<");
            let key = self.node((event, span), depth + 1)?;
            let next = self.next()?;
            let node = self.node(next, depth + 1)?;
            if is_merge {
                match &node.value {
                    Value::Object(_) => merged.push(node.value),
                    Value::Array(items) if items.iter().all(Value::is_object) => merged.extend(items.iter().rev().cloned()),
                    _ => return Err("map merge requires map or sequence of maps as the value".into()),
                }
            } else {
                fields.push(Field { name: name_of(&key.value)?, name_span: key.span, node });
            }
        }
    }
}

/// What is merged in first, then the fields, so that these count.
fn object(merged: &[Value], fields: &[Field]) -> Value {
    let inherited = merged.iter().flat_map(|map| map.fields().iter().map(|(key, value)| (key.clone(), value.clone())));
    Value::from(inherited.chain(fields.iter().map(|field| (field.name.clone(), field.node.value.clone()))).collect::<Map>())
}

/// A key as JSON has it: a string. Numbers and truth values are written out.
fn name_of(key: &Value) -> Result<SmolStr, String> {
    match key {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => Ok(SmolStr::from(key.to_json())),
        Value::Null => Ok(SmolStr::new_static("null")),
        Value::Object(_) | Value::Array(_) => Err(format!("invalid map key: {}", go_syntax(key))),
    }
}

/// A decoded value in Go's `%#v`.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let pairs: Vec<String> = fields.iter().map(|(key, value)| format!("{key:?}:{}", go_syntax(value))).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", pairs.join(", "))
        }
        scalar => scalar.to_json(),
    }
}

/// How many parts a value has, all in all; counting stops beyond `limit`.
fn parts_of(value: &Value, limit: usize) -> usize {
    let add = |sum: usize, part: &Value| if sum > limit { sum } else { sum + parts_of(part, limit - sum) };
    match value {
        Value::Array(items) => items.iter().fold(1, add),
        Value::Object(fields) => fields.values().fold(1, add),
        _ => 1,
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let core = tag.filter(|tag| tag.handle == "tag:yaml.org,2002:" || tag.handle == "!!").map(|tag| tag.suffix.as_str());
    match core {
        Some("str") => return Ok(Value::from(text)),
        Some("binary") => return decode_base64(text).map(Value::from).ok_or_else(|| "!!binary value contains invalid base64 data".into()),
        Some("float" | "int" | "bool" | "null") => return Ok(as_json(resolve(text))),
        _ => {}
    }
    if tag.is_some() || style != ScalarStyle::Plain { Ok(Value::from(text)) } else { Ok(as_json(resolve(text))) }
}

/// A number as it comes out of the JSON that Go writes and reads again: `1.0` and `1e3` are whole.
fn as_json(value: Value) -> Value {
    match value {
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9.2e18 => Value::Int(number as i64),
        other => other,
    }
}

fn decode_base64(text: &str) -> Option<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').collect();
    let mut bytes = Vec::new();
    for chunk in letters.chunks(4) {
        let bits = chunk.iter().try_fold(0_u32, |bits, letter| Some(bits << 6 | LETTERS.iter().position(|known| known == letter)? as u32))?;
        let bits = bits << (6 * (4 - chunk.len()));
        bytes.extend(bits.to_be_bytes().into_iter().skip(1).take((chunk.len() * 6) / 8));
    }
    String::from_utf8(bytes).ok()
}

/// The words for what only the second parser minds.
fn scan_words(error: &ScanError) -> String {
    format!("line {}: {}", error.marker().line(), error.info())
}

/// Turns the parser's places, counted in characters, into ours.
struct Places {
    offsets: Option<Vec<usize>>,
    length: usize,
    start: Position,
}

impl Places {
    fn new(text: &str, start: Position) -> Places {
        let offsets = if text.is_ascii() { None } else { Some(text.char_indices().map(|(offset, _)| offset).collect()) };
        Places { offsets, length: text.len(), start }
    }

    fn position(&self, marker: &saphyr_parser::Marker) -> Position {
        let offset = match &self.offsets {
            None => marker.index().min(self.length),
            Some(offsets) => offsets.get(marker.index()).copied().unwrap_or(self.length),
        };
        let line = marker.line().saturating_sub(1);
        let column = if line == 0 { marker.col() + self.start.column } else { marker.col() };
        Position { line: line + self.start.line, column, offset: offset + self.start.offset }
    }

    fn span(&self, span: &saphyr_parser::Span) -> Span {
        Span { start: self.position(&span.start), end: self.position(&span.end) }
    }
}

#[cfg(test)]
mod tests;
