//! Pod Security Standards, as namespaces ask for them by labels (`k8s.io/pod-security-admission/admission`).

mod baseline;
mod restricted;
#[cfg(test)]
mod tests;

use super::{Attributes, Operation};
use crate::api::field_error::FieldError;
use crate::api::meta;
use crate::api::resource::{NAMESPACES, PODS};
use crate::api::status::Status;
use crate::value::{NULL, Sort, Value};

const PREFIX: &str = "pod-security.kubernetes.io/";
const MODES: [&str; 3] = ["enforce", "audit", "warn"];

/// How strict a namespace is.
#[derive(Clone, PartialEq, Debug)]
struct Policy {
    level: Level,
    version: String,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Level {
    Privileged,
    Baseline,
    Restricted,
}

impl Policy {
    fn of(namespace: &Value, mode: &str) -> Policy {
        let version = match meta::label(namespace, &format!("{PREFIX}{mode}-version")) {
            "" => "latest",
            version => version,
        };
        let level = match meta::label(namespace, &format!("{PREFIX}{mode}")) {
            "baseline" => Level::Baseline,
            "restricted" => Level::Restricted,
            _ => Level::Privileged,
        };
        Policy { level, version: version.to_string() }
    }

    /// `restricted:latest`.
    fn shown(&self) -> String {
        let level = match self.level {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        };
        format!("{level}:{}", self.version)
    }

    fn violations(&self, metadata: &Value, spec: &Value) -> Vec<Violation> {
        let pod = Pod { metadata, spec };
        match self.level {
            Level::Privileged => Vec::new(),
            Level::Baseline => baseline::check(&pod, false),
            Level::Restricted => [baseline::check(&pod, true), restricted::check(&pod)].concat(),
        }
    }

    /// What a pod breaks, as `reason (detail), reason (detail)`; `None` where it breaks nothing.
    fn broken_by(&self, metadata: &Value, spec: &Value) -> Option<String> {
        let found = self.violations(metadata, spec);
        let shown = |violation: &Violation| match violation.detail.as_str() {
            "" => violation.reason.to_string(),
            detail => format!("{} ({detail})", violation.reason),
        };
        if found.is_empty() { None } else { Some(found.iter().map(shown).collect::<Vec<_>>().join(", ")) }
    }
}

/// A rule that is broken.
#[derive(Clone, Debug)]
struct Violation {
    reason: String,
    detail: String,
}

impl Violation {
    fn new(reason: &str, detail: impl Into<String>) -> Violation {
        Violation { reason: reason.into(), detail: detail.into() }
    }
}

/// The parts of a pod that are looked at.
struct Pod<'a> {
    metadata: &'a Value,
    spec: &'a Value,
}

impl<'a> Pod<'a> {
    /// All containers, in upstream's order.
    fn containers(&self) -> impl Iterator<Item = &'a Value> {
        let spec = self.spec;
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(move |list| spec.get(list).items())
    }

    /// The names of the containers for which this holds.
    fn names(&self, is_bad: impl Fn(&Value) -> bool) -> Vec<&'a str> {
        self.containers().filter(|container| is_bad(container)).map(|container| container.get("name").str()).collect()
    }

    fn is_windows(&self) -> bool {
        self.spec.path("os.name").str() == "windows"
    }

    /// A pod with a user namespace of its own can't harm the host as root.
    fn has_user_namespace(&self) -> bool {
        self.spec.get("hostUsers").as_bool() == Some(false)
    }
}

/// `container "a"`, `containers "a", "b"`.
fn containers(names: &[&str]) -> String {
    format!("{} {}", plural("container", names.len()), quoted(names))
}

fn plural(word: &str, count: usize) -> String {
    if count == 1 { word.to_string() } else { format!("{word}s") }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// Sorted, each once.
fn distinct(mut words: Vec<&str>) -> Vec<&str> {
    words.order();
    words.dedup();
    words
}

pub(super) fn validate(attributes: &mut Attributes) -> Result<(), Status> {
    if attributes.operation == Operation::Delete {
        return Ok(());
    }
    if attributes.is(&NAMESPACES) {
        return check_namespace(attributes);
    }
    let namespace = attributes.server.store.get(&NAMESPACES, "", &attributes.namespace).cloned().unwrap_or_default();
    let is_pod = attributes.request.resource == PODS && matches!(attributes.request.subresource.as_str(), "" | "ephemeralcontainers");
    if is_pod {
        let is_unchanged = attributes.operation == Operation::Update && attributes.object.get("spec") == attributes.old.get("spec");
        return if is_unchanged { Ok(()) } else { check_pod(attributes, &namespace) };
    }
    if attributes.request.subresource.is_empty()
        && let Some(template) = template_of(attributes)
    {
        warn(attributes, &namespace, &template);
    }
    Ok(())
}

fn check_pod(attributes: &mut Attributes, namespace: &Value) -> Result<(), Status> {
    let enforced = Policy::of(namespace, "enforce");
    let pod = attributes.object.clone();
    if let Some(broken) = enforced.broken_by(pod.get("metadata"), pod.get("spec")) {
        return Err(attributes.forbidden(&format!("violates PodSecurity \"{}\": {broken}", enforced.shown())));
    }
    warn(attributes, namespace, &pod);
    Ok(())
}

fn warn(attributes: &mut Attributes, namespace: &Value, pod: &Value) {
    let policy = Policy::of(namespace, "warn");
    if let Some(broken) = policy.broken_by(pod.get("metadata"), pod.get("spec")) {
        attributes.warnings.push(format!("would violate PodSecurity \"{}\": {broken}", policy.shown()));
    }
}

/// The template of the pods that a workload makes.
fn template_of(attributes: &Attributes) -> Option<Value> {
    let path = match (attributes.request.resource.group.as_str(), attributes.request.resource.resource.as_str()) {
        ("", "replicationcontrollers") | ("apps", "deployments" | "replicasets" | "statefulsets" | "daemonsets") | ("batch", "jobs") => "spec.template",
        ("batch", "cronjobs") => "spec.jobTemplate.spec.template",
        ("", "podtemplates") => "template",
        _ => return None,
    };
    Some(attributes.object.path(path).clone()).filter(|template| template.is_object())
}

fn check_namespace(attributes: &mut Attributes) -> Result<(), Status> {
    let object = attributes.object.clone();
    let mut errors = Vec::new();
    for mode in MODES {
        let key = format!("{PREFIX}{mode}");
        let level = object.path("metadata.labels").get(&key);
        if !level.is_null() && !["privileged", "baseline", "restricted"].contains(&level.str()) {
            errors.push(FieldError::invalid(format!("metadata.labels[{key}]"), level, "must be one of privileged, baseline, restricted"));
        }
        let key = format!("{key}-version");
        let version = object.path("metadata.labels").get(&key);
        let is_version = |text: &str| text == "latest" || text.strip_prefix("v1.").is_some_and(|minor| minor.parse::<u32>().is_ok());
        if !version.is_null() && !is_version(version.str()) {
            errors.push(FieldError::invalid(format!("metadata.labels[{key}]"), version, "must be \"latest\" or \"v1.x\""));
        }
    }
    if !errors.is_empty() {
        return Err(Status::invalid("", "Namespace", &attributes.name, &errors));
    }
    let enforced = Policy::of(&object, "enforce");
    if attributes.operation == Operation::Update && enforced != Policy::of(&attributes.old, "enforce") {
        warn_of_existing(attributes, &enforced);
    }
    Ok(())
}

/// Pods that are there stay, but the writer is told which of them break the new rules.
fn warn_of_existing(attributes: &mut Attributes, policy: &Policy) {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for pod in attributes.server.store.list(&PODS, Some(&attributes.name)) {
        let violations = policy.violations(pod.get("metadata"), pod.get("spec"));
        if !violations.is_empty() {
            let broken = violations.iter().map(|violation| violation.reason.as_str()).collect::<Vec<_>>().join(", ");
            let name = meta::name(pod).to_string();
            match found.iter_mut().find(|(there, _)| *there == broken) {
                Some((_, names)) => names.push(name),
                None => found.push((broken, vec![name])),
            }
        }
    }
    if found.is_empty() {
        return;
    }
    attributes.warnings.push(format!("existing pods in namespace \"{}\" violate the new PodSecurity enforce level \"{}\"", attributes.name, policy.shown()));
    let mut lines: Vec<String> = found
        .into_iter()
        .map(|(broken, names)| match names.as_slice() {
            [only] => format!("{only}: {broken}"),
            [first, _] => format!("{first} (and 1 other pod): {broken}"),
            [first, rest @ ..] => format!("{first} (and {} other pods): {broken}", rest.len()),
            [] => broken,
        })
        .collect();
    lines.order();
    attributes.warnings.extend(lines);
}

/// The security context of a pod or container.
fn context(value: &Value) -> &Value {
    match value.get("securityContext") {
        Value::Null => &NULL,
        context => context,
    }
}
