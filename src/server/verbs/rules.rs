//! What differs between kinds in the generic verbs: facts from `pkg/registry/<group>/<kind>/strategy.go` and `storage.go`.

use crate::api::resource::GroupResource;
use crate::server::metadata::{FOREGROUND_FINALIZER, ORPHAN_FINALIZER};
use crate::server::request::Request;
use crate::value::Value;

fn is_one_of(resource: &GroupResource, table: &[(&str, &str)]) -> bool {
    table.contains(&(resource.group.as_str(), resource.resource.as_str()))
}

/// Whether an update of what isn't there makes it (`AllowCreateOnUpdate`).
pub(super) fn allows_create_on_update(resource: &GroupResource) -> bool {
    const RBAC: &str = "rbac.authorization.k8s.io";
    is_one_of(
        resource,
        &[
            ("", "services"),
            ("", "endpoints"),
            ("", "events"),
            ("events.k8s.io", "events"),
            ("", "limitranges"),
            ("coordination.k8s.io", "leases"),
            ("node.k8s.io", "runtimeclasses"),
            (RBAC, "roles"),
            (RBAC, "rolebindings"),
            (RBAC, "clusterroles"),
            (RBAC, "clusterrolebindings"),
        ],
    )
}

/// Whether an update may leave out the `resourceVersion` (`AllowUnconditionalUpdate`). Custom resources may not.
pub(super) fn allows_unconditional_update(resource: &GroupResource, is_custom: bool) -> bool {
    !is_custom
        && resource.group != "admissionregistration.k8s.io"
        && !is_one_of(
            resource,
            &[
                ("certificates.k8s.io", "podcertificaterequests"),
                ("certificates.k8s.io", "clustertrustbundles"),
                ("node.k8s.io", "runtimeclasses"),
                ("policy", "poddisruptionbudgets"),
                ("storage.k8s.io", "csidrivers"),
                ("storage.k8s.io", "csistoragecapacities"),
                ("storage.k8s.io", "volumeattachments"),
                ("storage.k8s.io", "csinodes"),
                ("coordination.k8s.io", "leases"),
                ("apiextensions.k8s.io", "customresourcedefinitions"),
                ("apiregistration.k8s.io", "apiservices"),
            ],
        )
}

/// Whether a delete answers with the object rather than with a `Status` (`ReturnDeletedObject`).
pub(super) fn returns_deleted_object(resource: &GroupResource) -> bool {
    matches!(resource.group.as_str(), "resource.k8s.io" | "storage.k8s.io") && resource.resource != "csistoragecapacities"
        || is_one_of(
            resource,
            &[
                ("", "resourcequotas"),
                ("", "persistentvolumes"),
                ("", "persistentvolumeclaims"),
                ("", "serviceaccounts"),
                ("", "namespaces"),
                ("", "pods"),
                ("", "services"),
                ("", "podtemplates"),
            ],
        )
}

/// Whether changed annotations raise the generation too, as those of Deployments do.
pub(super) fn counts_annotations(resource: &GroupResource) -> bool {
    is_one_of(resource, &[("apps", "deployments")])
}

/// Where etcd has an object; some failures name it. Some resources have kept the names of their first days there.
pub(super) fn storage_key(resource: &GroupResource, namespace: &str, name: &str) -> String {
    let folder = match (resource.group.as_str(), resource.resource.as_str()) {
        ("", "services") => "services/specs",
        ("", "endpoints") => "services/endpoints",
        ("", "nodes") => "minions",
        ("", "replicationcontrollers") => "controllers",
        ("networking.k8s.io", "ingresses") => "ingress",
        (_, plural) => plural,
    };
    let is_grouped = resource.group.contains('.') && !resource.group.ends_with(".k8s.io") || resource.group.starts_with("api");
    let group = if is_grouped { format!("{}/", resource.group) } else { String::new() };
    let namespace = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
    format!("/registry/{group}{folder}/{namespace}{name}")
}

/// Who asks for a certificate is written into the request for it, whatever it said itself.
pub(super) fn sign(request: &Request, object: &mut Value) {
    if request.resource.group != "certificates.k8s.io" || request.resource.resource != "certificatesigningrequests" {
        return;
    }
    let user = &request.user;
    object.set("spec.username", user.name.clone());
    object.set("spec.groups", user.groups.iter().collect::<Value>());
    object.remove("spec.extra");
    match user.uid() {
        "" => drop(object.remove("spec.uid")),
        uid => object.set("spec.uid", uid),
    }
}

/// What is said of a new object's name.
pub(super) fn name_warning(resource: &GroupResource, name: &str) -> Option<&'static str> {
    (resource.group == "admissionregistration.k8s.io" && name.ends_with(".static.k8s.io")).then_some(
        "metadata.name: names ending with \".static.k8s.io\" are reserved for static manifest-based configurations and cannot be managed via the API",
    )
}

/// The finalizers after a delete with this propagation (`deletionFinalizersForGarbageCollection`).
pub(super) fn finalizers_for_deletion(resource: &GroupResource, propagation: &str, finalizers: &[String]) -> Vec<String> {
    if resource.resource == "events" {
        return finalizers.to_vec();
    }
    let has = |name: &str| finalizers.iter().any(|finalizer| finalizer == name);
    // Jobs and ReplicationControllers leave their pods behind unless told otherwise, for clients from before garbage collection.
    let orphans_by_default = is_one_of(resource, &[("batch", "jobs"), ("", "replicationcontrollers")]);
    let (orphan, foreground) = match propagation {
        "Orphan" => (true, false),
        "Foreground" => (false, true),
        "Background" => (false, false),
        _ if has(ORPHAN_FINALIZER) => (true, false),
        _ if has(FOREGROUND_FINALIZER) => (false, true),
        _ => (orphans_by_default, false),
    };
    let mut after: Vec<String> = finalizers.iter().filter(|name| *name != ORPHAN_FINALIZER && *name != FOREGROUND_FINALIZER).cloned().collect();
    if orphan {
        after.push(ORPHAN_FINALIZER.into());
    }
    if foreground {
        after.push(FOREGROUND_FINALIZER.into());
    }
    let is_same_set = after.len() == finalizers.len() && after.iter().all(|name| finalizers.contains(name));
    if is_same_set { finalizers.to_vec() } else { after }
}
