//! From words to kinds: `po`, `deployments.apps`, `deployments.v1.apps`, `Ingress`.

use super::failure::Failure;
use crate::api::registry::Registry;
use crate::api::strategy::Kind;
use crate::value::{SmolStr, Sort};
use std::sync::Arc;

/// A kind in one of its versions.
#[derive(Clone)]
pub struct Mapping {
    /// The kind.
    pub kind: Arc<Kind>,
    /// The version; the preferred one unless another was asked for.
    pub version: SmolStr,
}

impl Mapping {
    /// A kind in its preferred version.
    pub fn preferred(kind: &Arc<Kind>) -> Mapping {
        Mapping { kind: kind.clone(), version: kind.versions.first().map(|version| version.name.clone()).unwrap_or_default() }
    }

    /// `deployment.apps`, `pod`: how messages name the kind of an object.
    pub fn object_kind(&self) -> String {
        let kind = self.kind.kind.to_lowercase();
        if self.kind.group.is_empty() { kind } else { format!("{kind}.{}", self.kind.group) }
    }

    /// `apps/v1`, `v1`.
    pub fn api_version(&self) -> String {
        if self.kind.group.is_empty() { self.version.to_string() } else { format!("{}/{}", self.kind.group, self.version) }
    }
}

/// Groups in the order in which discovery lists them; where several groups have a resource of one name, the first one is meant.
const GROUP_ORDER: [&str; 22] = [
    "",
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
];

fn group_rank(kind: &Kind) -> usize {
    GROUP_ORDER.iter().position(|group| *group == kind.group).unwrap_or(GROUP_ORDER.len())
}

/// All kinds, in discovery's order of groups.
pub fn in_order(registry: &Registry) -> Vec<Arc<Kind>> {
    let mut kinds: Vec<Arc<Kind>> = registry.all().cloned().collect();
    kinds.order_by(|a, b| (group_rank(a), &a.group, &a.plural).cmp(&(group_rank(b), &b.group, &b.plural)));
    kinds
}

fn is_called(kind: &Kind, word: &str) -> bool {
    kind.plural == word || kind.singular == word || kind.short_names.iter().any(|short| short == word) || kind.kind.to_lowercase() == word
}

/// The kind that a word means; `None` where there is none.
pub fn find(registry: &Registry, word: &str) -> Option<Mapping> {
    let word = word.to_lowercase();
    let kinds = in_order(registry);
    let (name, rest) = match word.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (word.as_str(), None),
    };
    let Some(rest) = rest else {
        // Full names come before short ones, so that a custom `po` can't hide pods.
        let by_name = kinds.iter().find(|kind| kind.plural == name || kind.singular == name || kind.kind.to_lowercase() == name);
        return by_name.or_else(|| kinds.iter().find(|kind| is_called(kind, name))).map(Mapping::preferred);
    };
    if let Some((version, group)) = rest.split_once('.') {
        for kind in kinds.iter().filter(|kind| kind.group == group && is_called(kind, name)) {
            // What a short name stands for has no version but the preferred one.
            if kind.short_names.iter().any(|short| short == name) {
                return Some(Mapping::preferred(kind));
            }
            if let Some(found) = kind.versions.iter().find(|served| served.name == version) {
                return Some(Mapping { kind: kind.clone(), version: found.name.clone() });
            }
        }
    }
    kinds
        .iter()
        .find(|kind| is_called(kind, name) && kind.group == rest)
        .or_else(|| kinds.iter().find(|kind| is_called(kind, name) && kind.group.starts_with(rest)))
        .map(Mapping::preferred)
}

/// The kind that a word means.
///
/// # Errors
/// `the server doesn't have a resource type "x"`.
pub fn resolve(registry: &Registry, word: &str) -> Result<Mapping, Failure> {
    let name = word.split('.').next().unwrap_or(word);
    find(registry, word).ok_or_else(|| Failure::text(format!("the server doesn't have a resource type \"{name}\"")))
}

/// What is said of a short name that several kinds have: which others it could mean.
pub fn ambiguities(registry: &Registry, word: &str) -> Vec<String> {
    let kinds = in_order(registry).into_iter().filter(|kind| kind.short_names.iter().any(|short| short == word));
    let others = kinds.skip(1);
    others.map(|kind| format!("short name \"{word}\" could also match lower priority resource {}", kind.resource())).collect()
}

/// The kinds of a comma-separated list, categories such as `all` included.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_list(registry: &Registry, words: &str) -> Result<Vec<Mapping>, Failure> {
    let mut mappings: Vec<Mapping> = Vec::new();
    for word in words.split(',') {
        let category = in_category(registry, word);
        let found = if category.is_empty() { vec![resolve(registry, word)?] } else { category };
        for mapping in found {
            if !mappings.iter().any(|known| known.kind.resource() == mapping.kind.resource() && known.version == mapping.version) {
                mappings.push(mapping);
            }
        }
    }
    Ok(mappings)
}

/// The kinds of a category, in discovery's order (within a group by the position that upstream gives them).
pub fn in_category(registry: &Registry, category: &str) -> Vec<Mapping> {
    // kubectl's own list of `all` (`k8s.io/kubectl/pkg/util/category`) is a fallback only; the order is discovery's.
    const ALL: [&str; 11] = [
        "pods",
        "replicationcontrollers",
        "services",
        "daemonsets",
        "deployments",
        "replicasets",
        "statefulsets",
        "horizontalpodautoscalers",
        "cronjobs",
        "jobs",
        "",
    ];
    let mut kinds: Vec<Arc<Kind>> = in_order(registry).into_iter().filter(|kind| kind.categories.iter().any(|name| name == category)).collect();
    kinds.order_by_key(|kind| (group_rank(kind), ALL.iter().position(|name| *name == kind.plural).unwrap_or(ALL.len())));
    kinds.iter().map(Mapping::preferred).collect()
}

/// The kind and version that an object's `apiVersion` and `kind` name.
pub fn of_object(registry: &Registry, api_version: &str, kind: &str) -> Option<Mapping> {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    // Discovery knows kinds in lower case too; whether the object's own `kind` is right, the server says.
    let in_lower_case = || registry.all().find(|known| known.group == group && known.kind.to_lowercase() == kind);
    let kind = registry.kind(group, kind).or_else(in_lower_case)?;
    let served = kind.versions.iter().find(|served| served.name == version)?;
    Some(Mapping { kind: kind.clone(), version: served.name.clone() })
}
