//! The kinds that are served, by resource and by kind.

use super::resource::GroupResource;
use super::strategy::Kind;
use crate::value::OrdMap;
use crate::value::SmolStr;
use std::sync::Arc;

/// All kinds of one cluster; custom ones come and go with their CustomResourceDefinitions.
#[derive(Clone, Default)]
pub struct Registry {
    by_resource: OrdMap<GroupResource, Arc<Kind>>,
    by_kind: OrdMap<(SmolStr, SmolStr), GroupResource>,
}

impl Registry {
    /// The kinds that every Kubernetes 1.36 serves.
    pub fn built_in() -> Registry {
        let mut registry = Registry::default();
        for kind in super::kinds::all() {
            registry.add(kind);
        }
        registry
    }

    /// Serves one more kind.
    pub fn add(&mut self, kind: Kind) {
        let resource = kind.resource();
        self.by_kind.insert((kind.group.clone(), kind.kind.clone()), resource.clone());
        self.by_resource.insert(resource, Arc::new(kind));
    }

    /// Serves a kind no longer.
    pub fn remove(&mut self, resource: &GroupResource) {
        if let Some(kind) = self.by_resource.remove(resource) {
            self.by_kind.remove(&(kind.group.clone(), kind.kind.clone()));
        }
    }

    /// The kind of a resource.
    pub fn resource(&self, resource: &GroupResource) -> Option<&Arc<Kind>> {
        self.by_resource.get(resource)
    }

    /// The kind of that group and name (`apps`, `Deployment`).
    pub fn kind(&self, group: &str, kind: &str) -> Option<&Arc<Kind>> {
        self.by_resource.get(self.by_kind.get(&(SmolStr::new(group), SmolStr::new(kind)))?)
    }

    /// All kinds in the order of group and resource.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.by_resource.values()
    }
}
