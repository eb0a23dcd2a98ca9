//! From objects to marks: the words and the shape that an object has in any view.

use super::marks::{Glyph, Mark, ObjectRef, Shape, Tone};
use super::model::{Model, PodCard};
use super::state::State;
use super::{Pull, Wanted};
use crate::api::meta;
use crate::api::resource::{
    CONFIG_MAPS, CRON_JOBS, DAEMON_SETS, DEPLOYMENTS, ENDPOINT_SLICES, GroupResource, INGRESSES, JOBS, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES,
    REPLICA_SETS, REPLICATION_CONTROLLERS, SECRETS, SERVICES, STATEFUL_SETS,
};
use crate::value::{SmolStr, Value};

/// The kinds that own pods and that a person makes, in the order of their lane.
pub(super) const WORKLOADS: [GroupResource; 7] = [DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS, CRON_JOBS, JOBS, REPLICA_SETS, REPLICATION_CONTROLLERS];

/// A mark for any object; it still needs a shape's place.
pub(super) fn mark(resource: &GroupResource, object: &Value, shape: Shape, glyph: Glyph, detail: impl Into<SmolStr>, state: &State) -> Mark {
    let reference = ObjectRef { resource: resource.clone(), key: meta::key(object) };
    let name = SmolStr::from(format!("{} {}, {}", object.get("kind").str(), reference.key, state.word));
    let mut mark = Mark::decoration(reference.id(), shape, meta::name(object));
    mark.object = Some(reference);
    mark.detail = detail.into();
    mark.glyph = glyph;
    mark.tone = state.tone;
    mark.name = name;
    mark.faint = meta::is_being_deleted(object);
    mark
}

/// A pod, with words or as a cell.
pub(super) fn pod(card: &PodCard, model: &Model, wanted: &Wanted, shape: Shape) -> Mark {
    let reference = ObjectRef { resource: crate::api::resource::PODS, key: card.key.clone() };
    let pull = wanted.pulls.get(&card.uid);
    let mut mark = Mark::decoration(reference.id(), shape, if shape == Shape::Cell { SmolStr::default() } else { card.key.name.clone() });
    mark.detail = if shape == Shape::Cell { SmolStr::default() } else { pod_detail(card, pull, wanted) };
    mark.name = SmolStr::from(format!("Pod {}, {}", card.key, card.state.word));
    mark.object = Some(reference);
    mark.glyph = card.state.glyph;
    mark.tone = card.state.tone;
    mark.percent = pull.map(|pull| pull.percent);
    mark.hue = model.hue(&card.workload);
    mark.faint = card.state.glyph == Glyph::Leaving;
    mark
}

fn pod_detail(card: &PodCard, pull: Option<&Pull>, wanted: &Wanted) -> SmolStr {
    if let Some(pull) = pull {
        return SmolStr::from(format!("Pulling {} · {} %", pull.image, pull.percent));
    }
    if card.node.is_empty() && !card.reason.is_empty() {
        return card.reason.clone();
    }
    match (wanted.view, card.state.glyph) {
        (super::View::Machines, Glyph::Ready) if !card.address.is_empty() => SmolStr::from(format!("{} · {}", card.state.word, card.address)),
        (super::View::Application, Glyph::Ready) => SmolStr::from(format!("{} · {}", card.state.word, card.node)),
        _ => card.state.word.clone(),
    }
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
            for endpoint in slice.get("endpoints").items() {
                let target = endpoint.get("targetRef");
                let known = pods.iter().any(|(name, _): &(SmolStr, bool)| name == target.get("name").str());
                if target.get("kind").str() == "Pod" && !known {
                    pods.push((SmolStr::new(target.get("name").str()), endpoint.path("conditions.ready").as_bool() != Some(false)));
                }
            }
        }
        Backends { pods }
    }

    fn ready(&self) -> usize {
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
pub(super) fn is_of_a_person(resource: &GroupResource, object: &Value) -> bool {
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

/// Tenths of a pixel for a letter, where the page has not measured one.
const USUAL_LETTER_TENTHS: i32 = 78;

/// How wide a text is: titles are bold, details smaller and lighter.
fn text_width(text: &str, wanted: &Wanted, percent: i32) -> i32 {
    let letter_tenths = if wanted.letter_tenths > 0 { wanted.letter_tenths } else { USUAL_LETTER_TENTHS };
    // A twentieth more than the average: some names have many wide letters.
    text.chars().count() as i32 * letter_tenths * percent / 950
}

/// How wide a chip is, from the number of its letters.
pub(super) fn chip_width(mark: &Mark, wanted: &Wanted) -> i32 {
    // Padding, glyph and gaps.
    (60 + text_width(&mark.title, wanted, 100) + text_width(&mark.detail, wanted, 86)).min(440)
}

/// Leaves out the middle of a title that has no room: pods of one workload differ at their ends.
pub(super) fn fit_title(mark: &mut Mark, wanted: &Wanted) {
    // Padding and the glyph, and what stands beside the title. Other objects' names are told apart by their beginnings, and are cut at the end.
    let around = match mark.shape {
        Shape::Pod => 52,
        Shape::Node => 110,
        _ => return,
    };
    let ten_letters = text_width("mmmmmmmmmm", wanted, 100).max(1);
    let room = ((mark.width - around) * 10 / ten_letters).max(6) as usize;
    let letters: Vec<char> = mark.title.chars().collect();
    if letters.len() <= room {
        return;
    }
    let last_part = letters.iter().rev().take_while(|letter| **letter != '-').count();
    let tail = if last_part < room.min(letters.len()) - 2 { (last_part + 1).min(room - 3) } else { room / 2 };
    let head = room.saturating_sub(tail + 1);
    let text: String = letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect();
    mark.title = SmolStr::from(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_end() {
        for (name, width, fitted) in [
            ("web-5d-x2lpt", 200, "web-5d-x2lpt"),
            ("mongo-express-b5df67645-sktkf", 200, "mongo-expr…-sktkf"),
            ("mongodb-configmap", 130, "mong…gmap"),
            ("a", 20, "a"),
            ("abcdefghijklmnop", 10, "ab…nop"),
        ] {
            let mut mark = Mark::decoration("", Shape::Pod, name).at(0, 0, width, 40);
            fit_title(&mut mark, &Wanted { letter_tenths: 80, ..Wanted::default() });
            assert_eq!(mark.title, fitted);
        }
    }
}
