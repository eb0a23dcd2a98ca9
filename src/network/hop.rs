//! The steps of a request's way, for the page's travelling dots and explanations.

use crate::api::meta;
use crate::api::resource::{GroupResource, ObjectKey};
use crate::value::Value;

/// A step of a request's way.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// What kind of step it is.
    pub what: HopKind,
    /// The object where it happens; `None` outside of the cluster.
    pub place: Option<Place>,
    /// What happens there, in a sentence.
    pub detail: String,
}

/// An object on the way.
pub type Place = (GroupResource, ObjectKey);

/// Kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HopKind {
    /// Where it comes from.
    From,
    /// A name is resolved.
    Resolve,
    /// It arrives at a machine from outside.
    Node,
    /// An Ingress decides where it goes.
    Ingress,
    /// A Service picks an endpoint.
    Service,
    /// A NetworkPolicy lets it through or not.
    Policy,
    /// It arrives at a pod.
    Pod,
    /// A server answers.
    Answer,
    /// It ends here, without an answer.
    Lost,
}

impl Hop {
    /// A step at an object.
    pub fn at(what: HopKind, resource: &GroupResource, object: &Value, detail: impl Into<String>) -> Hop {
        Hop { what, place: Some((resource.clone(), meta::key(object))), detail: detail.into() }
    }

    /// A step at no object.
    pub fn new(what: HopKind, detail: impl Into<String>) -> Hop {
        Hop { what, place: None, detail: detail.into() }
    }
}
