//! `-o go-template`: Go's `text/template`, with the functions that kubectl adds.

mod execute;
mod functions;
mod parse;

#[cfg(test)]
mod tests;

use crate::value::Value;

/// A template, ready to be applied to objects.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    nodes: Vec<parse::Node>,
}

/// A template that could not be carried out.
#[derive(Debug, PartialEq)]
pub struct Stopped {
    /// What it had written until then.
    pub written: String,
    /// Why, in Go's words.
    pub why: String,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it: `template: output:1: unclosed action`.
    pub fn parse(text: &str) -> Result<Template, String> {
        parse::parse(text).map(|nodes| Template { text: text.into(), nodes }).map_err(|(line, why)| format!("template: output:{line}: {why}"))
    }

    /// The template's text for an object.
    ///
    /// # Errors
    /// What can't be carried out.
    pub fn text(&self, object: &Value) -> Result<String, Stopped> {
        let (written, outcome) = execute::execute(&self.nodes, object);
        match outcome {
            Ok(()) => Ok(written),
            Err(failed) => Err(Stopped { written, why: format!("template: output:{}", self.place(&failed)) }),
        }
    }

    /// The line, the column and what is there, before the reason: Go counts a chain of fields from its second one.
    fn place(&self, failed: &execute::Failed) -> String {
        let at = failed.at.as_deref().and_then(|operand| self.text.find(operand).map(|start| (start, operand)));
        let Some((start, operand)) = at else { return format!("1: executing \"output\": {}", failed.why) };
        let position = start + operand[1..].find('.').map_or(0, |second| second + 1);
        let before = &self.text[..position];
        let column = before.rfind('\n').map_or(position, |end| position - end - 1);
        format!("{}:{column}: executing \"output\" at <{operand}>: {}", 1 + before.matches('\n').count(), failed.why)
    }
}
