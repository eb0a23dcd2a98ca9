//! Read-only views of Kubernetes' types over [`Value`], a module a group and version: `types::core_v1::Pod`.
//!
//! A view costs nothing: it is a reference. What is missing reads as Go's zero value would (`""`, an empty
//! list, a view over `null`); numbers and truth values are `Option`s, as their absence often matters.
//! The accessors are named after the fields, in Rust's style (`podIPs` is `pod_ips()`); a name that is taken
//! has an underscore at its end (`type_()`, and `value_()` for a field `value`).

// A field is called `not`; its accessor has nothing to do with the operator.
#![expect(clippy::should_implement_trait)]

use std::marker::PhantomData;

use crate::value::{Map, SmolStr, Value};

/// What every view is.
pub trait View<'a>: Copy {
    /// The view of this value.
    fn of(value: &'a Value) -> Self;
}

/// A list of views.
#[derive(Clone, Copy, Debug)]
pub struct List<'a, T> {
    items: &'a [Value],
    view: PhantomData<T>,
}

impl<'a, T: View<'a>> List<'a, T> {
    /// The items of this value; none if it is no list.
    pub fn of(value: &'a Value) -> Self {
        List { items: value.items(), view: PhantomData }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The item at a position, from 0.
    pub fn get(&self, index: usize) -> Option<T> {
        self.items.get(index).map(T::of)
    }

    /// The first item.
    pub fn first(&self) -> Option<T> {
        self.get(0)
    }

    /// The items as values.
    pub fn values(&self) -> &'a [Value] {
        self.items
    }

    /// The items.
    pub fn iter(&self) -> ListIter<'a, T> {
        self.items.iter().map(T::of)
    }
}

/// Iterates over the items of a [`List`].
pub type ListIter<'a, T> = std::iter::Map<std::slice::Iter<'a, Value>, fn(&'a Value) -> T>;

impl<'a, T: View<'a>> IntoIterator for List<'a, T> {
    type Item = T;
    type IntoIter = ListIter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A list of strings.
#[derive(Clone, Copy, Debug)]
pub struct Strings<'a> {
    items: &'a [Value],
}

impl<'a> Strings<'a> {
    /// The items of this value; none if it is no list.
    pub fn of(value: &'a Value) -> Self {
        Strings { items: value.items() }
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no strings.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The string at a position, from 0.
    pub fn get(&self, index: usize) -> Option<&'a str> {
        self.items.get(index).map(Value::str)
    }

    /// Whether one of them is this.
    pub fn contains(&self, text: &str) -> bool {
        self.iter().any(|item| item == text)
    }

    /// The strings.
    pub fn iter(&self) -> StringsIter<'a> {
        self.items.iter().map(Value::str)
    }
}

/// Iterates over the items of [`Strings`].
pub type StringsIter<'a> = std::iter::Map<std::slice::Iter<'a, Value>, fn(&'a Value) -> &'a str>;

impl<'a> IntoIterator for Strings<'a> {
    type Item = &'a str;
    type IntoIter = StringsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Views by name.
#[derive(Clone, Copy)]
pub struct MapOf<'a, T> {
    fields: &'a Map,
    view: PhantomData<T>,
}

impl<'a, T: View<'a>> MapOf<'a, T> {
    /// The fields of this value; none if it is no object.
    pub fn of(value: &'a Value) -> Self {
        MapOf { fields: value.fields(), view: PhantomData }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The view with this name.
    pub fn get(&self, name: &str) -> Option<T> {
        self.fields.get(name).map(T::of)
    }

    /// Names and views, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&'a SmolStr, T)> + use<'a, T> {
        self.fields.iter().map(|(name, value)| (name, T::of(value)))
    }
}

include!(concat!(env!("OUT_DIR"), "/types.rs"));

#[cfg(test)]
mod tests;
