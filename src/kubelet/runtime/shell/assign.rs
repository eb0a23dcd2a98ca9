//! Assignments, bash's conditions, and `set -x`.

use super::ast::{AssignedValue, Assignment, Condition};
use super::expand::{Expander, Stop};
use super::variables::Content;
use super::{Shell, builtins, pattern};
use crate::kubelet::runtime::kernel::Sys;
use crate::kubelet::runtime::programs;
use smol_str::SmolStr;

impl Shell {
    pub(super) fn assign_all(&mut self, assignments: &[Assignment], sys: &mut Sys<'_, '_>) -> Result<Vec<(SmolStr, SmolStr)>, Stop> {
        let mut assigned = Vec::new();
        for assignment in assignments {
            let name = &assignment.name;
            let content = self.assigned_content(assignment, sys)?;
            if let Content::Text(text) = &content {
                assigned.push((name.clone(), text.clone()));
            }
            self.variables.set_content(name, content).map_err(|()| Stop::Error(self.read_only_error(name)))?;
            if self.options.allexport {
                self.variables.change(name, |variable| variable.exported = true);
            }
        }
        Ok(assigned)
    }

    pub(super) fn assigned_content(&mut self, assignment: &Assignment, sys: &mut Sys<'_, '_>) -> Result<Content, Stop> {
        let name = &assignment.name;
        let mut expander = Expander { shell: self, sys };
        match &assignment.value {
            AssignedValue::Array(words) => {
                let items = expander.fields(words)?;
                let old = if assignment.append { self.variables.array(name) } else { Vec::new() };
                Ok(Content::Array(old.into_iter().chain(items).collect()))
            }
            AssignedValue::Scalar(word) => {
                let index = assignment.index.as_ref().map(|index| expander.arithmetic(index)).transpose()?;
                let value: SmolStr = expander.text(word)?.into();
                let Some(index) = index else {
                    let old = if assignment.append { self.variables.text(name).unwrap_or_default() } else { SmolStr::default() };
                    return Ok(Content::Text(format!("{old}{value}").into()));
                };
                let mut items = self.variables.array(name);
                let index =
                    usize::try_from(index).ok().filter(|index| *index < 100_000).ok_or_else(|| Stop::Error(format!("{name}[{index}]: bad array subscript")))?;
                if items.len() <= index {
                    items.resize(index + 1, SmolStr::default());
                }
                items[index] = if assignment.append { format!("{}{value}", items[index]).into() } else { value };
                Ok(Content::Array(items.into_iter().collect()))
            }
        }
    }

    /// `set -x`
    pub(super) fn trace(&self, assigned: &[(SmolStr, SmolStr)], fields: &[SmolStr], sys: &mut Sys<'_, '_>) {
        let words = assigned
            .iter()
            .map(|(name, value)| format!("{name}={}", builtins::quote_if_needed(value)))
            .chain(fields.iter().map(|field| builtins::quote_if_needed(field)));
        let line = words.collect::<Vec<_>>().join(" ");
        sys.err(&format!("+ {line}\n"));
    }

    pub(super) fn condition(&mut self, condition: &Condition, sys: &mut Sys<'_, '_>) -> Result<bool, Stop> {
        Ok(match condition {
            Condition::Not(inner) => !self.condition(inner, sys)?,
            Condition::And(left, right) => self.condition(left, sys)? && self.condition(right, sys)?,
            Condition::Or(left, right) => self.condition(left, sys)? || self.condition(right, sys)?,
            Condition::Unary(operator, word) => {
                let operand = Expander { shell: self, sys }.text(word)?;
                if operator == "-v" { self.variables.text(&operand).is_some() } else { super::test_command::unary(sys, operator, &operand).unwrap_or(false) }
            }
            Condition::Binary(left, operator, right) => {
                let left_text = Expander { shell: self, sys }.text(left)?;
                match operator.as_str() {
                    "==" | "=" | "!=" => {
                        let described = Expander { shell: self, sys }.pattern(right)?;
                        pattern::matches(&described, &left_text) == (operator != "!=")
                    }
                    "=~" => {
                        let source = Expander { shell: self, sys }.regex(right)?;
                        self.match_regex(&source, &left_text)?
                    }
                    "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                        let left = Expander { shell: self, sys }.arithmetic(left)?;
                        let right = Expander { shell: self, sys }.arithmetic(right)?;
                        super::test_command::compare(operator, left, right)
                    }
                    _ => {
                        let right = Expander { shell: self, sys }.text(right)?;
                        super::test_command::binary(sys, &left_text, operator, &right).ok().flatten().unwrap_or(false)
                    }
                }
            }
        })
    }

    /// `=~`: fills `BASH_REMATCH`.
    pub(super) fn match_regex(&mut self, source: &str, text: &str) -> Result<bool, Stop> {
        let regex = programs::regex::Regex::extended(source, false).map_err(|_| Stop::Error("syntax error in regular expression".into()))?;
        let groups = regex.find(text, 0);
        let matched = match &groups {
            Some(groups) => groups.iter().map(|group| group.map_or("", |(start, end)| &text[start..end]).into()).collect(),
            None => Default::default(),
        };
        let _ = self.variables.set_content("BASH_REMATCH", Content::Array(matched));
        Ok(groups.is_some())
    }
}
