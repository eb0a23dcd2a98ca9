//! Which objects a person wants to see.

use super::model::PodCard;
use crate::api::meta;
use crate::value::{SmolStr, Value};

/// What is hidden: everything outside of one namespace, of other kinds, or that the words don't fit.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Filter {
    /// Only this namespace; all where there is none.
    pub namespace: Option<SmolStr>,
    /// Only this kind; all where it is `""`. Nodes and namespaces, in which the others are, stay.
    pub kind: SmolStr,
    /// `app=web`, `tier!=front`, or a part of a name; all of them must fit. Split by spaces and commas.
    pub words: SmolStr,
}

/// The kinds that can be chosen.
pub const KINDS: [&str; 14] = [
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "Job",
    "ReplicaSet",
    "ReplicationController",
    "Service",
    "Ingress",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "ConfigMap",
    "Secret",
];

impl Filter {
    /// Whether nothing is hidden for its kind or words.
    pub fn is_empty(&self) -> bool {
        self.kind.is_empty() && self.words.trim().is_empty()
    }

    pub(super) fn shows_pod(&self, card: &PodCard) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| *namespace == card.key.namespace)
            && (self.is_empty() || self.fits("Pod", &card.key.name, &[&card.labels]))
    }

    /// Whether an object other than a pod is shown. A workload has the labels of its pods too, and a Service those that it selects: who looks for
    /// `app=web` looks for them.
    pub(super) fn shows(&self, object: &Value) -> bool {
        let labels = [object.path("metadata.labels"), object.path("spec.template.metadata.labels"), object.path("spec.selector")];
        self.is_empty() || self.fits(object.get("kind").str(), meta::name(object), &labels)
    }

    fn fits(&self, kind: &str, name: &str, labels: &[&Value]) -> bool {
        let has = |key: &str, value: &str| labels.iter().any(|labels| labels.get(key).str() == value && labels.fields().contains_key(key));
        let mut words = self.words.split([' ', ',']).filter(|word| !word.is_empty());
        (self.kind.is_empty() || self.kind == kind)
            && words.all(|word| match word.split_once("!=") {
                Some((key, value)) => !has(key, value),
                None => match word.split_once('=') {
                    Some((key, value)) => has(key, value.trim_start_matches('=')),
                    None => name.contains(word),
                },
            })
    }
}
