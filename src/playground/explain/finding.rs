//! What an object waits for or what went wrong with it, and what would help.

use super::ObjectRef;
use crate::api::meta;
use crate::api::resource::GroupResource;
use crate::value::Value;

/// What there is to say about an object; nothing where all is well.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Finding {
    /// What it waits for or what went wrong, in a sentence; `""` where all is well.
    pub sentence: String,
    /// What would help, where that is known.
    pub advice: String,
    /// What can be done about it with a click.
    pub fix: Option<Fix>,
    /// When it is tried again by itself, in the cluster's milliseconds since the Unix epoch.
    pub retry_at_ms: Option<u64>,
}

/// Something that would help.
#[derive(Clone, PartialEq, Debug)]
pub enum Fix {
    /// A line for the terminal.
    Line(String),
    /// Another object says more.
    Look(ObjectRef),
    /// A field in the manifest of an object is to be corrected.
    Field {
        /// The object whose manifest it is.
        object: ObjectRef,
        /// The field's path: `spec.template.spec.containers[0].image`.
        path: String,
    },
}

impl Finding {
    /// A sentence alone.
    pub(super) fn says(sentence: impl Into<String>) -> Finding {
        Finding { sentence: sentence.into(), ..Finding::default() }
    }

    /// With what would help.
    pub(super) fn advising(mut self, advice: impl Into<String>) -> Finding {
        self.advice = advice.into();
        self
    }

    /// With what can be done.
    pub(super) fn with_fix(mut self, fix: Fix) -> Finding {
        self.fix = Some(fix);
        self
    }

    /// With a line that would help.
    pub(super) fn with_line(self, line: impl Into<String>) -> Finding {
        self.with_fix(Fix::Line(line.into()))
    }

    /// With another object to look at.
    pub(super) fn looking_at(self, resource: &GroupResource, object: &Value) -> Finding {
        self.with_fix(Fix::Look(reference(resource, object)))
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.sentence.is_empty()
    }
}

/// The reference of an object of which the value is at hand.
pub(super) fn reference(resource: &GroupResource, object: &Value) -> ObjectRef {
    ObjectRef { resource: resource.clone(), key: meta::key(object) }
}

/// ` -n demo`, or nothing for the namespace `default` and for what has none.
pub(super) fn in_namespace(object: &Value) -> String {
    match meta::namespace(object) {
        "" | "default" => String::new(),
        namespace => format!(" -n {namespace}"),
    }
}

/// `1 pod is`, `3 pods are`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
