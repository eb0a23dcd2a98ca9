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
    nodes: Vec<parse::Node>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it: `template: output:1: unclosed action`.
    pub fn parse(text: &str) -> Result<Template, String> {
        parse::parse(text).map(|nodes| Template { nodes }).map_err(|(line, why)| format!("template: output:{line}: {why}"))
    }

    /// The template's text for an object.
    ///
    /// # Errors
    /// What can't be carried out.
    pub fn text(&self, object: &Value) -> Result<String, String> {
        execute::execute(&self.nodes, object).map_err(|why| format!("template: output:1: executing \"output\": {why}"))
    }
}
