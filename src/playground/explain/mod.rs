//! What the inspector says about an object: what it is, what it waits for, why it is there, and what can be done.

mod actions;
mod causes;
mod exit_codes;
mod finding;
pub mod logs;
mod machines;
mod network;
mod placement;
mod places;
mod pods;
mod references;
mod storage;
mod templates;
#[cfg(test)]
mod tests;
mod workloads;

pub use actions::{Action, Asks};
pub use causes::{CauseStep, causes};
pub use finding::{Finding, Fix};
pub use placement::{Placement, PlacementNode, placement};
pub use places::{FilePlace, place_of};

use super::scene::{Glyph, ObjectRef, State, Tone};
use crate::api::meta;
use crate::api::registry::Registry;
use crate::api::resource::{NODES, PODS};
use crate::api::time;
use crate::cluster::Cluster;
use crate::manifest::write_yaml;
use crate::store::Store;
use crate::value::{SmolStr, Sort, Value};

/// A condition of an object's status.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// `PodScheduled`.
    pub type_: SmolStr,
    /// `True`, `False`, `Unknown`.
    pub status: SmolStr,
    /// Reason and message, where there are any.
    pub says: String,
}

/// An event about an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventLine {
    /// Whether it is a warning.
    pub is_warning: bool,
    /// `FailedScheduling`.
    pub reason: SmolStr,
    /// The message.
    pub message: String,
    /// `12s`.
    pub age: String,
    /// How often it happened.
    pub count: i64,
    /// Who says so.
    pub from: SmolStr,
}

/// Everything the inspector shows of an object.
#[derive(Clone, PartialEq, Debug)]
pub struct Inspection {
    /// `Pod`.
    pub kind: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// `Pod in default, on worker-2`.
    pub subtitle: String,
    /// Its state.
    pub state: State,
    /// What it waits for or what went wrong, and what would help.
    pub finding: Finding,
    /// What can be done to it.
    pub actions: Vec<Action>,
    /// What `kubectl get -o wide` shows of it, without name, state and age.
    pub facts: Vec<(SmolStr, SmolStr)>,
    /// Its conditions.
    pub conditions: Vec<Condition>,
    /// Why it is there, the first cause first.
    pub why: Vec<CauseStep>,
    /// Its events, the latest first.
    pub events: Vec<EventLine>,
    /// The object as YAML, without managed fields.
    pub yaml: String,
    /// Who owns which field of it, as YAML; `""` where nobody does.
    pub managed_fields: String,
}

/// Looks at an object; `None` where it is gone.
pub fn inspect(object: &ObjectRef, cluster: &Cluster, began_ms: u64) -> Option<Inspection> {
    let (store, registry, now_ms) = (cluster.store(), cluster.server().registry(), cluster.now_ms());
    let value = store.get_key(&object.resource, &object.key)?;
    Some(Inspection {
        kind: SmolStr::new(value.get("kind").str()),
        name: object.key.name.clone(),
        subtitle: subtitle(object, value),
        state: state_of(object, value),
        finding: finding(object, value, cluster),
        actions: actions::actions(object, value, cluster),
        facts: facts(object, value, registry, now_ms),
        conditions: conditions(value),
        why: causes(object, store, began_ms),
        events: events(value, store, now_ms),
        yaml: yaml(value),
        managed_fields: managed_fields(value),
    })
}

/// What an object waits for, and what would help.
fn finding(object: &ObjectRef, value: &Value, cluster: &Cluster) -> Finding {
    let store = cluster.store();
    let resource = object.resource.resource.as_str();
    let of_pods = matches!(resource, "pods" | "persistentvolumes" | "persistentvolumeclaims" | "namespaces");
    if meta::is_being_deleted(value) && !of_pods {
        let finalizers: Vec<&str> = value.path("metadata.finalizers").items().iter().map(Value::str).collect();
        return match finalizers.as_slice() {
            [] => Finding::says("It is being deleted."),
            ["foregroundDeletion"] => Finding::says("It is being deleted as soon as what it owns is gone."),
            ["orphan"] => Finding::says("It is being deleted; what it owns stays and is let go first."),
            names => Finding::says(format!("It is being deleted and waits for {} to be taken off its finalizers.", names.join(", ")))
                .advising("Whoever set a finalizer takes it off when they are ready. Where nobody does, it stays for ever."),
        };
    }
    match resource {
        "pods" => pods::explain(value, cluster),
        "nodes" => machines::node(value, cluster),
        "namespaces" => machines::namespace(value),
        "resourcequotas" => machines::quota(value),
        "services" => network::service(object, value, cluster),
        "ingresses" => network::ingress(object, value, cluster),
        "networkpolicies" => network::policy(value, store),
        "persistentvolumeclaims" if meta::is_being_deleted(value) => storage::claim_in_use(value, store),
        "persistentvolumeclaims" => storage::claim(object, value, store),
        "persistentvolumes" => storage::volume(value, store),
        "deployments" | "replicasets" | "statefulsets" | "daemonsets" | "replicationcontrollers" => workloads::explain(&object.resource, value, cluster),
        "jobs" => workloads::job(value, cluster),
        "cronjobs" => workloads::cron_job(value, cluster.now_ms()),
        "horizontalpodautoscalers" => workloads::autoscaler(value, store),
        "poddisruptionbudgets" => workloads::budget(value, store),
        _ => Finding::default(),
    }
}

fn state_of(object: &ObjectRef, value: &Value) -> State {
    match object.resource.resource.as_str() {
        "pods" => State::of_pod(value),
        "nodes" => State::of_node(value),
        "deployments" | "replicasets" | "statefulsets" | "daemonsets" | "jobs" | "cronjobs" | "replicationcontrollers" => State::of_workload(value),
        "persistentvolumes" | "persistentvolumeclaims" | "namespaces" => State::of_phase(value),
        _ => State { word: SmolStr::default(), glyph: Glyph::Object, tone: Tone::Plain },
    }
}

fn subtitle(object: &ObjectRef, value: &Value) -> String {
    let kind = value.get("kind").str();
    let node = value.path("spec.nodeName").str();
    let place = match object.key.namespace.as_str() {
        "" if object.resource == NODES => format!("{kind} of the cluster"),
        "" => format!("{kind}, of no namespace"),
        namespace => format!("{kind} in {namespace}"),
    };
    match (object.resource == PODS, node) {
        (true, "") => format!("{place}, on no node yet"),
        (true, node) => format!("{place}, on {node}"),
        _ => place,
    }
}

fn facts(object: &ObjectRef, value: &Value, registry: &Registry, now_ms: u64) -> Vec<(SmolStr, SmolStr)> {
    let Some(kind) = registry.resource(&object.resource) else { return Vec::new() };
    let cells = kind.strategy.row(value, now_ms);
    let columns = kind.strategy.columns();
    let said_elsewhere = |name: &str| matches!(name, "Name" | "Status" | "Nominated Node" | "Readiness Gates");
    let text = |cell: &Value| cell.as_str().map_or_else(|| cell.as_i64().map(|number| SmolStr::from(number.to_string())), |text| Some(SmolStr::new(text)));
    let pairs = columns.into_iter().zip(cells).filter(|(column, _)| !said_elsewhere(&column.name));
    pairs.filter_map(|(column, cell)| Some((column.name, text(&cell)?))).filter(|(_, text)| !text.is_empty() && text != "<none>").collect()
}

fn conditions(value: &Value) -> Vec<Condition> {
    let line = |condition: &Value| {
        let (reason, message) = (condition.get("reason").str(), condition.get("message").str());
        let says = match (reason, message) {
            ("", message) => message.to_owned(),
            (reason, "") => reason.to_owned(),
            (reason, message) => format!("{reason}: {message}"),
        };
        Condition { type_: SmolStr::new(condition.get("type").str()), status: SmolStr::new(condition.get("status").str()), says }
    };
    value.path("status.conditions").items().iter().map(line).collect()
}

fn events(value: &Value, store: &Store, now_ms: u64) -> Vec<EventLine> {
    let mut events: Vec<&Value> = store.events_about(meta::uid(value)).collect();
    let last_ms = |event: &Value| {
        let times = [event.get("lastTimestamp"), event.path("series.lastObservedTime"), event.get("eventTime"), event.path("metadata.creationTimestamp")];
        times.into_iter().find_map(|time| time::parse_rfc3339(time.str())).unwrap_or(0)
    };
    let revision = |event: &Value| event.path("metadata.resourceVersion").str().parse::<u64>().unwrap_or(0);
    events.order_by_key(|event| (std::cmp::Reverse(last_ms(event)), std::cmp::Reverse(revision(event))));
    events
        .into_iter()
        .map(|event| EventLine {
            is_warning: event.get("type").str() == "Warning",
            reason: SmolStr::new(event.get("reason").str()),
            message: event.get("message").str().to_owned(),
            age: time::human_duration(now_ms as i64 - last_ms(event) as i64),
            count: event.get("count").as_i64().or_else(|| event.path("series.count").as_i64()).unwrap_or(1),
            from: SmolStr::new(
                [event.path("source.component"), event.get("reportingComponent")].into_iter().map(Value::str).find(|from| !from.is_empty()).unwrap_or(""),
            ),
        })
        .collect()
}

/// The object as a person reads it: without who owns which field, and without the copy that `kubectl apply` keeps.
fn yaml(value: &Value) -> String {
    let mut shown = value.clone();
    shown.remove("metadata.managedFields");
    shown.path_mut("metadata.annotations").fields_mut().remove("kubectl.kubernetes.io/last-applied-configuration");
    if shown.path("metadata.annotations").is_empty() {
        shown.remove("metadata.annotations");
    }
    write_yaml(&shown)
}

fn managed_fields(value: &Value) -> String {
    let fields = value.path("metadata.managedFields");
    if fields.is_empty() { String::new() } else { write_yaml(fields) }
}
