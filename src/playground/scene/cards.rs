//! From objects to marks: the words and the shape that an object has in any view.

use super::Wanted;
use super::marks::{Glyph, Mark, ObjectRef, Shape, Tone};
use super::model::{Model, PodCard};
use super::paint::LEAST_SHRUNK;
use super::state::State;
use crate::api::meta;
use crate::api::resource::{
    CONFIG_MAPS, CRON_JOBS, DAEMON_SETS, DEPLOYMENTS, ENDPOINT_SLICES, GroupResource, INGRESSES, JOBS, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES,
    REPLICA_SETS, REPLICATION_CONTROLLERS, SECRETS, SERVICES, STATEFUL_SETS,
};
use crate::value::{SmolStr, Sort, Value};
use std::sync::Arc;

/// The kinds that own pods and that a person makes, in the order of their lane.
pub(super) const WORKLOADS: [GroupResource; 7] = [DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS, CRON_JOBS, JOBS, REPLICA_SETS, REPLICATION_CONTROLLERS];

/// A mark for any object; it still needs a shape's place.
pub(super) fn mark(resource: &GroupResource, object: &Value, shape: Shape, glyph: Glyph, detail: impl Into<SmolStr>, state: &State) -> Mark {
    let reference = ObjectRef { resource: resource.clone(), key: meta::key(object) };
    let name = SmolStr::from(format!("{} {}, {}", object.get("kind").str(), reference.key, state.word));
    let mut mark = Mark::decoration(reference.id(), shape, meta::name(object));
    mark.object = Some(Arc::new(reference));
    mark.detail = detail.into();
    mark.glyph = glyph;
    mark.tone = state.tone;
    mark.name = name;
    mark.faint = meta::is_being_deleted(object);
    mark
}

/// A pod.
pub(super) fn pod(card: &PodCard, model: &Model, wanted: &Wanted) -> Mark {
    let pull = wanted.pulls.get(&card.uid);
    let mut mark = Mark::decoration(card.id.clone(), Shape::Pod, card.key.name.clone());
    mark.detail = match pull {
        Some(pull) => SmolStr::from(format!("Pulling {} · {} %", pull.image, pull.percent)),
        None => card.details[usize::from(wanted.view == super::View::Application)].clone(),
    };
    mark.name = card.name.clone();
    mark.object = Some(card.object.clone());
    mark.glyph = card.state.glyph;
    mark.tone = card.state.tone;
    mark.percent = pull.map(|pull| pull.percent);
    mark.hue = model.hue(&card.workload);
    mark.faint = card.state.glyph == Glyph::Leaving;
    mark
}

/// An owner of pods.
pub(super) fn workload(resource: &GroupResource, object: &Value, model: &Model, shape: Shape) -> Mark {
    let state = State::of_workload(object);
    let mut mark = mark(resource, object, shape, Glyph::Workload, state.word.clone(), &state);
    mark.hue = model.hue(&ObjectRef { resource: resource.clone(), key: meta::key(object) });
    mark
}

/// How many pods stand behind a Service, and how many of them take requests, as its EndpointSlices say.
pub(super) struct Backends {
    /// The pods behind it and whether each takes requests.
    pub pods: Vec<(SmolStr, bool)>,
}

impl Backends {
    pub fn of(service: &Value, model: &Model) -> Backends {
        let mut pods = Vec::new();
        for slice in model.store.with_label(&ENDPOINT_SLICES, meta::namespace(service), "kubernetes.io/service-name", meta::name(service)) {
            let endpoints = slice.get("endpoints").items().iter().filter(|endpoint| endpoint.path("targetRef.kind").str() == "Pod");
            pods.extend(
                endpoints.map(|endpoint| (SmolStr::new(endpoint.path("targetRef.name").str()), endpoint.path("conditions.ready").as_bool() != Some(false))),
            );
        }
        // A pod is in several slices where it has addresses of several families.
        pods.order();
        pods.dedup_by(|one, other| one.0 == other.0);
        Backends { pods }
    }

    pub fn ready(&self) -> usize {
        self.pods.iter().filter(|(_, ready)| *ready).count()
    }
}

/// A Service: its type and address, and how many of its pods take requests.
pub(super) fn service(object: &Value, backends: &Backends, shape: Shape) -> Mark {
    let spec = object.get("spec");
    let kind = spec.get("type").str();
    let port = spec.get("ports").items().first();
    let number = |field: &str| port.and_then(|port| port.get(field).as_i64());
    let address = match (kind, number("nodePort"), number("port")) {
        ("ExternalName", ..) => spec.get("externalName").str().to_owned(),
        (_, Some(node_port), _) => format!("{kind} {node_port}"),
        (_, None, Some(port)) if spec.get("clusterIP").str() == "None" => format!("headless :{port}"),
        (_, None, Some(port)) => format!("{}:{port}", spec.get("clusterIP").str()),
        _ => spec.get("clusterIP").str().to_owned(),
    };
    let (ready, all) = (backends.ready(), backends.pods.len());
    let (word, tone) = match (ready, all) {
        (_, 0) if kind == "ExternalName" => (SmolStr::new_static("ExternalName"), Tone::Plain),
        (_, 0) => (SmolStr::new_static("no endpoints"), Tone::Waiting),
        (0, _) => (SmolStr::from(format!("0 of {all} ready")), Tone::Waiting),
        _ => (SmolStr::from(format!("{ready} of {all} ready")), Tone::Good),
    };
    // In the application view the lines say how many pods there are.
    let detail = if shape == Shape::Card { address } else { format!("{address} · {word}") };
    let state = State { word, glyph: Glyph::None, tone };
    mark(&SERVICES, object, shape, Glyph::Service, detail, &state)
}

/// An Ingress: where it listens.
pub(super) fn ingress(object: &Value, shape: Shape) -> Mark {
    let rules = object.path("spec.rules").items();
    let host = rules.first().map_or("", |rule| rule.get("host").str());
    let first_path = rules.first().and_then(|rule| rule.path("http.paths").items().first()).map_or("/", |path| path.get("path").str());
    let host = if host.is_empty() { "*" } else { host };
    let more = if rules.len() > 1 { format!(" and {} more", rules.len() - 1) } else { String::new() };
    let address = object.path("status.loadBalancer.ingress").items().first();
    let word = match address {
        Some(address) => SmolStr::from(format!("at {}{}", address.get("ip").str(), address.get("hostname").str())),
        None => SmolStr::new_static("no address"),
    };
    mark(&INGRESSES, object, shape, Glyph::Ingress, format!("{host}{first_path}{more}"), &State::plain(word))
}

/// A ConfigMap.
pub(super) fn config_map(object: &Value, shape: Shape) -> Mark {
    let keys = object.get("data").fields().len() + object.get("binaryData").fields().len();
    let word = keys_text(keys);
    mark(&CONFIG_MAPS, object, shape, Glyph::ConfigMap, word.clone(), &State::plain(word))
}

/// A Secret.
pub(super) fn secret(object: &Value, shape: Shape) -> Mark {
    let word = keys_text(object.get("data").fields().len());
    mark(&SECRETS, object, shape, Glyph::Secret, word.clone(), &State::plain(word))
}

fn keys_text(keys: usize) -> SmolStr {
    if keys == 1 { SmolStr::new_static("1 key") } else { SmolStr::from(format!("{keys} keys")) }
}

/// A claim: how much it asks for, and whether it has a volume.
pub(super) fn claim(object: &Value, shape: Shape) -> Mark {
    let state = State::of_phase(object);
    let detail = format!("{} · {}", object.path("spec.resources.requests.storage").str(), state.word);
    mark(&PERSISTENT_VOLUME_CLAIMS, object, shape, Glyph::Volume, detail, &state)
}

/// A volume: how much it holds, what becomes of it, and whether it is taken.
pub(super) fn volume(object: &Value, shape: Shape) -> Mark {
    let state = State::of_phase(object);
    let spec = object.get("spec");
    let detail = format!("{} · {} · {}", spec.path("capacity.storage").str(), spec.get("persistentVolumeReclaimPolicy").str(), state.word);
    mark(&PERSISTENT_VOLUMES, object, shape, Glyph::Volume, detail, &state)
}

/// Whether a person would have made this object: what every cluster has by itself is left out of the diagram.
fn is_of_a_person(resource: &GroupResource, object: &Value) -> bool {
    let (namespace, name) = (meta::namespace(object), meta::name(object));
    match resource.resource.as_str() {
        "configmaps" => name != "kube-root-ca.crt" && !namespace.starts_with("kube-"),
        "services" => !(namespace == "default" && name == "kubernetes"),
        "secrets" => !namespace.starts_with("kube-"),
        // An owned one is in its owner's place.
        "replicasets" | "jobs" => meta::controller_of(object).is_null(),
        _ => true,
    }
}

/// How wide a chip is, with all of its words.
pub(super) fn chip_width(mark: &Mark, wanted: &Wanted) -> i32 {
    // Padding, glyph and gaps.
    let words = wanted.letters.width(&mark.title, 12.5, true) + wanted.letters.width(&mark.detail, 12.0, false);
    (58.0 + words).min(440.0) as i32
}

/// Whether the name of a card of that width has a second line.
pub(super) fn needs_two_lines(mark: &Mark, width: i32, wanted: &Wanted) -> bool {
    // Padding, glyph and gap.
    wanted.letters.width(&mark.title, 12.5, true) * LEAST_SHRUNK > f64::from(width - 43)
}

/// The objects of a resource that are shown, in one namespace or all.
pub(super) fn shown<'a>(model: &'a Model, wanted: &Wanted, resource: &GroupResource, namespace: Option<&str>) -> Vec<&'a Value> {
    model.list(resource, namespace).filter(|object| is_of_a_person(resource, object) && wanted.filter.shows(object)).collect()
}
