//! Values as YAML text, as `sigs.k8s.io/yaml` writes it (its emitter is that of goyaml v2: libyaml's).

use super::resolve::resolves_to_string;
use crate::value::{SmolStr, Sort, Value};
use std::cmp::Ordering;

/// Lines are folded at the first blank after this column, as upstream's emitter has it.
const BEST_WIDTH: usize = 80;

/// Writes a value as a YAML document.
pub fn write_yaml(value: &Value) -> String {
    let mut writer = Writer { text: String::new(), column: 0 };
    writer.node(value, 0, false);
    if !writer.text.ends_with('\n') {
        writer.text.push('\n');
    }
    writer.text
}

/// Sorts keys as goyaml does: numbers in them by value, letters after all else.
pub fn compare_keys(a: &str, b: &str) -> Ordering {
    let (left, right): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let number = |letters: &[char], from: usize, start: i64| {
        let mut end = from;
        let mut total = start;
        while end < letters.len() && letters[end].is_ascii_digit() {
            total = total.saturating_mul(10).saturating_add(i64::from(letters[end] as u32 - '0' as u32));
            end += 1;
        }
        (total, end)
    };
    for i in 0..left.len().min(right.len()) {
        let (x, y) = (left[i], right[i]);
        if x == y {
            continue;
        }
        match (x.is_alphabetic(), y.is_alphabetic()) {
            (true, true) => return x.cmp(&y),
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        let zero_inside = (x == '0' || y == '0') && left[..i].iter().rev().take_while(|letter| letter.is_ascii_digit()).any(|letter| *letter != '0');
        let start = i64::from(zero_inside);
        let ((a_number, a_end), (b_number, b_end)) = (number(&left, i, start), number(&right, i, start));
        return a_number.cmp(&b_number).then(a_end.cmp(&b_end)).then(x.cmp(&y));
    }
    left.len().cmp(&right.len())
}

/// What may be done with a scalar: libyaml's `yaml_emitter_analyze_scalar`.
struct Analysis {
    multiline: bool,
    block_plain_allowed: bool,
    single_quoted_allowed: bool,
    block_allowed: bool,
}

fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}') || letter > '\u{ffff}'
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn analyze(text: &str) -> Analysis {
    let letters: Vec<char> = text.chars().collect();
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut breaks, mut special) = (false, false);
    let (mut break_space, mut space_break) = (false, false);
    let (mut previous_space, mut previous_break) = (false, false);
    let blank_at = |at: usize| letters.get(at).is_none_or(|letter| matches!(letter, ' ' | '\t') || is_break(*letter));
    let mut preceded_by_blank = true;
    for (i, &letter) in letters.iter().enumerate() {
        let followed_by_blank = blank_at(i + 1);
        if i == 0 {
            indicators |= matches!(letter, '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`');
            indicators |= matches!(letter, '?' | ':' | '-') && followed_by_blank;
        } else {
            indicators |= (letter == ':' && followed_by_blank) || (letter == '#' && preceded_by_blank);
        }
        special |= !is_printable(letter);
        breaks |= is_break(letter);
        if letter == ' ' {
            break_space |= previous_break;
            (previous_space, previous_break) = (true, false);
        } else if is_break(letter) {
            space_break |= previous_space;
            (previous_space, previous_break) = (false, true);
        } else {
            (previous_space, previous_break) = (false, false);
        }
        preceded_by_blank = matches!(letter, ' ' | '\t') || is_break(letter);
    }
    let edge = |letter: Option<&char>| letter.is_some_and(|letter| *letter == ' ' || is_break(*letter));
    let trailing_space = letters.last() == Some(&' ');
    let edges = edge(letters.first()) || edge(letters.last());
    let broken = space_break || special;
    Analysis {
        multiline: breaks,
        block_plain_allowed: !edges && !break_space && !broken && !breaks && !indicators,
        single_quoted_allowed: !break_space && !broken,
        block_allowed: !trailing_space && !broken,
    }
}

struct Writer {
    text: String,
    column: usize,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn new_line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// Writes a value. `indent` is the column of its fields or items; `inline` is whether something stands on the line already.
    fn node(&mut self, value: &Value, indent: usize, inline: bool) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                let mut entries: Vec<(&SmolStr, &Value)> = fields.iter().collect();
                entries.order_by(|a, b| compare_keys(a.0, b.0));
                for (index, (key, field)) in entries.into_iter().enumerate() {
                    if index > 0 || !inline {
                        self.begin_line(indent);
                    }
                    self.field(key, field, indent);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 || !inline {
                        self.begin_line(indent);
                    }
                    self.put("- ");
                    self.node(item, indent + 2, true);
                }
            }
            Value::Object(_) => self.put("{}"),
            Value::Array(_) => self.put("[]"),
            Value::Null => self.put("null"),
            Value::Bool(flag) => self.put(if *flag { "true" } else { "false" }),
            Value::Int(number) => self.put(&number.to_string()),
            Value::Float(number) => self.put(&super::write_json::go_float(*number, false)),
            Value::String(text) => self.scalar(text, indent, false),
        }
    }

    fn begin_line(&mut self, indent: usize) {
        if !self.text.is_empty() {
            if self.text.ends_with('\n') {
                self.text.extend(std::iter::repeat_n(' ', indent));
                self.column = indent;
            } else {
                self.new_line(indent);
            }
        }
    }

    fn field(&mut self, key: &str, value: &Value, indent: usize) {
        let simple = key.len() <= 128 && !analyze(key).multiline;
        if simple {
            self.scalar(key, indent, true);
            self.put(":");
        } else {
            self.put("? ");
            self.scalar(key, indent + 2, false);
            self.begin_line(indent);
            self.put(":");
        }
        match value {
            Value::Object(fields) if !fields.is_empty() => self.node(value, indent + 2, false),
            Value::Array(items) if !items.is_empty() => self.node(value, indent, false),
            _ => {
                self.put(" ");
                self.node(value, indent + 2, true);
            }
        }
    }

    /// `indent` is where folded lines and block lines stand.
    fn scalar(&mut self, text: &str, indent: usize, is_key: bool) {
        let analysis = analyze(text);
        // At the top of a document there is no indentation to stand in.
        let indent = indent.max(if is_key { 0 } else { 2 });
        if text.contains('\n') {
            if analysis.block_allowed && !is_key {
                return self.literal(text, indent);
            }
            return self.double_quoted(text, indent, is_key);
        }
        if !resolves_to_string(text) {
            return self.double_quoted(text, indent, is_key);
        }
        if analysis.block_plain_allowed && !(text.is_empty() && is_key) {
            self.folded(text, indent, is_key);
        } else if analysis.single_quoted_allowed {
            self.single_quoted(text, indent, is_key);
        } else {
            self.double_quoted(text, indent, is_key);
        }
    }

    fn folded(&mut self, text: &str, indent: usize, is_key: bool) {
        let letters: Vec<char> = text.chars().collect();
        let mut spaces = false;
        for (i, &letter) in letters.iter().enumerate() {
            if letter == ' ' {
                if !is_key && !spaces && self.column > BEST_WIDTH && letters.get(i + 1) != Some(&' ') {
                    self.new_line(indent);
                } else {
                    self.put(" ");
                }
                spaces = true;
            } else {
                self.put(letter.encode_utf8(&mut [0; 4]));
                spaces = false;
            }
        }
    }

    fn single_quoted(&mut self, text: &str, indent: usize, is_key: bool) {
        self.put("'");
        let letters: Vec<char> = text.chars().collect();
        let mut spaces = false;
        for (i, &letter) in letters.iter().enumerate() {
            if letter == ' ' {
                if !is_key && !spaces && self.column > BEST_WIDTH && i > 0 && i + 1 < letters.len() && letters[i + 1] != ' ' {
                    self.new_line(indent);
                } else {
                    self.put(" ");
                }
                spaces = true;
            } else {
                if letter == '\'' {
                    self.put("''")
                } else {
                    self.put(letter.encode_utf8(&mut [0; 4]))
                }
                spaces = false;
            }
        }
        self.put("'");
    }

    fn double_quoted(&mut self, text: &str, indent: usize, is_key: bool) {
        self.put("\"");
        let letters: Vec<char> = text.chars().collect();
        let mut spaces = false;
        for (i, &letter) in letters.iter().enumerate() {
            if !is_printable(letter) || letter == '\u{feff}' || is_break(letter) || matches!(letter, '"' | '\\') {
                self.put(&escape(letter));
                spaces = false;
            } else if letter == ' ' {
                if !is_key && !spaces && self.column > BEST_WIDTH && i > 0 && i + 1 < letters.len() {
                    self.new_line(indent);
                    if letters[i + 1] == ' ' {
                        self.put("\\");
                    }
                } else {
                    self.put(" ");
                }
                spaces = true;
            } else {
                self.put(letter.encode_utf8(&mut [0; 4]));
                spaces = false;
            }
        }
        self.put("\"");
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.put("|");
        if text.starts_with([' ', '\n']) {
            self.put("2");
        }
        if !text.ends_with('\n') {
            self.put("-");
        } else if text.ends_with("\n\n") || text == "\n" {
            self.put("+");
        }
        self.text.push('\n');
        for line in text.split_inclusive('\n') {
            let content = line.strip_suffix('\n').unwrap_or(line);
            if !content.is_empty() {
                self.text.extend(std::iter::repeat_n(' ', indent));
                self.text.push_str(content);
            }
            if line.ends_with('\n') {
                self.text.push('\n');
            }
        }
        self.column = 0;
    }
}

fn escape(letter: char) -> String {
    match letter {
        '\0' => "\\0".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        '\r' => "\\r".into(),
        '\u{1b}' => "\\e".into(),
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\u{85}' => "\\N".into(),
        '\u{a0}' => "\\_".into(),
        '\u{2028}' => "\\L".into(),
        '\u{2029}' => "\\P".into(),
        letter if letter as u32 <= 0xff => format!("\\x{:02X}", letter as u32),
        letter if letter as u32 <= 0xffff => format!("\\u{:04X}", letter as u32),
        letter => format!("\\U{:08X}", letter as u32),
    }
}
