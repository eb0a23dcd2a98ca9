//! The examples there are, each a small workspace with what to look at and what to try.

use super::session::Setup;
use super::workspace::{File, Workspace};
use crate::value::SmolStr;

/// An example.
pub struct Example {
    /// For the page, never shown.
    pub id: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// A sentence on what to look at and one on what to try.
    pub says: &'static str,
    /// How many machines it wants.
    pub nodes: usize,
    /// Name and text, in the order of the tabs.
    files: &'static [(&'static str, &'static str)],
}

impl Example {
    /// Its files.
    pub fn workspace(&self) -> Workspace {
        Workspace { files: self.files.iter().map(|(name, text)| File { name: SmolStr::new_static(name), text: (*text).to_owned() }).collect() }
    }

    /// Its cluster.
    pub fn setup(&self) -> Setup {
        Setup { nodes: self.nodes, ..Setup::default() }
    }
}

macro_rules! files {
    ($folder:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!($folder, "/", $name)))),*]
    };
}

/// All examples; the first one is what the page opens with.
pub fn all() -> &'static [Example] {
    const ALL: &[Example] = &[
        Example {
            id: "mongo",
            title: "Mongo and mongo-express",
            says: "Press Apply and watch the pods find their machines. Then misspell the key of the Secret in mongo-express.yaml, apply again, and see what heals it.",
            nodes: 3,
            files: files!("mongo": "namespace.yaml" "secret.yaml" "configmap.yaml" "mongo.yaml" "mongo-express.yaml" "ingress.yaml" "storage.yaml" "archive.yaml"),
        },
        Example {
            id: "self-healing",
            title: "A Deployment heals itself",
            says: "Three pods of one Deployment. Delete one in the terminal and see who makes another; then change replicas and apply again.",
            nodes: 3,
            files: files!("self-healing": "web.yaml"),
        },
        Example {
            id: "thousand",
            title: "A thousand pods on fifty machines",
            says: "One Deployment of 1,000 pods. Set the speed to Max and press Apply; then scale it down to 10.",
            nodes: 50,
            files: files!("thousand": "crowd.yaml"),
        },
        Example {
            id: "empty",
            title: "An empty workspace",
            says: "Write a manifest of your own, or paste one.",
            nodes: 3,
            files: files!("empty": "manifest.yaml"),
        },
    ];
    ALL
}
