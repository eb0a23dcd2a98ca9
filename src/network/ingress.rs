//! Ingress rules: which backend a request's host and path lead to (ingress-nginx).

use super::pattern::Pattern;
use crate::api::meta;
use crate::api::resource::{INGRESS_CLASSES, INGRESSES};
use crate::store::Store;
use crate::value::{NULL, Value};

/// The controller that the built-in one is.
pub const CONTROLLER: &str = "k8s.io/ingress-nginx";
/// The old way to name a class.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// What the backend is asked for instead of the path.
const REWRITE_TARGET: &str = "nginx.ingress.kubernetes.io/rewrite-target";
/// Whether paths are regular expressions.
const USE_REGEX: &str = "nginx.ingress.kubernetes.io/use-regex";

/// A rule's path that a request matches.
#[derive(Clone, Debug)]
pub struct Route {
    /// The Ingress.
    pub ingress: Value,
    /// The rule's host, `""` for all.
    pub host: String,
    /// The path as written, `""` for a default backend.
    pub path: String,
    /// `backend`.
    pub backend: Value,
    /// The path that the backend is asked for (`rewrite-target`); `None` for the one that was asked for.
    pub rewritten: Option<String>,
}

/// Whether the built-in controller looks after an Ingress, as ingress-nginx decides with minikube's `--watch-ingress-without-class`: the old
/// annotation names it, or else the class is one of its own, or there is none.
pub fn is_ours(store: &Store, ingress: &Value) -> bool {
    let (annotation, class) = (meta::annotation(ingress, CLASS_ANNOTATION), ingress.path("spec.ingressClassName").str());
    if !annotation.is_empty() {
        return annotation == "nginx";
    }
    class.is_empty() || store.get(&INGRESS_CLASSES, "", class).is_some_and(|class| class.path("spec.controller").str() == CONTROLLER)
}

/// The backend for a host and path: the most exact host, then the longest path, exact ones first; then default backends.
pub fn route(store: &Store, host: &str, path: &str) -> Option<Route> {
    let mut best: Option<((usize, usize, bool), Route)> = None;
    let ours = || store.list(&INGRESSES, None).filter(|ingress| is_ours(store, ingress));
    for ingress in ours() {
        for rule in ingress.path("spec.rules").items() {
            let pattern = rule.get("host").str();
            if !matches_host(pattern, host) {
                continue;
            }
            for entry in rule.path("http.paths").items() {
                let written = if entry.get("path").is_empty() { "/" } else { entry.get("path").str() };
                let type_ = entry.get("pathType").str();
                if let Some(rewritten) = match_path(ingress, type_, written, path) {
                    let host_rank = if pattern.is_empty() { 0 } else { 1 + usize::from(!pattern.starts_with('*')) };
                    let rank = (host_rank, written.len(), type_ == "Exact");
                    if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                        best = Some((
                            rank,
                            Route { ingress: ingress.clone(), host: pattern.into(), path: written.into(), backend: entry.get("backend").clone(), rewritten },
                        ));
                    }
                }
            }
        }
    }
    let default = || {
        let with_default = ours().find(|ingress| !ingress.path("spec.defaultBackend").is_null())?;
        let backend = with_default.path("spec.defaultBackend").clone();
        Some(Route { ingress: with_default.clone(), host: String::new(), path: String::new(), backend, rewritten: None })
    };
    best.map(|(_, route)| route).or_else(default)
}

/// Whether a rule's host means this host: itself, or any one label for `*.`; an empty one means all.
pub fn matches_host(pattern: &str, host: &str) -> bool {
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    match pattern.strip_prefix("*.") {
        Some(rest) => host.split_once('.').is_some_and(|(first, parent)| !first.is_empty() && parent.eq_ignore_ascii_case(rest)),
        None => pattern.is_empty() || pattern.eq_ignore_ascii_case(host),
    }
}

/// Whether a path matches, and what `rewrite-target` makes of it. With that annotation, or with `use-regex`, paths are regular expressions.
fn match_path(ingress: &Value, type_: &str, written: &str, path: &str) -> Option<Option<String>> {
    let (bare, query) = path.split_once('?').map_or((path, None), |(bare, query)| (bare, Some(query)));
    let target = meta::annotation(ingress, REWRITE_TARGET);
    if target.is_empty() && meta::annotation(ingress, USE_REGEX) != "true" {
        return matches_path(type_, written, bare).then_some(None);
    }
    let parts = Pattern::parse(written)?.match_start(bare)?;
    if target.is_empty() {
        return Some(None);
    }
    let mut rewritten = target.to_string();
    for number in (1..10).rev() {
        rewritten = rewritten.replace(&format!("${number}"), parts.get(number).map_or("", String::as_str));
    }
    Some(Some(match query {
        Some(query) => format!("{rewritten}?{query}"),
        None => rewritten,
    }))
}

/// Whether a path matches: `Exact` to the letter, `Prefix` by whole elements; `ImplementationSpecific` is nginx's: any beginning.
fn matches_path(type_: &str, written: &str, path: &str) -> bool {
    match type_ {
        "Exact" => path == written,
        "Prefix" => {
            let prefix = written.trim_end_matches('/');
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        _ => path.starts_with(written),
    }
}

/// The TLS entry of the Ingresses for a host, or `Null`.
pub fn tls_of<'a>(store: &'a Store, host: &str) -> (&'a Value, &'a Value) {
    for ingress in store.list(&INGRESSES, None).filter(|ingress| is_ours(store, ingress)) {
        let tls = ingress.path("spec.tls").items().iter();
        let covers = |entry: &&Value| entry.get("hosts").items().iter().any(|pattern| matches_host(pattern.str(), host) && !pattern.is_empty());
        if let Some(entry) = tls.clone().find(covers) {
            return (ingress, entry);
        }
    }
    (&NULL, &NULL)
}
