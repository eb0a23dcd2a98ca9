//! The shell's variables.

use crate::value::{OrdMap, Vector};
use smol_str::SmolStr;
use std::sync::Arc;

/// A variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Variable {
    pub content: Content,
    pub exported: bool,
    pub read_only: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Content {
    /// Exported or local, but without a value.
    #[default]
    Unset,
    Text(SmolStr),
    /// bash's indexed arrays.
    Array(Vector<SmolStr>),
}

/// All variables by name; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    map: OrdMap<SmolStr, Variable>,
    /// The exported ones in the order of their making, as children get them.
    order: Vec<SmolStr>,
}

impl Variables {
    pub fn from_env(env: &[(SmolStr, SmolStr)]) -> Variables {
        let mut variables = Variables::default();
        for (name, value) in env {
            if super::words::is_name(name) {
                variables.put(name, Variable { content: Content::Text(value.clone()), exported: true, read_only: false });
            }
        }
        variables
    }

    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.map.get(name)
    }

    /// The value of a variable; the first element of an array.
    pub fn text(&self, name: &str) -> Option<SmolStr> {
        match &self.map.get(name)?.content {
            Content::Unset => None,
            Content::Text(text) => Some(text.clone()),
            Content::Array(items) => items.front().cloned(),
        }
    }

    /// The elements of an array; a plain variable is one of one element.
    pub fn array(&self, name: &str) -> Vec<SmolStr> {
        match self.map.get(name).map(|variable| &variable.content) {
            Some(Content::Array(items)) => items.iter().cloned().collect(),
            Some(Content::Text(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
    }

    /// One element of an array; negative ones count from the end.
    pub fn element(&self, name: &str, index: i64) -> Option<SmolStr> {
        let items = self.array(name);
        let index = if index < 0 { items.len() as i64 + index } else { index };
        items.get(usize::try_from(index).ok()?).cloned()
    }

    /// Gives a variable a value; an error where it is read-only.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ()> {
        self.set_content(name, Content::Text(value.into()))
    }

    pub fn set_content(&mut self, name: &str, content: Content) -> Result<(), ()> {
        let old = self.map.get(name).cloned().unwrap_or_default();
        if old.read_only {
            return Err(());
        }
        self.put(name, Variable { content, ..old });
        Ok(())
    }

    /// Puts a variable back as it was.
    pub fn put(&mut self, name: &str, variable: Variable) {
        if variable.exported && !self.map.get(name).is_some_and(|old| old.exported) {
            self.order.push(name.into());
        }
        self.map.insert(name.into(), variable);
    }

    pub fn unset(&mut self, name: &str) -> Result<(), ()> {
        if self.map.get(name).is_some_and(|old| old.read_only) {
            return Err(());
        }
        self.remove(name);
        Ok(())
    }

    pub fn remove(&mut self, name: &str) {
        if self.map.remove(name).is_some_and(|old| old.exported) {
            self.order.retain(|known| known != name);
        }
    }

    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut Variable)) {
        let mut variable = self.map.get(name).cloned().unwrap_or_default();
        change(&mut variable);
        if !variable.exported {
            self.order.retain(|known| known != name);
        }
        self.put(name, variable);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Variable)> {
        self.map.iter()
    }

    /// The environment of children, with assignments that count for one command only.
    pub fn environment(&self, extra: &[(SmolStr, SmolStr)]) -> Arc<Vec<(SmolStr, SmolStr)>> {
        let mut env: Vec<(SmolStr, SmolStr)> = Vec::new();
        for name in &self.order {
            if let Some(Variable { content: Content::Text(text), exported: true, .. }) = self.map.get(name)
                && !extra.iter().any(|(key, _)| key == name)
            {
                env.push((name.clone(), text.clone()));
            }
        }
        env.extend(extra.iter().cloned());
        Arc::new(env)
    }
}
