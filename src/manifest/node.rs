//! A document as a tree: what it says, and where in the text each part of it stands.

use super::span::Span;
use crate::value::{SmolStr, Value};

/// A part of a document: a scalar, a list or an object.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// What it means.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
    /// The fields of an object in the order of the text, also those that a later one of the same name overrides.
    pub fields: Vec<Field>,
    /// The items of a list.
    pub items: Vec<Node>,
}

/// A field of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: SmolStr,
    /// Where its name stands.
    pub name_span: Span,
    /// What it holds.
    pub node: Node,
}

impl Node {
    /// The field of that name; of several the last one, which is the one that counts.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().rev().find(|field| field.name == name)
    }

    /// The part at a path as the API server writes it in its errors: `spec.containers[0].image`, `metadata.labels[a.b]`. Where the path
    /// leads further than the text goes, the last part that is there.
    pub fn at(&self, path: &str) -> &Node {
        self.steps(path).1
    }

    /// Where the name of the field at a path stands, or else the part itself (for items of lists, and where the field is missing).
    pub fn name_span(&self, path: &str) -> Span {
        let (name_span, node) = self.steps(path);
        name_span.unwrap_or(node.span)
    }

    fn steps(&self, path: &str) -> (Option<Span>, &Node) {
        let mut here = self;
        let mut name_span = None;
        let mut rest = path;
        while !rest.is_empty() {
            let next = if let Some(inside) = rest.strip_prefix('[') {
                let Some((key, after)) = inside.split_once(']') else { break };
                rest = after;
                match key.parse::<usize>() {
                    Ok(index) if !here.items.is_empty() => here.items.get(index).map(|item| (None, item)),
                    _ => here.field(key.trim_matches('"')).map(|field| (Some(field.name_span), &field.node)),
                }
            } else {
                rest = rest.strip_prefix('.').unwrap_or(rest);
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                rest = after;
                here.field(name).map(|field| (Some(field.name_span), &field.node))
            };
            let Some((span, node)) = next else { break };
            name_span = span;
            here = node;
        }
        (name_span, here)
    }
}
